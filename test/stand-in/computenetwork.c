/*
 * The exports of the computenetwork stand-in: networks, endpoints, namespaces. See computenetwork.h.
 *
 * With a bridge an endpoint is one of the engine's: its address, gateway, name server and forwarded ports are what
 * the engine says, and which VM has it is asked there.
 */
#define _GNU_SOURCE
#include "platform.h"
#include "computenetwork.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- handles ---- */

struct handle {
    uintptr_t value;
    enum entity entity;
    char id[37];
    struct handle *next;
};
static struct handle *handles;
static uintptr_t next_handle = 0x4000;
static pthread_mutex_t handle_lock = PTHREAD_MUTEX_INITIALIZER;

static HANDLE16 new_handle(enum entity entity, const char *id) {
    struct handle *handle = calloc(1, sizeof *handle);
    handle->entity = entity;
    snprintf(handle->id, sizeof handle->id, "%s", id);
    pthread_mutex_lock(&handle_lock);
    handle->value = next_handle += 8;
    handle->next = handles;
    handles = handle;
    pthread_mutex_unlock(&handle_lock);
    count(COUNT_SYSTEMS, 1);
    count(COUNT_CREATED, 1);
    return (HANDLE16)handle->value;
}

/* The id of what a handle is on; false counts a stale handle. */
static bool id_of(HANDLE16 wanted, enum entity entity, char id[37], bool close) {
    bool found = false;
    pthread_mutex_lock(&handle_lock);
    for (struct handle **link = &handles; *link != NULL; link = &(*link)->next) {
        struct handle *handle = *link;
        if (handle->value != (uintptr_t)wanted || handle->entity != entity) continue;
        memcpy(id, handle->id, 37);
        found = true;
        if (close) {
            *link = handle->next;
            free(handle);
        }
        break;
    }
    pthread_mutex_unlock(&handle_lock);
    if (!found) count(COUNT_STALE_HANDLES, 1);
    else if (close) count(COUNT_SYSTEMS, -1);
    return found;
}

/* ---- small things ---- */

static void guid_text(const uint8_t *g, char out[37]) {
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", g[3], g[2], g[1], g[0],
             g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
}

static void lower(const char *text, char out[37]) {
    size_t i = 0;
    for (; i < 36 && text[i] != 0; i++) out[i] = (char)tolower((unsigned char)text[i]);
    out[i] = 0;
}

static void upper_guid(const char *id, char out[37]) {
    size_t i = 0;
    for (; i < 36 && id[i] != 0; i++) out[i] = (char)toupper((unsigned char)id[i]);
    out[i] = 0;
}

static uint32_t hash_of(const char *text) {
    uint32_t hash = 2166136261u;
    for (; *text != 0; text++) hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

/* The id that a call names, or its settings, or a new one. */
static bool choose_id(const uint8_t *guid, const struct json *settings, char id[37]) {
    static const uint8_t ZERO[16];
    const char *named = json_text(json_member(settings, "ID"));
    if (memcmp(guid, ZERO, 16) != 0) {
        guid_text(guid, id);
        char other[37];
        if (named == NULL) return true;
        lower(named, other);
        return strcmp(id, other) == 0;
    }
    if (named != NULL) {
        lower(named, id);
        return true;
    }
    static uint32_t counter;
    snprintf(id, 37, "%08x-%04x-4000-8000-%012llx", (unsigned)time(NULL), ++counter & 0xffff,
             (unsigned long long)(uintptr_t)&counter & 0xffffffffffffull);
    return true;
}

static HRESULT fail(HRESULT result, char **record, char *message) {
    char *text = quoted(message);
    *record = format("{\"Success\":false,\"Error\":%s,\"ErrorCode\":%u}", text, (unsigned)result);
    free(text);
    free(message);
    return result;
}

/* What each export begins with: its fault, then its document. */
static HRESULT begin_call(const char *function, PCWSTR16 text, const char *type, struct json **out, char **record) {
    HRESULT result = hcn_fault(function, record);
    if (result != HR_OK || type == NULL) return result;
    char *utf8 = utf8_of(text), *problem = NULL;
    struct json *value = utf8 == NULL ? NULL : json_parse(utf8, &problem);
    free(utf8);
    if (value == NULL) {
        free(problem);
        return fail(HCN_INVALID_JSON, record, format("Invalid JSON document string"));
    }
    char *wrong = hcn_problem(value, type, hcn_build());
    if (wrong == NULL) {
        *out = value;
        return HR_OK;
    }
    json_free(value);
    return fail(HCN_INVALID_JSON, record, wrong);
}

static HRESULT end_call(HRESULT result, char *record, PWSTR16 *out) {
    if (out != NULL) *out = document_of(record);
    free(record);
    return result;
}

static HRESULT not_found(enum entity entity) {
    return entity == NETWORK ? HCN_NETWORK_NOT_FOUND : entity == ENDPOINT ? HCN_ENDPOINT_NOT_FOUND : HR_NOT_FOUND;
}

/* ---- addresses ---- */

struct prefix { uint32_t first; int length; };

static bool address_of(const char *text, uint32_t *out) {
    unsigned a, b, c, d;
    char end;
    if (text == NULL || sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) != 4) return false;
    if (a > 255 || b > 255 || c > 255 || d > 255) return false;
    *out = a << 24 | b << 16 | c << 8 | d;
    return true;
}

