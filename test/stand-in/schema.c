/*
 * What HCS takes: the types of schema 2 as far as utility VMs reach, and which build knows which field.
 *
 * A type is a line of fields, `Name[~gate]:kind`. Kinds: s string, b boolean, u8 u16 u32 u64 i64 integers,
 * * anything, @Type an object, =A|B an enumeration, [kind a list, {kind an object with the caller's keys.
 * Gates: ~n from schema 2.n on; ~! published in no schema file, taken by every build (hcsshim sends it);
 * ~+ the same from build 26100 on. Without: from 2.1 on.
 * test/stand-in/schema.test.ts holds this table against Microsoft's schema files.
 */
#define _GNU_SOURCE
#include "stand-in.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *fields; } TYPES[] = {
    {"ComputeSystem", "Owner:s SchemaVersion:@Version HostingSystemId:s HostedSystem:* Container:* "
                      "VirtualMachine:@VirtualMachine ShouldTerminateOnLastHandleClosed:b"},
    {"Version", "Major:u32 Minor:u32"},
    {"VirtualMachine", "Version~5:@Version StopOnReset:b Chipset:@Chipset ComputeTopology:@Topology "
                       "Devices:@Devices Services~3:@Services GuestState:@GuestState RestoreState:@RestoreState "
                       "RegistryChanges:* StorageQoS:@StorageQoS GuestConnection:@GuestConnection "
                       "ResourcePartitionId~!:s SecuritySettings~!:* DebugOptions~!:*"},
    {"Chipset", "Uefi:@Uefi IsNumLockDisabled:b BaseBoardSerialNumber:s ChassisSerialNumber:s ChassisAssetTag:s "
                "EnableHibernation~5:b UseUtc:b LinuxKernelDirect~2:@LinuxKernelDirect"},
    {"LinuxKernelDirect", "KernelFilePath~2:s InitRdPath~2:s KernelCmdLine~2:s"},
    {"Uefi", "EnableDebugger:b SecureBootTemplateId:s ApplySecureBootTemplate~3:=Skip|Apply "
             "BootThis:@UefiBootEntry Console:=Default|Disabled|ComPort1|ComPort2 StopOnBootFailure~2:b"},
    {"UefiBootEntry", "DeviceType:=ScsiDrive|VmbFs|Network|File DevicePath:s DiskNumber:u16 OptionalData:s "
                      "VmbFsRootPath:s"},
    {"Topology", "Memory:@Memory Processor:@Processor Numa~+:*"},
    {"Memory", "SizeInMB:u64 AllowOvercommit:b BackingPageSize~2:=Small|Large FaultClusterSizeShift~3:u32 "
               "DirectMapFaultClusterSizeShift~3:u32 PinBackingPages~2:b ForbidSmallBackingPages~2:b "
               "EnableHotHint:b EnableColdHint:b EnableColdDiscardHint~2:b EnableDeferredCommit:b "
               "LowMmioGapInMB~3:u64 HighMmioBaseInMB~3:u64 HighMmioGapInMB~3:u64 SlitType~+:s Backing~+:s"},
    {"Processor", "Count:u32 Limit:u64 Weight:u64 Reservation~5:u64 MaximumFrequencyMHz~5:u32 "
                  "ExposeVirtualizationExtensions:b EnablePerfmonPmu~2:b EnablePerfmonPebs~2:b "
                  "EnablePerfmonLbr~2:b EnablePerfmonIpt~2:b CpuGroup~5:@CpuGroup NumaProcessorsSettings~+:*"},
    {"CpuGroup", "Id:s"},
    {"Devices", "ComPorts:{@ComPort VirtioSerial~2:@VirtioSerial Scsi:{@Scsi VirtualPMem:@VirtualPMemController "
                "NetworkAdapters:{@NetworkAdapter VideoMonitor:* Keyboard:@Empty Mouse:@Empty "
                "HvSocket:@HvSocket EnhancedModeVideo:* GuestCrashReporting:* VirtualSmb:* Plan9:@Plan9 "
                "Battery:@Empty FlexibleIov:{@FlexibleIoDevice SharedMemory:* VirtualPci~3:{@VirtualPciDevice"},
    {"Empty", ""},
    {"ComPort", "NamedPipe:s OptimizeForDebugger:b"},
    {"VirtioSerial", "Ports~2:{@VirtioSerialPort"},
    {"VirtioSerialPort", "NamedPipe~2:s Name~2:s ConsoleSupport~6:b"},
    {"Scsi", "Attachments:{@Attachment DisableInterruptBatching~5:b"},
    {"Attachment", "Type:=VirtualDisk|Iso|PassThru|ExtensibleVirtualDisk Path:s IgnoreFlushes~!:b "
                   "CachingMode:=Uncached|Cached|ReadOnlyCached NoWriteHardening~!:b "
                   "DisableExpansionOptimization~!:b IgnoreRelativeLocator~!:b CaptureIoAttributionContext~!:b "
                   "ReadOnly:b SupportCompressedVolumes~3:b AlwaysAllowSparseFiles~6:b SupportEncryptedFiles~6:b "
                   "ExtensibleVirtualDiskType~!:s"},
    {"VirtualPMemController", "Devices:{@VirtualPMemDevice MaximumCount:u8 MaximumSizeBytes:u64 "
                              "Backing:=Virtual|Physical"},
    {"VirtualPMemDevice", "HostPath:s ReadOnly:b ImageFormat:=Vhdx|Vhd1 SizeBytes~2:u64 "
                          "Mappings~2:{@VirtualPMemMapping"},
    {"VirtualPMemMapping", "HostPath~2:s ImageFormat~2:=Vhdx|Vhd1"},
    {"NetworkAdapter", "EndpointId:s MacAddress:s InstanceId~5:s DisableInterruptBatching~5:b "
                       "IovSettings~5:@IovSettings ConnectionState~5:=Default|Disabled|Enabled"},
    {"IovSettings", "OffloadWeight~5:u32 QueuePairsRequested~5:u32 "
                    "InterruptModeration~5:=Default|Adaptive|Off|Low|Medium|High"},
    {"HvSocket", "HvSocketConfig:@HvSocketSystemConfig"},
    {"HvSocketSystemConfig", "DefaultBindSecurityDescriptor:s DefaultConnectSecurityDescriptor:s "
                             "ServiceTable:{@HvSocketServiceConfig"},
    {"HvSocketServiceConfig", "BindSecurityDescriptor:s ConnectSecurityDescriptor:s AllowWildcardBinds:b "
                              "Disabled~!:b"},
    {"Plan9", "Shares:[@Plan9Share"},
    {"Plan9Share", "Name:s AccessName:s Path:s Port:u32 Flags~!:u32 AllowedFiles~2:[s"},
    {"FlexibleIoDevice", "EmulatorId:s HostingModel:=Internal|External Configuration:[s"},
    {"VirtualPciDevice", "Functions~3:[@VirtualPciFunction PropagateNumaAffinity~!:b"},
    {"VirtualPciFunction", "DeviceInstancePath~3:s VirtualFunction~3:u16 AllowDirectTranslatedP2P~5:b"},
    {"Services", "Heartbeat~3:@Empty Shutdown~5:@Empty Timesync~5:@Empty KvpExchange~5:*"},
    {"GuestState", "GuestStateFilePath:s GuestStateFileType~!:s RuntimeStateFilePath:s ForceTransientState:b"},
    {"RestoreState", "SaveStateFilePath:s TemplateSystemId:s"},
    {"StorageQoS", "IopsMaximum:u64 BandwidthMaximum:u64"},
    {"GuestConnection", "UseVsock:b UseConnectedSuspend:b UseHostTimeZone~5:b"},
    {"ModifySettingRequest", "ResourcePath:s RequestType:=Add|Remove|Update Settings:* GuestRequest:*"},
    {"ProcessorLimits", "Limit:u64 Weight:u64 Reservation:u64 MaximumFrequencyMHz:u32"},
    {"SaveOptions", "SaveType:=ToFile|AsTemplate SaveStateFilePath:s"},
    {"ProcessParameters", "ApplicationName:s CommandLine:s CommandArgs:[s User:s WorkingDirectory:s Environment:{s "
                          "RestrictedToken:b EmulateConsole:b CreateStdInPipe:b CreateStdOutPipe:b "
                          "CreateStdErrPipe:b ConsoleSize:[u16 UseExistingLogin:b UseLegacyConsole:b"},
    {"ProcessModifyRequest", "Operation:=ConsoleSize|CloseHandle ConsoleSize:@ConsoleSize CloseHandle:@CloseHandle"},
    {"ConsoleSize", "Height:u16 Width:u16"},
    {"CloseHandle", "Handle:=StdIn|StdOut|StdErr|All"},
    {"SignalProcessOptions", "Signal:*"},
    {"SystemQuery", "Ids:[s Names:[s Types:[=Container|VirtualMachine|Host Owners:[s"},
    {"PropertyQuery", "PropertyTypes:[=Memory|GuestMemory|Statistics|ProcessList|TerminateOnLastHandleClosed|"
                      "SharedMemoryRegion|ContainerCredentialGuard|GuestConnection|ICHeartbeatStatus|"
                      "ProcessorTopology|CpuGroup|SystemGUID"},
    {"ServiceQuery", "PropertyTypes:[=Basic|Memory|CpuGroup|ProcessorTopology|CacheAllocation|ContainerCredentialGuard"},
};

