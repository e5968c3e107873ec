/**
 * What lcow needs of a Windows host: judged once, for the service's opening, which refuses, and for `lcow doctor`,
 * which tells. Pure: from facts to findings. Each finding says what is so and the command that enables what is missing.
 */
import { release } from 'node:os';
import { KERNEL_DIRECT_BUILD } from '../document/host-features.ts';
import { OLDEST_BUILD, WINDOWS_BUILDS } from '../document/host-version.ts';
import { HcsError } from '../hcs-error.ts';
import type { HresultName } from '../hresult.ts';
import { type HostRights, hostRights } from './elevation.ts';
import { type HostFeatures, hostFeatures, type WindowsServiceName } from './features.ts';
import { windowsBuild } from './host-version.ts';

/** Everything that is looked at. */
export interface HostFacts extends HostFeatures {
  /** As os.release() says: "10.0.20348". */
  readonly release: string;
  readonly rights: HostRights;
}

/** One thing that is needed. */
export interface HostNeed {
  /** Stable, for programs. */
  readonly id: string;
  readonly title: string;
  readonly status: 'ok' | 'warning' | 'missing' | 'wrong' | 'skipped';
  readonly found: string;
  /** What to do; empty when there is nothing to do. */
  readonly advice: string;
  /** What HCS calls the lack; absent: VMs run without. */
  readonly hresult?: HresultName;
}

const ENABLE =
  'in an elevated PowerShell: Enable-WindowsOptionalFeature -Online -All -FeatureName VirtualMachinePlatform ' +
  '(or: dism /online /enable-feature /featurename:VirtualMachinePlatform /all); on Windows Server: ' +
  'Install-WindowsFeature Hyper-V; then restart Windows';
const ENABLE_HYPER_V =
  'in an elevated PowerShell: Enable-WindowsOptionalFeature -Online -All -FeatureName Microsoft-Hyper-V ' +
  '(or: dism /online /enable-feature /featurename:Microsoft-Hyper-V /all); then restart Windows';
const ELEVATE =
  'start from an elevated prompt ("Run as administrator"), or join the group, in an elevated PowerShell: ' +
  'Add-LocalGroupMember -SID S-1-5-32-578 -Member "$env:USERDOMAIN\\$env:USERNAME", then sign out and in again';
const LAUNCH_HYPERVISOR =
  'in an elevated prompt: bcdedit /set hypervisorlaunchtype auto, then restart Windows; where that was so, enable ' +
  "virtualisation (VT-x, AMD-V) in the firmware's setup";
const NESTED =
  'on the outer host, with this VM turned off: Set-VMProcessor -VMName <this VM> -ExposeVirtualizationExtensions $true, ' +
  'then start it; in a cloud choose a size that has nested virtualisation';

/** Asks this host. */
export function gatherHostFacts(): HostFacts {
  return { release: release(), rights: hostRights(), ...hostFeatures() };
}

/** Every finding, in the order in which lacks are to be mended. */
export function hostNeeds(facts: HostFacts): HostNeed[] {
  return [
    buildNeed(facts),
    rightsNeed(facts),
    featureNeed(facts),
    serviceNeed(facts, 'vmcompute', 'Host Compute Service', ENABLE, 'HCS_E_SERVICE_NOT_AVAILABLE'),
    hypervisorNeed(facts),
    serviceNeed(facts, 'hns', 'Host Network Service', ENABLE),
    serviceNeed(facts, 'vmms', 'Hyper-V management (Plan 9 shares need it)', ENABLE_HYPER_V),
  ];
}

/**
 * Refuses a host on which VMs cannot run.
 * @throws HcsError NOT_SUPPORTED, HCS_E_ACCESS_DENIED, HCS_E_HYPERV_NOT_INSTALLED, HCS_E_SERVICE_NOT_AVAILABLE, with the
 *   first lack and what to do about it
 */
export function requireHost(facts: HostFacts = gatherHostFacts()): void {
  for (const { id, status, found, advice, hresult } of hostNeeds(facts)) {
    if (hresult === undefined || (status !== 'missing' && status !== 'wrong')) continue;
    const Message = `${found}; ${advice}`;
    throw new HcsError('use the Host Compute Service', hresult, [{ Message, Source: id }]);
  }
}

