import { part } from '../../../api.ts';
import { texts } from '../../../texts/en.ts';
import { isClosed } from './row.ts';
import type { Row } from './row.ts';

const T = texts.cases.bulk.preview;

/** What is done to each of several servers. Nothing that is signed, and never an approval: those are one person's look at one thing. */
export type BulkAct =
  | { readonly name: 'kind'; readonly kind: string | null; readonly reason: string }
  | { readonly name: 'handsOff'; readonly party: string; readonly until: string; readonly reason: string };

export interface BulkPlan {
  readonly servers: readonly Row[];
  readonly without: readonly { readonly host: string; readonly why: string }[];
}

/** Each is one act of its own. */
export const MOST_AT_ONCE = 500;

/** To which of them it is done, and why not to the others. */
export function planOf(act: BulkAct, rows: readonly Row[]): BulkPlan {
  const servers: Row[] = [];
  const without: { host: string; why: string }[] = [];
  const hosts = new Set<string>();
  // Of several cases of one server the newest counts.
  for (const row of rows.toSorted((one, other) => other.episode - one.episode)) {
    const why = hosts.has(row.host) ? T.sameHost : whyNot(act, row);
    hosts.add(row.host);
    if (why === null) servers.push(row);
    else without.push({ host: row.host, why });
  }
  return { servers, without };
}

function whyNot(act: BulkAct, row: Row): string | null {
  if (isClosed(row)) return T.closed;
  if (act.name === 'kind') return row.kind === act.kind ? T.alreadyKind(row.kind) : null;
  return row.handsOffUntil !== null && Date.parse(row.handsOffUntil) >= Date.parse(act.until) ? T.alreadyOff : null;
}

/** What is asked of the service for one of them. */
export function requestOf(
  act: BulkAct,
  operation: string,
  host: string,
): { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body: unknown } {
  const server = `/operations/${part(operation)}/servers/${part(host)}`;
  const { reason } = act;
  if (act.name === 'kind') return { method: 'PUT', path: `${server}/kind`, body: { kind: act.kind, reason } };
  return { method: 'POST', path: `${server}/hands-off`, body: { party: act.party, until: act.until, reason } };
}

/** The same reason for leaving out, told once. */
export function byReason(
  without: BulkPlan['without'],
): readonly { readonly why: string; readonly hosts: readonly string[] }[] {
  const grouped = Map.groupBy(without, ({ why }) => why);
  return [...grouped].map(([why, all]) => ({ why, hosts: all.map(({ host }) => host) }));
}
