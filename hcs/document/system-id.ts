/** The ids of compute systems: what hcs/service.ts promises of them. */
import { HcsError } from '../hcs-error.ts';
import { show } from './decoder.ts';

const SYSTEM_ID = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$/;

/** True for an id that can name a compute system. */
export function isSystemId(id: string): boolean {
  return SYSTEM_ID.test(id);
}

/** @throws HcsError E_INVALIDARG when `id` cannot name a compute system */
export function checkSystemId(id: string, op: string): void {
  if (typeof id === 'string' && isSystemId(id)) return;
  const message = `the id is ${show(id)}: must be a letter or digit and up to 127 more of letters, digits, "_", ".", "@" and "-"`;
  throw new HcsError(op, 'E_INVALIDARG', [{ Message: message, Source: 'Id' }]);
}
