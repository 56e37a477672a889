import { readFile } from 'node:fs/promises';
import type { PointRange } from '../../domain/range-chains.ts';
import { buildPartsV4 } from '../../domain/range-table-v4.ts';
import type { PartsV4 } from '../../domain/range-table-v4.ts';
import { buildPartsV6 } from '../../domain/range-table-v6.ts';
import type { PartsV6 } from '../../domain/range-table-v6.ts';
import { scanRowsV4, scanRowsV6, unquoted } from './csv-rows.ts';
import type { PackageFile, PackageFiles } from './package-files.ts';

/** All the data in the form that lookups need and that the cache file holds. */
export interface LocationData {
  readonly v4: PartsV4;
  readonly v6: PartsV6;
  readonly dictionary: Dictionary;
}

/** Texts by number, left undecoded until somebody asks: a run looks at few of the 80,000. */
export interface Dictionary {
  readonly bytes: Uint8Array;
  /** Where each text starts; one more than there are texts. */
  readonly offsets: Uint32Array;
}

/** What a value of the tables means. */
export type Meaning =
  | { readonly says: 'asn'; readonly asn: number; readonly holder: string | null }
  | { readonly says: 'country'; readonly country: string };

/**
 * Reads the CSV files whole. Where an origin AS and a country hold on an address, its chain has both.
 * `odd` counts the lines that are not what they should be; they are left out.
 */
export async function readLocationData({ files }: PackageFiles): Promise<{ data: LocationData; odd: number }> {
  const texts = new Map<string, number>();
  const rangesV4: PointRange<number>[] = [];
  const rangesV6: PointRange<bigint>[] = [];
  let odd = 0;
  for (const file of files) {
    const bytes = await readFile(file.path);
    const value = (rest: string): number => dictionaryNumber(texts, file, rest);
    odd +=
      file.version === 4
        ? scanRowsV4(bytes, (first, last, rest) => rangesV4.push({ first, last, value: value(rest) }))
        : scanRowsV6(bytes, (first, last, rest) => rangesV6.push({ first, last, value: value(rest) }));
  }
  const data = {
    v4: buildPartsV4(rangesV4),
    v6: buildPartsV6(rangesV6),
    dictionary: packDictionary([...texts.keys()]),
  };
  return { data, odd };
}

function dictionaryNumber(texts: Map<string, number>, file: PackageFile, rest: string): number {
  const text = file.says === 'asn' ? rest : `=${rest}`;
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, texts.size);
  return texts.size - 1;
}

function packDictionary(texts: readonly string[]): Dictionary {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const offsets = new Uint32Array(encoded.length + 1);
  let offset = 0;
  for (const [index, bytes] of encoded.entries()) {
    offsets[index] = offset;
    offset += bytes.length;
  }
  offsets[encoded.length] = offset;
  return { bytes: Buffer.concat(encoded), offsets };
}

/** What a value of the tables means; null where the data says nothing usable there ("ZZ", AS 0, no number). */
export function meaningOf(dictionary: Dictionary, value: number): Meaning | null {
  const start = dictionary.offsets[value];
  const end = dictionary.offsets[value + 1];
  if (start === undefined || end === undefined) return null;
  const text = Buffer.from(dictionary.bytes.subarray(start, end)).toString('utf8');
  if (text.startsWith('=')) {
    const country = unquoted(text.slice(1)).toUpperCase();
    return /^[A-Z]{2}$/.test(country) && country !== 'ZZ' ? { says: 'country', country } : null;
  }
  const comma = text.indexOf(',');
  const number = comma < 0 ? text : text.slice(0, comma);
  const asn = /^[0-9]{1,10}$/.test(number) ? Number(number) : 0;
  if (asn === 0 || asn > 0xffff_ffff) return null;
  const holder = comma < 0 ? '' : cleanHolder(unquoted(text.slice(comma + 1)));
  return { says: 'asn', asn, holder: holder === '' || holder === '-' ? null : holder };
}

/** Names reach notices and terminals: controls and invisible format characters (soft hyphens stand in some) go. */
function cleanHolder(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
