/** A supervisor that writes a known pattern to one stdout until it is killed: `crash-writer FOLDER URI BYTES adopted`. */
import { hostStdio } from '../../../runtime/stdio/host-stdio.ts';
import { patternAt } from './crash-pattern.ts';

const [folder = '', stdout = '', bytes = '0', adopted = ''] = process.argv.slice(2);
const total = Number(bytes);
const io = await hostStdio({ folder })({
  ...{ containerId: 'web', execId: '', terminal: false, adopted: adopted === 'adopted' },
  ...{ stdin: '', stdout, stderr: '' },
});
io.connect({ stdinOffset: 0, write: async () => {}, end: () => {}, resize: () => {} });
process.stdout.write('writing\n');
let at = io.resumeAt?.stdout ?? 0;
for (let count = 0; at < total; count += 1) {
  const length = Math.min(total - at, 1 + ((count * 7919) % 70_000));
  await io.output('stdout', patternAt(at, length), at);
  at += length;
}
await io.outputEnded();
io.exited({ code: 0, exitedAtMs: 1, oomKilled: false });
await io.close();
