import { createHash } from 'node:crypto';
import type { ReadTransaction } from '../ports/store.ts';

/** What was handed out of the messages that the ledger names. */
export interface ExportedMessages {
  readonly messages: number;
  /** Copies of orders. */
  readonly documents: number;
  /** Method tables that were proposed, and the test cases that they were held against. */
  readonly methodTables: number;
  /** Entries whose body was erased, and with it what they named. */
  readonly erased: number;
  /** SHA-256 of what is named and is not there, or is not what was named; not handed out. */
  readonly damaged: readonly string[];
}

const ENDINGS = { message: 'eml', document: 'bin', 'method-table': 'dmn', 'test-cases': 'yaml' } as const;

/**
 * Hands out the bytes behind the hashes in the ledger: drafts, what was offered to mail servers, what came in, orders, method
 * tables; each once, under its hash, and behind them the list that `sha256sum -c` takes.
 */
export async function exportMessages(
  transaction: ReadTransaction,
  put: (name: string, bytes: Uint8Array) => Promise<void>,
): Promise<ExportedMessages> {
  const { named, erased } = await transaction.namedMessages();
  const written = { message: 0, document: 0, 'method-table': 0, 'test-cases': 0 };
  const damaged: string[] = [];
  const sums: string[] = [];
  for (const { sha256, type } of named) {
    const bytes = await transaction.noticeMessage(sha256);
    if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== sha256) {
      damaged.push(sha256);
      continue;
    }
    const name = `${sha256}.${ENDINGS[type]}`;
    await put(name, bytes);
    sums.push(`${sha256}  ${name}\n`);
    written[type] += 1;
  }
  await put('SHA256SUMS', Buffer.from(sums.join('')));
  return {
    messages: written.message,
    documents: written.document,
    methodTables: written['method-table'] + written['test-cases'],
    erased,
    damaged,
  };
}
