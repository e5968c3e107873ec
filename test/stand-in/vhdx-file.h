/* Virtual disks as files, for the virtdisk stand-in: makes a genuine dynamic VHDX, reads what a VHD or VHDX is. */
#ifndef VHDX_FILE_H
#define VHDX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
/* windows.h brings mingw's virtdisk.h, whose structures are wrong. */
#define _INC_VIRTDISK
#include <windows.h>
typedef HANDLE file_t;
#else
typedef int file_t;
#endif

enum disk_format { DISK_VHD = 2, DISK_VHDX = 3 };
enum disk_kind { DISK_FIXED = 2, DISK_DYNAMIC = 3, DISK_DIFFERENCING = 4 };

struct disk_info {
    enum disk_format format;
    enum disk_kind kind;
    uint64_t size, file_bytes;
    uint32_t block, sector;
    uint64_t size_at;   /* where the file has the size; of a VHDX */
    uint64_t table_room; /* entries that the block table's region has room for; of a VHDX */
};

bool file_read(file_t file, uint64_t at, void *to, size_t bytes);
bool file_write(file_t file, uint64_t at, const void *from, size_t bytes);
bool file_length(file_t file, uint64_t *bytes);

/* An empty dynamic VHDX in an empty file. False where it cannot be written. */
bool vhdx_create(file_t file, uint64_t size, uint32_t block, uint32_t sector, uint32_t physical);
/* False where it is neither, or damaged. */
bool disk_read(file_t file, struct disk_info *info);
/* Entries that a disk's block table needs. */
uint64_t vhdx_entries(uint64_t size, uint32_t block, uint32_t sector);

#endif
