/** Docker's flags of `run` as a request, and what is refused by the flag's name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import type { ContainerRequest } from '../../../runtime/lcow/container-request.ts';
import { parseCommand } from '../../../runtime/cli/command-line.ts';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { readEnvironment } from '../../../runtime/cli/environment-options.ts';
import { readContainerRequest } from '../../../runtime/cli/run-options.ts';
import { rejection } from '../../harness/rejection.ts';

const test = suite<{ folder: string }>('run options');

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'lcow-options-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function parse(...args: string[]) {
  const command = COMMANDS.find(({ name }) => name === 'run');
  if (command === undefined) throw new Error('no command run');
  return parseCommand(command, args);
}

function read(...args: string[]): Promise<ContainerRequest> {
  const { options, operands } = parse(...args);
  return readContainerRequest(options, operands);
}

const TABLE: [args: string[], expected: Partial<ContainerRequest>][] = [
  [[], { image: 'busybox', command: [], terminal: false, openStdin: false, autoRemove: false }],
  [['-it', '--rm'], { terminal: true, openStdin: true, autoRemove: true }],
  [['--name', 'web'], { name: 'web' }],
  [['--restart', 'on-failure:3'], { restart: { name: 'on-failure', maximum: 3 } }],
  [['--restart', 'always'], { restart: { name: 'always', maximum: 0 } }],
  [['--log-driver', 'none'], { logDriver: 'none' }],
  [['--stop-signal', 'SIGQUIT', '--stop-timeout', '3'], { stopSignal: 3, stopTimeoutSeconds: 3 }],
  [['-l', 'a=b=c', '--label', 'd'], { labels: { a: 'b=c', d: '' } }],
  [['--add-host', 'db:10.0.0.1', '--add-host', 'x:[::1]'], { hosts: ['db:10.0.0.1', 'x:::1'] }],
  [['--add-host', 'h:host-gateway'], { hosts: ['h:10.0.2.2'] }],
  [
    ['-m', '64m', '--cpus', '.5', '--pids-limit', '-1'],
    { memoryBytes: 2 ** 26, cpus: 0.5, pidsLimit: -1 },
  ],
  [['--cpu-shares', '512', '--oom-score-adj', '-500'], { cpuShares: 512, oomScoreAdj: -500 }],
  [['--cap-add', 'NET_ADMIN', '--cap-drop=ALL'], { capAdd: ['NET_ADMIN'], capDrop: ['ALL'] }],
  [['--privileged', '--init', '--read-only'], { privileged: true, init: true, readOnly: true }],
  [['--sysctl', 'net.core.somaxconn=9'], { sysctls: { 'net.core.somaxconn': '9' } }],
  [['--shm-size', '1g'], { shmSizeBytes: 2 ** 30 }],
  [
    ['-u', '1:2', '-w', '/x', '--hostname', 'h'],
    { user: '1:2', workingDirectory: '/x', hostname: 'h' },
  ],
  [['--group-add', '5'], { groupAdd: ['5'] }],
  [['--entrypoint', ''], { entrypoint: '' }],
  [
    ['-v', '/a:/b:ro', '--tmpfs', '/t:size=1m', '--mount', 'type=bind,src=/c,dst=/d'],
    {
      extraMounts: [
        { type: 'bind', source: '/a', target: '/b', readOnly: true },
        { type: 'bind', source: '/c', target: '/d', readOnly: false },
        { type: 'tmpfs', target: '/t', options: ['size=1m'] },
      ],
    },
  ],
  [
    ['-p', '127.0.0.1:8080:80', '-p', '53/udp'],
    {
      vm: {
        network: 'user',
        ports: [
          { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8080, guestPort: 80 },
          { protocol: 'udp', hostAddress: '0.0.0.0', hostPort: 0, guestPort: 53 },
        ],
      },
    },
  ],
  [
    ['--network', 'none', '--kernel-args', 'quiet'],
    { vm: { network: 'none', ports: [], kernelArguments: 'quiet' } },
  ],
  [
    ['--network', 'none', '--machine', 'microvm'],
    { vm: { network: 'none', ports: [], machine: 'microvm' } },
  ],
  [['--pull', 'never', '--pod', 'p'], { pod: 'p' }],
];

for (const [args, expected] of TABLE) {
  test(`run ${args.join(' ')} asks for what it says`, async () => {
    const request = await read(...args, 'busybox');
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(request[key as keyof ContainerRequest], value, key);
    }
  });
}

const REFUSED: [args: string[], message: RegExp][] = [
  [['--restart', 'sometimes'], /read --restart: "sometimes"/],
  [['--restart', 'always:3'], /read --restart: "always:3"/],
  [['--log-driver', 'syslog'], /read --log-driver: "syslog"/],
  [['--stop-signal', 'FOO'], /read --stop-signal: "FOO"/],
  [['--stop-timeout', '1.5'], /read --stop-timeout: "1.5"/],
  [['-l', '=x'], /read --label: "=x"/],
  [['--add-host', 'db'], /read --add-host: "db"/],
  [['--add-host', 'db:nowhere'], /read --add-host: "db:nowhere"/],
  [['-m', 'much'], /read --memory: "much"/],
  [['--cpus', '0'], /read --cpus: "0"/],
  [['--pids-limit', '-2'], /read --pids-limit: "-2"/],
  [['--cap-add', 'FLY'], /FLY/],
  [['--ulimit', 'nofile'], /nofile/],
  [['--sysctl', 'kernel.panic=1'], /kernel.panic/],
  [['--device', 'x'], /"x"/],
  [['--security-opt', 'magic'], /magic/],
  [['--network', 'bridge'], /read --network: "bridge"/],
  [['--network', 'none', '-p', '80'], /read --publish/],
  [['-p', '70000:80'], /70000:80/],
  [['--pod', 'p', '-p', '80'], /read --publish: with --pod/],
  [['--pod', 'p', '--network', 'none'], /read --network: with --pod/],
  [['--pod', 'p', '--machine', 'q35'], /read --machine: with --pod/],
  [['--machine', 'pc'], /read --machine: "pc" is not q35 or microvm/],
  [['--machine', 'microvm'], /read --machine: microvm has no network adapters.*--network none/],
  [['--pull', 'always'], /read --pull: "always"/],
  [['--env-file', '/no/such/file'], /read --env-file: "\/no\/such\/file"/],
  [['-v', 'data:/x'], /data:\/x/],
];

for (const [args, message] of REFUSED) {
  test(`run ${args.join(' ')} is refused`, async () => {
    const error = (await rejection(read(...args, 'busybox'))) as RuntimeError;
    assert.is(error.name, 'RuntimeError', error.stack);
    assert.match(error.message, message);
  });
}

test('environment files come before flags, comments and blank lines are none', ({ folder }) => {
  const file = join(folder, 'env');
  writeFileSync(file, '\ufeff# comment\n\nA=1\n  B=two words # kept\r\nC\nD\nE="q"\n');
  const { options } = parse('--env-file', file, '-e', 'A=9', '-e', 'F', 'busybox');
  const env = readEnvironment(options, { C: 'ours', F: '' });
  assert.equal(env, ['A=1', 'B=two words # kept', 'C=ours', 'E="q"', 'A=9', 'F=']);
});

test('a broken line of a file is refused with its number', async ({ folder }) => {
  const file = join(folder, 'broken');
  for (const line of ['=x', 'a b=c', 'a\0=c']) {
    writeFileSync(file, `A=1\n${line}\n`);
    const { message } = (await rejection(read('--env-file', file, 'busybox'))) as Error;
    assert.match(message, /read --env-file: line 2 of/);
  }
});

test.run();
