/*
 * A stand-in for virtdisk.dll: same exports, strict about versions, access, flags and fields, with genuine files
 * behind it. Disks are never really attached. On Linux its handles are its own, and CloseHandle with them; on Windows
 * they are handles of the files, which kernel32 closes, so that it looks which are still there.
 */
#define _GNU_SOURCE
#include "vhdx-file.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
bool close_std_handle(void *handle); /* process-pipes.c: kernel32 has one CloseHandle */
#define EXPORT __attribute__((visibility("default")))
#endif

typedef uint16_t unit;
typedef const unit *text16;
typedef uintptr_t handle_t16;

enum win32 {
    OK = 0, FILE_NOT_FOUND = 2, PATH_NOT_FOUND = 3, ACCESS_DENIED = 5, BAD_HANDLE = 6, NOT_READY = 21,
    SHARING_VIOLATION = 32, NOT_SUPPORTED = 50, EXISTS = 80, INVALID = 87, DISK_FULL = 112, SMALL_BUFFER = 122,
    CORRUPT = 1392,
};

struct storage_type { uint32_t device; uint8_t vendor[16]; };
static const uint8_t MICROSOFT[16] = {0xec, 0x4a, 0x98, 0xec, 0xf9, 0xa0, 0xe9, 0x47,
                                      0x90, 0x1f, 0x71, 0x41, 0x5a, 0x66, 0x34, 0x5b};

/* One open handle. */
struct disk {
    handle_t16 handle;
    file_t file;
    uint64_t volume, node; /* which file it is */
    bool information_only, read_only, attached;
    unsigned number;
    struct disk *next;
};
static struct disk *disks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned next_number = 1;
static int64_t stale_handles;

/* One fault: a call that is to fail; half: after it has done a part of its work. */
static struct { char function[40]; uint32_t error; int32_t times; bool half; } fault;
static uint32_t delay_ms;

static uint32_t faulted(const char *function, bool half) {
    uint32_t error = OK;
    pthread_mutex_lock(&lock);
    uint32_t wait = half ? 0 : delay_ms;
    if (fault.times != 0 && fault.half == half && strcmp(fault.function, function) == 0) {
        if (fault.times > 0) fault.times--;
        error = fault.error;
    }
    pthread_mutex_unlock(&lock);
    struct timespec pause = {wait / 1000, (wait % 1000) * 1000000L};
    if (wait > 0) nanosleep(&pause, NULL);
    return error;
}

