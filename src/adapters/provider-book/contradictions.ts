import { prefixText } from '../../domain/address.ts';
import type { BookEntry } from '../../domain/provider-book.ts';
import { holderKey } from '../../domain/provider-book.ts';
import type { WrittenEntry } from './written-entry.ts';

/** Two places that claim the same thing: a book must lead from each server to one provider. */
export interface Contradiction {
  readonly key: string;
  readonly value: string;
  readonly line: number;
  readonly firstLine: number;
}

/** Finds what stands in two places. `entries` and `written` go in step. */
export function findContradictions(
  entries: readonly BookEntry[],
  written: readonly WrittenEntry[],
): readonly Contradiction[] {
  const seen = new Map<string, number>();
  const found: Contradiction[] = [];
  for (const [index, entry] of entries.entries()) {
    const claim = (key: string, value: string, path: readonly PropertyKey[]): void => {
      const line = written[index]?.lineOf(path) ?? 0;
      const firstLine = seen.get(`${key} ${value}`);
      if (firstLine === undefined) seen.set(`${key} ${value}`, line);
      else found.push({ key, value, line, firstLine });
    };
    claim('name', holderKey(entry.name), ['name']);
    for (const [at, asn] of entry.asns.entries()) claim('asns', String(asn), ['asns', at]);
    for (const [at, prefix] of entry.prefixes.entries()) claim('prefixes', prefixText(prefix), ['prefixes', at]);
    for (const [at, name] of entry.names.entries()) claim('names', holderKey(name), ['names', at]);
    for (const [at, domain] of entry.domains.entries()) claim('domains', domain, ['domains', at]);
  }
  return found;
}
