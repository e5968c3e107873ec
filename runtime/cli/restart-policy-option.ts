/** `--restart` as people type it. */
import type { RestartPolicy } from '../container/container-record.ts';
import { RuntimeError } from '../errors.ts';

/** "no", "on-failure[:n]", "always", "unless-stopped" (which is always: nothing starts what was stopped). */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [, name = '', maximum] = /^([a-z-]+)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (name === 'on-failure') return { name, maximum: Number(maximum ?? 0) };
  if (maximum === undefined) {
    if (name === 'no') return { name, maximum: 0 };
    if (name === 'always' || name === 'unless-stopped') return { name: 'always', maximum: 0 };
  }
  const shown = text.length > 64 ? `${text.slice(0, 64)}...` : text;
  const what = `"${shown}" is not no, on-failure[:n] or always`;
  throw new RuntimeError('invalid-argument', 'read --restart', what);
}
