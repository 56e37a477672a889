import type { Reason } from '../../ledger/bundle.ts';
import type { JsonObject, JsonValue } from '../../ledger/canonical.ts';
import type { KeptEntry } from '../../ledger/export.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { idsIn } from './select-entries.ts';
import type { EvidenceScope } from './select-entries.ts';

/**
 * What may be kept back on request:
 *
 * - `personal`: devices with all that names them, mail that came in, answers of registries, rejected lines of files;
 * - `sealed`: authorities under seal with all that names them, notices under them included;
 * - `others`: of one server's bundle, notices and rounds of deconfliction that name further servers.
 */
export const WITHHOLDABLE = ['personal', 'sealed', 'others'] as const;
export type Withholdable = (typeof WITHHOLDABLE)[number];

export interface Verdict {
  readonly state: 'open' | 'withheld' | 'hidden';
  readonly why: Reason | null;
}

const OPEN: Verdict = { state: 'open', why: null };
const PERSONAL_KINDS: ReadonlySet<string> = new Set(['mail.received', 'mail.reclassified']);
const PERSONAL_ROWS: ReadonlySet<JsonValue | undefined> = new Set(['registration', 'rejection']);
/** Kinds whose subject is as secret as what they name. */
const PASSED_ON = /^(?:notice|dispatch|briefing|mail)\./;
const UUID = /^[0-9a-f]{8}-/;

/** Says of each entry, in their order, and of each row whether it is kept back. */
export class Withholding {
  readonly #withhold: ReadonlySet<Withholdable>;
  readonly #tainted = new Map<string, Reason>();

  constructor(withhold: Iterable<Withholdable>, tainted: ReadonlyMap<string, Reason>) {
    this.#withhold = new Set(withhold);
    for (const [id, why] of tainted) this.#tainted.set(id, why);
  }

  get isNothing(): boolean {
    return this.#withhold.size === 0;
  }

  isTainted(id: string): boolean {
    return this.#tainted.has(id);
  }

  /** Entries have to come by sequence. */
  entry({ entry, content }: KeptEntry): Verdict {
    const { kind, subject } = entry;
    const text = content === 'erased' ? '' : content.body;
    const bySubject = this.#tainted.get(subject) ?? null;
    const why = stronger(bySubject, this.#byBody(kind, text));
    if (why === null) return OPEN;
    if (PASSED_ON.test(kind)) this.#tainted.set(subject, why);
    // An id that is derived from an address can be guessed: not even the fields of such an entry are told.
    const isSecret = UUID.test(subject) && (bySubject !== null || PASSED_ON.test(kind)) && why !== 'others';
    return { state: isSecret ? 'hidden' : 'withheld', why };
  }

  row(text: string): boolean {
    if (this.#withhold.size === 0) return false;
    if (idsIn(text).some((id) => this.#tainted.has(id))) return true;
    if (!this.#withhold.has('personal')) return false;
    // Our own canonical text of a row, which is an object.
    const row: JsonObject = JSON.parse(text);
    return PERSONAL_ROWS.has(row['type']);
  }

  #byBody(kind: string, text: string): Reason | null {
    // The body of a batch names hashes only.
    if (this.#withhold.size === 0 || text.includes('"chunkRoots":')) return null;
    if (this.#withhold.has('personal') && PERSONAL_KINDS.has(kind)) return 'personal';
    const open = this.#withhold.has('others') && kind === 'deconfliction.opened' ? 'others' : null;
    return idsIn(text).reduce<Reason | null>((why, id) => stronger(why, this.#tainted.get(id) ?? null), open);
  }
}

/** What names others is no secret by itself: whoever also names a device or a sealed order is one. */
function stronger(left: Reason | null, right: Reason | null): Reason | null {
  return left === null || (left === 'others' && right !== null) ? right : left;
}

/** What is secret from the start; what names it follows. */
export async function prepareWithholding(
  transaction: ReadTransaction,
  { operationId, server }: EvidenceScope,
  withhold: readonly Withholdable[],
  now: Instant,
): Promise<Withholding> {
  const tainted = new Map<string, Reason>();
  if (withhold.includes('others') && server !== null) {
    for (const id of await transaction.sharedNotices(server.serverId)) tainted.set(id, 'others');
  }
  if (withhold.includes('personal')) {
    for (const id of await transaction.evidenceDevices(operationId)) tainted.set(id, 'personal');
  }
  if (withhold.includes('sealed')) {
    for (const id of await transaction.sealedAuthorities(operationId, now)) tainted.set(id, 'sealed');
  }
  return new Withholding(withhold, tainted);
}
