/**
 * What an update changes. Callers send every field and 0 or "" for what stays: dockerd does, and runc, which they were
 * written for, takes those as not given; a cgroup file that they are written to refuses them, or means another thing.
 * Which fields there are, and their values: the guest's.
 */

/** OCI LinuxResources as JSON, without what is 0 or "". What is no such JSON is left to the guest, which refuses it. */
export function changedResources(resources: Uint8Array): Uint8Array {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(resources));
  } catch {
    return resources;
  }
  let dropped = false;
  const kept = clean(found);
  // Numbers beyond 2^53 are as they were sent where nothing had to go.
  return dropped ? new TextEncoder().encode(JSON.stringify(kept)) : resources;

  /** Lists, such as limits of devices, are as they are. */
  function clean(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).filter(([, each]) => each !== 0 && each !== '');
    dropped ||= entries.length < Object.keys(value).length;
    return Object.fromEntries(entries.map(([key, each]) => [key, clean(each)]));
  }
}
