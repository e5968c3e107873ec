/*
 * Processes: handles, the simulated ones behind them, and the calls on them. HCS runs processes only where the guest
 * has its own agent (GuestConnection in the document); with a bridge there is none.
 *
 * What a simulated one does is its command:  echo: its input to its output, until the end of it   exit N
 * say TEXT: a line to its output and to its error   hang: until it is ended
 */
#define _GNU_SOURCE
#include "machine.h"
#include "process-pipes.h"
#include <stdlib.h>
#include <string.h>

/* A simulated process. In the list while it runs or somebody has a handle on it. */
struct task {
    int references;
    struct machine *machine; /* compared only */
    uint32_t id, exit_code;
    bool over;      /* told to end; read without the lock */
    bool input_over; /* its input was closed from outside; read without the lock */
    bool ended, silent;
    char *command;
    struct std_pipe *input, *output, *error;
    struct task *next;
};
static struct task *tasks;
static struct process *processes;
static uint32_t next_id = 1000;
static uintptr_t next_handle = 0x900010;

/* ---- handles ---- */

static struct process *process_of(HCS_PROCESS handle) {
    for (struct process *found = processes; found != NULL; found = found->next) {
        if (found->handle == handle && !found->closed) return found;
    }
    count(COUNT_STALE_HANDLES, 1);
    return NULL;
}

static void release_task(struct task *task) {
    if (task == NULL || --task->references > 0) return;
    struct task **link = &tasks;
    while (*link != task) link = &(*link)->next;
    *link = task->next;
    free(task->command);
    free(task);
}

void release_process(struct process *process) {
    if (--process->references > 0) return;
    struct process **link = &processes;
    while (*link != process) link = &(*link)->next;
    *link = process->next;
    release_task(process->task);
    release_system(process->system);
    free(process);
}

static void release_target(struct event_target *target) { release_process((struct process *)target); }

static struct process *new_process(struct system *system, struct task *task) {
    struct process *process = calloc(1, sizeof *process);
    process->handle = (HCS_PROCESS)(next_handle += 0x10);
    process->references = 1;
    process->release = release_target;
    process->events_end = &process->events;
    process->system = system;
    system->references++;
    process->task = task;
    if (task != NULL) task->references++;
    process->next = processes;
    processes = process;
    count(COUNT_PROCESSES, 1);
    return process;
}

/* ---- simulated processes ---- */

static char *status_of(const struct task *task) {
    return format("{\"ProcessId\":%u,\"Exited\":%s,\"ExitCode\":%u,\"LastWaitResult\":0}", task->id,
                  task->ended ? "true" : "false", task->exit_code);
}

static uint32_t run_command(struct task *task) {
    char bytes[4096];
    size_t length;
    const char *command = task->command;
    if (strncmp(command, "exit ", 5) == 0) return (uint32_t)strtoul(command + 5, NULL, 10);
    if (strncmp(command, "say ", 4) == 0) {
        char *line = format("%s\n", command + 4);
        if (task->output != NULL) write_std_pipe(task->output, line, strlen(line), &task->over);
        if (task->error != NULL) write_std_pipe(task->error, line, strlen(line), &task->over);
        free(line);
        return 0;
    }
    if (strcmp(command, "hang") == 0) {
        pthread_mutex_lock(&lock);
        while (!task->over) pthread_cond_wait(&changed, &lock);
        pthread_mutex_unlock(&lock);
        return 0;
    }
    while (task->input != NULL && (length = read_std_pipe(task->input, bytes, sizeof bytes, &task->input_over)) > 0) {
        if (task->output != NULL && !write_std_pipe(task->output, bytes, length, &task->over)) break;
    }
    return 0;
}

static void *run_task(void *argument) {
    struct task *task = argument;
    uint32_t code = run_command(task);
    close_std_pipe(task->input);
    close_std_pipe(task->output);
    close_std_pipe(task->error);
    pthread_mutex_lock(&lock);
    if (!task->over) task->exit_code = code;
    task->over = task->ended = true;
    char *status = status_of(task);
    for (struct process *process = processes; process != NULL && !task->silent; process = process->next) {
        if (process->task == task) raise_event(process, EVENT_PROCESS_EXITED, status, NULL);
    }
    free(status);
    release_task(task);
    pthread_mutex_unlock(&lock);
    count(COUNT_THREADS, -1);
    return NULL;
}

static void end_task(struct task *task, uint32_t code) {
    if (task->over) return;
    task->exit_code = code;
    __atomic_store_n(&task->input_over, true, __ATOMIC_SEQ_CST);
    __atomic_store_n(&task->over, true, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&changed);
}

void end_tasks(struct machine *machine) {
    for (struct task *task = tasks; task != NULL; task = task->next) {
        if (task->machine != machine) continue;
        task->silent = true;
        end_task(task, 0);
    }
}

/* ---- create, open, close ---- */

static bool is_command(const char *text) {
    return strcmp(text, "echo") == 0 || strcmp(text, "hang") == 0 || strncmp(text, "exit ", 5) == 0 ||
           strncmp(text, "say ", 4) == 0;
}

