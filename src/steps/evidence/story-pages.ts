import { plain } from '../../ledger/report-text.ts';

/** One thing that happened, with what shows it. */
export interface StoryEvent {
  readonly sequence: number;
  /** ISO 8601 UTC; null where even that is kept back. */
  readonly at: string | null;
  readonly sentence: string;
  /** What its rows say. */
  readonly details: readonly string[];
  readonly links: readonly StoryLink[];
  /** Why it is not told; null where it is. */
  readonly keptBack: string | null;
}

export interface StoryLink {
  readonly label: string;
  /** The file's name in the bundle. */
  readonly file: string;
}

export interface StoryHead {
  readonly title: string;
  /** Sentences below the title. */
  readonly lead: readonly string[];
  /** Name and value, one a line. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 Georgia, 'Times New Roman', serif; color: #1c1c1c; background: #fff; margin: 2.5rem auto; max-width: 52rem; padding: 0 1.25rem; }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #bbb; padding-bottom: .2rem; }
p { margin: .4rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; font-size: .9rem; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
code, .mono { font: .85em/1.4 ui-monospace, Consolas, monospace; }
ol.story { list-style: none; margin: 0; padding: 0; }
ol.story > li { display: grid; grid-template-columns: 10.5rem 1fr; gap: 1rem; padding: .55rem 0; border-top: 1px solid #e3e3e3; break-inside: avoid; }
ol.story time { font-size: .82rem; color: #444; font-variant-numeric: tabular-nums; }
ol.story .entry { display: block; color: #777; }
ol.story ul { margin: .3rem 0; padding-left: 1.1rem; font-size: .9rem; overflow-wrap: anywhere; }
.what { overflow-wrap: anywhere; }
.links { font-size: .85rem; margin-top: .2rem; }
.links a { margin-right: .9rem; }
a { color: #14477a; text-underline-offset: .15em; }
.back { color: #6a4a00; font-style: italic; }
nav { margin: 1rem 0; font-size: .9rem; }
nav a { margin-right: 1rem; }
@media (max-width: 40rem) { ol.story > li { grid-template-columns: 1fr; gap: .1rem; } }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; } a { color: inherit; } .links a::after { content: ' (' attr(href) ')'; font-size: .85em; color: #555; } }
`;

/** The page that the bundle opens with: no script, nothing from elsewhere. `up` leads from the page to the bundle's folder. */
export function storyHtml(
  head: StoryHead,
  events: readonly StoryEvent[],
  pages: readonly StoryLink[],
  up: '' | '../',
): string {
  const lead = head.lead.map((sentence) => `<p>${escaped(sentence)}</p>\n`).join('');
  const facts = head.facts
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd class="mono">${escaped(value)}</dd>\n`)
    .join('');
  const links = pages.map(({ label, file }) => `<a href="${up}${escaped(file)}">${escaped(label)}</a>\n`).join('');
  const story =
    events.length === 0
      ? ''
      : `<h2>What happened, in order</h2>\n<ol class="story">\n${events.map((event) => eventHtml(event, up)).join('')}</ol>\n`;
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n` +
    `<title>${escaped(head.title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<h1>${escaped(head.title)}</h1>\n` +
    `${lead}${facts === '' ? '' : `<dl>\n${facts}</dl>\n`}${links === '' ? '' : `<nav>\n${links}</nav>\n`}${story}</body>\n</html>\n`
  );
}

function eventHtml({ at, details, keptBack, links, sentence, sequence }: StoryEvent, up: string): string {
  const time = at === null ? 'time kept back' : `<time datetime="${escaped(at)}">${escaped(shownTime(at))}</time>`;
  const rows = details.length === 0 ? '' : `<ul>${details.map((row) => `<li>${escaped(row)}</li>`).join('')}</ul>`;
  const shown = links.map(({ label, file }) => `<a href="${up}${escaped(file)}">${escaped(label)}</a>`).join('');
  const said = keptBack === null ? escaped(sentence) : `<span class="back">${escaped(sentence)}</span>`;
  return (
    `<li id="entry-${sequence}"><div>${time}<span class="entry mono">entry ${sequence}</span></div>` +
    `<div class="what">${said}${rows}<div class="links">${shown}</div></div></li>\n`
  );
}

export function storyText(head: StoryHead, events: readonly StoryEvent[], pages: readonly StoryLink[]): string {
  const facts = head.facts.map(([name, value]) => `  ${name}: ${value}\n`).join('');
  const further = pages.map(({ label, file }) => `  ${label}: ${file}\n`).join('');
  return `${plain(head.title)}\n\n${head.lead.map((sentence) => `${sentence}\n`).join('')}\n${facts}\n${further}${events.map(eventText).join('')}`;
}

function eventText({ at, details, links, sentence, sequence }: StoryEvent): string {
  const rows = details.map((row) => `    - ${row}\n`).join('');
  const files = links.map(({ label, file }) => `    ${label}: ${file}\n`).join('');
  return `\n${at === null ? 'time kept back' : shownTime(at)}  entry ${sequence}\n    ${sentence}\n${rows}${files}`;
}

/** "2026-11-23 12:00:00 UTC" */
function shownTime(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
