import { createHash } from 'node:crypto';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DocumentTable, PaperDocument } from '../../ports/documents.ts';
import { docxWriter } from './docx.ts';
import { latinText } from './latin-text.ts';
import { pdfWriter } from './pdf.ts';

const COLUMNS = ['Provider', 'Server', 'Evidence'].map((title) => ({ title, share: 1 }));

function paper(change: Partial<PaperDocument> = {}, rows: readonly (readonly string[])[] = []): PaperDocument {
  const table: DocumentTable = { type: 'table', columns: COLUMNS, rows };
  return {
    title: 'Appendix of the lab',
    author: 'Example CERT',
    createdAt: Date.UTC(2026, 10, 24, 12),
    blocks: [{ type: 'heading', text: 'DE: some servers' }, { type: 'paragraph', text: 'As follows.' }, table],
    footer: ['Operation lab', 'Ledger: 7 entries'],
    ...change,
  };
}

const many = (count: number): readonly (readonly string[])[] =>
  Array.from({ length: count }, (_none, index) => [`Hosting ${index}`, `192.0.2.${index % 256}`, 'configuration']);

/** The parts of a zip file, read by its directory. */
function unzip(zip: Buffer): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  let place = zip.readUInt32LE(zip.length - 6);
  for (let left = zip.readUInt16LE(zip.length - 12); left > 0; left--) {
    const [size, nameLength] = [zip.readUInt32LE(place + 20), zip.readUInt16LE(place + 28)];
    const local = zip.readUInt32LE(place + 42);
    const name = zip.toString('utf8', place + 46, place + 46 + nameLength);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + size);
    parts.set(name, (zip.readUInt16LE(place + 10) === 8 ? inflateRawSync(packed) : packed).toString('utf8'));
    place += 46 + nameLength + zip.readUInt16LE(place + 30) + zip.readUInt16LE(place + 32);
  }
  return parts;
}

/** What stands on each page of a PDF: its streams are unpacked, and the texts put together as they were shown. */
function pdfPages(bytes: Uint8Array): readonly string[] {
  const raw = Buffer.from(bytes).toString('latin1');
  expect(raw.startsWith('%PDF-1.')).toBe(true);
  expect(raw.trimEnd().endsWith('%%EOF')).toBe(true);
  const pages: string[] = [];
  for (const match of raw.matchAll(/<<[^>]*\/Filter \/FlateDecode[^>]*>>\s*stream\n/g)) {
    const start = match.index + match[0].length;
    const content = inflateSync(Buffer.from(raw.slice(start, raw.indexOf('\nendstream', start)), 'latin1'));
    const lines = [...content.toString('latin1').matchAll(/\[((?:<[0-9a-f]*>|[\s\d.-])*)\] TJ/g)].map(
      ([, shown = '']) =>
        [...shown.matchAll(/<([0-9a-f]*)>/g)]
          .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
          .join(''),
    );
    pages.push(lines.join('\n'));
  }
  return pages;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('DOCX', () => {
  const open = async (document: PaperDocument) => unzip(Buffer.from(await docxWriter.write(document)));

  test('has what was said, a repeated table header, and page numbers in the footer', async () => {
    const parts = await open(paper({}, many(3)));
    const body = parts.get('word/document.xml') ?? '';
    for (const text of ['Appendix of the lab', 'DE: some servers', 'As follows.', 'Provider', 'Hosting 2', '192.0.2.1'])
      expect(body).toContain(`>${text}</w:t>`);
    expect(body.match(/<w:tblHeader\/>/g)).toHaveLength(1);
    const footer = [...parts].find(([name]) => name.startsWith('word/footer'))?.[1] ?? '';
    for (const text of ['Operation lab', 'Ledger: 7 entries', '>PAGE<', '>NUMPAGES<']) expect(footer).toContain(text);
    expect(parts.get('docProps/core.xml')).toContain('>2026-11-24T12:00:00Z</dcterms:created>');
  });

  test('marks up nothing that somebody else wrote', async () => {
    const hostile = '</w:t><w:evil/>&amp;"\'<!-- -->';
    const parts = await open(paper({ title: hostile, author: hostile }, [[hostile, '192.0.2.1', hostile]]));
    for (const [, part] of parts) expect(part).not.toContain('<w:evil/>');
    expect(parts.get('word/document.xml')).toContain('&lt;/w:t&gt;&lt;w:evil/&gt;');
  });

  test('has letters of every script as they are', async () => {
    const parts = await open(paper({}, [['中文主机 Хостинг العربية', 'c2.example', 'ł ß €']]));
    expect(parts.get('word/document.xml')).toContain('中文主机 Хостинг العربية');
  });
});

describe('PDF', () => {
  test('repeats the table header on every page, numbers the pages, and leaves no row out', async () => {
    const pages = pdfPages(await pdfWriter.write(paper({}, many(200))));
    expect(pages.length).toBeGreaterThan(5);
    for (const [index, page] of pages.entries()) {
      expect(page).toContain('Provider\nServer\nEvidence');
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
      expect(page).toContain('Operation lab\nLedger: 7 entries');
    }
    const all = pages.join('\n');
    for (let row = 0; row < 200; row++) expect(all).toContain(`Hosting ${row}\n`);
  });

  test('writes other alphabets with Latin letters, and says so', async () => {
    const [page = ''] = pdfPages(await pdfWriter.write(paper({}, [['Хостинг', '中文', 'Łódź – €']])));
    expect(page).toContain('Khosting\n??\n');
    expect(page).toContain('transliterated');
    const [plain = ''] = pdfPages(await pdfWriter.write(paper({}, [['Müller', 'c2.example', 'listing']])));
    expect(plain).toContain('M\u00fcller');
    expect(plain).not.toContain('transliterated');
  });

  test('gives a word of 10,000 letters no page of its own, and every further row its place', async () => {
    const rows = [['x'.repeat(10_000), '192.0.2.1', 'y'], ...many(30)];
    const pages = pdfPages(await pdfWriter.write(paper({}, rows)));
    expect(pages.length).toBeLessThan(6);
    expect(pages.join('\n')).toContain('Hosting 29');
  });
});

test.each([
  ['DOCX', docxWriter],
  ['PDF', pdfWriter],
])('the same document gives the same bytes: %s', async (_name, writer) => {
  const first = sha256(await writer.write(paper({}, many(20))));
  // Both formats tell time in seconds or coarser.
  await new Promise((resolve) => void setTimeout(resolve, 2100));
  expect(sha256(await writer.write(paper({}, many(20))))).toBe(first);
  expect(sha256(await writer.write(paper({}, many(21))))).not.toBe(first);
});

describe('letters that the fonts of every reader lack', () => {
  test.each([
    ['Müller & Söhne – 5 €', 'Müller & Söhne – 5 €'],
    ['ООО «Хостинг Щит»', 'OOO «Khosting Shchit»'],
    ['Ελλάδα', 'Ellada'],
    ['Łódź Čačak Ğ', 'Lódz Cacak G'],
    ['中文 العربية', '?? ???????'],
    ['a\u0301', 'á'],
    ['😀', '?'],
    ['', ''],
  ])('%j is written %j', (text, written) => {
    expect(latinText(text)).toBe(written);
  });
});