int schema_minor(void) {
    int64_t build = windows_build();
    return build >= 22000 ? 6 : build >= 20348 ? 5 : build >= 19041 ? 3 : build >= 18362 ? 2 : 1;
}

void problem(struct problems *problems, const char *source, const char *pattern, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(message, sizeof message, pattern, arguments);
    va_end(arguments);
    problems->count++;
    if (problems->count > 32) return;
    char *text = quoted(message), *at = quoted(source), *before = problems->events;
    problems->events = format("%s%s{\"Message\":%s,\"Provider\":\"17a2a8c7-249b-4f1a-9a7e-8a7f2a4b0c11\","
                              "\"EventId\":1,\"Flags\":0,\"Source\":%s}",
                              before == NULL ? "" : before, before == NULL ? "" : ",", text, at);
    free(text);
    free(at);
    free(before);
}

static const char *fields_of(const char *type, size_t length) {
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strlen(TYPES[i].name) == length && strncmp(TYPES[i].name, type, length) == 0) return TYPES[i].fields;
    }
    fprintf(stderr, "the stand-in has no type %.*s\n", (int)length, type);
    abort();
}

/* The field's kind, or NULL; `known` tells a field of a later build from one that does not exist. */
static const char *kind_of(const char *fields, const char *name, bool *known) {
    size_t length = strlen(name);
    for (const char *at = fields; *at != 0;) {
        size_t word = strcspn(at, " "), label = strcspn(at, ":~");
        if (label == length && strncmp(at, name, length) == 0) {
            *known = true;
            const char *gate = at + label;
            if (*gate == '~') {
                if (gate[1] == '+' && windows_build() < 26100) return NULL;
                if (gate[1] >= '0' && gate[1] <= '9' && atoi(gate + 1) > schema_minor()) return NULL;
                gate += strcspn(gate, ":");
            }
            return gate + 1;
        }
        at += word;
        at += strspn(at, " ");
    }
    return NULL;
}

