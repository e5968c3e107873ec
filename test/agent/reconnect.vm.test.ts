/**
 * A VM whose owner is killed again and again: who takes it over finds its containers, loses no byte of their output,
 * repeats none but what was not acknowledged, and hears of what ended meanwhile. Over both kinds of link.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { guestEvents } from '../../runtime/guest/events.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { ProcessStreams, WINDOW_BYTES } from '../../runtime/guest/process-streams.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { vsockBackendInPath } from '../harness/vsock-backend.ts';
import { busyboxLayers } from './agent-vm.ts';
import { type OwnerOptions, takeOver } from './reconnect-owner.ts';

const OWNER = fileURLToPath(new URL('reconnect-owner.js', import.meta.url));
const ROUNDS = Number(process.env['LCOW_TEST_ROUNDS'] ?? 10);

interface Piece {
  stream: string;
  offset: number;
  text: string;
}

/** Starts an owner, lets it work, kills it. */
async function ownAndDie(options: OwnerOptions): Promise<void> {
  const child = spawn(process.execPath, [OWNER, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit');
  const [said] = (await Promise.race([
    once(child.stdout, 'data'),
    died.then(([code]) => [`exit ${String(code)}`]),
  ])) as unknown[];
  assert.is(String(said), 'attached\n');
  await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
  child.kill('SIGKILL');
  await died;
}

/** Checks that pieces agree where they overlap and leave no gap; gives the whole and how much came twice. */
function merge(pieces: readonly Piece[]): { whole: string; repeated: number } {
  let whole = '';
  let repeated = 0;
  for (const { stream, offset, text } of pieces) {
    assert.ok(offset <= whole.length, `${stream}: bytes ${whole.length} to ${offset} are lost`);
    const again = whole.slice(offset, offset + text.length);
    assert.is(text.slice(0, again.length), again, `${stream}: other bytes at ${offset}`);
    repeated += again.length;
    whole += text.slice(again.length);
  }
  return { whole, repeated };
}

async function reconnects(link: 'serial' | 'vsock'): Promise<void> {
  process.env['LCOW_LINK'] = link;
  const host = new LcowHost();
  const { data, run } = host;
  mkdirSync(run, { recursive: true });
  const log = join(host.folder, 'log');
  const options = {
    ...{ id: `reconnect-${link}`, data, run, log },
    layer: (await busyboxLayers(host))[0] as string,
    secret: randomBytes(32).toString('hex'),
  };
  for (let round = 0; round < ROUNDS; round += 1) await ownAndDie({ ...options, round });

  const { service, system, channel } = await takeOver({ ...options, round: ROUNDS });
  const pieces = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Piece);
  const attach = (containerId: string) =>
    new ProcessStreams(
      channel,
      { containerId, execId: '' },
      {
        resume: true,
        onOutput: (stream, bytes, offset) =>
          void pieces.push({
            stream: `${containerId} ${stream}`,
            offset,
            text: bytes.toString('latin1'),
          }),
      },
    );
  const { containers } = await channel.call('list', METHODS.list, {});
  assert.equal(
    containers.map(({ id, status }) => `${id} ${status}`),
    ['brief running', 'lines running', 'waits running'],
  );
  const lines = attach('lines');
  await lines.attached;

  // One ends while nobody is attached to it: the exit is told by the events and by a late attachment.
  const brief = attach('brief');
  brief.stdin.end('go\n');
  await brief.exit;
  const late = await attach('brief').exit;
  assert.is(late.code, 9);
  for await (const event of guestEvents(channel, { signal: AbortSignal.timeout(30_000) })) {
    if (event.kind !== 'exited' || event.process.containerId !== 'brief') continue;
    assert.equal(event.status, late);
    break;
  }

  const waits = attach('waits');
  const { stdinOffset } = await waits.attached;
  const typed = Array.from({ length: ROUNDS }, (_, round) => `${round} `).join('');
  assert.ok(stdinOffset <= typed.length);
  waits.stdin.end('end\n');
  assert.is((await waits.exit).code, 7);
  const read = merge(pieces.filter(({ stream }) => stream === 'waits stdout')).whole;
  assert.match(read, /^read .*end\n$/);

  const process_ = { containerId: 'lines', execId: '' };
  await channel.call('kill', METHODS.signal, { process: process_, signal: 9 });
  assert.is((await lines.exit).code, 137);
  const { whole, repeated } = merge(pieces.filter(({ stream }) => stream === 'lines stdout'));
  const numbers = whole.split('\n');
  assert.ok(numbers.length > ROUNDS * 20, `${numbers.length} lines`);
  numbers.slice(0, -1).forEach((line, n) => assert.is(line, `line ${n}`));
  assert.ok(repeated <= ROUNDS * WINDOW_BYTES, `${repeated} bytes came twice`);
  process.stdout.write(
    `  ${link}: ${numbers.length} lines, ${repeated} of ${whole.length} bytes came twice\n`,
  );

  await channel[Symbol.asyncDispose]();
  await system.terminate();
  await system[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  assert.equal(await host.settledLeftovers(), []);
  await host[Symbol.asyncDispose]();
}

test('over the serial link', () => reconnects('serial'));

if (vsockBackendInPath()) test('over vsock', () => reconnects('vsock'));

test.run();
