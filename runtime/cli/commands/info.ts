/** `lcow info`: what is here - versions, acceleration and why, counts, folders, guest image, limits, warnings. */
import { cpus, release, totalmem } from 'node:os';
import { bootFileCandidates, findBootFiles } from '../../../linuxkit/manifest.ts';
import { directories } from '../../directories.ts';
import { examineHost } from '../../doctor/examine.ts';
import { messageOf, RuntimeError } from '../../errors.ts';
import { openImageStore } from '../../image/image-store.ts';
import { Lcow } from '../../lcow.ts';
import { LCOW_VERSION } from '../../version.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { binarySize } from '../human.ts';
import { safeJson } from '../safe-json.ts';

type Facts = Record<string, Record<string, string | number | null>>;

export async function run({ options, configuration }: CommandInput): Promise<number> {
  const format = options.text('format') ?? 'text';
  if (format !== 'text' && format !== 'json') {
    throw new RuntimeError('invalid-argument', 'read --format', `"${format}" is not text or json`);
  }
  const { facts, warnings } = await gather(configuration?.files ?? []);
  if (format === 'json') {
    process.stdout.write(`${safeJson({ ...facts, warnings }, 2)}\n`);
    return 0;
  }
  const lines = Object.entries(facts).flatMap(([group, members]) => [
    `${group}:`,
    ...Object.entries(members).map(
      ([name, value]) => `  ${name.padEnd(18)}${escapeControl(String(value ?? 'not found'))}`,
    ),
  ]);
  const told = warnings.map((warning) => `warning: ${escapeControl(warning)}`);
  process.stdout.write(`${[...lines, ...told].join('\n')}\n`);
  return 0;
}

async function gather(files: readonly string[]): Promise<{ facts: Facts; warnings: string[] }> {
  const where = directories();
  await using lcow = Lcow.open(where);
  const [report, listing, images, bootFiles] = await Promise.all([
    examineHost(where),
    lcow.list({ all: true }),
    openImageStore(where.data).list(),
    findBootFiles({ dataDirectory: where.data }).catch((error: unknown) => messageOf(error)),
  ]);
  const found = (id: string): string | null =>
    report.checks.find((check) => check.id === id)?.found ?? null;
  const count = (...statuses: string[]): number =>
    listing.containers.filter(({ state }) => statuses.includes(state.status)).length;
  const guest = typeof bootFiles === 'string' ? undefined : bootFiles;
  const facts: Facts = {
    versions: {
      lcow: LCOW_VERSION,
      node: process.version.slice(1),
      qemu: found('qemu'),
      platform: `${process.platform}/${process.arch} ${release()}`,
    },
    execution: {
      accelerator: report.accelerator,
      why: found('accelerator'),
    },
    guest: {
      image: guest?.directory ?? null,
      kernel: guest?.manifest.kernel.release ?? null,
      agent: guest?.manifest.agent.version ?? null,
      'looked in': bootFileCandidates({ dataDirectory: where.data }).join(', '),
    },
    containers: {
      all: listing.containers.length,
      running: count('running'),
      paused: count('paused'),
      restarting: count('restarting'),
      created: count('created'),
      exited: count('exited'),
      damaged: listing.damaged.length,
    },
    pods: {
      shared: lcow.pods.list().length,
      running: lcow.pods.list({ lone: true }).filter(({ running }) => running).length,
    },
    images: { all: images.length },
    folders: {
      data: where.data,
      run: where.run,
      configuration: files.length === 0 ? 'no files' : files.join(', '),
    },
    limits: {
      processors: cpus().length,
      memory: binarySize(totalmem()),
      disk: found('disk'),
    },
  };
  const warnings = [
    ...report.checks
      .filter(({ status }) => status !== 'ok' && status !== 'skipped')
      .map(({ title, found: what, advice }) => `${title}: ${what}${advice && ` (${advice})`}`),
    ...listing.damaged.map(({ message }) => message),
    ...(typeof bootFiles === 'string' ? [bootFiles] : []),
  ];
  return { facts, warnings: [...new Set(warnings)] };
}