static bool prefix_of(const struct json *network, struct prefix *out) {
    struct json *ipams = json_member(network, "Ipams");
    struct json *subnets = ipams == NULL ? NULL : json_member(ipams->first, "Subnets");
    const char *text = subnets == NULL ? NULL : json_text(json_member(subnets->first, "IpAddressPrefix"));
    if (text == NULL || strchr(text, '/') == NULL) return false;
    char *address = format("%.*s", (int)strcspn(text, "/"), text);
    bool good = address_of(address, &out->first);
    free(address);
    out->length = atoi(strchr(text, '/') + 1);
    if (!good || out->length < 1 || out->length > 30) return false;
    uint32_t mask = 0xffffffffu << (32 - out->length);
    return (out->first & mask) == out->first;
}

static bool overlap(struct prefix a, struct prefix b) {
    int shorter = a.length < b.length ? a.length : b.length;
    return a.first >> (32 - shorter) == b.first >> (32 - shorter);
}

/* ---- networks ---- */

static HRESULT create_network(const char *id, struct json *settings, char **record) {
    const char *name = json_text(json_member(settings, "Name")), *type = json_text(json_member(settings, "Type"));
    if (type == NULL || name == NULL) {
        return fail(HCN_INVALID_NETWORK, record, format("%s is missing", type == NULL ? "Type" : "Name"));
    }
    struct prefix prefix, other;
    bool nat = strcmp(type, "NAT") == 0;
    if (nat && json_member(settings, "Ipams") == NULL) {
        json_put(settings, "Ipams", "[{\"Type\":\"Static\",\"Subnets\":[{\"IpAddressPrefix\":\"172.25.176.0/20\","
                                    "\"Routes\":[{\"NextHop\":\"172.25.176.1\",\"DestinationPrefix\":\"0.0.0.0/0\"}]}]}]");
    }
    if (nat && !prefix_of(settings, &prefix)) {
        return fail(HCN_INVALID_SUBNET, record, format("Ipams/0/Subnets/0/IpAddressPrefix is no IPv4 prefix"));
    }
    struct json *networks = store_all(NETWORK);
    HRESULT result = HR_OK;
    for (struct json *one = networks->first; one != NULL && result == HR_OK; one = one->next) {
        const char *theirs = json_text(json_member(one, "Name"));
        if (strcmp(one->key, id) == 0 || (theirs != NULL && strcmp(theirs, name) == 0)) {
            result = fail(HCN_NETWORK_ALREADY_EXISTS, record, format("A network with this name already exists"));
        } else if (nat && prefix_of(one, &other) && overlap(prefix, other)) {
            result = fail(HCN_INVALID_SUBNET, record, format("The subnet is in use by the network %s", theirs));
        }
    }
    json_free(networks);
    if (result != HR_OK) return result;
    char shown[37];
    upper_guid(id, shown);
    char *text = quoted(shown);
    json_put(settings, "ID", text);
    json_put(settings, "Health", "{\"Data\":null,\"Extra\":{\"LayeredOn\":null,\"SwitchGuid\":null}}");
    json_put(settings, "State", "1");
    free(text);
    store_write(NETWORK, id, settings);
    return HR_OK;
}

