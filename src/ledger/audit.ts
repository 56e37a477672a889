import { auditHeader, readHeader } from './audit-header.ts';
import { MethodTableAudit } from './audit-method-tables.ts';
import { BatchAudit } from './audit-rows.ts';
import { SendingAudit } from './audit-sending.ts';
import { SignatureAudit } from './audit-signatures.ts';
import { batchSummaryOf, isDigest, isObject, rootOfChunks } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import { originOf } from './checkpoint.ts';
import { duplicateKey } from './duplicate-key.ts';
import {
  ERASABLE_KINDS,
  ERASURE_KIND,
  FIRST_PREVIOUS_HASH,
  commitmentTo,
  entryHash,
  erasedSequences,
  isSchemaVersion,
  readEntry,
} from './entry.ts';
import type { Entry } from './entry.ts';
import { MAX_LINE_BYTES, entryLine, erasedLine, headerLine, rowLine } from './export.ts';
import type { ExportHeader } from './export.ts';
import { MAX_FINDINGS } from './finding.ts';
import type { Finding, FindingKind } from './finding.ts';
import { KeyChain, isKeyKind } from './key-chain.ts';
import type { KeyChange } from './key-chain.ts';
import { KnownCheckpoint } from './known-checkpoint.ts';
import { LineSplitter } from './lines.ts';
import { MerkleTree, leafHashOfDigest } from './merkle.ts';
import { formatVerifierKey, parseVerifierKey } from './note.ts';
import type { VerifierKey } from './note.ts';

export interface AuditOptions {
  /** A signed checkpoint of this ledger that the auditor has kept elsewhere: the export must continue it. */
  readonly knownCheckpoint?: string;
  /**
   * The verifier key that the organisation has handed over by another way. Without it, a forger may use a key of his
   * own. A key that the ledger has replaced since will do, if every rotation after it is signed.
   */
  readonly knownKey?: string;
}

export interface AuditReport {
  /** Whether nothing was found. */
  readonly ok: boolean;
  /** The header as it stands in the file; null when it cannot be read. */
  readonly header: ExportHeader | null;
  /** Entries read. */
  readonly entries: number;
  /** Rows of batches read. */
  readonly rows: number;
  /** The root computed from the entries read, 64 hexadecimal digits. */
  readonly root: string;
  /** Entries whose body is erased, as a later entry says. */
  readonly erased: number;
  /** The rotations of the signing key. One whose key was lost is no finding, but a reader has to know of it. */
  readonly keyChanges: readonly KeyChange[];
  /** The first is the first bad place in the file. At most MAX_FINDINGS. */
  readonly findings: readonly Finding[];
  /** How many more there were. */
  readonly moreFindings: number;
}

/**
 * Audits the export of a ledger from its bytes alone. Streams; memory is bounded by the longest line allowed and by
 * the numbers of erased entries, of keys, of acts that people signed, of drafts and of messages sent. Bad content is findings, never an exception; only the stream itself may throw.
 */
export async function auditExport(chunks: AsyncIterable<Uint8Array>, options: AuditOptions = {}): Promise<AuditReport> {
  const audit = new Audit(options);
  const lines = new LineSplitter(MAX_LINE_BYTES, (text, isWhole) => {
    audit.line(text, isWhole);
  });
  for await (const chunk of chunks) {
    if (!lines.push(chunk)) audit.lineTooLong();
    if (audit.isStopped) break;
  }
  if (!audit.isStopped) lines.end();
  audit.end();
  return audit.report();
}

class Audit {
  readonly #options: AuditOptions;
  readonly #findings: Finding[] = [];
  #moreFindings = 0;
  #line = 0;
  #isStopped = false;
  /** Lines are missing, doubled or unreadable: then counts and root are off anyway, and not reported again. */
  #isBroken = false;

  #header: ExportHeader | null = null;
  #headerKey: VerifierKey | null = null;
  #expectedEntries: number | null = null;
  readonly #known: KnownCheckpoint | null;
  readonly #chain = new KeyChain();
  readonly #signatures = new SignatureAudit(true);
  readonly #sending = new SendingAudit();
  readonly #methodTables = new MethodTableAudit();

