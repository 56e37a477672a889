import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docxWriter } from '../../src/adapters/documents/docx.ts';
import { pdfWriter } from '../../src/adapters/documents/pdf.ts';
import { addAuthority, requestAuthority } from '../../src/flow/authorities.ts';
import { run, setKind } from '../../src/flow.ts';
import type { DocumentWriters, PaperDocument } from '../../src/ports/documents.ts';
import { DOCUMENT, ORDER_WORDS } from '../support/authorities.ts';
import { sayLook } from '../support/deconfliction.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { enrol } from '../support/ssh-keys.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What counsel hands to a court: every server that no order covers, and nothing that must not be told. */

let database: TestDatabase;
let world: TestWorld;
let ada: Awaited<ReturnType<typeof enrol>>;
let bo: Awaited<ReturnType<typeof enrol>>;

/** Names as a hostile registrant may choose them: a formula, a line that turns round, one that has no end. */
const FORMULA = '=HYPERLINK("http://evil.example";"x")';
const TURNED = 'Hosting \u202egnitsoH';
const LONG = `Hoster ${'x'.repeat(10_000)}`;

const BOOK = JSON.stringify({
  providers: [
    { name: FORMULA, country: 'US', prefixes: ['192.0.2.0/25'] },
    { name: 'Хостинг Пример', country: 'DE', prefixes: ['198.51.100.0/24'] },
    { name: 'Covered Hosting', country: 'DE', prefixes: ['203.0.113.0/24'] },
  ],
});

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  const book = join(database.directory, 'providers.yaml');
  await writeFile(book, BOOK);
  const sources = await openTestSources(database, {
    book,
    locator: labLocator({ '198.18.9.': { asn: 64510, holder: LONG } }),
  });
  const told = [
    'host,port',
    '192.0.2.11,443',
    '192.0.2.12,443',
    '192.0.2.13,447',
    '198.51.100.7,443',
    '203.0.113.5,443',
    '198.18.9.1,8443',
  ];
  const attest = { attest: 'Cy Example', reason: 'seen' };
  const shared = { ...attest, source: 'Secret partner', group: 'secret group', tlp: 'amber' };
  await run(world, sources, drill([await openTestFile(database, told.join('\n'))], shared));
  await run(
    world,
    sources,
    drill([await openTestFile(database, 'host\n198.51.100.66\n')], { ...attest, source: 'Red source', tlp: 'red' }),
  );
  ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst']);
  bo = await enrol(world, database.directory, 'Bo Example', ['counsel'], ada);
  await setKind(world, 'lab', '192.0.2.12', { kind: 'iot-device', person: ada.name, reason: 'a camera' });
  await sayLook(world, ada.name, '192.0.2.13', 'dark', '2026-11-23T11:00:00Z');
  await sayLook(world, ada.name, '192.0.2.11', 'live', '2026-11-23T11:00:00Z');
  await run(world, sources, drill([]));
  const order = { ...ORDER_WORDS, prefixes: ['203.0.113.0/24'], jurisdictions: ['DE'] };
  await addAuthority(world, bo.key.signing, 'lab', order, DOCUMENT, { person: bo.name, reason: 'a test' });
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

/** The real writers; what they were given is kept. */
function writers(): { readonly given: PaperDocument[]; readonly writers: DocumentWriters } {
  const given: PaperDocument[] = [];
  const docx = {
    write: (document: PaperDocument) => {
      given.push(document);
      return docxWriter.write(document);
    },
  };
  return { given, writers: { docx, pdf: pdfWriter } };
}

const request = async (order: string | null = null) => {
  const { given, writers: both } = writers();
  const papers = await requestAuthority(world, both, 'lab', { order, organisation: `Example CERT ${TURNED}` });
  const [paper] = given;
  if (paper === undefined) throw new Error('no paper was written');
  return { papers, paper, csv: Buffer.from(papers.csv).toString('utf8'), text: JSON.stringify(paper) };
};

test('lists what no order covers and may be told, by country and provider, and counts the rest', async () => {
  const { papers, csv, paper } = await request();
  const rows: Record<string, string>[] = parse(csv, { columns: true });
  expect(rows.map(({ country, host, ports, evidence, look }) => [country, host, ports, evidence, look])).toEqual([
    ['DE', '198.18.9.1', '8443', 'listing', ''],
    ['DE', '198.51.100.7', '443', 'listing', ''],
    ['US', '192.0.2.11', '443', 'listing', 'live'],
  ]);
  expect(papers).toMatchObject({
    servers: 3,
    covered: 1,
    leftOut: { notToBeTold: 1, devices: 1, gone: 1, otherCountries: 0 },
  });
  expect(papers.sha256).toBe(createHash('sha256').update(papers.csv).digest('hex'));
  const head = await world.store.read((transaction) => transaction.ledgerHead());
  expect(paper.footer.join(' ')).toContain(papers.sha256);
  expect(paper.footer.join(' ')).toContain(`${head.entries} entries, root ${head.root}`);
  expect(paper.footer.join(' ')).toContain('Operation lab');
  expect(paper.title).toMatch(/^DRILL: /);
});

test('names no source, no person, no device, nothing marked as for us, nothing covered', async () => {
  const { csv, text } = await request();
  for (const secret of ['Secret partner', 'secret group', 'Red source', 'Cy Example', 'Ada Example'])
    for (const words of [csv, text]) expect(words).not.toContain(secret);
  for (const host of ['192.0.2.12', '192.0.2.13', '198.51.100.66', '203.0.113.5'])
    for (const words of [csv, text]) expect(words).not.toContain(host);
  expect(text).toContain('not defanged');
});

test('a formula stays text, and a line keeps its direction', async () => {
  const { csv, text } = await request();
  const rows: Record<string, string>[] = parse(csv, { columns: true });
  expect(rows.at(-1)?.['provider']).toMatch(/^'=HYPERLINK/);
  expect(csv).not.toMatch(/(^|,|;)"?=/m);
  expect(text).not.toContain('\u202e');
});

test('for an order it lists servers in its countries alone, and names the order', async () => {
  const { papers, csv, text } = await request('court-order-1');
  expect(parse(csv, { columns: true })).toMatchObject([{ host: '198.18.9.1' }, { host: '198.51.100.7' }]);
  expect(papers.leftOut.otherCountries).toBe(1);
  expect(text).toContain('to supplement the order court-order-1, District Court of Example, 1:26-cv-1');
  await expect(request('another')).rejects.toThrow(/no authority another/);
});

test('the same facts at the same moment give the same bytes', async () => {
  const at = Date.UTC(2026, 10, 24);
  const digests = async () => {
    world.setClock(at);
    const { papers } = await request();
    return [papers.csv, papers.docx, papers.pdf].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  };
  expect(await digests()).toEqual(await digests());
});

test('a provider whose name has no end takes one row', async () => {
  const { paper, papers } = await request();
  expect(JSON.stringify(paper)).toContain('Hoster xxx');
  const cells = paper.blocks.flatMap((block) => (block.type === 'table' ? block.rows.flat() : []));
  expect(Math.max(...cells.map(({ length }) => length))).toBeLessThanOrEqual(200);
  expect(papers.pdf.length).toBeLessThan(20_000);
});