EXPORT HRESULT HcnCreateNetwork(const uint8_t *guid, PCWSTR16 text, HANDLE16 *out, PWSTR16 *error) {
    if (guid == NULL || text == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37];
    struct json *settings = NULL;
    HRESULT result = begin_call("HcnCreateNetwork", text, "Network", &settings, &record);
    if (result == HR_OK && !choose_id(guid, settings, id)) result = HR_INVALIDARG;
    if (result == HR_OK) {
        store_lock();
        result = create_network(id, settings, &record);
        store_unlock();
    }
    json_free(settings);
    if (result == HR_OK) *out = new_handle(NETWORK, id);
    return end_call(result, record, error);
}

/* ---- endpoints ---- */

struct mapping { int64_t protocol, internal, external; const char *vip; };

static bool mapping_of(const struct json *policy, struct mapping *out) {
    const char *type = json_text(json_member(policy, "Type"));
    if (type == NULL || strcmp(type, "PortMapping") != 0) return false;
    struct json *settings = json_member(policy, "Settings");
    const char *protocol = json_text(json_member(settings, "Protocol"));
    out->protocol = protocol == NULL             ? json_integer(json_member(settings, "Protocol"), 0)
                    : strcmp(protocol, "TCP") == 0 ? 6
                    : strcmp(protocol, "UDP") == 0 ? 17
                                                   : 0;
    out->internal = json_integer(json_member(settings, "InternalPort"), 0);
    out->external = json_integer(json_member(settings, "ExternalPort"), 0);
    out->vip = json_text(json_member(settings, "VIP"));
    return true;
}

static bool same_port(struct mapping a, struct mapping b) {
    return a.protocol == b.protocol && a.external == b.external &&
           (a.vip == NULL || b.vip == NULL || strcmp(a.vip, b.vip) == 0);
}

static bool port_is_taken(const struct json *endpoints, struct mapping wanted) {
    struct mapping mapping;
    for (const struct json *one = endpoints->first; one != NULL; one = one->next) {
        struct json *policies = json_member(one, "Policies");
        for (struct json *policy = policies == NULL ? NULL : policies->first; policy != NULL; policy = policy->next) {
            if (mapping_of(policy, &mapping) && same_port(mapping, wanted)) return true;
        }
    }
    return false;
}

/* Checks the policies, and chooses external ports where none is named. */
static HRESULT check_policies(struct json *settings, const struct json *network, const struct json *endpoints,
                              char **record) {
    struct json *policies = json_member(settings, "Policies");
    const char *type = json_text(json_member(network, "Type"));
    struct mapping mapping, other;
    int index = 0;
    for (struct json *policy = policies == NULL ? NULL : policies->first; policy != NULL; policy = policy->next, index++) {
        if (!mapping_of(policy, &mapping)) continue;
        char *wrong = hcn_problem(json_member(policy, "Settings"), "PortMapping", hcn_build());
        if (wrong != NULL) {
            char *told = format("Policies/%d/Settings/%s", index, wrong);
            free(wrong);
            return fail(HCN_INVALID_JSON, record, told);
        }
        if (type == NULL || strcmp(type, "NAT") != 0) {
            return fail(HCN_MAPPING_NOT_SUPPORTED, record, format("Port mapping is not supported on the given network"));
        }
        if (mapping.protocol != 6 && mapping.protocol != 17) {
            return fail(HCN_INVALID_POLICY, record, format("Policies/%d: the protocol is not TCP or UDP", index));
        }
        if (mapping.internal == 0) {
            return fail(HCN_INVALID_INTERNAL_PORT, record, format("The internal port must exist and cannot be zero"));
        }
        if (mapping.external == 0) {
            mapping.external = 49152;
            while (port_is_taken(endpoints, mapping)) mapping.external++;
            char *chosen = format("%lld", (long long)mapping.external);
            json_put(json_member(policy, "Settings"), "ExternalPort", chosen);
            free(chosen);
        }
        bool taken = port_is_taken(endpoints, mapping);
        for (struct json *before = policies->first; before != policy; before = before->next) {
            if (mapping_of(before, &other) && same_port(mapping, other)) taken = true;
        }
        if (taken) return fail(HCN_PORT_ALREADY_EXISTS, record, format("The specified port already exists. "));
    }
    return HR_OK;
}

static bool address_is_taken(const struct json *endpoints, const char *address) {
    for (const struct json *one = endpoints->first; one != NULL; one = one->next) {
        struct json *configured = json_member(one, "IpConfigurations");
        const char *theirs = configured == NULL ? NULL : json_text(json_member(configured->first, "IpAddress"));
        if (theirs != NULL && strcmp(theirs, address) == 0) return true;
    }
    return false;
}

