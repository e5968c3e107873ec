import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportOf } from '../../../runtime/doctor/check.ts';
import {
  checkAgentVersion,
  checkDisk,
  checkGuestImage,
  checkNode,
} from '../../../runtime/doctor/common-checks.ts';
import {
  type LinuxFacts,
  linuxChecks,
  NEEDED_DEVICES,
} from '../../../runtime/doctor/linux-checks.ts';
import { reportText } from '../../../runtime/doctor/report-text.ts';
import { windowsChecks } from '../../../runtime/doctor/windows-checks.ts';
import { skip } from '../../harness/skip.ts';

const linux: LinuxFacts = {
  uid: 0,
  qemu: { path: '/usr/bin/qemu-system-x86_64', version: 'QEMU emulator version 7.2.22 (Debian)' },
  qemuDevices: new Set(NEEDED_DEVICES),
  execution: {
    Accelerator: 'kvm',
    Reason: 'probe booted in 40 ms',
    VmmName: 'qemu-system-x86_64',
    VmmVersion: '7.2.22',
    Platform: 'qemu',
    KernelArguments: [],
  },
  kvmDevice: 'open',
  cgroup: 'v2',
  missingTools: [],
  vhostVsock: true,
  vhostDeviceVsock: '/b',
  directories: [{ path: '/run/lcow', problem: undefined }],
};
function linuxCheck(id: string, facts: Partial<LinuxFacts>) {
  return linuxChecks({ ...linux, ...facts }).find((check) => check.id === id);
}

test('a host with everything is ok throughout, with no advice', () => {
  for (const check of [...linuxChecks(linux), checkNode('v20.19.0')]) {
    assert.is(check.status, 'ok', check.id);
    assert.is(check.advice, '', check.id);
  }
});

test('whatever is not ok says what to do', () => {
  const worst = linuxChecks({
    uid: 1000,
    qemu: undefined,
    qemuDevices: new Set(),
    execution: { error: 'cannot find QEMU' },
    kvmDevice: 'absent',
    cgroup: 'none',
    missingTools: ['unshare'],
    vhostVsock: false,
    vhostDeviceVsock: undefined,
    directories: [{ path: '/run/lcow', problem: '/run cannot be written (EROFS)' }],
  }).concat(checkNode('v18.20.0'), checkDisk('/data', 1024));
  for (const check of worst) {
    assert.is.not(check.status, 'ok', check.id);
    assert.ok(check.advice !== '' || check.status === 'skipped', check.id);
  }
});

test('Node is judged by major and minor', () => {
  const statuses = ['v18.99.0', 'v20.18.9', 'v20.19.0', 'v21.0.0', 'v24.1.0'].map(
    (v) => checkNode(v).status,
  );
  assert.equal(statuses, ['wrong', 'wrong', 'ok', 'ok', 'ok']);
});

test('QEMU: absent is missing; too old, not running, or without a device is wrong', () => {
  const version = (text: string) =>
    linuxCheck('qemu', { qemu: { path: '/q', version: text } })?.status;
  assert.is(linuxCheck('qemu', { qemu: undefined })?.status, 'missing');
  assert.is(version('QEMU emulator version 7.1.0'), 'wrong');
  assert.is(version('QEMU emulator version 10.0.2'), 'ok');
  assert.is(version('error while loading shared libraries'), 'wrong');
  const lacking = linuxCheck('qemu-devices', { qemuDevices: new Set(['scsi-hd']) });
  assert.is(lacking?.status, 'wrong');
  assert.match(lacking?.found ?? '', /virtio-scsi-pci/);
});

test('emulation is a warning, and its advice depends on what /dev/kvm is', () => {
  const execution = { ...linux.execution, Accelerator: 'tcg', Reason: 'no /dev/kvm' } as const;
  const of = (kvmDevice: LinuxFacts['kvmDevice']) =>
    linuxCheck('accelerator', { execution: execution as LinuxFacts['execution'], kvmDevice });
  assert.is(of('absent')?.status, 'warning');
  assert.match(of('absent')?.advice ?? '', /firmware/);
  assert.match(of('denied')?.advice ?? '', /group kvm/);
  assert.match(of('open')?.advice ?? '', /nested/);
  assert.match(of('absent')?.found ?? '', /tcg: no \/dev\/kvm/);
});

test('cgroup v1 and no vsock are warnings: neither is needed to run a container', () => {
  assert.is(linuxCheck('cgroup', { cgroup: 'v1' })?.status, 'warning');
  assert.is(linuxCheck('vsock', { vhostDeviceVsock: undefined })?.status, 'warning');
  const backEnd = linuxCheck('vsock', { vhostVsock: false, vhostDeviceVsock: '/b' });
  assert.is(backEnd?.status, 'ok');
});

test('a guest image: found, missing, damaged, and of another version', () => {
  const files = {
    directory: '/b',
    kernel: '/b/vmlinux',
    initrd: '/b/initrd.img',
    manifest: {
      formatVersion: 1 as const,
      kernel: { release: '6.1', package: 'p', packageVersion: '6.1-1', boot: 'vmlinux' as const },
      files: {},
      agent: { version: '0.1.0', sizeBytes: 1, sha256: 'a'.repeat(64) },
      modules: [],
      absentModules: [],
      inputs: '',
    },
  };
  const [image, agent] = checkGuestImage({ files });
  assert.is(image?.status, 'ok');
  assert.match(image?.found ?? '', /6\.1.*vmlinux/);
  assert.ok(agent);
  assert.is(checkAgentVersion(agent, '0.1.0', '0.1.0').status, 'ok');
  assert.is(checkAgentVersion(agent, '0.1.0', undefined).status, 'ok');
  assert.is(checkAgentVersion(agent, '0.1.0', '0.2.0').status, 'warning');
  const missing = checkGuestImage({ error: 'nothing there', missing: true });
  const damaged = checkGuestImage({ error: 'bad digest', missing: false });
  assert.equal([missing[0]?.status, damaged[0]?.status], ['missing', 'wrong']);
});

test('Windows: every need of the compute service is a check, and none is ok on Linux for want of asking', async () => {
  if (process.platform === 'win32') return skip('what Windows says is its own');
  const checks = await windowsChecks();
  const ids = ['build', 'elevation', 'features', 'service:vmcompute', 'hypervisor'];
  assert.equal(checks.map(({ id }) => id).slice(0, ids.length), ids);
  const status = (id: string) => checks.find((check) => check.id === id)?.status;
  assert.is(status('build'), 'wrong');
  assert.is(status('elevation'), 'skipped');
  assert.is(status('features'), 'missing');
  assert.is(status('service:vmcompute'), 'skipped');
});

test('a report is ok unless something is missing or wrong, and its text says what to do', () => {
  const fine = reportOf('linux', 'kvm', linuxChecks(linux));
  assert.is(fine.ok, true);
  assert.match(reportText(fine, false), /this host can run containers\n$/);
  const warned = reportOf('linux', 'tcg', linuxChecks({ ...linux, cgroup: 'v1' }));
  assert.is(warned.ok, true);
  assert.match(reportText(warned, false), /containers, 1 warning\n$/);
  const bad = reportOf('linux', null, linuxChecks({ ...linux, qemu: undefined }));
  assert.is(bad.ok, false);
  const text = reportText(bad, false);
  assert.match(
    text,
    /^MISSING +QEMU +no qemu-system-x86_64 on PATH\n +-> apt-get install qemu-system-x86$/m,
  );
  assert.match(text, /1 must be put right\n$/);
  assert.not.ok(text.includes('\u001b'));
  assert.ok(reportText(bad, true).includes('\u001b[31mMISSING'));
});

test.run();
