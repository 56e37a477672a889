import type { Assessment, Basis } from '../domain/assessment.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { ServerAttestation, Statement } from '../domain/statement.ts';
import { weighStatement } from './statement-weight.ts';
import type { WeightReason } from './statement-weight.ts';

/** The reason under which a server is held that one group alone has named. */
export const NEEDS_CORROBORATION = 'needs-corroboration';

/** How many independent groups have to name a server before anything is done about it (DESIGN.md, rule 2). */
export const INDEPENDENT_GROUPS_NEEDED = 2;

/** What their weights have to come to together: one fresh word and an old one do, two old ones do not. */
export const WEIGHT_NEEDED = 1;

const DAY_MS = 86_400_000;
/** Addresses are let anew: a person's word on one is good for so long, and then has to be given again. */
export const ATTESTATION_DAYS = 30;

/** A look of our own that found the botnet's fingerprint. Port numbers and open ports are no such thing. */
export interface MatchingProbe {
  readonly at: Instant;
  /** Who tied the fingerprint to the botnet: a source's group, never the probe itself. */
  readonly fingerprintGroup: string | null;
}

export interface CorroborationFacts {
  readonly statements: readonly Statement[];
  readonly attestations: readonly ServerAttestation[];
  /** People who vouched for a whole import that names it: enough to draft, never to send. */
  readonly attestedImports: readonly string[];
  readonly probe: MatchingProbe | null;
}

/** Why a statement counts as it does. */
export interface WeighedStatement {
  readonly statement: Statement;
  /** From 0 to 1. */
  readonly weight: number;
  readonly reasons: readonly WeightReason[];
}

/** Why a group does not count although it has spoken. */
export type GroupObjection = 'no-weight' | 'unnamed-beside-named' | 'cites-the-same-reports';

export interface WeighedGroup {
  readonly group: string;
  readonly weight: number;
  /** Null where it counts. */
  readonly objection: GroupObjection | null;
}

/** All that was weighed, for *explain*; `assessment` is what the ledger keeps. */
export interface Weighing {
  readonly assessment: Assessment;
  readonly statements: readonly WeighedStatement[];
  readonly groups: readonly WeighedGroup[];
  /** People whose word on this server still counts. */
  readonly attestedBy: readonly string[];
  /** People whose word on it is older than ATTESTATION_DAYS. */
  readonly attestationExpired: readonly string[];
}

/**
 * What counts for a server, what does not, and why. Nothing that a source writes as free text, and no tag, goes in here:
 * names of malware raise nothing.
 *
 * @param botnet what the operation's botnet is called; a source that names another has said nothing of this one
 */
export function weigh(facts: CorroborationFacts, now: Instant, botnet: readonly string[] = []): Weighing {
  const said = withLatestRating(facts.statements);
  const latestDate = newestDate(said);
  const statements = said.map((statement) => ({ statement, ...weighStatement(statement, botnet, latestDate, now) }));
  const groups = weighGroups(statements);
  const counting = groups.filter(({ objection }) => objection === null);
  const isCurrent = ({ at }: ServerAttestation): boolean => now - at <= ATTESTATION_DAYS * DAY_MS;
  const attestedBy = facts.attestations.filter(isCurrent).map(({ person }) => person);
  return {
    assessment: {
      basis: basisOf(counting, attestedBy, facts),
      groups: counting.map(({ group, weight }) => ({ group, weight })),
      evidence: newestEvidence(statements, counting, facts.attestations.filter(isCurrent)),
    },
    statements,
    groups,
    attestedBy,
    attestationExpired: facts.attestations.filter((each) => !isCurrent(each)).map(({ person }) => person),
  };
}

/** A source's record is what it is rated by now: what it said before it lost its good name counts no more than that. */
function withLatestRating(statements: readonly Statement[]): readonly Statement[] {
  const latest = new Map<string, Statement>();
  for (const statement of statements) {
    const known = latest.get(statement.source);
    if (statement.reliability !== null && (known === undefined || statement.received > known.received)) {
      latest.set(statement.source, statement);
    }
  }
  return statements.map((statement) => {
    const reliability = latest.get(statement.source)?.reliability ?? null;
    return reliability === statement.reliability ? statement : { ...statement, reliability };
  });
}

/** The newest date that a source of good record gives: anybody else's old date must not make a repeat of what others say. */
function newestDate(statements: readonly Statement[]): Instant | null {
  return statements
    .filter(({ reliability }) => reliability === 'A' || reliability === 'B' || reliability === 'C')
    .reduce<Instant | null>(
      (latest, { seen }) => (seen === null || (latest !== null && latest >= seen) ? latest : seen),
      null,
    );
}

