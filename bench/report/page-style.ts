/** The look of the report's page; the charts' is in chart-style.ts. Data only: one text, which the page's policy names. */
import { CHART_STYLE, COLOUR_STYLE } from './chart-style.ts';

const LAYOUT = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 12px}
h1{font-size:1.6rem;line-height:1.25;margin:1.2rem 0 .4rem}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--rule)}
h3{font-size:1.1rem;margin:1.6rem 0 .4rem}
h4{font-size:1rem;margin:1.2rem 0 .3rem}
p,ul{margin:.5rem 0}
a{color:var(--link)}
.soft{color:var(--soft)}
.skip{position:absolute;left:-9999px}
.skip:focus{position:static;display:inline-block;padding:.6rem 1rem}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
[hidden]{display:none!important}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;list-style:none}
nav a{display:inline-block;padding:.35rem 0}
form{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;align-items:end;padding:.8rem;margin:.8rem 0;background:var(--panel);border:1px solid var(--rule);border-radius:6px}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend,.name{display:block;font-size:.85rem;color:var(--soft);padding:0}
fieldset label,.check{display:inline-flex;align-items:center;gap:.4rem;min-height:2.5rem;margin-right:.9rem}
select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:4px;min-height:2.5rem;padding:0 .5rem;max-width:100%}
input{width:1.15rem;height:1.15rem;margin:0;accent-color:var(--link)}
figure{margin:.6rem 0 1rem}
figcaption{font-weight:600}
figcaption .soft{font-weight:400}
details{margin:.3rem 0}
summary{cursor:pointer;padding:.4rem 0;color:var(--link)}
.scroll{overflow-x:auto;max-width:100%;border:1px solid var(--rule);border-radius:4px;margin:.5rem 0}
table{border-collapse:collapse;min-width:100%;font-size:.9rem}
caption{text-align:left;padding:.5rem .6rem;color:var(--soft)}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-top:1px solid var(--rule);white-space:nowrap}
thead th{background:var(--panel)}
.number{text-align:right;font-variant-numeric:tabular-nums}
.breaks td{white-space:normal;overflow-wrap:anywhere;min-width:11rem}
.chart{display:block;width:100%;height:auto;max-width:760px}
.narrow,.log{display:none}
:root[data-axis=log] .log.wide{display:block}
:root[data-axis=log] .lin{display:none}
:root[data-peers=off] .peer{display:none}
@media (max-width:799px){
.wide,:root[data-axis=log] .log.wide{display:none}
.narrow.lin,.narrow.both{display:block}
:root[data-axis=log] .narrow.log{display:block}
:root[data-axis=log] .narrow.lin{display:none}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{form,nav,.skip{display:none}.scroll{overflow:visible}body{background:#fff}}
`;

export const PAGE_STYLE = `${COLOUR_STYLE}${LAYOUT}${CHART_STYLE}`;
