/*
 * Compute systems: handles, the simulated machines behind them, and the calls on them. With a bridge the
 * machine is another process's; its state and its devices are then not judged here.
 */
#define _GNU_SOURCE
#include "machine.h"
#ifdef _WIN32
#include "pipe-server.h"
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
struct system *systems;

static uintptr_t next_handle = 0x500010;

/* ---- handles ---- */

struct system *system_of(HCS_SYSTEM handle) {
    for (struct system *found = systems; found != NULL; found = found->next) {
        if (found->handle == handle && !found->closed) return found;
    }
    count(COUNT_STALE_HANDLES, 1);
    return NULL;
}

void release_system(struct system *system) {
    if (--system->references > 0) return;
    struct system **link = &systems;
    while (*link != system) link = &(*link)->next;
    *link = system->next;
    release_machine(system->machine);
    free(system->id);
    free(system);
}

static void release_target(struct event_target *target) { release_system((struct system *)target); }

static struct system *new_system(const char *id) {
    struct system *system = calloc(1, sizeof *system);
    system->handle = (HCS_SYSTEM)(next_handle += 0x10);
    system->references = 1;
    system->release = release_target;
    system->id = strdup(id);
    system->remote = -1;
    system->events_end = &system->events;
    system->next = systems;
    systems = system;
    count(COUNT_SYSTEMS, 1);
    return system;
}

/* ---- create, open, close ---- */

static HRESULT check_version(const struct json *document, char **result) {
    int64_t major = json_integer(json_at(document, "SchemaVersion/Major"), 0);
    int64_t minor = json_integer(json_at(document, "SchemaVersion/Minor"), 0);
    if (major == 2 && minor <= schema_minor()) return HR_OK;
    *result = failure(HR_INVALIDARG, "SchemaVersion", "schema version %lld.%lld is not supported by build %lld",
                      (long long)major, (long long)minor, (long long)windows_build());
    return HR_INVALIDARG;
}

/* On Windows the first serial port's pipe is served here, as vmwp does: the bridge is not on Windows. */
static void serve_console(const char *document, const char *runtime_id, int64_t remote) {
#ifdef _WIN32
    struct json *parsed = json_parse(document, NULL);
    const char *pipe = json_text(json_at(parsed, "VirtualMachine/Devices/ComPorts/0/NamedPipe"));
    if (pipe != NULL && runtime_id != NULL) serve_pipe(pipe, runtime_id, remote);
    json_free(parsed);
#else
    (void)document;
    (void)runtime_id;
    (void)remote;
#endif
}

static void close_remote(int64_t remote) {
#ifdef _WIN32
    stop_pipe(remote);
#endif
    bridge_call("close", remote, "{}", NULL);
}

static HRESULT create_remote(struct job *job, char **document) {
    char *id = quoted(job->id), *answer = NULL;
    char *request = format("{\"Id\":%s,\"Document\":%s}", id, job->text);
    HRESULT result = bridge_call("create", -1, request, &answer);
    free(request);
    free(id);
    if (result != HR_OK) {
        *document = answer;
        return result;
    }
    struct json *made = json_parse(answer, NULL);
    int64_t remote = json_integer(json_member(made, "Handle"), -1);
    serve_console(job->text, json_text(json_member(made, "RuntimeId")), remote);
    json_free(made);
    free(answer);
    pthread_mutex_lock(&lock);
    bool closed = job->system->closed;
    if (!closed) job->system->remote = remote;
    pthread_mutex_unlock(&lock);
    /* The caller gave up before it was made. */
    if (closed) close_remote(remote);
    return HR_OK;
}

