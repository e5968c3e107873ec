/** The WWW-Authenticate header of a registry (RFC 9110, 11.6.1). A pure codec. */

export interface Challenge {
  /** In lower case: "bearer", "basic". */
  readonly scheme: string;
  /** By names in lower case: realm, service, scope. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Registries need a few hundred. */
const MAX_CHARACTERS = 4096;
/** A scheme, or a parameter with its value. */
const PART = /[\s,]*([A-Za-z0-9_.-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/y;

/** The challenges of a header, in its order; what follows something unreadable is left out. */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = header.slice(0, MAX_CHARACTERS);
  const part = new RegExp(PART);
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const [, name = '', quoted, plain] = match;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return found;
}
