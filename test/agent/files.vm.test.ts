/** Files in and out of containers in every state, what stands at a path, and tars that try to leave the container. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../runtime/errors.ts';
import { METHODS, STREAMS } from '../../runtime/guest/methods.ts';
import { fromGrpc } from '../../runtime/guest/status.ts';
import { rejection } from '../harness/rejection.ts';
import { AgentVm, IDLE, specOf } from './agent-vm.ts';

const test = suite<{ agent: AgentVm }>('files of the agent');

test.before(async (context) => {
  const agent = await AgentVm.boot('agent-files');
  context.agent = agent;
  await agent.create('box', specOf(IDLE));
});
test.after(async ({ agent }) => {
  assert.equal(await agent.end(), []);
});

interface Entry {
  readonly name: string;
  readonly type?: '0' | '1' | '2' | '5';
  readonly mode?: number;
  readonly uid?: number;
  readonly link?: string;
  readonly text?: string;
}

/** A tar by hand, so that it may hold what no tar program writes. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, type = '0', mode = 0o644, uid = 0, link = '', text = '' } of entries) {
    const head = Buffer.alloc(512);
    const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0');
    head.write(name, 0);
    head.write(octal(mode, 8), 100);
    head.write(octal(uid, 8), 108);
    head.write(octal(uid, 8), 116);
    head.write(octal(text.length, 12), 124);
    head.write(octal(1_600_000_000, 12), 136);
    head.write('        ', 148);
    head.write(type, 156);
    head.write(link, 157);
    head.write('ustar\u000000', 257, 'latin1');
    head.write(
      octal(
        head.reduce((sum, byte) => sum + byte, 0),
        7,
      ),
      148,
    );
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    body.write(text);
    blocks.push(head, body);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Names, types and contents of a tar. */
function entriesOf(
  tar: Buffer,
): Map<string, { type: string; mode: number; text: string; link: string }> {
  const found = new Map<string, { type: string; mode: number; text: string; link: string }>();
  const field = (at: number, from: number, length: number) =>
    tar
      .subarray(at + from, at + from + length)
      .toString()
      .replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = parseInt(field(at, 124, 12), 8);
    found.set(field(at, 0, 100), {
      type: field(at, 156, 1),
      mode: parseInt(field(at, 100, 8), 8) & 0o7777,
      link: field(at, 157, 100),
      text: tar.subarray(at + 512, at + 512 + size).toString(),
    });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

function copyIn(agent: AgentVm, containerId: string, path: string, tar: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = agent.channel.clientStream(STREAMS.copyIn, (error, response) => {
      if (error) reject(fromGrpc('copy in', error));
      else resolve(response?.bytes ?? 0);
    });
    call.write({ open: { containerId, path } });
    for (let at = 0; at < tar.length; at += 65536) {
      call.write({ chunk: tar.subarray(at, at + 65536) });
    }
    call.end();
  });
}

async function copyOut(agent: AgentVm, containerId: string, path: string) {
  const call = agent.channel.serverStream(STREAMS.copyOut, { containerId, path });
  const frames = [];
  try {
    for await (const frame of call) frames.push(frame);
  } catch (error) {
    throw fromGrpc('copy out', error);
  }
  const [first, ...rest] = frames;
  assert.ok(first?.stat, 'the first frame tells what the path is');
  return {
    stat: first.stat,
    entries: entriesOf(Buffer.concat(rest.map(({ chunk }) => chunk ?? new Uint8Array()))),
  };
}

const TREE: Entry[] = [
  { name: 'tree/', type: '5', mode: 0o2750, uid: 7 },
  { name: 'tree/file', mode: 0o4711, uid: 1234, text: 'hello' },
  { name: 'tree/hard', type: '1', link: 'tree/file' },
  { name: 'tree/soft', type: '2', link: '../etc/passwd' },
];

