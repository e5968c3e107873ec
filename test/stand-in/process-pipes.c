/* See process-pipes.h. Waits are short and repeated: whoever ends a process is seen within some milliseconds. */
#define _GNU_SOURCE
#include "process-pipes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
typedef HANDLE end_t;
#else
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
typedef int end_t;
#endif

#define LOOK_MS 5

struct std_pipe {
    end_t end;
#ifdef _WIN32
    HANDLE event;
#endif
};

/* Ends that the caller was given, as long as they are open. */
struct given {
    HANDLE16 handle;
    uint64_t file; /* which pipe; Linux' */
    struct given *next;
};
static struct given *given;
static pthread_mutex_t given_lock = PTHREAD_MUTEX_INITIALIZER;

static bool over_now(const bool *over) { return __atomic_load_n(over, __ATOMIC_SEQ_CST); }

#ifdef _WIN32
static uint64_t identity(HANDLE16 handle) { (void)handle; return 0; }

/* A handle that is none any more, or another's: the client's end of a named pipe is nobody else's in a test. */
static bool is_open(const struct given *one) {
    DWORD flags = 0;
    return GetNamedPipeInfo(one->handle, &flags, NULL, NULL, NULL) && (flags & PIPE_SERVER_END) == 0;
}

static void close_end(end_t end) { CloseHandle(end); }

/* As HCS's, for overlapped use: Node waits for such handles without a thread. */
static bool make_pipe(bool caller_writes, end_t *ours, HANDLE16 *theirs) {
    static LONG number;
    char name[80];
    snprintf(name, sizeof name, "\\\\.\\pipe\\lcow-stand-in-std-%lu-%ld", GetCurrentProcessId(),
             InterlockedIncrement(&number));
    DWORD direction = caller_writes ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND;
    *ours = CreateNamedPipeA(name, direction | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                             PIPE_TYPE_BYTE | PIPE_WAIT, 1, 65536, 65536, 0, NULL);
    if (*ours == INVALID_HANDLE_VALUE) return false;
    DWORD access = caller_writes ? GENERIC_WRITE | FILE_READ_ATTRIBUTES : GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    *theirs = CreateFileA(name, access, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    if (*theirs != INVALID_HANDLE_VALUE) return true;
    CloseHandle(*ours);
    return false;
}

static size_t transfer(struct std_pipe *pipe, bool writes, void *bytes, size_t length, const bool *over) {
    OVERLAPPED state = {.hEvent = pipe->event};
    DWORD done = 0;
    BOOL begun = writes ? WriteFile(pipe->end, bytes, (DWORD)length, NULL, &state)
                        : ReadFile(pipe->end, bytes, (DWORD)length, NULL, &state);
    if (!begun && GetLastError() != ERROR_IO_PENDING) return 0;
    while (WaitForSingleObject(pipe->event, LOOK_MS) == WAIT_TIMEOUT) {
        if (over_now(over)) CancelIoEx(pipe->end, &state);
    }
    return GetOverlappedResult(pipe->end, &state, &done, TRUE) ? done : 0;
}
#else
static uint64_t identity(HANDLE16 handle) {
    struct stat status;
    return fstat((int)(intptr_t)handle, &status) == 0 && S_ISFIFO(status.st_mode) ? status.st_ino : 0;
}

static bool is_open(const struct given *one) { return identity(one->handle) == one->file; }

static void close_end(end_t end) { close(end); }

static bool make_pipe(bool caller_writes, end_t *ours, HANDLE16 *theirs) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    *ours = ends[caller_writes ? 0 : 1];
    *theirs = (HANDLE16)(intptr_t)ends[caller_writes ? 1 : 0];
    /* Ours alone: the two ends have flags of their own. */
    fcntl(*ours, F_SETFL, fcntl(*ours, F_GETFL) | O_NONBLOCK);
    return true;
}

static size_t transfer(struct std_pipe *pipe, bool writes, void *bytes, size_t length, const bool *over) {
    while (!over_now(over)) {
        ssize_t done = writes ? write(pipe->end, bytes, length) : read(pipe->end, bytes, length);
        if (done >= 0) return (size_t)done;
        if (errno != EAGAIN && errno != EINTR) return 0;
        struct pollfd wanted = {pipe->end, writes ? POLLOUT : POLLIN, 0};
        poll(&wanted, 1, LOOK_MS);
    }
    return 0;
}
#endif

static void remember(HANDLE16 handle) {
    pthread_mutex_lock(&given_lock);
    struct given **link = &given;
    while (*link != NULL) {
        struct given *one = *link;
        /* The number of one that was closed is given again. */
        if (one->handle != handle && is_open(one)) {
            link = &one->next;
            continue;
        }
        *link = one->next;
        free(one);
    }
    *link = calloc(1, sizeof **link);
    **link = (struct given){handle, identity(handle), NULL};
    pthread_mutex_unlock(&given_lock);
}

struct std_pipe *open_std_pipe(bool caller_writes, HANDLE16 *theirs) {
    struct std_pipe *pipe = calloc(1, sizeof *pipe);
    if (!make_pipe(caller_writes, &pipe->end, theirs)) {
        free(pipe);
        return NULL;
    }
#ifdef _WIN32
    pipe->event = CreateEventA(NULL, TRUE, FALSE, NULL);
#endif
    remember(*theirs);
    return pipe;
}

size_t read_std_pipe(struct std_pipe *pipe, void *bytes, size_t room, const bool *over) {
    return transfer(pipe, false, bytes, room, over);
}

bool write_std_pipe(struct std_pipe *pipe, const void *bytes, size_t length, const bool *over) {
    for (size_t done = 0, one; done < length; done += one) {
        one = transfer(pipe, true, (char *)bytes + done, length - done, over);
        if (one == 0) return false;
    }
    return true;
}

void close_std_pipe(struct std_pipe *pipe) {
    if (pipe == NULL) return;
    close_end(pipe->end);
#ifdef _WIN32
    CloseHandle(pipe->event);
#endif
    free(pipe);
}

bool close_std_handle(HANDLE16 handle) {
    pthread_mutex_lock(&given_lock);
    struct given *one = given;
    while (one != NULL && one->handle != handle) one = one->next;
    bool open = one != NULL && is_open(one);
    if (open) close_end((end_t)(intptr_t)handle);
    pthread_mutex_unlock(&given_lock);
    return open;
}

void close_std_handles(const HCS_PROCESS_INFORMATION *information) {
    if (information->process_id == 0) return;
    close_std_handle(information->std_input);
    close_std_handle(information->std_output);
    close_std_handle(information->std_error);
}

/* For tests: the caller's ends that are open. */
EXPORT int64_t HcsStandInStdHandles(void) {
    int64_t open = 0;
    pthread_mutex_lock(&given_lock);
    for (struct given *one = given; one != NULL; one = one->next) open += is_open(one);
    pthread_mutex_unlock(&given_lock);
    return open;
}
