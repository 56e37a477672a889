import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { plainText } from '../../domain/plain-text.ts';
import { problem, ProblemError } from '../../domain/problem.ts';
import { corrupt, isSystemError, unreadable } from './file-problems.ts';
import type { PackedRange } from './unpack.ts';

const MAX_MEMBERS = 1000;
/** Folders and what desktops add come on top of the members. */
const MAX_ENTRIES = 10 * MAX_MEMBERS;
const MAX_NAME_CHARACTERS = 1000;

/** APPNOTE.TXT section 4.3.12: begins each entry of the central directory. */
const ENTRY_SIGNATURE = 0x02014b50;
/** APPNOTE.TXT section 4.4.5. */
const STORED = 0;
const DEFLATED = 8;

/** The files in a zip archive, in its order, named `archive/member`. What is no file of a feed is a problem. */
export async function zipMembers(name: string, path: string): Promise<readonly PackedRange[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const members = await readDirectory(name, file, size);
    if (members.length === 0)
      throw new ProblemError(unreadable(name, 'the archive holds no file', 'Name another file'));
    return members;
  } catch (cause) {
    if (cause instanceof ProblemError || isSystemError(cause)) throw cause;
    throw new ProblemError(
      corrupt(name, `cannot be read as a zip archive: ${plainText(cause instanceof Error ? cause.message : '', 200)}`),
      cause,
    );
  } finally {
    await file.close();
  }
}

async function readDirectory(name: string, file: FileHandle, size: number): Promise<readonly PackedRange[]> {
  const reader = new FileReader(file, size);
  const zip = await fromRandomAccessReaderPromise(reader, size, { decodeStrings: false, autoClose: false });
  // An error event that nobody listens to ends the process.
  zip.on('error', () => undefined);
  const members = new Map<string, PackedRange>();
  let entries = 0;
  let previous = '';
  try {
    for await (const entry of zip.eachEntry()) {
      entries += 1;
      const entryName = nameOf(name, entry);
      previous = entryName;
      if (!isPassedOver(entryName)) {
        const member = await memberOf(`${name}/${entryName}`, zip, entry);
        if (members.has(member.name)) throw refused(member.name, 'stands in the archive twice');
        members.set(member.name, member);
      }
      if (members.size > MAX_MEMBERS || entries > MAX_ENTRIES) {
        throw refused(name, `holds more than ${MAX_MEMBERS} files`);
      }
    }
  } catch (cause) {
    if (cause instanceof Error && cause.message === 'strong encryption is not supported') {
      throw refused(previous === '' ? name : `${name}, the member after ${previous}`, 'is encrypted');
    }
    throw cause;
  }
  // The type says boolean, yauzl keeps the offset behind the last entry that it read.
  if (await reader.holdsAt(Number(zip.readEntryCursor), ENTRY_SIGNATURE)) {
    throw new ProblemError(corrupt(name, 'the archive holds more members than it states'));
  }
  return [...members.values()];
}

/** A name that is safe to show and to keep. Nothing is ever written to where it points. */
function nameOf(archive: string, entry: Entry): string {
  // Backslashes come out as slashes: .NET once wrote them. Without it decoded, bytes below 0x20 become smileys.
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  const isAbsurd =
    name === '' ||
    name.length > MAX_NAME_CHARACTERS ||
    entry.fileNameRaw.some((byte) => byte < 0x20 || byte === 0x7f) ||
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u.test(name) ||
    /^(?:\/|[a-z]:)/i.test(name) ||
    name.split('/').includes('..');
  if (isAbsurd) throw refused(archive, `a member's name is not to be trusted: "${plainText(name, 100)}"`);
  return name;
}

function isPassedOver(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(?:^|\/)\.DS_Store$/.test(name);
}

async function memberOf(name: string, zip: ZipFile, entry: Entry): Promise<PackedRange> {
  if (entry.isEncrypted()) throw refused(name, 'is encrypted');
  if (isLink(entry)) throw refused(name, 'is a link and not a file');
  if (name.endsWith('/[Content_Types].xml')) {
    throw problem('input', `${name}: the archive is an office document`, 'Save the sheet as CSV and name that file');
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw refused(name, `is packed with method ${entry.compressionMethod}, which is not read`);
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  return {
    name,
    start: fileDataStart,
    packedBytes: entry.compressedSize,
    isDeflated: entry.compressionMethod === DEFLATED,
    sizeBytes: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

/** APPNOTE.TXT section 4.4.15 leaves the upper half to the system that wrote it: on Unix (3) and macOS (19) the mode. */
function isLink({ versionMadeBy, externalFileAttributes }: Entry): boolean {
  const system = versionMadeBy >>> 8;
  const fileType = (externalFileAttributes >>> 16) & 0o170000;
  return (system === 3 || system === 19) && fileType === 0o120000;
}

function refused(name: string, reason: string): ProblemError {
  return problem('input', `${name}: ${reason}`, 'Unpack the archive yourself and name the files that you want read');
}

/**
 * What yauzl reads from. Its own reader passes on whatever offset a hostile archive states, and Node answers an offset
 * beyond 2^53 with an exception that nobody can catch.
 */
class FileReader extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #sizeBytes: number;

  constructor(file: FileHandle, sizeBytes: number) {
    super();
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    void this.#readWhole(buffer, offset, length, position).then(
      (isWhole) => setImmediate(callback, isWhole ? null : new Error('the end is missing')),
      (cause: unknown) => setImmediate(callback, cause instanceof Error ? cause : new Error(String(cause))),
    );
  }

  async holdsAt(position: number, signature: number): Promise<boolean> {
    const buffer = Buffer.alloc(4);
    return (await this.#readWhole(buffer, 0, 4, position)) && buffer.readUInt32LE(0) === signature;
  }

  async #readWhole(buffer: Buffer, offset: number, length: number, position: number): Promise<boolean> {
    if (!(position >= 0 && position + length <= this.#sizeBytes)) return false;
    const { bytesRead } = await this.#file.read(buffer, offset, length, position);
    return bytesRead === length;
  }
}
