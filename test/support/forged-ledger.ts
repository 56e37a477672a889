import { z } from 'zod';
import { auditExport } from '../../src/ledger/audit.ts';
import type { Finding } from '../../src/ledger/finding.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { JsonObject, JsonValue } from '../../src/ledger/canonical.ts';
import { originOf } from '../../src/ledger/checkpoint.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { createSigner, privateKeyFromSeed } from '../../src/ledger/note.ts';
import { readRecord, readStatement, statementText, termsOf, verifyRecord } from '../../src/ledger/signed-act.ts';
import type { LedgerTip } from '../../src/ledger/signed-act.ts';
import type { Signing } from '../../src/ports/signing.ts';
import { seededKey } from './seeded-key.ts';

/** An entry that can be left out or changed before everything is hashed anew. */
export interface ForgedEntry {
  readonly recordedAt: string;
  readonly actor: string;
  readonly kind: string;
  readonly subject: string;
  readonly body: JsonObject & { readonly schema: number };
  readonly rows: readonly string[];
}

const json: z.ZodType<JsonValue> = z.json();
const entryLine = z.object({
  entry: z.object({ recordedAt: z.string(), actor: z.string(), kind: z.string(), subject: z.string() }),
  body: z.looseObject({ schema: z.number() }).and(z.record(z.string(), json)),
});
const rowLine = z.object({ row: json });

/** The entries of an export, none of them erased. */
export function entriesOf(exported: Buffer): readonly ForgedEntry[] {
  const entries: (ForgedEntry & { rows: string[] })[] = [];
  for (const line of exported.toString('utf8').trimEnd().split('\n').slice(1)) {
    const value: unknown = JSON.parse(line);
    const row = rowLine.safeParse(value);
    if (row.success) entries.at(-1)?.rows.push(canonicalJson(row.data.row));
    else {
      const { entry, body } = entryLine.parse(value);
      entries.push({ ...entry, body, rows: [] });
    }
  }
  return entries;
}

/** What an audit finds in a ledger of these entries, made by somebody who can write it anew and sign checkpoints. */
export async function findingsIn(
  entries: readonly ForgedEntry[],
  erased: (entry: ForgedEntry) => boolean = () => false,
  /** Those who sign with keys of their own, by name. */
  people: ReadonlyMap<string, Signing> = new Map(),
): Promise<readonly Pick<Finding, 'kind' | 'message'>[]> {
  const ledger = new MemoryLedger('CERT Example');
  const salt = Buffer.alloc(32, 5);
  let tip: LedgerTip | null = null;
  for (const entry of entries) {
    const { rows, ...draft } = await signedOver(entry, tip, people);
    const sealed =
      draft.body['rows'] === undefined ? ledger.append(draft, salt) : ledger.appendBatch(draft, rows, salt);
    tip = { sequence: sealed.entry.sequence, hash: sealed.entry.hash };
  }
  const last = entries.at(-1)?.recordedAt ?? '';
  for (const [index, entry] of entries.entries()) {
    if (erased(entry)) ledger.erase(index + 1, { recordedAt: last, actor: 'a test', subject: 'entries' }, salt);
  }
  const signer = createSigner(originOf('CERT Example'), privateKeyFromSeed(Buffer.alloc(32, 7)));
  const { findings } = await auditExport(exportLedger(ledger, signer));
  return findings.map(({ kind, message }) => ({ kind, message }));
}

/** The same act signed over this ledger: whoever writes a past anew needs everybody's key for it, and here has them. */
async function signedOver(
  entry: ForgedEntry,
  after: LedgerTip | null,
  people: ReadonlyMap<string, Signing>,
): Promise<ForgedEntry> {
  const record = readRecord(entry.body['signed']);
  const statement = record === null ? null : readStatement(record.statement);
  if (record === null || statement?.after === undefined || !verifyRecord(record).ok) return entry;
  const { publicKey } = record;
  // Histories name somebody by one word or by two; the key is that of the first.
  const signing = people.get(statement.person) ?? keyOf(statement.person.split(' ')[0] ?? '').signing;
  const text = statementText({ ...statement, after });
  const made = await signing.sign(text, [{ publicKey, fingerprint: '', credentialId: null }]);
  if (made.publicKey !== record.publicKey)
    throw new Error(`${statement.person} signs with a key that is not known here`);
  return { ...entry, body: { ...entry.body, signed: { ...made, statement: text } } };
}

function keyOf(person: string): ReturnType<typeof seededKey> {
  return seededKey(`${person.charAt(0).toUpperCase()}${person.slice(1)}`);
}

/** The act as the same person (or another one) would have signed it with other terms, or at another moment. */
export async function signedAnew(
  entry: ForgedEntry,
  change: { readonly terms?: JsonObject; readonly at?: string; readonly person?: string },
): Promise<ForgedEntry> {
  const record = readRecord(entry.body['signed']);
  const statement = record === null ? null : readStatement(record.statement);
  if (record === null || statement === null) throw new Error(`${entry.kind} is not signed`);
  const terms = { ...termsOf(entry.body), ...change.terms };
  const person = change.person ?? statement.person;
  const key = keyOf(person);
  const { subject } = entry;
  const text = statementText({ ...statement, subject, nonce: NONCE, at: change.at ?? statement.at, person, terms });
  const signed = { ...(await key.signing.sign(text, [])), statement: text };
  return { ...entry, body: { ...terms, schema: entry.body.schema, person, signed } };
}

const NONCE = '00000000-0000-4000-8000-000000000001';
