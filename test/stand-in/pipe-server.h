/* The far end of a serial port under Wine: the named pipe that vmwp would serve. */
#ifndef PIPE_SERVER_H
#define PIPE_SERVER_H

#include <stdint.h>

/* Serves `pipe` (UTF-8), each client joined to the bridge's console of the system `runtime_id`, until it is told to
 * stop. `remote` names it. */
void serve_pipe(const char *pipe, const char *runtime_id, int64_t remote);
void stop_pipe(int64_t remote);

#endif
