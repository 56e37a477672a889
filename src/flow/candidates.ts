import type { Rejection } from '../domain/import-outcome.ts';
import type { Operation } from '../domain/operation.ts';
import { problem } from '../domain/problem.ts';
import { success, failure } from '../domain/result.ts';
import { findOperation } from '../flow.ts';
import type { CandidateView, FingerprintView } from '../ports/candidates.ts';
import type { InputFile } from '../ports/input-files.ts';
import type { World } from '../ports/world.ts';
import { offerCandidates } from '../steps/candidates/offer-candidates.ts';
import type { OfferedCandidates } from '../steps/candidates/offer-candidates.ts';
import { recordFingerprints, withdrawFingerprint } from '../steps/candidates/record-fingerprints.ts';
import type {
  FingerprintLine,
  FingerprintWords,
  RecordedFingerprints,
} from '../steps/candidates/record-fingerprints.ts';
import { findScanColumns, parseScanMapping } from '../steps/candidates/scan-columns.ts';
import { acceptedFile, lineOf, namedCandidates, settleCandidates } from '../steps/candidates/settle-candidates.ts';
import { openCsvTable } from '../steps/intake/csv-records.ts';
import { importFile } from '../steps/intake/import-file.ts';
import { oneLine, parseImportOptions } from '../steps/intake/import-options.ts';
import { speakerName } from './deconflict.ts';

/*
 * Fingerprints that sources have tied to the botnet, and new addresses on which somebody has seen the same.
 */

/** A CSV of fingerprints larger than this is a scan, not what analysts have tied to a botnet. */
const MAX_FINGERPRINT_BYTES = 16 * 1024 * 1024;
const FINGERPRINT_COLUMNS = ['kind', 'value', 'source', 'group', 'seen', 'note'] as const;

/** Puts fingerprints on file: those of a CSV, or one that is said. `own` are names that no source can have. */
export async function addFingerprints(
  world: World,
  name: string,
  said: InputFile | FingerprintWords,
  as: string,
  own: readonly string[] = [],
): Promise<RecordedFingerprints> {
  const operation = await findOperation(world, name);
  if (!('chunks' in said)) {
    const lines = [{ line: 0, value: said.value, words: success(said) }];
    return recordFingerprints(world, operation, 'command line', lines, speakerName(as), own);
  }
  return recordFingerprints(world, operation, said.name, await fingerprintLines(said), speakerName(as), own);
}

async function fingerprintLines(file: InputFile): Promise<readonly FingerprintLine[]> {
  if (file.sizeBytes > MAX_FINGERPRINT_BYTES) {
    throw problem(
      'input',
      `${file.name}: larger than 16 MiB`,
      'A scan is searched with: dismantle candidates import FILE',
    );
  }
  const table = await openCsvTable(file);
  const header = table.header.map((column) => column.toLowerCase());
  const missing = ['kind', 'value', 'source'].filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw problem(
      'input',
      `${file.name}: the header line has no column ${missing.join(', ')}`,
      `The first line is to be: ${FINGERPRINT_COLUMNS.join(',')}`,
    );
  }
  const lines: FingerprintLine[] = [];
  for await (const block of table.records()) {
    for (const { line, text, fields, reason = '' } of block) {
      const field = (column: (typeof FINGERPRINT_COLUMNS)[number]): string => fields?.[header.indexOf(column)] ?? '';
      const words = {
        kind: field('kind'),
        value: field('value'),
        source: field('source'),
        group: field('group'),
        seen: field('seen'),
        note: field('note'),
      };
      lines.push({ line, value: text, words: fields === null ? failure(reason) : success(words) });
    }
  }
  return lines;
}

export async function listFingerprints(world: World, name: string): Promise<readonly FingerprintView[]> {
  const operation = await findOperation(world, name);
  return world.store.read((transaction) => transaction.fingerprintViews(operation.id));
}

/** Returns the fingerprint as it was. */
export async function takeFingerprintBack(
  world: World,
  name: string,
  fingerprint: string,
  words: { readonly as: string; readonly reason: string },
): Promise<FingerprintView> {
  const reason = oneLine(words.reason, '--reason', 1000);
  const operation = await findOperation(world, name);
  return withdrawFingerprint(world, operation, fingerprint, { as: speakerName(words.as), reason });
}

