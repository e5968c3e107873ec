import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cleanText,
  element,
  escapeText,
  fragment,
  Markup,
  round,
} from '../../../bench/report/markup.ts';
import { faults } from './drawn.ts';

/** Any code units, halves of pairs too; what means something in markup more often. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(...Buffer.from('<>&"=/ '))))
  .map((units) => String.fromCharCode(...units));

test('text can become neither an element nor an attribute', () => {
  const hostile = "\"><script>alert(1)</script><b x='y' `z`&amp;";
  const { text } = element('p', { title: hostile }, hostile);
  assert.equal(text.match(/<\/?[a-z]+/g), ['<p', '</p']);
  assert.is(text.match(/"/g)?.length, 2);
  assert.equal(faults(text), []);
});

test('any text gives well-formed markup', () => {
  fc.assert(
    fc.property(anyText, anyText, (inner, attribute) => {
      assert.equal(faults(element('g', { id: attribute }, inner).text), []);
    }),
  );
});

test('what XML forbids and what turns text around is replaced', () => {
  assert.is(cleanText('a\0b\x1bc\x7fd\x85e'), 'a\ufffdb\ufffdc\ufffdd\ufffde');
  assert.is(cleanText('a\u202eb\u2066c\u200fd'), 'a\ufffdb\ufffdc\ufffdd');
  assert.is(cleanText('\ud800 \udc00 😀 \uffff'), '\ufffd \ufffd 😀 \ufffd');
  assert.is(cleanText('tab\tand\nline'), 'tab\tand\nline');
});

test('markup is taken as it is, everything else is escaped', () => {
  const inner = element('b', {}, '1 < 2');
  assert.is(fragment(inner, ['&', undefined, 3]).text, '<b>1 &#60; 2</b>&#38;3');
  assert.is(element('script', {}, new Markup('a < b')).text, '<script>a < b</script>');
});

test('attributes that are false or undefined are not there', () => {
  assert.is(
    element('input', { checked: true, hidden: false, id: undefined }).text,
    '<input checked="">',
  );
  assert.is(element('td', {}).text, '<td></td>');
});

test('a coordinate is never a number that is none', () => {
  assert.is(round(1 / 3), '0.33');
  assert.is(round(Number.NaN), '0');
  assert.is(round(-Infinity), '0');
  assert.is(Number(round(1.7e308)), 1.7e308);
});

test('escaping leaves plain words alone', () => {
  assert.is(escapeText('ctr+runc 1.2 – ü'), 'ctr+runc 1.2 – ü');
});

test.run();
