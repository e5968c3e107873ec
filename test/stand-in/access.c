/* Who may open what: HcsGrantVmAccess and the checks at start and modify. */
#define _GNU_SOURCE
#include "platform.h"
#include "stand-in.h"
#include <stdlib.h>
#include <string.h>

/* One file, opened for one VM, or for all of them where id is NULL. */
struct grant {
    char *id, *path;
    struct grant *next;
};
static struct grant *grants;

static bool same(const char *a, const char *b) { return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0); }

bool has_access(const char *id, const char *path) {
    for (struct grant *grant = grants; grant != NULL; grant = grant->next) {
        if ((grant->id == NULL || strcmp(grant->id, id) == 0) && strcmp(grant->path, path) == 0) return true;
    }
    return false;
}

static bool is_listed(const char *id, const char *path) {
    struct grant *grant = grants;
    while (grant != NULL && !(same(grant->id, id) && strcmp(grant->path, path) == 0)) grant = grant->next;
    return grant != NULL;
}

static bool forget(const char *id, const char *path) {
    for (struct grant **link = &grants; *link != NULL; link = &(*link)->next) {
        struct grant *grant = *link;
        if (!same(grant->id, id) || (path != NULL && strcmp(grant->path, path) != 0)) continue;
        *link = grant->next;
        free(grant->id);
        free(grant->path);
        free(grant);
        count(id == NULL ? COUNT_GROUP_GRANTS : COUNT_GRANTS, -1);
        return true;
    }
    return false;
}

void forget_access(const char *id) { (void)id; /* an access control list outlives the VM */ }

static HRESULT change(const char *function, char *id, char *path, bool wanted, bool group) {
    HRESULT result = path == NULL || (id == NULL && !group) ? HR_INVALIDARG : HR_OK;
    /* Such a Windows has no such export; a test cannot take it away. */
    if (group && windows_build() < 19041) result = HR_NOTIMPL;
    pthread_mutex_lock(&lock);
    if (result == HR_OK) result = synchronous_fault(function);
    if (result == HR_OK && !exists(path)) result = HR_FILE_NOT_FOUND;
    /* An access control list has an entry once, however often it is granted. */
    if (result == HR_OK && wanted && !is_listed(id, path)) {
        struct grant *grant = calloc(1, sizeof *grant);
        *grant = (struct grant){id == NULL ? NULL : strdup(id), strdup(path), grants};
        grants = grant;
        count(id == NULL ? COUNT_GROUP_GRANTS : COUNT_GRANTS, 1);
    }
    if (!wanted && path != NULL && (result == HR_OK || result == HR_FILE_NOT_FOUND)) forget(id, path);
    pthread_mutex_unlock(&lock);
    free(id);
    free(path);
    return result;
}

EXPORT HRESULT HcsGrantVmAccess(PCWSTR16 id, PCWSTR16 path) {
    return change("HcsGrantVmAccess", utf8_of(id), utf8_of(path), true, false);
}
EXPORT HRESULT HcsRevokeVmAccess(PCWSTR16 id, PCWSTR16 path) {
    return change("HcsRevokeVmAccess", utf8_of(id), utf8_of(path), false, false);
}
EXPORT HRESULT HcsGrantVmGroupAccess(PCWSTR16 path) {
    return change("HcsGrantVmGroupAccess", NULL, utf8_of(path), true, true);
}
EXPORT HRESULT HcsRevokeVmGroupAccess(PCWSTR16 path) {
    return change("HcsRevokeVmGroupAccess", NULL, utf8_of(path), false, true);
}

HRESULT check_file(const char *id, const char *path, const char *source, bool existence, char **result) {
    HRESULT problem = HR_OK;
    if (path == NULL || !access_is_checked()) return HR_OK;
    if (!exists(path)) problem = existence ? HR_FILE_NOT_FOUND : HR_OK;
    else if (!has_access(id, path)) problem = HR_ACCESS_DENIED;
    if (problem == HR_OK) return HR_OK;
    *result = failure(problem, source, "%s names %s, which %s", source, path,
                      problem == HR_FILE_NOT_FOUND ? "does not exist" : "the virtual machine was not granted");
    return problem;
}

HRESULT check_files(const char *id, const struct json *document, bool existence, char **result) {
    static const char *FILES[] = {"VirtualMachine/Chipset/LinuxKernelDirect/KernelFilePath",
                                  "VirtualMachine/Chipset/LinuxKernelDirect/InitRdPath"};
    for (size_t i = 0; i < 2; i++) {
        HRESULT checked = check_file(id, json_text(json_at(document, FILES[i])), FILES[i], existence, result);
        if (checked != HR_OK) return checked;
    }
    struct json *scsi = json_at(document, "VirtualMachine/Devices/Scsi");
    for (struct json *controller = scsi == NULL ? NULL : scsi->first; controller != NULL; controller = controller->next) {
        struct json *disks = json_member(controller, "Attachments");
        for (struct json *disk = disks == NULL ? NULL : disks->first; disk != NULL; disk = disk->next) {
            char *source = format("VirtualMachine/Devices/Scsi/%s/Attachments/%s/Path", controller->key, disk->key);
            HRESULT checked = check_file(id, json_text(json_member(disk, "Path")), source, existence, result);
            free(source);
            if (checked != HR_OK) return checked;
        }
    }
    struct json *pmem = json_at(document, "VirtualMachine/Devices/VirtualPMem/Devices");
    for (struct json *device = pmem == NULL ? NULL : pmem->first; device != NULL; device = device->next) {
        char *source = format("VirtualMachine/Devices/VirtualPMem/Devices/%s/HostPath", device->key);
        HRESULT checked = check_file(id, json_text(json_member(device, "HostPath")), source, existence, result);
        free(source);
        if (checked != HR_OK) return checked;
    }
    return HR_OK;
}
