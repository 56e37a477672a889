import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handsOff, listHandsOffs } from '../../src/flow/deconflict.ts';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { serveManyCases } from '../support/many-cases.ts';
import { rawReply } from '../support/replies.ts';
import { mailSources, sendTestNotice } from '../support/sent-notice.ts';
import type { SentNotice } from '../support/sent-notice.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { axeFindings, openWarRoom, signInAs } from '../support/signed-in-browser.ts';
import type { SignedIn } from '../support/signed-in-browser.ts';
import { enrol } from '../support/ssh-keys.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* An analyst finds cases, does something with several at once, and explains one. */

const HOSTS = Array.from({ length: 8 }, (_, index) => `198.18.0.${index + 1}`);

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let browser: Browser;
let ada: SignedIn;
let sent: SentNotice;

beforeAll(async () => {
  await buildPages();
  database = await openTestDatabase();
  world = await openTestWorld(database);
  sent = await sendTestNotice(database, world, HOSTS.map((host) => `${host}:443\n`).join(''));
  served = await openServed(database, { worlds: [world] });
  await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst'], sent.admin);
  ada = await signInAs(world, served, 'Ada Example');
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await world?.store.close();
  await database?.close();
});

/** Where somebody wants to look at them. */
const PICTURES = process.env['WAR_ROOM_PICTURES'];

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

const shownHosts = (page: Page): Promise<readonly string[]> =>
  page.locator('.case-rows [role=row] .c-host a').allTextContents();

const counted = (page: Page, text: string): Promise<void> =>
  page.locator('.page-head').getByText(text, { exact: true }).waitFor();

