/** URIs of stdio, taken apart, and what each refusal names. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { parseStdio, type StdioField, type StdioTarget } from '../../../runtime/stdio/stdio-uri.ts';

type Case = [value: string, target: StdioTarget];

const LINUX: readonly Case[] = [
  ['', { kind: 'none' }],
  ['/run/containerd/fifo/1/a-stdout', { kind: 'fifo', path: '/run/containerd/fifo/1/a-stdout' }],
  ['/a b/%41', { kind: 'fifo', path: '/a b/%41' }],
  ['fifo:///run/a%20b', { kind: 'fifo', path: '/run/a b' }],
  ['file:///var/log/a.log', { kind: 'file', path: '/var/log/a.log' }],
  ['binary:///bin/log', { kind: 'binary', path: '/bin/log', args: [] }],
  [
    'binary:///bin/log?b=2&a=1+x&b=3&flag',
    { kind: 'binary', path: '/bin/log', args: ['b', '2', 'a', '1 x', 'flag', ''] },
  ],
  ['process:12/1', { kind: 'process', pid: 12, fd: 1 }],
];

const WINDOWS: readonly Case[] = [
  ['', { kind: 'none' }],
  ['\\\\.\\pipe\\ctr-a-stdout', { kind: 'pipe', path: '\\\\.\\pipe\\ctr-a-stdout' }],
  ['npipe:////./pipe/ctr-a', { kind: 'pipe', path: '\\\\.\\pipe\\ctr-a' }],
  ['npipe://./pipe/ctr-a', { kind: 'pipe', path: '\\\\.\\pipe\\ctr-a' }],
  ['file:///C:/logs/a.log', { kind: 'file', path: 'C:\\logs\\a.log' }],
  ['binary:///C:/log.exe?k=v', { kind: 'binary', path: 'C:\\log.exe', args: ['k', 'v'] }],
];

const REFUSED: readonly [field: StdioField, value: string, words: string, on?: NodeJS.Platform][] =
  [
    ['stdout', 'relative/path', 'is not an absolute path'],
    ['stdout', './x', 'is not an absolute path'],
    ['stderr', 'file://host/x', 'names a host, "host"'],
    ['stderr', 'file:///', 'is not an absolute path'],
    ['stdout', 'file://', 'is not an absolute path'],
    ['stdout', 'file:///a?b=c', 'has parameters'],
    ['stdout', 'file:///a#b', 'has a fragment'],
    ['stdout', 'file:///%zz', 'wrong %-escape'],
    ['stdout', 'file:///a%00b', 'NUL'],
    ['stdin', 'file:///a', 'scheme "file"'],
    ['stdin', 'binary:///a', 'scheme "binary"'],
    ['stdout', 'ttrpc+unix:///run/x', 'scheme "ttrpc+unix"'],
    ['stdout', 'npipe:////./pipe/a', 'named pipe of Windows'],
    ['stdin', 'process:0/1', 'process:<pid>/<fd>'],
    ['stdin', 'process:12', 'process:<pid>/<fd>'],
    ['stdin', 'process:12/../1', 'process:<pid>/<fd>'],
    ['stdout', '/run/fifo', 'neither a named pipe', 'win32'],
    ['stdout', 'fifo:///run/fifo', 'scheme "fifo"', 'win32'],
    ['stdout', 'npipe:///x', 'npipe:////./pipe/<name>', 'win32'],
    ['stdin', 'process:12/1', 'process:<pid>/<fd>', 'win32'],
  ];

test('paths and URIs of containerd are known', () => {
  for (const [value, target] of LINUX) {
    assert.equal(parseStdio('open', 'stdout', value, 'linux'), target, value);
  }
  for (const [value, target] of WINDOWS) {
    assert.equal(parseStdio('open', 'stdout', value, 'win32'), target, value);
  }
});

test('what is refused is refused with its field and its value', () => {
  for (const [field, value, words, platform = 'linux'] of REFUSED) {
    assert.throws(
      () => parseStdio('open', field, value, platform),
      (error: RuntimeError) =>
        error.code === 'invalid-argument' &&
        error.message.includes(`${field} "${value}"`) &&
        error.message.includes(words),
      `${field} ${value}`,
    );
  }
});

test.run();
