/* The standard streams of simulated processes: pipes of the operating system, one end the caller's. */
#ifndef PROCESS_PIPES_H
#define PROCESS_PIPES_H

#include "stand-in.h"

/* Our end of one. */
struct std_pipe;

/* Makes one; `theirs` is the caller's end, a HANDLE on Windows, a descriptor on Linux. NULL where that fails. */
struct std_pipe *open_std_pipe(bool caller_writes, HANDLE16 *theirs);
/* Bytes read; 0 at the end of the stream, or once *over is true. Without the lock. */
size_t read_std_pipe(struct std_pipe *pipe, void *bytes, size_t room, const bool *over);
/* Writes all of it; false where nobody reads any more, or once *over is true. Without the lock. */
bool write_std_pipe(struct std_pipe *pipe, const void *bytes, size_t length, const bool *over);
/* NULL has no effect. */
void close_std_pipe(struct std_pipe *pipe);

/* Closes the caller's ends that the caller was not given. */
void close_std_handles(const HCS_PROCESS_INFORMATION *information);
/* CloseHandle of one; false where it is none. */
bool close_std_handle(HANDLE16 handle);

#endif