static HRESULT assign_address(struct json *settings, const struct json *network, const struct json *endpoints,
                              char **record) {
    struct prefix prefix;
    uint32_t wanted;
    if (!prefix_of(network, &prefix)) return HR_OK;
    struct json *asked = json_member(settings, "IpConfigurations");
    const char *named = asked == NULL ? NULL : json_text(json_member(asked->first, "IpAddress"));
    char *address = NULL;
    if (named != NULL) {
        bool inside = address_of(named, &wanted) && wanted >> (32 - prefix.length) == prefix.first >> (32 - prefix.length);
        if (!inside || wanted - prefix.first < 2 || address_is_taken(endpoints, named)) {
            return fail(HCN_ADDR_INVALID_OR_RESERVED, record, format("An address provided is invalid or reserved. "));
        }
        address = format("%s", named);
    }
    for (uint32_t host = 2; address == NULL; host++) {
        if (host >= (1u << (32 - prefix.length)) - 1) {
            return fail(HCN_ADDR_INVALID_OR_RESERVED, record, format("The subnet has no address left"));
        }
        uint32_t one = prefix.first + host;
        address = format("%u.%u.%u.%u", one >> 24, one >> 16 & 255, one >> 8 & 255, one & 255);
        if (!address_is_taken(endpoints, address)) break;
        free(address);
        address = NULL;
    }
    char *text = format("[{\"IpAddress\":\"%s\",\"PrefixLength\":%d}]", address, prefix.length);
    json_put(settings, "IpConfigurations", text);
    free(text);
    free(address);
    return HR_OK;
}

/* What HCN adds to an endpoint's settings. */
static void complete_endpoint(const char *id, const char *network_id, struct json *settings, const struct json *network) {
    char shown[37], other[37];
    upper_guid(id, shown);
    upper_guid(network_id, other);
    uint32_t hash = hash_of(id);
    char *members[] = {format("\"%s\"", shown), format("\"%s\"", other),
                       format("\"00-15-5D-%02X-%02X-%02X\"", hash >> 16 & 255, hash >> 8 & 255, hash & 255)};
    json_put(settings, "ID", members[0]);
    json_put(settings, "HostComputeNetwork", members[1]);
    if (json_member(settings, "MacAddress") == NULL) json_put(settings, "MacAddress", members[2]);
    for (int i = 0; i < 3; i++) free(members[i]);
    struct json *ipams = json_member(network, "Ipams");
    struct json *subnets = ipams == NULL ? NULL : json_member(ipams->first, "Subnets");
    struct json *routes = subnets == NULL ? NULL : json_member(subnets->first, "Routes");
    if (json_member(settings, "Routes") == NULL && routes != NULL) {
        char *text = json_write(routes);
        json_put(settings, "Routes", text);
        free(text);
    }
    struct json *dns = json_member(network, "Dns");
    if (json_member(settings, "Dns") == NULL && dns != NULL) {
        char *text = json_write(dns);
        json_put(settings, "Dns", text);
        free(text);
    }
    json_put(settings, "Health", "{\"Data\":null,\"Extra\":{\"SharedContainers\":[],\"VirtualMachine\":null}}");
    json_put(settings, "State", "1");
}

/* The engine's endpoint under ours: what it says is what the guest needs. */
static HRESULT create_bridged(const char *id, struct json *settings, char **record) {
    struct json *policies = json_member(settings, "Policies");
    struct mapping mapping;
    char *ports = format("%s", ""), *answer = NULL;
    for (struct json *policy = policies == NULL ? NULL : policies->first; policy != NULL; policy = policy->next) {
        if (!mapping_of(policy, &mapping)) continue;
        char *longer = format("%s%s{\"protocol\":\"%s\",\"hostAddress\":\"%s\",\"hostPort\":%lld,\"guestPort\":%lld}", ports,
                              *ports == 0 ? "" : ",", mapping.protocol == 6 ? "tcp" : "udp",
                              mapping.vip == NULL ? "0.0.0.0" : mapping.vip, (long long)mapping.external,
                              (long long)mapping.internal);
        free(ports);
        ports = longer;
    }
    char *request = format("{\"Id\":\"%s\",\"Ports\":[%s]}", id, ports);
    HRESULT result = bridge_call("hcn-create", -1, request, &answer);
    free(request);
    free(ports);
    struct json *made = answer == NULL ? NULL : json_parse(answer, NULL);
    free(answer);
    static const char *MEMBERS[] = {"MacAddress", "IpConfigurations", "Routes"};
    for (size_t i = 0; result == HR_OK && i < 3; i++) {
        char *text = json_write(json_member(made, MEMBERS[i]));
        json_put(settings, MEMBERS[i], text);
        free(text);
    }
    /* As HNS says it where a process of the host has the port. */
    if (result == HCN_PORT_ALREADY_EXISTS) {
        result = fail(HR(0x80070020u), record,
                      format("The process cannot access the file because it is being used by another process. "));
    } else if (result != HR_OK) {
        const char *told = json_text(json_member(made, "ErrorMessage"));
        result = fail(result, record, format("%s", told == NULL ? "the bridge refuses" : told));
    }
    json_free(made);
    return result;
}

