/* The service's own calls: which systems there are, what it supports. */
#define _GNU_SOURCE
#include "machine.h"
#include <stdlib.h>
#include <string.h>

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
    HRESULT result = begin("HcsEnumerateComputeSystems", OPERATION_ENUMERATE, operation, NULL, NULL, NULL, utf8_of(query),
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
