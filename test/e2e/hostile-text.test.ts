import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { give, parseRecipient } from '../../src/flow/giving.ts';
import { authorityPaper, authorityReport, paperOfReport } from '../../src/flow/papers.ts';
import { operationReport } from '../../src/flow/report.ts';
import type { PaperDocument } from '../../src/ports/documents.ts';
import { paperText } from '../../src/cli/paper-text.ts';
import { openBrowser } from '../support/browser.ts';
import { makeBundle, unpack } from '../support/bundles.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  HOSTILE_BOOK,
  HOSTILE_PROVIDER,
  hostileEnvironment,
  liveThroughHostility,
  LONG_NAME,
} from '../support/hostile-history.ts';
import type { HostileHistory } from '../support/hostile-history.ts';
import { NO_MARK, NOT_GIVEN_TO_PAGES, reasonFor } from '../support/hostile-fields.ts';
import { HOSTILE_HOST, markOf } from '../support/hostile-text.ts';
import {
  marksIn, partsOfDocx, wrongInCsv, wrongInDocx, wrongInJson, wrongInList, wrongInMail, wrongInMarkdown, wrongInPdf, wrongInRules,
  wrongInZone, wrongOnTerminal,
} from '../support/inert-files.ts'; // prettier-ignore
import { fileObeys, marksOn, obeyedOn, seriousOn, tooWideOn, watchContext } from '../support/inert.ts';
import { stixValidator } from '../support/stix-schemas.ts';
import { servicePages, warRoomPages } from '../support/visits.ts';
import { openWarRoom } from '../support/war-room.ts';
import type { WarRoom } from '../support/war-room.ts';

/*
 * A database in which each text from outside means ill, through the ways in that the product has. Every page that there is, in light
 * and in dark: what it says is read and not obeyed, axe finds nothing serious, neither the console nor the policy complains. And what
 * leaves: papers, lists, rules, bundles, mail, the terminal.
 */

let database: TestDatabase;
let browser: Browser;
let room: WarRoom;
let history: HostileHistory;
let context: BrowserContext;
/** Signed in. */
let page: Page;
let token: string;
/** Marks in what the service gave to pages. */
const given = new Set<string>();

beforeAll(async () => {
  database = await openTestDatabase();
  browser = await openBrowser();
  const environment = await hostileEnvironment(database);
  room = await openWarRoom(database, browser, { book: HOSTILE_BOOK, environment });
  history = await liveThroughHostility(database, room);
  ({ context, page } = await room.person('Zoe Example', ['approver', 'admin']));
  token = await room.members.token({ kind: 'service', roles: ['auditor'] }, ['read']);
}, 240_000);

afterAll(async () => {
  await room?.close();
  await browser?.close();
  await database?.close();
});

describe('what arrives', () => {
  test('each column that can hold a text of somebody else’s does', async () => {
    const found = await marksByColumn();
    expect(found.size).toBeGreaterThan(250);
    const without = [...found].filter(([, marks]) => marks.size === 0).map(([column]) => column);
    // Of a new column nobody has said whose words it holds: a text is put into it, or a reason given.
    expect(without.filter((column) => reasonFor(NO_MARK, column) === null)).toEqual([]);
    const filled = [...found].flatMap(([column, marks]) => (marks.size > 0 ? [column] : []));
    expect(filled.length).toBeGreaterThan(120);
  });
});

/** The columns of every table that hold text, as the schema has them, with the marks in them. What only a fixed list or form passes is left out. */
async function marksByColumn(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  return inTransactionAs(database.superuser, null, async (session) => {
    const columns = await session.rows<{ table: string; column: string }>(
      `select c.table_name as table, c.column_name as column
       from information_schema.columns c
       join pg_class t on t.relname = c.table_name and t.relnamespace = 'dismantle'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
       where c.table_schema = 'dismantle' and c.data_type in ('text', 'jsonb', 'ARRAY')
         and not exists (
           select from pg_constraint k join pg_attribute a on a.attrelid = t.oid and a.attname = c.column_name and k.conkey = array[a.attnum]
           where k.conrelid = t.oid and k.contype = 'c' and pg_get_constraintdef(k.oid) ~ $$= ANY|<@|~ '\\^|~~$$)
       order by 1, 2`,
    );
    const found = new Map<string, ReadonlySet<string>>();
    for (const { table, column } of columns) {
      const rows = await session.rows<{ mark: string }>(
        `select distinct m[1] as mark from dismantle.${table}, regexp_matches(${column}::text, 'zq-[a-z0-9-]+?-qz', 'g') m`,
      );
      found.set(`${table}.${column}`, new Set(rows.map(({ mark }) => mark)));
    }
    return found;
  });
}

