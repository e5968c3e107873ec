/* See platform.h. */
#define _GNU_SOURCE
#include "platform.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <windows.h>
#endif

#ifdef _WIN32
/* Values that were asked for; they live as long as the process, as getenv's do. */
static struct value { char *name, *text; struct value *next; } *values;
static pthread_mutex_t values_lock = PTHREAD_MUTEX_INITIALIZER;

const char *environment(const char *name) {
    char text[4096];
    DWORD length = GetEnvironmentVariableA(name, text, sizeof text);
    if (length == 0 || length >= sizeof text) return NULL;
    pthread_mutex_lock(&values_lock);
    struct value *found = values;
    while (found != NULL && (strcmp(found->name, name) != 0 || strcmp(found->text, text) != 0)) found = found->next;
    if (found == NULL) {
        found = calloc(1, sizeof *found);
        *found = (struct value){strdup(name), strdup(text), values};
        values = found;
    }
    pthread_mutex_unlock(&values_lock);
    return found->text;
}

bool exists(const char *path) {
    wchar_t wide[1024];
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 1024) == 0) return false;
    return GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

void *local_alloc(size_t bytes) { return LocalAlloc(LMEM_FIXED, bytes); }

bool is_allocated(const void *memory, size_t bytes) {
    HANDLE heap = GetProcessHeap();
    return HeapValidate(heap, 0, memory) && HeapSize(heap, 0, memory) == bytes;
}
#else
const char *environment(const char *name) { return getenv(name); }

bool exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}
#endif
