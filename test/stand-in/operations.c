/*
 * Operations: NotStarted -> Pending -> Completed. Each started operation runs on a thread of its own, which
 * makes the completion callback; the caller may close the operation at any time, even in the callback.
 */
#define _GNU_SOURCE
#include "process-pipes.h"
#include "stand-in.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct operation {
    HCS_OPERATION handle;
    int references;
    bool closed;
    enum { NOT_STARTED, PENDING, COMPLETED } state;
    enum operation_type type;
    uint64_t id;
    void *context;
    HCS_OPERATION_COMPLETION callback;
    HCS_SYSTEM system;
    HCS_PROCESS process;
    HCS_PROCESS_INFORMATION information; /* id 0 where there is none, or the caller has it */
    HRESULT result;
    char *document;
    struct operation *next;
};

static struct operation *operations;
/* Handles are never used twice, so a stale one is always seen. */
static uintptr_t next_handle = 0x100010;
static uint64_t next_id = 1;

static struct operation *operation_of(HCS_OPERATION handle) {
    for (struct operation *found = operations; found != NULL; found = found->next) {
        if (found->handle == handle && !found->closed) return found;
    }
    count(COUNT_STALE_HANDLES, 1);
    return NULL;
}

static void release_operation(struct operation *operation) {
    if (--operation->references > 0) return;
    struct operation **link = &operations;
    while (*link != operation) link = &(*link)->next;
    *link = operation->next;
    close_std_handles(&operation->information);
    free(operation->document);
    free(operation);
}

EXPORT HCS_OPERATION HcsCreateOperation(const void *context, HCS_OPERATION_COMPLETION callback) {
    struct operation *operation = calloc(1, sizeof *operation);
    if (operation == NULL) return NULL;
    pthread_mutex_lock(&lock);
    operation->handle = (HCS_OPERATION)(next_handle += 0x10);
    operation->references = 1;
    operation->type = OPERATION_NONE;
    operation->id = UINT64_MAX;
    operation->context = (void *)context;
    operation->callback = callback;
    operation->next = operations;
    operations = operation;
    pthread_mutex_unlock(&lock);
    count(COUNT_OPERATIONS, 1);
    count(COUNT_CREATED, 1);
    return operation->handle;
}

EXPORT void HcsCloseOperation(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    if (operation != NULL) {
        operation->closed = true;
        count(COUNT_OPERATIONS, -1);
        release_operation(operation);
    }
    pthread_mutex_unlock(&lock);
}

EXPORT void *HcsGetOperationContext(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    void *context = operation == NULL ? NULL : operation->context;
    pthread_mutex_unlock(&lock);
    return context;
}

EXPORT HRESULT HcsSetOperationContext(HCS_OPERATION handle, const void *context) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    if (operation != NULL) operation->context = (void *)context;
    pthread_mutex_unlock(&lock);
    return operation == NULL ? HR_HANDLE : HR_OK;
}

EXPORT HRESULT HcsSetOperationCallback(HCS_OPERATION handle, const void *context, HCS_OPERATION_COMPLETION callback) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    if (operation != NULL) {
        operation->context = (void *)context;
        operation->callback = callback;
    }
    pthread_mutex_unlock(&lock);
    return operation == NULL ? HR_HANDLE : HR_OK;
}

EXPORT HCS_SYSTEM HcsGetComputeSystemFromOperation(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    HCS_SYSTEM system = operation == NULL || operation->state == NOT_STARTED ? NULL : operation->system;
    pthread_mutex_unlock(&lock);
    return system;
}

EXPORT HCS_PROCESS HcsGetProcessFromOperation(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    HCS_PROCESS process = operation == NULL || operation->state == NOT_STARTED ? NULL : operation->process;
    pthread_mutex_unlock(&lock);
    return process;
}

EXPORT int32_t HcsGetOperationType(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    int32_t type = operation == NULL ? OPERATION_NONE : operation->type;
    pthread_mutex_unlock(&lock);
    return type;
}

EXPORT uint64_t HcsGetOperationId(HCS_OPERATION handle) {
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    uint64_t id = operation == NULL ? UINT64_MAX : operation->id;
    pthread_mutex_unlock(&lock);
    return id;
}

static HRESULT result_of(struct operation *operation, PWSTR16 *document) {
    if (operation->state == NOT_STARTED) return HR_OPERATION_NOT_STARTED;
    if (operation->state == PENDING) return HR_OPERATION_PENDING;
    if (document != NULL) *document = document_of(operation->document);
    return operation->result;
}

EXPORT HRESULT HcsGetOperationResult(HCS_OPERATION handle, PWSTR16 *document) {
    if (document != NULL) *document = NULL;
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    HRESULT result = operation == NULL ? HR_HANDLE : result_of(operation, document);
    pthread_mutex_unlock(&lock);
    return result;
}

/* As result_of; the handles go to the caller, once. */
static HRESULT information_of(struct operation *operation, HCS_PROCESS_INFORMATION *information, PWSTR16 *document) {
    if (operation->state != NOT_STARTED && operation->type != OPERATION_CREATE_PROCESS &&
        operation->type != OPERATION_GET_PROCESS_INFO) return HR_INVALIDARG;
    HRESULT result = result_of(operation, document);
    if (result != HR_OK || information == NULL) return result;
    if (operation->information.process_id == 0) return HR_PROCESS_INFO_NOT_AVAILABLE;
    *information = operation->information;
    operation->information = (HCS_PROCESS_INFORMATION){0};
    return result;
}

