import { isArray, isDigest, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { originOf } from './checkpoint.ts';
import { readSigned } from './proof.ts';
import type { SignedHead } from './proof.ts';

/*
 * An evidence bundle: a folder or ZIP of files, each of which something else binds.
 *
 *     SIGNED.txt       signed note by the ledger's key over the SHA-256 of SHA256SUMS
 *     SHA256SUMS       every file but these two, sorted: what `sha256sum -c` takes
 *     bundle.json      what the bundle is about, and the signed checkpoint that all proofs lead to
 *     contents.jsonl   a line for each entry, then one for each file that an entry names by its hash: given or not, and why
 *     entries/         a proof of each entry (evidence-proof.ts), its rows in parts where they are many
 *     messages/ documents/ certificates/ answers/   the bytes that entries and rows name, under their SHA-256
 *     index.html index.txt pages/ README.txt audit/  for people, and the program that checks all this
 */
export const BUNDLE_FORMAT = 'dismantle-evidence-1';

export const SIGNED_FILE = 'SIGNED.txt';
export const SUMS_FILE = 'SHA256SUMS';
export const HEAD_FILE = 'bundle.json';
export const CONTENTS_FILE = 'contents.jsonl';

/** More files, or larger lists of them, are refused. */
export const MAX_BUNDLE_FILES = 1_000_000;
export const MAX_LIST_BYTES = 256 * 1024 * 1024;

/** What is kept back on request, and `missing`: it should be there, and the organisation has it no more. */
export type Reason = 'personal' | 'sealed' | 'others' | 'erased' | 'missing' | 'beside';
const REASONS: readonly string[] = ['personal', 'sealed', 'others', 'erased', 'missing', 'beside'] satisfies Reason[];
/** An entry about something else that a signed statement names as the newest: its hash is there, and nothing else of it. */
export const BESIDE = 'beside';

export interface BundleHead {
  readonly format: string;
  readonly organisation: string;
  /** What it is about; said by the organisation, and bound by its signature alone. */
  readonly about: JsonObject;
  readonly withhold: readonly string[];
  readonly signed: SignedHead;
}

export interface EntryLine {
  readonly type: 'entry';
  readonly sequence: number;
  readonly kind: string;
  readonly state: 'open' | 'withheld' | 'erased' | 'hidden';
  readonly why: Reason | null;
  readonly files: readonly string[];
  /** Of a batch whose body is open. `count` is all that the entry commits to, of other cases as well. */
  readonly rows: { readonly count: number; readonly shown: number; readonly withheld: number } | null;
}

/** Where files that are named by their hash lie, and how their names end. */
export const NAMED_FILES = {
  message: ['messages', 'eml'],
  document: ['documents', 'bin'],
  certificate: ['certificates', 'der'],
  answer: ['answers', 'txt'],
} as const;
export type NamedType = keyof typeof NAMED_FILES;

export interface NamedLine {
  readonly type: NamedType;
  readonly sha256: string;
  readonly state: 'given' | 'withheld' | 'missing';
  readonly why: Reason | null;
}

export type ContentsLine = EntryLine | NamedLine;

export function fileOf({ type, sha256 }: Pick<NamedLine, 'type' | 'sha256'>): string {
  const [folder, ending] = NAMED_FILES[type];
  return `${folder}/${sha256}.${ending}`;
}

/** Lower case, so that no two fall together on Windows or macOS; no device of Windows; nothing that leads elsewhere. */
const SAFE_SEGMENT = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;
const CAPITAL_NAMES: ReadonlySet<string> = new Set([SIGNED_FILE, SUMS_FILE, 'README.txt']);

export function isSafeName(name: string): boolean {
  if (CAPITAL_NAMES.has(name)) return true;
  const segments = name.split('/');
  return segments.length <= 4 && segments.every((segment) => SAFE_SEGMENT.test(segment));
}

/** What the ledger's key signs. No checkpoint and no rotation can be mistaken for it: their first lines are others. */
export function manifestText(organisation: string, sumsSha256: string, entries: number): string {
  return `dismantle evidence manifest 1\n${originOf(organisation)}\n${sumsSha256}\n${entries}\n`;
}

/** Reads the list of files; the reason says what is wrong with it. */
export function parseSums(text: string): { sums: ReadonlyMap<string, string> } | { reason: string } {
  const sums = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') return { reason: `${SUMS_FILE} has no newline at its end` };
  if (lines.length > MAX_BUNDLE_FILES) return { reason: `${SUMS_FILE} lists more than ${MAX_BUNDLE_FILES} files` };
  let last = '';
  for (const line of lines) {
    const [digest, name] = [line.slice(0, 64), line.slice(66)];
    if (!isDigest(digest) || line.slice(64, 66) !== '  ' || !isSafeName(name)) {
      return { reason: `${SUMS_FILE} has a line that is not "SHA-256, two blanks, name"` };
    }
    if (name <= last) return { reason: `${SUMS_FILE} is not sorted, or names a file twice` };
    sums.set(name, digest);
    last = name;
  }
  return { sums };
}

export function headText(head: BundleHead): string {
  return `${canonicalJson(head)}\n`;
}

export function readHead(text: string): BundleHead | null {
  const value = parsed(text);
  if (!isObject(value)) return null;
  const { about, format, organisation, withhold } = value;
  const signed = readSigned(value['signed']);
  if (typeof format !== 'string' || typeof organisation !== 'string' || !organisation.isWellFormed()) return null;
  if (!isObject(about) || !isArray(withhold) || !withhold.every((word) => typeof word === 'string')) return null;
  if (signed === null) return null;
  const head = { about, format, organisation, signed, withhold };
  return sameText(head, text) ? head : null;
}

export function contentsText(line: ContentsLine): string {
  return `${canonicalJson(line)}\n`;
}

/** A line of contents.jsonl without its newline; null where it is none. */
export function readContentsLine(text: string): ContentsLine | null {
  const value = parsed(text);
  if (!isObject(value)) return null;
  const line = value['type'] === 'entry' ? readEntryLine(value) : readNamedLine(value);
  return line !== null && sameText(line, `${text}\n`) ? line : null;
}

function readEntryLine({ files, kind, rows, sequence, state, why }: JsonObject): EntryLine | null {
  if (typeof sequence !== 'number' || typeof kind !== 'string' || !isArray(files) || !isReason(why)) return null;
  if (state !== 'open' && state !== 'withheld' && state !== 'erased' && state !== 'hidden') return null;
  if (!files.every((file) => typeof file === 'string') || files.length === 0) return null;
  if ((state === 'open') !== (why === null)) return null;
  const line = { type: 'entry', files, kind, sequence, state, why } as const;
  if (rows === null) return { ...line, rows };
  if (!isObject(rows)) return null;
  const { count, shown, withheld } = rows;
  if (typeof count !== 'number' || typeof shown !== 'number' || typeof withheld !== 'number') return null;
  return { ...line, rows: { count, shown, withheld } };
}

function readNamedLine({ sha256, state, type, why }: JsonObject): NamedLine | null {
  if (type !== 'message' && type !== 'document' && type !== 'certificate' && type !== 'answer') return null;
  if (!isDigest(sha256) || !isReason(why)) return null;
  if (state !== 'given' && state !== 'withheld' && state !== 'missing') return null;
  return (state === 'given') === (why === null) ? { sha256, state, type, why } : null;
}

function isReason(value: JsonValue | undefined): value is Reason | null {
  return value === null || (typeof value === 'string' && REASONS.includes(value));
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sameText(value: unknown, text: string): boolean {
  try {
    return `${canonicalJson(value)}\n` === text;
  } catch {
    return false;
  }
}

/** The files that an open entry names by their hash, its rows apart. */
export function namedByEntry(
  kind: string,
  subject: string,
  body: JsonObject | null,
): readonly Pick<NamedLine, 'type' | 'sha256'>[] {
  const named: Pick<NamedLine, 'type' | 'sha256'>[] = [];
  // The subject of a message that came in is its hash; it is told even where the body is not.
  if (kind === 'mail.received' && isDigest(subject)) named.push({ type: 'message', sha256: subject });
  const { messageSha256, documentSha256 } = body ?? {};
  if (isDigest(messageSha256)) named.push({ type: 'message', sha256: messageSha256 });
  if (isDigest(documentSha256)) named.push({ type: 'document', sha256: documentSha256 });
  return named;
}

/** The files that a row names: certificates of a look, what a registry answered. */
export function namedByRow(row: JsonObject): readonly Pick<NamedLine, 'type' | 'sha256'>[] {
  const { type, seen, sha256, body } = row;
  if (type === 'registration' && isDigest(sha256) && typeof body === 'string') return [{ type: 'answer', sha256 }];
  const tls = isObject(seen) ? seen['tls'] : null;
  const chain = isObject(tls) ? tls['chain'] : null;
  if (type !== 'probe' || !isArray(chain)) return [];
  const digests = chain
    .map((certificate) => (isObject(certificate) ? certificate['sha256'] : undefined))
    .filter(isDigest);
  return digests.map((digest) => ({ type: 'certificate', sha256: digest }));
}
