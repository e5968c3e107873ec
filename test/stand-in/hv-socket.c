/*
 * A stand-in for the part of ws2_32.dll that Hyper-V sockets need, on Linux: a SOCKET is a file descriptor, and
 * the address (VmId, ServiceId) becomes a Unix socket <LCOW_STAND_IN_HVSOCKETS>/<VmId>.<ServiceId's first part>.
 *
 * With LCOW_STAND_IN_BRIDGE a listener is told to the bridge, by a connection that lives as long as it: the
 * bridge dials the Unix socket once for each connection of the real guest.
 *
 * The exports have the names of libc's functions: those are reached by system calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define AF_HYPERV 34
#define SOCKETS_MAX 256

static __thread int last_error;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* What we know of our sockets that are bound or wait to connect. */
static struct hv_socket {
    int fd;
    bool used;
    int bridge;
    uint32_t timeout_ms;
    char path[108], name[64];
} sockets[SOCKETS_MAX];

static int fail(int error) {
    last_error = error;
    return -1;
}

static int fail_with_errno(void) {
    switch (errno) {
    case EADDRINUSE: return fail(10048);
    case EAGAIN: return fail(10035);
    case ECONNREFUSED: return fail(10061);
    case EACCES: return fail(10013);
    default: return fail(10022);
    }
}

static struct hv_socket *known(intptr_t fd) {
    for (int i = 0; i < SOCKETS_MAX; i++) {
        if (sockets[i].used && sockets[i].fd == fd) return &sockets[i];
    }
    return NULL;
}

static void put_guid(char *out, const uint8_t *guid) {
    static const int ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int i = 0; i < 16; i++) sprintf(out + 2 * i, "%02x", guid[ORDER[i]]);
}

static bool set_address(struct hv_socket *socket, const uint8_t *address, int length) {
    static const uint8_t VSOCK[12] = {0xcb, 0xfa, 0xe6, 0x11, 0xbd, 0x58, 0x64, 0x00, 0x6a, 0x79, 0x86, 0xd3};
    const char *folder = getenv("LCOW_STAND_IN_HVSOCKETS");
    char vm[33], service[33];
    if (length != 36 || address[0] != AF_HYPERV || address[1] != 0 || address[2] != 0 || address[3] != 0) return false;
    if (memcmp(address + 24, VSOCK, 12) != 0 || folder == NULL) return false;
    put_guid(vm, address + 4);
    put_guid(service, address + 20);
    snprintf(socket->name, sizeof socket->name, "%s %.8s", vm, service);
    return snprintf(socket->path, sizeof socket->path, "%s/%s.%.8s", folder, vm, service) < (int)sizeof socket->path;
}

EXPORT int WSAStartup(uint16_t version, void *data) {
    (void)version;
    (void)data;
    return 0;
}

EXPORT int WSAGetLastError(void) { return last_error; }

EXPORT intptr_t WSASocketW(int family, int type, int protocol, void *info, uint32_t group, uint32_t flags) {
    (void)info;
    (void)group;
    if (family != AF_HYPERV || type != SOCK_STREAM || protocol != 1 || flags != 1) return fail(10047);
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail_with_errno();
    pthread_mutex_lock(&lock);
    for (int i = 0; i < SOCKETS_MAX; i++) {
        if (sockets[i].used) continue;
        sockets[i] = (struct hv_socket){.fd = fd, .used = true, .bridge = -1, .timeout_ms = 30000};
        pthread_mutex_unlock(&lock);
        return fd;
    }
    pthread_mutex_unlock(&lock);
    syscall(SYS_close, fd);
    return fail(10055);
}

EXPORT int hv_bind(intptr_t fd, const uint8_t *address, int length) __asm__("bind");
int hv_bind(intptr_t fd, const uint8_t *address, int length) {
    pthread_mutex_lock(&lock);
    struct hv_socket *socket = known(fd);
    bool good = socket != NULL && set_address(socket, address, length);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (good) memcpy(local.sun_path, socket->path, sizeof local.sun_path);
    pthread_mutex_unlock(&lock);
    if (!good) return fail(10022);
    if (syscall(SYS_bind, (int)fd, &local, sizeof local) == 0) return 0;
    int error = fail_with_errno();
    pthread_mutex_lock(&lock);
    socket->path[0] = 0;
    pthread_mutex_unlock(&lock);
    return error;
}