/** What of a page is looked at where it shows one thing: of each page that has such, another. */
const ONE: Readonly<Record<string, () => readonly string[]>> = {
  cases: () => [history.looked, history.fed],
  review: () => [history.notice.reference],
  providers: () => [history.notice.providerKey],
  authorities: () => [history.authority],
};

/** What else of a page is a page of its own. */
const TABS: Readonly<Record<string, readonly string[]>> = {
  review: ['?tab=contests'],
  authorities: ['?tab=coverage', '?tab=request'],
};

/** Where pages that the service writes are visited. */
const WRITTEN: Readonly<Record<string, () => readonly string[]>> = {
  '/': () => ['/'],
  '/account': () => ['/account'],
  '/docs': () => ['/docs'],
  '/door': () => ['/door'],
  '/door/{token}': () => [`/door/${history.doorToken}`, `/door/${'A'.repeat(24)}`],
  '/set-up': () => ['/set-up', '/set-up#dsi_x'],
  '/sign-in': () => ['/sign-in'],
  '/sign-in/callback': () => [`/sign-in/callback?error=${encodeURIComponent('<img src=x onerror=owned=1>')}&iss=javascript:owned=1`],
  '/visit': () => ['/visit', '/visit#visit-<img src=x onerror=owned=1>'],
}; // prettier-ignore

/** Further servers, of which somebody has said something, and who can switch them off: in one pass, without axe. */
const FURTHER: readonly string[] =
  ['198.18.40.2', '198.18.40.3', '198.18.40.4', '198.18.40.9', '198.18.43.1', '198.18.42.1', `${markOf('sighting.host')}.example`, LONG_NAME].map((host) => `/cases/${host}`); // prettier-ignore

function visits(): readonly string[] {
  const part = encodeURIComponent;
  const below = warRoomPages().flatMap(({ name, path, hasOne }) => [
    path,
    ...(TABS[name] ?? []).map((tab) => `${path}${tab}`),
    ...(hasOne ? (ONE[name]?.() ?? []) : []).map((subject) => `${path}/${part(subject)}`),
  ]);
  return [
    '/app',
    ...below.map((each) => `/app/${history.operation}${each}`),
    `/app/${part(history.other)}`,
    ...servicePages().flatMap((each) => WRITTEN[each]?.() ?? []),
  ];
}

/** Has everything that is folded away unfold, and waits for what comes then. */
async function settle(shown: Page): Promise<void> {
  const waits = shown.locator('.skeleton').first();
  await shown.locator('h1').first().waitFor();
  await waits.waitFor({ state: 'detached' });
  await shown.evaluate(`document.querySelectorAll('details:not([open]) > summary, .entries button[aria-expanded=false], .timeline button[aria-expanded=false]').forEach((each) => each.click())`); // prettier-ignore
  await shown.waitForTimeout(100);
  await waits.waitFor({ state: 'detached' });
}