test('files, folders, links, modes and owners go in and come out, whatever the container does', async ({
  agent,
}) => {
  const states: [string, () => Promise<unknown>][] = [
    ['created', async () => {}],
    ['running', () => agent.start('box')],
    ['paused', () => agent.channel.call('pause', METHODS.pause, { id: 'box' })],
    [
      'stopped',
      async () => {
        await agent.channel.call('resume', METHODS.resumeContainer, { id: 'box' });
        const process = { containerId: 'box', execId: '' };
        await agent.channel.call('kill', METHODS.signal, { process, signal: 9 });
        await agent.channel.call('wait', METHODS.wait, { process });
      },
    ],
  ];
  for (const [state, reach] of states) {
    await reach();
    const tree = TREE.map((entry) => ({
      ...entry,
      name: `${state}-${entry.name}`,
      ...(entry.type === '1' ? { link: `${state}-${entry.link}` } : {}),
    }));
    const tar = tarOf(tree);
    assert.is(
      await copyIn(agent, 'box', '/srv-none', tar).catch((e: RuntimeError) => e.code),
      'not-found',
    );
    assert.is(await copyIn(agent, 'box', '/', tar), tar.length);
    const { stat, entries } = await copyOut(agent, 'box', `/${state}-tree`);
    assert.is(stat.name, `${state}-tree`);
    assert.ok(stat.isDir);
    assert.is((stat.mode ?? 0) & 0o7777, 0o2750);
    assert.is(entries.get(`${state}-tree/file`)?.text, 'hello');
    assert.is(entries.get(`${state}-tree/file`)?.mode, 0o4711);
    assert.is(entries.get(`${state}-tree/soft`)?.link, '../etc/passwd');
    assert.is(
      entries.get(`${state}-tree/hard`)?.text || entries.get(`${state}-tree/hard`)?.type,
      entries.get(`${state}-tree/hard`)?.text ? 'hello' : '1',
    );
    if (state === 'running') {
      const { out } = await agent.sh('box', `stat -c '%u %a %h' /${state}-tree/file`);
      assert.is(out, '1234 4711 2\n');
    }
  }
});

test('what stands at a path is told, a link with where it leads, and nothing where nothing is', async ({
  agent,
}) => {
  const at = (path: string) =>
    agent.channel.call('stat', METHODS.stat, { containerId: 'box', path });
  const file = await at('/running-tree/file');
  assert.equal(
    [file.name, file.size, (file.mode ?? 0) & 0o7777, file.isDir, file.linkTarget],
    ['file', 5, 0o4711, false, ''],
  );
  assert.is(file.mtimeNs, 1_600_000_000e9);
  const link = await at('/running-tree/soft');
  assert.is(link.linkTarget, '/etc/passwd');
  assert.is((link.mode ?? 0) & 0o170000, 0o120000);
  assert.is((await at('/')).name, '/');
  for (const missing of [
    () => at('/nothing/here'),
    () => copyOut(agent, 'box', '/nothing'),
    () => agent.channel.call('stat', METHODS.stat, { containerId: 'none', path: '/' }),
  ]) {
    const error = await rejection(missing());
    assert.ok(error instanceof RuntimeError && error.code === 'not-found', String(error));
  }
});

test('no tar leads out of the container', async ({ agent }) => {
  const trick = async (entries: Entry[]): Promise<void> => {
    // Refused or kept inside: both will do.
    await copyIn(agent, 'box', '/', tarOf(entries)).catch(() => {});
  };
  await trick([{ name: '../../../../escaped-1', text: 'x' }]);
  await trick([{ name: '/escaped-2', text: 'x' }]);
  await trick([
    { name: 'up', type: '2', link: '/../../../../..' },
    { name: 'up/escaped-3', text: 'x' },
  ]);
  await trick([
    { name: 'proc-link', type: '2', link: '/proc/1/root/' },
    { name: 'proc-link/escaped-4', text: 'x' },
  ]);
  await trick([
    { name: 'hard', type: '1', link: '../../../../init' },
    { name: 'hard', text: 'overwritten' },
  ]);
  for (let n = 1; n <= 4; n += 1) {
    const error = await rejection(
      agent.channel.call('stat', METHODS.stat, { containerId: '', path: `/escaped-${n}` }),
    );
    assert.ok(error instanceof RuntimeError && error.code === 'not-found', `escaped-${n}`);
  }
  const init = await agent.channel.call('stat', METHODS.stat, { containerId: '', path: '/init' });
  assert.ok((init.size ?? 0) > 1e6);
  // A link of the container's own, followed on the way out, shows the container's files.
  await copyIn(agent, 'box', '/', tarOf([{ name: 'shadow', type: '2', link: '/init' }]));
  assert.is((await copyOut(agent, 'box', '/shadow')).entries.get('shadow')?.type, '2');
});

test.run();
