import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HcsError } from '../../../hcs/hcs-error.ts';
import { hypervisorFrom } from '../../../hcs/windows/features.ts';
import { type HostFacts, hostNeeds, requireHost } from '../../../hcs/windows/host-needs.ts';
import { nativeArchitecture, windowsBuild } from '../../../hcs/windows/host-version.ts';

const GOOD: HostFacts = {
  release: '10.0.20348',
  rights: 'elevated',
  computeCore: true,
  services: { vmcompute: 'running', hns: 'stopped', vmms: 'running' },
  hypervisor: 'root',
};

function need(id: string, facts: Partial<HostFacts>) {
  const found = hostNeeds({ ...GOOD, ...facts }).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no need ${id}`);
  return found;
}

/** What the service's opening says of a host. */
function refusal(facts: Partial<HostFacts>): HcsError {
  try {
    requireHost({ ...GOOD, ...facts });
  } catch (error) {
    if (error instanceof HcsError) return error;
    throw error;
  }
  throw new Error('the host was not refused');
}

test('a host with everything is taken, and nothing is advised', () => {
  requireHost(GOOD);
  for (const { id, status, advice } of hostNeeds(GOOD))
    assert.equal([id, status, advice], [id, 'ok', '']);
});

test('a build that lcow cannot use is refused by its number', () => {
  for (const build of ['10.0.17134', '10.0.14393', '6.3.9600']) {
    const error = refusal({ release: build });
    assert.is(error.code, 'NOT_SUPPORTED');
    assert.match(error.message, build.split('.').at(-1) ?? '');
    assert.match(error.message, /update to build 17763/);
  }
  requireHost({ ...GOOD, release: '10.0.17763' });
});

test('a build without kernel-direct boot is told how guests boot there, a new one that it is not known', () => {
  assert.match(need('build', { release: '10.0.17763' }).found, /UEFI.*18286/);
  assert.is(need('build', { release: '10.0.18362' }).found, '18362');
  assert.match(need('build', { release: '10.0.29999' }).found, /newer than what is known/);
});

test('rights that do not suffice are told with both ways to get them', () => {
  const error = refusal({ rights: 'none' });
  assert.is(error.code, 'HCS_E_ACCESS_DENIED');
  assert.match(error.message, /Run as administrator/);
  assert.match(error.message, /Add-LocalGroupMember -SID S-1-5-32-578/);
  requireHost({ ...GOOD, rights: 'hyper-v-administrator' });
  requireHost({ ...GOOD, rights: 'unknown' });
});

test('a feature that is not enabled is told with the commands that enable it, and that Windows restarts', () => {
  const error = refusal({ computeCore: false });
  assert.is(error.code, 'HCS_E_HYPERV_NOT_INSTALLED');
  assert.match(error.message, /Enable-WindowsOptionalFeature .*VirtualMachinePlatform/);
  assert.match(error.message, /dism \/online \/enable-feature/);
  assert.match(error.message, /restart Windows/);
});

test('a service that is absent or disabled is refused where VMs need it, and a warning elsewhere', () => {
  const services = { vmcompute: 'absent', hns: 'absent', vmms: 'disabled' } as const;
  assert.is(refusal({ services }).code, 'HCS_E_SERVICE_NOT_AVAILABLE');
  const disabled = refusal({ services: { ...GOOD.services, vmcompute: 'disabled' } });
  assert.match(disabled.message, /sc.exe config vmcompute start= demand/);
  requireHost({ ...GOOD, services: { ...services, vmcompute: 'stopped' } });
  assert.is(need('service:hns', { services }).status, 'warning');
  assert.is(need('service:vmms', { services }).status, 'warning');
});

test('a hypervisor that does not run is told with what launches it', () => {
  const error = refusal({ hypervisor: 'absent' });
  assert.is(error.code, 'HCS_E_HYPERV_NOT_INSTALLED');
  assert.match(error.message, /bcdedit \/set hypervisorlaunchtype auto/);
  assert.is(need('hypervisor', { hypervisor: 'guest' }).status, 'warning');
  assert.match(
    need('hypervisor', { hypervisor: 'guest' }).advice,
    /ExposeVirtualizationExtensions/,
  );
});

test('what is not ok says what to do, and the first lack is the one to mend first', () => {
  const worst: HostFacts = {
    release: '10.0.14393',
    rights: 'none',
    computeCore: false,
    services: { vmcompute: 'absent', hns: 'disabled', vmms: 'absent' },
    hypervisor: 'absent',
  };
  for (const { id, status, advice } of hostNeeds(worst)) {
    assert.is.not(status, 'ok', id);
    assert.is.not(advice, '', id);
  }
  assert.is(refusal(worst).code, 'NOT_SUPPORTED');
  assert.is(refusal({ ...worst, release: '10.0.20348' }).code, 'HCS_E_ACCESS_DENIED');
});

test('the hypervisor is read from its leaves', () => {
  const leaves = Buffer.alloc(112);
  assert.is(hypervisorFrom(leaves), 'absent');
  leaves.write('Microsoft Hv', 4, 'latin1');
  assert.is(hypervisorFrom(leaves), 'guest');
  leaves.writeUInt32LE(1, 52);
  assert.is(hypervisorFrom(leaves), 'root');
});

test('the build is the third number, the architecture one of two', () => {
  assert.is(windowsBuild('10.0.26100'), 26100);
  assert.is(windowsBuild('6.1.7601'), 0);
  assert.is(windowsBuild('5.15.0-91-generic'), 0);
  assert.ok(['amd64', 'arm64'].includes(nativeArchitecture('no-such-library')));
});

test.run();
