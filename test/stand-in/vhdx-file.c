/* See vhdx-file.h; [MS-VHDX] 4.0. Log, parents and blocks' contents are left out. */
#define _GNU_SOURCE
#include "vhdx-file.h"
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#define MIB (1024u * 1024u)
#define KIB 1024u
#define METADATA_AT (2u * MIB)
#define TABLE_AT (3u * MIB)

typedef uint8_t guid[16];
static const guid BAT_REGION = {0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
                                0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08};
static const guid METADATA_REGION = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
                                     0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
static const guid FILE_PARAMETERS = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
                                     0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
static const guid DISK_SIZE = {0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
                               0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8};
static const guid DISK_ID = {0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45,
                             0x93, 0xef, 0xc3, 0x09, 0xe0, 0x00, 0xc7, 0x46};
static const guid LOGICAL_SECTOR = {0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
                                    0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f};
static const guid PHYSICAL_SECTOR = {0xc7, 0x48, 0xa3, 0xcd, 0x5d, 0x44, 0x71, 0x44,
                                     0x9c, 0xc9, 0xe9, 0x88, 0x52, 0x51, 0xc5, 0x56};

#ifdef _WIN32
static OVERLAPPED at_offset(uint64_t at) {
    OVERLAPPED overlapped = {0};
    overlapped.Offset = (DWORD)at;
    overlapped.OffsetHigh = (DWORD)(at >> 32);
    return overlapped;
}
bool file_read(file_t file, uint64_t at, void *to, size_t bytes) {
    OVERLAPPED overlapped = at_offset(at);
    DWORD done = 0;
    return ReadFile(file, to, (DWORD)bytes, &done, &overlapped) && done == bytes;
}
bool file_write(file_t file, uint64_t at, const void *from, size_t bytes) {
    OVERLAPPED overlapped = at_offset(at);
    DWORD done = 0;
    return WriteFile(file, from, (DWORD)bytes, &done, &overlapped) && done == bytes;
}
bool file_length(file_t file, uint64_t *bytes) {
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file, &size)) return false;
    *bytes = (uint64_t)size.QuadPart;
    return true;
}
#else
bool file_read(file_t file, uint64_t at, void *to, size_t bytes) {
    return pread(file, to, bytes, (off_t)at) == (ssize_t)bytes;
}
bool file_write(file_t file, uint64_t at, const void *from, size_t bytes) {
    return pwrite(file, from, bytes, (off_t)at) == (ssize_t)bytes;
}
bool file_length(file_t file, uint64_t *bytes) {
    struct stat status;
    if (fstat(file, &status) != 0) return false;
    *bytes = (uint64_t)status.st_size;
    return true;
}
#endif

static void put16(uint8_t *at, uint16_t value) { memcpy(at, &value, 2); }
static void put32(uint8_t *at, uint32_t value) { memcpy(at, &value, 4); }
static void put64(uint8_t *at, uint64_t value) { memcpy(at, &value, 8); }
static uint32_t get32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return value; }
static uint64_t get64(const uint8_t *at) { uint64_t value; memcpy(&value, at, 8); return value; }
static uint64_t get64be(const uint8_t *at) { return __builtin_bswap64(get64(at)); }
static uint32_t get32be(const uint8_t *at) { return __builtin_bswap32(get32(at)); }

static uint32_t crc32c(const uint8_t *bytes, size_t count) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

static void seal(uint8_t *structure, size_t bytes) {
    put32(structure + 4, 0);
    put32(structure + 4, crc32c(structure, bytes));
}

uint64_t vhdx_entries(uint64_t size, uint32_t block, uint32_t sector) {
    uint64_t blocks = (size + block - 1) / block, ratio = ((uint64_t)sector << 23) / block;
    return blocks + (blocks - 1) / ratio;
}

static bool write_headers(file_t file, uint8_t *page, uint32_t table_bytes) {
    memset(page, 0, 64 * KIB);
    memcpy(page, "vhdxfile", 8);
    if (!file_write(file, 0, page, 4 * KIB)) return false;
    for (unsigned copy = 0; copy < 2; copy++) {
        memset(page, 0, 64 * KIB);
        memcpy(page, "head", 4);
        put64(page + 8, copy + 1);
        for (int i = 0; i < 32; i++) page[16 + i] = (uint8_t)(i + 1);
        put16(page + 66, 1);
        put32(page + 68, MIB);
        put64(page + 72, MIB);
        seal(page, 4 * KIB);
        if (!file_write(file, (1 + copy) * 64 * KIB, page, 4 * KIB)) return false;
    }
    memset(page, 0, 64 * KIB);
    memcpy(page, "regi", 4);
    put32(page + 8, 2);
    memcpy(page + 16, BAT_REGION, 16);
    put64(page + 32, TABLE_AT);
    put32(page + 40, table_bytes);
    put32(page + 44, 1);
    memcpy(page + 48, METADATA_REGION, 16);
    put64(page + 64, METADATA_AT);
    put32(page + 72, MIB);
    put32(page + 76, 1);
    seal(page, 64 * KIB);
    return file_write(file, 192 * KIB, page, 64 * KIB) && file_write(file, 256 * KIB, page, 64 * KIB);
}

