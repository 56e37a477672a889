import type { Assessment, Basis } from '../domain/assessment.ts';
import { CANDIDATE_REFERENCE } from '../domain/fingerprint.ts';
import type { MatchedFingerprint, MatchingProbe } from '../domain/fingerprint.ts';
import { isoInstant } from '../domain/instant.ts';
import type { EvidenceClass } from '../domain/evidence.ts';
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

/** A look of ours speaks for the address as it was then: for so long. */
export const MATCH_DAYS = 30;

export interface CorroborationFacts {
  readonly statements: readonly Statement[];
  readonly attestations: readonly ServerAttestation[];
  /** People who vouched for a whole import that names it: enough to draft, never to send. */
  readonly attestedImports: readonly string[];
  /** A look of our own that found the botnet's fingerprint. Port numbers and open ports are no such thing. */
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

/** How a fingerprint that our own look matched stands to those who name the server. */
export interface WeighedMatch {
  readonly fingerprint: MatchedFingerprint;
  /** Null where it counts. */
  readonly objection: 'too-old' | 'nobody-names-it' | 'same-group' | null;
}

/** All that was weighed, for *explain*; `assessment` is what the ledger keeps. */
export interface Weighing {
  readonly assessment: Assessment;
  readonly statements: readonly WeighedStatement[];
  readonly groups: readonly WeighedGroup[];
  /** Fingerprints that our newest matching look found; empty where none matched. */
  readonly matches: readonly WeighedMatch[];
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
  const matches = weighMatches(facts.probe, counting, statements, now);
  const matching = matches
    .filter(({ objection }) => objection === null)
    .map((match) => match.fingerprint.fingerprintId);
  const basis = basisOf(counting, attestedBy, facts, matching.length > 0);
  return {
    assessment: {
      basis,
      groups: counting.map(({ group, weight }) => ({ group, weight })),
      evidence: newestEvidence(statements, counting, facts.attestations.filter(isCurrent)),
      ...(basis === 'matching-probe' ? { fingerprints: matching.toSorted() } : {}),
    },
    statements,
    groups,
    matches,
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
  { attestedImports }: CorroborationFacts,
  isMatched: boolean,
): Basis {
  const weight = counting.reduce((sum, each) => sum + each.weight, 0);
  if (counting.length >= INDEPENDENT_GROUPS_NEEDED && weight >= WEIGHT_NEEDED) return 'independent-groups';
  if (isMatched) return 'matching-probe';
  if (attestedBy.length > 0) return 'attested-server';
  return attestedImports.length > 0 ? 'attested-import' : 'none';
}

/**
 * A look of ours saw what answers at the address, and a source said what that is. With the group that names the server this
 * makes two judgements only where the two do not come from one: a list that was made by searching for a fingerprint, and the
 * fingerprint of that same list, are one judgement told twice, and our look would only repeat the search. So it takes a
 * fingerprint of another group; or of the same one where that knows the server by something else besides (docs/decisions/0025).
 */
function weighMatches(
  probe: MatchingProbe | null,
  counting: readonly WeighedGroup[],
  statements: readonly WeighedStatement[],
  now: Instant,
): readonly WeighedMatch[] {
  if (probe === null) return [];
  const isOld = now - probe.at > MATCH_DAYS * DAY_MS;
  const knowsOtherwise = (group: string): boolean =>
    statements.some(
      ({ statement, weight }) =>
        weight > 0 &&
        statement.reliability !== 'D' &&
        groupKey(statement.group) === groupKey(group) &&
        KNOWN_OTHERWISE.has(statement.evidence),
    );
  const isIndependent = (fingerprint: MatchedFingerprint, { group }: WeighedGroup): boolean => {
    const [one, other] = [groupKey(fingerprint.group), groupKey(group)];
    // Of the unnamed group nobody has said that it is another.
    return (one !== '' && other !== '' && one !== other) || knowsOtherwise(group);
  };
  return probe.fingerprints.map((fingerprint): WeighedMatch => {
    if (isOld) return { fingerprint, objection: 'too-old' };
    if (counting.length === 0) return { fingerprint, objection: 'nobody-names-it' };
    const isSame = !counting.some((group) => isIndependent(fingerprint, group));
    return { fingerprint, objection: isSame ? 'same-group' : null };
  });
}

/** How a source may know a server without having looked for a fingerprint. A listing does not say how it was made. */
const KNOWN_OTHERWISE: ReadonlySet<EvidenceClass> = new Set(['configuration', 'sandbox-run', 'netflow']);

/**
 * Which groups are known to be independent of each other. Beside a named group the unnamed one does not count: nobody
 * has said that it is another, and the same feed may have been imported once with and once without its name. A group
 * that says nothing but what reports say which another group cites has read the same article; and one that lists what a
 * group has seen and reported is no second witness of it, whatever it calls itself.
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
  // Whoever has seen something himself, and says where he has written of it, is no less the origin of what others list from there.
  // None of doubtful record: references are a source's own words, and whoever could cite others' reports as his own would have
  // good groups count for nothing.
  const origins = new Set(
    groups.flatMap(({ said }) =>
      said.flatMap(({ statement }) =>
        OF_DOUBTFUL_RECORD.has(statement.reliability ?? '') ? [] : (ownReportOf(statement) ?? []),
      ),
    ),
  );
  const cited = new Set<string>();
  return groups.map(({ key, group, weight, said }): WeighedGroup => {
    if (weight === 0) return { group, weight, objection: 'no-weight' };
    if (key === '' && isNamed) return { group, weight, objection: 'unnamed-beside-named' };
    const reports = said.map(({ statement }) => reportOf(statement));
    if (reports.every((report) => report !== null && (cited.has(report) || origins.has(report))))
      return { group, weight, objection: 'cites-the-same-reports' };
    for (const report of reports) if (report !== null) cited.add(report);
    return { group, weight, objection: null };
  });
}

const OF_DOUBTFUL_RECORD: ReadonlySet<string> = new Set(['D', 'E', 'F']);

/**
 * What a word rests on that others may have read as well: the article that a mere listing cites, the configuration that
 * names the server, or the fingerprint that a scan was searched for. Null where the source has seen something itself, or says of nothing where it has it from.
 */
function reportOf({ evidence, reference, configuration = null }: Statement): string | null {
  if (evidence === 'configuration') return configuration === null ? null : `configuration ${configuration}`;
  // Two scans that saw the same service are two witnesses of where it stands, and none of what it is: that, one has said.
  if (evidence === 'fingerprint' && reference?.startsWith(CANDIDATE_REFERENCE) === true) return CANDIDATE_REFERENCE;
  if (evidence !== 'listing' || reference === null) return null;
  return plainUrl(reference);
}

/** The report in which a source tells of what it has seen itself; null where it cites none, or lists alone. */
function ownReportOf({ evidence, reference }: Statement): string | null {
  return evidence === 'listing' || reference === null ? null : plainUrl(reference);
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
