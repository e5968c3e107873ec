/** `start`: with a holder that is a script, everything of it but the VM. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerd } from '../../../proto/generated/shim.js';
import { messageOf } from '../../../runtime/errors.ts';
import { poolKey } from '../../../runtime/pool/pool-shape.ts';
import { parseShimArguments } from '../../../runtime/shim/arguments.ts';
import { start } from '../../../runtime/shim/start.ts';
import {
  isBeingStarted,
  listPodIds,
  podFolder,
  readPodRecord,
} from '../../../runtime/supervisor/pod-folder.ts';
import { rejection } from '../../harness/rejection.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-start-'));
const where = { data: join(folder, 'data'), run: join(folder, 'run') };
const grpc = join(folder, 'c.sock');
const holder = join(folder, 'holder');
const env: NodeJS.ProcessEnv = {
  ...{ LCOW_DATA: where.data, LCOW_RUN: where.run, LCOW_HOLDER: holder },
  TTRPC_ADDRESS: '/run/t.sock',
};
const NOTHING = new Uint8Array(0);

/** The holder of the next start; it notes how it was called. */
function holderDoes(script: string): void {
  writeFileSync(holder, `#!/bin/sh\necho "$@" > ${folder}/called\n${script}\n`);
  chmodSync(holder, 0o700);
}

function bundleOf(id: string, spec: unknown = {}): string {
  const bundle = join(folder, id);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  return bundle;
}

function startOf(id: string, input: Uint8Array = NOTHING, more: string[] = []): Promise<string> {
  const flags = ['-namespace', 'ns1', '-address', grpc, '-id', id, '-bundle', join(folder, id)];
  return start(parseShimArguments([...flags, ...more, 'start']), input, env);
}

const words = async (failing: Promise<unknown>): Promise<string> =>
  messageOf(await rejection(failing));
const pods = (): string[] => listPodIds(where);
const groupSpec = (group: string): unknown => ({
  annotations: { 'io.kubernetes.cri.sandbox-id': group },
});

test('a pod is made, its holder started, and its address told and written', async () => {
  holderDoes('echo ready; exec >&-; exec sleep 30');
  const bundle = bundleOf('c1', { linux: { namespaces: [{ type: 'network' }] } });
  const address = await startOf('c1', NOTHING, ['-debug']);
  assert.match(address, /^unix:\/\/\/run\/containerd\/s\/[0-9a-f]{64}$/);
  assert.is(readFileSync(join(bundle, 'address'), 'utf8'), address);
  assert.equal(readdirSync(bundle).sort(), ['address', 'config.json']);
  const [pod = ''] = pods();
  const record = readPodRecord(podFolder(where, pod));
  assert.equal(record?.containerd, {
    ...{ namespace: 'ns1', groupId: 'c1', address: address.slice('unix://'.length) },
    ...{ grpcAddress: grpc, ttrpcAddress: '/run/t.sock', bundle, debug: true },
  });
  assert.is(record?.lone, false);
  assert.is(record?.shape.network, 'none');
  const called = readFileSync(join(folder, 'called'), 'utf8');
  assert.ok(
    called.startsWith(`shim --socket ${address.slice(7)} --pod ${podFolder(where, pod)} -- `),
    called,
  );
  assert.ok(called.includes('bin/lcow-supervisor'), called);
  // As long as the holder lives nobody else starts a supervisor.
  assert.ok(isBeingStarted(podFolder(where, pod)));
  const owner = Number.parseInt(readFileSync(join(podFolder(where, pod), 'starting'), 'utf8'), 10);
  const score = (pid: number): number =>
    Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'latin1'));
  assert.is(score(owner), Math.min(score(process.ppid) + 1, 1000));
  process.kill(owner, 'SIGKILL');
  rmSync(where.run, { recursive: true });
});

