/*
 * What the parts of the computecore stand-in share. The stand-in is a library with the C interface of
 * computecore.dll that tests bind instead of it: same exports, same life of operations, events, documents
 * and handles, and faults on demand. It is no hypervisor: systems are simulated, or, with a bridge, handed
 * to a process that runs them.
 *
 * One lock guards all state. It is never held while a callback runs or while the bridge is waited for.
 */
#ifndef STAND_IN_H
#define STAND_IN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#ifdef _WIN32
typedef long HRESULT; /* 32 bits, and what windows.h says */
#else
typedef int32_t HRESULT;
#endif
/* wchar_t has 32 bits on Linux; the interface's strings have 16-bit units everywhere. */
typedef uint16_t WCHAR16;
typedef const WCHAR16 *PCWSTR16;
typedef WCHAR16 *PWSTR16;
typedef void *HANDLE16;
typedef HANDLE16 HCS_OPERATION, HCS_SYSTEM, HCS_PROCESS;

typedef struct {
    int32_t type;
    PCWSTR16 event_data;
    HCS_OPERATION operation;
} HCS_EVENT;

/* Standard handles are the caller's to close; one that is absent is 0 or -1. */
typedef struct {
    uint32_t process_id, reserved;
    HANDLE16 std_input, std_output, std_error;
} HCS_PROCESS_INFORMATION;

typedef void (*HCS_OPERATION_COMPLETION)(HCS_OPERATION operation, void *context);
typedef void (*HCS_EVENT_CALLBACK)(HCS_EVENT *event, void *context);

#define HR(code) ((HRESULT)(code))
#define HR_OK 0
#define HR_NOTIMPL HR(0x80004001u)
#define HR_HANDLE HR(0x80070006u)
#define HR_FILE_NOT_FOUND HR(0x80070002u)
#define HR_PATH_NOT_FOUND HR(0x80070003u)
#define HR_ACCESS_DENIED HR(0x80070005u)
#define HR_FILE_EXISTS HR(0x80070050u)
#define HR_OUT_OF_MEMORY HR(0x8007000Eu)
#define HR_NOT_SUPPORTED HR(0x80070032u)
#define HR_INVALIDARG HR(0x80070057u)
#define HR_ALREADY_EXISTS HR(0x800700B7u)
#define HR_NOT_FOUND HR(0x80070490u)
#define HR_INVALID_STATE HR(0x80370105u)
#define HR_UNEXPECTED_EXIT HR(0x80370106u)
#define HR_TERMINATED HR(0x80370107u)
#define HR_INVALID_JSON HR(0x8037010Du)
#define HR_SYSTEM_NOT_FOUND HR(0x8037010Eu)
#define HR_SYSTEM_ALREADY_EXISTS HR(0x8037010Fu)
#define HR_SYSTEM_ALREADY_STOPPED HR(0x80370110u)
#define HR_OPERATION_NOT_STARTED HR(0x80370115u)
#define HR_OPERATION_ALREADY_STARTED HR(0x80370116u)
#define HR_OPERATION_PENDING HR(0x80370117u)
#define HR_OPERATION_TIMEOUT HR(0x80370118u)
#define HR_CALLBACK_ALREADY_SET HR(0x80370119u)
#define HR_CALLER_NOT_ADMINISTRATOR HR(0x8037011Bu)
#define HR_PROCESS_INFO_NOT_AVAILABLE HR(0x8037011Du)
#define HR_SERVICE_DISCONNECT HR(0x8037011Eu)
#define HR_PROCESS_ALREADY_STOPPED HR(0x8037011Fu)
#define HR_NOT_CONFIGURED HR(0x80370120u)

