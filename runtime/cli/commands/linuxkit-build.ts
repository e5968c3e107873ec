/** `lcow linuxkit build`: an image from LinuxKit's YAML. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { packageRoot } from '../../../linuxkit/manifest.ts';
import { buildLinuxKit, type Format } from '../../../linuxkit/yaml/build-linuxkit.ts';
import type { ConfigText } from '../../../linuxkit/yaml/read-config.ts';
import { directories } from '../../directories.ts';
import { messageOf, RuntimeError } from '../../errors.ts';
import { hostPlatform } from '../../image/manifest.ts';
import { LCOW_VERSION } from '../../version.ts';
import { withCacheLease } from '../cache-lease.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { LinuxKitSources } from '../linuxkit-sources.ts';

const OP = 'build';
/** Of what is read from standard input. */
const STDIN_NAME = 'linuxkit';
/** Other words for the same processors. */
const ARCHITECTURE_NAMES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

export async function run({ options, operands }: CommandInput): Promise<number> {
  const { data } = directories();
  const cache = join(data, 'cache', 'linuxkit');
  const formats = options.list('format');
  const arch = options.text('arch') ?? hostPlatform().architecture;
  const root = packageRoot();
  const log = options.flag('quiet')
    ? undefined
    : (line: string) => void process.stderr.write(`${escapeControl(line)}\n`);
  const cancel = cancelOnSignals();
  try {
    await using sources = new LinuxKitSources({
      dataDirectory: data,
      cacheDirectory: cache,
      paths: options.list('oci').map((path) => resolve(path)),
      docker: options.flag('docker'),
      pull: options.flag('pull'),
      ...(log !== undefined && { log }),
      signal: cancel.signal,
    });
    const configurations = await Promise.all(operands.map(readText));
    const { directory, files } = await withCacheLease(cache, () =>
      buildLinuxKit({
        configurations,
        name: options.text('name') ?? nameOf(operands),
        outputDirectory: resolve(options.text('output') ?? '.'),
        formats: (formats.length === 0 ? ['kernel+initrd'] : formats) as readonly Format[],
        architecture: ARCHITECTURE_NAMES[arch] ?? arch,
        sources,
        cacheDirectory: join(cache, 'layers'),
        kernelStore: join(data, 'kernel'),
        kernelCache:
          root === undefined
            ? join(data, 'cache', 'kernel')
            : join(root, 'build', 'cache', 'kernel'),
        sbom: !options.flag('no-sbom'),
        verity: options.flag('dm-verity'),
        toolVersion: LCOW_VERSION,
        signal: cancel.signal,
        ...(log !== undefined && { log }),
      }),
    );
    const lines = files.map(({ name }) => `${join(directory, name)}\n`);
    process.stdout.write(lines.join(''));
    return 0;
  } finally {
    cancel.release();
  }
}

async function readText(path: string): Promise<ConfigText> {
  if (path === '-') {
    const parts: Buffer[] = [];
    for await (const bytes of process.stdin) parts.push(bytes as Buffer);
    return { name: 'standard input', text: Buffer.concat(parts).toString() };
  }
  try {
    return { name: path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RuntimeError(
      code === 'ENOENT' ? 'not-found' : 'invalid-argument',
      OP,
      code === 'ENOENT' ? `there is no file ${path}` : `${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** As LinuxKit names it: after the last file. */
function nameOf(operands: readonly string[]): string {
  const last = operands.at(-1) ?? '-';
  return last === '-' ? STDIN_NAME : basename(last, extname(last));
}