/* Tells the bridge, and waits for its word. -1: it refused; -2: there is none. */
static int tell_bridge(const struct hv_socket *socket) {
    const char *where = getenv("LCOW_STAND_IN_BRIDGE");
    if (where == NULL || strncmp(where, "unix:", 5) != 0) return -2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", where + 5);
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char line[256], answer[8] = "";
    int length = snprintf(line, sizeof line, "L %s %s\n", socket->name, socket->path);
    if (syscall(SYS_connect, fd, &address, sizeof address) == 0 && write(fd, line, (size_t)length) == length &&
        read(fd, answer, sizeof answer - 1) > 0 && answer[0] == 'Y') {
        return fd;
    }
    syscall(SYS_close, fd);
    return -1;
}

EXPORT int hv_listen(intptr_t fd, int backlog) __asm__("listen");
int hv_listen(intptr_t fd, int backlog) {
    pthread_mutex_lock(&lock);
    struct hv_socket *socket = known(fd);
    struct hv_socket copy = socket == NULL ? (struct hv_socket){0} : *socket;
    pthread_mutex_unlock(&lock);
    if (socket == NULL || copy.path[0] == 0) return fail(10022);
    if (syscall(SYS_listen, (int)fd, backlog) != 0) return fail_with_errno();
    int bridge = tell_bridge(&copy);
    if (bridge == -1) return fail(10013);
    pthread_mutex_lock(&lock);
    socket->bridge = bridge < 0 ? -1 : bridge;
    pthread_mutex_unlock(&lock);
    return 0;
}

EXPORT intptr_t hv_accept(intptr_t fd, void *address, void *length) __asm__("accept");
intptr_t hv_accept(intptr_t fd, void *address, void *length) {
    (void)address;
    (void)length;
    long accepted = syscall(SYS_accept4, (int)fd, NULL, NULL, SOCK_CLOEXEC);
    return accepted < 0 ? fail_with_errno() : accepted;
}

/* As Hyper-V: waits for a listener until the timeout, rather than refusing. */
EXPORT int hv_connect(intptr_t fd, const uint8_t *address, int length) __asm__("connect");
int hv_connect(intptr_t fd, const uint8_t *address, int length) {
    pthread_mutex_lock(&lock);
    struct hv_socket *socket = known(fd), copy = {0};
    bool good = socket != NULL;
    if (good) {
        copy = *socket;
        good = set_address(&copy, address, length);
    }
    pthread_mutex_unlock(&lock);
    if (!good) return fail(10022);
    struct sockaddr_un remote = {.sun_family = AF_UNIX};
    memcpy(remote.sun_path, copy.path, sizeof remote.sun_path);
    for (uint32_t waited = 0; waited <= copy.timeout_ms; waited += 10) {
        if (syscall(SYS_connect, (int)fd, &remote, sizeof remote) == 0) {
            pthread_mutex_lock(&lock);
            socket->used = false; /* connected: nothing of it is ours to know, and libuv will close it */
            pthread_mutex_unlock(&lock);
            return 0;
        }
        struct timespec wait = {0, 10000000};
        nanosleep(&wait, NULL);
    }
    return fail(10060);
}

EXPORT int hv_setsockopt(intptr_t fd, int level, int option, const void *value, int length) __asm__("setsockopt");
int hv_setsockopt(intptr_t fd, int level, int option, const void *value, int length) {
    pthread_mutex_lock(&lock);
    struct hv_socket *socket = known(fd);
    bool good = socket != NULL && level == 1 && option == 1 && length == 4;
    if (good) memcpy(&socket->timeout_ms, value, 4);
    if (good && socket->timeout_ms > 300000) good = false;
    pthread_mutex_unlock(&lock);
    return good ? 0 : fail(10042);
}

EXPORT int ioctlsocket(intptr_t fd, int32_t command, const uint32_t *value) {
    if ((uint32_t)command != 0x8004667eu) return fail(10022);
    int flags = (int)syscall(SYS_fcntl, (int)fd, F_GETFL, 0);
    flags = *value != 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return syscall(SYS_fcntl, (int)fd, F_SETFL, flags) == 0 ? 0 : fail_with_errno();
}

EXPORT int closesocket(intptr_t fd) {
    pthread_mutex_lock(&lock);
    struct hv_socket *socket = known(fd), copy = {.bridge = -1};
    if (socket != NULL) {
        copy = *socket;
        socket->used = false;
    }
    pthread_mutex_unlock(&lock);
    if (copy.path[0] != 0) unlink(copy.path);
    if (copy.bridge >= 0) syscall(SYS_close, copy.bridge);
    return syscall(SYS_close, (int)fd) == 0 ? 0 : fail(10038);
}
