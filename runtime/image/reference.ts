/**
 * Image references: `[domain/]path[:tag][@digest]`, and their full form with Docker's defaults (docker.io, library,
 * latest). Grammar of distribution/reference; a pure codec.
 */
import { type Digest, isDigest } from './digest.ts';

export interface Reference {
  /** "docker.io", "localhost:5000", "[::1]:5000". */
  domain: string;
  /** "library/busybox". */
  path: string;
  tag?: string;
  digest?: Digest;
}

/** A text is no reference; the message says why. */
export class InvalidReferenceError extends Error {
  override readonly name = 'InvalidReferenceError';
}

export const DEFAULT_DOMAIN = 'docker.io';
const DEFAULT_NAMESPACE = 'library';
const DEFAULT_TAG = 'latest';
const MAX_NAME_LENGTH = 255;

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN =
  /^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Parse what a user typed. "busybox" is docker.io/library/busybox:latest; a digest stands without a default tag. */
export function parseReference(text: string): Reference {
  if (text.length > 1024)
    throw new InvalidReferenceError(`reference has ${text.length} characters`);
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf('@');
  if (at !== -1) {
    const stated = rest.slice(at + 1);
    if (!isDigest(stated)) throw refused(text, `${JSON.stringify(stated)} is no sha256 digest`);
    digest = stated;
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    if (!TAG.test(tag)) throw refused(text, `${JSON.stringify(tag)} is no tag`);
    rest = rest.slice(0, colon);
  }
  let domain = DEFAULT_DOMAIN;
  const slash = rest.indexOf('/');
  const first = slash === -1 ? '' : rest.slice(0, slash);
  if (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()) {
    domain = first === 'index.docker.io' ? DEFAULT_DOMAIN : first;
    rest = rest.slice(slash + 1);
    if (!DOMAIN.test(domain)) throw refused(text, `${JSON.stringify(domain)} is no registry`);
  }
  for (const component of rest.split('/')) {
    if (COMPONENT.test(component)) continue;
    throw refused(
      text,
      `${JSON.stringify(component)} is no part of a name: lower-case letters, digits, and ".", "_", "-" between them`,
    );
  }
  if (domain === DEFAULT_DOMAIN && !rest.includes('/')) rest = `${DEFAULT_NAMESPACE}/${rest}`;
  if (domain.length + 1 + rest.length > MAX_NAME_LENGTH) {
    throw refused(text, `its name is longer than ${MAX_NAME_LENGTH} characters`);
  }
  if (tag === undefined && digest === undefined) tag = DEFAULT_TAG;
  return {
    domain,
    path: rest,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The full form: equal for all ways to write one reference. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.domain}/${reference.path}${tag}${digest}`;
}

/** The short form that people know: "busybox:latest" for docker.io/library/busybox:latest. */
export function familiarReference(full: string): string {
  const official = `${DEFAULT_DOMAIN}/${DEFAULT_NAMESPACE}/`;
  if (full.startsWith(official)) return full.slice(official.length);
  return full.startsWith(`${DEFAULT_DOMAIN}/`) ? full.slice(DEFAULT_DOMAIN.length + 1) : full;
}

function refused(text: string, why: string): InvalidReferenceError {
  return new InvalidReferenceError(`${JSON.stringify(text)} is no image reference: ${why}`);
}
