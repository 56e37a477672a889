/*
 * Writes a MaxMind DB file, format 2.0 (https://maxmind.github.io/MaxMind-DB/):
 *
 *   search tree   nodes of two 32-bit records, one for each value of an address's next bit
 *   16 bytes      zeros
 *   data section  one map for each AS
 *   metadata      after its marker
 *
 * It exists for the bench only: no registry package carries AS data in this form. The file is made as the official
 * writers make theirs (equal neighbours merged, nodes in preorder, repeated texts as pointers), so that a reader is
 * not measured on a worse file than its users have.
 */

/** An inclusive range of 128-bit addresses; an IPv4 address is its own number, which places it at ::/96. */
export interface MmdbRow {
  readonly first: bigint;
  readonly last: bigint;
  readonly asn: number;
  readonly holder: string;
}

const ADDRESS_BITS = 128;
const RECORD_BITS = 32;
const NODE_BYTES = (RECORD_BITS * 2) / 8;
const SEPARATOR = Buffer.alloc(16);
const METADATA_MARKER = Buffer.from('\u00AB\u00CD\u00EFMaxMind.com', 'latin1');

const TYPE = { pointer: 1, text: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11 } as const;

/** Where ranges overlap the smallest holds, and of equal ones the later, whatever order they come in. */
export function mmdbOfRows(rows: readonly MmdbRow[], dataDate: string): Buffer {
  const data = createDataSection();
  const tree = createTree();
  for (const row of widestFirst(rows)) {
    const leaf = data.offsetOf(row.asn, row.holder);
    for (const { base, length } of prefixesOf(row.first, row.last)) tree.insert(base, length, leaf);
  }
  const { nodeCount, bytes } = tree.finish();
  return Buffer.concat([bytes, SEPARATOR, data.finish(), METADATA_MARKER, metadata(nodeCount, dataDate)]);
}

/** An insertion replaces what was there, so the most specific has to come last. */
function widestFirst(rows: readonly MmdbRow[]): readonly MmdbRow[] {
  return rows
    .map((row) => ({ row, span: row.last - row.first }))
    .sort((a, b) => (a.span === b.span ? 0 : a.span > b.span ? -1 : 1))
    .map(({ row }) => row);
}

/** The fewest prefixes that make up a range. The one of length 0 is never among them: the root is always a node. */
function prefixesOf(first: bigint, last: bigint): { readonly base: bigint; readonly length: number }[] {
  const prefixes: { base: bigint; length: number }[] = [];
  let base = first;
  while (base <= last) {
    // As large as the zeros at the end of the base allow, and not past the end of the range.
    const aligned = base === 0n ? ADDRESS_BITS - 1 : highestBit(base & -base);
    const hostBits = Math.min(aligned, highestBit(last - base + 1n));
    prefixes.push({ base, length: ADDRESS_BITS - hostBits });
    base += 1n << BigInt(hostBits);
  }
  return prefixes;
}

/** By way of text, which is one operation where counting would take up to 127 on bigints. */
function highestBit(number: bigint): number {
  return number.toString(2).length - 1;
}

interface Tree {
  insert(base: bigint, length: number, leaf: number): void;
  finish(): { readonly nodeCount: number; readonly bytes: Buffer };
}

/**
 * While it grows, a record is 0 (nothing known), the number of a node (never 0, which is the root), or for a leaf
 * -1 less its offset in the data section.
 */
function createTree(): Tree {
  let records = new Int32Array(1 << 20);
  let used = 1;
  const words = new Uint32Array(ADDRESS_BITS / 32);

  const addNode = (left: number, right: number): number => {
    if (used * 2 === records.length) {
      const larger = new Int32Array(records.length * 2);
      larger.set(records);
      records = larger;
    }
    records[used * 2] = left;
    records[used * 2 + 1] = right;
    return used++;
  };
  /** Takes out the nodes below which all is equal. */
  const merged = (record: number): number => {
    if (record <= 0) return record;
    const left = merged(records[record * 2] ?? 0);
    const right = merged(records[record * 2 + 1] ?? 0);
    records[record * 2] = left;
    records[record * 2 + 1] = right;
    return left === right && left <= 0 ? left : record;
  };

  return {
    insert(base, length, leaf) {
      // Once a prefix and not once a bit: arithmetic on bigints is slow.
      for (let index = 0; index < words.length; index++) {
        words[index] = Number((base >> BigInt(96 - index * 32)) & 0xffff_ffffn);
      }
      let node = 0;
      for (let depth = 0; depth < length; depth++) {
        const bit = ((words[depth >>> 5] ?? 0) >>> (31 - (depth & 31))) & 1;
        const slot = node * 2 + bit;
        const record = records[slot] ?? 0;
        if (depth === length - 1) {
          records[slot] = -1 - leaf;
        } else if (record > 0) {
          node = record;
        } else {
          // What held on the whole of it holds on both halves.
          node = addNode(record, record);
          records[slot] = node;
        }
      }
    },
    finish() {
      records[0] = merged(records[0] ?? 0);
      records[1] = merged(records[1] ?? 0);
      // Nodes are numbered anew: some were merged or replaced, and a file holds none that nothing leads to.
      const order: number[] = [];
      const numbers = new Uint32Array(used);
      const number = (node: number): void => {
        numbers[node] = order.push(node) - 1;
        for (const record of [records[node * 2] ?? 0, records[node * 2 + 1] ?? 0]) if (record > 0) number(record);
      };
      number(0);
      const nodeCount = order.length;
      const bytes = Buffer.alloc(nodeCount * NODE_BYTES);
      const finished = (record: number): number => {
        if (record > 0) return numbers[record] ?? 0;
        return record === 0 ? nodeCount : nodeCount + SEPARATOR.length - 1 - record;
      };
      for (const [index, node] of order.entries()) {
        bytes.writeUInt32BE(finished(records[node * 2] ?? 0), index * NODE_BYTES);
        bytes.writeUInt32BE(finished(records[node * 2 + 1] ?? 0), index * NODE_BYTES + NODE_BYTES / 2);
      }
      return { nodeCount, bytes };
    },
  };
}

