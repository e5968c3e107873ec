/** Runs a container in a utility VM of its own, a further process in it, and watches what happens. README.md shows this file. */
import { text } from 'node:stream/consumers';
import { Lcow } from '../../runtime/index.ts';

/** @param image what `lcow run` takes: a stored name, an OCI layout folder or tar, a docker-archive tar */
export async function runAContainer(image: string, say: (line: string) => void): Promise<void> {
  const lcow = Lcow.open();
  // What this program makes is removed with its handle; leave `await using` out and the container stays.
  await using container = await lcow.run({
    image,
    command: ['sh', '-c', 'echo "hello from Linux $(uname -r)"; read line; exit 3'],
    memoryBytes: 256 * 1024 ** 2,
    openStdin: true,
    attach: { stdin: true },
  });
  const exec = await container.exec({ args: ['cat', '/etc/hostname'] });
  const [hostname, { code }] = await Promise.all([text(exec.stdout), exec.exited]);
  say(
    `exec: ${hostname.trim() === container.id.slice(0, 12) ? 'its own host name' : hostname}, ${code}`,
  );

  const begunMs = Date.now();
  container.process?.stdin?.end('go on\n');
  for await (const event of lcow.events({
    sinceMs: begunMs - 60_000,
    filter: ({ actor }) => actor.id === container.id,
  })) {
    say(`event: ${event.action}`);
    if (event.action === 'die') break;
  }
  say(`output: ${container.process && (await text(container.process.stdout))}`);
  say(`exit status: ${await container.wait()}`);
}