/* CommandLine, or the words of CommandArgs; free(). */
static char *command_of(const struct json *parameters) {
    const char *line = json_text(json_member(parameters, "CommandLine"));
    struct json *words = json_member(parameters, "CommandArgs");
    char *all = strdup(line == NULL ? "" : line);
    for (struct json *word = words == NULL ? NULL : words->first; word != NULL; word = word->next) {
        char *longer = format("%s%s%s", all, *all == 0 ? "" : " ", word->string);
        free(all);
        all = longer;
    }
    return all;
}

static bool wants(const struct json *parameters, const char *name) { return json_true(json_member(parameters, name)); }

static HRESULT open_pipes(struct task *task, const struct json *parameters, HCS_PROCESS_INFORMATION *information) {
    HRESULT result = HR_OK;
    /* Both ways in which HCS says that there is none. */
    *information = (HCS_PROCESS_INFORMATION){task->id, 0, NULL, (HANDLE16)-1, (HANDLE16)-1};
    if (wants(parameters, "CreateStdInPipe") && (task->input = open_std_pipe(true, &information->std_input)) == NULL) {
        result = HR_OUT_OF_MEMORY;
    }
    if (wants(parameters, "CreateStdOutPipe") && (task->output = open_std_pipe(false, &information->std_output)) == NULL) {
        result = HR_OUT_OF_MEMORY;
    }
    if (wants(parameters, "CreateStdErrPipe") && !wants(parameters, "EmulateConsole") &&
        (task->error = open_std_pipe(false, &information->std_error)) == NULL) {
        result = HR_OUT_OF_MEMORY;
    }
    return result;
}

static void discard(struct task *task, HCS_PROCESS_INFORMATION *information) {
    close_std_pipe(task->input);
    close_std_pipe(task->output);
    close_std_pipe(task->error);
    close_std_handles(information);
    *information = (HCS_PROCESS_INFORMATION){0};
    free(task->command);
    free(task);
}

static HRESULT create_body(struct job *job, char **document) {
    struct json *parameters = NULL;
    HRESULT result = read_document(job->text, "@ProcessParameters", &parameters, document);
    if (result != HR_OK) return result;
    struct task *task = calloc(1, sizeof *task);
    task->references = 1;
    task->command = command_of(parameters);
    task->id = __atomic_add_fetch(&next_id, 4, __ATOMIC_SEQ_CST);
    result = open_pipes(task, parameters, &job->information);
    json_free(parameters);
    if (result == HR_OK && !is_command(task->command)) {
        result = HR_FILE_NOT_FOUND;
        *document = failure(result, "CommandLine", "the guest has no command %s", task->command);
    }
    pthread_mutex_lock(&lock);
    task->machine = job->system->machine;
    if (result == HR_OK && task->machine->state != RUNNING) {
        result = task->machine->state == STOPPED ? HR_SYSTEM_ALREADY_STOPPED : HR_INVALID_STATE;
        *document = failure(result, "", "processes run in a system that runs");
    }
    if (result != HR_OK) {
        pthread_mutex_unlock(&lock);
        discard(task, &job->information);
        return result;
    }
    task->next = tasks;
    tasks = task;
    task->references++;
    job->process->task = task;
    spawn(run_task, task);
    pthread_mutex_unlock(&lock);
    return HR_OK;
}

