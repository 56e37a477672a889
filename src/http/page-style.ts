/** The one stylesheet of the pages that the server writes. Light and dark, on paper and on a phone. */
export const PAGE_CSS = `:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b2430; --quiet: #566273; --line: #d9dfe7; --shade: #f4f6f9; --accent: #0b5cad; --on-accent: #ffffff;
  --good: #1a7a4c; --warn: #8a5a00; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --ink: #e6ebf2; --quiet: #9aa7b8; --line: #2c3642; --shade: #1a2029; --accent: #7ab8ff; --on-accent: #0b1420;
    --good: #6fd3a0; --warn: #f0c36d; --bad: #ff9a92;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, body > header, body > footer { max-width: 56rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul, ol, dl { margin: .5rem 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .92em; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.tag { display: inline-block; padding: 0 .45rem; border: 1px solid var(--line); border-radius: .6rem; font-size: .85rem; color: var(--quiet); }
.card { border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; margin: .75rem 0; background: var(--shade); }
.verb { display: inline-block; min-width: 4rem; font-weight: 600; text-transform: uppercase; }
table { border-collapse: collapse; width: 100%; }
.scroll { position: relative; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; }
button, .button {
  font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border-radius: .5rem; border: 1px solid var(--accent);
  background: var(--accent); color: var(--on-accent); cursor: pointer; text-decoration: none; display: inline-block;
}
button.plain, .button.plain { background: transparent; color: var(--accent); }
input, textarea, select {
  font: inherit; width: 100%; min-height: 2.75rem; padding: .5rem .6rem; border: 1px solid var(--quiet); border-radius: .5rem;
  background: var(--paper); color: var(--ink);
}
label.choice { display: inline-block; margin: .25rem 1rem .25rem 0; font-weight: 400; }
.choice input { width: auto; min-height: 0; }
dialog { max-width: 42rem; color: var(--ink); }
dialog::backdrop { background: rgb(0 0 0 / .5); }
dt { color: var(--quiet); } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #333; --line: #999; --shade: #fff; --accent: #000; }
  button, form, nav { display: none; }
  .card { break-inside: avoid; }
}
`;

/** A circle cut in two: what was joined is taken apart. */
export const ICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M14 3a13 13 0 0 0 0 26z" fill="#0b5cad"/><path d="M18 3a13 13 0 0 1 0 26z" fill="#7ab8ff"/></svg>\n';
