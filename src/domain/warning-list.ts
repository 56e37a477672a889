import { domainToASCII } from 'node:url';
import { maskAddress, parseAddress, prefixText } from './address.ts';
import type { Address, Prefix } from './address.ts';
import { compileBoundedPattern } from './bounded-pattern.ts';
import type { EntryEffect } from './list-effect.ts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/** The types of the MISP warning-list format that are understood here. */
export const WARNING_LIST_TYPES = ['cidr', 'string', 'hostname', 'substring', 'regex'] as const;
export type WarningListType = (typeof WARNING_LIST_TYPES)[number];

/** What one entry of a list covers. `text` is the entry as it stands in the list. */
export type WarningEntry = (
  | { readonly covers: 'prefix'; readonly text: string; readonly prefix: Prefix }
  /** The name alone. */
  | { readonly covers: 'name'; readonly text: string; readonly name: string }
  /** The name and all names below it. */
  | { readonly covers: 'name-and-below'; readonly text: string; readonly name: string }
  | { readonly covers: 'substring'; readonly text: string; readonly part: string }
  | { readonly covers: 'pattern'; readonly text: string; readonly pattern: RegExp }
) &
  EntryTerms;

/** What an entry of the organisation's own list may say besides. */
export interface EntryTerms {
  /** Instead of what the list does. */
  readonly effect?: EntryEffect;
  /** YYYY-MM-DD: the last day on which the entry protects. */
  readonly expires?: string;
  readonly reason?: string;
}

/** An entry that could not be used, and why. */
export interface OddEntry {
  readonly entry: string;
  readonly reason: string;
}

/** Who gave a list: a folder of MISP lists, a list of Tor exits, the organisation's own, or the program itself. */
export type WarningListOrigin = 'warninglists' | 'tor-exits' | 'own' | 'built-in';

/** What tells a list's date: its version, its content, its file's name, or only when its file was last written. */
export type DateFrom = 'version' | 'content' | 'file-name' | 'modified';

/** A list of addresses or names that somebody wants left alone, or at least looked at twice. */
export interface WarningList {
  /** How settings and reports call it: the name of its folder, `tor-exits`, `own-NAME`. Several files may share one. */
  readonly folder: string;
  readonly title: string;
  /** As the list states it: often a date, always opaque. */
  readonly version: string;
  readonly type: WarningListType;
  readonly origin: WarningListOrigin;
  /** Where it was read from; null where it is built in. */
  readonly file: string | null;
  /** YYYY-MM-DD; null where nothing tells it. */
  readonly date: string | null;
  readonly dateFrom: DateFrom | null;
  readonly entries: readonly WarningEntry[];
  /** How many entries could not be used: they protect nothing. */
  readonly oddCount: number;
  /** The first of them. */
  readonly odd: readonly OddEntry[];
}

/** Reads one entry in the sense of its list's type; the reason why not is a sentence for a report. */
export function parseWarningEntry(type: WarningListType, text: string): Result<WarningEntry, string> {
  const trimmed = text.trim();
  if (trimmed === '') return failure('empty');
  if (type === 'cidr') {
    const prefix = parseListPrefix(trimmed);
    return prefix.ok ? success({ covers: 'prefix', text, prefix: prefix.value }) : prefix;
  }
  if (type === 'substring') return success({ covers: 'substring', text, part: trimmed.toLowerCase() });
  if (type === 'regex') {
    const pattern = compileBoundedPattern(trimmed);
    return pattern.ok ? success({ covers: 'pattern', text, pattern: pattern.value }) : pattern;
  }
  // Lists of names hold addresses and prefixes, too.
  const prefix = parseListPrefix(trimmed);
  if (prefix.ok) return success({ covers: 'prefix', text, prefix: prefix.value });
  const isStarred = trimmed.startsWith('*.');
  const name = canonicalName(isStarred ? trimmed.slice(1) : trimmed);
  // "010.1.1.1" is two different addresses to two readers: an entry is not the place to guess.
  if (NUMERIC_END.test(name)) return failure('not four plain decimal numbers from 0 to 255');
  if (!NAME.test(name)) return failure('not a name');
  return success({ covers: type === 'string' && !isStarred ? 'name' : 'name-and-below', text, name });
}

/** Longer labels than DNS takes stand in lists of hashes and the like; they match nothing and do no harm. */
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
/** The URL standard's "ends in a number" (section 3.5): such a host is an address, or nothing. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/**
 * A prefix as lists write it: host bits may be set, a bare address stands for itself, and a mapped IPv6 prefix is the
 * IPv4 prefix that it means (RFC 4291 section 2.5.5.2).
 */
export function parseListPrefix(text: string): Result<Prefix, string> {
  const slash = text.indexOf('/');
  const parsed = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!parsed.ok) return parsed;
  const address = parsed.value;
  const width = address.version === 4 ? 32 : 128;
  if (slash < 0) return success({ address, bits: width });
  const length = text.slice(slash + 1);
  const written = /^[0-9]{1,3}$/.test(length) ? Number(length) : -1;
  const bits = address.version === 4 && text.includes(':') ? written - 96 : written;
  if (bits < 0 || bits > width) return failure(`the prefix length must be 0 to ${width}`);
  return success({ address: maskAddress(address, bits), bits });
}

/** The same prefix always gives the same text. */
export function entryKey(entry: WarningEntry): string {
  return entry.covers === 'prefix' ? prefixText(entry.prefix) : entry.text;
}

/** A host with every disguise taken off: either an address, or a name ("" where it is neither). */
export interface CanonicalHost {
  readonly address: Address | null;
  readonly name: string;
}

/**
 * Canonical form, for comparing only. Intake is stricter and refuses most of what is undone here: brackets, upper case,
 * dots around a name, international names and digits, and the numeric forms of an address that the URL standard
 * reads (section 3.5, "ends in a number").
 */
export function canonicalHost(text: string): CanonicalHost {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const parsed = parseAddress(bare);
  if (parsed.ok) return { address: parsed.value, name: '' };
  const name = canonicalName(bare);
  if (!NUMERIC_END.test(name)) return { address: null, name };
  const numeric = parseAddress(domainToASCII(name));
  return numeric.ok ? { address: numeric.value, name: '' } : { address: null, name };
}

function canonicalName(text: string): string {
  const ascii = /^[\x21-\x7e]*$/.test(text) ? text.toLowerCase() : domainToASCII(text);
  return ascii.replace(/^\.+/, '').replace(/\.+$/, '');
}
