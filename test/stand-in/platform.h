/* What differs between Linux and Windows, for every stand-in: environment, files, memory for documents. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A variable as it was at the process' start or as the process' own code has set it since; NULL without one. It
 * must not be freed. (On Windows C's getenv does not see what Node sets.) */
const char *environment(const char *name);

/* Whether there is a file or a folder; `path` is UTF-8. */
bool exists(const char *path);

#ifdef _WIN32
/* LocalAlloc: what the caller frees by kernel32's LocalFree. */
void *local_alloc(size_t bytes);
/* Whether `memory` is an allocation of exactly so many bytes now. Any pointer that local_alloc gave may be asked. */
bool is_allocated(const void *memory, size_t bytes);
#endif

#endif