  #entries = 0;
  #rows = 0;
  #erased = 0;
  #nextSequence = 1;
  #previousTime = '';
  /** Null after an entry that could not be read. */
  #previousHash: string | null = FIRST_PREVIOUS_HASH;
  #last: Entry | null = null;
  readonly #tree = new MerkleTree();
  #batch: BatchAudit | null = null;
  /** Entries without a body that no erasure entry has named yet, with their lines. */
  readonly #unexplained = new Map<number, number>();
  /** Every entry without a body, and whether its kind may be erased. */
  readonly #bodiless = new Map<number, boolean>();

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#known = options.knownCheckpoint === undefined ? null : new KnownCheckpoint(options.knownCheckpoint);
  }

  /** Set when reading on would tell nothing more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  line(text: string | null, isWhole: boolean): void {
    if (this.#isStopped) return;
    this.#line += 1;
    if (this.#isComplete() && text?.startsWith('{"row":') !== true) {
      this.#find('trailing-bytes', null, 'the ledger has ended, but the file goes on');
      this.#isStopped = true;
      return;
    }
    if (text === null) {
      this.#lose('not-utf8', 'the line is not UTF-8');
      return;
    }
    let value: JsonValue;
    try {
      value = JSON.parse(text);
    } catch {
      if (isWhole && text.startsWith('\uFEFF')) this.#lose('byte-order-mark', 'the line begins with a byte order mark');
      else if (isWhole) this.#lose('not-json', 'the line is not JSON');
      else this.#lose('cut-tail', 'the file ends in the middle of this line');
      return;
    }
    if (!isWhole) this.#find('missing-final-newline', this.#place(), 'the last line has no newline at its end');
    if (!isObject(value)) this.#lose('shape', 'the line is not an object');
    else if (this.#line === 1) this.#readHeader(value, text);
    else this.#readItem(value, text);
  }

  lineTooLong(): void {
    this.#line += 1;
    this.#lose('line-too-long', `the line is longer than ${MAX_LINE_BYTES} bytes; nothing behind it was read`);
    this.#isStopped = true;
  }

  /** Everything has been read, or all that can be. */
  end(): void {
    if (!this.#isStopped) this.#auditEnd();
    const { knownKey } = this.#options;
    if (knownKey !== undefined) this.#auditKnownKey(knownKey.trim());
    this.#auditKnownCheckpoint();
  }

  /** What is missing? */
  #auditEnd(): void {
    if (this.#line === 0) {
      this.#find('header', null, 'the file is empty');
      return;
    }
    const batch = this.#batch;
    if (batch !== null && !batch.isComplete) {
      this.#isBroken = true;
      const message = `the file ends after ${batch.seen} of the entry's ${batch.summary.count} rows`;
      this.#findOnce('cut-tail', batch.sequence, message);
    }
    const expected = this.#expectedEntries;
    if (expected !== null && this.#nextSequence <= expected) {
      this.#isBroken = true;
      this.#findOnce(
        'cut-tail',
        this.#nextSequence,
        `the file ends after ${this.#nextSequence - 1} of ${expected} entries`,
      );
    }
    this.#auditTotals();
    for (const [sequence, line] of this.#unexplained) {
      this.#findAt(
        line,
        'erasure',
        sequence,
        'the body is missing, but it may not be, or no later entry says that it was erased',
      );
    }
  }

  report(): AuditReport {
    return {
      ok: this.#findings.length === 0,
      header: this.#header,
      entries: this.#entries,
      rows: this.#rows,
      root: this.#tree.root(),
      erased: this.#erased,
      keyChanges: this.#chain.changes,
      findings: this.#findings,
      moreFindings: this.#moreFindings,
    };
  }

  #readHeader(value: JsonObject, text: string): void {
    const header = readHeader(value);
    if (header === null) {
      this.#isBroken = true;
      this.#find('header', null, 'this is not the header of a ledger export');
      if (value['entry'] !== undefined || value['row'] !== undefined) this.#readItem(value, text);
      return;
    }
    this.#compare(value, text, () => headerLine(header));
    this.#header = header;
    const { key, checkpoint, findings } = auditHeader(header);
    for (const { kind, message } of findings) this.#find(kind, null, message);
    this.#headerKey = key;
    this.#expectedEntries = checkpoint?.size ?? header.entries;
    this.#reach();
  }

  /** The ledger is one entry longer, or at its beginning. */
  #reach(): void {
    if (!this.#isBroken) this.#known?.reach(this.#tree.size, () => this.#tree.root());
  }

  #auditKnownKey(text: string): void {
    const known = parseVerifierKey(text);
    if (!known.ok) {
      this.#findAt(1, 'key', null, `the known key cannot be read: ${known.reason}`);
      return;
    }
    if (this.#header === null || this.#header.verifierKey === text) return;
    const objection =
      this.#chain.current === null
        ? 'the ledger is signed by another key than the known one'
        : this.#chain.objectionTo(known.value);
    if (objection !== null) this.#findAt(1, 'key', null, objection);
  }

  #auditKnownCheckpoint(): void {
    if (this.#known === null || this.#header === null || !this.#header.organisation.isWellFormed()) return;
    const known = parseVerifierKey(this.#options.knownKey?.trim() ?? '');
    const keys = [known.ok ? known.value : null, this.#headerKey, ...this.#chain.keys].filter((key) => key !== null);
    const size = this.#isBroken || this.#isStopped ? null : this.#tree.size;
    const objection = this.#known.objection(originOf(this.#header.organisation), keys, size);
    if (objection !== null) this.#findAt(null, 'known-checkpoint', objection.sequence, objection.message);
  }

  #readItem(value: JsonObject, text: string): void {
    if (value['row'] !== undefined) this.#readRow(value, value['row'], text);
    else if (isObject(value['entry'])) this.#readEntry(value, value['entry'], text);
    else this.#lose('shape', 'the line is neither an entry nor a row');
  }

  #readRow(value: JsonObject, row: JsonValue, text: string): void {
    let canonicalRow: string;
    try {
      canonicalRow = canonicalJson(row);
    } catch (error) {
      this.#lose('not-canonical', reasonOf(error));
      return;
    }
    this.#compare(value, text, () => rowLine(canonicalRow));
    this.#rows += 1;
    this.#sending.followRow(row);
    const batch = this.#batch;
    if (batch === null || batch.isComplete) {
      const sequence = this.#nextSequence > 1 ? this.#nextSequence - 1 : null;
      this.#isBroken = true;
      this.#find('row-count', sequence, 'a row more than the entry before has');
      return;
    }
    this.#reportBadRows(batch, batch.add(canonicalRow));
  }

  #reportBadRows(batch: BatchAudit, bad: ReturnType<BatchAudit['add']>): void {
    if (bad === null) return;
    const [first, last] = [batch.line + bad.first, batch.line + bad.last];
    const which =
      bad.first === bad.last
        ? `row ${bad.first} is not the one`
        : `rows ${bad.first} to ${bad.last} (lines ${first} to ${last}) are not those`;
    this.#findAt(first, 'row-root', batch.sequence, `${which} that the entry committed to`);
  }

  #readEntry(value: JsonObject, fields: JsonObject, text: string): void {
    this.#closeBatch();
    const entry = readEntry(fields);
    const { body, salt, erased } = value;
    if (entry === null) {
      this.#lose('shape', 'a field of the entry is missing or malformed');
      return;
    }
    this.#entries += 1;
    if (erased === true && body === undefined && salt === undefined) {
      this.#compare(value, text, () => erasedLine(entry));
      this.#auditChain(entry);
      this.#erased += 1;
      if (isKeyKind(entry.kind)) this.#find('key', entry.sequence, 'an entry that names a key is never erased');
      this.#sending.followErased(entry);
      this.#unexplained.set(entry.sequence, this.#line);
      // A key's entry is found already.
      this.#bodiless.set(entry.sequence, ERASABLE_KINDS.includes(entry.kind) || isKeyKind(entry.kind));
      return;
    }
    let canonicalBody: string;
    try {
      canonicalBody = canonicalJson(body);
    } catch (error) {
      this.#find(body === undefined ? 'shape' : 'not-canonical', this.#nextSequence, `the body: ${reasonOf(error)}`);
      this.#auditChain(entry);
      return;
    }
    if (!isDigest(salt) || !isObject(body)) {
      this.#find('shape', this.#nextSequence, 'an entry has a body and 32 bytes of salt, or is erased');
      this.#auditChain(entry);
      return;
    }
    this.#compare(value, text, () => entryLine(entry, canonicalBody, salt));
    this.#auditChain(entry);
    if (commitmentTo(canonicalBody, Buffer.from(salt, 'hex')) !== entry.commitment) {
      this.#find('commitment', entry.sequence, 'body and salt are not what the entry committed to');
    }
    this.#readBody(entry, body);
  }

  #readBody(entry: Entry, body: JsonObject): void {
    const { sequence } = entry;
    if (!isSchemaVersion(body['schema'])) this.#find('shape', sequence, 'the body does not tell its schema version');
    const summary = batchSummaryOf(body);
    if (summary === 'malformed') {
      this.#find('shape', sequence, 'what the body says of its rows is malformed');
    } else if (summary !== null) {
      if (rootOfChunks(summary.chunkRoots) !== summary.root) {
        this.#find('row-root', sequence, 'the root of the rows does not follow from the roots of their chunks');
      }
      this.#batch = new BatchAudit(sequence, this.#line, summary);
    }
    const keyFault = this.#chain.follow(entry, body);
    if (keyFault !== null) this.#find('key', sequence, keyFault);
    const signatureFault = this.#signatures.follow(entry, body);
    if (signatureFault !== null) this.#find('signed-act', sequence, `${entry.kind}: ${signatureFault}`);
    const sendingFaults = signatureFault === null ? this.#sending.follow(entry, body) : [];
    for (const fault of sendingFaults) this.#find('sending', sequence, `${entry.kind}: ${fault}`);
    const tableFault = signatureFault === null ? this.#methodTables.follow(entry, body) : null;
    if (tableFault !== null) this.#find('method-table', sequence, `${entry.kind}: ${tableFault}`);
    if (entry.kind !== ERASURE_KIND) return;
    const sequences = erasedSequences(body);
    if (sequences === null) this.#find('shape', sequence, 'an erasure does not say which entries it concerns');
    for (const erased of sequences ?? []) {
      if (typeof erased !== 'number' || !this.#bodiless.has(erased)) {
        const what = `the erasure names entry ${JSON.stringify(erased)}, which has its body still, or is none of those before`;
        this.#find('erasure', sequence, what);
      } else if (this.#bodiless.get(erased) === true) {
        this.#unexplained.delete(erased);
      }
    }
  }

  /** Place, link, time and hash of an entry. */
  #auditChain(entry: Entry): void {
    if (this.#last !== null) this.#signatures.pass(this.#last.sequence, this.#last.hash, this.#last.recordedAt);
    this.#last = entry;
    const expected = this.#nextSequence;
    const isLinked = entry.previousHash === this.#previousHash;
    if (entry.sequence !== expected) {
      this.#isBroken = true;
      this.#signatures.lose();
      this.#find(
        'gap',
        expected,
        `entry ${expected} is expected here, and entry ${entry.sequence} stands in its place`,
      );
    } else if (this.#previousHash !== null && !isLinked) {
      this.#find('link', expected, 'the entry does not link to the one before');
    }
    if (entry.recordedAt < this.#previousTime) {
      this.#find('time', expected, `${entry.recordedAt} is before the previous entry's ${this.#previousTime}`);
    }
    if (entryHash(entry) !== entry.hash) {
      this.#find('hash', expected, 'the fields of the entry do not give its hash');
    }
    // Where the link holds, only the number is wrong; else the numbers go on from here.
    this.#nextSequence = (isLinked ? expected : entry.sequence) + 1;
    this.#previousHash = entry.hash;
    this.#previousTime = entry.recordedAt;
    this.#tree.append(leafHashOfDigest(entry.hash));
    this.#reach();
  }

  #closeBatch(): void {
    const batch = this.#batch;
    this.#batch = null;
    if (batch === null || batch.isComplete) return;
    this.#isBroken = true;
    const message = `the next entry comes after ${batch.seen} of the entry's ${batch.summary.count} rows`;
    this.#find('row-count', batch.sequence, message);
  }

  #auditTotals(): void {
    if (this.#isBroken) return;
    const header = this.#header;
    if (header === null) return;
    if (this.#tree.root() !== header.root) {
      this.#findAt(1, 'root', null, 'the root over the entries is not the one in the header');
    }
    if (this.#rows !== header.rows) {
      this.#findAt(1, 'row-count', null, `the header counts ${header.rows} rows, the file has ${this.#rows}`);
    }
    const { current } = this.#chain;
    if (current !== null && formatVerifierKey(current) !== header.verifierKey) {
      this.#findAt(1, 'key', null, 'the header is signed by another key than the last one that the ledger names');
    }
  }

  /** Whether all that the header announced has been read. */
  #isComplete(): boolean {
    const expected = this.#expectedEntries;
    return expected !== null && this.#nextSequence > expected && (this.#batch === null || this.#batch.isComplete);
  }

  /** The line must be, byte for byte, what the exporter makes of what was read from it. */
  #compare(value: JsonObject, text: string, rebuild: () => string): void {
    try {
      const line = rebuild();
      if (line.length === text.length + 1 && line.startsWith(text)) return;
    } catch {
      // A lone surrogate in a header; the general comparison below says so.
    }
    const key = duplicateKey(text);
    if (text.endsWith('\r')) this.#find('carriage-return', this.#place(), 'the line ends in a carriage return');
    else if (key !== null) this.#find('duplicate-key', this.#place(), `the key "${key}" stands twice in one object`);
    else if (isCanonical(value, text))
      this.#find('shape', this.#place(), 'the line has a field that does not belong there');
    else this.#find('not-canonical', this.#place(), 'the line is not in canonical form (RFC 8785)');
  }

  /** A line that cannot be read: takes its place as what stood to be expected there. */
  #lose(kind: FindingKind, message: string): void {
    if (kind === 'cut-tail') this.#findOnce(kind, this.#place(), message);
    else this.#find(kind, this.#place(), message);
    this.#isBroken = true;
    this.#signatures.lose();
    // A lost header takes the place of nothing.
    if (this.#line === 1) return;
    if (this.#batch !== null && !this.#batch.isComplete) {
      this.#rows += 1;
      this.#batch.add(null);
    } else {
      this.#entries += 1;
      this.#nextSequence += 1;
      this.#previousHash = null;
    }
  }

  /** The entry that the present line belongs to, as far as its place tells. */
  #place(): number | null {
    if (this.#line === 1) return null;
    return this.#batch === null || this.#batch.isComplete ? this.#nextSequence : this.#batch.sequence;
  }

  #find(kind: FindingKind, sequence: number | null, message: string): void {
    this.#findAt(this.#line === 0 ? null : this.#line, kind, sequence, message);
  }

  #findOnce(kind: FindingKind, sequence: number | null, message: string): void {
    if (!this.#findings.some((finding) => finding.kind === kind)) this.#find(kind, sequence, message);
  }

  #findAt(line: number | null, kind: FindingKind, sequence: number | null, message: string): void {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ line, sequence, kind, message });
    else this.#moreFindings += 1;
  }
}

function isCanonical(value: JsonObject, text: string): boolean {
  try {
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
