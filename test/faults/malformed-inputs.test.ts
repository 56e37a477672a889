import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BatchRow } from '../../src/domain/rows.ts';
import type { InputFile } from '../../src/ports/input-files.ts';
import { FORMATS } from '../../src/steps/intake/format.ts';
import type { Format } from '../../src/steps/intake/format.ts';
import { parseImportOptions } from '../../src/steps/intake/import-options.ts';
import { readRows } from '../../src/steps/intake/read-rows.ts';
import { RowIntake } from '../../src/steps/intake/take-rows.ts';

// Malformed inputs by the ten thousand, over all formats: 100,000 rows with DISMANTLE_FULL=1, fewer in the everyday suite.
// DISMANTLE_SEED sets the seed that is printed.

const INPUTS = process.env['DISMANTLE_FULL'] === undefined ? 4000 : 100_000;
const SEED = Number(process.env['DISMANTLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const NOW = Date.UTC(2026, 10, 25);
const LAB = { id: '00000000-0000-8000-8000-000000000003', name: 'lab', drill: true, malware: null };
process.stderr.write(`malformed inputs: ${INPUTS} of them, seed ${SEED}\n`);

/** A document of one format that holds these observables, and the line of each. */
interface Written {
  readonly text: string;
  readonly lines: readonly number[];
}
type Write = (observables: readonly string[]) => Written;

function ofLines(head: readonly string[], rows: readonly string[], tail: readonly string[] = []): Written {
  return { text: [...head, ...rows, ...tail].join('\n'), lines: rows.map((_, index) => head.length + index + 1) };
}

const inCsv = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const inXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
const inPattern = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

/** One element a line, commas between. */
function jsonLines(head: readonly string[], elements: readonly object[], tail: readonly string[]): Written {
  const rows = elements.map((element, index) => `${JSON.stringify(element)}${index < elements.length - 1 ? ',' : ''}`);
  return ofLines(head, rows, tail);
}

const STIX_ID = (index: number): string => `indicator--00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

const WRITERS: Readonly<Record<Format, Write>> = {
  csv: (observables) =>
    ofLines(
      ['server,first_seen'],
      observables.map((text) => `${inCsv(text)},2026-11-20`),
    ),
  list: (observables) => ofLines([], observables),
  maltrail: (observables) => ofLines(['# Reference: a report'], observables),
  'feodo-csv': (observables) =>
    ofLines(
      ['first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware'],
      observables.map((text) => `2026-11-20 07:30:05,${inCsv(text)},,online,2026-11-21,Examplebot`),
    ),
  botconf: (observables) =>
    ofLines(
      ['<mcconf><ver>1</ver><gtag>lab1</gtag><servs>'],
      observables.map((text) => `<srv>${inXml(text)}</srv>`),
      ['</servs></mcconf>'],
    ),
  'feodo-json': (observables) =>
    jsonLines(
      ['['],
      observables.map((text) => ({ ip_address: text, port: null, first_seen: '2026-11-20 07:30:05' })),
      [']'],
    ),
  'threatfox-json': (observables) =>
    jsonLines(
      ['{"query_status": "ok", "data": ['],
      observables.map((ioc) => ({ ioc, ioc_type: 'ip:port', threat_type: 'botnet_cc' })),
      [']}'],
    ),
  stix: (observables) =>
    jsonLines(
      ['{"type": "bundle", "id": "bundle--1", "objects": ['],
      observables.map((text, index) => ({
        type: 'indicator',
        id: STIX_ID(index),
        pattern_type: 'stix',
        pattern: `[domain-name:value = '${inPattern(text)}']`,
      })),
      [']}'],
    ),
  misp: (observables) =>
    jsonLines(
      ['{"Event": {"uuid": "1", "Attribute": ['],
      observables.map((value) => ({ type: 'hostname', category: 'Network activity', to_ids: true, value })),
      [']}}'],
    ),
};

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet).map(([third, fourth]) => `198.18.${third}.${fourth}`);
const SCRAPS = Array.from('abz09.:-_@[]()%\\\'"<>&=+?!é🤖\u202e\u0000');
const scrap = fc.string({ unit: fc.constantFrom(...SCRAPS), maxLength: 12 });

/** What names no server, in the ways that feeds and those who poison them write it. */
const malformed = fc.oneof(
  fc.tuple(octet, octet, octet).map(([a, b, c]) => `0${a}.${b}.${c}.1`),
  fc.tuple(octet, octet, octet).map((parts) => parts.join('.')),
  fc.tuple(octet, octet, octet, octet, octet).map((parts) => parts.join('.')),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((number) => `0x${number.toString(16)}`),
  fc.tuple(address, fc.integer({ min: 65_536, max: 9_999_999 })).map(([host, port]) => `${host}:${port}`),
  fc.tuple(address, fc.nat(70_000), fc.nat(70_000)).map(([host, one, other]) => `${host}:${one}:${other}`),
  fc.tuple(address, fc.nat(65_535)).map(([host, port]) => `${host}:0${port}`),
  fc.tuple(address, fc.integer({ min: 0, max: 31 })).map(([host, bits]) => `${host}/${bits}`),
  fc.tuple(octet, octet).map(([a, b]) => `127.0.${a}.${b}:1`),
  fc.tuple(octet, octet).map(([a, b]) => `::ffff:10.0.${a}.${b}`),
  fc.tuple(address, scrap).map(([host, text]) => `${host}@${text}x`),
  scrap.map((text) => `a\u0000${text}`),
  scrap.map((text) => `..${text}`),
  scrap.map((text) => `gopher://x.example/${text}`),
  fc.nat(300).map((length) => `${'a'.repeat(length + 64)}.example`),
  fc.integer({ min: 2049, max: 9000 }).map((length) => `x.example/${'p'.repeat(length)}`),
);
/** Comments end a line in lists, white space ends it at both sides, and what is empty is no row. */
const isRowEverywhere = (text: string): boolean =>
  text.trim() === text && text !== '' && !/[#;\r\n]|\/\/|\s/.test(text);
const broken = malformed.filter((text) => isRowEverywhere(text.replace('gopher://', '')));

function inputOf(text: string, pieceBytes = 1000): InputFile {
  const bytes = Buffer.from(text);
  return {
    name: 'feed',
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: bytes.subarray(0, 65_536),
    async *chunks() {
      await Promise.resolve();
      for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
    },
  };
}

async function rowsOf(text: string, format: Format, pieceBytes?: number): Promise<readonly BatchRow[]> {
  const random = { bytes: (size: number) => new Uint8Array(size).fill(5) };
  const intake = new RowIntake(LAB, { drill: true, now: NOW, seen: null, evidence: null }, random);
  const rows: BatchRow[] = [];
  for await (const block of readRows(inputOf(text, pieceBytes), format, parseImportOptions({}), NOW)) {
    for (const raw of block) {
      const row = intake.take(raw);
      if (row !== null) rows.push(row);
    }
  }
  return rows;
}

const isTaken = (row: BatchRow): boolean => row.type === 'sighting' || row.type === 'withdrawal';

describe.each(FORMATS)('%s', (format) => {
  const perDocument = 20;
  const numRuns = Math.ceil(INPUTS / FORMATS.length / perDocument);

  test('rejects each malformed row with its line and a reason, and takes the rows around it', async () => {
    const usable = format === 'list' || format === 'maltrail' ? broken.filter((text) => !text.includes('//')) : broken;
    const rows = fc.array(fc.oneof({ weight: 6, arbitrary: usable }, { weight: 1, arbitrary: address }), {
      minLength: perDocument,
      maxLength: perDocument * 1.4,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (observables) => {
        const { text, lines } = WRITERS[format](observables);
        const found = await rowsOf(text, format);
        const expected = observables.flatMap((observable, index) =>
          /^198\.18\.\d+\.\d+$/.test(observable) ? [] : [lines[index]],
        );
        const rejected = found.flatMap((row) => (row.type === 'rejection' ? [row] : []));
        expect([...new Set(rejected.map(({ line }) => line))]).toEqual(expected);
        for (const { reason, value } of rejected) {
          expect(reason).not.toBe('');
          expect(value.length).toBeLessThanOrEqual(300);
        }
        const valid = new Set(observables.filter((observable) => /^198\.18\.\d+\.\d+$/.test(observable)));
        expect(new Set(found.filter(isTaken).map((row) => ('host' in row ? row.host : '')))).toEqual(valid);
      }),
      { numRuns, seed: SEED },
    );
  });

  test('survives any damage to a document, and gives each row a line', async () => {
    const document = WRITERS[format](Array.from({ length: 30 }, (_, index) => `198.18.0.${index}`)).text;
    const damage = fc.array(
      fc.record({
        at: fc.nat(document.length),
        cut: fc.nat(40),
        put: fc.oneof(scrap, fc.constantFrom('"', '{', '}', '[', ']', '\n', '<', '\\')),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 300 }), async (changes, pieceBytes) => {
        let text = document;
        for (const { at, cut, put } of changes) text = text.slice(0, at) + put + text.slice(at + cut);
        const lastLine = text.split('\n').length;
        let rows: readonly BatchRow[] = [];
        try {
          rows = await rowsOf(text, format, pieceBytes);
        } catch (error) {
          // A file whose header line is gone is refused as a whole, in words; nothing else may end an import.
          expect(error).toHaveProperty('problem.code', 'input');
        }
        for (const row of rows) {
          if (!('line' in row) || row.line === null) continue;
          expect(row.line).toBeGreaterThanOrEqual(1);
          expect(row.line).toBeLessThanOrEqual(lastLine);
        }
      }),
      { numRuns: Math.min(numRuns * 4, 2000), seed: SEED },
    );
  });
});

test('memory stays bounded over all of it', () => {
  expect(process.memoryUsage().rss / 1024 / 1024).toBeLessThan(1024);
});
