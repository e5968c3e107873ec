/** `lcow uvm boot`, the researcher's door. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('lcow uvm boot', { host: new LcowHost() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('--document-only prints the document and the kernel line, and starts nothing', async ({
  host,
}) => {
  const { code, stdout, stderr } = await host.lcow(
    ...[
      'uvm',
      'boot',
      '--document-only',
      '--memory',
      '300m',
      '--cpus',
      '2',
      '--kernel-args',
      'lcow.test=1',
    ],
  );
  assert.is(code, 0, stderr);
  const document = JSON.parse(stdout) as {
    VirtualMachine: {
      ComputeTopology: { Memory: { SizeInMB: number }; Processor: { Count: number } };
      Chipset: { LinuxKernelDirect: { KernelCmdLine: string } };
    };
  };
  const { ComputeTopology, Chipset } = document.VirtualMachine;
  assert.is(ComputeTopology.Memory.SizeInMB, 300);
  assert.is(ComputeTopology.Processor.Count, 2);
  assert.match(Chipset.LinuxKernelDirect.KernelCmdLine, /lcow\.test=1 .*nr_cpus=2/);
  assert.match(stderr, /kernel line: .*lcow\.test=1/);
});

test('--exec runs in the VM and hands its status back', async ({ host }) => {
  const file = join(host.folder, 'timeline.json');
  const { code, stderr } = await host.lcow('uvm', 'boot', '--exec', '/no/such', '--timeline');
  assert.is(code, 127, stderr);
  const ran = await host.lcow('uvm', 'boot', '--exec', '/init --version');
  assert.is(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^lcow-agent \d+\.\d+/);
  const booted = await host.lcow('uvm', 'boot', '--timeline', '--timeline-json', file);
  assert.is(booted.code, 0, booted.stderr);
  assert.match(booted.stderr, /Linux \d+\.\d+.*agent \d+\.\d+/);
  assert.match(booted.stderr, /agent answers/);
  assert.is((JSON.parse(readFileSync(file, 'utf8')) as { schema: number }).schema, 1);
});

test('a kernel that panics says why, with how far the boot came', async ({ host }) => {
  const { code, stderr } = await host.lcow(
    ...['uvm', 'boot', '--kernel-args', 'rdinit=/nowhere init=/nowhere'],
  );
  assert.is(code, 125, stderr);
  assert.match(stderr, /^lcow: cannot boot the VM: .*Kernel panic - not syncing: .*$/m);
  assert.match(stderr, /^guest: .*Kernel panic - not syncing: /m);
  for (const phase of ['spawn', 'started', 'exited']) {
    assert.match(stderr, new RegExp(`^${phase} +host +[0-9.]+ +[0-9.]+$`, 'm'));
  }
});

test('--count and --parallel boot many and tell the distribution', async ({ host }) => {
  const { code, stdout, stderr } = await host.lcow(
    'uvm',
    'boot',
    '--count',
    '3',
    '--parallel',
    '2',
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^VMS +PARALLEL +MIN MS.*\n3 +2 +\d+\.\d/);
});

test('--console shows the kernel and ends with the VM', async ({ host }) => {
  const boot = host.start(['uvm', 'boot', '--console'], { input: 'open' });
  await boot.shows('Linux version');
  await boot.shows('Run /init');
  // Ctrl-] leaves.
  boot.child.stdin?.write('\x1d');
  assert.is((await boot.finished).code, 0);
});

test('a signal ends --console, and the VM with it', async ({ host }) => {
  const boot = host.start(['uvm', 'boot', '--console']);
  await boot.shows('Run /init');
  boot.child.kill('SIGTERM');
  assert.is((await boot.finished).code, 130);
});

test.run();
