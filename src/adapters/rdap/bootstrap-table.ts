import { parsePrefix, prefixContains } from '../../domain/address.ts';
import type { Address, Prefix } from '../../domain/address.ts';
import { field, list } from '../../domain/rdap/answer-values.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** IANA's three files for number resources (RFC 9224 section 5). */
export const BOOTSTRAP_FILES = ['ipv4', 'ipv6', 'asn'] as const;
export type BootstrapFile = (typeof BOOTSTRAP_FILES)[number];

/** Which registry's server to ask. Each returns the base URLs of the service, https first, or null where there is none. */
export interface BootstrapTable {
  forAddress(address: Address): readonly string[] | null;
  forAutnum(asn: number): readonly string[] | null;
}

/** IANA's longest file has some 2,500 entries. */
const MAX_SERVICES = 1000;
const MAX_ENTRIES = 20_000;

interface AutnumBlock {
  readonly first: number;
  readonly last: number;
  readonly urls: readonly string[];
}

/** Reads one of the files (RFC 9224 sections 3 and 5). An entry that makes no sense is passed over, a file of such is a failure. */
export function readBootstrapTable(text: string): Result<BootstrapTable, string> {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return failure('it is not JSON');
  }
  const prefixes: { readonly prefix: Prefix; readonly urls: readonly string[] }[] = [];
  const blocks: AutnumBlock[] = [];
  for (const service of list(field(file, 'services'), MAX_SERVICES)) {
    const [entries, urlList] = list(service, 2);
    const urls = list(urlList, 20).flatMap(baseUrl);
    for (const entry of list(entries, MAX_ENTRIES)) {
      if (typeof entry !== 'string' || urls.length === 0) continue;
      const prefix = parsePrefix(entry);
      if (prefix.ok) prefixes.push({ prefix: prefix.value, urls });
      // A single number is a block of one.
      const [, first, last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(entry) ?? [];
      if (first !== undefined) blocks.push({ first: Number(first), last: Number(last), urls });
    }
  }
  if (prefixes.length + blocks.length === 0) return failure('it names no service');
  return success({
    // RFC 9224 section 5.1: the longest match decides.
    forAddress(address) {
      let best: (typeof prefixes)[number] | null = null;
      for (const candidate of prefixes) {
        if (!prefixContains(candidate.prefix, address)) continue;
        if (best === null || candidate.prefix.bits > best.prefix.bits) best = candidate;
      }
      return best?.urls ?? null;
    },
    forAutnum: (asn) => blocks.find(({ first, last }) => first <= asn && asn <= last)?.urls ?? null,
  });
}

/** RFC 9224 section 3: a base URL ends in a slash; IANA's older files have some without. */
function baseUrl(text: unknown): readonly string[] {
  if (typeof text !== 'string' || text.length > 500 || !URL.canParse(text)) return [];
  const url = new URL(text);
  url.hash = '';
  url.search = '';
  return [url.href.endsWith('/') ? url.href : `${url.href}/`];
}