describe('every page', () => {
  test('is on the list that is visited', async () => {
    const pages = warRoomPages();
    expect(pages.length).toBeGreaterThan(8);
    await page.goto(`${room.served.origin}/app/${history.operation}`);
    await page.locator('.side a.item').first().waitFor();
    const atTheSide = await page.locator('.side a.item').evaluateAll((links) => links.map((link) => link.getAttribute('href'))); // prettier-ignore
    expect(atTheSide).toEqual(pages.map(({ path }) => `/app/${history.operation}${path}`));
    const withOne = pages.filter(({ hasOne }) => hasOne).map(({ name }) => name);
    expect(Object.keys(ONE).toSorted()).toEqual(withOne.toSorted());
    expect(Object.keys(WRITTEN).toSorted()).toEqual(servicePages());
  });

  test.each([
    ['light, under the policy', 'light', false],
    ['dark, where no policy would stop anything', 'dark', true],
  ] as const)('%s: nothing is obeyed or complained of, axe finds nothing serious, and a telephone has room for it', async (_, colorScheme, bypassCSP) => {
    const { origin, url } = room.served;
    const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme, bypassCSP });
    own.setDefaultTimeout(60_000);
    await own.addCookies(await context.cookies());
    const watching = await watchContext(own, [origin, url]);
    const shown = await own.newPage();
    const wrong: Record<string, readonly string[]> = {};
    const read = new Set<string>();
    const further = bypassCSP ? FURTHER.map((path) => `/app/${history.operation}${path}`) : [];
    for (const path of [...visits(), ...further]) {
      // Where an address differs by its fragment alone, nothing would be loaded anew.
      await shown.goto('about:blank');
      await shown.goto(`${path.startsWith('/door') ? url : origin}${path}`);
      await settle(shown);
      for (const mark of await marksOn(shown)) read.add(mark);
      const found = [...(await obeyedOn(shown)), ...(further.includes(path) ? [] : await seriousOn(shown)), ...(await watching.take()), ...(await tooWideOn(shown))];
      if (found.length > 0) wrong[path] = found;
    }
    expect(wrong).toEqual({});
    for (const mark of await watching.marks()) given.add(mark);
    // Somebody reads it: what the pages are given is not thrown away.
    expect(read.size).toBeGreaterThan(60);
    await own.close();
  }, 240_000); // prettier-ignore

  test('was given the text of each field', async () => {
    const found = await marksByColumn();
    const missing = [...found]
      .filter(([column, marks]) => marks.size > 0 && reasonFor(NOT_GIVEN_TO_PAGES, column) === null)
      .filter(([, marks]) => ![...marks].some((mark) => given.has(mark)))
      .map(([column, marks]) => `${column}: ${[...marks].join(' ')}`);
    expect(missing).toEqual([]);
  });

  test('the cases that a browser saves as CSV compute nothing', async () => {
    await page.goto(`${room.served.origin}/app/${history.operation}/cases`);
    await page.getByRole('grid').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+a');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const text = await readFile(await (await saved).path(), 'utf8');
    expect(marksIn(text)).toContain(markOf('provider.name'));
    expect(wrongInCsv(text)).toEqual([]);
  });
});

describe('papers', () => {
  async function papers(): Promise<Readonly<Record<string, PaperDocument>>> {
    const { app } = room.served;
    const report = await operationReport(room.world, history.operation, { asOf: null, staleDays: 14 });
    const request = { organisation: 'Example CERT', withDeviceAddresses: true, map: await app.openWorldMap() };
    const order = await authorityReport(room.world, history.operation, history.authority, { asOf: null, staleDays: 14 });
    return { report: paperOfReport(report, request), order: authorityPaper(order, request) };
  } // prettier-ignore

  test('are inert in every format: under file:// in a browser, in a wiki, in an office, on a terminal', async () => {
    const folder = await mkdtemp(join(database.directory, 'papers-'));
    const writers = await room.served.app.openReportWriters();
    const own = await browser.newContext({ bypassCSP: true });
    const watching = await watchContext(own, ['null']);
    const shown = await own.newPage();
    for (const [name, paper] of Object.entries(await papers())) {
      const at = async (format: 'html' | 'md' | 'pdf' | 'docx'): Promise<string> => {
        const file = join(folder, `${name}.${format}`);
        await writeFile(file, await writers[format].write(paper));
        return file;
      };
      await shown.goto(pathToFileURL(await at('html')).href);
      expect(await fileObeys(shown), name).toEqual([]);
      expect(await watching.take(), name).toEqual([]);
      const html = await readFile(await at('html'), 'utf8');
      const expected = name === 'report' ? markOf('provider.name') : markOf('authority.court');
      expect(marksIn(html), name).toContain(expected);
      const md = await readFile(await at('md'), 'utf8');
      expect(marksIn(md.replaceAll('\\', '')), name).toContain(expected);
      expect(wrongInMarkdown(md), name).toEqual([]);
      expect(wrongInPdf(await readFile(await at('pdf'))), name).toEqual([]);
      const parts = partsOfDocx(await at('docx'));
      expect(marksIn([...parts.values()].join('')), name).toContain(expected);
      expect(wrongInDocx(parts), name).toEqual([]);
      const broken = await shown.evaluate<readonly string[]>(
        `${JSON.stringify([...parts])}.filter(([, text]) => new DOMParser().parseFromString(text, 'application/xml').querySelector('parsererror') !== null).map(([name]) => name)`,
      );
      expect(broken, name).toEqual([]);
      const same = (text: string): string => text;
      const text = paperText(paper, { bold: same, dim: same, red: same, green: same, yellow: same });
      // Columns are as wide as a terminal: names are cut there.
      expect(marksIn(text).size, name).toBeGreaterThan(0);
      expect(wrongOnTerminal(text), name).toEqual([]);
    }
    await own.close();
  }, 120_000);

  test('the evidence is a story that nothing runs in, whoever unpacks it', async () => {
    const { zip } = await makeBundle(room.world, history.operation, null);
    const folder = unpack(zip, database.directory);
    const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(0);
    const own = await browser.newContext({ bypassCSP: true });
    const watching = await watchContext(own, ['null']);
    const shown = await own.newPage();
    const marks = new Set<string>();
    for (const name of pages.slice(0, 10)) {
      await shown.goto(pathToFileURL(join(folder, name)).href);
      expect(await fileObeys(shown), name).toEqual([]);
      expect(await watching.take(), name).toEqual([]);
      for (const mark of await marksOn(shown)) marks.add(mark);
    }
    expect(marks.size).toBeGreaterThan(10);
    await own.close();
  }, 120_000);
});

