/** The deadline of calls of the agent, for those too that do not load gRPC for it (agent-channel.ts). */

/** A unary call's deadline unless the caller knows better. Generous: TCG on a busy host is slow. */
export const CALL_TIMEOUT_MS = 30_000;
