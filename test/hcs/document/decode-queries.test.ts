import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodePropertyQuery,
  decodeSaveOptions,
  decodeSystemQuery,
} from '../../../hcs/document/decode-queries.ts';
import { parseJsonText } from '../../../hcs/document/json-text.ts';
import { checkSystemId } from '../../../hcs/document/system-id.ts';
import { hcsThrow } from '../../harness/rejection.ts';

test('property queries name known properties', () => {
  assert.equal(decodePropertyQuery({}), {});
  assert.equal(decodePropertyQuery({ PropertyTypes: ['Memory', 'Statistics'] }), {
    PropertyTypes: ['Memory', 'Statistics'],
  });
  const error = hcsThrow(
    () => decodePropertyQuery({ PropertyTypes: ['Memory', 'Mood'] }),
    'HCS_E_INVALID_JSON',
  );
  assert.is(error.events[0]?.Source, 'PropertyTypes/1');
  hcsThrow(() => decodePropertyQuery({ Queries: {} }), 'NOT_SUPPORTED');
  hcsThrow(() => decodePropertyQuery('Memory'), 'HCS_E_INVALID_JSON');
});

test('system queries are lists of text', () => {
  const query = { Ids: ['a'], Owners: ['lcow'], Types: ['VirtualMachine'] };
  assert.equal(decodeSystemQuery(query), query);
  hcsThrow(() => decodeSystemQuery({ Ids: 'a' }), 'HCS_E_INVALID_JSON');
  hcsThrow(() => decodeSystemQuery({ Types: ['Toaster'] }), 'HCS_E_INVALID_JSON');
});

test('saving to a file needs the file, a template does not', () => {
  assert.equal(decodeSaveOptions({ SaveType: 'AsTemplate' }), { SaveType: 'AsTemplate' });
  assert.equal(decodeSaveOptions({ SaveStateFilePath: '/s' }), { SaveStateFilePath: '/s' });
  for (const options of [{}, { SaveType: 'ToFile' }]) {
    const error = hcsThrow(() => decodeSaveOptions(options), 'E_INVALIDARG');
    assert.is(error.events[0]?.Source, 'SaveStateFilePath');
  }
  hcsThrow(() => decodeSaveOptions({ SaveType: 'Twice' }), 'HCS_E_INVALID_JSON');
});

test('JSON text is bounded and its errors are HCS errors', () => {
  assert.equal(parseJsonText('{"a":1}', 'read'), { a: 1 });
  hcsThrow(() => parseJsonText('{"a":', 'read'), 'HCS_E_INVALID_JSON');
  const error = hcsThrow(
    () => parseJsonText(' '.repeat(1024 * 1024 + 1), 'read'),
    'HCS_E_INVALID_JSON',
  );
  assert.match(error.message, '1048577 bytes');
});

test('ids of systems are checked', () => {
  for (const id of ['a', 'pod@vm', 'A.b-c_9', 'x'.repeat(128)]) checkSystemId(id, 'create');
  for (const id of ['', '-a', '../x', 'a/b', 'a b', 'a\n', 'x'.repeat(129)]) {
    hcsThrow(() => checkSystemId(id, 'create'), 'E_INVALIDARG');
  }
});

test.run();
