/**
 * A guest whose PID 1 is a busybox shell that runs each line it reads from its serial port: for tests that
 * look at what hot-plugged devices are inside. Its modules are the built guest image's, where
 * its kernel has any.
 */
import type { Duplex } from 'node:stream';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lcowDocument, type LcowDocumentOptions } from '../../../hcs/document/lcow-document.ts';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { platformArguments } from '../../../hcs/qemu/kernel-arguments.ts';
import type { ComputeSystem } from '../../../hcs/service.ts';
import { cpioArchive } from '../../../linuxkit/initrd/cpio.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';

export const SHELL_PORT = 19523;

const INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /mnt
/bin/busybox mount -t devtmpfs dev /dev
exec 0</dev/null 1>/dev/null 2>&1
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox --install -s /bin
mods() { [ -e /etc/lcow/modules ] || return 0; while read -r g p; do case " $* " in *" $g "*) insmod $p 2>/dev/null;; esac; done < /etc/lcow/modules; }
mods base
await() { i=0; while ! eval "$1"; do i=$((i+1)); [ $i -gt 200 ] && return 1; sleep 0.05; done; }
while :; do
  for p in /sys/class/virtio-ports/*; do [ "$(cat $p/name)" = lcow.${SHELL_PORT} ] && break 2; done
  sleep 0.05
done
d=/dev/\${p##*/}
while :; do
  exec 5<>$d 2>/dev/null || { sleep 0.05; continue; }
  while read -r line <&5; do { eval "$line"; } >/tmp.out 2>&1; rc=$?; cat /tmp.out >&5; echo "::$rc" >&5; done
  exec 5>&-
  sleep 0.02
done
`;

/** Where the guest's files are. */
export interface ShellGuest {
  kernel: string;
  initrd: string;
}

/** Builds the guest into `folder`. @throws Error where the guest image or busybox is missing */
export async function buildShellGuest(folder: string): Promise<ShellGuest> {
  await mkdir(folder, { recursive: true });
  const image = await findBootFiles({ packageRoot: repositoryRoot() });
  const archive = cpioArchive([
    { type: 'directory', path: 'bin', mode: 0o755 },
    { type: 'file', path: 'bin/busybox', mode: 0o755, data: await readFile('/bin/busybox') },
    { type: 'file', path: 'init', mode: 0o755, data: Buffer.from(INIT) },
  ]);
  const initrd = join(folder, 'initrd.img');
  await writeFile(initrd, Buffer.concat([await readFile(image.initrd), archive]));
  return { kernel: image.kernel, initrd };
}

/** A document that boots it. */
export function shellDocument(
  guest: ShellGuest,
  overrides: Partial<LcowDocumentOptions> = {},
): ComputeSystemDocument {
  return lcowDocument({
    owner: 'lcow test',
    kernelFilePath: guest.kernel,
    initRdPath: guest.initrd,
    memoryMiB: 256,
    processorCount: 1,
    kernelCommandLine: `${platformArguments('tcg').join(' ')} 8250.nr_uarts=0 scsi_mod.scan=sync panic=-1 quiet rdinit=/init`,
    ...overrides,
  });
}

/** A conversation with the guest's shell. */
export class Shell {
  readonly #stream: Duplex;
  #received = '';
  #wake: () => void = () => undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    stream.on('close', () => this.#wake());
    stream.on('error', () => undefined);
  }

  /** Boots nothing: waits for the guest to answer on a running system's port. */
  static async of(system: ComputeSystem): Promise<Shell> {
    const listener = await system.listen(SHELL_PORT);
    return new Shell(await listener.accept(AbortSignal.timeout(60_000)));
  }

  /** Runs one line and gives what it printed. @throws Error when its status is not 0 */
  async run(line: string, timeoutMs = 60_000): Promise<string> {
    this.#received = '';
    this.#stream.write(`${line}\n`);
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const end = /::(\d+)\n$/.exec(this.#received);
      if (end !== null) {
        const output = this.#received.slice(0, end.index);
        if (end[1] !== '0') throw new Error(`${line}: status ${end[1]}: ${output}`);
        return output;
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#stream.destroyed) {
        throw new Error(`${line}: no end in ${JSON.stringify(this.#received)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#stream.destroy();
  }
}
