import { createHash } from 'node:crypto';
import { ahead, fewRows } from '../../ledger/ahead.ts';
import { entryPaths, rowParts, rowsOf } from '../../ledger/build-evidence-proof.ts';
import type { RowsReader } from '../../ledger/build-evidence-proof.ts';
import type { ProofReader } from '../../ledger/build-proof.ts';
import {
  BUNDLE_FORMAT,
  CONTENTS_FILE,
  HEAD_FILE,
  SIGNED_FILE,
  SUMS_FILE,
  BESIDE,
  contentsText,
  fileOf,
  headText,
  manifestText,
  namedByEntry,
  namedByRow,
} from '../../ledger/bundle.ts';
import type { BundleHead, EntryLine, NamedLine, Reason } from '../../ledger/bundle.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import { EVIDENCE_PROOF_FORMAT, formatEvidenceProof } from '../../ledger/evidence-proof.ts';
import type { ProvedItem } from '../../ledger/evidence-proof.ts';
import type { KeptEntry } from '../../ledger/export.ts';
import { signNote } from '../../ledger/note.ts';
import type { Signer } from '../../ledger/note.ts';
import type { AuditProgram, BundleWriter } from '../../ports/evidence.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { problem } from '../../domain/problem.ts';
import type { Selected } from './select-entries.ts';
import { storyHtml, storyText } from './story-pages.ts';
import type { StoryEvent, StoryHead, StoryLink } from './story-pages.ts';
import { learn, learnRow, tellEntry, tellRow } from './tell.ts';
import type { Names } from './tell.ts';
import { READ_ME } from './read-me.ts';
import type { Verdict, Withholding } from './withhold.ts';

/** Paths of so many entries are worked out at once; each such group reads the hashes of the ledger once. */
const ENTRIES_A_PASS = 4096;
/** Beyond that the story is told on pages of its own. */
const EVENTS_A_PAGE = 500;
/** Rows of one entry that the story tells; the proofs have them all. */
const ROWS_TOLD = 12;

export interface BundleRequest {
  readonly head: Omit<BundleHead, 'format'>;
  /** Entries under the checkpoint. */
  readonly size: number;
  readonly signer: Signer;
  readonly selected: readonly Selected[];
  readonly withholding: Withholding;
  /** How the story begins. */
  readonly story: StoryHead;
  readonly names: Names;
}

export interface WrittenBundle {
  readonly files: number;
  readonly entries: number;
  readonly rows: number;
  readonly withheld: number;
  readonly erased: number;
  /** Files that entries name and that are not kept here any more, or are damaged. */
  readonly missing: readonly string[];
}

/** Writes a bundle file by file; holds one part of one entry, a page of the story, and the lists of names. */
export async function writeBundle(
  transaction: ReadTransaction,
  request: BundleRequest,
  writer: BundleWriter,
  program: AuditProgram,
): Promise<WrittenBundle> {
  const bundle = new Bundle(transaction, request, writer);
  for (let first = 0; first < request.selected.length; first += ENTRIES_A_PASS) {
    await bundle.entries(request.selected.slice(first, first + ENTRIES_A_PASS));
  }
  await bundle.namedFiles();
  await bundle.story();
  for (const { name, text } of await program.files()) await bundle.add(`audit/${name}`, text);
  return bundle.finish();
}

/** An entry that belongs in, as it is kept, and its rows where they are all wanted and few. */
async function readChosen(
  proofs: ProofReader,
  chosen: Selected,
): Promise<{ readonly chosen: Selected; readonly kept: KeptEntry | null; readonly texts: readonly string[] | null }> {
  const { sequence, rows } = chosen;
  const kept = await proofs.entry(sequence);
  if (kept === null || kept.content === 'erased' || rows !== 'all') return { chosen, kept, texts: null };
  // Our own canonical text of a body, which is an object.
  const body: JsonObject = JSON.parse(kept.content.body);
  const count = rowsOf(body)?.count ?? null;
  const all = { first: 0, count: Infinity };
  return {
    chosen,
    kept,
    texts: count === null ? null : await fewRows({ kind: kept.entry.kind, count }, () => proofs.rows(sequence, all)),
  };
}

type Named = Pick<NamedLine, 'type' | 'sha256'>;