static HRESULT create_endpoint(const char *network_id, const char *id, struct json *settings, char **record) {
    struct json *network = store_read(NETWORK, network_id);
    if (network == NULL) return fail(HCN_NETWORK_NOT_FOUND, record, format("The network was not found"));
    const char *named = json_text(json_member(settings, "HostComputeNetwork"));
    struct json *endpoints = store_all(ENDPOINT);
    char theirs[37] = "";
    if (named != NULL) lower(named, theirs);
    HRESULT result = HR_OK;
    if (named != NULL && strcmp(theirs, network_id) != 0) {
        result = fail(HCN_NETWORK_NOT_FOUND, record, format("HostComputeNetwork is another network"));
    } else if (json_member(endpoints, id) != NULL) {
        result = fail(HR_ALREADY_EXISTS, record, format("An endpoint with this id exists"));
    }
    if (result == HR_OK) result = check_policies(settings, network, endpoints, record);
    if (result == HR_OK) result = assign_address(settings, network, endpoints, record);
    if (result == HR_OK) {
        complete_endpoint(id, network_id, settings, network);
        store_write(ENDPOINT, id, settings);
    }
    json_free(endpoints);
    json_free(network);
    return result;
}

EXPORT HRESULT HcnCreateEndpoint(HANDLE16 network, const uint8_t *guid, PCWSTR16 text, HANDLE16 *out, PWSTR16 *error) {
    if (guid == NULL || text == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37], network_id[37];
    struct json *settings = NULL;
    if (!id_of(network, NETWORK, network_id, false)) return HR_HANDLE;
    HRESULT result = begin_call("HcnCreateEndpoint", text, "Endpoint", &settings, &record);
    if (result == HR_OK && !choose_id(guid, settings, id)) result = HR_INVALIDARG;
    if (result == HR_OK) {
        store_lock();
        result = create_endpoint(network_id, id, settings, &record);
        store_unlock();
    }
    if (result == HR_OK && bridged()) {
        result = create_bridged(id, settings, &record);
        store_lock();
        if (result == HR_OK) store_write(ENDPOINT, id, settings);
        else store_remove(ENDPOINT, id);
        store_unlock();
    }
    json_free(settings);
    if (result == HR_OK) *out = new_handle(ENDPOINT, id);
    return end_call(result, record, error);
}

/* {"ResourceType":"Port",..}: attaches to a VM as vmms does it, and detaches. Policies are replaced as a whole. */
EXPORT HRESULT HcnModifyEndpoint(HANDLE16 handle, PCWSTR16 text, PWSTR16 *error) {
    char *record = NULL, id[37];
    struct json *request = NULL;
    if (!id_of(handle, ENDPOINT, id, false)) return HR_HANDLE;
    HRESULT result = begin_call("HcnModifyEndpoint", text, "Modify", &request, &record);
    if (result != HR_OK) return end_call(result, record, error);
    const char *resource = json_text(json_member(request, "ResourceType"));
    const char *type = json_text(json_member(request, "RequestType"));
    struct json *settings = json_member(request, "Settings");
    store_lock();
    struct json *endpoint = store_read(ENDPOINT, id);
    if (endpoint == NULL) {
        result = fail(HCN_ENDPOINT_NOT_FOUND, &record, format("The endpoint was not found"));
    } else if (resource == NULL || type == NULL || strcmp(resource, "Port") != 0) {
        result = fail(HCN_REQUEST_UNSUPPORTED, &record, format("The specified request is unsupported. "));
    } else {
        struct json *extra = json_at(endpoint, "Health/Extra");
        const char *vm = json_text(json_member(settings, "VirtualMachineId"));
        bool attached = json_text(json_member(extra, "VirtualMachine")) != NULL;
        char *shown = vm == NULL ? NULL : quoted(vm);
        if (strcmp(type, "Add") == 0 && attached) {
            result = fail(HCN_ENDPOINT_ALREADY_ATTACHED, &record, format("This endpoint is already attached"));
        } else if (strcmp(type, "Add") == 0 && vm != NULL) {
            json_put(extra, "VirtualMachine", shown);
        } else {
            json_put(extra, "VirtualMachine", "null");
        }
        free(shown);
        if (result == HR_OK) store_write(ENDPOINT, id, endpoint);
    }
    store_unlock();
    json_free(endpoint);
    json_free(request);
    return end_call(result, record, error);
}

