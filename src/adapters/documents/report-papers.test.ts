import { createHash } from 'node:crypto';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { paperText } from '../../cli/paper-text.ts';
import type { OperationReport } from '../../domain/report.ts';
import type { PaperDocument } from '../../ports/documents.ts';
import { reportPaper } from '../../steps/report/papers/report-paper.ts';
import { emptyReport, madeUpReport, nastyReport } from '../../../test/support/made-up-report.ts';
import { readWorldMap } from '../charts/world-map.ts';
import { docxWriter } from './docx.ts';
import { htmlWriter } from './html.ts';
import { markdownWriter } from './markdown.ts';
import { pdfWriter } from './pdf.ts';

const map = readWorldMap();
const same = (text: string): string => text;
const PLAIN = { bold: same, dim: same, red: same, green: same, yellow: same };

function paperOf(report: OperationReport, withDeviceAddresses = false): PaperDocument {
  return reportPaper(report, { organisation: 'Example CERT', withDeviceAddresses, map });
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const html = async (report: OperationReport, all = false) => textOf(await htmlWriter.write(paperOf(report, all)));
const markdown = async (report: OperationReport) => textOf(await markdownWriter.write(paperOf(report)));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Each element's start, as an HTML parser would find it: text cannot hold a "<" that begins one. */
function elements(page: string): readonly string[] {
  const body = page.slice(page.indexOf('<body>')).replace(/<style>[^]*?<\/style>/, '');
  return [...body.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name = '']) => name.toLowerCase());
}

function documentXml(docx: Uint8Array): string {
  const zip = Buffer.from(docx);
  let place = zip.readUInt32LE(zip.length - 6);
  for (let left = zip.readUInt16LE(zip.length - 12); left > 0; left--) {
    const [size, nameLength] = [zip.readUInt32LE(place + 20), zip.readUInt16LE(place + 28)];
    const local = zip.readUInt32LE(place + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    if (zip.toString('utf8', place + 46, place + 46 + nameLength) === 'word/document.xml')
      return inflateRawSync(zip.subarray(start, start + size)).toString('utf8');
    place += 46 + nameLength + zip.readUInt16LE(place + 30) + zip.readUInt16LE(place + 32);
  }
  throw new Error('no document');
}

/** Every start has its end, in order; no stray "<" or "&". */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml[^?]*\?>/, '');
  for (const [, end, name = '', , selfClosed] of rest.matchAll(/<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (end === '/') expect(open.pop()).toBe(name);
    else if (selfClosed !== '/') open.push(name);
  }
  expect(open).toEqual([]);
  const text = rest.replaceAll(/<\/?[\w:]+(?:\s+[\w:]+="[^"<]*")*\s*\/?>/g, '');
  expect(text).not.toMatch(/[<\u0000-\u0008\u000b\u000c\u000e-\u001f]|&(?!(?:amp|lt|gt|quot|apos|#\d+);)/);
}

function pdfTexts(bytes: Uint8Array): readonly string[] {
  const raw = Buffer.from(bytes).toString('latin1');
  expect(raw.startsWith('%PDF-1.')).toBe(true);
  expect(raw.trimEnd().endsWith('%%EOF')).toBe(true);
  return [...raw.matchAll(/<<[^>]*\/Filter \/FlateDecode[^>]*>>\s*stream\n/g)].map((match) => {
    const start = match.index + match[0].length;
    const content = inflateSync(Buffer.from(raw.slice(start, raw.indexOf('\nendstream', start)), 'latin1'));
    return [...content.toString('latin1').matchAll(/\[((?:<[0-9a-f]*>|[\s\d.-])*)\] TJ/g)]
      .map(([, shown = '']) =>
        [...shown.matchAll(/<([0-9a-f]*)>/g)]
          .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
          .join(''),
      )
      .join('\n');
  });
}

let large: OperationReport;
let page: string;

beforeAll(async () => {
  large = madeUpReport();
  page = await html(large);
});

describe('the report on a large operation', () => {
  test('says the headline first, then what it does not claim, then everything else', () => {
    const order = ['118 of 128 disabled · 92.2 % · severed: no, 8 servers live, 3 of them in configurations', 'does not claim', 'id="figures"', 'id="wrong-notices"', 'id="durations"', 'id="severance"', 'id="by-country"', 'id="operators"', 'id="outside"', 'id="vantages"', 'id="definitions"', 'id="servers"', 'id="server-128"']; // prettier-ignore
    const places = order.map((part) => page.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  test('leads nowhere but into itself: every link has its place, each place is there once', () => {
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, to = '']) => to);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id);
    expect(links.length).toBeGreaterThan(400);
    for (const link of new Set(links)) expect(ids).toContain(link.slice(1));
    expect(new Set(ids).size).toBe(ids.length);
    expect(links.every((link) => link.startsWith('#'))).toBe(true);
  });

  test('is one file that loads and runs nothing', () => {
    expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<iframe|<img|\bon\w+=|javascript:/i);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    // A style in an attribute would not be applied under that policy.
    expect(page).not.toContain(' style=');
  });

  test('can be read without seeing it: headings in order, heads of tables, words for each picture', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 1)).toBeLessThanOrEqual(1);
    expect(page.match(/<svg /g)?.length).toBe(page.match(/<desc id=/g)?.length);
    expect(page.match(/<svg /g)?.length).toBe(6);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<thead><tr><th scope="col"/g)?.length);
  });

  test('withholds addresses of devices everywhere, unless they are asked for', async () => {
    const devices = large.servers.filter(({ isDevice }) => isDevice);
    expect(devices.length).toBeGreaterThan(3);
    const papers = [page, await markdown(large), paperText(paperOf(large), PLAIN)];
    for (const { host, caseIds } of devices) {
      const defanged = host.replace(/\.(?=\d+$)/, '[.]');
      for (const paper of papers) {
        expect(paper.replaceAll('\\', '').split(/[^\w[\].]/)).not.toContain(defanged);
        expect(paper).not.toContain((caseIds[0] ?? '').slice(0, 8));
      }
      expect(await html(large, true)).toContain(defanged);
    }
    expect(page).not.toMatch(/(?<![\d.])(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d/);
  });

  test('opens as a PDF: upright, with numbered pages, heads of tables on each, and links inside alone', async () => {
    const bytes = await pdfWriter.write(paperOf(large));
    const pages = pdfTexts(bytes);
    expect(pages.length).toBeGreaterThan(10);
    for (const [index, text] of pages.entries()) expect(text).toContain(`Page ${index + 1} of ${pages.length}`);
    expect(pages[0]).toContain('118 of 128 disabled');
    expect(pages[0]).toContain('What this report does not claim');
    const listed = pages.filter((text) => text.includes('Dark since'));
    expect(listed.length).toBeGreaterThan(2);
    const raw = Buffer.from(bytes).toString('latin1');
    expect(raw).not.toMatch(/\/URI|\/JavaScript|\/Launch|\/EmbeddedFile/);
    expect(raw).toContain('/MediaBox [0 0 595.28 841.89]');
  });

  test('keeps to the width of a terminal, and colours on a terminal alone', () => {
    const text = paperText(paperOf(large), PLAIN);
    for (const line of text.split('\n')) expect(Array.from(line).length, line).toBeLessThanOrEqual(100);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('128');
  });
});

