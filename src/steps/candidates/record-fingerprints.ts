import { derivedId } from '../../domain/derived-id.ts';
import { FINGERPRINT_KINDS, parseFingerprint } from '../../domain/fingerprint.ts';
import type { FingerprintKind } from '../../domain/fingerprint.ts';
import type { Rejection } from '../../domain/import-outcome.ts';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { sourceKey } from '../../domain/source-key.ts';
import { groupKey } from '../../policy/corroboration.ts';
import type { FingerprintView } from '../../ports/candidates.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** A fingerprint as a person or a file writes it. */
export interface FingerprintWords {
  readonly kind: string;
  readonly value: string;
  readonly source: string;
  readonly group: string;
  /** "" where it is not known. */
  readonly seen: string;
  readonly note: string;
}

interface Fingerprint {
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly source: string;
  readonly group: string;
  readonly seen: Instant | null;
  readonly note: string;
}

/** A row of a file, or what was said on the command line (line 0). */
export interface FingerprintLine {
  readonly line: number;
  readonly value: string;
  readonly words: Result<FingerprintWords, string>;
}

export interface RecordedFingerprints {
  readonly recorded: readonly {
    readonly fingerprintId: string;
    readonly kind: FingerprintKind;
    readonly value: string;
  }[];
  /** On record already by the same source. */
  readonly repeated: number;
  readonly rejected: readonly Rejection[];
}

const DAY_MS = 86_400_000;
const MAX_NAME = 100;
const MAX_NOTE = 500;

/** What people write for a kind. */
const KINDS: Readonly<Record<string, FingerprintKind>> = {
  cert: 'certificate',
  'certificate-sha256': 'certificate',
  'public-key-sha256': 'public-key',
  spki: 'public-key',
  body: 'http-body',
  'http-body-sha256': 'http-body',
  header: 'http-header',
};

/**
 * Puts fingerprints on file, each with the source that tied it to this botnet. What our own look found, and nobody else has
 * said anything of, is none: it would prove itself.
 *
 * @param own the organisation's own names and the vantages', none of which can be a source
 */
export function recordFingerprints(
  world: World,
  operation: Operation,
  file: string,
  lines: readonly FingerprintLine[],
  as: string,
  own: readonly string[],
): Promise<RecordedFingerprints> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), as);
    const onFile = new Map(
      (await transaction.fingerprintViews(operation.id)).map((each) => [each.fingerprintId, each]),
    );
    const groups = groupsOf([...onFile.values()]);
    const recorded: RecordedFingerprints['recorded'][number][] = [];
    const rejected: Rejection[] = [];
    let repeated = 0;
    const now = world.clock.now();
    for (const { line, value, words } of lines) {
      const read = words.ok ? readFingerprint(words.value, now, own) : words;
      const clash = read.ok ? await groupClash(transaction, operation, groups, read.value) : null;
      if (!read.ok || clash !== null) {
        rejected.push({ file, line, value: plainText(value, 300), reason: read.ok ? (clash ?? '') : read.problem });
        continue;
      }
      const { kind, value: print, source, group, seen, note } = read.value;
      const id = fingerprintId(operation, read.value);
      if (onFile.get(id)?.withdrawnAt === null || recorded.some(({ fingerprintId: known }) => known === id)) {
        repeated += 1;
        continue;
      }
      groups.set(sourceKey(source), group);
      recorded.push({ fingerprintId: id, kind, value: print });
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'fingerprint.recorded',
        subject: id,
        body: {
          schema: 1,
          operation: operation.id,
          fingerprintKind: kind,
          value: print,
          source,
          group,
          seen: seen === null ? null : isoInstant(seen),
          note,
          by,
        },
      });
    }
    return { recorded, repeated, rejected };
  });
}

function fingerprintId({ id }: Operation, { kind, value, source }: Fingerprint): string {
  return derivedId('fingerprint', id, kind, value, sourceKey(source));
}

