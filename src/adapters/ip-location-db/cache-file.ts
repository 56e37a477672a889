import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LocationData } from './location-data.ts';

/*
 * The cache file, so that a run starts in milliseconds and not in a second:
 *
 *   8 bytes   magic, with the version of this layout
 *   32 bytes  SHA-256 of everything after it
 *   4 bytes   a mark in the machine's own byte order (the arrays are in that order too)
 *   4 bytes   length of the header, in the same order
 *   header    JSON: which data it was made from, and where each array lies; padded to 8 bytes
 *   arrays    each on an 8-byte boundary
 *
 * Whatever does not fit exactly is not believed: the caller builds the data anew.
 */
const MAGIC = Buffer.from('DSMLOC02', 'latin1');
const DIGEST_BYTES = 32;
const PREAMBLE_BYTES = MAGIC.length + DIGEST_BYTES + 8;
const ORDER_MARK = 0x0102_0304;
const MAX_BYTES = 512 * 1024 * 1024;

type Arrays = Readonly<Record<ArrayName, ArrayBufferView>>;
const ARRAY_NAMES = [
  'starts4', 'chains4', 'values4', 'nexts4',
  'highs6', 'lows6', 'chains6', 'values6', 'nexts6',
  'dictionary', 'offsets',
] as const; // prettier-ignore
type ArrayName = (typeof ARRAY_NAMES)[number];

/** Writes to a temporary name, then renames: no reader ever sees half a file. Throws what the file system throws. */
export async function writeCache(file: string, key: string, data: LocationData): Promise<void> {
  const arrays = arraysOf(data);
  const places: Record<string, readonly [number, number]> = {};
  let bodyBytes = 0;
  for (const name of ARRAY_NAMES) {
    places[name] = [bodyBytes, arrays[name].byteLength];
    bodyBytes += padded(arrays[name].byteLength);
  }
  const header = Buffer.from(JSON.stringify({ key, places }), 'utf8');
  const bodyStart = PREAMBLE_BYTES + padded(header.length);
  const bytes = Buffer.alloc(bodyStart + bodyBytes);
  MAGIC.copy(bytes, 0);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + MAGIC.length + DIGEST_BYTES, 2);
  words[0] = ORDER_MARK;
  words[1] = header.length;
  header.copy(bytes, PREAMBLE_BYTES);
  for (const name of ARRAY_NAMES) {
    const array = arrays[name];
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), bodyStart + (places[name]?.[0] ?? 0));
  }
  digestOf(bytes).copy(bytes, MAGIC.length);

  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600 });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** The data of a cache file that was made from `key`; a string says why there is none to be had, null that there is no file. */
export async function readCache(file: string, key: string): Promise<LocationData | string | null> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) return 'too large';
    bytes = await readFile(file);
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? null : 'unreadable';
  }
  // Typed arrays need their alignment; a Buffer from Node's pool may lie anywhere.
  if (bytes.byteOffset % 8 !== 0) bytes = Buffer.from(new Uint8Array(bytes).buffer);
  return decode(bytes, key);
}

function decode(bytes: Buffer, key: string): LocationData | string {
  if (bytes.length < PREAMBLE_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'of another layout';
  if (!digestOf(bytes).equals(bytes.subarray(MAGIC.length, MAGIC.length + DIGEST_BYTES))) return 'damaged';
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + MAGIC.length + DIGEST_BYTES, 2);
  const headerBytes = words[1] ?? 0;
  if (words[0] !== ORDER_MARK) return 'of a machine with another byte order';
  const bodyStart = PREAMBLE_BYTES + padded(headerBytes);
  const header = parseHeader(bytes.toString('utf8', PREAMBLE_BYTES, PREAMBLE_BYTES + headerBytes));
  if (header === null) return 'damaged';
  if (header.key !== key) return 'of other data';
  const body = bytes.subarray(Math.min(bodyStart, bytes.length));
  const buffer = bytes.buffer;
  const place = (name: ArrayName, width: number): [number, number] | null => {
    const [start, length] = header.places[name] ?? [-1, -1];
    const fits = start >= 0 && length >= 0 && start % 8 === 0 && length % width === 0 && start + length <= body.length;
    return fits ? [body.byteOffset + start, length / width] : null;
  };
  const uint32 = (name: ArrayName): Uint32Array => new Uint32Array(buffer, ...(place(name, 4) ?? [0, 0]));
  const int32 = (name: ArrayName): Int32Array => new Int32Array(buffer, ...(place(name, 4) ?? [0, 0]));
  const uint64 = (name: ArrayName): BigUint64Array => new BigUint64Array(buffer, ...(place(name, 8) ?? [0, 0]));
  const data: LocationData = {
    v4: { starts: uint32('starts4'), chains: int32('chains4'), values: uint32('values4'), nexts: int32('nexts4') },
    v6: {
      highs: uint64('highs6'),
      lows: uint64('lows6'),
      chains: int32('chains6'),
      values: uint32('values6'),
      nexts: int32('nexts6'),
    },
    dictionary: {
      bytes: new Uint8Array(buffer, ...(place('dictionary', 1) ?? [0, 0])),
      offsets: uint32('offsets'),
    },
  };
  return isWhole(data) ? data : 'damaged';
}

/** The digest tells damage; this tells a file that was written by a faulty program. */
function isWhole({ v4, v6, dictionary }: LocationData): boolean {
  return (
    v4.starts.length > 0 &&
    v4.starts.length === v4.chains.length &&
    v4.values.length === v4.nexts.length &&
    v6.highs.length > 0 &&
    v6.highs.length === v6.lows.length &&
    v6.highs.length === v6.chains.length &&
    v6.values.length === v6.nexts.length &&
    dictionary.offsets.at(-1) === dictionary.bytes.length
  );
}

function parseHeader(text: string): { key: string; places: Record<string, readonly [number, number]> } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || !('key' in parsed) || !('places' in parsed)) return null;
  const { key, places } = parsed;
  if (typeof key !== 'string' || typeof places !== 'object' || places === null) return null;
  const checked: Record<string, readonly [number, number]> = {};
  for (const [name, place] of Object.entries(places)) {
    if (!Array.isArray(place) || !Number.isSafeInteger(place[0]) || !Number.isSafeInteger(place[1])) return null;
    checked[name] = [Number(place[0]), Number(place[1])];
  }
  return { key, places: checked };
}

function arraysOf({ v4, v6, dictionary }: LocationData): Arrays {
  return {
    starts4: v4.starts,
    chains4: v4.chains,
    values4: v4.values,
    nexts4: v4.nexts,
    highs6: v6.highs,
    lows6: v6.lows,
    chains6: v6.chains,
    values6: v6.values,
    nexts6: v6.nexts,
    dictionary: dictionary.bytes,
    offsets: dictionary.offsets,
  };
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(bytes.subarray(MAGIC.length + DIGEST_BYTES))
    .digest();
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}
