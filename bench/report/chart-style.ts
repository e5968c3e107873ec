/**
 * The look of charts, in pages and in files of their own. Colours are custom properties, one set for light and one for
 * dark; each has a contrast of at least 4.5 to its background (a test computes it). Data only.
 */

export type Colours = Readonly<Record<string, string>>;

/** Blue, orange, green, purple, brown, teal, red, grey: told apart by those who do not see red or green as well. */
export const LIGHT: Colours = {
  paper: '#ffffff',
  panel: '#f3f5f7',
  ink: '#16191d',
  soft: '#4a525c',
  rule: '#c9d0d8',
  link: '#0a4fa3',
  focus: '#0a4fa3',
  s0: '#0b5cad',
  s1: '#a84600',
  s2: '#00694a',
  s3: '#7d3380',
  s4: '#6b5200',
  s5: '#00626f',
  s6: '#ad1240',
  s7: '#545b63',
};

export const DARK: Colours = {
  paper: '#14171b',
  panel: '#1e2329',
  ink: '#eceff2',
  soft: '#b4bcc6',
  rule: '#434b55',
  link: '#8cc4ff',
  focus: '#ffd166',
  s0: '#74b9ff',
  s1: '#ff9f5a',
  s2: '#52d3a4',
  s3: '#dd9be0',
  s4: '#dec04c',
  s5: '#5fd0df',
  s6: '#ff8ea6',
  s7: '#bcc3cb',
};

const rules = (colours: Colours): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** Of what is looked at: the system's choice, unless the page's root says another. */
export const COLOUR_STYLE = `
:root{${rules(LIGHT)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${rules(DARK)}}}
:root[data-theme=dark]{${rules(DARK)}}
`;

const series = Array.from({ length: 8 }, (_, at) => `.s${at}{--c:var(--s${at})}`).join('\n');

export const CHART_STYLE = `
.chart{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.chart text{fill:var(--ink)}
.chart .paper{fill:var(--paper)}
.chart .soft{fill:var(--soft)}
.chart .head{font-size:14px;font-weight:600}
.chart .end{text-anchor:end}
.chart .middle{text-anchor:middle}
.chart .grid{stroke:var(--rule);stroke-width:1;fill:none}
.chart .axis{stroke:var(--soft);stroke-width:1;fill:none}
.chart .line{stroke:var(--c);stroke-width:2;fill:none;stroke-linejoin:round}
.chart .thin{stroke:var(--c);stroke-width:1.25;fill:none}
.chart .own .line{stroke-width:2.75}
.chart .mark{stroke:var(--c);stroke-width:1.75;fill:var(--c)}
.chart .dots{stroke:var(--c);stroke-width:4.5;stroke-linecap:round;fill:none;stroke-opacity:.6}
.chart .box{stroke:var(--c);stroke-width:1.5;fill:var(--c);fill-opacity:.14}
.chart .median{stroke:var(--c);stroke-width:3;fill:none}
.chart .bar{fill:var(--c)}
.chart .frame{stroke:var(--c);stroke-width:1}
.chart .spread{stroke:var(--ink);stroke-width:1.25;fill:none}
.chart .hatch{stroke:var(--c);stroke-width:3}
.chart .span{fill:var(--c);fill-opacity:.25;stroke:var(--c);stroke-width:.5}
${series}
`;

/** The style of a chart in a file of its own. */
export const STAND_ALONE_STYLE = `${COLOUR_STYLE}${CHART_STYLE}`;