static HRESULT wait_for(HCS_OPERATION handle, uint32_t timeout_ms, bool with_process,
                        HCS_PROCESS_INFORMATION *information, PWSTR16 *document) {
    if (document != NULL) *document = NULL;
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += timeout_ms / 1000;
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    HRESULT result = HR_HANDLE;
    if (operation != NULL) {
        operation->references++;
        int error = 0;
        while (operation->state == PENDING && error != ETIMEDOUT) {
            error = timeout_ms == UINT32_MAX ? pthread_cond_wait(&changed, &lock)
                                             : pthread_cond_timedwait(&changed, &lock, &end);
        }
        result = operation->state == PENDING ? HR_OPERATION_TIMEOUT : with_process
            ? information_of(operation, information, document) : result_of(operation, document);
        release_operation(operation);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsWaitForOperationResult(HCS_OPERATION handle, uint32_t timeout_ms, PWSTR16 *document) {
    return wait_for(handle, timeout_ms, false, NULL, document);
}

EXPORT HRESULT HcsWaitForOperationResultAndProcessInfo(HCS_OPERATION handle, uint32_t timeout_ms,
                                                       HCS_PROCESS_INFORMATION *information, PWSTR16 *document) {
    return wait_for(handle, timeout_ms, true, information, document);
}

EXPORT HRESULT HcsGetOperationResultAndProcessInfo(HCS_OPERATION handle, HCS_PROCESS_INFORMATION *information,
                                                   PWSTR16 *document) {
    if (document != NULL) *document = NULL;
    pthread_mutex_lock(&lock);
    struct operation *operation = operation_of(handle);
    HRESULT result = operation == NULL ? HR_HANDLE : information_of(operation, information, document);
    pthread_mutex_unlock(&lock);
    return result;
}

EXPORT HRESULT HcsCancelOperation(HCS_OPERATION handle) {
    (void)handle;
    return HR_NOTIMPL;
}

/* ---- running ---- */

static void finish(struct job *job, HRESULT result, char *document) {
    struct operation *operation = job->operation;
    pthread_mutex_lock(&lock);
    operation->state = COMPLETED;
    operation->result = result;
    operation->document = document;
    operation->information = job->information;
    pthread_cond_broadcast(&changed);
    HCS_OPERATION_COMPLETION callback = operation->closed ? NULL : operation->callback;
    void *context = operation->context;
    HCS_OPERATION handle = operation->handle;
    if (callback == NULL && !operation->closed && job->system != NULL && (job->system->options & 1) != 0) {
        raise_event(job->system, EVENT_OPERATION_CALLBACK, NULL, handle);
    }
    pthread_mutex_unlock(&lock);
    if (callback != NULL) {
        count(COUNT_CALLBACKS, 1);
        callback(handle, context);
    }
    pthread_mutex_lock(&lock);
    release_operation(operation);
    if (job->process != NULL) release_process(job->process);
    if (job->system != NULL) release_system(job->system);
    pthread_mutex_unlock(&lock);
}

/* HCS sends the signals to processes one after the other for each handle on their system. */
static void take_turn(struct job *job) {
    if (job->type != OPERATION_SIGNAL_PROCESS) return;
    pthread_mutex_lock(&lock);
    while (job->system->signalling) pthread_cond_wait(&changed, &lock);
    job->system->signalling = true;
    pthread_mutex_unlock(&lock);
}

static void end_turn(struct job *job) {
    if (job->type != OPERATION_SIGNAL_PROCESS) return;
    pthread_mutex_lock(&lock);
    job->system->signalling = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void *run(void *argument) {
    struct job *job = argument;
    struct fault fault = {HR_OK, NULL};
    char *document = NULL;
    HRESULT result;
    take_turn(job);
    if (suffer(job->function, &fault)) {
        result = fault.hresult;
        document = fault.document;
    } else {
        result = job->body(job, &document);
    }
    end_turn(job);
    finish(job, result, document);
    free(job->text);
    free(job->id);
    free(job);
    count(COUNT_THREADS, -1);
    return NULL;
}

void spawn(void *(*body)(void *), void *argument) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    count(COUNT_THREADS, 1);
    if (pthread_create(&thread, &attributes, body, argument) != 0) abort();
    pthread_attr_destroy(&attributes);
}

HRESULT begin(const char *function, enum operation_type type, HCS_OPERATION handle, struct system *system,
              struct process *process, char *id, char *text, job_body body) {
    struct operation *operation = operation_of(handle);
    HRESULT refused = HR_OK;
    if (operation == NULL) refused = HR_HANDLE;
    else if (operation->state != NOT_STARTED) refused = HR_OPERATION_ALREADY_STARTED;
    else if (system != NULL && (system->options & 1) != 0 && operation->callback != NULL)
        refused = HR_CALLBACK_ALREADY_SET;
    else refused = synchronous_fault(function);
    if (refused != HR_OK) {
        free(id);
        free(text);
        return refused;
    }
    struct job *job = calloc(1, sizeof *job);
    *job = (struct job){function, type, operation, system, text, id, body, process, {0}};
    operation->references++;
    operation->state = PENDING;
    operation->type = type;
    operation->id = next_id++;
    if (system != NULL) {
        operation->system = system->handle;
        system->references++;
    }
    if (process != NULL) {
        operation->process = process->handle;
        process->references++;
    }
    bool before = callback_before_return();
    if (before) operation->references++;
    spawn(run, job);
    if (before) {
        while (operation->state != COMPLETED) pthread_cond_wait(&changed, &lock);
        release_operation(operation);
    }
    return HR_OK;
}
