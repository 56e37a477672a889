import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSession } from '../../src/flow/sign-in.ts';
import { watch } from '../../src/flow/watch.ts';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { DOOR_SECRET, PUBLIC_URL, sendWithDoor } from '../support/doors.ts';
import type { NoticeWithDoor } from '../support/doors.ts';
import { testProber } from '../support/probing.ts';
import { openWarRoom } from '../support/signed-in-browser.ts';
import type { WarRoom } from '../support/signed-in-browser.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { fastWorld, listen, switchOn, watchSources } from '../support/watching.ts';
import type { FastWorld } from '../support/watching.ts';
import { openTestWorld } from '../support/world.ts';

/* An abuse desk's person on a telephone, with scripts switched off: reads, presses "it is done", sees what a look finds. */

const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 720 },
  deviceScaleFactor: 2,
  javaScriptEnabled: false,
};
const QUIET = { once: true, tell: () => undefined };

let database: TestDatabase;
let browser: Browser;
let lab: FastWorld;
let served: Served;
let sent: NoticeWithDoor;
let switchOff: () => void;

beforeAll(async () => {
  await buildPages();
  database = await openTestDatabase();
  browser = await openBrowser();
  lab = fastWorld(await openTestWorld(database), 1);
  const controller = await listen('127.66.21.1');
  switchOff = () => void controller.server.close();
  sent = await sendWithDoor(database, lab.world, `127.66.21.1:${controller.port}\n127.66.21.2:9\n`);
  await switchOn(lab.world, 'lab', sent.admin);
  const file = join(await mkdtemp(join(database.directory, 'door-')), 'secret');
  await writeFile(file, `${DOOR_SECRET}\n`);
  const environment = { DISMANTLE_HTTP_PUBLIC_URL: PUBLIC_URL, DISMANTLE_DOOR_KEY_FILE: file };
  served = await openServed(database, { worlds: [lab.world], environment });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await lab?.world.store.close();
  await database?.close();
});

/** Where somebody wants to look at them. */
const PICTURES = process.env['DOOR_PICTURES'];

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** The product's own watch, once over what is due. */
async function lookOnce(): Promise<void> {
  const prober = testProber({ parts: { clock: lab.world.clock } });
  await watch(lab.world, watchSources([prober], lab.pause), 'lab', QUIET);
}

/** The war room on somebody's wall, who is signed in. */
async function openWall(): Promise<WarRoom> {
  const { world } = lab;
  const [person] = await world.store.read((transaction) => transaction.people());
  if (person === undefined) throw new Error('nobody is on record');
  const { secret } = await beginSession(world, world.organisationId, person, { method: 'passkey', agent: 'a test' });
  const wall = await openWarRoom(browser, served.origin, ['dismantle', secret]);
  await wall.page.goto(`${served.origin}/app/lab`);
  return wall;
}

describe('on a telephone, without scripts', () => {
  test('the code opens the notice, one press says that it is done, the answer is there, and the headline on another screen moves', async () => {
    await lookOnce();
    const wall = await openWall();
    const headline = wall.page.locator('[data-headline]');
    await headline.getByText('1 server live').waitFor();
    // Gone where the page is loaded anew.
    await wall.page.evaluate('window.asOpened = true');
    const context = await browser.newContext(PHONE);
    const page = await context.newPage();
    await page.goto(`${served.url}/door`);
    await picture(page, 'code');
    await page.getByLabel('Code').fill(sent.code.toLowerCase().replaceAll('-', ' '));
    await page.getByRole('button', { name: 'Open' }).click();
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toContain('2 servers reported');
    expect(await page.locator('article', { hasText: '127.66.21[.]1' }).first().textContent()).toContain('answers');
    await picture(page, 'notice');
    // The answers are one press away from the top, and who asks stands on the first screen.
    expect(
      await page.getByRole('heading', { name: 'Who asks you' }).evaluate((node) => node.getBoundingClientRect().top),
    ).toBeLessThan(720);
    await page.getByRole('link', { name: 'To the answers' }).click();
    expect(
      await page
        .getByRole('button', { name: /^All of it is done/ })
        .evaluate((node) => node.getBoundingClientRect().top),
    ).toBeLessThan(720);
    await page.getByText('Some of them are done').click();
    await page.getByRole('button', { name: 'These are done' }).click();
    await expect(page.getByRole('alert').textContent()).resolves.toContain('Tick at least one');
    await picture(page, 'some');

    switchOff();
    await page.getByRole('button', { name: /^All of it is done/ }).click();
    await expect(page.locator('#check').textContent()).resolves.toContain('A look is asked for');
    await picture(page, 'asked');
    await lookOnce();
    await page.getByRole('link', { name: 'See whether the result is there' }).click();
    await page.reload();
    const told = (await page.locator('#check').textContent()) ?? '';
    expect(told).toContain('This is what we found');
    expect(told).toContain('dark: it does not answer any more');
    expect(told).not.toContain('here');
    await picture(page, 'answer');
    await context.close();
    // Nobody has touched it: it follows the ledger.
    await headline.getByText('0 servers live').waitFor();
    expect(await headline.getByText('1 server live').count()).toBe(0);
    expect(await wall.page.evaluate('window.asOpened')).toBe(true);
    expect(wall.complaints).toEqual([]);
    await wall.context.close();
  }, 60_000);

  test('an objection is made with words, and stops everything', async () => {
    const context = await browser.newContext({ ...PHONE, colorScheme: 'dark', locale: 'de-DE' });
    const page = await context.newPage();
    await page.goto(`${served.url}/door/${sent.token}`);
    await page.getByText('Das ist falsch', { exact: true }).click();
    await picture(page, 'contest-dark');
    await page.locator('#text-wrong').fill('Das ist unser eigener Scanner.');
    await page.getByRole('button', { name: 'Senden: Das ist falsch' }).click();
    await expect(page.locator('#noted').textContent()).resolves.toContain('Alles ruht');
    await context.close();
  }, 60_000);
});

describe('for everybody', () => {
  test.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA as far as a machine can tell (%s)',
    async (colorScheme) => {
      const context = await browser.newContext({ viewport: { width: 375, height: 720 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      for (const path of ['/door', `/door/${sent.token}`, `/door/${'A'.repeat(24)}`]) {
        await page.goto(`${served.url}${path}`);
        await page.evaluate(axe.source);
        const found = await page.evaluate(
          `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | ')))`,
        );
        expect(found, path).toEqual([]);
        // Nothing is wider than the telephone.
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(375);
      }
      await context.close();
    },
    60_000,
  );

  test('prints without buttons, and on a desk has room', async () => {
    const context = await browser.newContext({ ...PHONE, viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${served.url}/door/${sent.token}`);
    await picture(page, 'desk');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
    expect(await page.getByText('127.66.21[.]1').first().isVisible()).toBe(true);
    await context.close();
  }, 60_000);
});
