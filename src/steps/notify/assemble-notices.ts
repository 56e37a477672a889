import { derivedId } from '../../domain/derived-id.ts';
import { parseAddress } from '../../domain/address.ts';
import type { MethodRow } from '../../domain/method.ts';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import type { ItemEvidence, NoticeItem } from '../../domain/notice.ts';
import { botnetNames } from '../../domain/operation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Strike } from '../../domain/strike.ts';
import { namesAnotherBotnet } from '../../policy/botnet-name.ts';
import { isEnough } from '../../policy/strike/hold.ts';
import type { NoticeCase, NoticeRecord } from '../../ports/store.ts';
import { boundEndpoints } from './bound-endpoints.ts';

/** All cases that one provider is to be written to about by one method (rule 7: one open notice for these). */
export interface NoticeGroup {
  readonly noticeId: string;
  /** The authority that all items of a court order's notice rest on; null where the method needs none. */
  readonly authorityId: string | null;
  /** How many notices to the same provider by the same method have left before. */
  readonly round: number;
  readonly providerKey: string;
  /** The row that most of the items were decided by; the text is its, and items bring their own law and deadline. */
  readonly row: MethodRow;
  /** The ids of all rows that decided an item, sorted. */
  readonly rowIds: readonly string[];
  /** How many different people have to approve: the most that any item's row asks for. */
  readonly approvals: number;
  readonly items: readonly NoticeItem[];
  /** One X-ARF report id per item, the same at every drafting. */
  readonly reportIds: readonly string[];
  /** Some case was decided anew since the last draft: the draft has to be stated again, even in the same words. */
  readonly decidedAnew: boolean;
  /** What is missing for any of the cases, in the order of the codes' first appearance. */
  readonly missing: readonly string[];
}

/** `cases` must be sorted by provider and method. Rows are looked up by id; a case of an unknown row is a bug. */
export function assembleNotices(
  operation: Operation,
  cases: readonly NoticeCase[],
  rows: ReadonlyMap<string, MethodRow>,
  naming: SourceNaming = 'by-number',
  rounds: Rounds = NO_ROUNDS,
): readonly NoticeGroup[] {
  const ours = cases.flatMap((member) => withoutOtherBotnets(member, botnetNames(operation)));
  const groups = Map.groupBy(ours, (member) => {
    const key = roundKey({ ...member, authorityId: restsOn(member) });
    return `${key} ${roundOf(key, member.caseId, rounds)}`;
  });
  return [...groups.values()].map((group) => {
    const members = readyFirst(group).toSorted(byAddress);
    const [first] = members;
    if (first === undefined) throw new Error('a group without members');
    const authorityId = restsOn(first);
    const round = roundOf(roundKey({ ...first, authorityId }), first.caseId, rounds);
    const noticeId = derivedId(
      'notice',
      operation.id,
      first.providerKey,
      first.method,
      ...(authorityId === null ? [] : [authorityId]),
      ...(round === 0 ? [] : [round]),
    );
    return {
      noticeId,
      authorityId,
      round,
      providerKey: first.providerKey,
      row: leadingRow(members, rows),
      rowIds: [...new Set(members.map(({ rowId }) => rowId))].sort(),
      approvals: Math.max(...members.map((member) => rowOf(member, rows).approvals)),
      items: members.map((member) => toItem(member, rowOf(member, rows), sourceNames(members, naming))),
      reportIds: members.map(({ caseId }) => derivedId('report', noticeId, caseId)),
      decidedAnew: members.some(({ state }) => state === 'decided'),
      missing: [...new Set(members.flatMap(({ missing }) => missing))],
    };
  });
}

/**
 * Whoever misses nothing waits for nobody: as long as there is one, those who still miss something stand in no draft, and come in
 * the next round. Otherwise one address that is dark, or that nobody looked at yet, would keep a provider from being told
 * of all its others, and anybody who can have a false address listed could see to that. Where all miss something, the
 * draft has them all and says what.
 */
function readyFirst(group: readonly NoticeCase[]): readonly NoticeCase[] {
  const ready = group.filter(({ missing }) => missing.length === 0);
  return ready.length === 0 ? group : ready;
}

/** What notices of one provider, method and authority are numbered by. */
function roundKey({
  providerKey,
  method,
  authorityId,
}: Pick<NoticeRecord, 'providerKey' | 'method' | 'authorityId'>): string {
  return `${method} ${providerKey} ${authorityId ?? ''}`;
}

/** Only a court order's notice stands and falls with an authority; others would be split by it for nothing. */
function restsOn({ method, authorityId = null }: NoticeCase): string | null {
  return method === 'court-order' ? authorityId : null;
}

/** Which of a provider's notices a case stands in. */
export interface Rounds {
  /** By provider, method and authority: the notice that further servers make. */
  readonly next: ReadonlyMap<string, number>;
  /** By these and the case: cases that stay in the notice that an approved strike names. */
  readonly kept: ReadonlyMap<string, number>;
}

const NO_ROUNDS: Rounds = { next: new Map(), kept: new Map() };

function roundOf(key: string, caseId: string, { next, kept }: Rounds): number {
  return kept.get(`${key} ${caseId}`) ?? next.get(key) ?? 0;
}

/**
 * A notice that has left stays; what comes after it to the same provider is the next round. So does one that people hold back
 * in a strike: a server that is found meanwhile neither waits with it nor changes what they have approved.
 */