#ifdef _WIN32
static bool identify(file_t file, uint64_t *volume, uint64_t *node) {
    BY_HANDLE_FILE_INFORMATION info;
    if (!GetFileInformationByHandle(file, &info)) return false;
    *volume = info.dwVolumeSerialNumber;
    *node = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
    return true;
}
static uint32_t open_file(text16 path, bool create, bool writable, file_t *file) {
    DWORD access = GENERIC_READ | (writable ? GENERIC_WRITE : 0);
    *file = CreateFileW((const wchar_t *)path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        create ? CREATE_NEW : OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    return *file != INVALID_HANDLE_VALUE ? OK : GetLastError();
}
static void close_file(file_t file) { CloseHandle(file); }
static handle_t16 handle_of(file_t file) { return (handle_t16)file; }
static bool is_open(const struct disk *disk) {
    uint64_t volume, node;
    return identify(disk->file, &volume, &node) && volume == disk->volume && node == disk->node;
}
#else
#include <sys/stat.h>
static bool identify(file_t file, uint64_t *volume, uint64_t *node) {
    struct stat status;
    if (fstat(file, &status) != 0) return false;
    *volume = status.st_dev;
    *node = status.st_ino;
    return true;
}
static char *narrow(text16 wide) {
    size_t units = 0, out = 0;
    while (wide[units] != 0) units++;
    char *text = malloc(units * 3 + 1);
    for (size_t i = 0; i < units; i++) {
        uint32_t c = wide[i];
        if (c >= 0xd800 && c < 0xdc00 && wide[i + 1] >= 0xdc00 && wide[i + 1] < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (wide[++i] - 0xdc00u);
        }
        if (c < 0x80) text[out++] = (char)c;
        else if (c < 0x800) out += (size_t)sprintf(text + out, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 63));
        else if (c < 0x10000) {
            out += (size_t)sprintf(text + out, "%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        } else {
            out += (size_t)sprintf(text + out, "%c%c%c%c", 0xf0 | c >> 18, 0x80 | (c >> 12 & 63),
                                   0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        }
    }
    text[out] = 0;
    return text;
}
static uint32_t open_file(text16 path, bool create, bool writable, file_t *file) {
    char *name = narrow(path);
    *file = open(name, (writable ? O_RDWR : O_RDONLY) | (create ? O_CREAT | O_EXCL : 0) | O_CLOEXEC, 0600);
    int error = errno;
    free(name);
    if (*file >= 0) return OK;
    return error == ENOENT ? (create ? PATH_NOT_FOUND : FILE_NOT_FOUND)
           : error == EEXIST ? EXISTS : error == ENOSPC ? DISK_FULL : ACCESS_DENIED;
}
static void close_file(file_t file) { close(file); }
static handle_t16 handle_of(file_t file) {
    static handle_t16 next_handle = 0x1004;
    (void)file;
    return next_handle += 4;
}
static bool is_open(const struct disk *disk) { (void)disk; return true; }
#endif

/* With the lock. */
static void forget_closed(void) {
    for (struct disk **link = &disks; *link != NULL;) {
        struct disk *disk = *link;
        if (is_open(disk)) {
            link = &disk->next;
            continue;
        }
        *link = disk->next;
        free(disk);
    }
}

/* With the lock; NULL counts a stale handle. */
static struct disk *disk_of(handle_t16 handle) {
    forget_closed();
    struct disk *disk = disks;
    while (disk != NULL && disk->handle != handle) disk = disk->next;
    if (disk == NULL) stale_handles++;
    return disk;
}

static void hold(file_t file, bool information_only, bool read_only, handle_t16 *out) {
    struct disk *disk = calloc(1, sizeof *disk);
    disk->file = file;
    disk->information_only = information_only;
    disk->read_only = read_only;
    identify(file, &disk->volume, &disk->node);
    pthread_mutex_lock(&lock);
    forget_closed();
    disk->handle = *out = handle_of(file);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&lock);
}

static bool is_power(uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }
static bool all_zero(const uint8_t *bytes, size_t from, size_t to) {
    while (from < to && bytes[from] == 0) from++;
    return from == to;
}
static uint32_t at32(const uint8_t *bytes, size_t at) { uint32_t value; memcpy(&value, bytes + at, 4); return value; }
static uint64_t at64(const uint8_t *bytes, size_t at) { uint64_t value; memcpy(&value, bytes + at, 8); return value; }

static bool ends_in_vhdx(text16 path) {
    static const char ENDING[] = ".vhdx";
    size_t units = 0;
    while (path[units] != 0) units++;
    if (units < 6) return false;
    for (size_t i = 0; i < 5; i++) {
        if ((path[units - 5 + i] | 0x20) != ENDING[i] && path[units - 5 + i] != ENDING[i]) return false;
    }
    return true;
}

EXPORT uint32_t CreateVirtualDisk(const struct storage_type *type, text16 path, uint32_t access, const void *descriptor,
                                  uint32_t flags, uint32_t provider_flags, const uint8_t *parameters,
                                  const void *overlapped, handle_t16 *out) {
    (void)descriptor;
    if (type == NULL || path == NULL || parameters == NULL || out == NULL) return INVALID;
    if (memcmp(type->vendor, MICROSOFT, 16) != 0) return INVALID;
    /* What this stand-in does not make: VHD, full allocation, parents, sources, version 1, 3 and 4. */
    if (type->device != DISK_VHDX || !ends_in_vhdx(path) || flags != 0 || overlapped != NULL) return NOT_SUPPORTED;
    if (at32(parameters, 0) != 2) return NOT_SUPPORTED;
    if (access != 0 || provider_flags != 0 || at32(parameters, 4) != 0) return INVALID;
    uint64_t size = at64(parameters, 24);
    uint32_t block = at32(parameters, 32), sector = at32(parameters, 36), physical = at32(parameters, 40);
    if (block == 0) block = 32u << 20;
    if (sector == 0) sector = 512;
    if (physical == 0) physical = 4096;
    bool sectors = (sector == 512 || sector == 4096) && (physical == 512 || physical == 4096);
    if (!sectors || size % sector != 0 || size < 3u << 20 || size > 1ull << 46) return INVALID;
    if (!is_power(block) || block < 1u << 20 || block > 256u << 20) return INVALID;
    if (!all_zero(parameters, 44, 184)) return NOT_SUPPORTED;
    uint32_t error = faulted("CreateVirtualDisk", false);
    if (error != OK) return error;
    file_t file;
    error = open_file(path, true, true, &file);
    if (error != OK) return error;
    error = faulted("CreateVirtualDisk", true);
    if (error == OK && !vhdx_create(file, size, block, sector, physical)) error = DISK_FULL;
    if (error != OK) {
        /* Half way: the file stays, as it does when the machine fails in the middle. */
        close_file(file);
        return error;
    }
    hold(file, false, false, out);
    return OK;
}

EXPORT uint32_t OpenVirtualDisk(const struct storage_type *type, text16 path, uint32_t access, uint32_t flags,
                                const uint8_t *parameters, handle_t16 *out) {
    if (type == NULL || path == NULL || out == NULL || parameters == NULL) return INVALID;
    bool unknown = type->device == 0 && all_zero(type->vendor, 0, 16);
    bool known = (type->device == DISK_VHD || type->device == DISK_VHDX) && memcmp(type->vendor, MICROSOFT, 16) == 0;
    if (!unknown && !known) return INVALID;
    if (at32(parameters, 0) != 2 || access != 0 || (flags & ~9u) != 0 || !all_zero(parameters, 12, 28)) return INVALID;
    bool information_only = at32(parameters, 4) != 0, read_only = at32(parameters, 8) != 0;
    uint32_t error = faulted("OpenVirtualDisk", false);
    if (error != OK) return error;
    file_t file;
    struct disk_info info;
    error = open_file(path, false, !read_only && !information_only, &file);
    if (error != OK) return error;
    if (!disk_read(file, &info) || (known && info.format != type->device)) {
        close_file(file);
        return CORRUPT;
    }
    hold(file, information_only, read_only, out);
    return OK;
}

EXPORT uint32_t AttachVirtualDisk(handle_t16 handle, const void *descriptor, uint32_t flags, uint32_t provider_flags,
                                  const uint8_t *parameters, const void *overlapped) {
    if (descriptor != NULL || provider_flags != 0 || overlapped != NULL || (flags & ~0xfu) != 0) return INVALID;
    if (parameters != NULL && at32(parameters, 0) != 1 && at32(parameters, 0) != 2) return INVALID;
    uint32_t error = faulted("AttachVirtualDisk", false);
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    if (error != OK) ;
    else if (disk == NULL) error = BAD_HANDLE;
    else if (disk->information_only || (disk->read_only && (flags & 1) == 0)) error = ACCESS_DENIED;
    for (struct disk *other = disks; error == OK && other != NULL; other = other->next) {
        if (other->attached && other->volume == disk->volume && other->node == disk->node) error = SHARING_VIOLATION;
    }
    if (error == OK) {
        disk->attached = true;
        disk->number = (flags & 8) != 0 ? 0 : next_number++;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

EXPORT uint32_t DetachVirtualDisk(handle_t16 handle, uint32_t flags, uint32_t provider_flags) {
    if (flags != 0 || provider_flags != 0) return INVALID;
    uint32_t error = faulted("DetachVirtualDisk", false);
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    if (error == OK) error = disk == NULL ? BAD_HANDLE : disk->attached ? OK : NOT_READY;
    if (error == OK) disk->attached = false;
    pthread_mutex_unlock(&lock);
    return error;
}

EXPORT uint32_t GetVirtualDiskPhysicalPath(handle_t16 handle, uint32_t *bytes, unit *path) {
    if (bytes == NULL) return INVALID;
    uint32_t error = faulted("GetVirtualDiskPhysicalPath", false);
    char text[64];
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    if (error == OK) error = disk == NULL ? BAD_HANDLE : disk->attached && disk->number != 0 ? OK : NOT_READY;
    if (error == OK) snprintf(text, sizeof text, "\\\\.\\PhysicalDrive%u", disk->number);
    pthread_mutex_unlock(&lock);
    if (error != OK) return error;
    uint32_t needed = (uint32_t)(strlen(text) + 1) * 2, room = *bytes;
    *bytes = needed;
    if (path == NULL || room < needed) return SMALL_BUFFER;
    for (size_t i = 0; i <= strlen(text); i++) path[i] = (unit)text[i];
    return OK;
}

EXPORT uint32_t GetVirtualDiskInformation(handle_t16 handle, uint32_t *bytes, uint8_t *answer, uint32_t *used) {
    if (bytes == NULL || answer == NULL) return INVALID;
    if (*bytes < 32) {
        *bytes = 32;
        return SMALL_BUFFER;
    }
    uint32_t error = faulted("GetVirtualDiskInformation", false), version = at32(answer, 0);
    struct disk_info info;
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    if (error == OK) error = disk == NULL ? BAD_HANDLE : disk_read(disk->file, &info) ? OK : CORRUPT;
    pthread_mutex_unlock(&lock);
    if (error != OK) return error;
    if (version == 1) {
        memcpy(answer + 8, &info.size, 8);
        memcpy(answer + 16, &info.file_bytes, 8);
        memcpy(answer + 24, &info.block, 4);
        memcpy(answer + 28, &info.sector, 4);
    } else if (version == 6) {
        memcpy(answer + 8, &info.format, 4);
        memcpy(answer + 12, MICROSOFT, 16);
    } else if (version == 7) {
        memcpy(answer + 8, &info.kind, 4);
    } else {
        return NOT_SUPPORTED;
    }
    if (used != NULL) *used = 32;
    return OK;
}

EXPORT uint32_t ResizeVirtualDisk(handle_t16 handle, uint32_t flags, const uint8_t *parameters, const void *overlapped) {
    if (parameters == NULL || at32(parameters, 0) != 1 || flags != 0 || overlapped != NULL) return INVALID;
    uint64_t size = at64(parameters, 8);
    uint32_t error = faulted("ResizeVirtualDisk", false);
    struct disk_info info;
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    if (error == OK) error = disk == NULL ? BAD_HANDLE : disk->information_only || disk->read_only ? ACCESS_DENIED : OK;
    if (error == OK && !disk_read(disk->file, &info)) error = CORRUPT;
    if (error == OK && (size < info.size || size % info.sector != 0)) error = INVALID;
    if (error == OK && (info.format != DISK_VHDX || vhdx_entries(size, info.block, info.sector) > info.table_room)) {
        error = NOT_SUPPORTED;
    }
    if (error == OK && !file_write(disk->file, info.size_at, &size, 8)) error = DISK_FULL;
    pthread_mutex_unlock(&lock);
    return error;
}

#ifndef _WIN32
EXPORT int32_t CloseHandle(handle_t16 handle) {
    pthread_mutex_lock(&lock);
    struct disk *disk = disk_of(handle);
    for (struct disk **link = &disks; disk != NULL; link = &(*link)->next) {
        if (*link != disk) continue;
        *link = disk->next;
        close_file(disk->file);
        free(disk);
        break;
    }
    pthread_mutex_unlock(&lock);
    return disk != NULL || close_std_handle((void *)handle);
}
#endif

/* For tests: 0 handles that are open, 1 calls with a handle that was closed or never given, 2 attached disks. */
EXPORT int64_t VirtDiskStandInCount(int32_t what) {
    int64_t found = 0;
    pthread_mutex_lock(&lock);
    forget_closed();
    for (struct disk *disk = disks; disk != NULL; disk = disk->next) found += what == 0 || (what == 2 && disk->attached);
    if (what == 1) found = stale_handles;
    pthread_mutex_unlock(&lock);
    return found;
}

/* For tests: `times` calls of a function fail (-1: all); half: after a part of the work. Each call waits so long. */
EXPORT void VirtDiskStandInFail(const char *function, uint32_t error, int32_t times, int32_t half, uint32_t wait_ms) {
    pthread_mutex_lock(&lock);
    snprintf(fault.function, sizeof fault.function, "%s", function);
    fault.error = error;
    fault.times = times;
    fault.half = half != 0;
    delay_ms = wait_ms;
    pthread_mutex_unlock(&lock);
}
