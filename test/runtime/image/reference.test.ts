/** Image references. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  familiarReference,
  formatReference,
  parseReference,
} from '../../../runtime/image/reference.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

for (const [typed, full] of [
  ['busybox', 'docker.io/library/busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36'],
  ['user/app', 'docker.io/user/app:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
  ['[::1]:5000/app', '[::1]:5000/app:latest'],
  ['ghcr.io/a/b/c__d-e.f:T_1', 'ghcr.io/a/b/c__d-e.f:T_1'],
  [`busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`],
  [`busybox:1@${DIGEST}`, `docker.io/library/busybox:1@${DIGEST}`],
] as const) {
  test(`${typed} means ${full}`, () => {
    assert.is(formatReference(parseReference(typed)), full);
  });
}

for (const typed of [
  '',
  'Busybox',
  'a//b',
  '/a',
  'a/',
  'a:',
  'a:b:c',
  'a b',
  'a..b',
  '-a',
  'a@sha256:12',
  'a@md5:00',
  'a:.x',
  `a:${'t'.repeat(129)}`,
  'x'.repeat(300),
  'http://a/b',
  '-x.io/a',
  'a\n',
  'x'.repeat(2000),
]) {
  test(`${JSON.stringify(typed).slice(0, 40)} is no reference`, () => {
    assert.throws(
      () => parseReference(typed),
      (error: Error) => error.name === 'InvalidReferenceError',
    );
  });
}

test('the full form means itself, and its short form the same', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const reference = fc.tuple(
    fc.option(fc.constantFrom('docker.io', 'ghcr.io', 'localhost:5000')),
    part,
    fc.option(part),
    fc.option(part),
  );
  fc.assert(
    fc.property(reference, ([domain, a, b, tag]) => {
      const typed = `${domain === null ? '' : `${domain}/`}${a}${b === null ? '' : `/${b}`}${tag === null ? '' : `:${tag}`}`;
      const full = formatReference(parseReference(typed));
      assert.is(formatReference(parseReference(full)), full);
      assert.is(formatReference(parseReference(familiarReference(full))), full);
    }),
  );
});

test('long hostile texts are refused in no time', () => {
  const started = performance.now();
  for (const text of [
    'a-'.repeat(500),
    `${'a.'.repeat(400)}!`,
    `${'-'.repeat(900)}/`,
    `a${'_'.repeat(1000)}`,
  ]) {
    assert.throws(() => parseReference(text));
  }
  assert.ok(performance.now() - started < 500);
});

test.run();
