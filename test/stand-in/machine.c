/* The machines that are simulated where there is no bridge: their state, their devices, their end. */
#define _GNU_SOURCE
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *STATES[] = {"Created", "Running", "Paused", "Stopped", "SavedAsTemplate"};

struct machine *machines;

void release_machine(struct machine *machine) {
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

void hold(struct system *system, struct machine *machine) {
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
    machine->exit_status = format("{\"Status\":%d,\"ExitType\":\"%s\"}", (int)status, exit_type);
    struct machine **link = &machines;
    while (*link != machine) link = &(*link)->next;
    *link = machine->next;
    count(COUNT_MACHINES, -1);
    for (struct system *system = systems; system != NULL; system = system->next) {
        if (system->machine == machine) raise_event(system, EVENT_SYSTEM_EXITED, machine->exit_status, NULL);
    }
    end_tasks(machine);
    end_clones(machine);
    release_machine(machine);
}

void crash_machine(struct machine *machine) {
    char *name = quoted(machine->id);
    char *report = format("{\"SystemId\":%s,\"ActivityId\":\"00000000-0000-0000-0000-000000000001\","
                          "\"WindowsCrashInfo\":{\"DumpFile\":\"\"},\"CrashParameters\":[1,2,3,4,5],"
                          "\"CrashLog\":\"Kernel panic - not syncing: stand-in\"}", name);
    for (struct system *system = systems; system != NULL; system = system->next) {
        if (system->machine != machine) continue;
        raise_event(system, EVENT_CRASH_INITIATED, report, NULL);
        raise_event(system, EVENT_CRASH_REPORT, report, NULL);
    }
    free(report);
    free(name);
    exit_machine(machine, "UnexpectedExit", HR_UNEXPECTED_EXIT);
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

void add_machine(const char *id, struct json *document, struct machine *template, struct system *holder) {
    struct machine *machine = calloc(1, sizeof *machine);
    const char *owner = json_text(json_member(document, "Owner"));
    *machine = (struct machine){.id = strdup(id), .owner = strdup(owner == NULL ? "" : owner), .references = 1,
                                .document = document, .next = machines, .template = template,
                                .terminate_on_last = json_true(json_member(document, "ShouldTerminateOnLastHandleClosed"))};
    make_guid(machine->runtime_id);
    machines = machine;
    count(COUNT_MACHINES, 1);
    hold(holder, machine);
}

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
    if (machine->state == STOPPED || machine->state == SAVED_AS_TEMPLATE)
        return invalid_state(machine, "modify", document);
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

char *properties_of(struct machine *machine, bool with_terminate) {
    char *id = quoted(machine->id), *owner = quoted(machine->owner);
    char *of = machine->template == NULL ? strdup("")
                                         : format(",\"RuntimeTemplateId\":\"%s\"", machine->template->runtime_id);
    char *text = format("{\"Id\":%s,\"SystemType\":\"VirtualMachine\",\"Owner\":%s,\"RuntimeId\":\"%s\","
                        "\"State\":\"%s\",\"RuntimeOsType\":\"Linux\"%s%s}",
                        id, owner, machine->runtime_id, STATES[machine->state], of,
                        !with_terminate ? "" : machine->terminate_on_last ? ",\"TerminateOnLastHandleClosed\":true"
                                                                          : ",\"TerminateOnLastHandleClosed\":false");
    free(of);
    free(id);
    free(owner);
    return text;
}

HRESULT act(struct machine *machine, enum operation_type type, const struct json *request, char **document) {
    if (machine == NULL) {
        *document = failure(HR_INVALID_STATE, "", "the system is being created");
        return HR_INVALID_STATE;
    }
    if (machine->state == STOPPED) return invalid_state(machine, "use", document);
    switch (type) {
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
        crash_machine(machine);
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
        if (strcmp(json_text(json_member(request, "SaveType")) ?: "", "AsTemplate") == 0)
            return save_as_template(machine, request, document);
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