export function roundsOf(records: readonly NoticeRecord[], strikes: readonly Strike[]): Rounds {
  const next = new Map<string, number>();
  const kept = new Map<string, number>();
  const planned = plannedCases(strikes);
  for (const record of records) {
    const key = roundKey(record);
    const cases = planned.get(record.noticeId) ?? [];
    // One that was begun and taken back may have left: nothing else goes under its Message-ID.
    if (!record.isClosed && cases.length === 0) continue;
    next.set(key, Math.max(next.get(key) ?? 0, record.round + 1));
    if (!record.isClosed) for (const caseId of cases) kept.set(`${key} ${caseId}`, record.round);
  }
  return { next, kept };
}

/** By notice: what the strikes that enough people have approved say of it. */
function plannedCases(strikes: readonly Strike[]): ReadonlyMap<string, readonly string[]> {
  const planned = new Map<string, readonly string[]>();
  for (const { approvals, items } of strikes) {
    if (!isEnough(approvals)) continue;
    for (const { noticeId, isDevice, cases } of items) if (!isDevice) planned.set(noticeId, cases);
  }
  return planned;
}

/** How sources are named to a provider: a group's name may be that of somebody who must not be named. */
export type SourceNaming = 'by-number' | 'by-name';

/** From a group's name to what stands in the notice: "1", "2" … in the order of their names, or the names themselves. */
function sourceNames(members: readonly NoticeCase[], naming: SourceNaming): ReadonlyMap<string, string> {
  const groups = new Set(members.flatMap(({ sightings }) => sightings.map(({ group }) => group)));
  groups.delete('');
  return new Map([...groups].sort().map((group, index) => [group, naming === 'by-name' ? group : String(index + 1)]));
}

/** What a source says of another botnet is told to nobody as if it were of this one; a server of which nothing else is said, neither. */
function withoutOtherBotnets(member: NoticeCase, botnet: readonly string[]): readonly NoticeCase[] {
  const sightings = member.sightings.filter(({ label }) => !namesAnotherBotnet(label, botnet));
  if (sightings.length === member.sightings.length) return [member];
  return sightings.length === 0 ? [] : [{ ...member, sightings }];
}

/** As a person looks for an address: by number, IPv4 first; names keep their order behind. */
function byAddress(left: NoticeCase, right: NoticeCase): number {
  const [a, b] = [sortKey(left), sortKey(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortKey({ hostType, host }: NoticeCase): string {
  const parsed = hostType === 'address' ? parseAddress(host) : null;
  if (parsed === null || !parsed.ok) return `9 ${host}`;
  const address = parsed.value;
  if (address.version === 4) return `4 ${address.number.toString(16).padStart(8, '0')}`;
  return `6 ${address.high.toString(16).padStart(16, '0')}${address.low.toString(16).padStart(16, '0')}`;
}

function rowOf({ rowId }: NoticeCase, rows: ReadonlyMap<string, MethodRow>): MethodRow {
  const row = rows.get(rowId);
  if (row === undefined) throw new Error(`no row ${rowId} in the method table`);
  return row;
}

function leadingRow(members: readonly NoticeCase[], rows: ReadonlyMap<string, MethodRow>): MethodRow {
  const byRow = [...Map.groupBy(members, (member) => rowOf(member, rows)).entries()];
  byRow.sort(([rowA, a], [rowB, b]) => b.length - a.length || (rowA.id < rowB.id ? -1 : 1));
  const [leading] = byRow;
  if (leading === undefined) throw new Error('a group without members');
  return leading[0];
}

function toItem(member: NoticeCase, row: MethodRow, sources: ReadonlyMap<string, string>): NoticeItem {
  const { caseId, hostType, host, kind, names = [], endpoints, endpointsBeyond = 0, sightings } = member;
  const told = boundEndpoints(endpoints);
  return {
    caseId,
    hostType,
    host,
    kind,
    ...(names.length === 0 ? {} : { names }),
    endpoints: told.endpoints,
    endpointsLeftOut: told.endpointsLeftOut + endpointsBeyond,
    asks: row.asks,
    row: { id: row.id, law: row.law, binding: row.binding, deadlineHours: row.deadlineHours },
    evidence: sightings.map((sighting) => toEvidence(sighting, sources)),
  };
}

/** A sighting for a provider. A file's name stays inside. */
function toEvidence(sighting: NoticeCase['sightings'][number], sources: ReadonlyMap<string, string>): ItemEvidence {
  const [word = '', ...version] = (sighting.evidence ?? 'listing').split(' ');
  const isUndated = sighting.firstSeen === null && sighting.lastSeen === null;
  return {
    source: sources.get(sighting.group) ?? '',
    port: sighting.port,
    firstSeen: sighting.firstSeen,
    lastSeen: sighting.lastSeen,
    observed: '',
    class: EVIDENCE_CLASSES.find((known) => known === word) ?? 'listing',
    // The source's own word: what the operation is called says nothing of what a source said.
    botnet: sighting.label,
    version: version.length === 0 ? null : version.join(' '),
    status: sighting.status,
    receivedAt: isUndated ? sighting.importedAt : null,
    reachedUsAt: sighting.importedAt,
    saidAt: sighting.saidAt ?? sighting.importedAt,
    ...(sighting.own === true ? { own: true } : {}),
  };
}
