/*
 * Hyper-V sockets under Wine, which has none: part of computecore.dll. When it is loaded it puts itself between
 * ws2_32.dll's exports and whoever asks for them by name later (GetProcAddress), so that the program's own
 * koffi.load('ws2_32.dll') makes AF_HYPERV sockets. Every other socket is passed on untouched; what was linked
 * to ws2_32 before, as libuv is, never comes here.
 *
 * A Hyper-V socket is a TCP socket on 127.0.0.1. The address (VmId, ServiceId) becomes a file
 * <LCOW_STAND_IN_HVSOCKETS>\<VmId>.<ServiceId's first part> with the port in it, which Windows removes when the
 * listener's process is gone. With LCOW_STAND_IN_BRIDGE a listener is told to the bridge (bridge.ts), which dials
 * the port once for each connection of the real guest.
 */
#include <winsock2.h>
#include <windows.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "platform.h"

#define AF_HYPERV 34
#define HV_PROTOCOL 1
#define SOCKETS_MAX 256
#define RETRY_MS 10

static CRITICAL_SECTION lock;
/* What we know of our sockets that are bound or wait to connect. */
static struct hv_socket {
    SOCKET socket, bridge;
    bool used;
    DWORD timeout_ms;
    HANDLE file;
    char name[64];
    wchar_t path[512];
} sockets[SOCKETS_MAX];

static int fail(int error) {
    WSASetLastError(error);
    return SOCKET_ERROR;
}

static struct hv_socket *known(SOCKET socket) {
    struct hv_socket *found = NULL;
    EnterCriticalSection(&lock);
    for (int i = 0; i < SOCKETS_MAX && found == NULL; i++) {
        if (sockets[i].used && sockets[i].socket == socket) found = &sockets[i];
    }
    LeaveCriticalSection(&lock);
    return found;
}

static void put_guid(char *out, const uint8_t *guid) {
    static const int ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int i = 0; i < 16; i++) sprintf(out + 2 * i, "%02x", guid[ORDER[i]]);
}

static bool set_address(struct hv_socket *socket, const uint8_t *address, int length) {
    static const uint8_t VSOCK[12] = {0xcb, 0xfa, 0xe6, 0x11, 0xbd, 0x58, 0x64, 0x00, 0x6a, 0x79, 0x86, 0xd3};
    const char *folder = environment("LCOW_STAND_IN_HVSOCKETS");
    char vm[33], service[33], path[512];
    if (length != 36 || address[0] != AF_HYPERV || address[1] != 0 || address[2] != 0 || address[3] != 0) return false;
    if (memcmp(address + 24, VSOCK, 12) != 0 || folder == NULL) return false;
    put_guid(vm, address + 4);
    put_guid(service, address + 20);
    snprintf(socket->name, sizeof socket->name, "%s %.8s", vm, service);
    int written = snprintf(path, sizeof path, "%s\\%s.%.8s", folder, vm, service);
    return written < (int)sizeof path && MultiByteToWideChar(CP_UTF8, 0, path, -1, socket->path, 512) != 0;
}

static struct sockaddr_in loopback(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static SOCKET WSAAPI hv_socket(int family, int type, int protocol, WSAPROTOCOL_INFOW *info, GROUP group, DWORD flags) {
    if (family != AF_HYPERV) return WSASocketW(family, type, protocol, info, group, flags);
    if (type != SOCK_STREAM || protocol != HV_PROTOCOL || flags != WSA_FLAG_OVERLAPPED) {
        WSASetLastError(WSAEAFNOSUPPORT);
        return INVALID_SOCKET;
    }
    SOCKET made = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, flags | WSA_FLAG_NO_HANDLE_INHERIT);
    if (made == INVALID_SOCKET) return made;
    EnterCriticalSection(&lock);
    int at = 0;
    while (at < SOCKETS_MAX && sockets[at].used) at++;
    if (at < SOCKETS_MAX) {
        sockets[at] = (struct hv_socket){.socket = made, .bridge = INVALID_SOCKET, .used = true, .timeout_ms = 30000,
                                         .file = INVALID_HANDLE_VALUE};
    }
    LeaveCriticalSection(&lock);
    if (at < SOCKETS_MAX) return made;
    closesocket(made);
    WSASetLastError(WSAENOBUFS);
    return INVALID_SOCKET;
}