function readFingerprint(words: FingerprintWords, now: Instant, own: readonly string[]): Result<Fingerprint, string> {
  const word = words.kind
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  const kind =
    FINGERPRINT_KINDS.find((known) => known === word) ?? (Object.hasOwn(KINDS, word) ? KINDS[word] : undefined);
  if (kind === undefined) return failure(`the kind is not one of ${FINGERPRINT_KINDS.join(', ')}`);
  const value = parseFingerprint(kind, words.value);
  if (!value.ok) return value;
  const [source, group] = [plainText(words.source, MAX_NAME), plainText(words.group, MAX_NAME)];
  if (source === '') return failure('no source is named: who tied it to this botnet?');
  const owner = [source, group].find((name) => isOwn(name, own));
  if (owner !== undefined) return failure(`"${owner}" is ourselves: what only our own look found proves nothing`);
  const seen = words.seen.trim() === '' ? null : parseInstant(words.seen);
  if (seen === null && words.seen.trim() !== '') {
    return failure('the date is not written year first, as in 2026-11-25T07:30Z');
  }
  if (seen !== null && seen > now + DAY_MS) return failure('the date lies in the future');
  return success({ kind, value: value.value, source, group, seen, note: plainText(words.note, MAX_NOTE) });
}

/** Names by which our own looks go, whoever we are. */
const PROBES: ReadonlySet<string> = new Set(
  ['dismantle', 'dismantle probe', 'probe', 'probes', 'own probe', 'own probes', 'our probe', 'our probes', 'our own probe',
   'own look', 'our look', 'our own look', 'vantage', 'self', 'ourselves', 'own', 'us'].map(groupKey),
); // prettier-ignore

function isOwn(name: string, own: readonly string[]): boolean {
  const key = groupKey(name);
  return key !== '' && (PROBES.has(key) || own.some((each) => groupKey(each) === key));
}

function groupsOf(onFile: readonly FingerprintView[]): Map<string, string> {
  return new Map(onFile.map(({ source, group }) => [sourceKey(source), group]));
}

/** One source told under two groups would corroborate itself. */
async function groupClash(
  transaction: ReadTransaction,
  operation: Operation,
  groups: ReadonlyMap<string, string>,
  { source, group }: Fingerprint,
): Promise<string | null> {
  const key = sourceKey(source);
  const imported = await transaction.groupOfSource(operation.id, key);
  const before = imported === null || imported === '' ? (groups.get(key) ?? '') : imported;
  if (before === '' || groupKey(before) === groupKey(group)) return null;
  return `the source ${source} belongs to the group "${before}" in this operation, not to "${group}"`;
}

/** A fingerprint no longer counts: for no look, no case and no scan. Returns it as it was. */
export function withdrawFingerprint(
  world: World,
  operation: Operation,
  text: string,
  words: { readonly as: string; readonly reason: string },
): Promise<FingerprintView> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), words.as);
    const found = namedFingerprint(await transaction.fingerprintViews(operation.id), text);
    if (found.withdrawnAt !== null) {
      throw problem('refused', 'it was withdrawn before', 'See when: dismantle fingerprint list');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'fingerprint.withdrawn',
      subject: found.fingerprintId,
      body: { schema: 1, operation: operation.id, reason: words.reason, by },
    });
    return found;
  });
}

/** By id, the beginning of one, or the value where only one source has tied it. */
function namedFingerprint(all: readonly FingerprintView[], text: string): FingerprintView {
  const wanted = text.trim().toLowerCase();
  const found = all.filter(
    ({ fingerprintId: id, value, withdrawnAt }) =>
      (wanted.length >= 8 && id.startsWith(wanted)) || (withdrawnAt === null && value.toLowerCase() === wanted),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw problem(
    found.length === 0 ? 'not-found' : 'usage',
    found.length === 0 ? 'no fingerprint has this id or value' : `${found.length} fingerprints are meant by that`,
    'dismantle fingerprint list shows ids; at least 8 characters of one are enough',
  );
}
