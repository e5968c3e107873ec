/*
 * Events of a handle: delivered one after the other on a thread of ours, which lives while there are any.
 * The event's data is freed as soon as the callback returns. Nothing is delivered once the handle closes.
 */
#include "stand-in.h"
#include <stdlib.h>
#include <string.h>

static void *deliver(void *argument) {
    struct system *system = argument;
    pthread_mutex_lock(&lock);
    while (system->events != NULL && !system->closed) {
        struct event *event = system->events;
        system->events = event->next;
        if (system->events == NULL) system->events_end = &system->events;
        HCS_EVENT_CALLBACK callback = system->callback;
        void *context = system->context;
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
    system->delivering = false;
    pthread_cond_broadcast(&changed);
    release_system(system);
    pthread_mutex_unlock(&lock);
    count(COUNT_THREADS, -1);
    return NULL;
}

void raise_event(struct system *system, int32_t type, const char *data, HCS_OPERATION operation) {
    if (system->callback == NULL || system->closed) return;
    struct event *event = calloc(1, sizeof *event);
    event->type = type;
    event->data = data == NULL ? NULL : strdup(data);
    event->operation = operation;
    *system->events_end = event;
    system->events_end = &event->next;
    if (system->delivering) return;
    system->delivering = true;
    system->references++;
    spawn(deliver, system);
}

void stop_events(struct system *system) {
    while (system->events != NULL) {
        struct event *event = system->events;
        system->events = event->next;
        free(event->data);
        free(event);
    }
    system->events_end = &system->events;
    while (system->delivering) pthread_cond_wait(&changed, &lock);
}