enum operation_type {
    OPERATION_NONE = -1,
    OPERATION_ENUMERATE,
    OPERATION_CREATE,
    OPERATION_START,
    OPERATION_SHUTDOWN,
    OPERATION_PAUSE,
    OPERATION_RESUME,
    OPERATION_SAVE,
    OPERATION_TERMINATE,
    OPERATION_MODIFY,
    OPERATION_GET_PROPERTIES,
    OPERATION_CREATE_PROCESS,
    OPERATION_SIGNAL_PROCESS,
    OPERATION_GET_PROCESS_INFO,
    OPERATION_GET_PROCESS_PROPERTIES,
    OPERATION_MODIFY_PROCESS,
    OPERATION_CRASH,
};

enum event_type {
    EVENT_SYSTEM_EXITED = 1,
    EVENT_CRASH_INITIATED = 2,
    EVENT_CRASH_REPORT = 3,
    EVENT_GUEST_CONNECTION_CLOSED = 6,
    EVENT_PROCESS_EXITED = 0x00010000,
    EVENT_OPERATION_CALLBACK = 0x01000000,
    EVENT_SERVICE_DISCONNECT = 0x02000000,
};

/* ---- the lock (systems.c) ---- */
extern pthread_mutex_t lock;
/* Broadcast whenever an operation, an event queue or a fault changes. */
extern pthread_cond_t changed;

/* ---- documents.c: UTF-16 documents that the caller frees, and texts of our own ---- */
char *utf8_of(PCWSTR16 text);                /* NULL of NULL; free() */
PWSTR16 document_of(const char *text);       /* NULL of NULL; LocalFree() */
PWSTR16 wide_of(const char *text);           /* uncounted; free() */
char *format(const char *pattern, ...) __attribute__((format(gnu_printf, 1, 2)));
char *quoted(const char *text);              /* as a JSON string; free() */
enum counter {
    COUNT_DOCUMENTS,      /* handed out and not freed */
    COUNT_DOUBLE_FREES,   /* LocalFree of what was freed or was never ours */
    COUNT_OPERATIONS,     /* open handles */
    COUNT_SYSTEMS,        /* open handles */
    COUNT_THREADS,        /* of ours, alive */
    COUNT_STALE_HANDLES,  /* calls with a handle that was closed or never given */
    COUNT_CALLBACKS,      /* made so far */
    COUNT_MACHINES,       /* simulated, not stopped */
    COUNT_GRANTS,         /* of access to one VM, not revoked */
    COUNT_CREATED,        /* operations so far */
    COUNT_GROUP_GRANTS,   /* of access to all VMs, not revoked */
    COUNT_PROCESSES,      /* open handles */
    COUNT_HANGING,        /* operations that never end (faults.c), until released */
    COUNTERS
};
void count(enum counter what, int64_t by);

/* ---- json.c ---- */
struct json {
    enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT } kind;
    char *key;
    char *string; /* of a string; a number's text too */
    struct json *first, *next;
};
struct json *json_parse(const char *text, char **problem);
void json_free(struct json *value);
struct json *json_member(const struct json *object, const char *key);
struct json *json_at(const struct json *value, const char *path); /* "a/b/c" */
const char *json_text(const struct json *value); /* NULL where it is no string */
bool json_true(const struct json *value);
int64_t json_integer(const struct json *value, int64_t otherwise);

/* ---- schema.c: what HCS takes, by build ---- */
struct problems {
    char *events; /* JSON objects joined by commas */
    int count;
};
void problem(struct problems *problems, const char *source, const char *pattern, ...)
    __attribute__((format(gnu_printf, 3, 4)));
void check_value(const struct json *value, const char *kind, const char *path, struct problems *problems);
void check_modification(const struct json *request, struct problems *problems, HRESULT *result);
/* Parses and checks a caller's document; `document` is the error's. */
HRESULT read_document(const char *text, const char *kind, struct json **out, char **document);
int schema_minor(void); /* newest minor version of schema 2 of the build */
/* {"Error":..,"ErrorMessage":..,"ErrorEvents":[..]}; takes the events. */
char *error_document(HRESULT error, const char *message, struct problems *problems);
char *failure(HRESULT error, const char *source, const char *pattern, ...)
    __attribute__((format(gnu_printf, 3, 4)));

