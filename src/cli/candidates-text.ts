import type { OfferedCandidates, RecordedFingerprints } from '../flow/candidates.ts';
import type { Rejection } from '../domain/import-outcome.ts';
import { readableInstant } from '../domain/instant.ts';
import type { CandidateView, FingerprintView } from '../ports/candidates.ts';
import { shownHost, shownText } from './shown.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

/** How many rows of a kind a terminal shows. */
const ROWS_SHOWN = 20;

export function rejectionLines(rejected: readonly Rejection[], count: number, style: Style): readonly string[] {
  if (count === 0) return [];
  return [
    style.yellow(`${count} rejected:`),
    ...rejected.slice(0, ROWS_SHOWN).map(({ file, line, value, reason }) => {
      const where = line === 0 ? '' : `${safeText(file)}, line ${line}: `;
      return `  ${where}${shownText(value)}: ${shownText(reason)}`;
    }),
    ...(count > ROWS_SHOWN ? [`  … and ${count - ROWS_SHOWN} more: --json`] : []),
  ];
}

export function recordedText({ recorded, repeated, rejected }: RecordedFingerprints, style: Style): string {
  const lines = [
    `${recorded.length} ${recorded.length === 1 ? 'fingerprint' : 'fingerprints'} put on file`,
    ...recorded
      .slice(0, ROWS_SHOWN)
      .map((each) => `  ${shortId(each.fingerprintId)}  ${printText(each.kind, each.value)}`),
    ...(recorded.length > ROWS_SHOWN
      ? [`  … and ${recorded.length - ROWS_SHOWN} more: dismantle fingerprint list`]
      : []),
    ...(repeated === 0 ? [] : [`${repeated} stood there already, by the same source`]),
    ...rejectionLines(rejected, rejected.length, style),
  ];
  return `${lines.join('\n')}\n`;
}

export function fingerprintsText(fingerprints: readonly FingerprintView[], style: Style): string {
  if (fingerprints.length === 0) return 'No fingerprint is on file.\n';
  return table(
    fingerprints,
    [
      { title: 'id', value: ({ fingerprintId }) => shortId(fingerprintId) },
      { title: 'kind', value: ({ kind }) => kind },
      { title: 'value', value: ({ value }) => shownText(value), max: 64 },
      { title: 'tied by', value: ({ source }) => shownText(source), max: 24 },
      { title: 'group', value: ({ group }) => shownText(group), max: 20 },
      { title: 'seen', value: ({ seenAt }) => dayOf(seenAt) },
      { title: 'servers', right: true, value: ({ servers }) => servers },
      {
        title: 'state',
        value: ({ withdrawnAt }) => (withdrawnAt === null ? 'counts' : `withdrawn ${dayOf(withdrawnAt)}`),
      },
      { title: 'note', value: ({ note, withdrawal }) => shownText(withdrawal ?? note), max: 32 },
    ],
    style,
  );
}

/** @param next the command that shows what waits */
export function offeredText(outcome: OfferedCandidates, next: string, style: Style): string {
  const { rows, bare, matching, offered, repeated, tracked, leftOver, common, rejected, rejections } = outcome;
  const lines = [
    `${rows} rows searched, ${bare} without a fingerprint; ${matching} carry what is known`,
    `${offered.length} ${offered.length === 1 ? 'candidate' : 'candidates'} offered`,
    ...offered
      .slice(0, ROWS_SHOWN)
      .map(
        ({ candidateId, host, port, kind, value, moved }) =>
          `  ${shortId(candidateId)}  ${shownHost(host, port)}  ${printText(kind, value)}${moved ? style.yellow('  moved') : ''}`,
      ),
    ...(offered.length > ROWS_SHOWN ? [`  … and ${offered.length - ROWS_SHOWN} more`] : []),
    ...(repeated === 0 ? [] : [`${repeated} were offered before`]),
    ...(tracked === 0 ? [] : [`${tracked} stand on servers that the operation tracks already`]),
    ...(leftOver === 0
      ? []
      : [
          style.yellow(`${leftOver} more were found than are offered at once: settle these, and import the file again`),
        ]),
    ...common.flatMap(({ kind, value, rows: carrying, hosts, reason }) => [
      style.yellow(
        `not offered: ${printText(kind, value)}, on ${carrying} rows and ${hosts} or more hosts: ${shownText(reason)}`,
      ),
    ]),
    ...rejectionLines(rejections, rejected, style),
    ...(offered.length === 0 ? [] : [`Nothing follows from an offer. Next: ${next}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export function candidatesText(candidates: readonly CandidateView[], style: Style): string {
  if (candidates.length === 0) return 'No candidate waits.\n';
  return table(
    candidates,
    [
      { title: 'id', value: ({ candidateId }) => shortId(candidateId) },
      { title: 'host', value: ({ host, port }) => shownHost(host, port), max: 60 },
      { title: 'seen by', value: ({ source }) => shownText(source), max: 24 },
      { title: 'group', value: ({ group }) => shownText(group), max: 20 },
      { title: 'seen', value: ({ seenAt }) => dayOf(seenAt) },
      { title: 'carries', value: ({ kind, value }) => printText(kind, value), max: 40 },
      { title: 'as', value: matchesText, max: 64 },
      {
        title: 'state',
        value: ({ settledAs, settledBy }) =>
          settledAs === null ? 'waits' : `${settledAs}, ${safeText(settledBy ?? '')}`,
      },
    ],
    style,
  );
}

/** What else carries the same, and whether that has gone: then the service may have moved. */
function matchesText({ matches }: CandidateView): string {
  const [first] = [...matches.filter(({ moved }) => moved), ...matches.filter(({ moved }) => !moved)];
  if (first === undefined) return '';
  const more = matches.length === 1 ? '' : ` and ${matches.length - 1} more`;
  if (first.server === null) {
    return `${first.withdrawn ? 'withdrawn ' : ''}fingerprint of ${shownText(first.name)}${more}`;
  }
  return `${first.moved ? 'moved: from ' : ''}${shownHost(first.name)}${more}`;
}

function printText(kind: string, value: string): string {
  return `${kind} ${/^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 16)}…` : shownText(value)}`;
}

export function shortId(id: string): string {
  return id.slice(0, 13);
}

function dayOf(at: number | null): string | null {
  return at === null ? null : readableInstant(at).slice(0, 10);
}