function basisOf(
  counting: readonly WeighedGroup[],
  attestedBy: readonly string[],
  { probe, attestedImports }: CorroborationFacts,
): Basis {
  const weight = counting.reduce((sum, each) => sum + each.weight, 0);
  if (counting.length >= INDEPENDENT_GROUPS_NEEDED && weight >= WEIGHT_NEEDED) return 'independent-groups';
  // A fingerprint that nobody but ourselves has tied to the botnet proves that a service answers, not what it is.
  if (counting.length > 0 && probe !== null && probe.fingerprintGroup !== null) return 'matching-probe';
  if (attestedBy.length > 0) return 'attested-server';
  return attestedImports.length > 0 ? 'attested-import' : 'none';
}

/**
 * Which groups are known to be independent of each other. Beside a named group the unnamed one does not count: nobody
 * has said that it is another, and the same feed may have been imported once with and once without its name. A group
 * that says nothing but what reports say which another group cites has read the same article.
 */
function weighGroups(statements: readonly WeighedStatement[]): readonly WeighedGroup[] {
  const byKey = Map.groupBy(statements, ({ statement }) => groupKey(statement.group));
  const groups = [...byKey].map(([key, said]) => ({
    key,
    group: said[0]?.statement.group ?? '',
    weight: Math.max(...said.map(({ weight }) => weight)),
    said: said.filter(({ weight }) => weight > 0),
  }));
  // The strongest first, so that of two that repeat each other the stronger one counts.
  groups.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
  const isNamed = groups.some(({ key, weight }) => key !== '' && weight > 0);
  const cited = new Set<string>();
  return groups.map(({ key, group, weight, said }): WeighedGroup => {
    if (weight === 0) return { group, weight, objection: 'no-weight' };
    if (key === '' && isNamed) return { group, weight, objection: 'unnamed-beside-named' };
    const reports = said.map(({ statement }) => reportOf(statement));
    if (reports.every((report) => report !== null && cited.has(report)))
      return { group, weight, objection: 'cites-the-same-reports' };
    for (const report of reports) if (report !== null) cited.add(report);
    return { group, weight, objection: null };
  });
}

/**
 * What a word rests on that others may have read as well: the article that a mere listing cites, or the configuration that
 * names the server. Null where the source has seen something itself, or says of nothing where it has it from.
 */
function reportOf({ evidence, reference, configuration = null }: Statement): string | null {
  if (evidence === 'configuration') return configuration === null ? null : `configuration ${configuration}`;
  if (evidence !== 'listing' || reference === null) return null;
  return plainUrl(reference);
}

/** A report's address as far as it tells reports apart: however it is written, archived or tagged. */
function plainUrl(text: string): string | null {
  const plain = text.replaceAll(/\[\.\]|\(\.\)/g, '.').replaceAll(/h(?:xx|\*\*)p/gi, 'http');
  // The last address in it: an archive's address ends in the one that it keeps.
  const last = plain
    .toLowerCase()
    .split(/https?:\/\//)
    .at(-1);
  if (last === undefined || last === plain.toLowerCase()) return null;
  const [bare = ''] = last.split(/[\s?#"'<>]/);
  return (
    bare
      .replace(/^www\./, '')
      .replace(/^([^/]+?):(?:80|443)(?=\/|$)/, '$1')
      .replace(/\/+$/, '') || null
  );
}

/** "abuse.ch", "Abuse CH" and "ABUSE-CH " are one group: a slip of the hand must not corroborate anything. */
export function groupKey(group: string): string {
  return (
    group
      .normalize('NFKC')
      .toLowerCase()
      // Letters that nobody sees, the Hangul fillers among them (UAX #44).
      .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
      .replaceAll(/[^\p{L}\p{N}]+/gu, '')
  );
}

/**
 * The newest evidence beyond a listing, of groups that count and of people whose word does; a dated one first. From sources
 * of doubtful record there is none: whoever may list, may write "configuration" beside it.
 */
function newestEvidence(
  statements: readonly WeighedStatement[],
  counting: readonly WeighedGroup[],
  attestations: readonly ServerAttestation[],
): Assessment['evidence'] {
  const groups = new Set(counting.map(({ group }) => groupKey(group)));
  const found = [
    ...statements
      .filter(({ statement, weight }) => statement.evidence !== 'listing' && weight > 0)
      .filter(({ statement }) => groups.has(groupKey(statement.group)) && statement.reliability !== 'D')
      .map(({ statement: { evidence, source, seen } }) => ({ evidence, source, seen })),
    ...attestations.flatMap(({ evidence, person, seen }) =>
      evidence === null || evidence === 'listing' ? [] : [{ evidence, source: person, seen }],
    ),
  ];
  const [newest] = found.sort((a, b) => (b.seen ?? -1) - (a.seen ?? -1) || (a.source < b.source ? -1 : 1));
  if (newest === undefined) return null;
  return { class: newest.evidence, source: newest.source, seen: newest.seen === null ? null : isoInstant(newest.seen) };
}
