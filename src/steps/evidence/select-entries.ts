import type { JsonObject, JsonValue } from '../../ledger/canonical.ts';
import { ERASURE_KIND, erasedSequences } from '../../ledger/entry.ts';
import type { KeptEntry } from '../../ledger/export.ts';
import { isKeyKind } from '../../ledger/key-chain.ts';
import { newestNamedBy, PERSON_ADDED_KIND, PERSON_REMOVED_KIND, SIGNED_KINDS } from '../../ledger/signed-act.ts';
import type { EvidenceServer } from '../../ports/evidence.ts';
import type { ReadTransaction } from '../../ports/store.ts';

/** What a bundle is about: an operation, or one server in it. */
export interface EvidenceScope {
  readonly operationId: string;
  readonly server: EvidenceServer | null;
}

/** An entry that belongs into a bundle, and which of its rows: `null` where it has none. */
export interface Selected {
  readonly sequence: number;
  readonly rows: readonly number[] | 'all' | null;
  /** It is about something else, and a signed statement in it names it as the newest: its hash belongs in, and nothing else of it. */
  readonly isBeside: boolean;
}

/**
 * Subjects that further entries about something else have in common: an entry of such a kind belongs in, and what else names
 * its subject need not. Kinds that nobody has thought of yet are followed: a notice's dispatches, a candidate's settling.
 */
const SHARED_SUBJECTS = /^(?:operation|server|case|hands-off|person|provider|contact|key|checkpoint|duty)\.|^erasure$/;
/** What a body names and the story needs: by which order, by which fingerprint. */
const FOLLOWED_KEYS = ['authority', 'authorityId', 'fingerprint', 'configuration'] as const;
const IDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
/** A chain of references longer than this is none that anybody has written. */
const MAX_PASSES = 8;

/** The ids that a text names. */
export function idsIn(text: string): readonly string[] {
  return [...text.matchAll(IDS)].map(([id]) => id);
}

/**
 * The entries about an operation or a server, by what they name: their subject, their body's ids, the rows of batches. Reads the
 * ledger until nothing new is named; holds the ids, never the bodies.
 */
export async function selectEntries(transaction: ReadTransaction, scope: EvidenceScope): Promise<readonly Selected[]> {
  const selection = new Selection(scope, await readBatches(transaction, scope));
  const providers = await transaction.evidenceProviders(scope.operationId, scope.server?.serverId ?? null);
  for (const key of providers) selection.providers.add(key);
  for (let pass = 0, before = -1; pass < MAX_PASSES && before !== selection.size; pass++) {
    before = selection.size;
    for await (const page of transaction.ledgerReader().entries()) for (const kept of page) selection.take(kept);
  }
  return selection.result();
}

interface Batches {
  /** By sequence; 'all' of an operation's, none of what is erased. */
  readonly rows: ReadonlyMap<number, readonly number[] | 'all'>;
  /** Of the operation, erased ones too. */
  readonly own: ReadonlySet<number>;
  readonly ids: readonly string[];
}

async function readBatches(transaction: ReadTransaction, { operationId, server }: EvidenceScope): Promise<Batches> {
  const own = new Set(await transaction.evidenceBatches(operationId));
  if (server === null) return { rows: new Map([...own].map((sequence) => [sequence, 'all'])), own, ids: [] };
  const { places, ids } = await transaction.evidenceRows(server);
  const rows = new Map<number, number[]>();
  for (const { sequence, index } of places) rows.set(sequence, [...(rows.get(sequence) ?? []), index]);
  for (const indices of rows.values()) indices.sort((left, right) => left - right);
  return { rows, own, ids };
}

interface PersonEntry {
  readonly sequence: number;
  readonly about: string;
  readonly signer: JsonValue | undefined;
}

class Selection {
  readonly providers = new Set<string>();
  readonly #scope: EvidenceScope;
  readonly #batches: Batches;
  /** Ids whose entries belong in. */
  readonly #followed: Set<string>;
  /** What is named for the story alone: its own entries belong in, what else names it is somebody else's. */
  readonly #named = new Set<string>();
  readonly #own: ReadonlySet<string>;
  readonly #chosen = new Map<number, readonly number[] | 'all' | null>();
  readonly #signers = new Set<string>();
  readonly #people = new Map<number, PersonEntry>();
  readonly #erasures = new Map<number, readonly JsonValue[]>();
  readonly #gone = new Set<number>();
  /** By signed act: the entry that was the newest when it was signed. */
  readonly #over = new Map<number, number>();

