/** Checks of a Windows host. Pure: from the facts that windows-facts.ts gathers to checks. */
import { type Check, check, type CheckStatus } from './check.ts';

export interface WindowsFacts {
  /** As os.release() says: "10.0.20348". */
  release: string;
  /** Member of the administrators with an elevated token, or of Hyper-V Administrators. */
  rights: 'elevated' | 'hyper-v-administrator' | 'none' | 'unknown';
  /** Whether System32 has computecore.dll, which the compute service's calls are in. */
  computeCore: boolean;
  /** State of the services, as `sc query` says. */
  services: Readonly<Record<WindowsService, 'running' | 'stopped' | 'absent'>>;
}

/** vmcompute is the Host Compute Service; hns the network service; vmms Hyper-V's, which Plan 9 shares need. */
export type WindowsService = 'vmcompute' | 'hns' | 'vmms';

/** Windows 10 1809 and Server 2019: the first with computecore.dll and HCS schema 2. */
const OLDEST_BUILD = 17763;
/** Server 2025 and Windows 11 24H2. */
const NEWEST_KNOWN_BUILD = 26100;

/** Every check of a Windows host but those that all hosts share. */
export function windowsChecks(facts: WindowsFacts): Check[] {
  return [
    checkBuild(facts),
    checkRights(facts),
    checkPlatform(facts),
    checkService(facts, 'vmcompute', 'missing', 'Host Compute Service'),
    checkService(facts, 'hns', 'warning', 'Host Network Service'),
    checkService(facts, 'vmms', 'warning', 'Hyper-V management (Plan 9 shares need it)'),
  ];
}

function checkBuild({ release }: WindowsFacts): Check {
  const build = Number(/^10\.0\.(\d+)/.exec(release)?.[1]);
  const title = 'Windows build';
  if (!Number.isInteger(build)) {
    return check('build', title, 'wrong', release, `Windows 10 or newer, build ${OLDEST_BUILD}`);
  }
  if (build < OLDEST_BUILD) {
    const advice = `update to build ${OLDEST_BUILD} (Windows 10 1809, Server 2019) or newer`;
    return check('build', title, 'wrong', String(build), advice);
  }
  const known = build > NEWEST_KNOWN_BUILD ? `${build}, newer than what was tested` : String(build);
  return check('build', title, 'ok', known, '');
}

function checkRights({ rights }: WindowsFacts): Check {
  const title = 'Elevation';
  switch (rights) {
    case 'elevated':
      return check('elevation', title, 'ok', 'elevated administrator', '');
    case 'hyper-v-administrator':
      return check('elevation', title, 'ok', 'member of Hyper-V Administrators', '');
    case 'none':
      return check(
        'elevation',
        title,
        'wrong',
        'neither elevated nor in Hyper-V Administrators; the compute service refuses (0x8037011B)',
        'start from an elevated prompt, or join the group Hyper-V Administrators',
      );
    case 'unknown':
      return check('elevation', title, 'skipped', 'whoami could not tell', '');
    default:
      return rights satisfies never;
  }
}

function checkPlatform({ computeCore }: WindowsFacts): Check {
  return computeCore
    ? check('features', 'Features', 'ok', 'computecore.dll is here', '')
    : check(
        'features',
        'Features',
        'missing',
        'no computecore.dll: neither VirtualMachinePlatform nor Hyper-V is enabled',
        'as administrator: dism /online /enable-feature /featurename:VirtualMachinePlatform /all',
      );
}

function checkService(
  { services }: WindowsFacts,
  name: WindowsService,
  whenAbsent: CheckStatus,
  title: string,
): Check {
  const id = `service:${name}`;
  const state = services[name];
  if (state !== 'absent') return check(id, title, 'ok', `${name} is ${state}`, '');
  const advice = 'enable the features VirtualMachinePlatform or Hyper-V, and restart';
  return check(id, title, whenAbsent, `no service ${name}`, advice);
}