static void check_object(const struct json *value, const char *type, size_t length, const char *path,
                         struct problems *problems) {
    const char *fields = fields_of(type, length);
    for (const struct json *member = value->first; member != NULL; member = member->next) {
        bool known = false;
        const char *kind = kind_of(fields, member->key, &known);
        char *at = format("%s%s%s", path, *path == 0 ? "" : "/", member->key);
        if (kind != NULL) check_value(member, kind, at, problems);
        else if (known) problem(problems, at, "%s is not known to build %lld", at, (long long)windows_build());
        else problem(problems, at, "%s is not a field of %.*s", at, (int)length, type);
        free(at);
    }
}

static bool is_integer(const struct json *value, const char *kind) {
    if (value->kind != JSON_NUMBER || strpbrk(value->string, ".eE") != NULL) return false;
    if (*kind == 'i') return true;
    if (value->string[0] == '-') return false;
    int bits = atoi(kind + 1);
    unsigned long long number = strtoull(value->string, NULL, 10);
    return bits == 64 || number < 1ull << bits;
}

static bool is_member(const char *text, const char *members, size_t length) {
    size_t wanted = strlen(text);
    while (length > 0) {
        size_t one = 0;
        while (one < length && members[one] != '|') one++;
        if (one == wanted && strncmp(members, text, wanted) == 0) return true;
        if (one == length) return false;
        members += one + 1;
        length -= one + 1;
    }
    return false;
}

