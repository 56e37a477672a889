import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Installation, Running } from '../support/cli.ts';
import { SMALL_SCENARIO } from '../support/small-scenario.ts';

/* The war room over an exercise, as `dismantle exercise … --open` shows it: a browser that looks on while it is played. */

let here: Installation;
let playing: Running;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let link: string;
/** What the console complained of: the policy, a script, a request that failed. */
const complaints: string[] = [];

beforeAll(async () => {
  await buildPages();
  browser = await openBrowser();
  here = createInstallation();
  playing = here.start(['exercise', here.write('small.yaml', SMALL_SCENARIO), '--open', '--speed', '1'], {
    env: { CI: 'true' },
  });
  link = (await playing.printed(/http:\/\/localhost:\d+\/visit#\S+/)).trim();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}, 600_000);

afterAll(async () => {
  playing?.kill('SIGINT');
  await playing?.ended;
  await browser?.close();
  await here?.close();
});

const base = (): string => `${new URL(link).origin}/app/small`;

/** What axe holds for serious on the page as it stands. */
async function seriousOn(shown: Page): Promise<readonly string[]> {
  // Through the developer tools: the policy of the page stays as it is.
  await shown.evaluate(axe.source);
  const violations = await shown.evaluate(async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- put there in the line before
    const { axe: run } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> } }; // prettier-ignore
    return (await run.run()).violations.map(({ impact, id, nodes }) => ({ impact, id, at: nodes[0]?.html ?? '' }));
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, at }) => `${id}: ${at}`);
}

