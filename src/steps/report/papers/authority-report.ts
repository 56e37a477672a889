import { indexScope } from '../../../domain/authority-scope.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { OperationReport, ServerFigure } from '../../../domain/report.ts';
import { mayBeNamed, notInForce, prepareAuthorities } from '../../../policy/authority-coverage.ts';
import type { AuthorityRecord } from '../../../ports/authorities.ts';
import { instantOfIso } from './words.ts';

/** What has become of a server that an authority names. */
export const AUTHORITY_OUTCOMES = ['disabled', 'provisional', 'settled', 'not-done', 'wrong'] as const;
export type AuthorityOutcome = (typeof AUTHORITY_OUTCOMES)[number];

/** One server that an authority names, and what was done about it. */
export interface AuthorityServer {
  readonly server: ServerFigure;
  /** The entry of the scope that names it, or "standing". */
  readonly by: string;
  readonly outcome: AuthorityOutcome;
  /** Why not, a sentence each; empty where it is disabled. */
  readonly reasons: readonly string[];
}

/** How an authority was carried out, as of one moment: what a court is told. */
export interface AuthorityReport {
  readonly operation: string;
  readonly drill: boolean;
  readonly malware: string | null;
  readonly asOf: string;
  readonly ledger: OperationReport['ledger'];
  readonly authority: AuthorityRecord;
  readonly inForce: boolean;
  /** Why it is not in force at that moment. */
  readonly notInForce: readonly string[];
  readonly mayBeNamed: boolean;
  readonly isSingleVantage: boolean;
  /** Hosts of devices: their addresses are left out of papers. */
  readonly devices: readonly string[];
  /** Every server that it names and reaches, by country, provider and host. */
  readonly servers: readonly AuthorityServer[];
  readonly counts: Readonly<Record<AuthorityOutcome, number>>;
  /** Named by its scope, and not reached: other countries, or providers that it is not addressed to. */
  readonly notReached: readonly { readonly server: ServerFigure; readonly reasons: readonly string[] }[];
  /** Entries of the scope under which no server of the operation stands. */
  readonly withoutServer: readonly string[];
}

/** Judges every server of a report by one authority. Whether it covers is asked for a moment at which it was in force. */
export function readAuthorityReport(
  report: OperationReport,
  authority: AuthorityRecord,
  all: readonly AuthorityRecord[],
): AuthorityReport {
  const at = instantOfIso(report.asOf);
  const byReference = new Map(all.map((each) => [each.reference, each]));
  const judged = judge(report, authority, all, validMoment(authority, at));
  const servers = judged.flatMap(({ server, by, reasons }): readonly AuthorityServer[] =>
    by === null || reasons.length > 0 ? [] : [{ server, by, ...outcomeOf(server, authority, at) }],
  );
  const named = new Set(judged.flatMap(({ by }) => (by === null ? [] : [by])));
  const { scope } = authority;
  return {
    operation: report.operation,
    drill: report.drill,
    malware: report.malware,
    asOf: report.asOf,
    ledger: report.ledger,
    authority,
    inForce: notInForce(authority, byReference, at).length === 0,
    notInForce: notInForce(authority, byReference, at),
    mayBeNamed: mayBeNamed(authority, at),
    isSingleVantage: report.isSingleVantage,
    devices: report.devices,
    servers,
    counts: countsOf(servers),
    notReached: judged.flatMap(({ server, by, reasons }) =>
      by === null || reasons.length === 0 ? [] : [{ server, reasons }],
    ),
    withoutServer: [...scope.addresses, ...scope.prefixes, ...scope.domains].filter((entry) => !named.has(entry)),
  };
}

/** A moment at which it was valid, as near to that one as there is: an order that has run out was carried out all the same. */
function validMoment({ issuedAt, expiresAt, endsAt }: AuthorityRecord, at: Instant): Instant {
  const last = Math.min(expiresAt ?? Infinity, endsAt ?? Infinity);
  return Math.max(issuedAt, Math.min(at, last - 1));
}

