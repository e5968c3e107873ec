/** Where the registry of a reference answers, and which addresses may be spoken to without TLS. Pure. */
import { DEFAULT_DOMAIN, type Reference } from '../reference.ts';

/** docker.io itself serves no API. */
const DOCKER_API_HOST = 'registry-1.docker.io';

/** The registry's address, with "/" for its path: https, but http on this very host. */
export function registryUrl({ domain }: Pick<Reference, 'domain'>): URL {
  const host = domain === DEFAULT_DOMAIN ? DOCKER_API_HOST : domain;
  const url = new URL(`https://${host}/`);
  return isLocalHost(url) ? new URL(`http://${host}/`) : url;
}

/**
 * Whether what the registry names (a redirect's target, a token server) may be asked: by https, or by http where both
 * are on this host; never with a user or password in the address.
 */
export function mayAsk(url: URL, registry: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && registry.protocol === 'http:' && isLocalHost(url);
}

function isLocalHost({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
