/* See pipe-server.h. Bytes go both ways on a thread each; a client at a time, as vmwp has it. */
#include <winsock2.h>
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pipe-server.h"
#include "platform.h"
#include "stand-in.h"

#define BUFFER_BYTES 65536

static struct server {
    int64_t remote;
    wchar_t path[512];
    char runtime_id[64];
    bool stopped;
    SOCKET console;
    struct server *next;
} *servers;

struct client {
    HANDLE pipe;
    SOCKET console;
};

/* One overlapped read or write, waited for; 0 at its end. */
static DWORD transfer(HANDLE pipe, char *buffer, DWORD bytes, bool reads) {
    OVERLAPPED state = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD moved = 0;
    BOOL done = reads ? ReadFile(pipe, buffer, bytes, NULL, &state) : WriteFile(pipe, buffer, bytes, NULL, &state);
    if (done || GetLastError() == ERROR_IO_PENDING) GetOverlappedResult(pipe, &state, &moved, TRUE);
    CloseHandle(state.hEvent);
    return moved;
}

static DWORD WINAPI to_console(void *argument) {
    struct client *client = argument;
    char *buffer = malloc(BUFFER_BYTES);
    DWORD got;
    while ((got = transfer(client->pipe, buffer, BUFFER_BYTES, true)) > 0) {
        if (send(client->console, buffer, (int)got, 0) != (int)got) break;
    }
    shutdown(client->console, SD_BOTH);
    free(buffer);
    return 0;
}

static void from_console(struct client *client) {
    char *buffer = malloc(BUFFER_BYTES);
    int got;
    while ((got = recv(client->console, buffer, BUFFER_BYTES, 0)) > 0) {
        for (int sent = 0; sent < got;) {
            DWORD now = transfer(client->pipe, buffer + sent, (DWORD)(got - sent), false);
            if (now == 0) goto end;
            sent += (int)now;
        }
    }
end:
    free(buffer);
}

static SOCKET dial_console(const char *runtime_id) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)atoi(environment("LCOW_STAND_IN_BRIDGE") + 4));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char line[128], word[2];
    int length = snprintf(line, sizeof line, "C %s\n", runtime_id);
    SOCKET console = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (connect(console, (struct sockaddr *)&address, sizeof address) == 0 && send(console, line, length, 0) == length &&
        recv(console, word, 2, MSG_WAITALL) == 2 && word[0] == 'Y') {
        return console;
    }
    closesocket(console);
    return INVALID_SOCKET;
}

static void join_client(struct server *server, HANDLE pipe) {
    struct client client = {pipe, dial_console(server->runtime_id)};
    if (client.console == INVALID_SOCKET) return;
    pthread_mutex_lock(&lock);
    server->console = client.console;
    bool stopped = server->stopped;
    pthread_mutex_unlock(&lock);
    HANDLE other = CreateThread(NULL, 0, to_console, &client, 0, NULL);
    if (!stopped) from_console(&client);
    pthread_mutex_lock(&lock);
    server->console = INVALID_SOCKET;
    pthread_mutex_unlock(&lock);
    CancelIoEx(pipe, NULL);
    WaitForSingleObject(other, INFINITE);
    CloseHandle(other);
    closesocket(client.console);
}

static void *serve(void *argument) {
    struct server *server = argument;
    for (;;) {
        HANDLE pipe = CreateNamedPipeW(server->path, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                                       1, BUFFER_BYTES, BUFFER_BYTES, 0, NULL);
        OVERLAPPED state = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
        DWORD moved;
        pthread_mutex_lock(&lock);
        bool stopped = server->stopped;
        pthread_mutex_unlock(&lock);
        if (!stopped && pipe != INVALID_HANDLE_VALUE) {
            if (!ConnectNamedPipe(pipe, &state) && GetLastError() == ERROR_IO_PENDING) {
                GetOverlappedResult(pipe, &state, &moved, TRUE);
            }
            join_client(server, pipe);
        }
        if (pipe != INVALID_HANDLE_VALUE) CloseHandle(pipe);
        CloseHandle(state.hEvent);
        if (stopped || pipe == INVALID_HANDLE_VALUE) break;
    }
    pthread_mutex_lock(&lock);
    struct server **link = &servers;
    while (*link != server) link = &(*link)->next;
    *link = server->next;
    pthread_mutex_unlock(&lock);
    free(server);
    count(COUNT_THREADS, -1);
    return NULL;
}

void serve_pipe(const char *pipe, const char *runtime_id, int64_t remote) {
    struct server *server = calloc(1, sizeof *server);
    server->remote = remote;
    server->console = INVALID_SOCKET;
    snprintf(server->runtime_id, sizeof server->runtime_id, "%s", runtime_id);
    MultiByteToWideChar(CP_UTF8, 0, pipe, -1, server->path, 512);
    pthread_mutex_lock(&lock);
    server->next = servers;
    servers = server;
    pthread_mutex_unlock(&lock);
    spawn(serve, server);
}

void stop_pipe(int64_t remote) {
    wchar_t path[512] = L"";
    pthread_mutex_lock(&lock);
    for (struct server *server = servers; server != NULL; server = server->next) {
        if (server->remote != remote || server->stopped) continue;
        server->stopped = true;
        if (server->console != INVALID_SOCKET) shutdown(server->console, SD_BOTH);
        memcpy(path, server->path, sizeof path);
    }
    pthread_mutex_unlock(&lock);
    if (path[0] == 0) return;
    /* A client wakes it where it waits for one. */
    HANDLE client = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (client != INVALID_HANDLE_VALUE) CloseHandle(client);
}
