import { closeSync, createReadStream, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import type { BundleFiles } from '../../ledger/audit-bundle.ts';

/*
 * Reads a bundle of evidence where it lies. It goes into each bundle beside the auditing program, so that nothing but Node's own
 * modules may be imported here.
 */

export interface OpenBundle extends BundleFiles {
  close(): void;
}

/** More entries of a ZIP, or a larger list of them, are refused. */
const MAX_ZIP_ENTRIES = 1_000_010;
const MAX_ZIP_LIST_BYTES = 512 * 1024 * 1024;
/** Folders in folders beyond that are in no bundle. */
const MAX_FOLDERS = 5;

/** A folder, or a file that begins as a ZIP does; a proof and an export begin with a brace. False where nothing is there. */
export function isBundle(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return found !== undefined;
  // A pipe is read once, by whoever needs it.
  if (!found.isFile()) return false;
  const file = openSync(path, 'r');
  const first = Buffer.alloc(2);
  readSync(file, first, 0, 2, 0);
  closeSync(file);
  return first.toString('latin1') === 'PK';
}

/** A bundle in a folder or a ZIP. */
export function openBundle(path: string): OpenBundle {
  return statSync(path).isDirectory() ? openFolder(path) : openZip(path);
}

function openFolder(root: string): OpenBundle {
  return {
    list: () => Promise.resolve().then(() => namesBelow(root, '', MAX_FOLDERS)),
    read: (name) => createReadStream(join(root, ...name.split('/')), { highWaterMark: 1024 * 1024 }),
    close: () => undefined,
  };
}

function namesBelow(folder: string, before: string, depth: number): string[] {
  const names: string[] = [];
  for (const found of readdirSync(folder, { withFileTypes: true })) {
    const name = `${before}${found.name}`;
    if (found.isFile()) names.push(name);
    else if (found.isDirectory() && depth > 0)
      names.push(...namesBelow(join(folder, found.name), `${name}/`, depth - 1));
    // A link may lead anywhere.
    else throw new Error(`${name} is no plain file`);
  }
  return names;
}

/** A file in a ZIP, as its list has it. */
interface Packed {
  readonly crc: number;
  /** Where its data begin. */
  readonly data: number;
  readonly packed: number;
  readonly unpacked: number;
}

/** Reads bytes of the archive; throws where it ends before. */
type BytesAt = (position: number, length: number) => Buffer;

/**
 * Reads a ZIP (APPNOTE.TXT 6.3.10) by its central directory, and refuses what a bundle never is: encrypted, in parts, with bytes
 * that belong to no file, or with a file whose two headers do not agree. So no other program unpacks anything else from it.
 */
function openZip(path: string): OpenBundle {
  const { size } = statSync(path);
  const file = openSync(path, 'r');
  const bytesAt: BytesAt = (position, length) => {
    if (position < 0 || length < 0 || position + length > size) throw new Error('the ZIP is cut off');
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const got = readSync(file, bytes, done, length - done, position + done);
      if (got === 0) throw new Error('the ZIP is cut off');
      done += got;
    }
    return bytes;
  };
  let packed: ReadonlyMap<string, Packed> = new Map();
  return {
    list: () =>
      Promise.resolve().then(() => {
        packed = readDirectory(bytesAt, size);
        return [...packed.keys()];
      }),
    read(name) {
      const found = packed.get(name);
      if (found === undefined) throw new Error('it is not in the ZIP');
      return unpack(path, found);
    },
    close: () => {
      closeSync(file);
    },
  };
}

