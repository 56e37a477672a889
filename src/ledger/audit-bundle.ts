import { createHash } from 'node:crypto';
import type { AuditOptions } from './audit.ts';
import { auditKnown, auditSigned } from './audit-signed-head.ts';
import { SendingAudit } from './audit-sending.ts';
import type { Offered } from './audit-sending.ts';
import { SignatureAudit } from './audit-signatures.ts';
import { batchSummaryOf } from './batch.ts';
import {
  BESIDE,
  BUNDLE_FORMAT,
  CONTENTS_FILE,
  HEAD_FILE,
  MAX_BUNDLE_FILES,
  MAX_LIST_BYTES,
  SIGNED_FILE,
  SUMS_FILE,
  fileOf,
  isSafeName,
  manifestText,
  namedByEntry,
  namedByRow,
  parseSums,
  readContentsLine,
  readHead,
} from './bundle.ts';
import type { BundleHead, EntryLine, NamedLine } from './bundle.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonValue } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';
import { ERASABLE_KINDS, ERASURE_KIND, erasedSequences } from './entry.ts';
import { sequenceOf } from './evidence-proof.ts';
import type { OpenEntry, ProvedItem } from './evidence-proof.ts';
import { MAX_FINDINGS } from './finding.ts';
import type { Finding, FindingKind } from './finding.ts';
import { openNote, parseVerifierKey } from './note.ts';
import { MAX_PROOF_BYTES } from './proof.ts';
import { newestNamedBy, SIGNED_KINDS } from './signed-act.ts';
import { verifyEvidenceProof } from './verify-evidence-proof.ts';

/** No message of ours comes near it. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The files of a bundle, wherever they lie. What cannot be read throws an Error whose message says why. */
export interface BundleFiles {
  /** Every file, by its name with "/" between folders. */
  list(): Promise<readonly string[]>;
  read(name: string): AsyncIterable<Uint8Array>;
}

/** What is kept back, erased or gone. */
export interface Absent {
  /** "entry 12 (mail.received), bound by the commitment …". */
  readonly what: string;
  readonly why: string;
}

export interface BundleReport {
  readonly ok: boolean;
  readonly organisation: string | null;
  readonly about: BundleHead['about'] | null;
  readonly verifierKey: string | null;
  /** The entries and the root that were signed. */
  readonly entries: number | null;
  readonly root: string | null;
  readonly counts: {
    readonly files: number;
    /** Entries whose bodies are told. */
    readonly told: number;
    readonly rows: number;
    /** Acts of people whose signatures hold. */
    readonly signatures: number;
    /** Messages, documents, certificates and answers that are what entries and rows name. */
    readonly named: number;
  };
  /** Kept back on request, by commitment where that is told. */
  readonly withheld: readonly Absent[];
  readonly erased: readonly Absent[];
  /** What the organisation says that it has no more. */
  readonly missing: readonly Absent[];
  readonly findings: readonly Finding[];
  readonly moreFindings: number;
}

/**
 * Audits an evidence bundle from its files alone: that they are those that the organisation signed for, that each proof
 * leads to the one signed checkpoint, that people's signatures hold, that what left had leave to, that messages, documents
 * and certificates are those that entries name, and that whatever is not there is said to be withheld or erased. Reads each
 * file once; memory is bounded by the lists (MAX_LIST_BYTES), one proof, and what the named hashes take.
 */
export async function auditBundle(files: BundleFiles, options: AuditOptions = {}): Promise<BundleReport> {
  const audit = new BundleAudit(files, options);
  await audit.run();
  return audit.report();
}

class BundleAudit {
  readonly #files: BundleFiles;
  readonly #options: AuditOptions;
  readonly #findings: Finding[] = [];
  #moreFindings = 0;
  #head: BundleHead | null = null;
  #signed: Checkpoint | null = null;
  #present: ReadonlySet<string> = new Set();
  #sums: ReadonlyMap<string, string> = new Map();
  readonly #read = new Set<string>();
  #entryLines: readonly EntryLine[] = [];
  readonly #namedLines = new Map<string, NamedLine>();
  /** Files that something open names, and the entry that does so first. */
  readonly #named = new Map<string, number>();
  readonly #erased = new Map<number, string>();
  readonly #erasures = new Map<number, number>();
  readonly #signatures = new SignatureAudit(false);
  readonly #sending = new SendingAudit();
  readonly #offered: (Offered & { readonly sequence: number })[] = [];
  /** Said to be there for signatures alone, until one of them names it: what none does is told as kept back. */
  readonly #beside = new Map<number, Absent>();
  readonly #verdicts = new Map<string, JsonValue>();
  readonly #withheld: Absent[] = [];
  readonly #erasedItems: Absent[] = [];
  readonly #missing: Absent[] = [];
  readonly #counts = { files: 0, told: 0, rows: 0, signatures: 0, named: 0 };

