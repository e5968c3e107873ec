/** LinuxKit's way to write a limit of resources: `name,soft,hard`, numbers or `unlimited`. A pure codec. */

/** As config.json has it. Values are decimal texts: unlimited is 2^64-1, which no JavaScript number is. */
export interface Rlimit {
  readonly type: string;
  readonly soft: bigint;
  readonly hard: bigint;
}

const UNLIMITED = 0xffff_ffff_ffff_ffffn;
const NAMES = new Set(
  (
    'CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO ' +
    'RTTIME'
  )
    .split(' ')
    .map((name) => `RLIMIT_${name}`),
);

/** The limit, or a text that says what is wrong with it. */
export function parseRlimit(text: string): Rlimit | string {
  const parts = text.split(',').map((part) => part.trim());
  const [name = '', soft = '', hard = ''] = parts;
  if (parts.length !== 3) return `must be NAME,SOFT,HARD, is ${JSON.stringify(text)}`;
  const type = `RLIMIT_${name.toUpperCase().replace(/^RLIMIT_/, '')}`;
  if (!NAMES.has(type)) return `there is no limit ${JSON.stringify(name)}`;
  const [softValue, hardValue] = [valueOf(soft), valueOf(hard)];
  for (const [value, word] of [
    [softValue, soft],
    [hardValue, hard],
  ] as const) {
    if (value === undefined) return `must be a number or unlimited, is ${JSON.stringify(word)}`;
  }
  return { type, soft: softValue as bigint, hard: hardValue as bigint };
}

function valueOf(word: string): bigint | undefined {
  if (word.toLowerCase() === 'unlimited') return UNLIMITED;
  if (!/^[0-9]{1,20}$/.test(word)) return undefined;
  const value = BigInt(word);
  return value <= UNLIMITED ? value : undefined;
}