export interface ScanWords {
  readonly source: string;
  readonly group?: string | undefined;
  readonly map?: string | undefined;
  readonly as: string;
  readonly maxHosts: number;
}

/** Searches a scan for what is known, and offers what is found on new addresses. */
export async function importCandidates(
  world: World,
  name: string,
  file: InputFile,
  words: ScanWords,
): Promise<OfferedCandidates> {
  const operation = await findOperation(world, name);
  const source = oneLine(words.source, '--source', 100);
  const group = words.group === undefined ? '' : oneLine(words.group, '--group', 100);
  const mapping = words.map === undefined ? new Map() : parseScanMapping(words.map);
  const table = await openCsvTable(file);
  const columns = findScanColumns(table.header, mapping, file.name);
  const scan = { name: file.name, columns, records: () => table.records() };
  return offerCandidates(world, operation, scan, {
    source,
    group,
    as: speakerName(words.as),
    maxHosts: words.maxHosts,
  });
}

export async function listCandidates(world: World, name: string, all: boolean): Promise<readonly CandidateView[]> {
  const operation = await findOperation(world, name);
  const candidates = await world.store.read((transaction) => transaction.candidates(operation.id));
  return all ? candidates : candidates.filter(({ settledAs }) => settledAs === null);
}

export interface AcceptWords {
  readonly as: string;
  readonly reason: string;
  readonly reliability?: string;
  readonly tlp?: string;
}

export interface AcceptedCandidates {
  readonly accepted: readonly CandidateView[];
  /** Accepted before. */
  readonly repeated: number;
  /** Intake has refused them: they wait still. */
  readonly refused: readonly Rejection[];
}

/**
 * Makes sightings of candidates, each by the source that saw it. The sightings come first: whatever stops this half-way, the
 * same command again ends it, and no candidate counts as accepted that is none.
 */
export async function acceptCandidates(
  world: World,
  name: string,
  ids: readonly string[],
  words: AcceptWords,
): Promise<AcceptedCandidates> {
  const operation = await findOperation(world, name);
  const reason = oneLine(words.reason, '--reason', 1000);
  const named = await namedCandidates(world, operation, ids);
  const waiting = named.filter(({ settledAs }) => settledAs !== 'accepted');
  const accepted: CandidateView[] = [];
  const refused: Rejection[] = [];
  for (const candidates of Map.groupBy(waiting, ({ source, group }) => JSON.stringify([source, group])).values()) {
    const bad = await sight(world, operation, candidates, words);
    refused.push(...bad);
    const badLines = new Set(bad.map(({ line }) => line));
    const good = candidates.filter((_, index) => !badLines.has(lineOf(index)));
    await settleCandidates(world, operation, good, { as: 'accepted', person: speakerName(words.as), reason });
    accepted.push(...good);
  }
  return { accepted, repeated: named.length - waiting.length, refused };
}

async function sight(
  world: World,
  operation: Operation,
  candidates: readonly CandidateView[],
  { reliability, tlp }: AcceptWords,
): Promise<readonly Rejection[]> {
  const [first] = candidates;
  if (first === undefined) return [];
  const { source, group } = first;
  const options = parseImportOptions({
    format: 'csv',
    source,
    evidence: 'fingerprint',
    ...(group === '' ? {} : { group }),
    ...(reliability === undefined ? {} : { reliability }),
    ...(tlp === undefined ? {} : { tlp }),
  });
  return (await importFile(world, operation, acceptedFile(source, candidates), options)).rejections;
}

/** Says that candidates are none. Returns how many were not dismissed before. */
export async function dismissCandidates(
  world: World,
  name: string,
  ids: readonly string[],
  words: { readonly as: string; readonly reason: string },
): Promise<number> {
  const operation = await findOperation(world, name);
  const reason = oneLine(words.reason, '--reason', 1000);
  const named = await namedCandidates(world, operation, ids);
  return settleCandidates(world, operation, named, { as: 'dismissed', person: speakerName(words.as), reason });
}

export type { OfferedCandidates } from '../steps/candidates/offer-candidates.ts';
export type { FingerprintWords, RecordedFingerprints } from '../steps/candidates/record-fingerprints.ts';
