/** The ports that a pod's network really has, hosts' choices among them: from what its supervisor wrote. */
import { join } from 'node:path';
import type { PublishedPort } from '../container/container-record.ts';
import { readRecord } from '../container/record-file.ts';

/** @param folder the pod's. @returns undefined where its supervisor wrote none (yet), or something else */
export function publishedPorts(folder: string): readonly PublishedPort[] | undefined {
  try {
    return readRecord(join(folder, 'vm.json'), decode);
  } catch {
    return undefined;
  }
}

function decode(value: unknown): readonly PublishedPort[] | undefined {
  const ports = member(member(member(value, 'network'), 'endpoint'), 'ports');
  return Array.isArray(ports) && ports.every(isPort) ? ports : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function isPort(value: unknown): value is PublishedPort {
  return (
    typeof member(value, 'hostAddress') === 'string' &&
    typeof member(value, 'hostPort') === 'number' &&
    typeof member(value, 'guestPort') === 'number' &&
    /^(tcp|udp)$/.test(String(member(value, 'protocol')))
  );
}
