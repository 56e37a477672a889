/*
 * A case as the table holds it. The worker holds all of them; the page is given those that it shows.
 */

/** What GET …/cases says of one, as far as the table needs it. */
export interface CaseJson {
  readonly caseId: string;
  readonly host: string;
  readonly kind: string;
  readonly episode: number;
  readonly state: string;
  readonly stateSince: string;
  readonly openedAt: string;
  readonly heldBy: readonly string[];
  readonly groups: readonly string[];
  readonly attestedBy: readonly string[];
  readonly country: string | null;
  readonly provider: string | null;
  readonly method: string | null;
  readonly rowId: string | null;
  readonly noticeId: string | null;
  readonly lastLookAt: string | null;
  readonly handsOffUntil: string | null;
  readonly verdict: string | null;
  readonly finding: string | null;
  readonly darkAt: string | null;
  readonly confirmedAt?: string | null;
  readonly closedAt: string | null;
}

/** A row that is shown. */
export interface Row extends Pick<
  CaseJson,
  | 'caseId'
  | 'host'
  | 'kind'
  | 'episode'
  | 'state'
  | 'stateSince'
  | 'openedAt'
  | 'heldBy'
  | 'country'
  | 'provider'
  | 'method'
  | 'lastLookAt'
  | 'handsOffUntil'
  | 'verdict'
  | 'darkAt'
  | 'closedAt'
> {
  /** Its own for as long as the worker lives, whatever the table is sorted by. */
  readonly id: number;
  /** Reference of its notice. */
  readonly notice: string | null;
}

/** A row with what searching and sorting need of it, worked out once. */
export interface KeptRow extends Row {
  readonly finding: string | null;
  readonly groups: readonly string[];
  readonly attestedBy: readonly string[];
  readonly rowId: string | null;
  /** In lower case, for words without a field. */
  readonly words: string;
  readonly hostKey: string;
  readonly openedMs: number;
  readonly darkMs: number | null;
  readonly lookMs: number | null;
}

/** States in which nothing more is done about a case. */
const CLOSED: ReadonlySet<string> = new Set(['dark', 'settled', 'retracted']);

/** In the order in which a case passes through them. */
export const STATES = [
  'held', 'identified', 'located', 'decided', 'drafted', 'approved', 'notified', 'acknowledged', 'refused', 'contested',
  'dark', 'settled', 'retracted',
] as const; // prettier-ignore

export const KINDS = [
  'dedicated', 'compromised-host', 'iot-device', 'shared-hosting', 'cdn-fronted', 'tor-exit', 'sinkhole', 'unknown',
] as const; // prettier-ignore

export const VERDICTS = ['c2-live', 'live', 'answers-other', 'dark', 'provisionally-dark', 'inconclusive'] as const;

export function keptRow(json: CaseJson, id: number, notice: string | null): KeptRow {
  const { caseId, host, kind, episode, state, stateSince, openedAt, heldBy, groups, attestedBy, country, provider } =
    json;
  const { method, rowId, lastLookAt, handsOffUntil, finding, darkAt, confirmedAt, closedAt } = json;
  // One dark look is no quorum: it is not shown as one.
  const verdict = json.verdict === 'dark' && confirmedAt === null ? 'provisionally-dark' : json.verdict;
  return {
    id, caseId, host, kind, episode, state, stateSince, openedAt, heldBy, groups, attestedBy, country, provider, method, rowId,
    lastLookAt, handsOffUntil, verdict, finding, darkAt, closedAt, notice,
    words: `${host.toLowerCase()}\n${(provider ?? '').toLowerCase()}\n${(notice ?? '').toLowerCase()}`,
    hostKey: hostKey(host),
    openedMs: Date.parse(openedAt),
    darkMs: darkAt === null ? null : Date.parse(darkAt),
    lookMs: lastLookAt === null ? null : Date.parse(lastLookAt),
  }; // prettier-ignore
}

/** Whether one shows or is found by something else than the other. */
export function differs(one: KeptRow, other: KeptRow): boolean {
  return (
    one.state !== other.state || one.verdict !== other.verdict || one.kind !== other.kind || one.country !== other.country ||
    one.provider !== other.provider || one.method !== other.method || one.notice !== other.notice ||
    one.darkAt !== other.darkAt || one.closedAt !== other.closedAt || one.handsOffUntil !== other.handsOffUntil ||
    one.openedAt !== other.openedAt || one.heldBy.join('\n') !== other.heldBy.join('\n')
  ); // prettier-ignore
}

/** Addresses by their numbers, names by their letters; addresses first. */
function hostKey(host: string): string {
  if (/^[\d.]+$/.test(host)) return `4${host.replaceAll(/\d+/g, (digits) => digits.padStart(3, '0'))}`;
  return host.includes(':') ? `6${host}` : `7${host.toLowerCase()}`;
}

export function isClosed({ state }: Pick<Row, 'state'>): boolean {
  return CLOSED.has(state);
}

/**
 * What is left of its time or was taken, in minutes. Nothing runs for a case that ended some other way than dark, nor for devices,
 * whose ISP helps a person.
 */
export type Clock =
  | { readonly is: 'left' | 'over'; readonly minutes: number }
  | { readonly is: 'taken'; readonly minutes: number }
  | { readonly is: 'none' };

export interface Now {
  readonly nowMs: number;
  /** How long a server may take from identified to dark. */
  readonly targetMinutes: number;
}

export function clockOf(
  row: Pick<Row, 'state' | 'kind'> & Pick<KeptRow, 'openedMs' | 'darkMs'>,
  { nowMs, targetMinutes }: Now,
): Clock {
  // prettier-ignore
  if (row.darkMs !== null) return { is: 'taken', minutes: Math.max(0, row.darkMs - row.openedMs) / 60_000 };
  if (isClosed(row) || row.kind === 'iot-device') return { is: 'none' };
  const minutes = targetMinutes - (nowMs - row.openedMs) / 60_000;
  return { is: minutes < 0 ? 'over' : 'left', minutes };
}
