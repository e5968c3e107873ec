/* A simulated machine: what systems.c has handles on and service.c lists. */
#ifndef MACHINE_H
#define MACHINE_H

#include "stand-in.h"

enum state { CREATED, RUNNING, PAUSED, STOPPED, SAVED_AS_TEMPLATE };

/* A simulated machine. In the list while it is not stopped. */
struct machine {
    char *id, *owner;
    char runtime_id[37];
    int references, handles;
    enum state state;
    bool terminate_on_last;
    struct json *document;
    char *exit_status;
    const char *exit_type;
    struct device { char *name; struct device *next; } *devices;
    struct machine *template; /* of a clone; NULL once that has ended */
    struct machine *next;
};
extern struct machine *machines;

/* All with the lock. */
/* Takes the document. The template is NULL unless it is a clone. */
void add_machine(const char *id, struct json *document, struct machine *template, struct system *holder);
void hold(struct system *system, struct machine *machine);
void release_machine(struct machine *machine);
HRESULT act(struct machine *machine, enum operation_type type, const struct json *request, char **document);
char *properties_of(struct machine *machine, bool with_terminate);

/* template.c */
HRESULT save_as_template(struct machine *machine, const struct json *options, char **document);
/* What a document of a clone names; NULL where it is none. */
HRESULT find_template(const struct json *document, struct machine **template, char **result);
void end_clones(struct machine *template);

#endif
