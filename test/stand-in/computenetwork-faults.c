/*
 * Configuration of the computenetwork stand-in, in LCOW_STAND_IN's form (faults.c): Build, DelayMs, Hang, Fail. And
 * what bridge.c and documents.c need of computecore's parts, which are not in this library.
 */
#define _GNU_SOURCE
#include "platform.h"
#include "computenetwork.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
struct system *systems;
bool disconnected;

void raise_event(struct event_target *target, int32_t type, const char *data, HCS_OPERATION operation) {
    (void)target, (void)type, (void)data, (void)operation;
}

static struct json *configuration;
static struct used { char *function; int64_t times; struct used *next; } *used;
static uint64_t releases;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void) {
    const char *text = environment("LCOW_STAND_IN");
    if (text != NULL) configuration = json_parse(text, NULL);
}

static struct json *about(const char *kind, const char *function) {
    struct json *table = json_member(configuration, kind), *found = json_member(table, function);
    return found != NULL ? found : json_member(table, "*");
}

static bool use(const char *function, struct json *failure) {
    int64_t times = json_integer(json_member(failure, "Times"), -1);
    if (times < 0) return true;
    struct used *record = used;
    while (record != NULL && strcmp(record->function, function) != 0) record = record->next;
    if (record == NULL) {
        record = calloc(1, sizeof *record);
        record->function = strdup(function);
        record->next = used;
        used = record;
    }
    return record->times++ < times;
}

EXPORT HRESULT HcnStandInConfigure(PCWSTR16 text) {
    char *wanted = utf8_of(text);
    struct json *parsed = wanted == NULL ? NULL : json_parse(wanted, NULL);
    free(wanted);
    if (text != NULL && parsed == NULL) return HR_INVALIDARG;
    pthread_once(&once, read_environment);
    pthread_mutex_lock(&lock);
    json_free(configuration);
    configuration = parsed;
    while (used != NULL) {
        struct used *next = used->next;
        free(used->function);
        free(used);
        used = next;
    }
    releases++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return HR_OK;
}

int64_t hcn_build(void) {
    pthread_once(&once, read_environment);
    pthread_mutex_lock(&lock);
    int64_t build = json_integer(json_member(configuration, "Build"), 26100);
    pthread_mutex_unlock(&lock);
    return build;
}

HRESULT hcn_fault(const char *function, char **record) {
    pthread_once(&once, read_environment);
    pthread_mutex_lock(&lock);
    int64_t delay = json_integer(about("DelayMs", function), 0);
    if (delay > 0) {
        pthread_mutex_unlock(&lock);
        struct timespec wait = {delay / 1000, (delay % 1000) * 1000000};
        nanosleep(&wait, NULL);
        pthread_mutex_lock(&lock);
    }
    uint64_t before = releases;
    while (json_true(about("Hang", function)) && releases == before) pthread_cond_wait(&changed, &lock);
    struct json *failure = about("Fail", function);
    HRESULT result = HR_OK;
    if (failure != NULL && use(function, failure)) {
        struct json *document = json_member(failure, "Document");
        result = (HRESULT)(int32_t)json_integer(json_member(failure, "Hresult"), (int32_t)HR_INVALIDARG);
        if (document != NULL) *record = json_write(document);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
