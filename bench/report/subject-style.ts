/**
 * What tells subjects apart in charts: a colour, a dash and the shape of a mark, the same in all charts of a report.
 * The colours are in chart-style.ts. Never by colour alone: eight dashes and shapes go round with the eight colours.
 */
import { element, type Markup, round } from './markup.ts';

export interface SubjectStyle {
  /** Names the colour: "s0" to "s7". */
  readonly className: string;
  /** SVG's stroke-dasharray; empty: solid. */
  readonly dash: string;
  readonly shape: Shape;
  /** Ours, or one of those it is compared with. */
  readonly isPeer: boolean;
}

export type Shape =
  | 'circle'
  | 'square'
  | 'diamond'
  | 'triangle'
  | 'cross'
  | 'plus'
  | 'wedge'
  | 'bar';

export const COLOUR_COUNT = 8;
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '12 4', '4 2 1 2', '1 2', '6 2 2 2 2 2'] as const;
const SHAPES: readonly Shape[] = [
  ...(['circle', 'square', 'diamond', 'triangle'] as const),
  ...(['cross', 'plus', 'wedge', 'bar'] as const),
];

/** Ours are "lcow", and what has it as a part: "ctr+lcow", "lcow (pool)". All others are peers. */
export function isOwn(subject: string): boolean {
  return /(?:^|[^a-z0-9])lcow(?:$|[^a-z0-9])/i.test(subject);
}

/** Ours first, "lcow" itself the very first, then by name. */
export function orderSubjects(subjects: Iterable<string>): string[] {
  return [...new Set(subjects)].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

function rank(subject: string): number {
  return subject === 'lcow' ? 0 : isOwn(subject) ? 1 : 2;
}

/** @param subjects all of a report: the order decides */
export function subjectStyles(subjects: Iterable<string>): ReadonlyMap<string, SubjectStyle> {
  return new Map(
    orderSubjects(subjects).map((subject, at) => [
      subject,
      {
        className: `s${at % COLOUR_COUNT}`,
        // A second turn of the colours has other dashes and shapes than the first.
        dash: DASHES[(at + Math.floor(at / COLOUR_COUNT)) % DASHES.length] ?? '',
        shape: SHAPES[(at + Math.floor(at / COLOUR_COUNT)) % SHAPES.length] ?? 'circle',
        isPeer: !isOwn(subject),
      },
    ]),
  );
}

/** The style of a subject that may not be among those known. */
export function styleOf(styles: ReadonlyMap<string, SubjectStyle>, subject: string): SubjectStyle {
  return styles.get(subject) ?? { className: 's7', dash: '', shape: 'circle', isPeer: false };
}

/** A mark with its middle at a place. */
export function mark(shape: Shape, x: number, y: number, radius = 4.5): Markup {
  const r = radius;
  const at = (dx: number, dy: number): string => `${round(x + dx)} ${round(y + dy)}`;
  const closed = (...points: (readonly [number, number])[]): string =>
    `M${points.map(([dx, dy]) => at(dx, dy)).join('L')}Z`;
  const paths: Readonly<Record<Shape, string>> = {
    circle: `M${at(-r, 0)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
    square: closed([-r, -r], [r, -r], [r, r], [-r, r]),
    diamond: closed([0, -r * 1.3], [r * 1.3, 0], [0, r * 1.3], [-r * 1.3, 0]),
    triangle: closed([0, -r * 1.2], [r * 1.2, r], [-r * 1.2, r]),
    cross: `M${at(-r, -r)}L${at(r, r)}M${at(-r, r)}L${at(r, -r)}`,
    plus: `M${at(0, -r)}L${at(0, r)}M${at(-r, 0)}L${at(r, 0)}`,
    wedge: closed([0, r * 1.2], [r * 1.2, -r], [-r * 1.2, -r]),
    bar: closed([-r * 0.4, -r * 1.3], [r * 0.4, -r * 1.3], [r * 0.4, r * 1.3], [-r * 0.4, r * 1.3]),
  };
  return element('path', { class: 'mark', d: paths[shape] });
}