function buildNeed({ release: version }: HostFacts): HostNeed {
  const build = windowsBuild(version);
  const need = { id: 'build', title: 'Windows build', hresult: 'NOT_SUPPORTED' } as const;
  const advice = `update to build ${OLDEST_BUILD} (Windows 10 1809, Server 2019) or newer`;
  if (build === 0) {
    return { ...need, status: 'wrong', found: `this is Windows ${version}`, advice };
  }
  if (build < OLDEST_BUILD) {
    const found = `this is Windows build ${build}, and before ${OLDEST_BUILD} there is no computecore.dll`;
    return { ...need, status: 'wrong', found, advice };
  }
  if (build < KERNEL_DIRECT_BUILD) {
    const found = `${build}: guests boot by UEFI, as kernels are loaded by Windows itself from ${KERNEL_DIRECT_BUILD} on`;
    return { ...need, status: 'ok', found, advice: '' };
  }
  const newer = build > WINDOWS_BUILDS.V24H2 ? ', newer than what is known here' : '';
  return { ...need, status: 'ok', found: `${build}${newer}`, advice: '' };
}

function rightsNeed({ rights }: HostFacts): HostNeed {
  const need = { id: 'elevation', title: 'Elevation', hresult: 'HCS_E_ACCESS_DENIED' } as const;
  switch (rights) {
    case 'elevated':
      return { ...need, status: 'ok', found: 'elevated administrator', advice: '' };
    case 'hyper-v-administrator':
      return { ...need, status: 'ok', found: 'member of Hyper-V Administrators', advice: '' };
    case 'none': {
      const found =
        'this process is neither an elevated administrator nor a member of Hyper-V Administrators, and the ' +
        'Host Compute Service takes calls of no others (0x8037011B)';
      return { ...need, status: 'wrong', found, advice: ELEVATE };
    }
    case 'unknown':
      return { ...need, status: 'skipped', found: 'Windows could not be asked', advice: '' };
    default:
      return rights satisfies never;
  }
}

function featureNeed({ computeCore }: HostFacts): HostNeed {
  const need = {
    id: 'features',
    title: 'Features',
    hresult: 'HCS_E_HYPERV_NOT_INSTALLED',
  } as const;
  if (computeCore) return { ...need, status: 'ok', found: 'computecore.dll is here', advice: '' };
  const found =
    'there is no computecore.dll: neither the feature VirtualMachinePlatform nor Hyper-V is enabled';
  return { ...need, status: 'missing', found, advice: ENABLE };
}

function serviceNeed(
  { services }: HostFacts,
  name: WindowsServiceName,
  title: string,
  enable: string,
  hresult?: HresultName,
): HostNeed {
  const need = { id: `service:${name}`, title, ...(hresult === undefined ? {} : { hresult }) };
  const bad = hresult === undefined ? 'warning' : 'missing';
  const state = services[name];
  switch (state) {
    case 'running':
      return { ...need, status: 'ok', found: `${name} is running`, advice: '' };
    case 'stopped':
      return {
        ...need,
        status: 'ok',
        found: `${name} is stopped; it starts when used`,
        advice: '',
      };
    case 'disabled': {
      const advice = `in an elevated prompt: sc.exe config ${name} start= demand`;
      return { ...need, status: bad, found: `the service ${name} is disabled`, advice };
    }
    case 'absent':
      return { ...need, status: bad, found: `there is no service ${name}`, advice: enable };
    case 'unknown':
      return { ...need, status: 'skipped', found: `Windows did not say of ${name}`, advice: '' };
    default:
      return state satisfies never;
  }
}

function hypervisorNeed({ hypervisor }: HostFacts): HostNeed {
  const need = {
    id: 'hypervisor',
    title: 'Hypervisor',
    hresult: 'HCS_E_HYPERV_NOT_INSTALLED',
  } as const;
  switch (hypervisor) {
    case 'root':
      return {
        ...need,
        status: 'ok',
        found: 'it runs, and lets this Windows make VMs',
        advice: '',
      };
    case 'absent': {
      const found = 'no hypervisor runs, though the features may be there';
      return { ...need, status: 'missing', found, advice: LAUNCH_HYPERVISOR };
    }
    case 'guest': {
      // Told by what Microsoft does not document: not a reason to refuse.
      const found = 'this Windows seems to be a VM itself, without nested virtualisation';
      return { ...need, status: 'warning', found, advice: NESTED };
    }
    case 'unknown':
      return { ...need, status: 'skipped', found: 'Windows did not say', advice: '' };
    default:
      return hypervisor satisfies never;
  }
}