static HRESULT create_body(struct job *job, char **document) {
    struct json *wanted = NULL;
    HRESULT result = read_document(job->text, "@ComputeSystem", &wanted, document);
    if (result == HR_OK) result = check_version(wanted, document);
    if (result != HR_OK || bridged()) {
        if (result == HR_OK) {
            result = create_remote(job, document);
            pthread_mutex_lock(&lock);
            struct machine *known = calloc(1, sizeof *known);
            *known = (struct machine){.id = strdup(job->id), .references = 1, .document = wanted};
            /* Of a bridged machine only the document is kept, for the access checks. */
            if (result == HR_OK) job->system->machine = known;
            else release_machine(known);
            pthread_mutex_unlock(&lock);
        } else {
            json_free(wanted);
        }
        return result;
    }
    pthread_mutex_lock(&lock);
    if (machine_named(job->id) != NULL) {
        json_free(wanted);
        result = HR_SYSTEM_ALREADY_EXISTS;
        *document = failure(result, "id", "a compute system with the id %s exists", job->id);
    } else if (!job->system->closed) {
        struct machine *template;
        result = find_template(wanted, &template, document);
        if (result == HR_OK) add_machine(job->id, wanted, template, job->system);
        else json_free(wanted);
    } else {
        json_free(wanted);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsCreateComputeSystem(PCWSTR16 id, PCWSTR16 configuration, HCS_OPERATION operation,
                                      const void *security_descriptor, HCS_SYSTEM *out) {
    if (id == NULL || configuration == NULL || out == NULL || security_descriptor != NULL) return HR_INVALIDARG;
    char *name = utf8_of(id);
    pthread_mutex_lock(&lock);
    struct system *system = new_system(name);
    HRESULT result = begin("HcsCreateComputeSystem", OPERATION_CREATE, operation, system, NULL, name, utf8_of(configuration),
                           create_body);
    if (result == HR_OK) {
        *out = system->handle;
    } else {
        count(COUNT_SYSTEMS, -1);
        release_system(system);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsOpenComputeSystem(PCWSTR16 id, uint32_t access, HCS_SYSTEM *out) {
    if (id == NULL || out == NULL || access != 0x10000000u) return HR_INVALIDARG;
    char *name = utf8_of(id);
    int64_t remote = -1;
    pthread_mutex_lock(&lock);
    HRESULT result = synchronous_fault("HcsOpenComputeSystem");
    pthread_mutex_unlock(&lock);
    if (result == HR_OK && bridged()) {
        char *text = quoted(name), *request = format("{\"Id\":%s}", text), *answer = NULL;
        result = bridge_call("open", -1, request, &answer);
        if (result == HR_OK) {
            struct json *found = json_parse(answer, NULL);
            remote = json_integer(json_member(found, "Handle"), -1);
            json_free(found);
        }
        free(answer);
        free(request);
        free(text);
    }
    pthread_mutex_lock(&lock);
    struct machine *machine = bridged() ? NULL : machine_named(name);
    if (result == HR_OK && !bridged() && machine == NULL) result = HR_SYSTEM_NOT_FOUND;
    if (result == HR_OK) {
        struct system *system = new_system(name);
        system->remote = remote;
        if (machine != NULL) hold(system, machine);
        *out = system->handle;
    }
    pthread_mutex_unlock(&lock);
    free(name);
    return result;
}

EXPORT void HcsCloseComputeSystem(HCS_SYSTEM handle) {
    pthread_mutex_lock(&lock);
    struct system *system = system_of(handle);
    if (system == NULL) {
        pthread_mutex_unlock(&lock);
        return;
    }
    system->closed = true;
    count(COUNT_SYSTEMS, -1);
    stop_events(system);
    int64_t remote = system->remote;
    struct machine *machine = system->machine;
    if (!bridged() && machine != NULL && --machine->handles == 0 && machine->terminate_on_last) {
        exit_machine(machine, "ForcedExit", HR_TERMINATED);
    }
    pthread_mutex_unlock(&lock);
    if (remote >= 0) close_remote(remote);
    pthread_mutex_lock(&lock);
    release_system(system);
    pthread_mutex_unlock(&lock);
}

EXPORT HRESULT HcsSetComputeSystemCallback(HCS_SYSTEM handle, int32_t options, const void *context,
                                           HCS_EVENT_CALLBACK callback) {
    pthread_mutex_lock(&lock);
    struct system *system = system_of(handle);
    HRESULT result = system == NULL ? HR_HANDLE : synchronous_fault("HcsSetComputeSystemCallback");
    if (result == HR_OK && callback != NULL && system->callback != NULL) result = HR_CALLBACK_ALREADY_SET;
    if (result == HR_OK) {
        system->callback = callback;
        system->context = (void *)context;
        system->options = callback == NULL ? 0 : options;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- calls on a system ---- */

static const struct verb {
    enum operation_type type;
    const char *verb, *options; /* the kind of its text; NULL: it must have none */
} VERBS[] = {
    {OPERATION_START, "start", NULL},       {OPERATION_SHUTDOWN, "shutdown", NULL},
    {OPERATION_TERMINATE, "terminate", NULL}, {OPERATION_CRASH, "crash", "*"},
    {OPERATION_PAUSE, "pause", "*"},        {OPERATION_RESUME, "resume", NULL},
    {OPERATION_SAVE, "save", "@SaveOptions"}, {OPERATION_MODIFY, "modify", "@ModifySettingRequest"},
    {OPERATION_GET_PROPERTIES, "properties", "@PropertyQuery"},
};

static HRESULT check_added_file(struct job *job, const struct json *request, char **document) {
    const char *type = json_text(json_member(request, "RequestType"));
    const char *path = json_text(json_member(request, "ResourcePath"));
    if (type == NULL || strcmp(type, "Add") != 0 || strstr(path, "/Plan9/") != NULL) return HR_OK;
    const char *file = json_text(json_at(request, "Settings/Path"));
    if (file == NULL) file = json_text(json_at(request, "Settings/HostPath"));
    return check_file(job->system->id, file, path, !bridged(), document);
}

static HRESULT system_body(struct job *job, char **document) {
    const struct verb *verb = VERBS;
    while (verb->type != job->type) verb++;
    struct json *request = NULL;
    HRESULT result = HR_OK;
    if (job->text != NULL && *job->text != 0) {
        if (verb->options == NULL) return HR_INVALIDARG;
        result = read_document(job->text, verb->options, &request, document);
        if (result == HR_OK && job->type == OPERATION_MODIFY) {
            struct problems problems = {NULL, 0};
            check_modification(request, &problems, &result);
            if (result != HR_OK) *document = error_document(result, "The request is invalid.", &problems);
        }
    } else if (job->type == OPERATION_MODIFY) {
        result = HR_INVALIDARG;
    }
    pthread_mutex_lock(&lock);
    struct machine *machine = job->system->machine;
    if (result == HR_OK && job->type == OPERATION_MODIFY) result = check_added_file(job, request, document);
    if (result == HR_OK && bridged() && job->type == OPERATION_START && machine != NULL) {
        result = check_files(job->system->id, machine->document, false, document);
    }
    if (result == HR_OK && !bridged()) result = act(machine, job->type, request, document);
    int64_t remote = job->system->remote;
    pthread_mutex_unlock(&lock);
    json_free(request);
    if (result != HR_OK || !bridged()) return result;
    if (remote < 0) return HR_INVALID_STATE;
    return bridge_call(verb->verb, remote, job->text == NULL || *job->text == 0 ? "{}" : job->text, document);
}

static HRESULT call(const char *function, enum operation_type type, HCS_SYSTEM handle, HCS_OPERATION operation,
                    PCWSTR16 text) {
    pthread_mutex_lock(&lock);
    struct system *system = system_of(handle);
    HRESULT result = HR_HANDLE;
    if (system != NULL) result = begin(function, type, operation, system, NULL, NULL, utf8_of(text), system_body);
    pthread_mutex_unlock(&lock);
    return result;
}

#define CALL(name, type) \
    EXPORT HRESULT name(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR16 options) { \
        return call(#name, type, system, operation, options); \
    }
CALL(HcsStartComputeSystem, OPERATION_START)
CALL(HcsShutDownComputeSystem, OPERATION_SHUTDOWN)
CALL(HcsTerminateComputeSystem, OPERATION_TERMINATE)
CALL(HcsCrashComputeSystem, OPERATION_CRASH)
CALL(HcsPauseComputeSystem, OPERATION_PAUSE)
CALL(HcsResumeComputeSystem, OPERATION_RESUME)
CALL(HcsSaveComputeSystem, OPERATION_SAVE)
CALL(HcsGetComputeSystemProperties, OPERATION_GET_PROPERTIES)

EXPORT HRESULT HcsModifyComputeSystem(HCS_SYSTEM system, HCS_OPERATION operation, PCWSTR16 configuration,
                                      HANDLE16 identity) {
    if (configuration == NULL || identity != NULL) return HR_INVALIDARG;
    return call("HcsModifyComputeSystem", OPERATION_MODIFY, system, operation, configuration);
}