  constructor(scope: EvidenceScope, batches: Batches) {
    this.#scope = scope;
    this.#batches = batches;
    const { server } = scope;
    this.#own = new Set(server === null ? [] : [server.serverId, ...server.cases]);
    this.#followed = new Set([...this.#own, ...batches.ids]);
    this.#followed.delete(scope.operationId);
  }

  /** Grows as long as something new is found. */
  get size(): number {
    return this.#chosen.size + this.#followed.size + this.#named.size;
  }

  take({ entry, content }: KeptEntry): void {
    const { kind, sequence, subject } = entry;
    if (content === 'erased') {
      // Whether a batch had rows about one server, nobody can tell any more: that it is gone is told of all.
      if (!this.#batches.own.has(sequence) && !this.#followed.has(subject)) return;
      this.#gone.add(sequence);
      this.#chosen.set(sequence, null);
      return;
    }
    const rows = this.#batches.rows.get(sequence);
    if (rows !== undefined) {
      this.#chosen.set(sequence, rows);
      this.#followed.add(subject);
      return;
    }
    if (isKeyKind(kind) || kind === 'checkpoint.timestamped') this.#chosen.set(sequence, null);
    if (this.#batches.own.has(sequence) || isKeyKind(kind) || content.body.includes('"chunkRoots":')) return;
    // Our own canonical text of a body, which is an object.
    const body: JsonObject = JSON.parse(content.body);
    const over = Object.hasOwn(SIGNED_KINDS, kind) ? newestNamedBy(body) : null;
    if (over !== null) this.#over.set(sequence, over);
    if (kind === PERSON_ADDED_KIND || kind === PERSON_REMOVED_KIND) {
      this.#people.set(sequence, { sequence, about: subject, signer: body['person'] });
    } else if (kind === ERASURE_KIND) {
      this.#erasures.set(sequence, erasedSequences(body) ?? []);
    } else if (this.#isAbout(kind, subject, body, content.body)) {
      this.#choose(sequence, kind, subject, body);
    }
  }

  #isAbout(kind: string, subject: string, body: JsonObject, text: string): boolean {
    const { operationId, server } = this.#scope;
    if (subject === operationId || this.#followed.has(subject) || this.#named.has(subject)) return true;
    if (/^(?:provider|contact)\./.test(kind)) return this.providers.has(subject);
    if (server === null) return body['operation'] === operationId || idsIn(text).some((id) => this.#followed.has(id));
    // What is about another server stays out, whatever it mentions.
    if (/^(?:server|case|hands-off)\./.test(kind)) return this.#own.has(subject);
    return idsIn(text).some((id) => this.#followed.has(id));
  }

  #choose(sequence: number, kind: string, subject: string, body: JsonObject): void {
    this.#chosen.set(sequence, null);
    const { person } = body;
    if (Object.hasOwn(SIGNED_KINDS, kind) && typeof person === 'string') this.#signers.add(person);
    const isShared = SHARED_SUBJECTS.test(kind) || this.#named.has(subject) || subject === this.#scope.operationId;
    if (!isShared) this.#followed.add(subject);
    for (const key of FOLLOWED_KEYS) {
      const value = body[key];
      if (typeof value === 'string' && idsIn(value).length === 1) this.#named.add(value);
    }
  }

  result(): readonly Selected[] {
    this.#choosePeople();
    for (const [sequence, named] of this.#erasures) {
      if (named.some((gone) => typeof gone === 'number' && this.#gone.has(gone))) this.#chosen.set(sequence, null);
    }
    const chosen = [...this.#chosen].map(([sequence, rows]) => ({ sequence, rows, isBeside: false }));
    const named = chosen.map(({ sequence }) => this.#over.get(sequence)).filter((sequence) => sequence !== undefined);
    const beside = [...new Set(named)]
      .filter((sequence) => !this.#chosen.has(sequence))
      .map((sequence) => ({ sequence, rows: null, isBeside: true }));
    return [...chosen, ...beside].sort((left, right) => left.sequence - right.sequence);
  }

  /** Whose signatures are in it, and who put them on record, up to the first. */
  #choosePeople(): void {
    for (let before = -1; before !== this.#signers.size;) {
      before = this.#signers.size;
      for (const { sequence, about, signer } of this.#people.values()) {
        if (!this.#signers.has(about)) continue;
        this.#chosen.set(sequence, null);
        if (typeof signer === 'string') this.#signers.add(signer);
      }
    }
  }
}
