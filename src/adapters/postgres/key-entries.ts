import type { JsonValue } from '../../ledger/canonical.ts';
import { isObject } from '../../ledger/batch.ts';
import { KEY_INTRODUCED_KIND, KEY_ROTATED_KIND, KeyChain } from '../../ledger/key-chain.ts';
import type { Session } from './connect.ts';
import { isoText } from './sql-values.ts';

/** The keys that the ledger names. What is wrong with its entries is for an audit to say. */
export async function readKeyChain(session: Session): Promise<KeyChain> {
  const entries = await session.rows<{ sequence: number; recordedAt: string; kind: string; body: string | null }>(
    `select e.sequence, ${isoText('e.recorded_at')} as "recordedAt", e.kind, b.body
     from ledger_entry e
     left join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
     where e.kind in ($1, $2) order by e.sequence`,
    [KEY_INTRODUCED_KIND, KEY_ROTATED_KIND],
  );
  const chain = new KeyChain();
  for (const { body, ...entry } of entries) {
    const value: JsonValue = JSON.parse(body ?? '{}');
    if (isObject(value)) chain.follow(entry, value);
  }
  return chain;
}

/** Two locks, because an empty ledger has no head row to hold, and because appending takes none but the head row. */
export async function lockLedger(session: Session): Promise<void> {
  await session.run(`select pg_advisory_xact_lock(hashtextextended('ledger ' || current_organisation(), 0))`);
  await session.run('select from ledger_head for update');
}