function judge(
  report: OperationReport,
  authority: AuthorityRecord,
  all: readonly AuthorityRecord[],
  at: Instant,
): readonly { readonly server: ServerFigure; readonly by: string | null; readonly reasons: readonly string[] }[] {
  const scope = indexScope(authority.scope);
  const prepared = prepareAuthorities(all);
  const key = ({ country, providerKey, host }: ServerFigure): string =>
    JSON.stringify([country ?? '~', providerKey ?? '~', host]);
  return report.servers
    .toSorted((left, right) => (key(left) < key(right) ? -1 : 1))
    .map((server) => {
      const { hostType, host, country, providerKey } = server;
      const provider = providerKey === null ? null : { key: providerKey, name: server.provider ?? providerKey };
      const { answers } = prepared.coverageOf({ hostType, host, provider, country }, at);
      const answer = answers.find((each) => each.authority.reference === authority.reference);
      return { server, by: scope.entryFor({ hostType, host }), reasons: answer?.reasons ?? [] };
    });
}

function outcomeOf(
  server: ServerFigure,
  authority: AuthorityRecord,
  at: Instant,
): Pick<AuthorityServer, 'outcome' | 'reasons'> {
  if (server.isWrong) return { outcome: 'wrong', reasons: ['it was taken back: it was no server of this botnet'] };
  if (server.isDisabled) return { outcome: 'disabled', reasons: howDisabled(server, authority) };
  if (server.settledAs !== null && server.verdict === 'answers-other') {
    return { outcome: 'settled', reasons: [`it answers as something else by now: ${server.settledAs}`] };
  }
  if (server.isProvisionallyDark) {
    return { outcome: 'provisional', reasons: ['it was seen dark, and that is not confirmed yet'] };
  }
  return { outcome: 'not-done', reasons: [...notNotified(server, authority, at), ...verdictReason(server)] };
}

/** What a reader must not take for the instrument's work. */
function howDisabled(server: ServerFigure, { issuedAt, expiresAt, endsAt }: AuthorityRecord): readonly string[] {
  const reasons: string[] = [];
  const darkAt = server.darkAt === null ? null : Date.parse(server.darkAt);
  const end = Math.min(expiresAt ?? Infinity, endsAt ?? Infinity);
  if (darkAt !== null && darkAt < issuedAt) reasons.push('it was dark before the instrument was issued');
  else if (server.isDarkUnprompted) reasons.push('it was dark before any notice about it had left');
  if (Date.parse(server.identifiedAt) > end) reasons.push('it was identified after the instrument had ended');
  if (server.verdict === 'answers-other') reasons.push('something else answers there since');
  return reasons;
}

function notNotified(
  { notifiedAt, provider }: ServerFigure,
  authority: AuthorityRecord,
  at: Instant,
): readonly string[] {
  if (notifiedAt !== null) return [];
  if (provider === null) return ['nobody knows who could switch it off'];
  if (authority.services.length === 0) return ['no notice has left: no service of this instrument is on record'];
  if (!mayBeNamed(authority, at)) return ['no notice has left: the instrument is under seal'];
  return ['no notice that names it has left'];
}

function verdictReason({ verdict, hasReturned, notifiedAt }: ServerFigure): readonly string[] {
  if (hasReturned) return ['it was dark, and has come back'];
  if (verdict === null) return ['nobody has looked at it'];
  if (verdict === 'answers-other') return ['it answers as something else, and waits for a person to say what it is'];
  if (verdict === 'inconclusive') return ['the looks at it say nothing certain'];
  if (verdict === 'dark') return ['it was seen dark, and that is not confirmed'];
  return [notifiedAt === null ? 'it answers' : 'it still answers after the notice'];
}

function countsOf(servers: readonly AuthorityServer[]): Readonly<Record<AuthorityOutcome, number>> {
  const count = (wanted: AuthorityOutcome): number => servers.filter(({ outcome }) => outcome === wanted).length;
  return {
    disabled: count('disabled'),
    provisional: count('provisional'),
    settled: count('settled'),
    'not-done': count('not-done'),
    wrong: count('wrong'),
  };
}
