/**
 * The runtime's options as containerd hands them over, of whatever type its caller chose: what they say of the VM.
 *
 * - `runtimeoptions.v1.Options`, ours: a path of a TOML file, or TOML itself, with the keys of the table `[shim]`.
 *   containerd's CRI plugin puts its whole table `options` there, with `TypeUrl`.
 * - `containerd.runc.v1.Options`, which ctr and dockerd give to every runtime: what says where runc and the shim run on
 *   the host means nothing for a VM; what would have changed the container is refused by name.
 * - `containerd.runhcs.v1.Options`, of Windows: the fields that are VM options of ours too.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import protobuf from 'protobufjs/minimal.js';
import { messageOf, type RuntimeError } from '../../errors.ts';
import { type OptionValue, optionFromText, optionFromToml, refuseOption } from './option-value.ts';

export interface RuntimeOptions {
  /** Bare: "runtimeoptions.v1.Options". */
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** What a runtime's options may call ours. */
const OURS = 'lcow.v1.Options';
const FILE_BYTES_MAX = 1 << 20;

/** @throws RuntimeError invalid-argument naming the type, the field and its value */
export async function readRuntimeOptions({
  typeUrl,
  value,
}: RuntimeOptions): Promise<OptionValue[]> {
  let fields: ProtoFields;
  try {
    fields = protoFields(value);
  } catch (error) {
    throw refuseOption(typeUrl, `${value.length} bytes are no message: ${messageOf(error)}`);
  }
  switch (typeUrl) {
    case 'runtimeoptions.v1.Options':
      return genericOptions(typeUrl, fields);
    case 'containerd.runc.v1.Options':
      checkRunc(typeUrl, fields);
      return [];
    case 'containerd.runhcs.v1.Options':
      return runhcsOptions(typeUrl, fields);
    default:
      throw refuseOption(
        `options of type ${JSON.stringify(typeUrl.slice(0, 200))}`,
        'it is not known; there is runtimeoptions.v1.Options',
      );
  }
}

async function genericOptions(type: string, fields: ProtoFields): Promise<OptionValue[]> {
  const typeUrl = text(fields, 1);
  checkType(`${type}: type_url`, typeUrl);
  const path = text(fields, 2);
  const body = text(fields, 3);
  if (path === '') return body === '' ? [] : tomlOptions(`${type}: config_body`, body);
  if (!isAbsolute(path)) {
    throw refuseOption(`${type}: config_path`, `${JSON.stringify(path)} is not an absolute path`);
  }
  const given = await tomlOptions(path, readBounded(`${type}: config_path`, path));
  // What stands beside the path in containerd's own configuration counts more than the file.
  return [...given, ...(body === '' ? [] : await tomlOptions(`${type}: config_body`, body))];
}

function checkType(from: string, typeUrl: unknown): void {
  if (typeUrl === '' || typeUrl === OURS) return;
  throw refuseOption(from, `${JSON.stringify(typeUrl)} is not ${OURS}`);
}

async function tomlOptions(from: string, body: string): Promise<OptionValue[]> {
  const { parse, TomlError } = await import('smol-toml');
  let document: Record<string, unknown>;
  try {
    document = parse(body);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw refuseOption(`${from}:${error.line}`, what);
  }
  return Object.entries(document).flatMap(([name, value]) => {
    // The plugin's own keys, which are here where it hands its table over.
    if (name === 'TypeUrl') checkType(`${from}: TypeUrl`, value);
    if (['TypeUrl', 'ConfigPath', 'ConfigBody'].includes(name)) return [];
    return [optionFromToml(`${from}: ${name}`, name, value)];
  });
}

function readBounded(from: string, path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw refuseOption(from, `${path} is not a file`);
    if (stat.size > FILE_BYTES_MAX) {
      throw refuseOption(from, `${path} has ${stat.size} bytes, more than 1 MiB`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as RuntimeError).name === 'RuntimeError') throw error;
    throw refuseOption(from, messageOf(error));
  }
}

/** Of containerd's message: the fields that a VM cannot heed, and what is no wish. */
const RUNC_REFUSED: readonly (readonly [number, string, (value: ProtoValue) => boolean])[] = [
  [2, 'no_new_keyring', isUnset],
  [3, 'shim_cgroup', isUnset],
  [4, 'io_uid', isUnset],
  [5, 'io_gid', isUnset],
  [6, 'binary_name', (name) => isUnset(name) || basename(String(name)) === 'runc'],
  [8, 'criu_path', isUnset],
  [10, 'criu_image_path', isUnset],
  [11, 'criu_work_path', isUnset],
];

function checkRunc(type: string, fields: ProtoFields): void {
  for (const [number, name, accepted] of RUNC_REFUSED) {
    const value = fields.get(number);
    if (value === undefined || accepted(textual(value))) continue;
    const shown = JSON.stringify(textual(value));
    throw refuseOption(`${type}: ${name}`, `${shown}: it means nothing for a VM; leave it out`);
  }
}

function runhcsOptions(type: string, fields: ProtoFields): OptionValue[] {
  const platform = text(fields, 5);
  if (platform !== '' && platform.split('/')[0] !== 'linux') {
    throw refuseOption(`${type}: sandbox_platform`, `${JSON.stringify(platform)} is not linux`);
  }
  const option = (number: number, field: string, name: string, unit = ''): OptionValue[] => {
    const value = fields.get(number);
    if (value === undefined || isUnset(textual(value))) return [];
    return [optionFromText(`${type}: ${field}`, name, `${String(textual(value))}${unit}`)];
  };
  for (const [number, name] of [
    [10, 'GPUVHDPath'],
    [14, 'share_scratch'],
    [15, 'NCProxyAddr'],
    [18, 'default_container_annotations'],
  ] as const) {
    const value = fields.get(number);
    if (value === undefined || isUnset(textual(value))) continue;
    throw refuseOption(`${type}: ${name}`, 'it is not one of the options here');
  }
  return [
    ...option(1, 'debug', 'debug'),
    ...option(7, 'boot_files_root_path', 'boot-files'),
    ...option(8, 'vm_processor_count', 'processors'),
    ...option(9, 'vm_memory_size_in_mb', 'memory', 'm'),
    ...option(17, 'io_retry_timeout_in_sec', 'io-retry-timeout'),
  ];
}

/** Varints and texts; the last of a field counts, as in protobuf. */
type ProtoValue = number | string | Uint8Array;
type ProtoFields = ReadonlyMap<number, ProtoValue>;

function protoFields(bytes: Uint8Array): ProtoFields {
  const reader = protobuf.Reader.create(bytes);
  const fields = new Map<number, ProtoValue>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === 0) fields.set(tag >>> 3, Number(reader.int64()));
    else if ((tag & 7) === 2) fields.set(tag >>> 3, reader.bytes());
    else reader.skipType(tag & 7);
  }
  return fields;
}

function text(fields: ProtoFields, number: number): string {
  const value = fields.get(number);
  return value === undefined ? '' : String(textual(value));
}

function textual(value: ProtoValue): ProtoValue {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

function isUnset(value: ProtoValue): boolean {
  return value === 0 || value === '';
}
