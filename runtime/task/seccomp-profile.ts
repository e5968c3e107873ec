/**
 * A seccomp profile as people have it, in the OCI specification's form. Docker's profiles choose rules by
 * capability, architecture and kernel version; the OCI form has those choices made.
 */
import type { OciSeccomp } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';

const OP = 'use the seccomp profile';
const MOST_RULES = 4096;
/** By Node's process.arch: Docker's name, and the specification's with those that run beside it. */
const ARCHITECTURES: Readonly<Record<string, { docker: string; oci: readonly string[] }>> = {
  x64: { docker: 'amd64', oci: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  arm64: { docker: 'arm64', oci: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'] },
};

/** What rules are chosen by. */
export interface SeccompSubject {
  /** The container's, "CAP_...". */
  readonly capabilities: readonly string[];
  /** process.arch's. Default: this process's, which the guest shares. */
  readonly arch?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** @param profile parsed JSON of a profile @throws RuntimeError invalid-argument, naming the field */
export function ociSeccomp(profile: unknown, subject: SeccompSubject): OciSeccomp {
  const { defaultAction, defaultErrnoRet, architectures, archMap, flags, syscalls } = object(
    'profile',
    profile,
  );
  const arch = ARCHITECTURES[subject.arch ?? process.arch];
  const rules = list('syscalls', syscalls ?? []);
  if (rules.length > MOST_RULES) refuse(OP, rules.length, `rules are more than ${MOST_RULES}`);
  const named = architectures === undefined ? undefined : names('architectures', architectures);
  return {
    defaultAction: action('defaultAction', defaultAction),
    ...errno('defaultErrnoRet', defaultErrnoRet, 'defaultErrnoRet'),
    ...(named !== undefined
      ? { architectures: named }
      : archMap === undefined
        ? {}
        : { architectures: arch?.oci ?? [] }),
    ...(flags === undefined ? {} : { flags: names('flags', flags) }),
    syscalls: rules.flatMap((rule, index) =>
      ociRule(`syscalls[${index}]`, object(`syscalls[${index}]`, rule), subject, arch?.docker),
    ),
  };
}

function ociRule(
  at: string,
  rule: Json,
  { capabilities }: SeccompSubject,
  arch: string | undefined,
): NonNullable<OciSeccomp['syscalls']>[number][] {
  const includes = condition(`${at}.includes`, rule['includes']);
  const excludes = condition(`${at}.excludes`, rule['excludes']);
  const has = (name: string): boolean => capabilities.includes(name);
  // The guest's kernel is newer than any minKernel that Docker's profiles name.
  const applies =
    includes.caps.every(has) &&
    (includes.arches.length === 0 || includes.arches.includes(arch ?? '')) &&
    !excludes.caps.some(has) &&
    !excludes.arches.includes(arch ?? '') &&
    !excludes.minKernel;
  if (!applies) return [];
  const { name, args } = rule;
  const all = rule['names'] ?? (name === undefined ? undefined : [name]);
  return [
    {
      names: names(`${at}.names`, all),
      action: action(`${at}.action`, rule['action']),
      ...errno(`${at}.errnoRet`, rule['errnoRet'], 'errnoRet'),
      ...(args === undefined || args === null
        ? {}
        : { args: list(`${at}.args`, args).map((arg) => argument(`${at}.args`, arg)) }),
    },
  ];
}

function argument(at: string, value: unknown) {
  const { index, value: first, valueTwo, op } = object(at, value);
  const number = (what: unknown): what is number => typeof what === 'number' && what >= 0;
  if (!number(index) || index > 5 || !number(first) || !/^SCMP_CMP_[A-Z_]+$/.test(String(op))) {
    refuse(OP, value, `(${at}) is not {index, value, op}`);
  }
  return {
    index,
    value: first,
    ...(number(valueTwo) ? { valueTwo } : {}),
    op: String(op),
  };
}

function condition(at: string, value: unknown) {
  const { caps = [], arches = [], minKernel } = value == null ? ({} as Json) : object(at, value);
  return {
    caps: names(`${at}.caps`, caps),
    arches: names(`${at}.arches`, arches),
    minKernel: typeof minKernel === 'string',
  };
}

function action(at: string, value: unknown): string {
  if (typeof value === 'string' && /^SCMP_ACT_[A-Z_]{1,24}$/.test(value)) return value;
  return refuse(OP, value ?? null, `(${at}) is not an action such as SCMP_ACT_ERRNO`);
}

function errno<K extends string>(at: string, value: unknown, key: K): { [P in K]?: number } {
  if (value === undefined || value === null) return {};
  const good = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 4096;
  return good
    ? ({ [key]: value } as { [P in K]: number })
    : refuse(OP, value, `(${at}) is no errno`);
}

function names(at: string, value: unknown): string[] {
  return list(at, value).map((name) =>
    typeof name === 'string' && /^\w{1,64}$/.test(name)
      ? name
      : refuse(OP, name, `(${at}) is no name`),
  );
}

function list(at: string, value: unknown): unknown[] {
  return Array.isArray(value) && value.length <= MOST_RULES
    ? value
    : refuse(OP, value ?? null, `(${at}) is not a list of at most ${MOST_RULES}`);
}

function object(at: string, value: unknown): Json {
  const good = typeof value === 'object' && value !== null && !Array.isArray(value);
  return good ? (value as Json) : refuse(OP, value ?? null, `(${at}) is not an object`);
}