interface DirectoryPlace {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;

/** Where the list lies. Our bundles have no comment, so that the end of the list is the end of the file. */
function placeOfDirectory(bytesAt: BytesAt, size: number): DirectoryPlace {
  const end = size < END_BYTES ? null : bytesAt(size - END_BYTES, END_BYTES);
  if (end?.readUInt32LE(0) !== 0x06054b50 || end.readUInt16LE(20) !== 0) {
    throw new Error('the ZIP is cut off, or something was put behind it');
  }
  if (end.readUInt32LE(4) !== 0 || end.readUInt16LE(8) !== end.readUInt16LE(10))
    throw new Error('the ZIP is said to be in parts');
  const place = { count: end.readUInt16LE(10), length: end.readUInt32LE(12), start: end.readUInt32LE(16) };
  if (place.count !== 0xffff && place.length !== 0xffffffff && place.start !== 0xffffffff) {
    return checkedPlace(place, size - END_BYTES);
  }
  const locatorAt = size - END_BYTES - LOCATOR_BYTES;
  const locator = bytesAt(locatorAt, LOCATOR_BYTES);
  if (locator.readUInt32LE(0) !== 0x07064b50) throw new Error('the ZIP lacks its 64-bit end');
  const end64At = number64(locator, 8);
  const end64 = bytesAt(end64At, END64_BYTES);
  const isOnePart =
    locator.readUInt32LE(4) === 0 &&
    locator.readUInt32LE(16) === 1 &&
    number64(end64, 4) === END64_BYTES - 12 &&
    number64(end64, 16) === 0 &&
    number64(end64, 24) === number64(end64, 32);
  if (!isOnePart) throw new Error('the ZIP is said to be in parts');
  if (end64.readUInt32LE(0) !== 0x06064b50 || end64At + END64_BYTES !== locatorAt) {
    throw new Error('the 64-bit end of the ZIP is malformed');
  }
  return checkedPlace({ count: number64(end64, 32), length: number64(end64, 40), start: number64(end64, 48) }, end64At);
}

function checkedPlace(place: DirectoryPlace, end: number): DirectoryPlace {
  if (place.start + place.length !== end) throw new Error('the list of the ZIP does not end where the ZIP does');
  if (place.count > MAX_ZIP_ENTRIES || place.length > MAX_ZIP_LIST_BYTES) throw new Error('the ZIP has too many files');
  return place;
}

function readDirectory(bytesAt: BytesAt, size: number): ReadonlyMap<string, Packed> {
  const place = placeOfDirectory(bytesAt, size);
  const list = bytesAt(place.start, place.length);
  const found = new Map<string, Packed>();
  let [at, next] = [0, 0];
  for (let index = 0; index < place.count; index++) {
    const header = readHeader(list, at);
    const { name, offset } = header;
    if (found.has(name)) throw new Error(`${quoted(name)} is in the ZIP twice`);
    if (offset !== next) throw new Error(`there are bytes before ${quoted(name)} that belong to no file`);
    const data = dataOf(bytesAt, header);
    next = data + header.packed;
    next = descriptorEnd(bytesAt, next, header);
    found.set(name, { crc: header.crc, data, packed: header.packed, unpacked: header.unpacked });
    at = header.end;
  }
  if (at !== place.length || next !== place.start) throw new Error('there are bytes in the ZIP that belong to no file');
  return found;
}

/** What the list says of one file. */
interface Header extends Omit<Packed, 'data'> {
  readonly name: string;
  /** Where its own header begins. */
  readonly offset: number;
  /** Where the next one's place in the list is. */
  readonly end: number;
}

/*
 * What our writer writes, to the bit: what it leaves open another could use to say something that nothing binds.
 */
/** Names in UTF-8, checksum and sizes behind the data. */
const FLAGS = 0x0808;
const DEFLATED = 8;
const PLAIN_VERSION = 20;
const ZIP64_VERSION = 45;
/** 1 January 1980, midnight. */
const [TIME, DATE] = [0, 0x21];
/** By Unix, APPNOTE 6.3. */
const MADE_BY = 0x033f;
/** A plain file that anybody may read. */
const ATTRIBUTES = 0x81a40000;
const HEADER_BYTES = 46;
const LOCAL_BYTES = 30;

function readHeader(list: Buffer, at: number): Header {
  if (at + HEADER_BYTES > list.length || list.readUInt32LE(at) !== 0x02014b50) throw new Error(MALFORMED);
  const fields = list.subarray(at, at + HEADER_BYTES);
  const [nameLength, extraLength] = [fields.readUInt16LE(28), fields.readUInt16LE(30)];
  const extraAt = at + HEADER_BYTES + nameLength;
  const end = extraAt + extraLength;
  if (end > list.length) throw new Error(MALFORMED);
  const name = list.toString('utf8', at + HEADER_BYTES, extraAt);
  const extra = list.subarray(extraAt, end);
  const wide = wideFields(extra, name);
  const [crc, packed, unpacked, offset] = [16, 20, 24, 42].map((field) => fields.readUInt32LE(field));
  const expected = Buffer.alloc(HEADER_BYTES);
  expected.writeUInt32LE(0x02014b50, 0);
  expected.writeUInt16LE(MADE_BY, 4);
  expected.writeUInt16LE(wide === null ? PLAIN_VERSION : ZIP64_VERSION, 6);
  expected.writeUInt16LE(FLAGS, 8);
  expected.writeUInt16LE(DEFLATED, 10);
  expected.writeUInt16LE(TIME, 12);
  expected.writeUInt16LE(DATE, 14);
  expected.writeUInt32LE(crc ?? 0, 16);
  expected.writeUInt32LE(wide === null ? (packed ?? 0) : 0xffffffff, 20);
  expected.writeUInt32LE(wide === null ? (unpacked ?? 0) : 0xffffffff, 24);
  expected.writeUInt16LE(nameLength, 28);
  expected.writeUInt16LE(extraLength, 30);
  expected.writeUInt32LE(ATTRIBUTES, 38);
  expected.writeUInt32LE(wide === null ? (offset ?? 0) : 0xffffffff, 42);
  if (!expected.equals(fields))
    throw new Error(`${quoted(name)} is packed in a way that no bundle is; unpack it, and audit the folder`);
  const sizes = wide ?? { packed: packed ?? 0, unpacked: unpacked ?? 0, offset: offset ?? 0 };
  return { name, crc: crc ?? 0, ...sizes, end };
}

const MALFORMED = 'the list of the ZIP is malformed';

/** Sizes and place of a file that needs 64 bits (section 4.5.3): all three or none, and no other extra field. */
function wideFields(extra: Buffer, name: string): Pick<Header, 'packed' | 'unpacked' | 'offset'> | null {
  if (extra.length === 0) return null;
  if (extra.length !== 28 || extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== 24) {
    throw new Error(`${quoted(name)} is packed in a way that no bundle is; unpack it, and audit the folder`);
  }
  return { unpacked: number64(extra, 4), packed: number64(extra, 12), offset: number64(extra, 20) };
}

function dataOf(bytesAt: BytesAt, { name, offset }: Header): number {
  const nameBytes = Buffer.from(name, 'utf8');
  const expected = Buffer.alloc(LOCAL_BYTES);
  expected.writeUInt32LE(0x04034b50, 0);
  expected.writeUInt16LE(PLAIN_VERSION, 4);
  expected.writeUInt16LE(FLAGS, 6);
  expected.writeUInt16LE(DEFLATED, 8);
  expected.writeUInt16LE(TIME, 10);
  expected.writeUInt16LE(DATE, 12);
  expected.writeUInt16LE(nameBytes.length, 26);
  const local = bytesAt(offset, LOCAL_BYTES + nameBytes.length);
  if (!local.equals(Buffer.concat([expected, nameBytes])))
    throw new Error(`the two headers of ${quoted(name)} do not agree`);
  return offset + local.length;
}

/** Where the descriptor ends that repeats checksum and sizes behind the data, the sizes with 32 or with 64 bits. */
function descriptorEnd(bytesAt: BytesAt, at: number, { crc, name, packed, unpacked }: Header): number {
  const short = bytesAt(at, 16);
  if (short.readUInt32LE(0) === 0x08074b50 && short.readUInt32LE(4) === crc) {
    if (short.readUInt32LE(8) === packed && short.readUInt32LE(12) === unpacked) return at + 16;
    const long = bytesAt(at, 24);
    if (number64(long, 8) === packed && number64(long, 16) === unpacked) return at + 24;
  }
  throw new Error(`what stands behind ${quoted(name)} does not agree with the list`);
}

async function* unpack(path: string, { crc, data, packed, unpacked }: Packed): AsyncGenerator<Uint8Array> {
  let [length, sum] = [0, 0];
  const raw = createReadStream(path, { start: data, end: data + packed - 1, highWaterMark: 1024 * 1024 });
  const inflate = zlib.createInflateRaw();
  raw.on('error', (error) => inflate.destroy(error));
  const chunks: AsyncIterable<Buffer> = raw.pipe(inflate);
  for await (const chunk of chunks) {
    length += chunk.length;
    // Never more than the list says, however small it is packed.
    if (length > unpacked) throw new Error('it is longer than the ZIP says');
    // From Node 20.15 on; the SHA-256 that is listed says as much.
    sum = typeof zlib.crc32 === 'function' ? zlib.crc32(chunk, sum) : crc;
    yield chunk;
  }
  const isWhole = length === unpacked && inflate.bytesWritten === packed && (unpacked === 0 || sum === crc);
  if (!isWhole) throw new Error('it is not what the ZIP says');
}

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