interface DataSection {
  /** Where the map of an AS lies; it is written when first asked for. */
  offsetOf(asn: number, holder: string): number;
  finish(): Buffer;
}

function createDataSection(): DataSection {
  const parts: Buffer[] = [];
  const maps = new Map<string, number>();
  const texts = new Map<string, number>();
  let size = 0;
  const append = (bytes: Buffer): void => {
    parts.push(bytes);
    size += bytes.length;
  };
  const appendText = (text: string): void => {
    const known = texts.get(text);
    const bytes = textValue(text);
    const reference = known === undefined ? bytes : pointer(known);
    if (known === undefined) texts.set(text, size);
    append(reference.length < bytes.length ? reference : bytes);
  };
  return {
    offsetOf(asn, holder) {
      const key = `${asn},${holder}`;
      const known = maps.get(key);
      if (known !== undefined) return known;
      const offset = size;
      maps.set(key, offset);
      append(control(TYPE.map, 2));
      appendText('autonomous_system_number');
      append(unsigned(TYPE.uint32, asn));
      appendText('autonomous_system_organization');
      appendText(holder);
      return offset;
    },
    finish: () => Buffer.concat(parts),
  };
}

function metadata(nodeCount: number, dataDate: string): Buffer {
  const entries: readonly (readonly [string, Buffer])[] = [
    ['binary_format_major_version', unsigned(TYPE.uint16, 2)],
    ['binary_format_minor_version', unsigned(TYPE.uint16, 0)],
    ['build_epoch', unsigned(TYPE.uint64, Date.parse(dataDate) / 1000)],
    ['database_type', textValue('ip-location-db-ASN')],
    ['description', Buffer.concat([control(TYPE.map, 1), textValue('en'), textValue('Made for a bench')])],
    ['ip_version', unsigned(TYPE.uint16, 6)],
    ['languages', control(TYPE.array, 0)],
    ['node_count', unsigned(TYPE.uint32, nodeCount)],
    ['record_size', unsigned(TYPE.uint16, RECORD_BITS)],
  ];
  return Buffer.concat([
    control(TYPE.map, entries.length),
    ...entries.flatMap(([key, value]) => [textValue(key), value]),
  ]);
}

/** What stands before each value: three bits for its type and five for its size, with more bytes where these are few. */
function control(type: number, size: number): Buffer {
  const sizeBits = size < 29 ? size : size < 285 ? 29 : 30;
  const bytes = type <= 7 ? [(type << 5) | sizeBits] : [sizeBits, type - 7];
  if (sizeBits === 29) bytes.push(size - 29);
  if (sizeBits === 30) bytes.push((size - 285) >>> 8, (size - 285) & 255);
  return Buffer.from(bytes);
}

function textValue(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([control(TYPE.text, bytes.length), bytes]);
}

/** In as few bytes as it takes, which for 0 is none. */
function unsigned(type: number, value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([control(type, bytes.length), Buffer.from(bytes)]);
}

/** To an offset in the data section. Each length of a pointer starts where the one before it ended. */
function pointer(offset: number): Buffer {
  const start = TYPE.pointer << 5;
  if (offset < 2048) return Buffer.from([start | (offset >>> 8), offset & 255]);
  const [width, rest] = offset < 526_336 ? [1, offset - 2048] : [2, offset - 526_336];
  const bytes = Buffer.alloc(width + 2);
  bytes.writeUIntBE(rest, 0, width + 2);
  bytes[0] = start | (width << 3) | (bytes[0] ?? 0);
  return bytes;
}