  constructor(files: BundleFiles, options: AuditOptions) {
    this.#files = files;
    this.#options = options;
  }

  readonly #find = (kind: FindingKind, message: string, sequence: number | null = null): void => {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ line: null, sequence, kind, message });
    else this.#moreFindings += 1;
  };

  async run(): Promise<void> {
    if (!(await this.#openList())) return;
    await this.#openManifest();
    await this.#openHead();
    await this.#openContents();
    const listed = new Set<string>();
    for (const line of this.#entryLines) {
      for (const file of line.files) {
        if (listed.has(file)) this.#find('manifest', `${file} is listed for two entries`, line.sequence);
        listed.add(file);
      }
      await this.#auditEntry(line);
    }
    for (const name of this.#present) {
      if (name.startsWith('entries/') && !listed.has(name))
        this.#find('manifest', `${name} is no entry's that is listed`);
    }
    for (const absent of this.#beside.values()) this.#withheld.push(absent);
    this.#auditErasures();
    this.#auditNamed();
    for (const each of this.#offered) await this.#auditOffered(each);
    for (const name of this.#sums.keys()) if (!this.#read.has(name)) await this.#hashOf(name);
    this.#counts.files = this.#present.size;
  }

  report(): BundleReport {
    return {
      ok: this.#findings.length === 0,
      organisation: this.#head?.organisation ?? null,
      about: this.#head?.about ?? null,
      verifierKey: this.#head?.signed.verifierKey ?? null,
      entries: this.#signed?.size ?? null,
      root: this.#signed?.root ?? null,
      counts: this.#counts,
      withheld: this.#withheld,
      erased: this.#erasedItems,
      missing: this.#missing,
      findings: this.#findings,
      moreFindings: this.#moreFindings,
    };
  }

  async #openList(): Promise<boolean> {
    let names: readonly string[];
    try {
      names = await this.#files.list();
    } catch (error) {
      this.#find('file', `the bundle cannot be read: ${messageOf(error)}`);
      return false;
    }
    if (names.length > MAX_BUNDLE_FILES) {
      this.#find('file', `there are more than ${MAX_BUNDLE_FILES} files`);
      return false;
    }
    for (const name of names)
      if (!isSafeName(name)) this.#find('file', `no bundle has a file of the name ${JSON.stringify(name)}`);
    const twice = names.length !== new Set(names).size;
    if (twice) this.#find('file', 'two files have the same name');
    this.#present = new Set(names);
    return true;
  }

  /** The list of files, and the signature over it. */
  async #openManifest(): Promise<void> {
    const sums = await this.#text(SUMS_FILE, MAX_LIST_BYTES);
    if (sums === null) return;
    const parsed = parseSums(sums);
    if ('reason' in parsed) {
      this.#find('manifest', parsed.reason);
      return;
    }
    this.#sums = parsed.sums;
    for (const name of this.#sums.keys()) {
      if (!this.#present.has(name)) this.#find('file', `${name} is listed, and not there`);
    }
    for (const name of this.#present) {
      if (name !== SIGNED_FILE && name !== SUMS_FILE && !this.#sums.has(name))
        this.#find('file', `${name} is there, and not listed`);
    }
  }

  async #openHead(): Promise<void> {
    const text = await this.#text(HEAD_FILE, MAX_LIST_BYTES);
    if (text === null) return;
    this.#head = readHead(text);
    if (this.#head === null) {
      this.#find('manifest', `${HEAD_FILE} is not what stands in a bundle`);
      return;
    }
    const { format, organisation, signed } = this.#head;
    if (format !== BUNDLE_FORMAT) this.#find('manifest', `the format is "${format}", not "${BUNDLE_FORMAT}"`);
    this.#signed = auditSigned(organisation, signed, this.#find);
    auditKnown(signed, this.#signed, this.#options, this.#find);
    const note = await this.#text(SIGNED_FILE, 64 * 1024);
    const key = parseVerifierKey(signed.verifierKey);
    if (note === null || !key.ok) return;
    const opened = openNote(note, [key.value]);
    if (!opened.ok) {
      this.#find('signature', `${SIGNED_FILE}: ${opened.reason}`);
      return;
    }
    if (opened.value.signatures.length !== 1) this.#find('signature', `${SIGNED_FILE} has exactly one signature`);
    const sums = await this.#hashOf(SUMS_FILE);
    if (sums !== null && opened.value.text !== manifestText(organisation, sums, this.#signed?.size ?? -1)) {
      this.#find('manifest', `${SUMS_FILE} is not the list that was signed`);
    }
  }

  async #openContents(): Promise<void> {
    const text = await this.#text(CONTENTS_FILE, MAX_LIST_BYTES);
    if (text === null) return;
    const lines = text.split('\n');
    if (lines.pop() !== '') this.#find('manifest', `${CONTENTS_FILE} has no newline at its end`);
    const entryLines: EntryLine[] = [];
    let last = 0;
    for (const [index, raw] of lines.entries()) {
      const line = readContentsLine(raw);
      if (line === null) {
        this.#find('manifest', `line ${index + 1} of ${CONTENTS_FILE} is not what stands there`);
        continue;
      }
      if (line.type === 'entry') {
        if (line.sequence <= last) this.#find('manifest', 'the entries are not listed in their order', line.sequence);
        last = line.sequence;
        entryLines.push(line);
        continue;
      }
      const file = fileOf(line);
      if (this.#namedLines.has(file)) this.#find('manifest', `${file} is listed twice in ${CONTENTS_FILE}`);
      this.#namedLines.set(file, line);
    }
    if (entryLines.length === 0) this.#find('manifest', 'no entry is listed');
    this.#entryLines = entryLines;
  }

  async #auditEntry(line: EntryLine): Promise<void> {
    let shown = 0;
    let next = 0;
    let first: ProvedItem | null = null;
    for (const file of line.files) {
      const item = await this.#proofIn(file, line);
      if (item === null) continue;
      if (first === null) first = item;
      else if (item.state !== 'open' || first.state !== 'open' || item.entry.hash !== first.entry.hash) {
        this.#find('manifest', `${file} is no part of the same entry`, line.sequence);
      }
      if (item.state !== 'open') continue;
      for (const { index, rows } of item.runs) {
        if (index < next) this.#find('manifest', `${file} tells rows that stood in an earlier part`, line.sequence);
        next = index + rows.length;
        shown += rows.length;
        for (const row of rows) {
          this.#name(namedByRow(row), line.sequence);
          this.#sending.followRow(row);
        }
      }
    }
    if (first === null) return;
    this.#tell(line, first);
    if (first.state === 'open') this.#follow(first);
    if (first.state === 'hidden') this.#signatures.pass(first.sequence, first.hash, null);
    else this.#signatures.pass(first.entry.sequence, first.entry.hash, first.entry.recordedAt);
    this.#auditRows(line, first, shown);
  }

  async #proofIn(file: string, line: EntryLine): Promise<ProvedItem | null> {
    if (!file.startsWith('entries/')) this.#find('manifest', `${file} is no place for an entry`, line.sequence);
    const text = await this.#text(file, MAX_PROOF_BYTES);
    if (text === null) return null;
    const { findings, moreFindings, proof } = verifyEvidenceProof(text);
    for (const { kind, message, sequence } of findings) this.#find(kind, `${file}: ${message}`, sequence);
    this.#moreFindings += moreFindings;
    if (proof === null) return null;
    if (this.#head !== null && canonicalJson(proof.signed) !== canonicalJson(this.#head.signed)) {
      this.#find('manifest', `${file} leads to another checkpoint than the bundle's`, line.sequence);
    }
    const [item] = proof.proofs;
    if (item === undefined) return null;
    if (proof.proofs.length !== 1 || sequenceOf(item) !== line.sequence) {
      this.#find('manifest', `${file} proves another entry than the one it is listed for`, line.sequence);
      return null;
    }
    if (item.state !== line.state)
      this.#find('manifest', `${file} is listed as ${line.state}, and is ${item.state}`, line.sequence);
    if (item.state !== 'hidden' && item.entry.kind !== line.kind) {
      this.#find('manifest', `${file} is listed as ${line.kind}, and is ${item.entry.kind}`, line.sequence);
    }
    return item;
  }

  #tell({ kind, sequence, why }: EntryLine, item: ProvedItem): void {
    if (item.state === 'open') {
      this.#counts.told += 1;
      return;
    }
    if (item.state === 'hidden') {
      const hidden = {
        what: `entry ${sequence} (said to be ${kind}), known by its hash ${item.hash}`,
        why: why ?? '?',
      };
      if (why === BESIDE) this.#beside.set(sequence, hidden);
      else this.#withheld.push(hidden);
      return;
    }
    const { commitment, recordedAt, subject } = item.entry;
    const absent = {
      what: `entry ${sequence} (${kind}) of ${recordedAt}, bound by the commitment ${commitment}`,
      why: why ?? '?',
    };
    if (item.state === 'withheld') {
      this.#withheld.push(absent);
      this.#sending.followWithheld(item.entry);
    } else {
      this.#erasedItems.push(absent);
      this.#erased.set(sequence, kind);
      this.#sending.followErased(item.entry);
    }
    this.#name(namedByEntry(kind, subject, null), sequence);
  }

  /** Holds an act against those before it. */
  #follow({ body, entry }: OpenEntry): void {
    const { kind, sequence, subject } = entry;
    this.#name(namedByEntry(kind, subject, body), sequence);
    const fault = this.#signatures.follow(entry, body);
    if (fault !== null) this.#find('signed-act', fault, sequence);
    else {
      if (Object.hasOwn(SIGNED_KINDS, kind) && body['signed'] !== undefined) this.#counts.signatures += 1;
      this.#beside.delete(newestNamedBy(body) ?? 0);
      for (const sentence of this.#sending.follow(entry, body)) this.#find('sending', sentence, sequence);
      this.#offered.push(...this.#sending.takeOffered().map((each) => ({ ...each, sequence })));
    }
    if (kind === ERASURE_KIND) {
      for (const erased of erasedSequences(body) ?? []) {
        if (typeof erased === 'number' && !this.#erasures.has(erased)) this.#erasures.set(erased, sequence);
      }
    }
    if (kind === 'server.verdict-changed') {
      const before = this.#verdicts.get(subject) ?? null;
      const { from = null, to = null } = body;
      if (from !== before)
        this.#find(
          'story',
          `the verdict changes from ${word(from)}, and it was ${word(before)}: a change is missing`,
          sequence,
        );
      this.#verdicts.set(subject, to);
    }
  }

  #auditRows({ rows, sequence }: EntryLine, item: ProvedItem, shown: number): void {
    const summary = item.state === 'open' ? batchSummaryOf(item.body) : null;
    // A malformed one is found where the proof is verified.
    const count = summary === null || summary === 'malformed' ? null : summary.count;
    this.#counts.rows += shown;
    if ((rows?.count ?? null) !== count || (rows?.shown ?? 0) !== shown) {
      this.#find('manifest', 'other rows are listed than those that are told', sequence);
      return;
    }
    if (rows === null) return;
    if (rows.withheld > 0)
      this.#withheld.push({ what: `${rows.withheld} of the ${rows.count} rows of entry ${sequence}`, why: 'as asked' });
    // A bundle about an operation leaves out none without saying so.
    if (
      this.#head?.about['kind'] === 'operation' &&
      item.state === 'open' &&
      item.body['operation'] === this.#head.about['operation']
    ) {
      if (rows.shown + rows.withheld !== rows.count)
        this.#find('manifest', 'rows are missing, and not said to be withheld', sequence);
    }
  }

  #name(named: readonly Pick<NamedLine, 'type' | 'sha256'>[], sequence: number): void {
    for (const each of named) {
      const file = fileOf(each);
      if (!this.#named.has(file)) this.#named.set(file, sequence);
    }
  }

  #auditErasures(): void {
    for (const [sequence, kind] of this.#erased) {
      const by = this.#erasures.get(sequence);
      if (by === undefined || by <= sequence)
        this.#find('erasure', 'it is said to be erased, and no later entry here says so', sequence);
      if (!ERASABLE_KINDS.includes(kind))
        this.#find('erasure', `an entry of the kind ${kind} is never erased`, sequence);
    }
  }

  /** Whatever an entry names by its hash is there, and is that, or is said to be withheld; and nothing else is there. */
  #auditNamed(): void {
    for (const [file, sequence] of this.#named) {
      const line = this.#namedLines.get(file);
      if (line === undefined) {
        this.#find('named', `it names ${file}, which is neither there nor said to be withheld`, sequence);
        continue;
      }
      const { sha256, state, why } = line;
      if (state === 'given') {
        if (!this.#present.has(file)) this.#find('named', `${file} is said to be given, and is not there`, sequence);
        else if (this.#sums.get(file) !== sha256) this.#find('named', `${file} is not what the entry names`, sequence);
        else this.#counts.named += 1;
        continue;
      }
      if (this.#present.has(file)) this.#find('named', `${file} is there, and said to be ${state}`, sequence);
      (state === 'missing' ? this.#missing : this.#withheld).push({
        what: `${file}, which entry ${sequence} names`,
        why: why ?? '?',
      });
    }
    for (const file of this.#namedLines.keys()) {
      if (!this.#named.has(file)) this.#find('named', `${file} is listed, and nothing here names it`);
    }
    for (const file of this.#present) {
      const isNamedFile = /^(?:messages|documents|certificates|answers)\//.test(file);
      if (isNamedFile && !this.#namedLines.has(file))
        this.#find('named', `${file} is there, and nothing here names it`);
    }
  }

  /** What was offered says what was approved: signatures and dates come before a message, and around it, and never into it. */
  async #auditOffered({ draft, offered, sequence }: Offered & { readonly sequence: number }): Promise<void> {
    const [approved, left] = await Promise.all([this.#message(draft), this.#message(offered)]);
    if (approved === null || left === null) return;
    const body = contentOf(approved);
    const isWrapped = /^content-type:\s*multipart\/signed\b/im.test(
      left.subarray(0, left.length - contentOf(left).length).toString('latin1'),
    );
    const isSame = isWrapped ? left.includes(body) : contentOf(left).equals(body);
    if (!isSame)
      this.#find(
        'sending',
        'the message that was offered says something else than the one that was approved',
        sequence,
      );
  }

  /** A message by its hash; null where it is kept back, missing, or not what it is called: that is found elsewhere. */
  async #message(sha256: string): Promise<Buffer | null> {
    const name = fileOf({ type: 'message', sha256 });
    if (this.#sums.get(name) !== sha256) return null;
    const parts: Uint8Array[] = [];
    return (await this.#hashOf(name, parts, MAX_MESSAGE_BYTES)) === null ? null : Buffer.concat(parts);
  }

  /** The text of a file whose hash is the listed one; null, and a finding, where it is not. */
  async #text(name: string, maxBytes: number): Promise<string | null> {
    if (!this.#present.has(name)) {
      this.#find('file', `${name} is missing`);
      return null;
    }
    const parts: Uint8Array[] = [];
    if ((await this.#hashOf(name, parts, maxBytes)) === null) return null;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
    } catch {
      this.#find('not-utf8', `${name} is not UTF-8`);
      return null;
    }
  }

  /** The SHA-256 of a file, held against the list; its pieces go into `parts`. Null, and a finding, where it cannot be read. */
  async #hashOf(name: string, parts?: Uint8Array[], maxBytes = Infinity): Promise<string | null> {
    if (!this.#present.has(name)) return null;
    this.#read.add(name);
    const digest = createHash('sha256');
    let length = 0;
    try {
      for await (const chunk of this.#files.read(name)) {
        length += chunk.length;
        if (length > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`);
        digest.update(chunk);
        parts?.push(chunk);
      }
    } catch (error) {
      this.#find('file', `${name} cannot be read: ${messageOf(error)}`);
      return null;
    }
    const sha256 = digest.digest('hex');
    const listed = this.#sums.get(name);
    if (listed !== undefined && listed !== sha256)
      this.#find('file', `${name} is not the file that is listed: its SHA-256 is ${sha256}`);
    return sha256;
  }
}

function word(value: JsonValue): string {
  return value === null ? 'none' : canonicalJson(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What stands below the header of a message. */
function contentOf(message: Buffer): Buffer {
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? Buffer.alloc(0) : message.subarray(end + 4);
}