test('where there is a pool, the holder is told where and by which key, but for who is to boot', async () => {
  mkdirSync(join(where.run, 'pool', 'free'), { recursive: true });
  holderDoes('echo ready');
  const keyOf = async (id: string, spec?: unknown): Promise<string | undefined> => {
    bundleOf(id, spec);
    await startOf(id);
    const called = readFileSync(join(folder, 'called'), 'utf8');
    const [, pool, key] = / --pool (\S+) --key ([0-9a-f]{16}) -- /.exec(called) ?? [];
    if (key !== undefined) assert.is(pool, join(where.run, 'pool'));
    return key;
  };
  const key = await keyOf('p1');
  assert.is(key, poolKey({}, env));
  assert.is(await keyOf('p2', { linux: { namespaces: [{ type: 'network' }] } }), key);
  const other = { annotations: { 'io.lcow.memory': '300m' } };
  assert.is(await keyOf('p3', other), poolKey({ memoryMiB: 300 }, env));
  assert.is(await keyOf('p4', { annotations: { 'io.lcow.template': 'none' } }), undefined);
  rmSync(where.run, { recursive: true });
});

test('a member finds its group, and gets the same address', async () => {
  const sockets = join(folder, 's');
  mkdirSync(sockets, { recursive: true });
  const v1 = containerd.shim.v1;
  const input = v1.BootstrapParams.encode({ instanceId: 'm1', socketDir: sockets }).finish();
  holderDoes('echo ready');
  bundleOf('m1', groupSpec('g1'));
  bundleOf('m2', groupSpec('g1'));
  const address = await startOf('m1', input);
  assert.ok(address.startsWith(`unix://${sockets}/`), address);
  const server = createServer().listen(address.slice('unix://'.length));
  await new Promise((resolve) => server.once('listening', resolve));
  holderDoes('exit 1');
  const second = v1.BootstrapParams.encode({ instanceId: 'm2', socketDir: sockets }).finish();
  assert.is(await startOf('m2', second), address);
  assert.is(readFileSync(join(folder, 'm2', 'address'), 'utf8'), address);
  assert.is(pods().length, 1);
  server.close();
});

test('a pod whose holder and supervisor died is removed, and a new one made', async () => {
  const [dead = ''] = pods();
  holderDoes('echo ready');
  const folderBefore = readFileSync(join(podFolder(where, dead), 'pod.json'), 'utf8');
  const sockets = join(folder, 's');
  const input = containerd.shim.v1.BootstrapParams.encode({ instanceId: 'm1', socketDir: sockets });
  await startOf('m1', input.finish());
  assert.equal(pods(), [dead]);
  assert.is.not(readFileSync(join(podFolder(where, dead), 'pod.json'), 'utf8'), folderBefore);
  rmSync(where.run, { recursive: true });
});

test('an address that another serves is told, and nothing made', async () => {
  holderDoes('echo taken; exit 75');
  bundleOf('t1');
  const address = await startOf('t1');
  assert.is(readFileSync(join(folder, 't1', 'address'), 'utf8'), address);
  assert.equal(pods(), []);
});

test('a holder that cannot start leaves nothing, and its words are told', async () => {
  holderDoes('echo no place to be >&2; exit 1');
  bundleOf('f1');
  assert.match(
    await words(startOf('f1')),
    /cannot start the holder of .*: it ended \(1\): no place to be/,
  );
  assert.equal(pods(), []);
  assert.not(existsSync(join(folder, 'f1', 'address')));
  env['LCOW_HOLDER'] = join(folder, 'none');
  assert.match(await words(startOf('f1')), /there is no program at .*\/none;/);
  assert.equal(pods(), []);
  env['LCOW_HOLDER'] = holder;
});

test('a bundle without a specification is refused, and nothing made', async () => {
  holderDoes('echo ready');
  mkdirSync(join(folder, 'n1'), { recursive: true });
  assert.match(await words(startOf('n1')), /config\.json/);
  assert.match(await words(startOf('n1', Buffer.from('0aff', 'hex'))), /stdin/);
  assert.equal(pods(), []);
});

test.after(() => rmSync(folder, { recursive: true }));
test.run();