EXPORT HRESULT HcsCreateProcess(HCS_SYSTEM handle, PCWSTR16 parameters, HCS_OPERATION operation,
                                const void *security_descriptor, HCS_PROCESS *out) {
    if (parameters == NULL || security_descriptor != NULL || out == NULL) return HR_INVALIDARG;
    pthread_mutex_lock(&lock);
    struct system *system = system_of(handle);
    struct json *document = system == NULL || system->machine == NULL ? NULL : system->machine->document;
    HRESULT result = HR_OK;
    if (system == NULL) result = HR_HANDLE;
    else if (bridged() || json_at(document, "VirtualMachine/GuestConnection") == NULL) result = HR_NOT_CONFIGURED;
    if (result == HR_OK) {
        struct process *process = new_process(system, NULL);
        result = begin("HcsCreateProcess", OPERATION_CREATE_PROCESS, operation, system, process, NULL,
                       utf8_of(parameters), create_body);
        if (result == HR_OK) {
            *out = process->handle;
        } else {
            count(COUNT_PROCESSES, -1);
            release_process(process);
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsOpenProcess(HCS_SYSTEM handle, uint32_t id, uint32_t access, HCS_PROCESS *out) {
    if (out == NULL || access != 0x10000000u) return HR_INVALIDARG;
    pthread_mutex_lock(&lock);
    struct system *system = system_of(handle);
    HRESULT result = system == NULL ? HR_HANDLE : synchronous_fault("HcsOpenProcess");
    struct task *task = tasks;
    while (system != NULL && task != NULL && (task->id != id || task->machine != system->machine)) task = task->next;
    if (result == HR_OK && task == NULL) result = HR_NOT_FOUND;
    if (result == HR_OK) *out = new_process(system, task)->handle;
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT void HcsCloseProcess(HCS_PROCESS handle) {
    pthread_mutex_lock(&lock);
    struct process *process = process_of(handle);
    if (process != NULL) {
        process->closed = true;
        count(COUNT_PROCESSES, -1);
        stop_events(process);
        release_process(process);
    }
    pthread_mutex_unlock(&lock);
}

EXPORT HRESULT HcsSetProcessCallback(HCS_PROCESS handle, int32_t options, const void *context,
                                     HCS_EVENT_CALLBACK callback) {
    pthread_mutex_lock(&lock);
    struct process *process = process_of(handle);
    HRESULT result = process == NULL ? HR_HANDLE : options != 0 ? HR_INVALIDARG : synchronous_fault("HcsSetProcessCallback");
    if (result == HR_OK && callback != NULL && process->callback != NULL) result = HR_CALLBACK_ALREADY_SET;
    if (result == HR_OK) {
        process->callback = callback;
        process->context = (void *)context;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- calls on a process ---- */

/* Linux' number, or the console event's name. */
static HRESULT signal_task(struct task *task, const struct json *options, char **document) {
    struct json *signal = json_member(options, "Signal");
    int64_t number = json_integer(signal, 0);
    if (number >= 1 && number <= 64) end_task(task, 128 + (uint32_t)number);
    else if (json_text(signal) != NULL && strncmp(json_text(signal), "Ctrl", 4) == 0) end_task(task, 0xC000013Au);
    else {
        *document = failure(HR_INVALIDARG, "Signal", "the guest has no such signal");
        return HR_INVALIDARG;
    }
    return HR_OK;
}

static HRESULT modify_task(struct task *task, const struct json *request) {
    const char *operation = json_text(json_member(request, "Operation"));
    const char *handle = json_text(json_at(request, "CloseHandle/Handle"));
    if (operation == NULL) return HR_INVALIDARG;
    if (strcmp(operation, "ConsoleSize") == 0) return json_member(request, "ConsoleSize") == NULL ? HR_INVALIDARG : HR_OK;
    if (handle == NULL) return HR_INVALIDARG;
    if (strcmp(handle, "StdIn") == 0 || strcmp(handle, "All") == 0) {
        __atomic_store_n(&task->input_over, true, __ATOMIC_SEQ_CST);
    }
    return HR_OK;
}

static HRESULT act_on_task(struct job *job, struct task *task, const struct json *text, char **document) {
    if (job->type == OPERATION_GET_PROCESS_PROPERTIES) {
        *document = status_of(task);
        return HR_OK;
    }
    if (task->over) return HR_PROCESS_ALREADY_STOPPED;
    switch (job->type) {
    case OPERATION_SIGNAL_PROCESS:
        if (strcmp(job->function, "HcsSignalProcess") == 0) return signal_task(task, text, document);
        end_task(task, 0xFFFFFFFFu);
        return HR_OK;
    case OPERATION_MODIFY_PROCESS: return modify_task(task, text);
    default: /* The pipes are with whoever has made it. */
        job->information = (HCS_PROCESS_INFORMATION){task->id, 0, NULL, (HANDLE16)-1, (HANDLE16)-1};
        return HR_OK;
    }
}

static HRESULT process_body(struct job *job, char **document) {
    const char *kind = job->type == OPERATION_MODIFY_PROCESS ? "@ProcessModifyRequest"
                     : job->type == OPERATION_SIGNAL_PROCESS ? "@SignalProcessOptions" : "@PropertyQuery";
    struct json *text = NULL;
    HRESULT result = HR_OK;
    if (job->text != NULL && *job->text != 0) result = read_document(job->text, kind, &text, document);
    if (result == HR_OK) {
        pthread_mutex_lock(&lock);
        struct task *task = job->process->task;
        result = task == NULL ? HR_INVALID_STATE : act_on_task(job, task, text, document);
        pthread_mutex_unlock(&lock);
    }
    json_free(text);
    return result;
}

static HRESULT call(const char *function, enum operation_type type, HCS_PROCESS handle, HCS_OPERATION operation,
                    PCWSTR16 text) {
    pthread_mutex_lock(&lock);
    struct process *process = process_of(handle);
    HRESULT result = HR_HANDLE;
    if (process != NULL) {
        result = begin(function, type, operation, process->system, process, NULL, utf8_of(text), process_body);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

#define CALL(name, type) \
    EXPORT HRESULT name(HCS_PROCESS process, HCS_OPERATION operation, PCWSTR16 options) { \
        return call(#name, type, process, operation, options); \
    }
CALL(HcsTerminateProcess, OPERATION_SIGNAL_PROCESS)
CALL(HcsSignalProcess, OPERATION_SIGNAL_PROCESS)
CALL(HcsGetProcessProperties, OPERATION_GET_PROCESS_PROPERTIES)
CALL(HcsModifyProcess, OPERATION_MODIFY_PROCESS)

EXPORT HRESULT HcsGetProcessInfo(HCS_PROCESS process, HCS_OPERATION operation) {
    return call("HcsGetProcessInfo", OPERATION_GET_PROCESS_INFO, process, operation, NULL);
}