/* ---- faults.c: configuration, faults, delays ---- */
struct fault {
    HRESULT hresult;
    char *document;
};
int64_t windows_build(void);
bool callback_before_return(void);
bool access_is_checked(void);
/* A fault that the call itself returns; HR_OK where there is none. Call with the lock. */
HRESULT synchronous_fault(const char *function);
/* Delays, hangs, and fails the operation; true where it has failed. Call without the lock. */
bool suffer(const char *function, struct fault *fault);
extern bool disconnected;

/* ---- operations.c ---- */
struct operation;
struct job;
typedef HRESULT (*job_body)(struct job *job, char **document);
/* One started operation on its own thread. */
struct job {
    const char *function;
    enum operation_type type;
    struct operation *operation;
    struct system *system; /* NULL for the service's; referenced */
    char *text;            /* configuration, options, query or settings; may be NULL */
    char *id;
    job_body body;
    struct process *process;             /* NULL unless it is about one; referenced */
    HCS_PROCESS_INFORMATION information; /* what the body has found out: id 0 where nothing */
};
/* Starts an operation; what is returned is what the API call returns. Takes text and id. */
HRESULT begin(const char *function, enum operation_type type, HCS_OPERATION handle, struct system *system,
              struct process *process, char *id, char *text, job_body body);
void spawn(void *(*body)(void *), void *argument);

/* ---- events.c, systems.c and processes.c ---- */
struct event {
    int32_t type;
    char *data;
    HCS_OPERATION operation;
    struct event *next;
};
/* Who is told of events: one handle. -fplan9-extensions makes its pointer of the handle's. */
struct event_target {
    int references;
    bool closed;
    void *context;
    HCS_EVENT_CALLBACK callback;
    struct event *events, **events_end;
    bool delivering;
    void (*release)(struct event_target *target); /* with the lock */
};
struct machine;
/* One handle on one system. */
struct system {
    struct event_target;
    HCS_SYSTEM handle;
    char *id;
    struct machine *machine; /* simulated */
    int64_t remote;          /* with a bridge: its handle, -1 before it has one */
    int32_t options;
    bool signalling; /* one signal to a process at a time */
    struct system *next;
};
struct task;
/* One handle on one process. */
struct process {
    struct event_target;
    HCS_PROCESS handle;
    struct system *system; /* that it was had through; referenced */
    struct task *task;     /* simulated; NULL before it is made */
    struct process *next;
};
extern struct system *systems;
struct system *system_of(HCS_SYSTEM handle); /* with the lock; NULL counts a stale handle */
void release_system(struct system *system);  /* with the lock */
void release_process(struct process *process); /* with the lock */
void end_tasks(struct machine *machine);       /* with the lock: with their machine, and nobody is told */
void raise_event(struct event_target *target, int32_t type, const char *data, HCS_OPERATION operation); /* with the lock */
void stop_events(struct event_target *target);    /* with the lock: returns when no callback is in flight */
void exit_machine(struct machine *machine, const char *exit_type, HRESULT status); /* with the lock */
void crash_machine(struct machine *machine); /* with the lock: its report, and then its exit */
struct machine *machine_named(const char *id); /* with the lock */

/* ---- access.c ---- */
bool has_access(const char *id, const char *path); /* with the lock */
void forget_access(const char *id);                /* with the lock */
/* The files that a document names: HR_OK, or FILE_NOT_FOUND or ACCESS_DENIED with a document. With the lock. */
HRESULT check_files(const char *id, const struct json *document, bool existence, char **result);
HRESULT check_file(const char *id, const char *path, const char *source, bool existence, char **result);

/* ---- bridge.c ---- */
bool bridged(void);
/* One call over the bridge; blocks. `document` is the answer's (free) or NULL. */
HRESULT bridge_call(const char *verb, int64_t remote, const char *json, char **document);

#endif
