/* A stand-in for computestorage.dll: what LCOW uses of it, over genuine folders. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define EXPORT __declspec(dllexport)
#else
#include <errno.h>
#include <ftw.h>
#define EXPORT __attribute__((visibility("default")))
#endif

#define E_INVALIDARG16 ((int32_t)0x80070057u)
#define PATH_NOT_FOUND16 ((int32_t)0x80070003u)
#define ACCESS_DENIED16 ((int32_t)0x80070005u)
#define SHARING_VIOLATION16 ((int32_t)0x80070020u)

static int32_t next_failure;

#ifdef _WIN32
static bool remove_tree(const wchar_t *folder) {
    wchar_t path[1024];
    WIN32_FIND_DATAW entry;
    _snwprintf(path, 1024, L"%ls\\*", folder);
    HANDLE search = FindFirstFileW(path, &entry);
    if (search == INVALID_HANDLE_VALUE) return false;
    bool removed = true;
    do {
        if (wcscmp(entry.cFileName, L".") == 0 || wcscmp(entry.cFileName, L"..") == 0) continue;
        _snwprintf(path, 1024, L"%ls\\%ls", folder, entry.cFileName);
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
        bool is_folder = entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
        removed = (is_folder ? remove_tree(path) : DeleteFileW(path)) && removed;
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    return RemoveDirectoryW(folder) && removed;
}
static int32_t destroy(const uint16_t *path) {
    DWORD attributes = GetFileAttributesW((const wchar_t *)path);
    if (attributes == INVALID_FILE_ATTRIBUTES) return PATH_NOT_FOUND16;
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) return E_INVALIDARG16;
    return remove_tree((const wchar_t *)path) ? 0 : SHARING_VIOLATION16;
}
#else
static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}
static int32_t destroy(const uint16_t *path) {
    char name[4096];
    size_t units = 0;
    /* ASCII is enough for the tests' paths; anything else is refused, not misread. */
    for (; path[units] != 0; units++) {
        if (units + 1 >= sizeof name || path[units] >= 0x80) return E_INVALIDARG16;
        name[units] = (char)path[units];
    }
    name[units] = 0;
    struct stat status;
    if (stat(name, &status) != 0) return PATH_NOT_FOUND16;
    if (!S_ISDIR(status.st_mode)) return E_INVALIDARG16;
    return nftw(name, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : ACCESS_DENIED16;
}
#endif

EXPORT int32_t HcsDestroyLayer(const uint16_t *path) {
    if (path == NULL || path[0] == 0) return E_INVALIDARG16;
    int32_t failure = __atomic_exchange_n(&next_failure, 0, __ATOMIC_SEQ_CST);
    return failure != 0 ? failure : destroy(path);
}

/* For tests: the next call fails so. */
EXPORT void ComputeStorageStandInFail(int32_t hresult) { __atomic_store_n(&next_failure, hresult, __ATOMIC_SEQ_CST); }