/* ---- namespaces ---- */

EXPORT HRESULT HcnCreateNamespace(const uint8_t *guid, PCWSTR16 text, HANDLE16 *out, PWSTR16 *error) {
    if (guid == NULL || text == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37], shown[37];
    struct json *settings = NULL;
    HRESULT result = begin_call("HcnCreateNamespace", text, "Namespace", &settings, &record);
    if (result == HR_OK && !choose_id(guid, settings, id)) result = HR_INVALIDARG;
    if (result == HR_OK && json_text(json_member(settings, "Type")) == NULL) {
        result = fail(HCN_INVALID_JSON, &record, format("Type is missing"));
    }
    if (result == HR_OK) {
        store_lock();
        struct json *known = store_read(NAMESPACE, id), *all = store_all(NAMESPACE);
        int64_t compartment = 2;
        for (struct json *one = all->first; one != NULL; one = one->next) {
            int64_t theirs = json_integer(json_member(one, "NamespaceId"), 0);
            if (theirs >= compartment) compartment = theirs + 1;
        }
        if (known != NULL) {
            result = fail(HR_ALREADY_EXISTS, &record, format("A namespace with this id exists"));
        } else {
            upper_guid(id, shown);
            char *name = quoted(shown), *number = format("%lld", (long long)compartment);
            json_put(settings, "ID", name);
            json_put(settings, "NamespaceId", number);
            json_put(settings, "Resources", "[]");
            free(name);
            free(number);
            store_write(NAMESPACE, id, settings);
        }
        json_free(known);
        json_free(all);
        store_unlock();
    }
    json_free(settings);
    if (result == HR_OK) *out = new_handle(NAMESPACE, id);
    return end_call(result, record, error);
}

/* Adds or removes one endpoint. With the lock. */
static HRESULT change_namespace(const char *id, bool add, const char *named, char **record) {
    char endpoint_id[37], shown[37];
    lower(named, endpoint_id);
    upper_guid(endpoint_id, shown);
    struct json *space = store_read(NAMESPACE, id), *endpoint = store_read(ENDPOINT, endpoint_id);
    HRESULT result = HR_OK;
    const char *current = json_text(json_member(endpoint, "HostComputeNamespace"));
    if (space == NULL) result = fail(HR_NOT_FOUND, record, format("Element not found. "));
    else if (endpoint == NULL) result = fail(HCN_ENDPOINT_NOT_FOUND, record, format("The endpoint was not found"));
    else if (add && current != NULL) {
        result = fail(HCN_ENDPOINT_NAMESPACE_ALREADY_EXISTS, record,
                      format("The endpoint is already part of a network namespace"));
    } else if (!add && current == NULL) {
        result = fail(HR_NOT_FOUND, record, format("The endpoint is in no namespace"));
    }
    if (result == HR_OK) {
        char *list = format("[");
        struct json *resources = json_member(space, "Resources");
        for (struct json *one = resources->first; one != NULL; one = one->next) {
            const char *theirs = json_text(json_at(one, "Data/Id"));
            if (theirs != NULL && strcmp(theirs, shown) == 0) continue;
            char *text = json_write(one), *longer = format("%s%s%s", list, list[1] == 0 ? "" : ",", text);
            free(text);
            free(list);
            list = longer;
        }
        char *own = add ? format("%s{\"Type\":\"Endpoint\",\"Data\":{\"Id\":\"%s\"}}", list[1] == 0 ? "" : ",", shown)
                        : format("%s", "");
        char *whole = format("%s%s]", list, own), *name = format("\"%s\"", id);
        json_put(space, "Resources", whole);
        json_put(endpoint, "HostComputeNamespace", add ? name : NULL);
        store_write(NAMESPACE, id, space);
        store_write(ENDPOINT, endpoint_id, endpoint);
        free(list);
        free(own);
        free(whole);
        free(name);
    }
    json_free(space);
    json_free(endpoint);
    return result;
}

