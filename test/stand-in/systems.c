/*
 * Compute systems: handles, the simulated machines behind them, and the calls on them. With a bridge the
 * machine is another process's; its state and its devices are then not judged here.
 */
#define _GNU_SOURCE
#include "stand-in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
struct system *systems;

enum state { CREATED, RUNNING, PAUSED, STOPPED };
static const char *STATES[] = {"Created", "Running", "Paused", "Stopped"};

/* A simulated machine. In the list while it is not stopped. */
struct machine {
    char *id, *owner;
    char runtime_id[37];
    int references, handles;
    enum state state;
    bool terminate_on_last;
    struct json *document;
    char *exit_status;
    const char *exit_type;
    struct device { char *name; struct device *next; } *devices;
    struct machine *next;
};
static struct machine *machines;
static uintptr_t next_handle = 0x500010;

/* ---- handles ---- */

struct system *system_of(HCS_SYSTEM handle) {
    for (struct system *found = systems; found != NULL; found = found->next) {
        if (found->handle == handle && !found->closed) return found;
    }
    count(COUNT_STALE_HANDLES, 1);
    return NULL;
}

static void release_machine(struct machine *machine) {
    if (machine == NULL || --machine->references > 0) return;
    while (machine->devices != NULL) {
        struct device *next = machine->devices->next;
        free(machine->devices->name);
        free(machine->devices);
        machine->devices = next;
    }
    json_free(machine->document);
    free(machine->exit_status);
    free(machine->owner);
    free(machine->id);
    free(machine);
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

static struct system *new_system(const char *id) {
    struct system *system = calloc(1, sizeof *system);
    system->handle = (HCS_SYSTEM)(next_handle += 0x10);
    system->references = 1;
    system->id = strdup(id);
    system->remote = -1;
    system->events_end = &system->events;
    system->next = systems;
    systems = system;
    count(COUNT_SYSTEMS, 1);
    return system;
}

static void hold(struct system *system, struct machine *machine) {
    machine->references++;
    machine->handles++;
    system->machine = machine;
}

struct machine *machine_named(const char *id) {
    struct machine *found = machines;
    while (found != NULL && strcmp(found->id, id) != 0) found = found->next;
    return found;
}

void exit_machine(struct machine *machine, const char *exit_type, HRESULT status) {
    if (machine == NULL || machine->state == STOPPED) return;
    machine->state = STOPPED;
    machine->exit_type = exit_type;
    machine->exit_status = format("{\"Status\":%d,\"ExitType\":\"%s\"}", status, exit_type);
    struct machine **link = &machines;
    while (*link != machine) link = &(*link)->next;
    *link = machine->next;
    count(COUNT_MACHINES, -1);
    for (struct system *system = systems; system != NULL; system = system->next) {
        if (system->machine == machine) raise_event(system, EVENT_SYSTEM_EXITED, machine->exit_status, NULL);
    }
    release_machine(machine);
}

static void make_guid(char out[37]) {
    static uint64_t seed;
    if (seed == 0) seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)(uintptr_t)&seed;
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    uint64_t high = seed;
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    snprintf(out, 37, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xFFFF),
             (unsigned)(high & 0xFFF), (unsigned)(seed >> 52), (unsigned long long)(seed & 0xFFFFFFFFFFFFull));
}

/* ---- create, open, close ---- */

static HRESULT read_document(const char *text, const char *kind, struct json **out, char **document) {
    char *why = NULL;
    struct json *parsed = json_parse(text, &why);
    struct problems problems = {NULL, 0};
    if (parsed == NULL) {
        problem(&problems, "", "the JSON document is malformed: %s", why == NULL ? "" : why);
    } else if (parsed->kind != JSON_OBJECT) {
        problem(&problems, "", "the JSON document is not an object");
    } else {
        check_value(parsed, kind, "", &problems);
    }
    free(why);
    if (problems.count > 0) {
        json_free(parsed);
        *document = error_document(HR_INVALID_JSON, "The virtual machine or container JSON document is invalid.",
                                   &problems);
        return HR_INVALID_JSON;
    }
    *out = parsed;
    return HR_OK;
}