// Writing a paper takes as long as the machine takes.
describe.each([
  ['empty', emptyReport],
  ['small', () => madeUpReport(3, 1)],
  ['nasty', nastyReport],
  ['large', () => madeUpReport()],
])('a report that is %s', (_name, make) => {
  test('is whole in every format, and the same object gives the same bytes', async () => {
    for (const writer of [htmlWriter, markdownWriter, pdfWriter, docxWriter]) {
      const first = await writer.write(paperOf(make()));
      expect(first.length).toBeGreaterThan(1000);
      expect(sha256(await writer.write(paperOf(make())))).toBe(sha256(first));
    }
  });

  test('has well-formed XML in its DOCX', async () => {
    assertWellFormed(documentXml(await docxWriter.write(paperOf(make()))));
  });
});

describe('what somebody else wrote', () => {
  test('makes no element and no attribute in HTML', async () => {
    const nasty = await html(nastyReport());
    const known = new Set(elements(page));
    for (const name of elements(nasty)) expect(known).toContain(name);
    expect(nasty).not.toMatch(/<[^>]*\son\w+\s*=/i);
    expect([...nasty.matchAll(/href="([^"]*)"/g)].every(([, to = '']) => /^#[\w-]+$/.test(to))).toBe(true);
    expect(nasty).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(nasty).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  });

  test('makes no link, picture, heading, cell or element in Markdown', async () => {
    const written = await markdown(nastyReport());
    const links = [...written.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, to = '']) => to);
    expect(links.every((to) => /^#[\w-]+$/.test(to))).toBe(true);
    expect(written.replaceAll(/<a id="[\w-]+"><\/a>|<br>/g, '')).not.toMatch(/(?<!\\)<[a-z/!]/i);
    expect(written).not.toMatch(/(?:^|[^\\])`|https?:\/\/|ftp:\/\/|www\.\w/);
    expect(written.match(/^# /gm)).toHaveLength(1);
    for (const line of written.split('\n').filter((each) => each.startsWith('|'))) expect(line).toMatch(/ \|$/);
  });

  test('moves no cursor, changes no colour and turns no direction on a terminal', () => {
    const text = paperText(paperOf(nastyReport()), PLAIN);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    expect(text).not.toMatch(/https?:\/\/|www\.\w/);
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(100);
  });

  test('makes no action in a PDF', async () => {
    const raw = Buffer.from(await pdfWriter.write(paperOf(nastyReport()))).toString('latin1');
    expect(raw.replaceAll(/stream\n[^]*?\nendstream/g, '')).not.toMatch(/\/S \/(?:URI|JavaScript|Launch)/);
  });
});

test('ten thousand servers stay a file that can be mailed, and the paper says what it leaves out', async () => {
  const paper = paperOf(madeUpReport(10_000, 800));
  const page10k = textOf(await htmlWriter.write(paper));
  expect(page10k.length).toBeLessThan(3_000_000);
  expect(page10k).toContain('The first 2,000 are listed; 8,000 more are in the JSON.');
  expect((await markdownWriter.write(paper)).length).toBeLessThan(2_000_000);
  expect((await pdfWriter.write(paper)).length).toBeLessThan(4_000_000);
});

test('a terminal gets colours, a pipe none', () => {
  const coloured = { ...PLAIN, bold: (text: string) => `\u001b[1m${text}\u001b[22m` };
  expect(paperText(paperOf(madeUpReport(3, 1)), coloured)).toContain('\u001b[1m');
});
