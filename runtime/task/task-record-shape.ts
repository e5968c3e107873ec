/** Decodes task records and vm.json: what is on disk may be from a power cut or from anybody. Each error names the field. */
import type { TaskExit } from './process-io.ts';
import type { ExecRecord, ProcessRecord, TaskRecord } from './task-record.ts';
import type { TaskMount } from './task-service.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @throws Error naming the field */
export function decodeTaskRecord(value: unknown): TaskRecord {
  const record = asObject(value, 'record');
  if (record['version'] !== 1) throw new Error(`version is ${JSON.stringify(record['version'])}`);
  const phase = record['phase'];
  if (phase !== 'creating' && phase !== 'created') {
    throw new Error(`phase is ${JSON.stringify(phase)}`);
  }
  const execs = Object.entries(asObject(record['execs'], 'execs'));
  const options = record['options'];
  return {
    version: 1,
    id: asString(record['id'], 'id'),
    bundle: asString(record['bundle'], 'bundle'),
    rootfs: asArray(record['rootfs'], 'rootfs').map(decodeMount),
    ...(options === undefined ? {} : { options: decodeOptions(options) }),
    phase,
    init: decodeProcess(record['init'], 'init'),
    execs: Object.fromEntries(execs.map(([id, exec]) => [id, decodeExec(exec, `execs.${id}`)])),
    eventsAfter: asNumber(record['eventsAfter'], 'eventsAfter'),
    oomKills: asNumber(record['oomKills'], 'oomKills'),
    ...(record['resources'] === undefined ? {} : { resources: record['resources'] }),
  };
}

function decodeMount(value: unknown, index: number): TaskMount {
  const at = `rootfs[${index}]`;
  const mount = asObject(value, at);
  return {
    type: asString(mount['type'], `${at}.type`),
    source: asString(mount['source'], `${at}.source`),
    target: asString(mount['target'], `${at}.target`),
    options: asArray(mount['options'], `${at}.options`).map((option) => asString(option, at)),
  };
}

function decodeOptions(value: unknown): { typeUrl: string; value: string } {
  const options = asObject(value, 'options');
  return {
    typeUrl: asString(options['typeUrl'], 'options.typeUrl'),
    value: asString(options['value'], 'options.value'),
  };
}

function decodeProcess(value: unknown, at: string): ProcessRecord {
  const process = asObject(value, at);
  const { exit, hostPid } = process;
  return {
    terminal: asBoolean(process['terminal'], `${at}.terminal`),
    stdin: asString(process['stdin'], `${at}.stdin`),
    stdout: asString(process['stdout'], `${at}.stdout`),
    stderr: asString(process['stderr'], `${at}.stderr`),
    pid: asNumber(process['pid'], `${at}.pid`),
    ...(hostPid === undefined ? {} : { hostPid: asNumber(hostPid, `${at}.hostPid`) }),
    started: asBoolean(process['started'], `${at}.started`),
    ...(exit === undefined ? {} : { exit: decodeExit(exit, `${at}.exit`) }),
  };
}

function decodeExec(value: unknown, at: string): ExecRecord {
  const process = asObject(value, at)['process'];
  return {
    ...decodeProcess(value, at),
    ...(process === undefined ? {} : { process: asString(process, `${at}.process`) }),
  };
}

function decodeExit(value: unknown, at: string): TaskExit {
  const exit = asObject(value, at);
  const error = exit['error'];
  return {
    code: asNumber(exit['code'], `${at}.code`),
    exitedAtMs: asNumber(exit['exitedAtMs'], `${at}.exitedAtMs`),
    oomKilled: asBoolean(exit['oomKilled'], `${at}.oomKilled`),
    ...(error === undefined ? {} : { error: asString(error, `${at}.error`) }),
  };
}

export function asObject(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${at} is not an object`);
}

export function asArray(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new Error(`${at} is not an array`);
}

export function asString(value: unknown, at: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${at} is not a string`);
}

export function asNumber(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${at} is not a number from 0`);
}

export function asBoolean(value: unknown, at: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${at} is not a boolean`);
}
