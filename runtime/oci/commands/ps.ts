/**
 * `lcow-oci ps`: as a table the guest's processes; as JSON the pids of this host that stand for those that callers know
 * (`docker top` looks them up in the host's `ps`).
 */
import type { TopProcess } from '../../supervisor/supervisor-client.ts';
import type { OciCommandRun } from '../command.ts';
import { OciFailure, notRunning } from '../failure.ts';
import { livePid } from '../host-process.ts';
import { findPod } from '../pod.ts';
import { statusOf } from '../status.ts';

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = '', ...options] = input.operands;
  const format = formatOf(input.value('format'), options);
  const record = records.read(id);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (format === 'json') {
    const names =
      status === 'stopped' ? [] : [record.process, ...records.execs(id).map(({ name }) => name)];
    const pids = names.map(livePid).filter((pid) => pid !== 0);
    process.stdout.write(`${JSON.stringify(pids)}\n`);
    return 0;
  }
  if (client === undefined || status === 'stopped') throw notRunning();
  process.stdout.write(table(await client.top(id)));
  return 0;
};

/** `ps ID -f json` is written too, though operands after the id are for ps(1). */
function formatOf(given: string | undefined, rest: readonly string[]): 'table' | 'json' {
  const [first = '', second, ...more] = rest;
  const after = /^--?(?:format|f)$/.test(first) && more.length === 0 ? second : undefined;
  const inline = rest.length === 1 ? /^--?(?:format|f)=(.*)$/.exec(first)?.[1] : undefined;
  const format = given ?? after ?? inline ?? 'table';
  if (rest.length > 0 && after === undefined && inline === undefined && first !== '-ef') {
    const shown = rest.join(' ').slice(0, 64);
    throw new OciFailure(`cannot ps with "${shown}": the processes are the VM's, not ps(1)'s`);
  }
  if (format !== 'table' && format !== 'json') throw new OciFailure('invalid format option');
  return format;
}

function table(processes: readonly TopProcess[]): string {
  const rows = [
    ['UID', 'PID', 'PPID', 'TTY', 'TIME', 'CMD'],
    ...processes.map(({ uid, pid, ppid, tty, cpuNs, command }) => [
      ...[String(uid), String(pid), String(ppid), tty || '?', clock(cpuNs), command],
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** hh:mm:ss, as ps(1). */
function clock(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}
