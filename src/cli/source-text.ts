import { readableInstant } from '../domain/instant.ts';
import { removalsHeldWords } from '../flow/sources.ts';
import type { Polled, SourceView } from '../flow/sources.ts';
import { duration, timeLeft } from './duration.ts';
import { shorten, shownText } from './shown.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

const MINUTE_MS = 60_000;
const REJECTS_SHOWN = 5;

/** Sources as a list, and below it what is amiss. */
export function sourcesText(sources: readonly SourceView[], now: number, style: Style): string {
  const columns: readonly Column<SourceView>[] = [
    { title: 'source', max: 30, value: ({ name }) => safeText(name) },
    { title: 'operation', max: 24, value: ({ operation }) => safeText(operation) },
    { title: 'kind', value: ({ kind }) => kind },
    { title: 'every', value: ({ everyMinutes }) => duration(everyMinutes * MINUTE_MS) },
    { title: 'read', value: ({ state }) => momentOf(state.polledAt) },
    { title: 'news', value: ({ state }) => momentOf(state.changedAt) },
    { title: 'next', value: ({ rests, state }) => rests ?? (state.nextAt === null ? 'now' : timeLeft(state.nextAt, now)) },
    { title: 'failures', value: ({ state }) => (state.failures === 0 ? null : String(state.failures)) },
  ]; // prettier-ignore
  const amiss = sources.flatMap(({ name, state, removalsHeld }) => [
    ...(removalsHeld === null ? [] : [`${name}: ${removalsHeldWords(name, removalsHeld)}`]),
    ...(state.problem === null ? [] : [`${name}: ${state.problem}`]),
    ...state.leftOut.map((what) => `${name}: left out: ${what}`),
  ]);
  return [
    table(sources, columns, style),
    ...(amiss.length === 0 ? [] : [amiss.map((line) => `${style.yellow(safeText(line))}\n`).join('')]),
  ].join('\n');
}

function momentOf(instant: number | null): string | null {
  return instant === null ? null : readableInstant(instant);
}

/** How one source is put on record. */
export function sourceText({ name, kind, url, operation, everyMinutes, words, credential }: SourceView): string {
  const said = Object.entries(words).map(([word, value]) => (value === true ? word : `${word} ${String(value)}`));
  return (
    `${safeText(`${name} is fetched for ${operation} every ${duration(everyMinutes * MINUTE_MS)} (${kind})`)} from\n` +
    `  ${shownText(url)}\n` +
    `  as: ${safeText(said.length === 0 ? 'nothing said of it' : said.join(', '))}` +
    `${credential === null ? '' : safeText(`; with the credential ${credential}`)}\n` +
    'A worker does that (traffic.fetch), or: dismantle source poll\n'
  );
}

export function polledText(polled: Polled, style: Style): string {
  const { source, outcome, imports, leftOut, problem, hasMore, removalsHeld } = polled;
  const news = imports.filter(({ duplicate }) => !duplicate);
  const sum = (pick: (each: (typeof imports)[number]) => number): number =>
    news.reduce((total, each) => total + pick(each), 0);
  const lines = [
    outcome === 'nothing-new'
      ? `${safeText(source)}: nothing new`
      : `${safeText(source)}: ${sum((each) => each.accepted)} rows accepted, ${sum((each) => each.rejected)} rejected, ${sum((each) => each.withdrawn)} withdrawn`,
  ];
  for (const { file, line, value, reason } of news.flatMap(({ rejections }) => rejections).slice(0, REJECTS_SHOWN)) {
    lines.push(style.dim(`  ${safeText(file)}, line ${line}: ${shorten(shownText(value), 48)}: ${safeText(reason)}`));
  }
  for (const what of leftOut) lines.push(style.yellow(`  left out: ${safeText(what)}`));
  if (removalsHeld !== null) lines.push(style.yellow(`  ${safeText(removalsHeldWords(source, removalsHeld))}`));
  if (problem !== null) lines.push(style.red(`  failed: ${safeText(problem)}`));
  if (hasMore) lines.push('  There is more; the next time goes on with it.');
  return `${lines.join('\n')}\n`;
}
