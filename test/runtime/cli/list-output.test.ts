/** Lists in all formats, and that nothing in them reaches a terminal as a control character. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerColumns } from '../../../runtime/cli/container-columns.ts';
import { escapeControl } from '../../../runtime/cli/escape.ts';
import { type Column, listText, parseListFormat } from '../../../runtime/cli/list-output.ts';
import { table } from '../../../runtime/cli/table.ts';
import { cutText, textWidth } from '../../../runtime/cli/text-width.ts';
import { madeUpRecord, madeUpState } from './made-up-store.ts';
import { rejection } from './rejected.ts';

interface Row {
  readonly id: string;
  readonly name: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'ID', header: 'CONTAINER ID', value: ({ id }) => id },
  { name: 'Names', header: 'NAMES', aliases: ['name'], value: ({ name }) => name },
  { name: 'Hidden', value: () => 'h' },
];
const ROWS: readonly Row[] = [
  { id: '1', name: 'web' },
  { id: '2', name: '漢字' },
];
const show = (format: string | undefined): string =>
  listText(parseListFormat(format), COLUMNS, ROWS);

test('table, json, fields and templates show the same', () => {
  assert.is(show(undefined), 'CONTAINER ID   NAMES\n1              web\n2              漢字\n');
  assert.is(show('table'), show(undefined));
  assert.is(
    show('json'),
    '{"ID":"1","Names":"web","Hidden":"h"}\n{"ID":"2","Names":"漢字","Hidden":"h"}\n',
  );
  assert.is(show('name,id'), 'web\t1\n漢字\t2\n');
  assert.is(show('{{.ID}}: {{.Names}}'), '1: web\n2: 漢字\n');
  assert.is(show('{{json .Names}}'), '"web"\n"漢字"\n');
  assert.is(show('{{json .}}'), show('json'));
  assert.is(show('table {{.ID}}\\t{{.Names}}'), show(undefined));
});

test('a field or a format that there is not is refused by its name', () => {
  assert.match(rejection(() => show('id,color')).message, /"color"; there are ID, Names, Hidden/);
  assert.match(rejection(() => show('{{.Color}}')).message, /"Color"/);
  assert.match(rejection(() => show('{{range .}}x{{end}}')).message, /\{\{range \.\}\}/);
  assert.match(rejection(() => show('{{.ID')).message, /not closed/);
  assert.match(rejection(() => show('a b')).message, /"a b"/);
});

test('columns are as wide as what a terminal shows', () => {
  assert.is(textWidth('漢字'), 4);
  assert.is(textWidth('e\u0301'), 1);
  assert.is(textWidth('🚀'), 2);
  assert.is(
    table(
      ['A', 'B'],
      [
        ['漢', 'x'],
        ['ab', 'y'],
      ],
    ),
    'A   B\n漢  x\nab  y\n',
  );
  assert.is(cutText('漢字漢字', 5), '漢字…');
});

test('a table has a line a row, whatever is in its cells', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 })), (rows) => {
      const text = table(['A', 'B', 'C'], rows);
      assert.is(text.split('\n').length, rows.length + 2);
      assertPrintable(text);
    }),
  );
});

test('no name, label, image or command prints a control character, in any format', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\u001b[2J',
      'a\r\nb',
      '\u009b31m',
      '\u202egpj.exe',
      '\ud800',
      'x\ty',
      '\u0000',
    ),
  );
  fc.assert(
    fc.property(text, text, text, (name, label, command) => {
      const record = madeUpRecord('a'.repeat(64), {
        args: [command, name],
        labels: { [label]: label },
        image: { name, id: `sha256:${'ab'.repeat(32)}`, layers: [] },
        mounts: [{ type: 'bind', source: label, target: name, readOnly: true }],
        pod: label,
      });
      const row = { record, name, state: madeUpState(), ports: [] };
      for (const format of [
        'table',
        'json',
        'names,labels,command,pod',
        '{{.Names}} {{.Labels}}',
      ]) {
        const columns = containerColumns(false, Date.now());
        const shown = listText(parseListFormat(format), columns, [row]);
        assertPrintable(shown.replaceAll('\t', ''));
        if (format === 'json') {
          const { Names } = JSON.parse(shown) as { Names: string };
          assert.is(Names, name);
        }
      }
    }),
  );
});

test('what is printable stays as it is', () => {
  assert.is(escapeControl('héllo 漢字 🚀 ~'), 'héllo 漢字 🚀 ~');
  assert.is(escapeControl('a\u001b[0m\n\u202e'), 'a\\x1b[0m\\n\\u202e');
});

test.run();

/** Nothing but line ends and what a terminal shows. */
function assertPrintable(text: string): void {
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  const bad = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u.exec(text);
  assert.is(bad, null, `U+${bad?.[0]?.codePointAt(0)?.toString(16)} in ${JSON.stringify(text)}`);
}
