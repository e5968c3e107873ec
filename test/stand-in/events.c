/*
 * Events of a handle: delivered one after the other on a thread of ours, which lives while there are any.
 * The event's data is freed as soon as the callback returns. Nothing is delivered once the handle closes.
 */
#include "stand-in.h"
#include <stdlib.h>
#include <string.h>

static void *deliver(void *argument) {
    struct event_target *target = argument;
    pthread_mutex_lock(&lock);
    while (target->events != NULL && !target->closed) {
        struct event *event = target->events;
        target->events = event->next;
        if (target->events == NULL) target->events_end = &target->events;
        HCS_EVENT_CALLBACK callback = target->callback;
        void *context = target->context;
        pthread_mutex_unlock(&lock);
        if (callback != NULL) {
            PWSTR16 data = wide_of(event->data);
            size_t bytes = event->data == NULL ? 0 : (strlen(event->data) + 1) * sizeof *data;
            HCS_EVENT told = {event->type, data, event->operation};
            count(COUNT_CALLBACKS, 1);
            callback(&told, context);
            if (data != NULL) memset(data, 0xDD, bytes);
            free(data);
        }
        free(event->data);
        free(event);
        pthread_mutex_lock(&lock);
    }
    target->delivering = false;
    pthread_cond_broadcast(&changed);
    target->release(target);
    pthread_mutex_unlock(&lock);
    count(COUNT_THREADS, -1);
    return NULL;
}

void raise_event(struct event_target *target, int32_t type, const char *data, HCS_OPERATION operation) {
    if (target->callback == NULL || target->closed) return;
    struct event *event = calloc(1, sizeof *event);
    event->type = type;
    event->data = data == NULL ? NULL : strdup(data);
    event->operation = operation;
    *target->events_end = event;
    target->events_end = &event->next;
    if (target->delivering) return;
    target->delivering = true;
    target->references++;
    spawn(deliver, target);
}

void stop_events(struct event_target *target) {
    while (target->events != NULL) {
        struct event *event = target->events;
        target->events = event->next;
        free(event->data);
        free(event);
    }
    target->events_end = &target->events;
    while (target->delivering) pthread_cond_wait(&changed, &lock);
}