describe('what is given out', () => {
  const OP = '/api/v1/operations/lab';
  const fetched = async (path: string): Promise<string> => {
    const answer = await room.served.ask(path, { token });
    const text = await answer.text();
    expect(answer.status, `${path}: ${text.slice(0, 300)}`).toBe(200);
    return text;
  };

  test('cannot be computed, loaded or followed', async () => {
    const to = 'country:DE';
    const at = `${OP}/given/${encodeURIComponent(to)}`;
    const csv = await fetched(`${at}/csv`);
    expect(wrongInCsv(csv)).toEqual([]);
    expect(wrongInList(await fetched(`${at}/list`))).toEqual([]);
    expect(wrongInZone(await fetched(`${at}/rpz`))).toEqual([]);
    const bundle = await fetched(`${at}/stix`);
    const { objects } = z.object({ objects: z.array(z.looseObject({ type: z.string() })) }).parse(JSON.parse(bundle));
    const invalid = stixValidator();
    expect(objects.map((object) => invalid(object)).filter((each) => each !== '')).toEqual([]);
    expect(wrongInJson(bundle)).toEqual([]);
    const manifest = await fetched(`${at}/misp/manifest.json`);
    const [uuid = ''] = Object.keys(z.record(z.uuid(), z.unknown()).parse(JSON.parse(manifest)));
    expect(wrongInJson(manifest)).toEqual([]);
    expect(wrongInJson(await fetched(`${at}/misp/${uuid}.json`))).toEqual([]);
    expect(marksIn(csv).size, csv.slice(0, 500)).toBeGreaterThan(0);
    expect(marksIn(bundle)).toContain(markOf('operation.malware'));
    const rules = await fetched(`${at}/suricata/${await ruleFile(to)}`);
    expect(rules).toContain('alert ');
    expect(wrongInRules(rules)).toEqual([]);
  });

  /** How the rules are called is told by what is given. */
  async function ruleFile(to: string): Promise<string> {
    const wish = {
      to: parseRecipient(to),
      format: 'suricata',
      ceiling: null,
      live: false,
      organisation: null,
    } as const;
    const { files } = await give(room.world, history.operation, wish);
    return files.find(({ name }) => name.endsWith('.rules'))?.name ?? '';
  }

  test('at the door, and to counsel', async () => {
    for (const format of ['xarf', 'stix'] as const) {
      const text = await fetched(`/door/${history.doorToken}/${format}`);
      expect(wrongInJson(text)).toEqual([]);
      expect(text).toContain('198.18.40.');
    }
    expect(wrongInCsv(await fetched(`/door/${history.doorToken}/csv`))).toEqual([]);
    const counsel = await room.members.token({ kind: 'person', person: 'Dee Example' }, ['read']);
    const answer = await room.served.ask(`${OP}/authority-request/document?format=csv`, { token: counsel });
    const appendix = await answer.text();
    expect(answer.status, appendix).toBe(200);
    expect(marksIn(appendix).size).toBeGreaterThan(0);
    expect(wrongInCsv(appendix)).toEqual([]);
  });
});

describe('mail that leaves', () => {
  test('has each header once and one recipient, is text, and names others’ words nowhere in its head', async () => {
    expect(history.sent.length).toBeGreaterThan(0);
    for (const { message, to } of history.sent) {
      expect(await wrongInMail(message), message.toString().slice(0, 2000)).toEqual([]);
      expect(to).toHaveLength(1);
      expect(message.toString().slice(0, message.indexOf('\r\n\r\n'))).not.toContain(HOSTILE_HOST);
    }
    const all = history.sent.map(({ message }) => message.toString().replaceAll('=\r\n', '')).join('');
    expect(marksIn(all).size).toBeGreaterThan(0);
    expect(HOSTILE_PROVIDER).toContain(markOf('provider.name'));
  });
});
