import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { axeFindings, openWarRoom, signInFirst } from '../support/signed-in-browser.ts';
import type { SignedIn, WarRoom } from '../support/signed-in-browser.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What stands around every page: where one comes in, what is not there, and whether what is shown is so. */

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let browser: Browser;
let ada: SignedIn;
let isGone = false;
let here: WarRoom;
let page: Page;

beforeAll(async () => {
  await buildPages();
  database = await openTestDatabase();
  world = await openTestWorld(database);
  served = await openServed(database, { worlds: [world] });
  ada = await signInFirst(world, served);
  browser = await openBrowser();
  here = await openWarRoom(browser, served.origin, ada, { bypassCSP: true });
  ({ page } = here);
  page.setDefaultTimeout(20_000);
});

afterAll(async () => {
  await browser?.close();
  if (!isGone) await served?.close();
  await world?.store.close();
  await database?.close();
});

async function begin(name: string): Promise<void> {
  const status = await page.evaluate(async (called) => {
    const answer = await fetch('/api/v1/operations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: called, drill: true, malware: null, aliases: [] }),
    });
    return answer.status;
  }, name);
  expect(status).toBeLessThan(300);
}

const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

describe('where one comes in', () => {
  test('says what to do where there is no operation, shows the first as soon as it is begun, and all of several', async () => {
    await page.goto(`${served.origin}/app`);
    await page.getByText('There is no operation yet.').waitFor();
    await page.getByText('dismantle run feed.csv --operation NAME').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await begin('first');
    await page.waitForURL(`${served.origin}/app/first`);
    await begin('second');
    await page.goto(`${served.origin}/app/`);
    await heading('Operations');
    await page.getByText('0 of 0 disabled').first().waitFor();
    expect(await page.getByRole('link', { name: /first|second/ }).allTextContents()).toEqual(['first', 'second']);
    expect(await axeFindings(page)).toEqual([]);
  });
});

describe('an address', () => {
  test.each([
    ['/app/first/', '/app/first'],
    ['/app/first/cases/', '/app/first/cases'],
    ['/app/first/cases/?filter=state%3Adark', '/app/first/cases?filter=state%3Adark'],
    ['/app/first/cases/192.0.2.1/', '/app/first/cases/192.0.2.1'],
  ])('%s stands without the bar at its end', async (given, there) => {
    const answer = await served.ask(given);
    expect([answer.status, answer.headers.get('location')]).toEqual([308, there]);
    await page.goto(`${served.origin}${given}`);
    await page.waitForURL(`${served.origin}${there}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  test.each([
    ['/app/nowhere', 'There is no operation “nowhere”.', 'first'],
    ['/app/%E0%A4%A', 'This address is broken.', 'All operations'],
    ['/app/first/cases/%E0%A4%A', 'This address is broken.', 'Overview'],
    ['/app/first/nonsense', 'There is no such page.', 'Cases'],
    ['/app/first/cases/192.0.2.1/more', 'There is no such page.', 'Cases'],
    ['/app/first/cases/192.0.2.1', 'There is no server 192.0.2[.]1 in this operation.', 'Look for it in the cases'],
    ['/app/first/review/DSM-AAAAAAAA', 'There is no notice DSM-AAAAAAAA in this operation.', '← All that waits'],
    ['/app/first/providers/nobody', 'There is no provider “nobody”.', 'All providers'],
    // A percent sign in a name is no broken address.
    ['/app/first/providers/50%25', 'There is no provider “50%”.', 'All providers'],
  ])('%s says what is not there, and where to go on', async (given, title, goal) => {
    await page.goto(`${served.origin}${given}`);
    await heading(title);
    await page
      .locator('.not-here')
      .getByRole('link', { name: goal.replace('← ', '') })
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});

describe('whether what is shown is so', () => {
  const badge = (): ReturnType<Page['locator']> => page.locator('.foot [role=status]');

  test('live is said only while it is, and otherwise when it was last read', async () => {
    await page.goto(`${served.origin}/app/first`);
    await badge().getByText('Live', { exact: true }).waitFor();
    await page.route('**/api/v1/operations/first/overview', (route) => route.abort());
    await begin('third');
    await badge()
      .getByText(/^Last read \d{2}:\d{2}:\d{2} UTC, trying again$/)
      .waitFor({ timeout: 30_000 });
    // What is shown stays, and says that it is old.
    const stale = page.locator('[data-stale]').first();
    expect(await stale.textContent()).toMatch(/^This could not be read anew\. It is as of \d{2}:\d{2}:\d{2} UTC\./);
    await page.getByRole('heading', { level: 1, name: '0 of 0 disabled' }).waitFor();
    await page.unroute('**/api/v1/operations/first/overview');
    await stale.getByRole('button', { name: 'Try again' }).click();
    await badge().getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => page.locator('[data-stale]').count()).toBe(0);
  });

  test('a stream that is refused is asked for again', async () => {
    await page.route('**/api/v1/events', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto(`${served.origin}/app/first`);
    await page.getByRole('heading', { level: 1, name: '0 of 0 disabled' }).waitFor();
    await badge().getByText('Connecting …').waitFor();
    await page.unroute('**/api/v1/events');
    await badge().getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
  }, 60_000);

  test('a service that goes away is not live, and what was shown stays', async () => {
    await page.goto(`${served.origin}/app/first`);
    await badge().getByText('Live', { exact: true }).waitFor();
    isGone = true;
    await served.close();
    await badge()
      .getByText(/^Last read/)
      .waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { level: 1, name: '0 of 0 disabled' }).waitFor();
  }, 60_000);
});
