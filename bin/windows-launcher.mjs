// What lcow.exe runs (bin/build-windows.mjs makes it): `lcow`, or, when its first argument says so, the supervisor that
// `lcow` starts, or, by the name containerd-shim-lcow-v1.exe, containerd's shim. One executable with three roles,
// because Node is 70 MB of it. It runs on Node's embedder of single executables, which takes options of Node's from
// NODE_OPTIONS alone.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** As runtime/supervisor/supervisor-program.ts starts it. */
const SUPERVISOR_ROLE = 'lcow-supervisor';
/** As containerd makes it of `io.containerd.lcow.v1`. */
const SHIM_NAME = 'containerd-shim-lcow-v1.exe';

const [role, ...rest] = process.argv.slice(2);
useBootFilesBeside();
if (role === SUPERVISOR_ROLE) {
  superviseAs(rest).then(
    (status) => process.exit(status),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`);
      process.exit(1);
    },
  );
} else if (basename(process.execPath).toLowerCase() === SHIM_NAME) {
  void import('../runtime/shim/main.ts')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((status) => process.exit(status));
} else {
  void import('../runtime/cli/main.ts')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((status) => {
      process.exitCode = status;
    });
}

async function superviseAs(args) {
  // Of those of runtime/supervisor/supervisor-program.ts that NODE_OPTIONS does not take. --max-lazy is not among them:
  // this script was parsed without it, and V8 ends the process where a function is then parsed by another rule.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--optimize-for-size');
  const { main } = await import('../runtime/supervisor/main.ts');
  return main(args);
}

/** Boot files that were put into `boot` beside the executable are found there, by supervisors too. */
function useBootFilesBeside() {
  const boot = join(dirname(process.execPath), 'boot');
  if (!process.env.LCOW_BOOT_FILES && existsSync(join(boot, 'manifest.json'))) {
    process.env.LCOW_BOOT_FILES = boot;
  }
}
