import { addressV4 } from '../domain/address.ts';
import type { Address, Prefix } from '../domain/address.ts';
import { createRangeTable } from '../domain/range-table.ts';
import type { HostType } from '../domain/server.ts';
import { canonicalHost, entryKey } from '../domain/warning-list.ts';
import type { WarningEntry, WarningList } from '../domain/warning-list.ts';
import { effectOf, isStricter } from './list-effects.ts';
import type { Effect } from './list-effects.ts';

/** A list that names a server, and what that list does. */
export interface ListHit {
  /** The list's folder. */
  readonly list: string;
  readonly title: string;
  readonly version: string;
  readonly effect: Effect;
  /** The entry that matched, as it stands in the list; of several, the most specific. */
  readonly entry: string;
}

export interface GroundQuestion {
  readonly hostType: HostType;
  readonly host: string;
  /** Further names or addresses of the same server. */
  readonly otherNames?: readonly string[];
}

export interface ProtectedGround {
  /** Every list that names the server, once each, in the order of the lists. Disguised hosts are unmasked first. */
  check(server: GroundQuestion): readonly ListHit[];
}

interface NumberedEntry {
  readonly list: number;
  readonly entry: WarningEntry;
}

/** Prepares lists for many questions. `settings` overrides default effects by the list's folder. */
export function createProtectedGround(
  lists: readonly WarningList[],
  settings: Readonly<Record<string, Effect>>,
): ProtectedGround {
  const effects = lists.map((list) => effectOf(list.folder, settings));
  const index = indexEntries(lists);

  return {
    check({ host, otherNames = [] }) {
      const hits = new Map<number, ListHit>();
      for (const text of [host, ...otherNames]) {
        for (const { list, entry, isEntryItself } of index.matches(text)) {
          const { folder, title, version } = lists[list] ?? { folder: '', title: '', version: '' };
          const listEffect = effects[list] ?? 'hold';
          // Below a shared name, one customer's host may be asked for. The shared name itself is everybody's.
          const effect = listEffect === 'hostname-only' && isEntryItself ? 'hold' : listEffect;
          const known = hits.get(list);
          if (known === undefined || isStricter(effect, known.effect)) {
            hits.set(list, { list: folder, title, version, effect, entry: entry.text });
          }
        }
      }
      return [...hits.entries()].sort(([a], [b]) => a - b).map(([, hit]) => hit);
    },
  };
}

interface Match extends NumberedEntry {
  /** The host is the very name in the entry, not one below it. */
  readonly isEntryItself: boolean;
}

function indexEntries(lists: readonly WarningList[]): { matches(text: string): readonly Match[] } {
  const prefixes: { readonly prefix: Prefix; readonly value: number }[] = [];
  const prefixEntries: NumberedEntry[] = [];
  const names = new Map<string, NumberedEntry[]>();
  const searched: NumberedEntry[] = [];
  for (const [list, { entries }] of lists.entries()) {
    const seen = new Set<string>();
    for (const entry of entries) {
      const key = entryKey(entry);
      if (seen.has(key)) continue;
      seen.add(key);
      if (entry.covers === 'prefix') {
        prefixes.push({ prefix: entry.prefix, value: prefixEntries.push({ list, entry }) - 1 });
      } else if (entry.covers === 'name' || entry.covers === 'name-and-below') {
        const sharing = names.get(entry.name);
        if (sharing === undefined) names.set(entry.name, [{ list, entry }]);
        else sharing.push({ list, entry });
      } else {
        searched.push({ list, entry });
      }
    }
  }
  const table = createRangeTable(prefixes);

  const addressMatches = (address: Address): Match[] =>
    [address, ...innerAddresses(address)]
      .flatMap((candidate) => table.matches(candidate))
      .map((value) => prefixEntries[value])
      .filter((found) => found !== undefined)
      .map((found) => ({ ...found, isEntryItself: false }));
  const nameMatches = (name: string): Match[] => {
    const found: Match[] = [];
    for (let rest = name; rest !== ''; rest = parentOf(rest)) {
      const isEntryItself = rest === name;
      for (const numbered of names.get(rest) ?? []) {
        if (isEntryItself || numbered.entry.covers === 'name-and-below') found.push({ ...numbered, isEntryItself });
      }
    }
    return found;
  };
  const searchMatches = (text: string): Match[] =>
    searched.filter(({ entry }) => isFoundIn(entry, text)).map((found) => ({ ...found, isEntryItself: false }));

  return {
    matches(text) {
      const { address, name } = canonicalHost(text);
      const plain = address?.text ?? name;
      const indexed = address === null ? nameMatches(name) : addressMatches(address);
      return searched.length === 0 ? indexed : [...indexed, ...searchMatches(plain)];
    },
  };
}

function isFoundIn(entry: WarningEntry, text: string): boolean {
  if (entry.covers === 'substring') return text.includes(entry.part);
  return entry.covers === 'pattern' && text.length <= 253 && entry.pattern.test(text);
}

/** "c2.shop.example" → "shop.example" → "example" → "". */
function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

const LOW_32_BITS = 0xffff_ffffn;

/**
 * The IPv4 address that an IPv6 address carries, if any: through translation (64:ff9b::/96, RFC 6052), as a 6to4
 * gateway (2002::/16, RFC 3056), as the client of a Teredo tunnel (2001::/32, RFC 4380 section 4) or in the old
 * compatible form (::/96, RFC 4291 section 2.5.5.1).
 */
function innerAddresses(address: Address): readonly Address[] {
  if (address.version === 4) return [];
  const { high, low } = address;
  const isTranslated = high === 0x0064_ff9b_0000_0000n || high === 0n;
  if (isTranslated && low >> 32n === 0n) return [addressV4(Number(low & LOW_32_BITS))];
  if (high >> 48n === 0x2002n) return [addressV4(Number((high >> 16n) & LOW_32_BITS))];
  if (high >> 32n === 0x2001_0000n) return [addressV4(Number((low & LOW_32_BITS) ^ LOW_32_BITS))];
  return [];
}
