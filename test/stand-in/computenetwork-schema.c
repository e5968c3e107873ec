/*
 * What HCN takes: the types of its schema 2 (HNS_Schema) as far as our documents reach and a little beyond.
 *
 * A type is a line of fields, `Name[~minor]:kind`. Kinds: s string, g GUID, b boolean, n unsigned integer, p port,
 * * anything, @Type an object, =A|B an enumeration (its number is taken too), [kind a list.
 */
#define _GNU_SOURCE
#include "computenetwork.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE "ID:g Owner:s Name:s SchemaVersion:@Version "

static const struct { const char *name, *fields; } TYPES[] = {
    {"Version", "Major:n Minor:n"},
    {"Query", "SchemaVersion:@Version Flags:=None|Detailed Filter:s"},
    {"Network", BASE "Type:=NAT|ICS|Transparent|L2Bridge|L2Tunnel|Overlay|Private|Internal|Mirrored~4|Infiniband~4 "
                     "Policies:[@NetworkPolicy MacPool:@MacPool Dns:@Dns Ipams:[@Ipam "
                     "Flags:=None|EnableDnsProxy|EnableDhcpServer|EnableMirroring|EnableNonPersistent"},
    {"NetworkPolicy", "Type:=SourceMacAddress|NetAdapterName|InterfaceConstraint|AutomaticDNS|HostRoute Settings:*"},
    {"MacPool", "Ranges:[@MacRange"},
    {"MacRange", "StartMacAddress:s EndMacAddress:s"},
    {"Dns", "Domain:s Search:[s ServerList:[s Options:[s"},
    {"Ipam", "Type:=Static|Dhcp Subnets:[@Subnet"},
    {"Subnet", BASE "IpAddressPrefix:s Policies:[* Routes:[@Route IpSubnets~3:[*"},
    {"Route", "NextHop:s DestinationPrefix:s Metric:n"},
    {"Endpoint", BASE "HostComputeNetwork:g HostComputeNamespace:g Policies:[@EndpointPolicy "
                      "IpConfigurations:[@IpConfig Dns:@Dns Routes:[@Route MacAddress:s "
                      "Flags:=None|RemoteEndpoint|DisableInterComputeCommunication|EnableMirroring"},
    {"EndpointPolicy", "Type:=PortMapping|ACL|QOS|OutBoundNAT|EncapOverhead|PortName|InterfaceParameters~4 Settings:*"},
    {"PortMapping", "Protocol:=Unknown|ICMPv4|IGMP|TCP|UDP|ICMPv6 InternalPort:p ExternalPort:p VIP:s "
                    "Flags:=None|LocalRoutedVip|IPv6~8"},
    {"IpConfig", "IpAddress:s PrefixLength:n IpSubnetId~3:g"},
    {"Namespace", BASE "NamespaceId:n NamespaceGuid:g Type:=Host|HostDefault|Guest|GuestDefault Resources:[*"},
    {"Modify", "ResourceUri:s RequestType:=Add|Remove|Update|Refresh ResourceType:=Container|Endpoint|Port|Policy "
               "Settings:*"},
    {"NamespaceEndpoint", "EndpointId:g"},
    {"VmEndpoint", "PortId:g VirtualNicName:s VirtualMachineId:g"},
    {"PolicyRequest", "Policies:[@EndpointPolicy"},
};

/* The newest minor version of schema 2 of a build (the schema's own version map; before 19041 it says nothing). */
static int minor_of(int64_t build) {
    return build >= 22000 ? 14 : build >= 20348 ? 11 : build >= 19041 ? 6 : build >= 18362 ? 3 : 0;
}

static bool is_guid(const char *text) {
    if (strlen(text) != 36) return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL) return false;
    }
    return true;
}

static char *check(const struct json *value, const char *kind, size_t length, const char *path, int minor);

static char *check_object(const struct json *value, const char *fields, const char *path, int minor) {
    if (value->kind != JSON_OBJECT) return format("%s is not an object", path);
    for (const struct json *member = value->first; member != NULL; member = member->next) {
        char *at = format("%s%s%s", path, *path == 0 ? "" : "/", member->key), *wrong = NULL;
        const char *field = fields;
        size_t name = strlen(member->key);
        for (; *field != 0; field += strcspn(field, " "), field += *field == ' ') {
            if (strncmp(field, member->key, name) == 0 && (field[name] == ':' || field[name] == '~')) break;
        }
        if (*field == 0) {
            wrong = format("%s is no field", at);
        } else {
            field += name;
            int since = *field == '~' ? (int)strtol(field + 1, (char **)&field, 10) : 0;
            if (since > minor) wrong = format("%s is known from schema 2.%d on", at, since);
            else wrong = check(member, field + 1, strcspn(field + 1, " "), at, minor);
        }
        free(at);
        if (wrong != NULL) return wrong;
    }
    return NULL;
}

static char *check_member(const struct json *value, const char *members, size_t length, const char *path, int minor) {
    if (value->kind == JSON_NUMBER && *value->string != '-') return NULL;
    if (value->kind != JSON_STRING) return format("%s is no name", path);
    size_t wanted = strlen(value->string);
    for (const char *at = members; at < members + length; at += strcspn(at, "| "), at += *at == '|') {
        size_t name = strcspn(at, "|~ ");
        if (name != wanted || strncmp(at, value->string, name) != 0) {
            if (at[strcspn(at, "| ")] != '|') break;
            continue;
        }
        if (at[name] == '~' && strtol(at + name + 1, NULL, 10) > minor) break;
        return NULL;
    }
    return format("%s is \"%s\", which this build does not know", path, value->string);
}

static char *check(const struct json *value, const char *kind, size_t length, const char *path, int minor) {
    switch (*kind) {
    case '*':
        return NULL;
    case 's':
        return value->kind == JSON_STRING ? NULL : format("%s is no string", path);
    case 'g':
        return value->kind == JSON_STRING && is_guid(value->string) ? NULL : format("%s is no GUID", path);
    case 'b':
        return value->kind == JSON_TRUE || value->kind == JSON_FALSE ? NULL : format("%s is no boolean", path);
    case 'n':
    case 'p': {
        bool number = value->kind == JSON_NUMBER && strspn(value->string, "0123456789") == strlen(value->string);
        if (!number) return format("%s is no unsigned number", path);
        return *kind == 'p' && json_integer(value, 0) > 65535 ? format("%s is no port", path) : NULL;
    }
    case '=':
        return check_member(value, kind + 1, length - 1, path, minor);
    case '[': {
        if (value->kind != JSON_LIST) return format("%s is no list", path);
        int index = 0;
        for (const struct json *item = value->first; item != NULL; item = item->next) {
            char *at = format("%s/%d", path, index++), *wrong = check(item, kind + 1, length - 1, at, minor);
            free(at);
            if (wrong != NULL) return wrong;
        }
        return NULL;
    }
    default: /* @Type */
        for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
            if (strlen(TYPES[i].name) == length - 1 && strncmp(TYPES[i].name, kind + 1, length - 1) == 0) {
                return check_object(value, TYPES[i].fields, path, minor);
            }
        }
        return format("%s is of a type that the stand-in does not know", path);
    }
}

char *hcn_problem(const struct json *value, const char *type, int64_t build) {
    char *kind = format("@%s", type), *wrong = check(value, kind, strlen(kind), "", minor_of(build));
    free(kind);
    return wrong;
}
