import type { OperationReport, ServerFigure } from '../../../domain/report.ts';
import type { Run, Words } from '../../../ports/documents.ts';
import type { Shown } from './shown.ts';
import { count } from './words.ts';

/** So many rows the list of servers has at most; the rest is in the JSON. */
export const MAX_LISTED = 2000;
/** So many numbers, or spans of them, stand behind one figure. */
const MAX_SPANS = 120;

/** The servers in the order in which every paper lists them, each with its number there. */
export interface ServerList {
  readonly servers: readonly ServerFigure[];
  readonly listed: readonly ServerFigure[];
  /** The numbers of those that a figure counts, as spans that lead to the list: "1–14, 17". */
  behind(isCounted: (server: ServerFigure) => boolean): Words;
  behindCases(caseIds: readonly string[]): Words;
}

export function listServers({ servers }: OperationReport, shown: Shown): ServerList {
  // By country and provider, so that what a breakdown counts are neighbours. A withheld host must not show in the order.
  const key = (server: ServerFigure): readonly string[] => [
    server.country ?? '~',
    server.providerKey ?? '~',
    shown.isWithheld(server) ? '~' : '',
    shown.isWithheld(server) ? server.identifiedAt : server.host,
  ];
  const keyed = servers.map((server) => ({ server, key: JSON.stringify(key(server)) }));
  const sorted = keyed
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ server }) => server);
  const numbers = new Map<string, number>();
  for (const [index, { caseIds }] of sorted.entries()) for (const id of caseIds) numbers.set(id, index + 1);
  return {
    servers: sorted,
    listed: sorted.slice(0, MAX_LISTED),
    behind: (isCounted) =>
      spansOf(sorted.map((server, index) => (isCounted(server) ? index + 1 : 0)).filter((number) => number > 0)),
    behindCases: (caseIds) =>
      spansOf(
        [...new Set(caseIds.map((id) => numbers.get(id)).filter((number) => number !== undefined))].toSorted(
          (left, right) => left - right,
        ),
      ),
  };
}

export function serverAnchor(number: number): string {
  return `server-${number}`;
}

function spansOf(numbers: readonly number[]): Words {
  if (numbers.length === 0) return '–';
  const spans: [first: number, last: number][] = [];
  for (const number of numbers) {
    const span = spans.at(-1);
    if (span !== undefined && span[1] === number - 1) span[1] = number;
    else spans.push([number, number]);
  }
  const runs = spans.slice(0, MAX_SPANS).flatMap(([first, last], index): readonly Run[] => {
    const text = first === last ? String(first) : `${first}${last === first + 1 ? ', ' : '–'}${last}`;
    const run = first <= MAX_LISTED ? { text, to: serverAnchor(first) } : { text };
    return index === 0 ? [run] : [{ text: ', ' }, run];
  });
  const left = spans.slice(MAX_SPANS).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return left === 0 ? runs : [...runs, { text: ` and ${count(left)} more` }];
}
