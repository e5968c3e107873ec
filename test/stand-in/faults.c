/*
 * Configuration: the Windows build, delays and faults. Read once from LCOW_STAND_IN (JSON), replaced by
 * HcsStandInConfigure:
 *
 *   { "Build": 26100,
 *     "CheckAccess": true,             files must be granted before start
 *     "CallbackBeforeReturn": false,   an operation has completed when its call returns
 *     "DelayMs": { "<export>": 5 },    "*" stands for every export
 *     "Hang": { "<export>": true },    never ends, until HcsStandInControl releases it or this is gone
 *     "Fail": { "<export>": { "Hresult": -2143878899, "Synchronous": false, "Times": 1, "Document": {..} } } }
 */
#define _GNU_SOURCE
#include "platform.h"
#include "stand-in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool disconnected;

static struct json *configuration;
/* How often each failure was used, by its name; small, so a list. */
static struct used { char *function; int64_t times; struct used *next; } *used;
static uint64_t releases;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void) {
    const char *text = environment("LCOW_STAND_IN");
    if (text != NULL) configuration = json_parse(text, NULL);
}

static struct json *setting(const char *path) {
    pthread_once(&once, read_environment);
    return json_at(configuration, path);
}

EXPORT HRESULT HcsStandInConfigure(PCWSTR16 text) {
    char *wanted = utf8_of(text);
    struct json *parsed = wanted == NULL ? NULL : json_parse(wanted, NULL);
    free(wanted);
    if (text != NULL && parsed == NULL) return HR_INVALID_JSON;
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
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return HR_OK;
}

int64_t windows_build(void) { return json_integer(setting("Build"), 26100); }
bool callback_before_return(void) { return json_true(setting("CallbackBeforeReturn")); }
bool access_is_checked(void) {
    struct json *value = setting("CheckAccess");
    return value == NULL || json_true(value);
}

static struct json *about(const char *kind, const char *function) {
    struct json *table = setting(kind);
    struct json *found = json_member(table, function);
    return found != NULL ? found : json_member(table, "*");
}

/* Whether this failure is to happen once more. */
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

HRESULT synchronous_fault(const char *function) {
    if (disconnected) return HR_SERVICE_DISCONNECT;
    struct json *failure = about("Fail", function);
    if (failure == NULL || !json_true(json_member(failure, "Synchronous")) || !use(function, failure)) return HR_OK;
    return (HRESULT)json_integer(json_member(failure, "Hresult"), HR_INVALIDARG);
}

/* The value as JSON text; free(). */
static char *text_of(const struct json *value) {
    static const char *WORDS[] = {"null", "false", "true"};
    if (value->kind == JSON_NUMBER) return strdup(value->string);
    if (value->kind == JSON_STRING) return quoted(value->string);
    if (value->kind != JSON_LIST && value->kind != JSON_OBJECT) return strdup(WORDS[value->kind]);
    bool object = value->kind == JSON_OBJECT;
    char *all = strdup(object ? "{" : "[");
    for (const struct json *member = value->first; member != NULL; member = member->next) {
        char *key = object ? quoted(member->key) : strdup(""), *text = text_of(member);
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

bool suffer(const char *function, struct fault *fault) {
    pthread_mutex_lock(&lock);
    int64_t delay = json_integer(about("DelayMs", function), 0);
    if (delay > 0) {
        pthread_mutex_unlock(&lock);
        struct timespec wait = {delay / 1000, (delay % 1000) * 1000000};
        nanosleep(&wait, NULL);
        pthread_mutex_lock(&lock);
    }
    uint64_t before = releases;
    bool hangs = json_true(about("Hang", function)) && !disconnected;
    if (hangs) count(COUNT_HANGING, 1);
    while (json_true(about("Hang", function)) && releases == before && !disconnected) {
        pthread_cond_wait(&changed, &lock);
    }
    if (hangs) count(COUNT_HANGING, -1);
    struct json *failure = about("Fail", function);
    bool fails = false;
    if (disconnected) {
        fault->hresult = HR_SERVICE_DISCONNECT;
        fails = true;
    } else if (failure != NULL && !json_true(json_member(failure, "Synchronous")) && use(function, failure)) {
        struct json *document = json_member(failure, "Document");
        fault->hresult = (HRESULT)json_integer(json_member(failure, "Hresult"), HR_INVALIDARG);
        if (document != NULL) fault->document = text_of(document);
        fails = true;
    }
    pthread_mutex_unlock(&lock);
    return fails;
}

/* ---- control: what happens to the service or to a system from outside ---- */

static void flood(const char *id, int64_t times) {
    for (int64_t i = 0; i < times; i++) {
        for (struct system *system = systems; system != NULL; system = system->next) {
            if (strcmp(system->id, id) != 0) continue;
            char *data = format("{\"Number\":%lld}", (long long)i);
            raise_event(system, EVENT_GUEST_CONNECTION_CLOSED, data, NULL);
            free(data);
        }
    }
}

static void tell_all(int32_t type) {
    for (struct system *system = systems; system != NULL; system = system->next) raise_event(system, type, NULL, NULL);
}

/* {"Action":"Flood"|"Crash"|"Exit"|"Disconnect"|"Reconnect"|"Release","System":id,"Times":n} */
EXPORT HRESULT HcsStandInControl(PCWSTR16 text) {
    char *wanted = utf8_of(text);
    struct json *request = wanted == NULL ? NULL : json_parse(wanted, NULL);
    free(wanted);
    const char *action = json_text(json_member(request, "Action"));
    const char *id = json_text(json_member(request, "System"));
    HRESULT result = HR_OK;
    pthread_mutex_lock(&lock);
    if (action == NULL) {
        result = HR_INVALIDARG;
    } else if (strcmp(action, "Flood") == 0 && id != NULL) {
        flood(id, json_integer(json_member(request, "Times"), 1));
    } else if (strcmp(action, "Crash") == 0 && id != NULL && machine_named(id) != NULL) {
        crash_machine(machine_named(id));
    } else if (strcmp(action, "Exit") == 0 && id != NULL && machine_named(id) != NULL) {
        exit_machine(machine_named(id), "GracefulExit", HR_OK);
    } else if (strcmp(action, "Disconnect") == 0) {
        disconnected = true;
        tell_all(EVENT_SERVICE_DISCONNECT);
        pthread_cond_broadcast(&changed);
    } else if (strcmp(action, "Reconnect") == 0) {
        disconnected = false;
    } else if (strcmp(action, "Release") == 0) {
        releases++;
        pthread_cond_broadcast(&changed);
    } else {
        result = HR_INVALIDARG;
    }
    pthread_mutex_unlock(&lock);
    json_free(request);
    return result;
}
