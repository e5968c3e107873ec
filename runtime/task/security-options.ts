/**
 * What `--security-opt` says. Docker's words, read for a guest that has neither AppArmor nor SELinux: turning
 * those off is accepted because it is so already; naming a profile or label is refused.
 */
import type { OciSeccomp } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';

export interface SecurityOptions {
  /** Default false, as in Docker. */
  readonly noNewPrivileges?: boolean;
  /** A filter in the OCI specification's form (seccomp-profile.ts). Default none: the VM is the boundary. */
  readonly seccomp?: OciSeccomp;
  /** No masked and no read-only paths below /proc and /sys. Default false. */
  readonly unconfinedSystemPaths?: boolean;
}

/** As parsed: the filter is a file that the caller reads. */
export interface ParsedSecurityOptions extends Omit<SecurityOptions, 'seccomp'> {
  /** A JSON profile of Docker's or the OCI specification's form. */
  readonly seccomp?: 'unconfined' | { readonly file: string };
}

const OP = 'set a security option';

/** All --security-opt of a command line; later ones win. @throws RuntimeError invalid-argument */
export function parseSecurityOptions(texts: readonly string[]): ParsedSecurityOptions {
  return texts.reduce<ParsedSecurityOptions>(
    (options, text) => ({ ...options, ...parseOne(text) }),
    {},
  );
}

function parseOne(text: string): ParsedSecurityOptions {
  // Docker takes "name=value" and, from older days, "name:value".
  const [, name = '', value] = /^([^=:]*)(?:[=:](.*))?$/s.exec(text) ?? [];
  switch (name) {
    case 'no-new-privileges':
      if (value === undefined || value === 'true') return { noNewPrivileges: true };
      return value === 'false'
        ? { noNewPrivileges: false }
        : refuse(OP, text, 'is not true or false');
    case 'seccomp':
      if (value === undefined || value === '' || value.includes('\0')) {
        return refuse(OP, text, 'is not seccomp=unconfined or seccomp=FILE');
      }
      return { seccomp: value === 'unconfined' ? value : { file: value } };
    case 'apparmor':
      return value === 'unconfined'
        ? {}
        : refuse(OP, text, 'is not there: the guest has no AppArmor');
    case 'label':
      return value === 'disable' ? {} : refuse(OP, text, 'is not there: the guest has no SELinux');
    case 'systempaths':
      return value === 'unconfined'
        ? { unconfinedSystemPaths: true }
        : refuse(OP, text, 'is not systempaths=unconfined');
    default:
      return refuse(
        OP,
        text,
        'is not one of no-new-privileges, seccomp, apparmor, label, systempaths',
      );
  }
}
