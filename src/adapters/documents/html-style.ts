import { INKS } from '../../domain/drawing.ts';

/** What each colour is, in light (and in print) and in dark. Text passes 4.5:1 on paper (WCAG 2.2, 1.4.3). */
const COLOURS = {
  ink: ['#16202a', '#e4e8ec'],
  muted: ['#55616d', '#a3aeb8'],
  rule: ['#d9dee3', '#343d46'],
  paper: ['#ffffff', '#12181e'],
  land: ['#e6e9ec', '#2a333b'],
  sea: ['#ffffff', '#12181e'],
  disabled: ['#1d4f7c', '#7fb2e0'],
  'disabled-fill': ['#6d97bd', '#4f81ad'],
  'disabled-soft': ['#bfd2e2', '#34536f'],
  live: ['#a83a1c', '#f0916f'],
  'live-soft': ['#e9b9a6', '#7a4433'],
  notice: ['#6a5a1e', '#d3bd6a'],
} as const;

const variables = (which: 0 | 1): string => INKS.map((ink) => `--${ink}:${COLOURS[ink][which]}`).join(';');
const classes = INKS.map((ink) => `.f-${ink}{fill:var(--${ink})}.s-${ink}{stroke:var(--${ink})}`).join('');

/** The style of the page: nothing in it is fetched from anywhere. */
export const PAGE_STYLE = `:root{color-scheme:light dark;${variables(0)};--wash:#f4f6f8;--caution:#faf6ea;--caution-rule:#b9a14a}
@media (prefers-color-scheme:dark){:root{${variables(1)};--wash:#1a2229;--caution:#211f16;--caution-rule:#8d7b3a}}
*{box-sizing:border-box}
html{font-size:16px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 1rem/1.55 -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
.page{max-width:60rem;margin:0 auto;padding:3.5rem 1.5rem 4rem}
header{border-top:6px solid var(--disabled);padding-top:1.4rem}
.by{margin:0 0 .6rem;color:var(--muted);font-size:.875rem}
h1,h2,h3,.lead{font-family:Charter,"Bitstream Charter","Iowan Old Style",Georgia,"Liberation Serif",serif;font-weight:600;line-height:1.2;text-wrap:balance}
h1{font-size:2.5rem;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
.sub{font-size:1.15rem;color:var(--muted);margin:.45rem 0 0}
h2{font-size:1.6rem;margin:3.4rem 0 .7rem;padding-top:1.1rem;border-top:1px solid var(--rule)}
h3{font-size:1.1rem;margin:1.8rem 0 .4rem}
p{margin:.6rem 0;max-width:44rem;overflow-wrap:anywhere}
.lead{font-size:1.3rem;line-height:1.4;font-weight:500;margin:1.7rem 0 0;max-width:none;text-wrap:pretty}
.small{font-size:.875rem;color:var(--muted)}
a{color:inherit;text-decoration:underline;text-decoration-color:var(--disabled-fill);text-decoration-thickness:1px;text-underline-offset:.18em}
a:hover{text-decoration-color:currentColor}
a:focus-visible{outline:2px solid var(--disabled);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
.figures{display:grid;grid-template-columns:repeat(4,1fr);margin:1.9rem 0 2rem;border-top:1px solid var(--ink);border-bottom:1px solid var(--rule)}
.figures>div{padding:.9rem 1rem 1rem;border-left:1px solid var(--rule)}
.figures>div:first-child{padding-left:0;border-left:0}
.figures dt{font-size:.8125rem;color:var(--muted)}
.figures .v{margin:.15rem 0 .2rem;font:600 1.55rem/1.15 Charter,"Bitstream Charter",Georgia,"Liberation Serif",serif;font-variant-numeric:lining-nums}
.figures .n{margin:0;font-size:.8125rem;line-height:1.4;color:var(--muted)}
.notice{background:var(--caution);border-left:3px solid var(--caution-rule);padding:1rem 1.3rem 1.1rem;margin:1.5rem 0}
.notice h2{border:0;padding:0;margin:0 0 .4rem;font-size:1.05rem}
.notice ul{margin:0;padding-left:1.1rem;font-size:.9rem;line-height:1.5}
.notice li{margin:.28rem 0}
nav{margin:1.6rem 0 0;font-size:.875rem}
nav ol{list-style:none;margin:0;padding:0;columns:3 12rem;column-gap:2rem}
nav li{margin:0;padding:.15rem 0;break-inside:avoid}
.scroll{overflow-x:auto;margin:1rem 0 1.6rem}
table{border-collapse:collapse;width:100%;font-size:.8125rem;line-height:1.42;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-weight:600;padding:0 0 .4rem}
th,td{padding:.38rem .8rem .38rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);overflow-wrap:break-word}
th:last-child,td:last-child{padding-right:0}
thead th{vertical-align:bottom;font-weight:600;color:var(--muted);border-bottom:1px solid var(--ink);font-size:.75rem}
tbody th{font-weight:500}
.r{text-align:right}
td.h{min-width:5.2rem}
tr:target td,tr:target th,dt:target,dt:target+dd{background:var(--wash)}
figure{margin:1.6rem 0 2rem}
figcaption{font-size:.875rem;color:var(--muted);margin:0 0 .5rem;max-width:44rem}
figcaption a{color:var(--ink)}
svg{display:block;width:100%;height:auto;max-width:58rem}
svg path{stroke-linejoin:round}
.t{font-family:-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
.b{font-weight:600}.a-middle{text-anchor:middle}.a-end{text-anchor:end}.f-none{fill:none}
${classes}
details{font-size:.875rem;margin:.4rem 0 0}
summary{cursor:pointer;color:var(--muted)}
dl.terms dt{font-weight:600;margin-top:.9rem}
dl.terms dd{margin:.1rem 0 0;max-width:44rem}
footer{margin-top:3.5rem;border-top:1px solid var(--rule);padding-top:.8rem;font-size:.8125rem;color:var(--muted);overflow-wrap:anywhere}
@media (max-width:44rem){.page{padding:1.5rem 1rem 3rem}h1{font-size:1.9rem}.figures{grid-template-columns:repeat(2,1fr)}.figures>div{border-left:0;padding-left:0}.lead{font-size:1.12rem}}
@page{size:A4;margin:18mm 16mm 20mm}
@media print{:root{color-scheme:light;${variables(0)};--wash:#fff;--caution:#faf6ea;--caution-rule:#b9a14a}
html{font-size:11.5px}.page{max-width:none;padding:0}nav,.skip{display:none}
.scroll{overflow:visible}a{text-decoration-color:var(--rule)}
h2,h3,figcaption,caption{break-after:avoid}tr,figure,.notice,.figures,dt{break-inside:avoid}thead{display:table-header-group}
figure{break-inside:auto}.chart{break-inside:avoid}details>summary{display:none}details::details-content{content-visibility:visible}}
`;
