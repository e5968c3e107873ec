import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_LOG_BYTES, readInitcalls } from '../../../bench/startup/initcalls.ts';

const LOG = `
[    0.000000] Linux version 6.12.5
[    0.100000] calling  early_init+0x0/0x10 @ 1
[    0.100500] initcall early_init+0x0/0x10 returned 0 after 450 usecs
<7>[    0.200000] calling  outer_init+0x0/0x120 @ 1
<7>[    0.210000] calling  inner_init+0x0/0x80 [some_module] @ 1
<7>[    0.215000] initcall inner_init+0x0/0x80 [some_module] returned -19 after 4900 usecs
[    0.212000][    T7] calling  beside_init+0x0/0x80 @ 7
[    0.240000] initcall outer_init+0x0/0x120 returned 0 after 39000 usecs
[    0.241000][    T7] initcall beside_init+0x0/0x80 returned 0 after 28000 usecs
[    0.300000] calling  never_init+0x0/0x10 @ 1
[    0.310000] initcall headless+0x0/0x10 returned 0 after 1 usecs
`;

test('calls are read with their times, results and nesting', () => {
  const { spans, unfinished, beheaded } = readInitcalls(LOG);
  assert.equal(
    spans.map(({ name, startMs, ms, depth, returned }) => [name, startMs, ms, depth, returned]),
    [
      ['early_init', 100, 0.45, 0, 0],
      ['outer_init', 200, 39, 0, 0],
      ['inner_init [some_module]', 210, 4.9, 1, -19],
      // Another task's at the same time: below what goes on.
      ['beside_init', 212, 28, 2, 0],
    ],
  );
  assert.equal(unfinished, ['never_init']);
  assert.is(beheaded, 1);
});

test('a time that ticks say is taken from the lines', () => {
  const { spans } = readInitcalls(
    '[    0.100000] calling  a+0x0/0x20 @ 1\n[    0.100700] initcall a+0x0/0x20 returned 0 after 4000 usecs\n' +
      '[    0.100800] calling  b+0x0/0x20 @ 1\n[    0.102800] initcall b+0x0/0x20 returned 0 after 0 usecs\n',
  );
  assert.equal(
    spans.map(({ name, ms, depth }) => [name, Number(ms.toFixed(3)), depth]),
    [
      ['a', 0.7, 0],
      ['b', 2, 0],
    ],
  );
});

test('a module’s init has its module’s name', () => {
  const { spans } = readInitcalls(
    '[    1.000000] calling  init_module+0x0/0x20 [virtio_net] @ 88\n' +
      '[    1.002000] initcall init_module+0x0/0x20 [virtio_net] returned 0 after 1900 usecs\n',
  );
  assert.is(spans[0]?.name, 'virtio_net');
});

test('spans at one depth do not overlap', () => {
  const call = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    task: fc.nat(3),
    back: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
      const log = calls.map(({ name, task, back }, at) =>
        back
          ? `[    0.${String(at * 100).padStart(6, '0')}] initcall ${name} returned 0 after ${at * 30} usecs`
          : `[    0.${String(at * 100).padStart(6, '0')}] calling  ${name} @ ${task}`,
      );
      const { spans } = readInitcalls(log.join('\n'));
      for (const [at, { startMs, depth }] of spans.entries()) {
        for (const before of spans.slice(0, at)) {
          if (before.depth !== depth) continue;
          assert.ok(before.startMs + before.ms <= startMs + 0.011, `${log.join('\n')}`);
        }
      }
    }),
  );
});

test('anything else is passed over', () => {
  const piece = fc.constantFrom(
    ...[
      '[    0.1',
      '00000] ',
      'calling  ',
      'initcall ',
      'f+0x0/0x10',
      ' @ ',
      '1',
      '\n',
      '[T7]',
      '<7>',
    ],
    ...[' returned ', '-', '0', ' after ', ' usecs', ' [m]', '\0', '\ud800', ' '],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      readInitcalls(pieces.join(''));
    }),
  );
  const { spans } = readInitcalls(
    `[    1.000000] calling  ${'x'.repeat(600)} @ 1\n[    1.0] calling  a @ 1\n[ nonsense`,
  );
  assert.equal(spans, []);
});

test('a log or a count of calls that no kernel has is refused by name', () => {
  assert.throws(() => readInitcalls('x'.repeat(MAX_LOG_BYTES + 1)), /cannot read the kernel's log/);
  const many = '[    0.000001] calling  a @ 1\n'.repeat(20_001);
  assert.throws(() => readInitcalls(many), /more calls: at most 20000/);
});

test('a hostile log takes no time to speak of', () => {
  const open = Array.from({ length: 20_000 }, (_, at) => `[    0.000001] calling  f${at} @ ${at}`);
  const close = Array.from(
    { length: 50_000 },
    () => '[    0.000002] initcall g returned 0 after 1 usecs',
  );
  const began = performance.now();
  readInitcalls([...open, ...close].join('\n'));
  assert.ok(performance.now() - began < 5000, `${performance.now() - began} ms`);
});

test.run();