EXPORT HRESULT HcnModifyNamespace(HANDLE16 handle, PCWSTR16 text, PWSTR16 *error) {
    char *record = NULL, id[37];
    struct json *request = NULL;
    if (!id_of(handle, NAMESPACE, id, false)) return HR_HANDLE;
    HRESULT result = begin_call("HcnModifyNamespace", text, "Modify", &request, &record);
    if (result != HR_OK) return end_call(result, record, error);
    const char *resource = json_text(json_member(request, "ResourceType"));
    const char *type = json_text(json_member(request, "RequestType"));
    struct json *settings = json_member(request, "Settings");
    char *wrong = settings == NULL ? format("Settings is missing") : hcn_problem(settings, "NamespaceEndpoint", hcn_build());
    const char *endpoint = json_text(json_member(settings, "EndpointId"));
    bool known = resource != NULL && strcmp(resource, "Endpoint") == 0 && type != NULL &&
                 (strcmp(type, "Add") == 0 || strcmp(type, "Remove") == 0);
    if (wrong != NULL || endpoint == NULL) {
        result = fail(HCN_INVALID_JSON, &record, wrong != NULL ? wrong : format("Settings/EndpointId is missing"));
    } else if (!known) {
        result = fail(HCN_REQUEST_UNSUPPORTED, &record, format("The specified request is unsupported. "));
    } else {
        store_lock();
        result = change_namespace(id, strcmp(type, "Add") == 0, endpoint, &record);
        store_unlock();
    }
    json_free(request);
    return end_call(result, record, error);
}

/* ---- what all three have ---- */

static HRESULT open_entity(const char *function, enum entity entity, const uint8_t *guid, HANDLE16 *out, PWSTR16 *error) {
    if (guid == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37];
    guid_text(guid, id);
    HRESULT result = begin_call(function, NULL, NULL, NULL, &record);
    if (result == HR_OK) {
        store_lock();
        struct json *found = store_read(entity, id);
        store_unlock();
        if (found == NULL) result = fail(not_found(entity), &record, format("Element not found. "));
        json_free(found);
    }
    if (result == HR_OK) *out = new_handle(entity, id);
    return end_call(result, record, error);
}

/* Whether an entity has the members that a query's filter names. */
static bool matches(const struct json *value, const struct json *filter) {
    for (const struct json *wanted = filter == NULL ? NULL : filter->first; wanted != NULL; wanted = wanted->next) {
        const char *key = strcmp(wanted->key, "VirtualNetwork") == 0 ? "HostComputeNetwork" : wanted->key;
        const char *text = json_text(json_member(value, key)), *other = json_text(wanted);
        if (text == NULL || other == NULL || strcasecmp(text, other) != 0) return false;
    }
    return true;
}

