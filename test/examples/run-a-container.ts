/** Boots a utility VM, runs a container in it, and watches what happens there. README.md shows this file. */
import { text } from 'node:stream/consumers';
import { guestEvents, Lcow } from '../../runtime/index.ts';

/** @param image what `lcow run` takes: a stored name, an OCI layout folder or tar, a docker-archive tar */
export async function runAContainer(image: string, say: (line: string) => void): Promise<void> {
  await using lcow = await Lcow.open();
  // The VM boots while the container's disks are made and attached.
  await using pod = await lcow.createPod({ memoryMiB: 512 });
  const container = await lcow.createContainer(pod, {
    image,
    command: ['sh', '-c', 'echo "hello from Linux $(uname -r)"; exit 3'],
    stdio: { stderr: false },
  });
  const { streams, exited } = container.init;
  const output = streams && text(streams.stdout);
  await container.start();

  // Events are numbered and replayed from the first, so none is missed however late one looks.
  for await (const event of guestEvents(await pod.vm.ready)) {
    say(`event ${event.sequence}: ${event.kind}`);
    if (event.kind === 'exited') break;
  }
  say(`output: ${await output}`);
  say(`exit status: ${(await exited).code}`);
}
