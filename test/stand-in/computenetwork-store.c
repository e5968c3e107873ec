/* The entities on disk, and JSON as text again. */
#define _GNU_SOURCE
#include "platform.h"
#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#endif
#include "computenetwork.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifndef _WIN32
#include <fcntl.h>
#include <sys/file.h>
#endif

static const char *NAMES[ENTITIES] = {"network", "endpoint", "namespace"};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *folder;
static bool own_folder;
#ifdef _WIN32
static HANDLE file_lock;
#else
static int file_lock = -1;
#endif

static void make_folder(const char *path) {
#ifdef _WIN32
    mkdir(path);
#else
    mkdir(path, 0700);
#endif
}

/* LCOW_STAND_IN_NETWORKS, or beside the bridge, or this process' own. */
static void find_folder(void) {
    const char *wanted = environment("LCOW_STAND_IN_NETWORKS"), *bridge = environment("LCOW_STAND_IN_BRIDGE");
    const char *temporary = environment("TMPDIR");
#ifdef _WIN32
    if (temporary == NULL) temporary = environment("TEMP");
#endif
    if (temporary == NULL) temporary = "/tmp";
    if (wanted != NULL) folder = format("%s", wanted);
    else if (bridge != NULL && strncmp(bridge, "unix:", 5) == 0) folder = format("%s.hcn", bridge + 5);
    else if (bridge != NULL) folder = format("%s/lcow-hcn-%s", temporary, strchr(bridge, ':') + 1);
    else folder = format("%s/lcow-hcn-%ld", temporary, (long)getpid());
    own_folder = wanted == NULL && bridge == NULL;
    make_folder(folder);
}

static char *path_of(const char *name) { return format("%s/%s", folder, name); }

/* What only this process had goes with it. */
__attribute__((destructor)) static void remove_folder(void) {
    if (folder == NULL || !own_folder) return;
    char *path = path_of("lock");
    remove(path);
    free(path);
    rmdir(folder);
}

void store_lock(void) {
    pthread_once(&once, find_folder);
    pthread_mutex_lock(&mutex);
    char *path = path_of("lock");
#ifdef _WIN32
    while ((file_lock = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, 0, NULL)) ==
           INVALID_HANDLE_VALUE) Sleep(1);
#else
    file_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_lock >= 0) flock(file_lock, LOCK_EX);
#endif
    free(path);
}

void store_unlock(void) {
#ifdef _WIN32
    CloseHandle(file_lock);
#else
    if (file_lock >= 0) close(file_lock);
#endif
    pthread_mutex_unlock(&mutex);
}

static char *entity_path(enum entity entity, const char *id) {
    return format("%s/%s-%s.json", folder, NAMES[entity], id);
}

struct json *store_read(enum entity entity, const char *id) {
    char *path = entity_path(entity, id);
    FILE *file = fopen(path, "rb");
    free(path);
    if (file == NULL) return NULL;
    size_t room = 1 << 20, used;
    char *text = malloc(room + 1);
    used = fread(text, 1, room, file);
    text[used] = 0;
    fclose(file);
    struct json *value = json_parse(text, NULL);
    free(text);
    return value;
}

void store_write(enum entity entity, const char *id, const struct json *value) {
    char *path = entity_path(entity, id), *next = format("%s.next", path), *text = json_write(value);
    FILE *file = fopen(next, "wb");
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
#ifdef _WIN32
        remove(path);
#endif
        rename(next, path);
    }
    free(text);
    free(next);
    free(path);
}

bool store_remove(enum entity entity, const char *id) {
    char *path = entity_path(entity, id);
    bool removed = remove(path) == 0;
    free(path);
    return removed;
}

struct json *store_all(enum entity entity) {
    struct json *all = json_parse("{}", NULL), **last = &all->first;
    DIR *directory = opendir(folder);
    size_t prefix = strlen(NAMES[entity]) + 1;
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length != prefix + 36 + 5 || strncmp(entry->d_name, NAMES[entity], prefix - 1) != 0) continue;
        char *id = format("%.36s", entry->d_name + prefix);
        struct json *one = store_read(entity, id);
        if (one == NULL) {
            free(id);
            continue;
        }
        one->key = id;
        *last = one;
        last = &one->next;
    }
    if (directory != NULL) closedir(directory);
    return all;
}

char *json_write(const struct json *value) {
    static const char *WORDS[] = {"null", "false", "true"};
    if (value->kind == JSON_NUMBER) return format("%s", value->string);
    if (value->kind == JSON_STRING) return quoted(value->string);
    if (value->kind != JSON_LIST && value->kind != JSON_OBJECT) return format("%s", WORDS[value->kind]);
    bool object = value->kind == JSON_OBJECT;
    char *all = format(object ? "{" : "[");
    for (const struct json *member = value->first; member != NULL; member = member->next) {
        char *key = object ? quoted(member->key) : format("%s", ""), *text = json_write(member);
        char *longer = format("%s%s%s%s%s", all, member == value->first ? "" : ",", key, object ? ":" : "", text);
        free(all);
        free(key);
        free(text);
        all = longer;
    }
    char *whole = format("%s%s", all, object ? "}" : "]");
    free(all);
    return whole;
}

void json_put(struct json *object, const char *key, const char *text) {
    struct json **link = &object->first;
    while (*link != NULL && strcmp((*link)->key, key) != 0) link = &(*link)->next;
    struct json *old = *link, *rest = old == NULL ? NULL : old->next;
    struct json *new = text == NULL ? NULL : json_parse(text, NULL);
    if (new != NULL) {
        new->key = format("%s", key);
        new->next = rest;
    }
    *link = new == NULL ? rest : new;
    if (old != NULL) {
        old->next = NULL;
        json_free(old);
    }
}
