/** A process that works on a container store until it is told to stop: for races and for being killed in the middle. */
import { ContainerStore } from '../../../runtime/container/container-store.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { containerRecordOf } from './container-record-of.ts';

const [, , verb, data = '', name = ''] = process.argv;
const store = new ContainerStore(data);

/** Takes the name, makes the container, says its id or why not. */
async function create(): Promise<void> {
  try {
    const reservation = await store.reserve(name);
    await store.create(reservation, containerRecordOf(reservation.id));
    process.stdout.write(`made ${reservation.id}\n`);
  } catch (error) {
    process.stdout.write(`refused ${messageOf(error)}\n`);
  }
}

/** Takes the name, and begins a folder that it never finishes. */
async function hang(): Promise<void> {
  const reservation = await store.reserve(name);
  await store.create(reservation, containerRecordOf(reservation.id), async () => {
    process.stdout.write('filling\n');
    await new Promise(() => setInterval(() => {}, 1000));
  });
}

/** Writes states until it is killed. */
async function write(): Promise<void> {
  const id = store.resolve(name);
  const state = store.readState(id);
  for (let restartCount = 0; ; restartCount += 1) {
    const error = 'x'.repeat((restartCount * 997) % 20_000);
    await store.writeState(id, { ...state, restartCount, error });
    if (restartCount === 20) process.stdout.write('writing\n');
  }
}

await { create, hang, write }[verb as 'create' | 'hang' | 'write']();
