/*
 * Templates and their clones, where machines are simulated. What HCS itself refuses is documented nowhere. What is
 * refused here is what hcsshim, which cloned VMs of Windows containers, took care never to send: a template that is not
 * paused, that still has an adapter, or whose memory is all physical; a clone that is another machine than its template,
 * or has not the disks that its template had. The end of a template is taken to be the end of its clones, whose memory
 * is its: the worst that can be.
 */
#define _GNU_SOURCE
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES "VirtualMachine/Devices/"
#define SOURCE "VirtualMachine/RestoreState/TemplateSystemId"

static bool same(const struct json *one, const struct json *other) {
    if (one == NULL || other == NULL) return one == other;
    if (one->kind != other->kind) return false;
    if (one->kind == JSON_STRING || one->kind == JSON_NUMBER) return strcmp(one->string, other->string) == 0;
    const struct json *b = other->first;
    int count = 0;
    for (const struct json *a = one->first; a != NULL; a = a->next, count++) {
        if (one->kind == JSON_OBJECT ? !same(a, json_member(other, a->key)) : !same(a, b)) return false;
        if (one->kind == JSON_LIST) b = b->next;
    }
    for (b = other->first; b != NULL; b = b->next) count--;
    return count == 0;
}

HRESULT save_as_template(struct machine *machine, const struct json *options, char **document) {
    if (json_member(options, "SaveStateFilePath") != NULL) {
        *document = failure(HR_NOT_SUPPORTED, "SaveStateFilePath", "a template is kept where HCS likes");
        return HR_NOT_SUPPORTED;
    }
    if (machine->template != NULL) {
        *document = failure(HR_NOT_SUPPORTED, "SaveType", "the system is a clone of %s", machine->template->id);
        return HR_NOT_SUPPORTED;
    }
    struct json *overcommit = json_at(machine->document, "VirtualMachine/ComputeTopology/Memory/AllowOvercommit");
    if (!json_true(overcommit)) {
        *document = failure(HR_NOT_SUPPORTED, "SaveType", "the memory of the system is physical: AllowOvercommit");
        return HR_NOT_SUPPORTED;
    }
    struct json *adapters = json_at(machine->document, DEVICES "NetworkAdapters");
    if (adapters != NULL && adapters->first != NULL) {
        *document = failure(HR_NOT_SUPPORTED, "SaveType", "the system has an adapter");
        return HR_NOT_SUPPORTED;
    }
    for (struct device *device = machine->devices; device != NULL; device = device->next) {
        if (strncmp(device->name, DEVICES "Scsi/", strlen(DEVICES "Scsi/")) == 0) continue;
        *document = failure(HR_NOT_SUPPORTED, "SaveType", "the system has %s, which is not cloned", device->name);
        return HR_NOT_SUPPORTED;
    }
    machine->state = SAVED_AS_TEMPLATE;
    return HR_OK;
}

static HRESULT differs(const char *path, const struct machine *template, char **document) {
    *document = failure(HR_INVALIDARG, path, "%s is not what it is of the template %s", path, template->id);
    return HR_INVALIDARG;
}

/* The disks of the template, declared and added, by their slots. */
static HRESULT check_disks(const struct json *document, const struct machine *template, char **result) {
    struct json *controllers = json_at(template->document, DEVICES "Scsi");
    for (struct json *one = controllers == NULL ? NULL : controllers->first; one != NULL; one = one->next) {
        struct json *attachments = json_member(one, "Attachments");
        for (struct json *slot = attachments == NULL ? NULL : attachments->first; slot != NULL; slot = slot->next) {
            char path[256];
            snprintf(path, sizeof path, DEVICES "Scsi/%s/Attachments/%s", one->key, slot->key);
            if (json_at(document, path) == NULL) return differs(path, template, result);
        }
    }
    for (struct device *device = template->devices; device != NULL; device = device->next) {
        if (json_at(document, device->name) == NULL) return differs(device->name, template, result);
    }
    return HR_OK;
}

HRESULT find_template(const struct json *document, struct machine **template, char **result) {
    static const char *ALIKE[] = {"VirtualMachine/Chipset", "VirtualMachine/ComputeTopology"};
    const char *id = json_text(json_at(document, SOURCE));
    *template = NULL;
    if (id == NULL || *id == 0) return HR_OK;
    struct machine *found = machine_named(id);
    if (found == NULL) {
        *result = failure(HR_SYSTEM_NOT_FOUND, SOURCE, "there is no compute system %s", id);
        return HR_SYSTEM_NOT_FOUND;
    }
    if (found->state != SAVED_AS_TEMPLATE) {
        *result = failure(HR_INVALID_STATE, SOURCE, "the compute system %s is not saved as a template", id);
        return HR_INVALID_STATE;
    }
    for (size_t i = 0; i < sizeof ALIKE / sizeof *ALIKE; i++) {
        if (!same(json_at(document, ALIKE[i]), json_at(found->document, ALIKE[i]))) return differs(ALIKE[i], found, result);
    }
    struct json *mine = json_at(document, "VirtualMachine/Devices"), *its = json_at(found->document, "VirtualMachine/Devices");
    const struct json *sides[][2] = {{mine, its}, {its, mine}};
    for (int side = 0; side < 2; side++) {
        for (struct json *kind = sides[side][0] == NULL ? NULL : sides[side][0]->first; kind != NULL; kind = kind->next) {
            char path[256];
            snprintf(path, sizeof path, DEVICES "%s", kind->key);
            if (json_member(sides[side][1], kind->key) == NULL) return differs(path, found, result);
        }
    }
    HRESULT disks = check_disks(document, found, result);
    if (disks == HR_OK) *template = found;
    return disks;
}

void end_clones(struct machine *template) {
    for (struct machine *machine = machines; machine != NULL;) {
        if (machine->template != template) {
            machine = machine->next;
            continue;
        }
        machine->template = NULL;
        exit_machine(machine, "UnexpectedExit", HR_UNEXPECTED_EXIT);
        machine = machines;
    }
}
