/** `file://` and `binary://`: what gets into files, and loggers that start, do not, die and hang. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { HandedOn } from '../../../runtime/stdio/handed-on.ts';
import { openFileSink } from '../../../runtime/stdio/file-sink.ts';
import { startLogger } from '../../../runtime/stdio/logger.ts';
import { rejection } from '../../harness/rejection.ts';
import { type Bench, EXIT, Guest, onBench, openFiles, until } from './stdio-suite.ts';

test(
  'both streams are appended to one file, which is made with its folders',
  onBench(async (bench) => {
    const path = bench.path('a/b/log');
    const uri = `file://${path}`;
    const io = await bench.open({ stdout: uri, stderr: uri });
    io.connect(new Guest());
    assert.equal(
      openFiles(bench.folder).filter((name) => name === '/a/b/log'),
      ['/a/b/log'],
    );
    await io.output('stdout', Buffer.from('one\n'), 0);
    await Promise.all([
      io.output('stdout', Buffer.from('two\n'), 4),
      io.output('stderr', Buffer.from('three\n'), 0),
    ]);
    await io.outputEnded();
    io.exited(EXIT);
    await io.close();
    assert.equal(readFileSync(path, 'utf8').split('\n').sort(), ['', 'one', 'three', 'two']);
    assert.is(statSync(path).mode & 0o7777, 0o644 & ~process.umask());
    const again = await bench.open({ stdout: uri });
    await again.output('stdout', Buffer.from('four\n'), 0);
    await again.close();
    assert.ok(readFileSync(path, 'utf8').endsWith('four\n'));
    assert.equal(readdirSync(bench.path('stdio')), []);
  }),
);

test(
  'what cannot be appended to is refused by name',
  onBench(async (bench) => {
    bench.fifo('fifo');
    for (const path of [bench.folder, bench.path('fifo'), '/dev/zero']) {
      const error = (await rejection(bench.open({ stderr: `file://${path}` }))) as RuntimeError;
      assert.is(error.code, 'invalid-argument');
      assert.ok(error.message.includes(`stderr "file://${path}"`), error.message);
    }
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'an adopter sees in the file how much of the last write is in it',
  onBench(async (bench) => {
    const [path, record] = [bench.path('log'), bench.path('record')];
    writeFileSync(path, 'before 0123');
    const former = HandedOn.create(record);
    former.advance('stdout', 10);
    Object.assign(former.state.writing.stdout, { sizeBytes: 7, length: 6 });
    former.save();
    former.setNote('logger', '1 2');
    former.close(false);
    const next = HandedOn.reopen(record);
    assert.ok(next !== undefined);
    assert.is(next.note('logger'), '1 2');
    const sink = await openFileSink('open', 'stdout', path, next, () => {});
    assert.is(next.state.stdout, 14);
    await sink.close();
    next.close(true);
    assert.is(existsSync(record), false);
  }),
);

function logger(bench: Bench, body: string): string {
  const path = bench.path('logger.sh');
  writeFileSync(path, `#!/bin/bash\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

test(
  'a logger gets both streams, its arguments, and who they are of',
  onBench(async (bench) => {
    const path = logger(
      bench,
      `echo "$CONTAINER_ID $CONTAINER_NAMESPACE $*" > $2
       exec 5>&-
       cat /dev/fd/4 > $2.err &
       cat <&3 > $2.out
       wait`,
    );
    const uri = `binary://${path}?to=${bench.path('log')}&x=a%20b`;
    const io = await bench.open({ stdout: uri, stderr: uri }, { namespace: 'k8s.io' });
    io.connect(new Guest());
    const sent = Buffer.alloc(500_000, '0123456789');
    await Promise.all([io.output('stdout', sent, 0), io.output('stderr', Buffer.from('err'), 0)]);
    await io.outputEnded();
    io.exited(EXIT);
    await io.close();
    assert.is(
      readFileSync(bench.path('log'), 'utf8'),
      `web k8s.io to ${bench.path('log')} x a b\n`,
    );
    assert.ok(readFileSync(bench.path('log.out')).equals(sent));
    assert.is(readFileSync(bench.path('log.err'), 'utf8'), 'err');
    assert.equal(readdirSync(bench.path('stdio')), []);
    assert.equal(openFiles(bench.folder), []);
  }),
);

test(
  'a logger that is not there, ends at once, or is never ready is refused by name',
  onBench(async (bench) => {
    const missing = (await rejection(bench.open({ stdout: 'binary:///no/such' }))) as RuntimeError;
    assert.match(missing.message, 'stdout "binary:///no/such": spawn /no/such ENOENT');
    assert.is(missing.code, 'invalid-argument');
    const dying = `binary://${logger(bench, 'exit 3')}`;
    const died = (await rejection(bench.open({ stdout: dying }))) as RuntimeError;
    assert.match(died.message, 'the logger ended before it was ready, status 3');
    const path = logger(bench, `echo $$ > ${bench.path('pid')}; exec sleep 1000`);
    const handedOn = HandedOn.create(bench.path('record'));
    const late = (await rejection(
      startLogger({
        ...{ op: 'open', name: 'stdout "x"', path, args: [], containerId: 'web' },
        ...{ namespace: 'n', streams: ['stdout'], folder: bench.folder, handedOn },
        ...{ onTrouble: () => {}, readyMs: 300 },
      }),
    )) as RuntimeError;
    assert.is(late.code, 'timeout');
    assert.match(late.message, 'stdout "x"');
    handedOn.close(true);
    await until(() => !isAlive(Number(readFileSync(bench.path('pid'), 'utf8'))));
    assert.equal(
      openFiles(bench.folder).filter((name) => name.includes('logger')),
      [],
    );
  }),
);

test(
  'two different loggers are refused, for one gets both streams',
  onBench(async (bench) => {
    const error = await rejection(bench.open({ stdout: 'binary:///a', stderr: 'binary:///b' }));
    assert.match((error as RuntimeError).message, 'stderr "binary:///b" is not stdout\'s');
  }),
);

test(
  'a logger that dies loses output and does not stop the process; it is said once',
  onBench(async (bench) => {
    const uri = `binary://${logger(bench, 'exec 5>&-; read -u 3; exit 0')}`;
    const io = await bench.open({ stdout: uri });
    let at = 0;
    const line = Buffer.alloc(10_000, 'line\n');
    for (let count = 0; count < 50; count += 1) {
      await io.output('stdout', line, at);
      at += line.length;
    }
    await until(() => bench.troubles.length > 0);
    await io.output('stdout', line, at);
    assert.is(bench.troubles.length, 1);
    assert.match(bench.troubles[0] as string, 'takes no more output');
    await io.close();
  }),
);

test(
  'a logger that does not end is sent SIGTERM, then SIGKILL',
  onBench(async (bench) => {
    const path = logger(
      bench,
      `trap 'echo term >> ${bench.path('log')}' TERM
       echo $$ > ${bench.path('pid')}; exec 5>&-
       while true; do sleep 0.05; done`,
    );
    const handedOn = HandedOn.create(bench.path('record'));
    const sink = await startLogger({
      ...{ op: 'open', name: 'stdout "x"', path, args: [], containerId: 'web' },
      ...{ namespace: 'n', streams: ['stdout'], folder: bench.folder, handedOn },
      ...{ onTrouble: () => {}, termMs: 300 },
    });
    await sink.close();
    assert.is(readFileSync(bench.path('log'), 'utf8'), 'term\n');
    assert.is(isAlive(Number(readFileSync(bench.path('pid'), 'utf8'))), false);
    handedOn.close(true);
  }),
);

test(
  'an adopter lets the former logger read to its end before it starts the next',
  onBench(async (bench) => {
    const log = bench.path('log');
    const path = logger(
      bench,
      `exec 5>&-; cat <&3 > ${bench.path('mine')}; sleep 0.3; cat ${bench.path('mine')} >> ${log}`,
    );
    const uri = `binary://${path}`;
    const io = await bench.open({ stdout: uri });
    io.connect(new Guest());
    await io.output('stdout', Buffer.from('first '), 0);
    // As a crash does: its pipes end, nobody waits for it.
    await io.outputEnded();
    const record = HandedOn.reopen(bench.path(`stdio/${readdirSync(bench.path('stdio'))[0]}`));
    assert.ok(record !== undefined);
    record.state.outputEnded = false;
    record.save();
    record.close(false);
    const next = await bench.open({ stdout: uri, adopted: true });
    assert.is(readFileSync(log, 'utf8'), 'first ');
    await next.output('stdout', Buffer.from('second'), 6);
    await next.outputEnded();
    next.exited(EXIT);
    await next.close();
    assert.is(readFileSync(log, 'utf8'), 'first second');
    await io.close();
  }),
);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

test.run();