static HRESULT check_version(const struct json *document, char **result) {
    int64_t major = json_integer(json_at(document, "SchemaVersion/Major"), 0);
    int64_t minor = json_integer(json_at(document, "SchemaVersion/Minor"), 0);
    if (major == 2 && minor <= schema_minor()) return HR_OK;
    *result = failure(HR_INVALIDARG, "SchemaVersion", "schema version %lld.%lld is not supported by build %lld",
                      (long long)major, (long long)minor, (long long)windows_build());
    return HR_INVALIDARG;
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
    json_free(made);
    free(answer);
    pthread_mutex_lock(&lock);
    bool closed = job->system->closed;
    if (!closed) job->system->remote = remote;
    pthread_mutex_unlock(&lock);
    /* The caller gave up before it was made. */
    if (closed) bridge_call("close", remote, "{}", NULL);
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
        struct machine *machine = calloc(1, sizeof *machine);
        const char *owner = json_text(json_member(wanted, "Owner"));
        *machine = (struct machine){.id = strdup(job->id), .owner = strdup(owner == NULL ? "" : owner), .references = 1,
                                    .document = wanted, .next = machines,
                                    .terminate_on_last = json_true(json_member(wanted, "ShouldTerminateOnLastHandleClosed"))};
        make_guid(machine->runtime_id);
        machines = machine;
        count(COUNT_MACHINES, 1);
        hold(job->system, machine);
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
    HRESULT result = begin("HcsCreateComputeSystem", OPERATION_CREATE, operation, system, name, utf8_of(configuration),
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
    if (remote >= 0) bridge_call("close", remote, "{}", NULL);
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

static HRESULT invalid_state(struct machine *machine, const char *verb, char **document) {
    HRESULT result = machine->state == STOPPED ? HR_SYSTEM_ALREADY_STOPPED : HR_INVALID_STATE;
    *document = failure(result, "", "cannot %s: the system is %s", verb, STATES[machine->state]);
    return result;
}

/* A device is known by its resource path; a share by its name too. */
static char *device_name(const struct json *request) {
    const char *path = json_text(json_member(request, "ResourcePath"));
    const char *share = json_text(json_at(request, "Settings/Name"));
    return share == NULL ? strdup(path) : format("%s/%s", path, share);
}

static bool declared(const struct json *document, const char *path) {
    char bus[256];
    const char *prefix = "VirtualMachine/Devices/";
    if (strncmp(path, prefix, strlen(prefix)) != 0) return true;
    snprintf(bus, sizeof bus, "%s", path);
    char *end = strchr(bus + strlen(prefix), '/');
    if (end != NULL && strncmp(end - 4, "Scsi/", 5) == 0) end = strchr(end + 1, '/');
    if (end != NULL) *end = 0;
    /* Adapters need no bus of the document: hcsshim never declares one. */
    if (strcmp(bus, "VirtualMachine/Devices/NetworkAdapters") == 0) return true;
    return json_at(document, bus) != NULL;
}

static HRESULT modify(struct machine *machine, const struct json *request, char **document) {
    const char *path = json_text(json_member(request, "ResourcePath"));
    const char *type = json_text(json_member(request, "RequestType"));
    if (machine->state == STOPPED) return invalid_state(machine, "modify", document);
    if (!declared(machine->document, path)) {
        *document = failure(HR_NOT_FOUND, path, "%s: the document declares no such device", path);
        return HR_NOT_FOUND;
    }
    if (type == NULL || strcmp(type, "Update") == 0) return HR_OK;
    char *name = device_name(request);
    struct device **link = &machine->devices;
    while (*link != NULL && strcmp((*link)->name, name) != 0) link = &(*link)->next;
    bool add = strcmp(type, "Add") == 0;
    HRESULT result = add == (*link == NULL) ? HR_OK : add ? HR_ALREADY_EXISTS : HR_NOT_FOUND;
    if (result != HR_OK) {
        *document = failure(result, path, "%s: %s", path, add ? "is in use" : "is not there");
    } else if (add) {
        struct device *device = calloc(1, sizeof *device);
        *device = (struct device){strdup(name), machine->devices};
        machine->devices = device;
    } else {
        struct device *device = *link;
        *link = device->next;
        free(device->name);
        free(device);
    }
    free(name);
    return result;
}

static char *properties_of(struct machine *machine, bool with_terminate) {
    char *id = quoted(machine->id), *owner = quoted(machine->owner);
    char *text = format("{\"Id\":%s,\"SystemType\":\"VirtualMachine\",\"Owner\":%s,\"RuntimeId\":\"%s\","
                        "\"State\":\"%s\",\"RuntimeOsType\":\"Linux\"%s}",
                        id, owner, machine->runtime_id, STATES[machine->state],
                        !with_terminate ? "" : machine->terminate_on_last ? ",\"TerminateOnLastHandleClosed\":true"
                                                                          : ",\"TerminateOnLastHandleClosed\":false");
    free(id);
    free(owner);
    return text;
}

static HRESULT act(struct machine *machine, struct job *job, const struct json *request, char **document) {
    if (machine == NULL) {
        *document = failure(HR_INVALID_STATE, "", "the system is being created");
        return HR_INVALID_STATE;
    }
    if (machine->state == STOPPED) return invalid_state(machine, "use", document);
    switch (job->type) {
    case OPERATION_START: {
        if (machine->state != CREATED) return invalid_state(machine, "start", document);
        HRESULT checked = check_files(machine->id, machine->document, true, document);
        if (checked == HR_OK) machine->state = RUNNING;
        return checked;
    }
    case OPERATION_SHUTDOWN:
        if (machine->state != RUNNING) return invalid_state(machine, "shut down", document);
        exit_machine(machine, "GracefulExit", HR_OK);
        return HR_OK;
    case OPERATION_TERMINATE: exit_machine(machine, "ForcedExit", HR_TERMINATED); return HR_OK;
    case OPERATION_CRASH:
        if (machine->state != RUNNING) return invalid_state(machine, "crash", document);
        exit_machine(machine, "UnexpectedExit", HR_UNEXPECTED_EXIT);
        return HR_OK;
    case OPERATION_PAUSE:
        if (machine->state != RUNNING) return invalid_state(machine, "pause", document);
        machine->state = PAUSED;
        return HR_OK;
    case OPERATION_RESUME:
        if (machine->state != PAUSED) return invalid_state(machine, "resume", document);
        machine->state = RUNNING;
        return HR_OK;
    case OPERATION_SAVE:
        if (machine->state != PAUSED) return invalid_state(machine, "save", document);
        return HR_OK;
    case OPERATION_MODIFY: return modify(machine, request, document);
    case OPERATION_GET_PROPERTIES: {
        struct json *types = json_member(request, "PropertyTypes");
        bool with_terminate = false;
        for (struct json *type = types == NULL ? NULL : types->first; type != NULL; type = type->next) {
            if (strcmp(type->string, "TerminateOnLastHandleClosed") == 0) with_terminate = true;
        }
        *document = properties_of(machine, with_terminate);
        return HR_OK;
    }
    default: return HR_NOTIMPL;
    }
}

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
    if (result == HR_OK && !bridged()) result = act(machine, job, request, document);
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
    if (system != NULL) result = begin(function, type, operation, system, NULL, utf8_of(text), system_body);
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

/* HCS's own processes need a guest connection, which our documents never ask for. */
EXPORT HRESULT HcsCreateProcess(HCS_SYSTEM system, PCWSTR16 parameters, HCS_OPERATION operation,
                                const void *security_descriptor, HCS_PROCESS *out) {
    (void)operation;
    if (parameters == NULL || security_descriptor != NULL || out == NULL) return HR_INVALIDARG;
    pthread_mutex_lock(&lock);
    HRESULT result = system_of(system) == NULL ? HR_HANDLE : HR_NOT_CONFIGURED;
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- the service ---- */

static bool listed(const struct json *list, const char *text) {
    if (list == NULL) return true;
    for (struct json *member = list->first; member != NULL; member = member->next) {
        if (strcmp(member->string, text) == 0) return true;
    }
    return false;
}

static HRESULT enumerate_body(struct job *job, char **document) {
    struct json *query = NULL;
    bool given = job->text != NULL && *job->text != 0;
    HRESULT result = given ? read_document(job->text, "@SystemQuery", &query, document) : HR_OK;
    if (result != HR_OK) return result;
    if (bridged()) {
        json_free(query);
        return bridge_call("enumerate", -1, given ? job->text : "{}", document);
    }
    char *all = strdup("");
    pthread_mutex_lock(&lock);
    for (struct machine *machine = machines; machine != NULL; machine = machine->next) {
        if (!listed(json_member(query, "Ids"), machine->id) || !listed(json_member(query, "Owners"), machine->owner) ||
            !listed(json_member(query, "Names"), machine->id) ||
            !listed(json_member(query, "Types"), "VirtualMachine")) continue;
        char *one = properties_of(machine, false);
        char *longer = format("%s%s%s", all, *all == 0 ? "" : ",", one);
        free(one);
        free(all);
        all = longer;
    }
    pthread_mutex_unlock(&lock);
    json_free(query);
    *document = format("[%s]", all);
    free(all);
    return HR_OK;
}

EXPORT HRESULT HcsEnumerateComputeSystems(PCWSTR16 query, HCS_OPERATION operation) {
    pthread_mutex_lock(&lock);
    HRESULT result = begin("HcsEnumerateComputeSystems", OPERATION_ENUMERATE, operation, NULL, NULL, utf8_of(query),
                           enumerate_body);
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsGetServiceProperties(PCWSTR16 query, PWSTR16 *result) {
    if (result == NULL) return HR_INVALIDARG;
    char *text = utf8_of(query), *error = NULL;
    struct json *wanted = NULL;
    pthread_mutex_lock(&lock);
    HRESULT answer = synchronous_fault("HcsGetServiceProperties");
    pthread_mutex_unlock(&lock);
    if (answer == HR_OK && text != NULL) answer = read_document(text, "@ServiceQuery", &wanted, &error);
    json_free(wanted);
    free(text);
    if (answer != HR_OK) {
        *result = document_of(error);
        free(error);
        return answer;
    }
    char *properties = format("{\"Properties\":[{\"SupportedSchemaVersions\":[{\"Major\":1,\"Minor\":0},"
                              "{\"Major\":2,\"Minor\":%d}]}]}", schema_minor());
    *result = document_of(properties);
    free(properties);
    return HR_OK;
}

EXPORT HRESULT HcsModifyServiceSettings(PCWSTR16 settings, PWSTR16 *result) {
    if (result != NULL) *result = NULL;
    return settings == NULL ? HR_INVALIDARG : HR_OK;
}