static int WSAAPI hv_bind(SOCKET socket, const struct sockaddr *address, int length) {
    struct hv_socket *ours = known(socket);
    if (ours == NULL) return bind(socket, address, length);
    if (!set_address(ours, (const uint8_t *)address, length)) return fail(WSAEINVAL);
    HANDLE file = CreateFileW(ours->path, GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, CREATE_NEW,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE) return fail(GetLastError() == ERROR_FILE_EXISTS ? WSAEADDRINUSE : WSAEACCES);
    struct sockaddr_in local = loopback(0);
    int size = sizeof local;
    char text[16];
    DWORD written;
    if (bind(socket, (struct sockaddr *)&local, sizeof local) != 0 ||
        getsockname(socket, (struct sockaddr *)&local, &size) != 0 ||
        !WriteFile(file, text, (DWORD)sprintf(text, "%d\n", ntohs(local.sin_port)), &written, NULL)) {
        CloseHandle(file);
        return fail(WSAEACCES);
    }
    ours->file = file;
    return 0;
}

/* Tells the bridge, and waits for its word. `answer` is its socket; false where it refused. */
static bool tell_bridge(const struct hv_socket *ours, SOCKET *answer) {
    const char *where = environment("LCOW_STAND_IN_BRIDGE");
    *answer = INVALID_SOCKET;
    if (where == NULL || strncmp(where, "tcp:", 4) != 0) return true;
    struct sockaddr_in local, remote = loopback((uint16_t)atoi(where + 4));
    int size = sizeof local;
    char line[256], word[8] = "";
    getsockname(ours->socket, (struct sockaddr *)&local, &size);
    int length = snprintf(line, sizeof line, "L %s tcp:%d\n", ours->name, ntohs(local.sin_port));
    SOCKET bridge = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (connect(bridge, (struct sockaddr *)&remote, sizeof remote) == 0 && send(bridge, line, length, 0) == length &&
        recv(bridge, word, sizeof word - 1, 0) > 0 && word[0] == 'Y') {
        *answer = bridge;
        return true;
    }
    closesocket(bridge);
    return false;
}

static int WSAAPI hv_listen(SOCKET socket, int backlog) {
    struct hv_socket *ours = known(socket);
    if (ours == NULL) return listen(socket, backlog);
    if (ours->file == INVALID_HANDLE_VALUE) return fail(WSAEINVAL);
    if (listen(socket, backlog) != 0) return SOCKET_ERROR;
    return tell_bridge(ours, &ours->bridge) ? 0 : fail(WSAEACCES);
}

/* The port that a listener has written; 0 where there is none yet. */
static uint16_t listening_port(const wchar_t *path) {
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    char text[16] = "";
    DWORD got = 0;
    if (file == INVALID_HANDLE_VALUE) return 0;
    ReadFile(file, text, sizeof text - 1, &got, NULL);
    CloseHandle(file);
    return memchr(text, '\n', got) == NULL ? 0 : (uint16_t)atoi(text);
}

/* As Hyper-V: waits for a listener until the timeout, rather than refusing. */
static int WSAAPI hv_connect(SOCKET socket, const struct sockaddr *address, int length) {
    struct hv_socket *ours = known(socket);
    if (ours == NULL) return connect(socket, address, length);
    if (!set_address(ours, (const uint8_t *)address, length)) return fail(WSAEINVAL);
    ULONGLONG end = GetTickCount64() + ours->timeout_ms;
    do {
        uint16_t port = listening_port(ours->path);
        struct sockaddr_in remote = loopback(port);
        if (port != 0 && connect(socket, (struct sockaddr *)&remote, sizeof remote) == 0) {
            ours->used = false; /* connected: nothing of it is ours to know, and libuv will close it */
            return 0;
        }
        Sleep(RETRY_MS);
    } while (GetTickCount64() < end);
    return fail(WSAETIMEDOUT);
}

