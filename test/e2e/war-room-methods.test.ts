import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import type { Installation, Running } from '../support/cli.ts';
import { SMALL_SCENARIO } from '../support/small-scenario.ts';

/* Counsel edits a copy of the method table in words, with its test cases beside it, and takes the DMN file along. */

let here: Installation;
let playing: Running;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  await buildPages();
  browser = await openBrowser();
  here = createInstallation();
  playing = here.start(['exercise', here.write('small.yaml', SMALL_SCENARIO), '--open', '--speed', '1'], {
    env: { CI: 'true' },
  });
  const link = (await playing.printed(/http:\/\/localhost:\d+\/visit#\S+/)).trim();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(link);
  await page.waitForURL(/\/app\/small$/);
  await page.goto(`${new URL(link).origin}/app/small/methods`);
}, 600_000);

afterAll(async () => {
  playing?.kill('SIGINT');
  await playing?.ended;
  await browser?.close();
  await here?.close();
});

const row = (id: string) => page.locator('.method-rows > li', { has: page.locator('summary code', { hasText: new RegExp(`^${id}$`) }) }); // prettier-ignore

test.each([
  '',
  '/cases',
  '/review',
  '/severance',
  '/strikes',
  '/providers',
  '/authorities',
  '/methods',
  '/ledger',
  '/exercise',
])('no page is wider than a telephone: %s', async (path) => {
  const address = page.url();
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto(`${new URL(address).origin}/app/small${path}`);
  await page.locator('main h1').first().waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(address);
  await page.locator('main h1').first().waitFor();
});

describe('the method table, edited', () => {
  test('opens as a copy whose test cases all pass', async () => {
    await page.getByRole('button', { name: 'Edit a copy' }).click();
    await page.getByText('All pass.').waitFor();
    await page.getByText('It is the table in force, row for row.').waitFor();
    await expect(page.getByRole('button', { name: 'Save the DMN file' }).isDisabled()).resolves.toBe(true);
  });

  test('a condition is chosen in words; a test case that fails by it is named, and the row that differs', async () => {
    await row('br-abuse-notice-dedicated').locator('summary').click();
    await page.getByLabel('Approvals').fill('1');
    await page.getByText('fails').first().waitFor();
    const differing = page.getByRole('region', { name: /What differs/ });
    await differing.getByText('br-abuse-notice-dedicated').waitFor();
    await page.getByRole('button', { name: 'Prove it' }).click();
    await page.getByText(/\d+ findings?$/).waitFor({ timeout: 60_000 });
    await page.getByLabel('Approvals').fill('2');
    await page.getByText('All pass.').waitFor();
    await page.getByText('It is the table in force, row for row.').waitFor();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious beside an open row, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- put there in the line before
      const { axe: run } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> } }; // prettier-ignore
      return (await run.run()).violations.map(({ impact, id, nodes }) => ({ impact, id, at: nodes[0]?.html ?? '' }));
    });
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
  });

  test('the file that is saved is a method table, with that change and no other', async () => {
    await page.getByLabel('Trust in the provider: which').selectOption('one of');
    await page.getByText('edited', { exact: true }).waitFor();
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the DMN file' }).click();
    const path = await (await coming).path();
    const saved = here.write('mine.dmn', readFileSync(path, 'utf8'));
    const said = await here.done(['playbook', 'show', 'br-abuse-notice-dedicated', '--playbook', saved]);
    expect(said).toContain('"cooperative"');
    const ids = (file: string): readonly string[] => readFileSync(file, 'utf8').match(/<rule id="[^"]+"/g) ?? [];
    expect(ids(saved)).toEqual(ids(join(REPOSITORY, 'playbooks/default.dmn')));
    await page.getByRole('button', { name: 'Discard what was edited' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard what was edited' }).click();
    await page.getByRole('button', { name: 'Edit a copy' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