void check_value(const struct json *value, const char *kind, const char *path, struct problems *problems) {
    size_t length = strcspn(kind, " ");
    switch (*kind) {
    case '*': return;
    case 's':
        if (value->kind != JSON_STRING) problem(problems, path, "%s must be a string", path);
        return;
    case 'b':
        if (value->kind != JSON_TRUE && value->kind != JSON_FALSE) problem(problems, path, "%s must be a boolean", path);
        return;
    case 'u':
    case 'i':
        if (!is_integer(value, kind)) problem(problems, path, "%s must be a %.*s", path, (int)length, kind);
        return;
    case '=':
        if (value->kind != JSON_STRING || !is_member(value->string, kind + 1, length - 1))
            problem(problems, path, "%s must be one of %.*s", path, (int)length - 1, kind + 1);
        return;
    case '@':
        if (value->kind != JSON_OBJECT) problem(problems, path, "%s must be an object", path);
        else check_object(value, kind + 1, length - 1, path, problems);
        return;
    case '[':
    case '{':
        if (value->kind != (*kind == '[' ? JSON_LIST : JSON_OBJECT)) {
            problem(problems, path, "%s must be %s", path, *kind == '[' ? "a list" : "an object");
            return;
        }
        int index = 0;
        for (const struct json *member = value->first; member != NULL; member = member->next, index++) {
            char *at = member->key == NULL ? format("%s/%d", path, index) : format("%s/%s", path, member->key);
            check_value(member, kind + 1, at, problems);
            free(at);
        }
        return;
    default: abort();
    }
}

/* Resource paths, `*` standing for a key, and what Settings are. */
static const struct { const char *path, *kind; } RESOURCES[] = {
    {"VirtualMachine/ComputeTopology/Memory/SizeInMB", "u64"},
    {"VirtualMachine/ComputeTopology/Processor/Limits", "@ProcessorLimits"},
    {"VirtualMachine/ComputeTopology/Processor/CpuGroup", "@CpuGroup"},
    {"VirtualMachine/Devices/Scsi/*/Attachments/*", "@Attachment"},
    {"VirtualMachine/Devices/VirtualPMem/Devices/*", "@VirtualPMemDevice"},
    {"VirtualMachine/Devices/VirtualPMem/Devices/*/Mappings/*", "@VirtualPMemMapping"},
    {"VirtualMachine/Devices/Plan9/Shares", "@Plan9Share"},
    {"VirtualMachine/Devices/NetworkAdapters/*", "@NetworkAdapter"},
    {"VirtualMachine/Devices/VirtualPci/*", "@VirtualPciDevice"},
    {"VirtualMachine/Devices/FlexibleIov/*", "@FlexibleIoDevice"},
    {"VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/*", "@HvSocketServiceConfig"},
};

static bool matches(const char *pattern, const char *path) {
    while (*pattern != 0 && *path != 0) {
        if (*pattern == '*') {
            size_t key = strcspn(path, "/");
            if (key == 0) return false;
            path += key;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *pattern == 0 && *path == 0;
}

void check_modification(const struct json *request, struct problems *problems, HRESULT *result) {
    check_value(request, "@ModifySettingRequest", "", problems);
    if (problems->count > 0) {
        *result = HR_INVALID_JSON;
        return;
    }
    const char *path = json_text(json_member(request, "ResourcePath"));
    struct json *settings = json_member(request, "Settings");
    for (size_t i = 0; i < sizeof RESOURCES / sizeof *RESOURCES; i++) {
        if (path == NULL || !matches(RESOURCES[i].path, path)) continue;
        if (settings != NULL) check_value(settings, RESOURCES[i].kind, "Settings", problems);
        *result = problems->count > 0 ? HR_INVALID_JSON : HR_OK;
        return;
    }
    problem(problems, "ResourcePath", "ResourcePath %s is not known", path == NULL ? "" : path);
    *result = HR_INVALIDARG;
}

char *error_document(HRESULT error, const char *message, struct problems *problems) {
    char *text = quoted(message);
    char *document = format("{\"Error\":%d,\"ErrorMessage\":%s,\"ErrorEvents\":[%s]}", (int)error, text,
                            problems->events == NULL ? "" : problems->events);
    free(text);
    free(problems->events);
    problems->events = NULL;
    return document;
}

char *failure(HRESULT error, const char *source, const char *pattern, ...) {
    char message[1024];
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(message, sizeof message, pattern, arguments);
    va_end(arguments);
    struct problems problems = {NULL, 0};
    problem(&problems, source, "%s", message);
    return error_document(error, message, &problems);
}

HRESULT read_document(const char *text, const char *kind, struct json **out, char **document) {
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
