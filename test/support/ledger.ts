import { auditExport } from '../../src/ledger/audit.ts';
import type { AuditReport } from '../../src/ledger/audit.ts';
import { originOf } from '../../src/ledger/checkpoint.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import type { LedgerReader } from '../../src/ledger/export.ts';
import { createSigner, privateKeyFromSeed } from '../../src/ledger/note.ts';
import type { Store } from '../../src/ports/store.ts';

async function* exportOfReader(reader: LedgerReader): AsyncGenerator<Uint8Array> {
  const { organisation } = await reader.head();
  yield* exportLedger(reader, createSigner(originOf(organisation), privateKeyFromSeed(Buffer.alloc(32, 7))));
}

/** The bytes that `dismantle ledger export` writes. */
export async function exportOf(store: Store): Promise<Buffer> {
  return store.read(async (transaction) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of exportOfReader(transaction.ledgerReader())) pieces.push(piece);
    return Buffer.concat(pieces);
  });
}

/** What `dismantle audit` says. */
export function auditOf(store: Store): Promise<AuditReport> {
  return store.read((transaction) => auditOfReader(transaction.ledgerReader()));
}

export function auditOfReader(reader: LedgerReader): Promise<AuditReport> {
  return auditExport(exportOfReader(reader));
}
