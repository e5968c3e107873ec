/** Output over kill -9 of who hands it on, again and again: nothing is lost, and what comes twice is bounded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileURLToPath } from 'node:url';
import { FifoEnd, onBench } from './stdio-suite.ts';
import { repeatedBytes } from './crash-pattern.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.js', import.meta.url));
const TOTAL = 8_000_000;
const KILLS = 5;

/** Runs writers one after the other, killing all but the last. `drain` is called all along. @returns how many were killed */
async function crashing(folder: string, uri: string, drain: () => void): Promise<number> {
  const draining = setInterval(drain, 1);
  let killed = 0;
  try {
    for (let run = 0; ; run += 1) {
      const adopted = run === 0 ? 'new' : 'adopted';
      const args = [WRITER, folder, uri, String(TOTAL), adopted];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      await once(child.stdout, 'data');
      const kill = run < KILLS ? setTimeout(() => child.kill('SIGKILL'), 3 + run * 4) : undefined;
      const [code] = (await exited) as [number | null];
      clearTimeout(kill);
      if (code === null) killed += 1;
      else {
        assert.is(code, 0);
        return killed;
      }
    }
  } finally {
    clearInterval(draining);
    drain();
  }
}

test(
  'into a FIFO no byte is lost, and of each death at most one write comes twice',
  onBench(async (bench) => {
    const path = bench.fifo('out');
    // Who keeps the ends over a death; here we do.
    const reader = new FifoEnd(path, 'read');
    const keeper = new FifoEnd(path, 'write');
    const received: Buffer[] = [];
    const killed = await crashing(bench.folder, path, () => {
      for (let bytes = reader.take(); bytes !== undefined && bytes.length > 0; ) {
        received.push(bytes);
        bytes = reader.take();
      }
    });
    keeper.close();
    assert.ok(killed >= 3, `only ${killed} were killed`);
    const repeated = repeatedBytes(Buffer.concat(received), TOTAL);
    assert.ok(repeated <= killed * 70_000, `${repeated} bytes came twice`);
    process.stdout.write(`${killed} killed, ${repeated} of ${TOTAL} bytes twice\n`);
    assert.is(reader.take(), undefined);
    reader.close();
    assert.equal(readdirSync(bench.path('stdio')), []);
  }),
);

test(
  'into a file every byte comes once',
  onBench(async (bench) => {
    const killed = await crashing(bench.folder, `file://${bench.path('log')}`, () => {});
    assert.ok(killed >= 3, `only ${killed} were killed`);
    assert.is(repeatedBytes(readFileSync(bench.path('log')), TOTAL), 0);
    assert.equal(readdirSync(bench.path('stdio')), []);
  }),
);

test.run();