static int WSAAPI hv_setsockopt(SOCKET socket, int level, int option, const char *value, int length) {
    struct hv_socket *ours = known(socket);
    DWORD timeout_ms;
    if (ours == NULL) return setsockopt(socket, level, option, value, length);
    if (level != HV_PROTOCOL || option != 1 || length != 4) return fail(WSAENOPROTOOPT);
    memcpy(&timeout_ms, value, 4);
    if (timeout_ms > 300000) return fail(WSAEINVAL);
    ours->timeout_ms = timeout_ms;
    return 0;
}

static int WSAAPI hv_close(SOCKET socket) {
    struct hv_socket *ours = known(socket);
    if (ours != NULL) {
        if (ours->file != INVALID_HANDLE_VALUE) CloseHandle(ours->file);
        if (ours->bridge != INVALID_SOCKET) closesocket(ours->bridge);
        ours->used = false;
    }
    return closesocket(socket);
}

/* ---- ws2_32's export table ---- */

static const struct hook {
    const char *name;
    void *function;
} HOOKS[] = {
    {"WSASocketW", hv_socket}, {"bind", hv_bind},             {"listen", hv_listen},
    {"connect", hv_connect},   {"setsockopt", hv_setsockopt}, {"closesocket", hv_close},
};
#define HOOK_BYTES 16

/* Executable memory that a 32-bit offset from `base` reaches: offsets of exports are unsigned. */
static uint8_t *memory_above(uint8_t *base) {
    for (uint64_t offset = 0x1000000; offset < 0x70000000; offset += 0x10000) {
        uint8_t *got = VirtualAlloc(base + offset, sizeof HOOKS / sizeof *HOOKS * HOOK_BYTES, MEM_RESERVE | MEM_COMMIT,
                                    PAGE_EXECUTE_READWRITE);
        if (got != NULL) return got;
    }
    return NULL;
}

static void hook(uint8_t *base, const IMAGE_EXPORT_DIRECTORY *exports, const struct hook *wanted, uint8_t *jump) {
    const DWORD *names = (const DWORD *)(base + exports->AddressOfNames);
    const WORD *ordinals = (const WORD *)(base + exports->AddressOfNameOrdinals);
    DWORD *functions = (DWORD *)(base + exports->AddressOfFunctions), before;
    for (DWORD i = 0; i < exports->NumberOfNames; i++) {
        if (strcmp((const char *)base + names[i], wanted->name) != 0) continue;
        static const uint8_t MOV_RAX[] = {0x48, 0xB8}, JMP_RAX[] = {0xFF, 0xE0};
        memcpy(jump, MOV_RAX, 2);
        memcpy(jump + 2, &wanted->function, 8);
        memcpy(jump + 10, JMP_RAX, 2);
        DWORD *entry = &functions[ordinals[i]];
        VirtualProtect(entry, sizeof *entry, PAGE_READWRITE, &before);
        *entry = (DWORD)(jump - base);
        VirtualProtect(entry, sizeof *entry, before, &before);
    }
}

__attribute__((constructor)) static void hook_all(void) {
    uint8_t *base = (uint8_t *)GetModuleHandleA("ws2_32.dll");
    HMODULE self;
    InitializeCriticalSection(&lock);
    /* The hooks outlive whoever has loaded this; loaded again it would be linked to its own hooks. */
    DWORD pin = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    if (base == NULL || !GetModuleHandleExA(pin, (const char *)hook_all, &self)) return;
    const IMAGE_NT_HEADERS *headers = (const IMAGE_NT_HEADERS *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    const IMAGE_DATA_DIRECTORY *directory = &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
    const IMAGE_EXPORT_DIRECTORY *exports = (const IMAGE_EXPORT_DIRECTORY *)(base + directory->VirtualAddress);
    uint8_t *jumps = memory_above(base);
    if (jumps == NULL) return;
    for (size_t i = 0; i < sizeof HOOKS / sizeof *HOOKS; i++) hook(base, exports, &HOOKS[i], jumps + i * HOOK_BYTES);
}
