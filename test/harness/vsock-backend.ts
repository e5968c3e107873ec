/** The vsock back end that set-up built, for tests that need it. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findVsockBackend } from '../../hcs/qemu/vsock-backend.ts';
import { repositoryRoot } from './repository-root.ts';
import { skip } from './skip.ts';

/** Its path. @throws HcsError where neither build/tools nor PATH has it */
export function vsockBackendForTests(): string {
  const built = join(repositoryRoot(), 'build', 'tools', 'bin', 'vhost-device-vsock');
  return existsSync(built) ? built : findVsockBackend('find the vsock back end');
}

/** Puts it into the PATH of this process, for services that are opened here. False, and skipped, where there is none. */
export function vsockBackendInPath(): boolean {
  try {
    const folder = dirname(vsockBackendForTests());
    process.env['PATH'] = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
    return true;
  } catch (error) {
    skip(`no vsock back end: ${String(error)}`);
    return false;
  }
}
