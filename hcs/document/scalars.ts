/** The scalar forms that HCS's schema uses in many places: GUIDs, numbers as keys, host paths, SDDL. */
import { string, type MapKey } from './decoder.ts';

const GUID = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/;

/** True for a GUID without braces, in either case. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** A GUID field. HCS parses these as it reads the JSON, so a bad one is INVALID_JSON. */
export const guid = string({ pattern: GUID, what: 'a GUID', kind: 'malformed' });

/** A path on the host, absolute or not; what it names is looked at when the system starts. */
export const hostPath = string({ what: 'a host path' });

/** Free text that may be empty. */
export const text = string({ empty: true });

/** A security descriptor in SDDL, as far as a look can tell. */
export const securityDescriptor = string({
  pattern: /^(?:[OGDS]:[^:]*)+$/s,
  what: 'a security descriptor in SDDL, for example "D:P(A;;FA;;;SY)"',
});

/** Six hexadecimal pairs. */
export const macAddress = string({
  pattern: /^[0-9A-Fa-f]{2}(?:([-:])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4})$/,
  what: 'a MAC address such as "00-15-5D-01-02-03"',
});

/** GUID keys are kept in lower case, so that equal ones are equal strings. */
export const guidKey: MapKey = {
  what: 'GUIDs',
  normalize: (key) => (isGuid(key) ? key.toLowerCase() : undefined),
};

/** A SCSI controller's key: a GUID (kept in lower case) or a name that can stand in a resource path. */
export const controllerKey: MapKey = {
  what: 'GUIDs or names of 1 to 128 letters, digits, "_", "." and "-"',
  normalize(key) {
    if (isGuid(key)) return key.toLowerCase();
    return /^[A-Za-z0-9_.-]{1,128}$/.test(key) ? key : undefined;
  },
};

/** Decimal keys 0..max in their shortest form, multiples of `multipleOf`. */
export function numberKey(max: number, multipleOf = 1): MapKey {
  const multiple = multipleOf === 1 ? '' : `, multiples of ${multipleOf}`;
  return {
    what: `decimal numbers from 0 to ${max}${multiple}`,
    normalize(key) {
      if (!/^(?:0|[1-9][0-9]{0,15})$/.test(key)) return undefined;
      const value = Number(key);
      return value <= max && value % multipleOf === 0 ? key : undefined;
    },
  };
}
