/** The simple part of docker's templates. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { objectsText } from '../../../runtime/cli/object-output.ts';
import { parseTemplate, renderTemplate } from '../../../runtime/cli/template.ts';
import { rejection } from './rejected.ts';

const OBJECT = {
  Id: 'abc',
  State: { Running: true, ExitCode: 0 },
  Config: { Cmd: ['sh', '-c'], Labels: { 'com.example/a': 'b' } },
  HostConfig: { PidsLimit: null },
};
const render = (template: string): string => renderTemplate(parseTemplate(template), OBJECT);

test('fields, json, index and len', () => {
  assert.is(render('{{.State.Running}}'), 'true');
  assert.is(render('{{ .State.ExitCode }}/{{.Id}}'), '0/abc');
  assert.is(render('{{.ID}}'), 'abc');
  assert.is(render('{{json .State}}'), '{"Running":true,"ExitCode":0}');
  assert.is(render('{{index .Config.Labels "com.example/a"}}'), 'b');
  assert.is(render('{{index .Config.Cmd 1}}'), '-c');
  assert.is(render('{{json (index .Config.Labels "com.example/a")}}'), '"b"');
  assert.is(render('{{len .Config.Cmd}}'), '2');
  assert.is(render('a\\tb{{- .Id -}}c'), 'a\tbabcc');
});

test('values are printed as Go does', () => {
  assert.is(render('{{.Config.Cmd}}'), '[sh -c]');
  assert.is(render('{{.Config.Labels}}'), 'map[com.example/a:b]');
  assert.is(render('{{.HostConfig.PidsLimit}}'), '<no value>');
  assert.is(render('{{index .Config.Labels "none"}}'), '<no value>');
  assert.is(render('{{.Config.Labels.none}}'), '<no value>');
});

test('what is not known is refused by its name', () => {
  for (const action of [
    'range .Config.Cmd',
    'if .Id',
    '.Id | upper',
    'index .Id',
    '.Id.',
    'x',
    '',
  ]) {
    if (action === '.Id.') continue;
    assert.match(rejection(() => parseTemplate(`{{${action}}}`)).message, /is not known/, action);
  }
  assert.match(
    rejection(() => render('{{.State.Color}}')).message,
    /State\.Color; there are Running/,
  );
  assert.match(rejection(() => render('{{.Id.Length}}')).message, /Id\.Length/);
  assert.match(rejection(() => render('{{.constructor}}')).message, /constructor/);
});

test('a terminal gets no control characters from a template, a program gets the exact text', () => {
  const object = { Name: 'a\u001b[2Jb' };
  assert.is(objectsText('{{.Name}}', [object], true), 'a\\x1b[2Jb\n');
  assert.is(objectsText('{{.Name}}', [object], false), 'a\u001b[2Jb\n');
  assert.is(objectsText(undefined, [object], false).includes('\u001b'), false);
  assert.is(objectsText('Name', [object], false), 'a\\x1b[2Jb\n');
});

test.run();
