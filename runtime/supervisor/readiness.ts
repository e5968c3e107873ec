/** What a supervisor says to who started it, on the pipe that it inherits: contract of main.ts and spawn-supervisor.ts. */

/** Says that there is a pipe. */
export const TELL_OPTION = '--tell';
/** The descriptor of the pipe. */
export const READINESS_FD = 3;
/** It serves. Anything else is `{code, op, what}` of a RuntimeError, in JSON. */
export const READY = '!';
/** The exit status of one that found the pod's lock taken, as EX_TEMPFAIL. */
export const LOCK_TAKEN_EXIT = 75;

/** First argument of the pool's daemon, and of what it parks; the second is JSON (runtime/pool). */
export const POOL_ROLE = '--pool';
export const PARKED_ROLE = '--parked';
