/** The keys that leave a container: docker's syntax, and what passes while they are looked for. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DetachFilter, parseDetachKeys } from '../../../runtime/cli/detach-keys.ts';

test("docker's syntax", () => {
  const known: Record<string, number[]> = {
    'ctrl-p,ctrl-q': [16, 17],
    'ctrl-@': [0],
    'ctrl-A': [1],
    'ctrl-[': [27],
    'ctrl-_,x': [31, 120],
    a: [97],
    '': [],
  };
  for (const [text, bytes] of Object.entries(known)) {
    assert.equal([...parseDetachKeys(text)], bytes, text);
  }
  for (const text of ['ctrl-', 'ctrl-1', 'ab', ',', 'a,', 'ctrl-p ctrl-q', 'é', 'alt-x']) {
    assert.throws(() => parseDetachKeys(text), /read --detach-keys/, text);
  }
});

test('bytes that begin the sequence are held until it is clear that they do not', () => {
  const filter = new DetachFilter(Buffer.from([16, 17]));
  assert.equal(filter.feed(Buffer.from([97, 16])), { pass: Buffer.from([97]), detached: false });
  assert.equal(filter.feed(Buffer.from([98])), { pass: Buffer.from([16, 98]), detached: false });
  assert.equal(filter.feed(Buffer.from([16, 16])), { pass: Buffer.from([16]), detached: false });
  assert.equal(filter.feed(Buffer.from([17, 99])), { pass: Buffer.alloc(0), detached: true });
});

test('what is held when input ends is given back', () => {
  const filter = new DetachFilter(Buffer.from([16, 17]));
  filter.feed(Buffer.from([16]));
  assert.equal([...filter.end()], [16]);
  assert.equal([...filter.end()], []);
});

test('any input in any pieces passes whole up to the sequence', () => {
  const byte = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(
      fc.array(byte, { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(byte, { maxLength: 6 }), { maxLength: 8 }),
      (keys, pieces) => {
        const filter = new DetachFilter(Buffer.from(keys));
        const passed: number[] = [];
        let detached = false;
        for (const piece of pieces) {
          if (detached) break;
          const fed = filter.feed(Buffer.from(piece));
          passed.push(...fed.pass);
          ({ detached } = fed);
        }
        if (!detached) passed.push(...filter.end());
        const typed = pieces.flat();
        const at = typed.findIndex((_, index) => keys.every((key, n) => typed[index + n] === key));
        assert.is(detached, at >= 0);
        assert.equal(passed, at < 0 ? typed : typed.slice(0, at));
      },
    ),
    { numRuns: 2000 },
  );
});

test.run();
