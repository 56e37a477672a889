#!/usr/bin/env node
// Audits an exported ledger, a proof, or a bundle of evidence with nothing but this file and the folder ledger/ beside it,
// of the sources, or of dist/ where it was built: no package, no database, no network. Whoever doubts the product can read
// both.
//
// Written so that Node takes it with and without a package.json beside: no import statement, no await outside.
const USAGE = `Usage: dismantle-audit FILE|FOLDER|- [--key KEY] [--checkpoint FILE]

Audits an exported ledger, a proof, or a bundle of evidence, from its bytes alone.

  FILE               the export, the proof or the bundle (ZIP); - reads an export or a proof from standard input
  FOLDER             a bundle that was unpacked
  --key KEY          the verifier key that the organisation has handed over by another way
  --checkpoint FILE  a checkpoint kept elsewhere: the ledger must continue it
  --json             print the whole report as one JSON value

Exit codes:
  0  It is whole.
  1  It is not, or it cannot be read.
  2  The command line is wrong; nothing was read.
`;

const WHOLE = 0;
const NOT_WHOLE = 1;
const WRONG_USAGE = 2;

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`dismantle-audit: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = NOT_WHOLE;
  },
);

async function main(words) {
  const asked = parse(words);
  if (asked === null) {
    process.stderr.write(USAGE);
    return WRONG_USAGE;
  }
  if (asked.help) {
    process.stdout.write(USAGE);
    return WHOLE;
  }
  const { createReadStream, readFileSync, statSync } = await import('node:fs');
  const ledger = await importLedger();
  const known = {};
  if (asked.key !== null) known.knownKey = asked.key;
  if (asked.checkpoint !== null) known.knownCheckpoint = readFileSync(asked.checkpoint, 'utf8');
  const isAnchored = asked.key !== null || asked.checkpoint !== null;
  const bundle = asked.file === '-' ? null : await openBundle(asked.file, statSync(asked.file));
  if (bundle !== null) {
    const report = await ledger.auditBundle(bundle, known);
    bundle.close();
    if (asked.json) process.stdout.write(`${jsonText({ what: 'evidence', ...report })}\n`);
    else process.stdout.write(textOf(ledger.bundleText(report, isAnchored)));
    return report.ok ? WHOLE : NOT_WHOLE;
  }
  const chunks = asked.file === '-' ? process.stdin : createReadStream(asked.file, { highWaterMark: 1024 * 1024 });
  const audited = await ledger.auditFile(chunks, known);
  if (asked.json) {
    process.stdout.write(`${jsonText({ what: audited.what, ...audited.report })}\n`);
  } else {
    process.stdout.write(textOf(ledger.reportText(audited, isAnchored)));
  }
  return audited.report.ok ? WHOLE : NOT_WHOLE;
}

function textOf({ lead, rest, lines }) {
  return [`${lead}${rest}`, ...lines, ''].join('\n');
}

/** JSON leaves some characters as they are that a terminal might obey (RFC 8259 section 7 writes them as escapes). */
function jsonText(value) {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parse(words) {
  const asked = { file: null, key: null, checkpoint: null, json: false, help: false };
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--help' || word === '-h') return { ...asked, help: true };
    if (word === '--json') asked.json = true;
    else if (word === '--key' || word === '--checkpoint') {
      index += 1;
      if (words[index] === undefined) return null;
      asked[word.slice(2)] = words[index];
    } else if (asked.file === null && (word === '-' || !word.startsWith('-'))) asked.file = word;
    else return null;
  }
  return asked.file === null ? null : asked;
}

/** The sources where Node can read them, what was built from them otherwise: Node strips no types below node_modules. */
async function importLedger() {
  const { existsSync, realpathSync } = await import('node:fs');
  const { dirname, join, sep } = await import('node:path');
  const { pathToFileURL } = await import('node:url');
  const here = dirname(realpathSync(process.argv[1]));
  const home = dirname(here);
  const [major, minor] = process.versions.node.split('.').map(Number);
  const stripsTypes = (major > 22 || (major === 22 && minor >= 18)) && !home.split(sep).includes('node_modules');
  const places = [
    // In a bundle of evidence it stands beside.
    [join(here, 'ledger'), 'js', true],
    [join(home, 'src', 'ledger'), 'ts', stripsTypes],
    [join(home, 'dist', 'ledger'), 'js', true],
  ];
  for (const [folder, extension, isReadable] of places) {
    if (!isReadable || !existsSync(join(folder, `audit-file.${extension}`))) continue;
    const module = (name) => import(pathToFileURL(join(folder, `${name}.${extension}`)).href);
    const { auditFile } = await module('audit-file');
    const { auditBundle } = await module('audit-bundle');
    const { bundleText } = await module('bundle-text');
    const { reportText } = await module('report-text');
    return { auditBundle, auditFile, bundleText, reportText };
  }
  throw new Error(
    `found nothing to audit with: needs src/ledger/ beside bin/ and Node 22.18 or newer (this is ${process.versions.node}), or dist/ledger/`,
  );
}

/** The files of a bundle, in a folder or in a ZIP; null for anything else. */
async function openBundle(path, stat) {
  if (stat.isDirectory()) return openFolder(path);
  const { openSync, readSync } = await import('node:fs');
  const file = openSync(path, 'r');
  const first = Buffer.alloc(4);
  readSync(file, first, 0, 4, 0);
  // The first bytes of a ZIP; a proof and an export begin with a brace.
  if (first.toString('latin1') === 'PK\x03\x04') return openZip(path, file, stat.size);
  const { closeSync } = await import('node:fs');
  closeSync(file);
  return null;
}

async function openFolder(root) {
  const { createReadStream, readdirSync } = await import('node:fs');
  const { join } = await import('node:path');
  return {
    async list() {
      const names = [];
      const walk = (folder, before) => {
        for (const found of readdirSync(folder, { withFileTypes: true })) {
          const name = `${before}${found.name}`;
          if (found.isDirectory() && before.split('/').length <= 4) walk(join(folder, found.name), `${name}/`);
          else if (found.isFile()) names.push(name);
          // A link may lead anywhere.
          else throw new Error(`${name} is no plain file`);
        }
      };
      walk(root, '');
      return names;
    },
    read: (name) => createReadStream(join(root, ...name.split('/')), { highWaterMark: 1024 * 1024 }),
    close: () => undefined,
  };
}

/** More entries of a ZIP, or a larger list of them, are refused. */
const MAX_ZIP_ENTRIES = 1_000_010;
const MAX_ZIP_LIST_BYTES = 512 * 1024 * 1024;

/**
 * Reads a ZIP (APPNOTE.TXT 6.3.10) by its central directory, and refuses what a bundle never is: encrypted, in parts, with bytes
 * that belong to no file, or with a file whose two headers do not agree. So nothing is in it that another program would unpack.
 */
async function openZip(path, file, size) {
  const { closeSync, readSync } = await import('node:fs');
  const { createInflateRaw, crc32 } = await import('node:zlib');
  const { createReadStream } = await import('node:fs');
  const bytesAt = (position, length) => {
    if (position < 0 || length < 0 || position + length > size) throw new Error('the ZIP is cut off');
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const got = readSync(file, bytes, done, length - done, position + done);
      if (got === 0) throw new Error('the ZIP is cut off');
      done += got;
    }
    return bytes;
  };
  const number64 = (bytes, at) => Number(bytes.readBigUInt64LE(at));
  let entries = null;
  const directory = () => {
    // Our bundles have no comment, so that the end of the directory is the end of the file.
    const end = size < 22 ? null : bytesAt(size - 22, 22);
    if (end === null || end.readUInt32LE(0) !== 0x06054b50 || end.readUInt16LE(20) !== 0) throw new Error('the ZIP is cut off, or something was put behind it');
    let [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
    let directoryEnd = size - 22;
    if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) {
      const locator = bytesAt(size - 42, 20);
      if (locator.readUInt32LE(0) !== 0x07064b50) throw new Error('the ZIP lacks its 64-bit end');
      directoryEnd = number64(locator, 8);
      const end64 = bytesAt(directoryEnd, 56);
      if (end64.readUInt32LE(0) !== 0x06064b50 || directoryEnd + 56 !== size - 42) throw new Error('the 64-bit end of the ZIP is malformed');
      [count, length, start] = [number64(end64, 32), number64(end64, 40), number64(end64, 48)];
    }
    if (start + length !== directoryEnd) throw new Error('the list of the ZIP does not end where the ZIP does');
    if (count > MAX_ZIP_ENTRIES || length > MAX_ZIP_LIST_BYTES) throw new Error('the ZIP has too many files');
    const list = bytesAt(start, length);
    const found = new Map();
    let [at, next] = [0, 0];
    for (let index = 0; index < count; index++) {
      if (at + 46 > length || list.readUInt32LE(at) !== 0x02014b50) throw new Error('the list of the ZIP is malformed');
      const [flags, method, crc] = [list.readUInt16LE(at + 8), list.readUInt16LE(at + 10), list.readUInt32LE(at + 16)];
      let [packed, unpacked, offset] = [list.readUInt32LE(at + 20), list.readUInt32LE(at + 24), list.readUInt32LE(at + 42)];
      const [nameLength, extraLength, commentLength] = [list.readUInt16LE(at + 28), list.readUInt16LE(at + 30), list.readUInt16LE(at + 32)];
      const name = list.toString('utf8', at + 46, at + 46 + nameLength);
      let extra = at + 46 + nameLength;
      const extraEnd = extra + extraLength;
      while (extra + 4 <= extraEnd) {
        const [id, extraSize] = [list.readUInt16LE(extra), list.readUInt16LE(extra + 2)];
        if (id === 1) {
          let field = extra + 4;
          const wide = (value) => {
            if (value !== 0xffffffff) return value;
            field += 8;
            return number64(list, field - 8);
          };
          [unpacked, packed, offset] = [wide(unpacked), wide(packed), wide(offset)];
        }
        extra += 4 + extraSize;
      }
      at = extraEnd + commentLength;
      if ((flags & ~0x0808) !== 0 || (method !== 0 && method !== 8)) throw new Error(`${JSON.stringify(name)} is packed in a way that no bundle is`);
      if (commentLength !== 0 || found.has(name)) throw new Error(`${JSON.stringify(name)} is in the ZIP twice, or has a comment`);
      const local = bytesAt(offset, 30);
      const localName = bytesAt(offset + 30, local.readUInt16LE(26)).toString('utf8');
      if (local.readUInt32LE(0) !== 0x04034b50 || localName !== name || local.readUInt16LE(8) !== method || local.readUInt16LE(6) !== flags) {
        throw new Error(`the two headers of ${JSON.stringify(name)} do not agree`);
      }
      if (offset !== next) throw new Error(`there are bytes before ${JSON.stringify(name)} that belong to no file`);
      const data = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
      next = data + packed;
      if ((flags & 8) !== 0) next = descriptorEnd(next, crc, packed, unpacked, name);
      found.set(name, { crc, data, method, packed, unpacked });
    }
    if (at !== length || next !== start) throw new Error('there are bytes in the ZIP that belong to no file');
    return found;
  };
  /** Where the data descriptor ends that repeats sizes and checksum behind the data, with 32 or with 64 bits. */
  const descriptorEnd = (at, crc, packed, unpacked, name) => {
    const short = bytesAt(at, 16);
    if (short.readUInt32LE(0) === 0x08074b50 && short.readUInt32LE(4) === crc) {
      if (short.readUInt32LE(8) === packed && short.readUInt32LE(12) === unpacked) return at + 16;
      const long = bytesAt(at, 24);
      if (number64(long, 8) === packed && number64(long, 16) === unpacked) return at + 24;
    }
    throw new Error(`what stands behind ${JSON.stringify(name)} does not agree with the list`);
  };
  return {
    async list() {
      entries = directory();
      return [...entries.keys()];
    },
    async *read(name) {
      const { crc, data, method, packed, unpacked } = entries.get(name);
      let length = 0;
      let sum = 0;
      const raw = packed === 0 ? [] : createReadStream(path, { start: data, end: data + packed - 1 });
      const chunks = method === 0 || packed === 0 ? raw : raw.pipe(createInflateRaw());
      for await (const chunk of chunks) {
        length += chunk.length;
        // Never more than the list says, however small it is packed.
        if (length > unpacked) throw new Error('it is longer than the ZIP says');
        if (crc32 !== undefined) sum = crc32(chunk, sum);
        yield chunk;
      }
      if (length !== unpacked || (crc32 !== undefined && sum !== crc)) throw new Error('it is not what the ZIP says');
    },
    close: () => closeSync(file),
  };
}
