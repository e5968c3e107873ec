/* Documents that the caller frees (counted, poisoned when freed), UTF-16 and UTF-8, counters. */
#include "platform.h"
#include "stand-in.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t counters[COUNTERS];

void count(enum counter what, int64_t by) {
    __atomic_add_fetch(&counters[what], by, __ATOMIC_SEQ_CST);
}

#ifdef _WIN32
/*
 * Windows: documents are LocalAlloc's, and freed by kernel32's own LocalFree. Which were freed is found out when
 * that is asked: a document carries a mark behind its text that nothing but its own allocation has.
 */
#define MARK 0x4c495645646f6375ull
#define LIST_MAX 4096
struct mark {
    uint64_t magic;
    const void *self;
};
static struct live { uint8_t *memory; size_t bytes; } *live;
static size_t live_count, live_room;
static pthread_mutex_t live_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_live(const struct live *one) {
    struct mark mark;
    if (!is_allocated(one->memory, one->bytes)) return false;
    memcpy(&mark, one->memory + one->bytes - sizeof mark, sizeof mark);
    return mark.magic == MARK && mark.self == one->memory;
}

/* With live_lock. */
static void forget_freed(void) {
    size_t kept = 0;
    for (size_t i = 0; i < live_count; i++) {
        if (is_live(&live[i])) live[kept++] = live[i];
    }
    live_count = kept;
}

static void *allocate(size_t bytes) {
    struct mark mark = {MARK, NULL};
    size_t whole = bytes + sizeof mark;
    pthread_mutex_lock(&live_lock);
    if (live_count >= LIST_MAX) forget_freed();
    uint8_t *memory = local_alloc(whole);
    if (memory != NULL) {
        size_t at = 0;
        while (at < live_count && live[at].memory != memory) at++;
        if (at == live_room) live = realloc(live, (live_room = live_room * 2 + 64) * sizeof *live);
        if (at == live_count) live_count++;
        live[at] = (struct live){memory, whole};
        memset(memory, 0xCD, bytes);
        mark.self = memory;
        memcpy(memory + bytes, &mark, sizeof mark);
    }
    pthread_mutex_unlock(&live_lock);
    return memory;
}

static int64_t documents_held(void) {
    pthread_mutex_lock(&live_lock);
    forget_freed();
    int64_t held = (int64_t)live_count;
    pthread_mutex_unlock(&live_lock);
    return held;
}
#else
#define LIVE 0x4c495645646f6375ull
#define FREED 0x4652454564656164ull
struct header {
    uint64_t magic;
    uint64_t bytes;
};
/* Freed documents are kept a while, so that a second free and a late read are seen, not crashed on. */
#define QUARANTINE 256
static struct header *quarantine[QUARANTINE];
static unsigned quarantined;
static pthread_mutex_t quarantine_lock = PTHREAD_MUTEX_INITIALIZER;

static void *allocate(size_t bytes) {
    struct header *header = malloc(sizeof *header + bytes);
    if (header == NULL) return NULL;
    header->magic = LIVE;
    header->bytes = bytes;
    memset(header + 1, 0xCD, bytes);
    count(COUNT_DOCUMENTS, 1);
    return header + 1;
}

/* NULL is freed without effect, as Windows does it; returns NULL on success. */
static void *release(void *memory) {
    if (memory == NULL) return NULL;
    struct header *header = (struct header *)memory - 1;
    pthread_mutex_lock(&quarantine_lock);
    if (header->magic != LIVE) {
        pthread_mutex_unlock(&quarantine_lock);
        count(COUNT_DOUBLE_FREES, 1);
        return memory;
    }
    header->magic = FREED;
    memset(header + 1, 0xDD, header->bytes);
    struct header *oldest = quarantine[quarantined % QUARANTINE];
    quarantine[quarantined++ % QUARANTINE] = header;
    pthread_mutex_unlock(&quarantine_lock);
    free(oldest);
    count(COUNT_DOCUMENTS, -1);
    return NULL;
}

static int64_t documents_held(void) { return __atomic_load_n(&counters[COUNT_DOCUMENTS], __ATOMIC_SEQ_CST); }

EXPORT void *LocalFree(void *memory) { return release(memory); }
EXPORT void CoTaskMemFree(void *memory) { release(memory); }
#endif

EXPORT int64_t HcsStandInCount(int32_t what) {
    if (what < 0 || what >= COUNTERS) return -1;
    if (what == COUNT_DOCUMENTS) return documents_held();
    return __atomic_load_n(&counters[what], __ATOMIC_SEQ_CST);
}

char *utf8_of(PCWSTR16 text) {
    if (text == NULL) return NULL;
    size_t units = 0;
    while (text[units] != 0) units++;
    char *out = malloc(units * 3 + 1), *at = out;
    for (size_t i = 0; i < units; i++) {
        uint32_t c = text[i];
        if (c >= 0xD800 && c < 0xDC00 && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00u);
        }
        if (c < 0x80) {
            *at++ = (char)c;
        } else if (c < 0x800) {
            *at++ = (char)(0xC0 | c >> 6);
            *at++ = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            *at++ = (char)(0xE0 | c >> 12);
            *at++ = (char)(0x80 | (c >> 6 & 0x3F));
            *at++ = (char)(0x80 | (c & 0x3F));
        } else {
            *at++ = (char)(0xF0 | c >> 18);
            *at++ = (char)(0x80 | (c >> 12 & 0x3F));
            *at++ = (char)(0x80 | (c >> 6 & 0x3F));
            *at++ = (char)(0x80 | (c & 0x3F));
        }
    }
    *at = 0;
    return out;
}

static void widen(const char *text, PWSTR16 out) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at != 0) {
        uint32_t c = *at++;
        int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (more > 0) c &= 0x3Fu >> more;
        for (; more > 0 && (*at & 0xC0) == 0x80; more--) c = c << 6 | (*at++ & 0x3Fu);
        if (c >= 0x10000) {
            *out++ = (WCHAR16)(0xD800 + ((c - 0x10000) >> 10));
            *out++ = (WCHAR16)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            *out++ = (WCHAR16)c;
        }
    }
    *out = 0;
}

PWSTR16 document_of(const char *text) {
    if (text == NULL) return NULL;
    PWSTR16 out = allocate((strlen(text) + 1) * sizeof *out);
    if (out != NULL) widen(text, out);
    return out;
}

PWSTR16 wide_of(const char *text) {
    if (text == NULL) return NULL;
    PWSTR16 out = malloc((strlen(text) + 1) * sizeof *out);
    widen(text, out);
    return out;
}

char *format(const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int length = vsnprintf(NULL, 0, pattern, arguments);
    va_end(arguments);
    char *out = malloc((size_t)length + 1);
    va_start(arguments, pattern);
    vsnprintf(out, (size_t)length + 1, pattern, arguments);
    va_end(arguments);
    return out;
}

char *quoted(const char *text) {
    char *out = malloc(strlen(text) * 6 + 3), *at = out;
    *at++ = '"';
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c < 0x20) {
            at += sprintf(at, "\\u%04x", c);
        } else {
            *at++ = (char)c;
        }
    }
    *at++ = '"';
    *at = 0;
    return out;
}
