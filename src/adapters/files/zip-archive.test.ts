import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InputFile } from '../../ports/input-files.ts';
import type { Result } from '../../domain/result.ts';
import { createInputFiles } from './input-files.ts';
import { UNPACK_LIMITS } from './unpack.ts';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-zip-'));
  path = join(folder, 'feeds.zip');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Member {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  readonly isStored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly mode?: number;
  /** What the archive states instead of the truth. */
  readonly crc?: number;
  readonly size?: number;
  /** Takes the data of the member before it. */
  readonly isOverlapping?: boolean;
}

/** A zip archive as APPNOTE.TXT sections 4.3.6, 4.3.7, 4.3.12 and 4.3.16 lay it out. */
function zip(members: readonly Member[], stated: { entries?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let start = 0;
  let data = Buffer.alloc(0);
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const name = Buffer.from(member.name);
    const method = member.method ?? (member.isStored === true ? 0 : 8);
    if (member.isOverlapping !== true) data = method === 0 ? content : deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(member.flags ?? 0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(member.crc ?? crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(member.size ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    if (member.isOverlapping !== true) {
      start = offset;
      const local = [Buffer.from('PK\u0003\u0004'), fields, name, data];
      parts.push(...local);
      offset += 30 + name.length + data.length;
    }
    const entry = Buffer.alloc(46);
    entry.write('PK\u0001\u0002');
    entry.writeUInt16LE(0x0314, 4);
    fields.copy(entry, 6);
    entry.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
    entry.writeUInt32LE(start, 42);
    directory.push(entry, name);
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(stated.entries ?? members.length, 8);
  end.writeUInt16LE(stated.entries ?? members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

async function openZip(archive: Uint8Array, limits = UNPACK_LIMITS): Promise<Result<readonly InputFile[]>> {
  await writeFile(path, archive);
  return createInputFiles({ spoolDirectory: join(folder, 'spool'), stdin: () => Readable.from([]), limits }).open([
    path,
  ]);
}

async function files(archive: Uint8Array): Promise<readonly InputFile[]> {
  const found = await openZip(archive);
  if (!found.ok) throw new Error(found.problem.message);
  return found.value;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

const inputProblem = (message: string): object => ({
  ok: false,
  problem: { code: 'input', message: expect.stringContaining(message), hint: expect.any(String) },
});

const FEED = 'server,port\n198.51.100.7,443\n';
const LONG = '203.0.113.9:449\n'.repeat(50_000);

describe('a zip archive', () => {
  test('gives each file in it, named after both, with the hash of its content', async () => {
    const members = [
      { name: 'feed.csv', content: FEED },
      { name: 'more/list.txt', content: LONG },
      { name: 'stored.csv', content: LONG, isStored: true },
      { name: 'empty.csv', isStored: true },
      { name: 'größe.csv', content: FEED },
    ];
    const found = await files(zip(members));
    expect(found.map(({ name }) => name)).toEqual(members.map(({ name }) => `${path}/${name}`));
    for (const [index, file] of found.entries()) {
      const content = Buffer.from(members[index]?.content ?? '');
      expect(file.sizeBytes).toBe(content.length);
      expect(file.sha256).toBe(createHash('sha256').update(content).digest('hex'));
      expect(Buffer.from(file.head).equals(content.subarray(0, 65_536))).toBe(true);
      for (let time = 0; time < 2; time++) expect((await bytesOf(file.chunks())).equals(content)).toBe(true);
    }
  });

  test('has folders and what desktops add passed over', async () => {
    const found = await files(
      zip([
        { name: 'feeds/', isStored: true },
        { name: 'feeds/feed.csv', content: FEED },
        { name: '__MACOSX/feeds/._feed.csv', content: 'x' },
        { name: 'feeds/.DS_Store', content: 'x' },
      ]),
    );
    expect(found.map(({ name }) => name)).toEqual([`${path}/feeds/feed.csv`]);
  });

  test('with nothing in it is a problem', async () => {
    for (const members of [[], [{ name: 'feeds/', isStored: true }]]) {
      expect(await openZip(zip(members))).toMatchObject(inputProblem('feeds.zip: the archive holds no file'));
    }
  });

  test.each([
    ['../feed.csv'],
    ['a/../../feed.csv'],
    ['..\\feed.csv'],
    ['/etc/feed.csv'],
    ['\\feed.csv'],
    ['C:/feed.csv'],
    ['c:feed.csv'],
    [''],
    ['a\u0000.csv'],
    ['a\u001b[2J.csv'],
    ['a\nb.csv'],
    ['a\u202evsc.csv'],
    ['a\u0085.csv'],
    [Buffer.from('a\xff.csv', 'latin1')],
    ['x'.repeat(1001)],
  ])('with a member named %j is refused', async (name) => {
    const found = await openZip(
      zip([
        { name: 'good.csv', content: FEED },
        { name, content: FEED },
      ]),
    );
    expect(found).toMatchObject(inputProblem("feeds.zip: a member's name is not to be trusted"));
    if (!found.ok) expect(found.problem.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('in which .NET wrote backslashes, or an old program a name in code page 437, is read', async () => {
    const [first, second] = await files(
      zip([
        { name: 'feeds\\feed.csv', content: FEED },
        { name: Buffer.from('f\x81r.csv', 'latin1'), content: FEED, flags: 0 },
      ]),
    );
    expect(first?.name).toBe(`${path}/feeds/feed.csv`);
    expect(second?.name).toBe(`${path}/für.csv`);
  });

  test.each<[string, Member]>([
    ['is encrypted', { name: 'bad.csv', content: FEED, flags: 0x801 }],
    ['the member after good.csv: is encrypted', { name: 'bad.csv', content: FEED, flags: 0x841 }],
    ['bad.csv: is a link and not a file', { name: 'bad.csv', content: '/etc/passwd', mode: 0o120777 }],
    ['bad.csv: is packed with method 14', { name: 'bad.csv', content: FEED, method: 14 }],
    ['bad.csv: holds another archive: it is packed with gzip', { name: 'bad.csv', content: gzipSync(FEED) }],
    ['bad.csv: holds another archive: it is packed with zip', { name: 'bad.csv', content: zip([]), isStored: true }],
    ['bad.csv: size or checksum', { name: 'bad.csv', content: FEED, crc: 1 }],
    ['bad.csv: size or checksum', { name: 'bad.csv', content: FEED, size: 10 }],
    ['bad.csv: size or checksum', { name: 'bad.csv', content: FEED, size: 2 ** 31 }],
    ['good.csv: stands in the archive twice', { name: 'good.csv', content: 'other' }],
    ['save the sheet as CSV', { name: '[Content_Types].xml', content: '<Types/>' }],
  ])('is refused where a member %s', async (message, member) => {
    const found = await openZip(zip([{ name: 'good.csv', content: FEED }, member]));
    expect(found).toMatchObject({ ok: false, problem: { code: 'input' } });
    if (!found.ok) {
      expect(`${found.problem.message} ${found.problem.hint}`.toLowerCase()).toContain(message.toLowerCase());
    }
  });

  test('holds 1,000 files and not one more, and no more than it states', async () => {
    const members = Array.from({ length: 1001 }, (_, index) => ({ name: `${index}.csv`, content: `${index}` }));
    expect(await files(zip(members.slice(1)))).toHaveLength(1000);
    expect(await openZip(zip(members))).toMatchObject(inputProblem('more than 1000 files'));
    expect(await openZip(zip(members.slice(0, 9), { entries: 4 }))).toMatchObject(
      inputProblem('more members than it states'),
    );
    expect(await openZip(zip(members.slice(0, 9), { entries: 10 }))).toMatchObject(
      inputProblem('feeds.zip: cannot be read'),
    );
  });

  test('is refused as a bomb by the sum of its members, also where they share their data', async () => {
    const zeros = Buffer.alloc(8 * 1024 ** 2);
    const limits = { bytes: 2 ** 40, freeBytes: 20 * 1024 ** 2, ratio: 200 };
    const apart = Array.from({ length: 4 }, (_, index) => ({ name: `${index}.csv`, content: zeros }));
    expect(await openZip(zip(apart.slice(0, 2)), limits)).toMatchObject({ ok: true });
    expect(await openZip(zip(apart), limits)).toMatchObject(inputProblem('looks like a decompression bomb'));
    const shared = apart.map((member, index) => ({ ...member, isOverlapping: index > 0 }));
    expect(await openZip(zip(shared), limits)).toMatchObject(inputProblem('looks like a decompression bomb'));
    expect(await openZip(zip(apart), { ...limits, bytes: 30 * 1024 ** 2, ratio: 10_000 })).toMatchObject(
      inputProblem('unpacks to more than'),
    );
  });

  test('that changed after it was read is a problem', async () => {
    const [file] = await files(zip([{ name: 'feed.csv', content: LONG }]));
    if (file === undefined) throw new Error('no file');
    for (const archive of [zip([{ name: 'feed.csv', content: FEED }]), Buffer.from('x'), Buffer.alloc(9000)]) {
      await writeFile(path, archive);
      await expect(bytesOf(file.chunks())).rejects.toMatchObject({
        problem: { message: expect.stringContaining('changed while it was being read') },
      });
    }
  });

  test('that is cut short anywhere is a problem and never an exception', async () => {
    const whole = zip([
      { name: 'feed.csv', content: FEED },
      { name: 'list.txt', content: FEED, isStored: true },
    ]);
    for (let length = 4; length < whole.length; length++) {
      expect(await openZip(whole.subarray(0, length)), `${length} bytes`).toMatchObject(inputProblem('feeds.zip'));
    }
    expect(await openZip(Buffer.concat([whole, Buffer.from('tail')]))).toMatchObject(inputProblem('feeds.zip'));
  });

  test('with any bytes changed is read, or is a problem, and never an exception', async () => {
    const whole = zip([
      { name: 'feed.csv', content: FEED },
      { name: 'list.txt', content: FEED, isStored: true },
    ]);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(0, 1, 0x50, 0x7f, 0x80, 0xff)), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const archive = Buffer.from(whole);
        for (const [at, byte] of changed) archive[at] = byte;
        const found = await openZip(archive);
        if (!found.ok) expect(found.problem.code).toBe('input');
      }),
      { numRuns: 500 },
    );
  });

  test('whose end names an offset that no number holds is a problem and never an exception', async () => {
    const locator = Buffer.alloc(20);
    locator.write('PK\u0006\u0007');
    locator.writeBigUInt64LE(2n ** 63n + 1n, 8);
    const whole = zip([{ name: 'feed.csv', content: FEED }]);
    const archive = Buffer.concat([whole.subarray(0, -22), locator, whole.subarray(-22)]);
    expect(await openZip(archive)).toMatchObject(inputProblem('cannot be read as a zip archive'));
  });
});