describe('the table', () => {
  test('is found in, moved in and gone through by keys alone', async () => {
    const { context, page, complaints } = await openWarRoom(browser, served.origin, ada);
    await page.goto(`${served.origin}/app/lab`);
    await page.getByRole('link', { name: 'Cases' }).waitFor();
    await expect
      .poll(
        async () => {
          await page.keyboard.press('g');
          await page.keyboard.press('c');
          return new URL(page.url()).pathname;
        },
        { timeout: 20_000 },
      )
      .toBe('/app/lab/cases');
    await counted(page, '8 cases');
    const grid = page.getByRole('grid', { name: 'Cases' });
    expect(await grid.getAttribute('aria-rowcount')).toBe('9');
    expect(await shownHosts(page)).toEqual(HOSTS.map((host) => host.replace(/\.(?=\d+$)/, '[.]')));

    // A filter, with what can stand there offered and counted.
    await page.keyboard.press('/');
    await page.keyboard.type('sta');
    await page.getByRole('option', { name: /state/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('option', { name: /notified\s*8/ }).waitFor();
    await picture(page, 'cases-offers');
    await page.keyboard.type('noti');
    await page.getByRole('option', { name: /notified/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('host:198.18.0.4/31');
    await page.keyboard.press('Enter');
    await counted(page, '2 of 8 cases');
    expect(new URL(page.url()).searchParams.get('filter')).toBe('state:notified host:198.18.0.4/31');

    // What is not understood is said, and nothing is done to several meanwhile.
    await page.keyboard.press('/');
    await page.keyboard.type(' coutry:BR');
    await page.getByText('Not applied: There is no field “coutry”. Do you mean country:?').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    expect(await page.getByRole('button', { name: 'Say what they are …' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await counted(page, '8 cases');

    // Down three with j and arrows, and into the case.
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    expect(await page.locator('.case-row.active .c-host').textContent()).toBe('198.18.0[.]4');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app/lab/cases/198.18.0.4');
    // Back is where one was.
    await page.goBack();
    await page.locator('.case-row.active .c-host', { hasText: '198.18.0[.]4' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a view is kept, sent by its address, and broken ones harm nobody', async () => {
    const { context, page, complaints } = await openWarRoom(browser, served.origin, ada);
    await page.goto(`${served.origin}/app/lab/cases?filter=host:198.18.0.2&sort=-opened`);
    await counted(page, '1 of 8 cases');
    await page.getByRole('button', { name: 'Save this view …' }).click();
    await page.getByLabel('Name').fill('Two');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await counted(page, '8 cases');
    await page.reload();
    await page.getByRole('button', { name: 'Two', exact: true }).click();
    await counted(page, '1 of 8 cases');
    expect(new URL(page.url()).search).toBe('?filter=host%3A198.18.0.2&sort=-opened');
    await page.getByRole('button', { name: 'Remove the view Two' }).click();
    await page.reload();
    expect(await page.getByRole('button', { name: 'Two', exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('several: previewed in plain words, done one after the other, told one by one', async () => {
    const { context, page, complaints } = await openWarRoom(browser, served.origin, ada, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.goto(`${served.origin}/app/lab/cases?filter=hands-off:no&sort=host`);
    await counted(page, '8 cases');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Copy defanged' }).click();
    await page.getByText('3 copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('198.18.0[.]1\n198.18.0[.]2\n198.18.0[.]3');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await saved).suggestedFilename()).toBe('lab-cases.csv');

    // One of them is left alone already, by somebody else, since the list was read: it is left out, and why.
    const until = Date.UTC(2027, 0, 10);
    await handsOff(world, 'lab', '198.18.0.2', { party: 'Task Force X', until, reason: 'told us', as: 'ada example' });
    await page.locator('.case-row.changed', { hasText: '198.18.0[.]2' }).waitFor();
    // It stays where it stands, though it is not found any more.
    await page.getByText('1 no longer does').waitFor();
    expect(await shownHosts(page)).toHaveLength(8);
    await page.getByRole('button', { name: 'Leave them alone …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave servers alone' });
    await dialog.getByLabel('Who wants them left alone').fill('Task Force Y');
    await dialog.getByLabel('Until (UTC)').fill('2027-01-05T08:00');
    await dialog.getByLabel('Why; goes into the ledger').fill('they look at who calls');
    const preview = (await dialog.locator('[data-preview]').innerText()).replaceAll(/\s+/g, ' ');
    expect(preview).toContain('Who Ada Example');
    expect(preview).toContain('Task Force Y wants them left alone until 2027-01-05 08:00 UTC');
    expect(preview).toContain('2 198.18.0[.]1 · 198.18.0[.]3');
    expect(preview).toContain('1 is left alone at least as long already: 198.18.0[.]2');
    await picture(page, 'cases-preview');
    await dialog.getByRole('button', { name: 'Do it for 2 servers' }).click();
    await dialog.getByText('2 done, 0 refused').waitFor();
    await picture(page, 'cases-done');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('3 no longer do').waitFor();
    await page.getByRole('button', { name: 'Put in order' }).click();
    await counted(page, '5 of 8 cases');
    const left = await listHandsOffs(world, 'lab');
    expect(left.map(({ party }) => party).toSorted()).toEqual(['Task Force X', 'Task Force Y', 'Task Force Y']);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['light', 'dark'] as const)('meets WCAG 2.2 AA as far as a machine can tell (%s)', async (colorScheme) => {
    const { context, page } = await openWarRoom(browser, served.origin, ada, { colorScheme, bypassCSP: true });
    await page.goto(`${served.origin}/app/lab/cases?filter=verdict:none%20nonsense:x`);
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Filter the cases' }).fill('st');
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await axeFindings(page)).toEqual([]);
    await context.close();
  });
});

describe('one case', () => {
  test('an analyst finds it, and explains it: who saw it, which row decided, what was looked at, and that the ledger has it so', async () => {
    const { context, page, complaints } = await openWarRoom(browser, served.origin, ada);
    await page.goto(`${served.origin}/app/lab/cases?filter=198.18.0.7`);
    await counted(page, '1 of 8 cases');
    const looked = await page.evaluate(
      `fetch('/api/v1/operations/lab/looks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ looks: [
        { server: '198.18.0.7', port: '443', at: '2026-11-23T12:00:10.000Z', vantage: 'desk', outcome: 'live', how: 'TCP 443 answered' },
        { server: '198.18.0.7', port: '443', at: '2026-11-23T12:00:40.000Z', vantage: 'abroad', outcome: 'dark', how: 'TCP 443 silent' },
      ] }) }).then((answer) => answer.status)`,
    );
    expect(looked).toBe(200);
    await page.getByRole('grid').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /198\.18\.0\[\.\]7/ }).waitFor();

    const timeline = page.getByRole('region', { name: 'From first sighting to dark' });
    await timeline.getByText('Identified: its clock began').waitFor();
    // The evidence is one click away.
    const sighting = timeline.locator('details', { hasText: 'Seen by' }).first();
    await sighting.locator('summary').click();
    expect(await sighting.locator('dl').innerText()).toMatch(/file[\s\S]*line\s*7/);
    await timeline.getByText(/^Notice DSM-\w+ drafted$/).waitFor();

    const decision = page.getByRole('region', { name: 'How the method was decided' });
    await decision.getByText('This row decided').waitFor();
    const ruledOut = decision.locator('details').first();
    await ruledOut.locator('summary').click();
    expect(await ruledOut.innerText()).toContain('the row wants');
    // The name of a row is read in one piece.
    const name = ruledOut.locator('td code').first();
    expect(await name.evaluate((code) => code.getClientRects().length)).toBe(1);

    const looks = page.getByRole('region', { name: 'Looks over time' }).first();
    await looks.getByText('2 looks').waitFor();
    expect(await looks.locator('rect').count()).toBe(2);
    expect(await looks.locator('svg text').allTextContents()).toEqual(expect.arrayContaining(['abroad', 'desk']));

    const proof = page.getByRole('region', { name: 'Entries of the ledger about it' });
    await proof.getByText('computed in this browser').waitFor();
    expect(await proof.locator('summary', { hasText: 'fits' }).count()).toBeGreaterThan(5);
    await picture(page, 'case');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('hundreds of looks that gave the same are one line, which opens by key with all of them; a message says what it is', async () => {
    const looks = Array.from({ length: 300 }, (_, index) => ({
      server: '198.18.0.5',
      port: '443',
      at: new Date(Date.UTC(2026, 10, 23, 10) + index * 20_000).toISOString(),
      vantage: 'desk',
      outcome: 'live',
      how: `look number ${index}`,
    }));
    await receiveMail(world, mailSources(), { bytes: rawReply({ text: 'I am out of the office.', fields: ['Auto-Submitted: auto-replied'] }, [`In-Reply-To: <${sent.messageId}>`]), source: 'a test' }); // prettier-ignore
    const { context, page, complaints } = await openWarRoom(browser, served.origin, ada, { bypassCSP: true });
    await page.goto(`${served.origin}/app/lab/cases/198.18.0.5`);
    const recorded = await page.evaluate(
      `fetch('/api/v1/operations/lab/looks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(JSON.stringify({ looks }))} }).then(async (answer) => answer.status === 200 ? '' : await answer.text())`,
    );
    expect(recorded).toBe('');
    const timeline = page.getByRole('region', { name: 'From first sighting to dark' });
    const run = timeline.getByRole('button', { name: /300 × Looked at: answered/ });
    await run.waitFor();
    expect(await run.textContent()).toContain('2026-11-23 10:00 UTC to 2026-11-23 11:39 UTC');
    expect(await timeline.locator(':scope li').count()).toBeLessThan(12);
    expect(await run.getAttribute('aria-expanded')).toBe('false');
    await run.press('Enter');
    expect(await run.getAttribute('aria-expanded')).toBe('true');
    // Each with what shows it, at once; the rest one step on.
    await timeline.getByText('look number 7', { exact: false }).first().waitFor();
    await timeline.getByRole('button', { name: 'Show 100 more of them' }).press('Enter');
    await timeline.getByText('look number 299', { exact: false }).waitFor();
    expect(await timeline.locator('.of-run > li').count()).toBe(300);
    await timeline
      .locator('details', { hasText: 'wrote' })
      .getByText('an automatic acknowledgement', { exact: true })
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'case-run');
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await picture(page, 'case-run-360');
    await run.press('Enter');
    expect(await timeline.locator('.of-run').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['light', 'dark'] as const)('meets WCAG 2.2 AA as far as a machine can tell (%s)', async (colorScheme) => {
    const { context, page } = await openWarRoom(browser, served.origin, ada, { colorScheme, bypassCSP: true });
    await page.goto(`${served.origin}/app/lab/cases/198.18.0.7`);
    await page.getByText('computed in this browser').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await context.close();
  });
});

/** What the page's own thread had to do. Strings, so that nothing of the test runs in them. */
const WATCHED = `
  window.parsed = 0;
  const parse = JSON.parse;
  JSON.parse = (text, ...more) => { window.parsed += String(text).length; return parse(text, ...more); };
  window.answers = [];
  const json = Response.prototype.json;
  Response.prototype.json = function () { window.answers.push(this.url); return json.call(this); };
  window.frames = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration, scripts } of list.getEntries())
      window.frames.push({ at: Math.round(startTime), took: Math.round(duration), scripts: scripts.map((s) => Math.round(s.duration)), why: scripts.map((s) => s.invoker + ' ' + s.sourceFunctionName + ' ' + s.sourceCharPosition) });
  }).observe({ type: 'long-animation-frame' });
`;

interface Frame {
  readonly took: number;
  /** How long each of our scripts ran in it. */
  readonly scripts: readonly number[];
}

const MANY = 100_000;
const MOST_ROWS = 120;

test('100,000 cases: the page has only those in sight, and reads none of them itself', async () => {
  const many = await serveManyCases(served.url, 'lab', MANY);
  const { context, page, complaints } = await openWarRoom(browser, many.origin, ada);
  context.setDefaultTimeout(60_000);
  await page.addInitScript(WATCHED);
  await page.goto(`${many.origin}/app/lab/cases`);
  await counted(page, '100,000 cases');
  const inPage = (): Promise<number> => page.locator('.case-row').count();
  // Reading is over: what is measured is what somebody waits for.
  await page.evaluate('window.frames.length = 0');
  const trace = process.env['WAR_ROOM_TRACE'];
  if (trace !== undefined) await browser.startTracing(page, { path: trace });

  await page.locator('.case-grid').hover();
  let most = 0;
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, turn % 2 === 0 ? 1200 : 40_000);
    await page.waitForTimeout(30);
    if (turn % 8 === 0) most = Math.max(most, await inPage());
  }
  await page.keyboard.press('End');
  await page.locator('[role=row][aria-rowindex="100001"] .c-host').waitFor();
  await page.keyboard.press('Home');
  await page.locator('[role=row][aria-rowindex="2"] .c-host').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('provider 42 state:notified -country:BR', { delay: 40 });
  await page.keyboard.press('Enter');
  await page.locator('.page-head [role=status]', { hasText: ' of 100,000 cases' }).waitFor();
  await page.getByRole('columnheader', { name: 'Host' }).getByRole('button').click();
  await page.locator('[role=columnheader][aria-sort=ascending]', { hasText: 'Host' }).waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await counted(page, '100,000 cases');
  await page.keyboard.press('Control+a');
  await page.getByText('100,000 selected').waitFor();
  most = Math.max(most, await inPage());
  if (trace !== undefined) await browser.stopTracing();

  const frames = await page.evaluate<readonly Frame[]>('window.frames');
  const ours = frames.map(({ scripts }) => Math.max(0, ...scripts));
  process.stdout.write(`100,000 cases: ${frames.length} long frames, the longest ${Math.max(0, ...frames.map(({ took }) => took))} ms, of which ours ${Math.max(0, ...ours)} ms\n`);
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThan(MOST_ROWS);
  expect(await page.evaluate('window.answers.filter((url) => url.includes("/cases"))')).toEqual([]);
  expect(await page.evaluate('window.parsed')).toBeLessThan(100_000);
  expect(complaints).toEqual([]);
  await context.close();
  await many.close();
}); // prettier-ignore
