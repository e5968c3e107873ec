/** Bounds of what waits to be told to somebody else. */

/** Spans of starts that a supervisor has not exported yet: of some twenty starts; what is beyond is dropped. */
export const SPANS_WAITING_MAX = 512;
