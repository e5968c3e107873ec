/*
 * The bridge: one stream connection to a process that runs the systems (bridge.ts), lines of text.
 *
 *   to it     Q <call> <verb> <handle> <json>
 *   from it   R <call> <hresult in hex> <json or ->
 *             E <handle> <event type> <json or ->
 *
 * LCOW_STAND_IN_BRIDGE is unix:<path> or tcp:<port on 127.0.0.1>; unset, systems are simulated. The end of the
 * connection is the service's disconnect.
 */
#define _GNU_SOURCE
#include "platform.h"
#ifdef _WIN32
#include <winsock2.h>
#endif
#include "stand-in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
typedef SOCKET stream;
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
typedef int stream;
#endif

struct waiting {
    uint64_t id;
    bool answered;
    HRESULT result;
    char *document;
    struct waiting *next;
};
static struct waiting *waiting;
static uint64_t next_call = 1;
static stream connection;
static bool connected;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static bool wanted;
static pthread_once_t looked = PTHREAD_ONCE_INIT;
static void look(void) { wanted = environment("LCOW_STAND_IN_BRIDGE") != NULL; }

bool bridged(void) {
    pthread_once(&looked, look);
    return wanted;
}

static char *rest_of(char *text) { return strcmp(text, "-") == 0 ? NULL : strdup(text); }

static void take_line(char *line) {
    char *end = NULL;
    if (line[0] == 'R') {
        uint64_t id = strtoull(line + 2, &end, 10);
        HRESULT result = (HRESULT)strtoul(end + 1, &end, 16);
        for (struct waiting *call = waiting; call != NULL; call = call->next) {
            if (call->id != id) continue;
            call->answered = true;
            call->result = result;
            call->document = rest_of(end + 1);
        }
        pthread_cond_broadcast(&changed);
    } else if (line[0] == 'E') {
        int64_t handle = strtoll(line + 2, &end, 10);
        int32_t type = (int32_t)strtol(end + 1, &end, 10);
        char *data = rest_of(end + 1);
        for (struct system *system = systems; system != NULL; system = system->next) {
            if (system->remote == handle && handle >= 0) raise_event(system, type, data, NULL);
        }
        free(data);
    }
}

static void *receive(void *argument) {
    (void)argument;
    size_t room = 65536, used = 0;
    char *buffer = malloc(room);
    for (;;) {
        if (used + 1 >= room) buffer = realloc(buffer, room *= 2);
        long got = (long)recv(connection, buffer + used, (int)(room - used - 1), 0);
        if (got <= 0) break;
        used += (size_t)got;
        pthread_mutex_lock(&lock);
        char *start = buffer, *end;
        while ((end = memchr(start, '\n', used - (size_t)(start - buffer))) != NULL) {
            *end = 0;
            take_line(start);
            start = end + 1;
        }
        pthread_mutex_unlock(&lock);
        used -= (size_t)(start - buffer);
        memmove(buffer, start, used);
    }
    pthread_mutex_lock(&lock);
    disconnected = true;
    for (struct waiting *call = waiting; call != NULL; call = call->next) {
        call->answered = true;
        call->result = HR_SERVICE_DISCONNECT;
    }
    for (struct system *system = systems; system != NULL; system = system->next) {
        raise_event(system, EVENT_SERVICE_DISCONNECT, NULL, NULL);
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    free(buffer);
    return NULL;
}

static void open_connection(void) {
    const char *where = environment("LCOW_STAND_IN_BRIDGE");
#ifdef _WIN32
    WSADATA data;
    WSAStartup(0x202, &data);
#else
    if (strncmp(where, "unix:", 5) == 0) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%s", where + 5);
        connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connected = connect(connection, (struct sockaddr *)&address, sizeof address) == 0;
    }
#endif
    if (strncmp(where, "tcp:", 4) == 0) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(where + 4))};
        address.sin_addr.s_addr = htonl(0x7F000001);
        connection = socket(AF_INET, SOCK_STREAM, 0);
        connected = connect(connection, (struct sockaddr *)&address, sizeof address) == 0;
    }
    if (!connected) {
        fprintf(stderr, "the stand-in cannot connect to %s\n", where);
        return;
    }
    pthread_t thread;
    pthread_create(&thread, NULL, receive, NULL);
    pthread_detach(thread);
}

static bool send_all(const char *text) {
    size_t length = strlen(text), sent = 0;
    pthread_mutex_lock(&writing);
    while (sent < length) {
#ifdef _WIN32
        long now = send(connection, text + sent, (int)(length - sent), 0);
#else
        long now = (long)send(connection, text + sent, length - sent, MSG_NOSIGNAL);
#endif
        if (now <= 0) break;
        sent += (size_t)now;
    }
    pthread_mutex_unlock(&writing);
    return sent == length;
}

HRESULT bridge_call(const char *verb, int64_t remote, const char *json, char **document) {
    pthread_once(&once, open_connection);
    if (!connected) return HR_SERVICE_DISCONNECT;
    struct waiting call = {0};
    pthread_mutex_lock(&lock);
    call.id = next_call++;
    call.next = waiting;
    waiting = &call;
    pthread_mutex_unlock(&lock);
    char *line = format("Q %llu %s %lld %s\n", (unsigned long long)call.id, verb, (long long)remote, json);
    /* JSON has no line breaks within a string: those there are only lay it out. */
    for (char *at = line; at[1] != 0; at++) {
        if (*at == '\n' || *at == '\r') *at = ' ';
    }
    bool sent = send_all(line);
    free(line);
    pthread_mutex_lock(&lock);
    while (sent && !call.answered && !disconnected) pthread_cond_wait(&changed, &lock);
    struct waiting **link = &waiting;
    while (*link != &call) link = &(*link)->next;
    *link = call.next;
    pthread_mutex_unlock(&lock);
    HRESULT result = call.answered ? call.result : HR_SERVICE_DISCONNECT;
    if (document != NULL) *document = call.document;
    else free(call.document);
    return result;
}
