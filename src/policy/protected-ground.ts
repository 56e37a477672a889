import { addressV4, prefixContains } from '../domain/address.ts';
import type { Address, Prefix } from '../domain/address.ts';
import { isStricter } from '../domain/list-effect.ts';
import type { Effect } from '../domain/list-effect.ts';
import { possibleHosts } from '../domain/possible-hosts.ts';
import { createRangeTable } from '../domain/range-table.ts';
import type { HostType } from '../domain/server.ts';
import { entryKey } from '../domain/warning-list.ts';
import type { WarningEntry, WarningList } from '../domain/warning-list.ts';
import { effectOf } from './list-effects.ts';

/** A list that names a server, and what that list does. */
export interface ListHit {
  /** The list's folder. */
  readonly list: string;
  readonly title: string;
  readonly version: string;
  /** YYYY-MM-DD; null where nothing tells the list's date. */
  readonly date: string | null;
  readonly effect: Effect;
  /** The entry that matched, as it stands in the list; of several, the most specific. */
  readonly entry: string;
  /** Why the entry stands there, where the list says so. */
  readonly reason: string | null;
}

export interface GroundQuestion {
  readonly hostType: HostType;
  readonly host: string;
  /** Further names or addresses of the same server. */
  readonly otherNames?: readonly string[];
}

export interface ProtectedGround {
  /**
   * Every list that names the server, once each, in the order of the lists. Disguised hosts are unmasked first, in every
   * way that they can be read. A whole prefix is named by any list that names a part of it, and at least held.
   */
  check(server: GroundQuestion): readonly ListHit[];
}

interface NumberedEntry {
  readonly list: number;
  readonly entry: WarningEntry;
}

/**
 * Prepares lists for many questions. `settings` overrides default effects by the list's folder; of lists that share one,
 * the strictest word counts.
 */
export function createProtectedGround(
  lists: readonly WarningList[],
  settings: Readonly<Record<string, Effect>>,
): ProtectedGround {
  const effects = lists.map((list) => effectOf(list.folder, settings));
  const index = indexEntries(lists);

  return {
    check({ host, otherNames = [] }) {
      const hits = new Map<string, { readonly at: number; readonly hit: ListHit }>();
      for (const text of [host, ...otherNames]) {
        for (const { list, entry, how } of index.matches(text)) {
          const named = lists[list];
          if (named === undefined) continue;
          const effect = effectHere(effects[list] ?? 'hold', entry, how);
          const known = hits.get(named.folder);
          if (known !== undefined && !isStricter(effect, known.hit.effect)) continue;
          const { folder, title, version, dateFrom } = named;
          // When a file was written here says nothing of how old the list in it is.
          const date = dateFrom === 'modified' ? null : named.date;
          const hit = { list: folder, title, version, date, effect, entry: entry.text, reason: entry.reason ?? null };
          hits.set(folder, { at: known?.at ?? list, hit });
        }
      }
      return [...hits.values()].sort((one, other) => one.at - other.at).map(({ hit }) => hit);
    },
  };
}

/** How a host and an entry meet: it lies within, it is the very name in the entry, or it is a whole prefix. */
type Meeting = 'within' | 'name-itself' | 'prefix';

function effectHere(ofList: Effect, entry: WarningEntry, how: Meeting): Effect {
  // An entry may say what it does itself, except where the list says never: that is nobody's to weaken.
  const effect = ofList === 'never' ? 'never' : (entry.effect ?? ofList);
  if (effect === 'reserved') return effect;
  // Below a shared name, one customer's host may be asked for. The shared name itself is everybody's.
  const mustHold = how === 'prefix' || (how === 'name-itself' && effect === 'hostname-only');
  return mustHold && isStricter('hold', effect) ? 'hold' : effect;
}

interface Match extends NumberedEntry {
  readonly how: Meeting;
}

function indexEntries(lists: readonly WarningList[]): { matches(text: string): readonly Match[] } {
  const prefixes: { readonly prefix: Prefix; readonly value: number }[] = [];
  const prefixEntries: NumberedEntry[] = [];
  const names = new Map<string, NumberedEntry[]>();
  const searched: NumberedEntry[] = [];
  for (const [list, { entries }] of lists.entries()) {
    const seen = new Set<string>();
    for (const entry of entries) {
      // An entry that says what it does is not the same as one that does not.
      const key = entry.effect === undefined ? entryKey(entry) : `${entry.effect} ${entryKey(entry)}`;
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
      .map((found) => ({ ...found, how: 'within' }));
  const nameMatches = (name: string): Match[] => {
    const found: Match[] = [];
    for (let rest = name; rest !== ''; rest = parentOf(rest)) {
      const isEntryItself = rest === name;
      for (const numbered of names.get(rest) ?? []) {
        if (!isEntryItself && numbered.entry.covers !== 'name-and-below') continue;
        found.push({ ...numbered, how: isEntryItself ? 'name-itself' : 'within' });
      }
    }
    return found;
  };
  const searchMatches = (text: string): Match[] =>
    searched.filter(({ entry }) => isFoundIn(entry, text)).map((found) => ({ ...found, how: 'within' }));
  /** Rare: an indicator that is a prefix is refused at intake. So every entry may be looked at. */
  const prefixMatches = (prefix: Prefix): Match[] =>
    [
      ...addressMatches(prefix.address),
      ...prefixEntries.filter(({ entry }) => entry.covers === 'prefix' && lies(entry.prefix, prefix)),
    ].map((found) => ({ ...found, how: 'prefix' }));

  return {
    matches(text) {
      const { hosts, prefix } = possibleHosts(text);
      const found = hosts.flatMap(({ address, name }) => {
        const indexed = address === null ? nameMatches(name) : addressMatches(address);
        return searched.length === 0 ? indexed : [...indexed, ...searchMatches(address?.text ?? name)];
      });
      return prefix === null ? found : [...found, ...prefixMatches(prefix)];
    },
  };
}

function lies(inner: Prefix, outer: Prefix): boolean {
  return inner.bits >= outer.bits && prefixContains(outer, inner.address);
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
/** 64:ff9b::/96 (RFC 6052), the same for local use (RFC 8215), and the old compatible form (RFC 4291 section 2.5.5.1). */
const TRANSLATED_HIGH: ReadonlySet<bigint> = new Set([0x0064_ff9b_0000_0000n, 0x0064_ff9b_0001_0000n, 0n]);

/**
 * The IPv4 address that an IPv6 address carries, if any: through translation (64:ff9b::/96 and ::ffff:0:0:0/96), as a
 * 6to4 gateway (2002::/16, RFC 3056), as the client of a Teredo tunnel (2001::/32, RFC 4380 section 4), behind an ISATAP
 * interface (RFC 5214 section 6.1) or in the old compatible form.
 */
function innerAddresses(address: Address): readonly Address[] {
  if (address.version === 4) return [];
  const { high, low } = address;
  const upper = low >> 32n;
  if (TRANSLATED_HIGH.has(high) && upper === 0n) return [addressV4(Number(low & LOW_32_BITS))];
  // RFC 2765 section 2.1: "IPv4-translated".
  if (high === 0n && upper === 0xffff_0000n) return [addressV4(Number(low & LOW_32_BITS))];
  if (upper === 0x0000_5efen || upper === 0x0200_5efen) return [addressV4(Number(low & LOW_32_BITS))];
  if (high >> 48n === 0x2002n) return [addressV4(Number((high >> 16n) & LOW_32_BITS))];
  if (high >> 32n === 0x2001_0000n) return [addressV4(Number((low & LOW_32_BITS) ^ LOW_32_BITS))];
  return [];
}
