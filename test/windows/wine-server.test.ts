/** Wine's server goes now and then, of itself: what is started just then, runs all the same. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../harness/skip.ts';
import { makePrefix, runWine, winePrefix, WINESERVER } from './wine.ts';

const test = suite('a program under Wine');
const folder = mkdtempSync(join(tmpdir(), 'lcow-wine-server-'));

test('a program whose server goes before it has greeted it is started again', async () => {
  await makePrefix(() => undefined);
  const [server] = servers();
  assert.ok(server !== undefined, 'no server of this prefix');
  process.kill(server, 'SIGSTOP');
  const before = socketsOfServers();
  const output = join(folder, 'output');
  const ended = runWine(['cmd', '/c', 'echo here& exit 7'], { output, timeoutMs: 120_000 });
  try {
    const deadline = performance.now() + 60_000;
    while (socketsOfServers() === before && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.is(socketsOfServers(), before + 1);
  } finally {
    process.kill(server, 'SIGKILL');
  }
  const code = await ended;
  assert.equal([code, readFileSync(output, 'utf8').trim()], [7, 'here']);
});

/** Of this prefix. */
function servers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        const isServer = readlinkSync(`/proc/${pid}/exe`) === WINESERVER;
        return isServer && environment.includes(`WINEPREFIX=${winePrefix()}`);
      } catch {
        return false;
      }
    });
}

/** The one a server listens at, and one for every connection: the server binds the name in its own folder. */
function socketsOfServers(): number {
  return [...readFileSync('/proc/net/unix', 'utf8').matchAll(/ socket$/gm)].length;
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

if (existsSync(WINESERVER)) test.run();
else skip(`Wine is not installed (${WINESERVER})`);
