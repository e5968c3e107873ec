/** The vsock back end that set-up built, for tests that need it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findVsockBackend } from '../../hcs/qemu/vsock-backend.ts';
import { repositoryRoot } from './repository-root.ts';

/** Its path. @throws HcsError where neither build/tools nor PATH has it */
export function vsockBackendForTests(): string {
  const built = join(repositoryRoot(), 'build', 'tools', 'bin', 'vhost-device-vsock');
  return existsSync(built) ? built : findVsockBackend('find the vsock back end');
}
