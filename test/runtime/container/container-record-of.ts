/** A container's record with nothing special in it. */
import {
  CONTAINER_RECORD_VERSION,
  type ContainerRecord,
} from '../../../runtime/container/container-record.ts';

export function containerRecordOf(
  id: string,
  changes: Partial<ContainerRecord> = {},
): ContainerRecord {
  return {
    version: CONTAINER_RECORD_VERSION,
    id,
    createdAt: new Date().toISOString(),
    image: { name: 'busybox', id: 'sha256:0', layers: ['/data/layers/0/layer.vhd'] },
    args: ['sleep', '100'],
    terminal: false,
    openStdin: false,
    stdinOnce: false,
    autoRemove: false,
    restart: { name: 'no', maximum: 0 },
    logDriver: 'json-file',
    stopSignal: 15,
    stopTimeoutSeconds: 10,
    labels: {},
    hostname: id.slice(0, 12),
    hosts: [],
    mounts: [],
    vm: { network: 'none', ports: [] },
    limits: {},
    ...changes,
  };
}