struct item { const uint8_t *id; uint32_t flags, bytes; uint64_t value; };

static bool write_metadata(file_t file, uint8_t *page, const struct item *items, unsigned count) {
    uint8_t values[64] = {0};
    uint32_t offset = 0;
    memset(page, 0, 64 * KIB);
    memcpy(page, "metadata", 8);
    put16(page + 10, (uint16_t)count);
    for (unsigned i = 0; i < count; i++) {
        uint8_t *entry = page + 32 + i * 32;
        memcpy(entry, items[i].id, 16);
        put32(entry + 16, 64 * KIB + offset);
        put32(entry + 20, items[i].bytes);
        put32(entry + 24, items[i].flags);
        memcpy(values + offset, &items[i].value, items[i].bytes > 8 ? 8 : items[i].bytes);
        offset += items[i].bytes;
    }
    return file_write(file, METADATA_AT, page, 64 * KIB) &&
           file_write(file, METADATA_AT + 64 * KIB, values, sizeof values);
}

bool vhdx_create(file_t file, uint64_t size, uint32_t block, uint32_t sector, uint32_t physical) {
    uint64_t table = (vhdx_entries(size, block, sector) * 8 + MIB - 1) / MIB * MIB;
    const struct item items[] = {
        {FILE_PARAMETERS, 4, 8, block}, {DISK_SIZE, 6, 8, size},     {DISK_ID, 6, 16, size ^ 0x5ca7c4},
        {LOGICAL_SECTOR, 6, 4, sector}, {PHYSICAL_SECTOR, 6, 4, physical},
    };
    uint8_t *page = malloc(64 * KIB), last = 0;
    bool done = page != NULL && write_headers(file, page, (uint32_t)table) && write_metadata(file, page, items, 5) &&
                file_write(file, TABLE_AT + table - 1, &last, 1);
    free(page);
    return done;
}

static bool read_vhdx(file_t file, struct disk_info *info) {
    uint8_t *page = malloc(64 * KIB);
    uint64_t metadata = 0;
    bool whole = page != NULL && file_read(file, 192 * KIB, page, 64 * KIB) && memcmp(page, "regi", 4) == 0;
    for (uint32_t i = 0; whole && i < get32(page + 8) && i < 2047; i++) {
        const uint8_t *entry = page + 16 + i * 32;
        if (memcmp(entry, METADATA_REGION, 16) == 0) metadata = get64(entry + 16);
        if (memcmp(entry, BAT_REGION, 16) == 0) info->table_room = get32(entry + 24) / 8;
    }
    whole = whole && metadata != 0 && file_read(file, metadata, page, 64 * KIB) && memcmp(page, "metadata", 8) == 0;
    uint8_t value[8];
    for (unsigned i = 0; whole && i < (unsigned)(page[10] | page[11] << 8) && i < 2047; i++) {
        const uint8_t *entry = page + 32 + i * 32;
        uint64_t at = metadata + get32(entry + 16);
        if (get32(entry + 20) == 16) continue;
        whole = file_read(file, at, value, get32(entry + 20) == 4 ? 4 : 8);
        if (memcmp(entry, FILE_PARAMETERS, 16) == 0) {
            info->block = get32(value);
            uint32_t flags = get32(value + 4);
            info->kind = flags & 2 ? DISK_DIFFERENCING : flags & 1 ? DISK_FIXED : DISK_DYNAMIC;
        } else if (memcmp(entry, DISK_SIZE, 16) == 0) {
            info->size = get64(value);
            info->size_at = at;
        } else if (memcmp(entry, LOGICAL_SECTOR, 16) == 0) {
            info->sector = get32(value);
        }
    }
    free(page);
    info->format = DISK_VHDX;
    return whole && info->size != 0 && info->block != 0 && info->sector != 0;
}

bool disk_read(file_t file, struct disk_info *info) {
    uint8_t sector[512];
    memset(info, 0, sizeof *info);
    if (!file_length(file, &info->file_bytes) || info->file_bytes < 512 || !file_read(file, 0, sector, 512)) return false;
    if (memcmp(sector, "vhdxfile", 8) == 0) return read_vhdx(file, info);
    if (!file_read(file, info->file_bytes - 512, sector, 512) || memcmp(sector, "conectix", 8) != 0) return false;
    uint32_t sum = 0;
    for (int i = 0; i < 512; i++) sum += i >= 64 && i < 68 ? 0 : sector[i];
    info->format = DISK_VHD;
    info->kind = (enum disk_kind)get32be(sector + 60);
    info->size = get64be(sector + 48);
    info->sector = 512;
    bool fits = info->kind != DISK_FIXED || info->size + 512 == info->file_bytes;
    return get32be(sector + 64) == ~sum && fits;
}