const LINK_LABELS = {
  message: 'message (.eml)',
  document: 'document',
  certificate: 'certificate (DER)',
  answer: 'raw answer',
} as const satisfies Record<Named['type'], string>;

const MESSAGE_LABELS: Readonly<Record<string, string>> = {
  'notice.drafted': 'draft (.eml)',
  'notice.approved': 'the draft that was approved (.eml)',
  'dispatch.attempted': 'message as it was sent (.eml)',
  'mail.received': 'message as it came in (.eml)',
};

class Bundle {
  readonly #transaction: ReadTransaction;
  readonly #request: BundleRequest;
  readonly #writer: BundleWriter;
  readonly #sums = new Map<string, string>();
  readonly #contents: EntryLine[] = [];
  /** What entries and rows name, and why it is kept back; open where any of them is told. */
  readonly #named = new Map<string, Named & { readonly why: Reason | null }>();
  readonly #namedLines: NamedLine[] = [];
  #events: StoryEvent[] = [];
  readonly #pages: StoryLink[] = [];
  #rows = 0;
  #withheld = 0;

  constructor(transaction: ReadTransaction, request: BundleRequest, writer: BundleWriter) {
    this.#transaction = transaction;
    this.#request = request;
    this.#writer = writer;
  }

  async add(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    this.#sums.set(name, createHash('sha256').update(bytes).digest('hex'));
    await this.#writer.add(name, bytes);
  }