static HRESULT enumerate(const char *function, enum entity entity, PCWSTR16 query, PWSTR16 *out, PWSTR16 *error) {
    if (query == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL;
    struct json *wanted = NULL;
    HRESULT result = begin_call(function, query, "Query", &wanted, &record);
    if (result == HR_OK) {
        const char *text = json_text(json_member(wanted, "Filter"));
        struct json *filter = text == NULL || *text == 0 ? NULL : json_parse(text, NULL);
        store_lock();
        struct json *all = store_all(entity);
        store_unlock();
        char *list = format("[");
        for (struct json *one = all->first; one != NULL; one = one->next) {
            if (!matches(one, filter)) continue;
            char shown[37], *longer;
            upper_guid(one->key, shown);
            longer = format("%s%s\"%s\"", list, list[1] == 0 ? "" : ",", shown);
            free(list);
            list = longer;
        }
        char *whole = format("%s]", list);
        *out = document_of(whole);
        free(whole);
        free(list);
        json_free(all);
        json_free(filter);
    }
    json_free(wanted);
    return end_call(result, record, error);
}

/* The VM that has a bridged endpoint. */
static void ask_vm(const char *id, struct json *endpoint) {
    char *request = format("{\"Id\":\"%s\"}", id), *answer = NULL;
    if (bridge_call("hcn-query", -1, request, &answer) == HR_OK && answer != NULL) {
        struct json *said = json_parse(answer, NULL);
        char *vm = json_member(said, "VirtualMachine") == NULL ? NULL : json_write(json_member(said, "VirtualMachine"));
        json_put(json_at(endpoint, "Health/Extra"), "VirtualMachine", vm == NULL ? "null" : vm);
        free(vm);
        json_free(said);
    }
    free(answer);
    free(request);
}

static HRESULT query_entity(const char *function, enum entity entity, HANDLE16 handle, PCWSTR16 query, PWSTR16 *out,
                            PWSTR16 *error) {
    if (query == NULL || out == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37];
    struct json *wanted = NULL;
    if (!id_of(handle, entity, id, false)) return HR_HANDLE;
    HRESULT result = begin_call(function, query, "Query", &wanted, &record);
    json_free(wanted);
    if (result == HR_OK) {
        store_lock();
        struct json *found = store_read(entity, id);
        store_unlock();
        if (found == NULL) {
            result = fail(not_found(entity), &record, format("Element not found. "));
        } else {
            if (entity == ENDPOINT && bridged()) ask_vm(id, found);
            char *text = json_write(found);
            *out = document_of(text);
            free(text);
        }
        json_free(found);
    }
    return end_call(result, record, error);
}

/* What may not go yet, and what goes along. With the lock. */
static HRESULT release_entity(enum entity entity, const char *id, char **record) {
    struct json *endpoints = store_all(ENDPOINT);
    HRESULT result = HR_OK;
    for (struct json *one = endpoints->first; one != NULL && entity == NETWORK; one = one->next) {
        const char *network = json_text(json_member(one, "HostComputeNetwork"));
        if (network != NULL && strcasecmp(network, id) == 0) {
            result = fail(HCN_ENTITY_HAS_REFERENCES, record,
                          format("The specified entity cannot be removed while it still has references. "));
            break;
        }
    }
    for (struct json *one = endpoints->first; one != NULL && entity == NAMESPACE; one = one->next) {
        const char *space = json_text(json_member(one, "HostComputeNamespace"));
        if (space != NULL && strcasecmp(space, id) == 0) change_namespace(id, false, one->key, record);
    }
    if (entity == ENDPOINT) {
        const char *space = json_text(json_member(json_member(endpoints, id), "HostComputeNamespace"));
        if (space != NULL) change_namespace(space, false, id, record);
    }
    json_free(endpoints);
    return result;
}

static HRESULT delete_entity(const char *function, enum entity entity, const uint8_t *guid, PWSTR16 *error) {
    if (guid == NULL) return HR_INVALIDARG;
    char *record = NULL, id[37];
    guid_text(guid, id);
    HRESULT result = begin_call(function, NULL, NULL, NULL, &record);
    if (result == HR_OK) {
        store_lock();
        result = release_entity(entity, id, &record);
        if (result == HR_OK && !store_remove(entity, id)) {
            result = fail(not_found(entity), &record, format("Element not found. "));
        }
        store_unlock();
    }
    if (result == HR_OK && entity == ENDPOINT && bridged()) {
        char *request = format("{\"Id\":\"%s\"}", id);
        bridge_call("hcn-delete", -1, request, NULL);
        free(request);
    }
    return end_call(result, record, error);
}

static HRESULT close_handle(enum entity entity, HANDLE16 handle) {
    char id[37];
    return id_of(handle, entity, id, true) ? HR_OK : HR_HANDLE;
}

#define ENTITY(name, plural, entity) \
    EXPORT HRESULT HcnEnumerate##plural(PCWSTR16 query, PWSTR16 *out, PWSTR16 *error) { \
        return enumerate("HcnEnumerate" #plural, entity, query, out, error); \
    } \
    EXPORT HRESULT HcnOpen##name(const uint8_t *id, HANDLE16 *out, PWSTR16 *error) { \
        return open_entity("HcnOpen" #name, entity, id, out, error); \
    } \
    EXPORT HRESULT HcnQuery##name##Properties(HANDLE16 handle, PCWSTR16 query, PWSTR16 *out, PWSTR16 *error) { \
        return query_entity("HcnQuery" #name "Properties", entity, handle, query, out, error); \
    } \
    EXPORT HRESULT HcnDelete##name(const uint8_t *id, PWSTR16 *error) { \
        return delete_entity("HcnDelete" #name, entity, id, error); \
    } \
    EXPORT HRESULT HcnClose##name(HANDLE16 handle) { return close_handle(entity, handle); }

ENTITY(Network, Networks, NETWORK)
ENTITY(Endpoint, Endpoints, ENDPOINT)
ENTITY(Namespace, Namespaces, NAMESPACE)
