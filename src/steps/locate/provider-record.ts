import type { Provider } from '../../domain/provider.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { namedProvider } from './say-of-provider.ts';

/** What is on record with one provider. */
export interface ProviderRecord {
  readonly provider: Provider;
  /** The key of the provider that a person has said it is a part of. */
  readonly partOf: string | null;
  /** Keys of the providers that are parts of it. */
  readonly parts: readonly string[];
  /** What a person has corrected, a sentence; null where nobody has. */
  readonly correction: string | null;
  readonly servers: number;
  readonly notices: number;
}

export async function readProviderRecord(transaction: ReadTransaction, text: string): Promise<ProviderRecord> {
  const provider = await namedProvider(transaction, text);
  const { corrections, merges } = await transaction.providerWords();
  const corrected = Object.entries(corrections.get(provider.key) ?? {});
  return {
    provider,
    partOf: merges.get(provider.key) ?? null,
    parts: [...merges]
      .filter(([, into]) => into === provider.key)
      .map(([key]) => key)
      .sort(),
    correction: corrected.length === 0 ? null : corrected.map(([field, value]) => `${field} is ${value}`).join(', '),
    ...(await transaction.providerCounts(provider.key)),
  };
}
