/**
 * One template of VMs of the default shape for a whole run of the tests: made by the runner (test/run.ts), given to hosts
 * of tests whose subject is not the boot, so that their VMs are clones, which start in a third of the processor time.
 * Where there is none (a test's file that is run by itself) they boot.
 */
import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder with the template's. */
export const SHARED_TEMPLATE = 'LCOW_TEST_TEMPLATE';

/** Gives it to a host. @param data the host's data folder */
export function provideTemplate(data: string): void {
  const from = process.env[SHARED_TEMPLATE] ?? '';
  if (from === '') return;
  for (const id of readdirSync(from).filter((name) => name.startsWith('template-'))) {
    const folder = join(data, 'template', id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(join(from, id))) {
      // Nobody writes a template's memory: its clones map it privately.
      if (name === 'memory') linkSync(join(from, id, name), join(folder, name));
      else copyFileSync(join(from, id, name), join(folder, name));
    }
  }
}
