/**
 * Numbers as Prometheus reads them: its text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure; what the numbers mean is families.ts.
 */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels?: Labels;
  /** Of each bucket, not cumulated; one more than the bounds. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

export type Family =
  | {
      readonly name: string;
      readonly help: string;
      readonly type: 'counter' | 'gauge';
      readonly samples: readonly Sample[];
    }
  | {
      readonly name: string;
      readonly help: string;
      readonly type: 'histogram';
      /** Upper bounds, ascending, without the last, which is infinite. */
      readonly bounds: readonly number[];
      readonly samples: readonly HistogramSample[];
    };

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families without a sample are left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => {
      const { name, help, type } = family;
      const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
      return head + linesOf(family).join('');
    })
    .join('');
}

function linesOf(family: Family): string[] {
  if (family.type !== 'histogram') {
    return family.samples.map(({ labels, value }) => line(family.name, labels, value));
  }
  const { name, bounds } = family;
  return family.samples.flatMap(({ labels = {}, buckets, sum }) => {
    let count = 0;
    const cumulated = [...bounds, Infinity].map((bound, index) => {
      count += buckets[index] ?? 0;
      return line(`${name}_bucket`, { ...labels, le: numberText(bound) }, count);
    });
    return [...cumulated, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)];
  });
}

function line(name: string, labels: Labels | undefined, value: number): string {
  const pairs = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
