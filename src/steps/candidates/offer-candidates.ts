import { derivedId } from '../../domain/derived-id.ts';
import type { Rejection } from '../../domain/import-outcome.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { plainText } from '../../domain/plain-text.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { sourceKey } from '../../domain/source-key.ts';
import type { CandidateMatch, CandidateView } from '../../ports/candidates.ts';
import type { World } from '../../ports/world.ts';
import { assertOneGroup } from './one-group.ts';
import { ScanMatcher } from './match-scan.ts';
import type { CommonFingerprint, Hit } from './match-scan.ts';
import { readScanRow } from './read-scan-row.ts';
import type { ScanColumns } from './scan-columns.ts';

/** One record of a CSV, as the flow's reader hands it on. */
export interface ScanRecord {
  readonly line: number;
  /** As it stands in the file. */
  readonly text: string;
  /** Null with the reason where it cannot be read. */
  readonly fields: readonly string[] | null;
  readonly reason?: string;
}

export interface ScanFile {
  readonly name: string;
  readonly columns: ScanColumns;
  records(): AsyncIterable<readonly ScanRecord[]>;
}

export interface OfferWords {
  readonly source: string;
  /** "" for the unnamed one. */
  readonly group: string;
  readonly as: string;
  /** On more hosts than this, a fingerprint is common: none of them is offered. */
  readonly maxHosts: number;
}

/** What became of a scan. */
export interface OfferedCandidates {
  readonly rows: number;
  /** Rows without any fingerprint: most of what a scan finds. */
  readonly bare: number;
  /** Rows that carry something known. */
  readonly matching: number;
  readonly offered: readonly OfferedCandidate[];
  /** Offered before, waiting or settled. */
  readonly repeated: number;
  /** Hosts that the operation tracks already. */
  readonly tracked: number;
  /** What was found beyond MAX_OFFERED, and is offered by the same file once these are settled. */
  readonly leftOver: number;
  readonly common: readonly CommonFingerprint[];
  /** How many rows could not be read; the first of them stand in `rejections`. */
  readonly rejected: number;
  readonly rejections: readonly Rejection[];
}

export interface OfferedCandidate {
  readonly candidateId: string;
  readonly host: string;
  readonly port: number;
  readonly kind: string;
  readonly value: string;
  /** Hosts of ours that carry it and are dark, or something else, by now. */
  readonly moved: boolean;
  readonly line: number;
}

/** Nobody looks through more than this; a file that gives more is more likely wrong. */
export const MAX_OFFERED = 1000;
const REJECTIONS_RETURNED = 1000;

/**
 * Searches a scan for what is known, and offers each new address to a person. Nothing follows from an offer by itself. The same
 * file again offers nothing anew; a later one that has seen the same service renews its date.
 */
export async function offerCandidates(
  world: World,
  operation: Operation,
  file: ScanFile,
  words: OfferWords,
): Promise<OfferedCandidates> {
  await assertOneGroup(world, operation, words);
  const known = await world.store.read((transaction) => transaction.knownFingerprints(operation.id));
  const matcher = new ScanMatcher(known, words.maxHosts);
  const counted = await searchFile(world, operation, file, matcher);
  const { hits, common } = matcher.result();
  const { rejected, ...counts } = counted;
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.as);
    const before = new Map((await transaction.candidates(operation.id)).map((each) => [each.candidateId, each]));
    const ids = [...new Set(hits.map(({ row }) => derivedId('server', operation.id, row.hostType, row.host)))];
    const tracked = await transaction.looks().knownServers(operation.id, ids);
    const offered: OfferedCandidate[] = [];
    let [repeated, trackedRows, leftOver] = [0, 0, 0];
    for (const hit of hits) {
      const { row, known: found, line } = hit;
      const id = candidateId(operation, hit, words.source);
      const old = before.get(id);
      if (tracked.has(derivedId('server', operation.id, row.hostType, row.host))) trackedRows += 1;
      else if (old !== undefined && !isRenewed(old, hit)) repeated += 1;
      else if (old === undefined && offered.length >= MAX_OFFERED) leftOver += 1;
      else {
        if (old === undefined) {
          const moved = found.matches.some((match) => 'server' in match && match.moved);
          offered.push({
            candidateId: id,
            host: row.host,
            port: row.port,
            kind: found.kind,
            value: found.value,
            moved,
            line,
          });
        } else repeated += 1;
        assertGoesOn(world.signal);
        await transaction.append({
          actor: world.actor,
          recordedAt: world.clock.now(),
          kind: 'candidate.offered',
          subject: id,
          body: {
            schema: 1,
            operation: operation.id,
            hostType: row.hostType,
            host: row.host,
            port: row.port,
            fingerprintKind: found.kind,
            value: found.value,
            source: words.source,
            group: words.group,
            seen: row.seen === null ? null : isoInstant(row.seen),
            matches: found.matches.slice(0, MAX_MATCHES).map(matchBody),
            file: plainText(file.name, 300),
            line,
            by,
          },
        });
      }
    }
    return { ...counts, rejected, offered, repeated, tracked: trackedRows, leftOver, common };
  });
}

/** One certificate on a thousand servers of ours is told by its first hundred. */
const MAX_MATCHES = 100;

function matchBody(match: CandidateMatch): { server: string; moved: boolean } | { fingerprint: string } {
  return 'server' in match ? { server: match.server, moved: match.moved } : { fingerprint: match.fingerprint };
}

/** It waits still, and has been seen later than was known. */
function isRenewed(old: CandidateView, { row }: Hit): boolean {
  return old.settledAs === null && row.seen !== null && row.seen > (old.seenAt ?? -1);
}

function candidateId({ id }: Operation, { row, known }: Hit, source: string): string {
  return derivedId('candidate', id, row.hostType, row.host, row.port, known.kind, known.value, sourceKey(source));
}

async function searchFile(
  world: World,
  operation: Operation,
  file: ScanFile,
  matcher: ScanMatcher,
): Promise<Pick<OfferedCandidates, 'rows' | 'bare' | 'matching' | 'rejected' | 'rejections'>> {
  const now = world.clock.now();
  const rejections: Rejection[] = [];
  let [rows, bare, matching, rejected] = [0, 0, 0, 0];
  for await (const block of file.records()) {
    assertGoesOn(world.signal);
    for (const { line, text, fields, reason = '' } of block) {
      rows += 1;
      const read =
        fields === null
          ? ({ ok: false, problem: reason } as const)
          : readScanRow(fields, file.columns, { drill: operation.drill, now });
      if (!read.ok) {
        rejected += 1;
        if (rejections.length < REJECTIONS_RETURNED) {
          rejections.push({ file: file.name, line, value: plainText(text, 300), reason: read.problem });
        }
      } else if (read.value === null) bare += 1;
      else if (matcher.take(line, read.value)) matching += 1;
    }
    world.progress.step(`searching ${file.name}`, rows);
  }
  return { rows, bare, matching, rejected, rejections };
}