  async entries(selected: readonly Selected[]): Promise<void> {
    const proofs = this.#transaction.proofs();
    const sequences = selected.map(({ sequence }) => sequence);
    const paths = await entryPaths(proofs, sequences, this.#request.size);
    for await (const { chosen, kept, texts } of ahead(selected, (chosen) => readChosen(proofs, chosen))) {
      const { sequence, rows } = chosen;
      const path = paths.get(sequence);
      if (kept === null || path === undefined) {
        throw problem('database', `entry ${sequence} of the ledger is gone`, 'See what is wrong with: dismantle audit');
      }
      if (chosen.isBeside) {
        const files = [await this.#proof(sequence, '', { state: 'hidden', hash: kept.entry.hash, path, sequence })];
        this.#list({ kind: BESIDE, sequence, state: 'hidden', why: BESIDE, files, rows: null });
        continue;
      }
      await this.#entry(kept, path, rows, (range) =>
        texts === null ? proofs.rows(sequence, range) : [texts.slice(range.first, range.first + range.count)],
      );
    }
  }

  async #entry(kept: KeptEntry, path: readonly string[], rows: Selected['rows'], read: RowsReader): Promise<void> {
    const { entry, content } = kept;
    const verdict: Verdict = this.#request.withholding.entry(kept);
    const { kind, sequence, subject } = entry;
    if (verdict.state === 'hidden') {
      const files = [await this.#proof(sequence, '', { state: 'hidden', hash: entry.hash, path, sequence })];
      this.#list({ kind, sequence, state: 'hidden', why: verdict.why, files, rows: null });
      await this.#tellAbsent(sequence, null, `Kept back on request (${verdict.why ?? ''}).`, files);
      return;
    }
    if (content === 'erased' || verdict.state === 'withheld') {
      const state = content === 'erased' ? 'erased' : 'withheld';
      const why = content === 'erased' ? 'erased' : verdict.why;
      const files = [await this.#proof(sequence, `-${slug(kind)}`, { state, entry, path })];
      this.#list({ kind, sequence, state, why, files, rows: null });
      for (const named of namedByEntry(kind, subject, null)) this.#name(named, why);
      const said =
        state === 'erased'
          ? 'What was recorded here is erased, as a later entry says'
          : `Kept back on request (${why ?? ''})`;
      await this.#tellAbsent(sequence, entry.recordedAt, `${said}: ${kind}.`, files);
      return;
    }
    // Our own canonical text of a body, which is an object.
    const body: JsonObject = JSON.parse(content.body);
    const salt = Buffer.from(content.salt).toString('hex');
    const open = { state: 'open' as const, body, entry, path, salt };
    learn(this.#request.names, entry, body);
    const named = [...namedByEntry(kind, subject, body)];
    const details: string[] = [];
    const files: string[] = [];
    let [shown, withheld] = [0, 0];
    const summary = rowsOf(body);
    if (summary === null || rows === null) {
      files.push(await this.#proof(sequence, `-${slug(kind)}`, { ...open, runs: [] }));
    } else {
      const isWithheld = (row: string): boolean => this.#request.withholding.row(row);
      for await (const part of rowParts(summary, read, rows, isWithheld)) {
        const number = files.length === 0 ? '' : `-${files.length + 1}`;
        files.push(await this.#proof(sequence, `-${slug(kind)}${number}`, { ...open, runs: part.runs }));
        withheld += part.withheld;
        for (const row of part.runs.flatMap((run) => run.rows)) {
          shown += 1;
          await this.#row(row, details, named);
        }
      }
      if (shown > details.length) details.push(`and ${shown - details.length} more rows, all in the proof`);
      if (withheld > 0) details.push(`${withheld} rows are kept back on request`);
    }
    this.#rows += shown;
    this.#withheld += withheld;
    const counts = summary === null ? null : { count: summary.count, shown, withheld };
    this.#list({ kind, sequence, state: 'open', why: null, files, rows: counts });
    for (const each of named) this.#name(each, null);
    await this.#tell({
      sequence,
      at: entry.recordedAt,
      sentence: tellEntry(entry, body, this.#request.names),
      details,
      links: [...linksTo(files), ...linksOf(kind, named)],
      keptBack: null,
    });
  }

  async #row(row: JsonObject, details: string[], named: Named[]): Promise<void> {
    learnRow(this.#request.names, row);
    if (details.length < ROWS_TOLD) details.push(tellRow(row, this.#request.names));
    const own = namedByRow(row);
    for (const each of own) {
      this.#name(each, null);
      if (named.length < ROWS_TOLD) named.push(each);
    }
    // An answer stands in its row as text; beside it, the same bytes can be opened by themselves.
    const [answer] = own;
    const { body } = row;
    if (answer?.type === 'answer' && typeof body === 'string' && !this.#sums.has(fileOf(answer))) {
      const bytes = Buffer.from(body, 'utf8');
      if (sha256Of(bytes) === answer.sha256) await this.add(fileOf(answer), bytes);
    }
  }

  async #proof(sequence: number, behind: string, item: ProvedItem): Promise<string> {
    const name = `entries/${String(sequence).padStart(9, '0')}${behind}.json`;
    const { organisation, signed } = this.#request.head;
    await this.add(name, formatEvidenceProof({ format: EVIDENCE_PROOF_FORMAT, organisation, proofs: [item], signed }));
    return name;
  }

  #list(line: Omit<EntryLine, 'type'>): void {
    this.#contents.push({ type: 'entry', ...line });
    if (line.state === 'withheld' || (line.state === 'hidden' && line.why !== BESIDE)) this.#withheld += 1;
  }

  #name(named: Named, why: Reason | null): void {
    const file = fileOf(named);
    const before = this.#named.get(file);
    if (before === undefined || why === null) this.#named.set(file, { type: named.type, sha256: named.sha256, why });
  }

  /** Messages, documents and certificates, each once; nothing that is not what was named. */
  async namedFiles(): Promise<void> {
    for (const [file, { sha256, type, why }] of [...this.#named].sort(([left], [right]) => (left < right ? -1 : 1))) {
      if (why !== null) {
        this.#namedLines.push({ type, sha256, state: 'withheld', why });
        continue;
      }
      if (!this.#sums.has(file)) {
        const bytes =
          type === 'certificate'
            ? await this.#transaction.certificate(sha256)
            : type === 'answer'
              ? null
              : await this.#transaction.noticeMessage(sha256);
        if (bytes === null || sha256Of(bytes) !== sha256) {
          this.#namedLines.push({ type, sha256, state: 'missing', why: 'missing' });
          continue;
        }
        await this.add(file, bytes);
      }
      this.#namedLines.push({ type, sha256, state: 'given', why: null });
    }
  }

  #tellAbsent(sequence: number, at: string | null, sentence: string, files: readonly string[]): Promise<void> {
    return this.#tell({ sequence, at, sentence, details: [], links: linksTo(files), keptBack: sentence });
  }

  async #tell(event: StoryEvent): Promise<void> {
    this.#events.push(event);
    if (this.#events.length >= EVENTS_A_PAGE) await this.#page();
  }

  async #page(): Promise<void> {
    const [events, first, last] = [this.#events, this.#events[0], this.#events.at(-1)];
    if (first === undefined || last === undefined) return;
    const name = `pages/${String(this.#pages.length + 1).padStart(5, '0')}`;
    const label = `Entries ${first.sequence} to ${last.sequence}${first.at === null ? '' : `, from ${first.at.slice(0, 16).replace('T', ' ')}`}`;
    const head = { title: `${this.#request.story.title}: ${label.toLowerCase()}`, lead: [], facts: [] };
    await this.add(
      `${name}.html`,
      storyHtml(head, events, [{ label: 'Back to the first page', file: 'index.html' }], '../'),
    );
    await this.add(`${name}.txt`, storyText(head, events, []));
    this.#pages.push({ label, file: `${name}.html` });
    this.#events = [];
  }

  async story(): Promise<void> {
    if (this.#pages.length > 0) await this.#page();
    const lead = [...this.#request.story.lead, ...this.#absentSentences()];
    const head = { ...this.#request.story, lead };
    const further = [
      { label: 'How to check it', file: 'README.txt' },
      { label: 'List of all entries and files', file: CONTENTS_FILE },
      { label: 'Checksums', file: SUMS_FILE },
    ];
    const pages = [...further, ...this.#pages];
    await this.add('index.html', storyHtml(head, this.#events, pages, ''));
    await this.add('index.txt', storyText(head, this.#events, pages));
    await this.add('README.txt', READ_ME);
  }

  #absentSentences(): readonly string[] {
    const missing = this.#missing();
    const withheld =
      this.#request.head.withhold.length === 0
        ? 'Nothing was kept back on request.'
        : `Kept back on request: ${this.#request.head.withhold.join(', ')}; ${this.#withheld} entries and rows.`;
    const erased =
      this.#erased() === 0
        ? []
        : [`${this.#erased()} entries are erased, as the retention rules ask; later entries say so.`];
    return [
      withheld,
      ...erased,
      ...(missing.length === 0
        ? []
        : [`${missing.length} files that entries name are not kept any more: ${CONTENTS_FILE} lists them.`]),
    ];
  }

  #erased(): number {
    return this.#contents.filter(({ state }) => state === 'erased').length;
  }

  #missing(): readonly string[] {
    return this.#namedLines.filter(({ state }) => state === 'missing').map(fileOf);
  }

  async finish(): Promise<WrittenBundle> {
    const { head, signer, size } = this.#request;
    await this.add(HEAD_FILE, headText({ format: BUNDLE_FORMAT, ...head }));
    await this.add(CONTENTS_FILE, [...this.#contents, ...this.#namedLines].map(contentsText).join(''));
    const names = [...this.#sums.keys()].sort((left, right) => (left < right ? -1 : 1));
    const sums = Buffer.from(names.map((name) => `${this.#sums.get(name) ?? ''}  ${name}\n`).join(''), 'utf8');
    await this.#writer.add(SUMS_FILE, sums);
    const note = signNote(manifestText(head.organisation, sha256Of(sums), size), signer);
    await this.#writer.add(SIGNED_FILE, Buffer.from(note, 'utf8'));
    return {
      files: this.#sums.size + 2,
      entries: this.#contents.length,
      rows: this.#rows,
      withheld: this.#withheld,
      erased: this.#erased(),
      missing: this.#missing(),
    };
  }
}

function linksTo(files: readonly string[]): readonly StoryLink[] {
  return files.map((file, index) => ({
    label: files.length === 1 ? 'entry and proof' : `entry and proof, part ${index + 1}`,
    file,
  }));
}

function linksOf(kind: string, named: readonly Named[]): readonly StoryLink[] {
  const label = ({ type }: Named): string =>
    type === 'message' ? (MESSAGE_LABELS[kind] ?? LINK_LABELS[type]) : LINK_LABELS[type];
  const links = new Map(named.map((each) => [fileOf(each), { label: label(each), file: fileOf(each) }]));
  return [...links.values()];
}

/** A kind as a part of a file's name. */
function slug(kind: string): string {
  return kind
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, 60)
    .replace(/[^a-z0-9]+$/, '');
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