describe('the war room of an exercise', () => {
  test('whoever has the link is let in, to look; nobody else is', async () => {
    const { origin } = new URL(link);
    const stranger = await browser.newContext();
    const theirs = await stranger.newPage();
    await theirs.goto(`${origin}/app/small`);
    await expect(theirs.getByText('You are not signed in').textContent()).resolves.toContain('session has ended');
    await theirs.goto(`${origin}/visit#visit-somebody-guessed`);
    await expect(theirs.getByText('that did not work').textContent()).resolves.toBeTruthy();
    await stranger.close();

    await page.goto(link);
    await page.waitForURL(`${origin}/app/small`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const refused = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/operations/small/runs', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      return answer.status;
    });
    expect(refused).toBe(403);
    complaints.length = 0;
  });

  test('its clock can be held and let go, and the headline follows to the end', async () => {
    const bar = page.getByRole('region', { name: 'Exercise' });
    await bar.waitFor();
    await bar.getByRole('button', { name: 'Pause' }).click();
    const play = bar.getByRole('button', { name: 'Play' });
    await play.waitFor();
    // What was begun is done to its end; then it stands.
    const stands = async (): Promise<boolean> => {
      const before = await bar.locator('.mono').textContent();
      await page.waitForTimeout(2500);
      return (await bar.locator('.mono').textContent()) === before;
    };
    await expect.poll(stands, { timeout: 60_000 }).toBe(true);
    await bar.getByLabel('Speed').selectOption('as fast as it goes');
    await play.click();
    await bar.getByText('It has ended').waitFor({ timeout: 300_000 });
    const said = await playing.printed(/(\d+) of (\d+) [^\n]*/);
    const [, disabled, identified] = /(\d+) of (\d+)/.exec(said) ?? [];
    await page.getByRole('heading', { level: 1, name: `${disabled} of ${identified} disabled` }).waitFor();
    await expect(page.locator('[data-headline]').textContent()).resolves.toContain('victim-hours');
  }, 400_000);

  test('every figure of the headline says what it means', async () => {
    const figure = page.locator('[data-headline] .defined').first();
    await figure.focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('[popover]:popover-open').textContent()).resolves.toMatch(/\w+ .*\./);
    await page.keyboard.press('Escape');
  });

  test('keys go to every page, and the palette to whatever is typed', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.getByRole('heading', { level: 1, name: 'Ledger' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sever');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Severance' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('127.66.0');
    await page.getByRole('option', { name: '127.66[.]0' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('exerc');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Exercise' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog').count()).resolves.toBe(0);
  });

  test('what a page shows is read when somebody points at its link, and its script lies ready before', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(base());
    await page.getByRole('heading', { level: 1 }).waitFor();
    const scripts = (): number => asked.filter((path) => path.includes('/static/app/providers-page')).length;
    await expect.poll(scripts, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(asked).not.toContain('/api/v1/operations/small/providers');
    const answered = page.waitForResponse((response) => response.url().endsWith('/operations/small/providers'));
    await page.getByRole('link', { name: 'Providers' }).hover();
    await answered;
    asked.length = 0;
    await page.getByRole('link', { name: 'Providers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Providers' }).waitFor();
    expect(asked.filter((path) => path.startsWith('/static/'))).toEqual([]);
  });

  test('the ledger is verified by the browser itself, and one entry opens with its hashes computed anew', async () => {
    await page.goto(`${base()}/ledger`);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^Whole: [\d,]+ entries computed/).waitFor({ timeout: 60_000 });
    await page.locator('.entries button').first().click();
    await page.getByText('Hash and commitment computed here: they fit.').waitFor();
  });

  test('an entry that was altered on the way does not verify', async () => {
    await page.route('**/api/v1/ledger/entries?after=0*', async (route) => {
      const answer = await route.fetch();
      const entries: { entry: { actor: string } }[] = await answer.json();
      const third = entries[2];
      if (third !== undefined) third.entry.actor = 'somebody else';
      await route.fulfill({ response: answer, json: entries });
    });
    await page.getByRole('button', { name: /^Verify/ }).click();
    await page.getByText('Entry 3 is wrong: its hash is not that of what it says').waitFor({ timeout: 60_000 });
    await page.unrouteAll();
  });

  test('a body that is kept back is no erased one', async () => {
    await page.route('**/api/v1/ledger/entries?after=0*', async (route) => {
      const answer = await route.fetch();
      const entries: { entry: { sequence: number; kind: string }; content: unknown }[] = await answer.json();
      const signed = entries.find(({ entry }) => entry.kind === 'person.added');
      if (signed !== undefined) signed.content = null;
      await route.fulfill({ response: answer, json: entries });
    });
    await page.getByRole('button', { name: /^Verify/ }).click();
    await page.getByText(/^Entry \d+ is wrong: its body was not given/).waitFor({ timeout: 60_000 });
    await page.unrouteAll();
  });

  test('the method table decides over facts that somebody makes up, and a draft is compared with it', async () => {
    await page.goto(`${base()}/methods`);
    await page.getByText(/^Sound: each of/).waitFor();
    await page.getByLabel('Country').fill('BR');
    await page.getByLabel('The server is').selectOption('dedicated');
    await page.getByText('br-abuse-notice').first().waitFor();
    const table = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
    await page.getByLabel('Choose a file').setInputFiles({
      name: 'mine.dmn', mimeType: 'application/xml', buffer: Buffer.from(table.replace('dismantle method table', 'Mine')),
    }); // prettier-ignore
    await page.getByText('It is the table in force, row for row.').waitFor();
    await page.getByLabel('Choose a file').setInputFiles({ name: 'none.dmn', mimeType: 'application/xml', buffer: Buffer.from('<no/>') }); // prettier-ignore
    await page.getByRole('alert').waitFor();
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
    complaints.length = 0;
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious on any page, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: Record<string, readonly string[]> = {};
    for (const name of await pagesAtTheSide()) {
      await page.getByRole('navigation').getByRole('link', { name }).first().click();
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle').catch(() => undefined);
      const serious = await seriousOn(page);
      if (serious.length > 0) found[name] = serious;
    }
    expect(found).toEqual({});
  });

  test('nothing complained, neither a script nor the policy', () => {
    expect(complaints).toEqual([]);
  });
});

async function pagesAtTheSide(): Promise<readonly string[]> {
  const names = await page.locator('.side a.item').evaluateAll((links) => links.map((each) => each.firstChild?.textContent ?? '')); // prettier-ignore
  expect(names.length).toBeGreaterThan(3);
  return names;
}
