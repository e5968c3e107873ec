/** Decodes container.json, state.json and pod.json: what stands in a file is typed here or refused by field name. */
import {
  CONTAINER_RECORD_VERSION,
  type ContainerRecord,
  type ContainerState,
  type ContainerStatus,
  type PodRecord,
  type PodShape,
  type RestartPolicy,
} from './container-record.ts';
import { isContainerId } from './container-name.ts';

type Fields = Record<string, unknown>;

const STATUSES: readonly ContainerStatus[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
];

/** @throws Error naming the field */
export function decodeContainerRecord(value: unknown): ContainerRecord {
  const fields = object(value, 'the record');
  checkVersion(fields);
  if (!isContainerId(text(fields, 'id'))) throw wrong('id', '64 hexadecimal digits');
  text(fields, 'createdAt');
  const image = object(fields['image'], 'image');
  text(image, 'name');
  text(image, 'id');
  texts(image, 'layers');
  optionalText(fields, 'pod');
  texts(fields, 'args');
  for (const name of ['terminal', 'openStdin', 'stdinOnce', 'autoRemove']) boolean(fields, name);
  checkRestart(fields['restart'], 'restart');
  oneOf(fields, 'logDriver', ['json-file', 'none']);
  count(fields, 'stopSignal');
  finite(fields, 'stopTimeoutSeconds');
  textMap(fields, 'labels');
  text(fields, 'hostname');
  texts(fields, 'hosts');
  if (!Array.isArray(fields['mounts'])) throw wrong('mounts', 'an array');
  for (const each of fields['mounts']) {
    const mount = object(each, 'mounts');
    text(mount, 'type');
    text(mount, 'target');
    optionalText(mount, 'source');
    boolean(mount, 'readOnly');
  }
  if (fields['vm'] !== undefined) decodePodShape(fields['vm'], 'vm');
  checkLimits(fields['limits']);
  return value as ContainerRecord;
}

/** @throws Error naming the field */
export function decodeContainerState(value: unknown): ContainerState {
  const fields = object(value, 'the state');
  oneOf(fields, 'status', STATUSES);
  text(fields, 'hostBootId');
  for (const name of ['pod', 'startedAt', 'finishedAt', 'error']) optionalText(fields, name);
  count(fields, 'restartCount');
  for (const name of ['pid', 'exitCode']) if (fields[name] !== undefined) count(fields, name);
  if (fields['oomKilled'] !== undefined) boolean(fields, 'oomKilled');
  if (fields['limits'] !== undefined) checkLimits(fields['limits']);
  if (fields['restart'] !== undefined) checkRestart(fields['restart'], 'restart');
  return value as ContainerState;
}

/** @throws Error naming the field */
export function decodePodRecord(value: unknown): PodRecord {
  const fields = object(value, 'the record');
  checkVersion(fields);
  text(fields, 'id');
  text(fields, 'createdAt');
  boolean(fields, 'lone');
  textMap(fields, 'labels');
  decodePodShape(fields['shape'], 'shape');
  if (fields['containerd'] !== undefined) checkContainerdPod(fields['containerd']);
  return value as PodRecord;
}

function checkContainerdPod(value: unknown): void {
  const fields = object(value, 'containerd');
  const texts = ['namespace', 'groupId', 'address', 'grpcAddress', 'ttrpcAddress', 'bundle'];
  for (const name of texts) text(fields, name);
  if (fields['debug'] !== undefined) boolean(fields, 'debug');
  if (fields['ioRetryMs'] !== undefined) count(fields, 'ioRetryMs');
}

function decodePodShape(value: unknown, field: string): PodShape {
  const fields = object(value, field);
  for (const name of ['memoryMiB', 'processorCount']) {
    if (fields[name] !== undefined) count(fields, name);
  }
  for (const name of ['kernelArguments', 'bootFiles']) optionalText(fields, name);
  oneOf(fields, 'network', ['user', 'none']);
  if (fields['accelerator'] !== undefined) oneOf(fields, 'accelerator', ['auto', 'kvm', 'tcg']);
  if (fields['machine'] !== undefined) oneOf(fields, 'machine', ['q35', 'microvm']);
  if (fields['template'] !== undefined) oneOf(fields, 'template', ['auto', 'make', 'none']);
  const { shares } = fields;
  const areTexts = Array.isArray(shares) && shares.every((each) => typeof each === 'string');
  if (shares !== undefined && !areTexts) throw wrong('shares', 'an array of strings');
  if (!Array.isArray(fields['ports'])) throw wrong('ports', 'an array');
  for (const each of fields['ports']) {
    const port = object(each, 'ports');
    oneOf(port, 'protocol', ['tcp', 'udp']);
    text(port, 'hostAddress');
    count(port, 'hostPort');
    count(port, 'guestPort');
  }
  return value as PodShape;
}

function checkRestart(value: unknown, field: string): RestartPolicy {
  const fields = object(value, field);
  oneOf(fields, 'name', ['no', 'on-failure', 'always']);
  count(fields, 'maximum');
  return value as RestartPolicy;
}

function checkLimits(value: unknown): void {
  const fields = object(value, 'limits');
  for (const name of ['memoryBytes', 'cpus', 'pids']) {
    if (fields[name] !== undefined) finite(fields, name);
  }
}

function checkVersion(fields: Fields): void {
  if (fields['version'] === CONTAINER_RECORD_VERSION) return;
  throw wrong('version', `${CONTAINER_RECORD_VERSION} (it is another lcow's)`);
}

function object(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(field, 'an object');
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string');
}

function optionalText(fields: Fields, name: string): void {
  if (fields[name] !== undefined) text(fields, name);
}

function texts(fields: Fields, name: string): void {
  const value = fields[name];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return;
  throw wrong(name, 'an array of strings');
}

function textMap(fields: Fields, name: string): void {
  const map = object(fields[name], name);
  if (!Object.values(map).every((each) => typeof each === 'string')) {
    throw wrong(name, 'an object of strings');
  }
}

function boolean(fields: Fields, name: string): void {
  if (typeof fields[name] !== 'boolean') throw wrong(name, 'true or false');
}

function count(fields: Fields, name: string): void {
  const value = fields[name];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw wrong(name, 'a whole number from 0');
}

function finite(fields: Fields, name: string): void {
  if (!Number.isFinite(fields[name])) throw wrong(name, 'a number');
}

function oneOf(fields: Fields, name: string, known: readonly string[]): void {
  if (!known.includes(fields[name] as string)) throw wrong(name, `one of ${known.join(', ')}`);
}

function wrong(field: string, expected: string): Error {
  return new Error(`${field} is not ${expected}`);
}
