import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openBrowser } from '../support/browser.ts';
import { buildPages } from '../support/built-pages.ts';
import { createInstallation } from '../support/cli.ts';
import type { Installation, Running } from '../support/cli.ts';
import { SMALL_SCENARIO } from '../support/small-scenario.ts';

/* `dismantle exercise --open`: what is played is chosen on the page, and another one after it, behind the same link. */

let here: Installation;
let temporary: string;
let playing: Running;
let browser: Browser;
let page: Page;
let link: string;
const complaints: string[] = [];

beforeAll(async () => {
  await buildPages();
  browser = await openBrowser();
  here = createInstallation();
  temporary = join(here.folder, 'tmp');
  mkdirSync(temporary);
  const other = here.write(
    'other.yaml',
    SMALL_SCENARIO.replace('scenario: small', 'scenario: other').replace(
      'Six servers and a day',
      'The same <b>elsewhere</b>',
    ),
  );
  const ours = readFileSync(new URL('../../playbooks/default.dmn', import.meta.url), 'utf8');
  mkdirSync(join(here.dataDirectory, 'playbooks'), { recursive: true });
  writeFileSync(
    join(here.dataDirectory, 'playbooks', 'two-hands.dmn'),
    ours.replaceAll('<text>1</text>', '<text>2</text>'),
  );
  // Of one that cannot be read the terminal tells; the others are offered.
  writeFileSync(join(here.dataDirectory, 'playbooks', 'broken.dmn'), '<definitions>');
  const small = here.write('small.yaml', SMALL_SCENARIO);
  // The first is played at once: slowly, so that it is still played when somebody would rather have another.
  playing = here.start(['exercise', small, other, '--open', '--speed', '1'], {
    env: { CI: 'true', TMPDIR: temporary },
  });
  await playing.said(/broken\.dmn cannot be chosen: /);
  link = (await playing.printed(/http:\/\/localhost:\d+\/visit#\S+/)).trim();
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(link);
  await page.waitForURL(/\/app\/small$/);
}, 600_000);

afterAll(async () => {
  playing?.kill('SIGINT');
  await playing?.ended;
  await browser?.close();
  await here?.close();
});

const keys = (): readonly string[] => readdirSync(temporary).filter((name) => name.startsWith('dismantle-exercise-'));

async function seriousOn(shown: Page): Promise<readonly string[]> {
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

describe('exercises from the page', () => {
  test('another one is begun after a question, ends the one before, and the same link leads there', async () => {
    await page.getByText('The first feed has not been read yet.').waitFor();
    expect(complaints).toEqual([]);
    await page.keyboard.press('g');
    await page.keyboard.press('x');
    await page.getByRole('heading', { level: 1, name: 'Exercise' }).waitFor();
    await page.getByRole('heading', { name: 'Six servers and a day' }).waitFor();
    // What comes with the program is offered beside what was named.
    await page.getByRole('radio', { name: /trickbot-2020/ }).waitFor();
    await expect(page.getByRole('radio').count()).resolves.toBeGreaterThanOrEqual(6);
    await page.getByRole('radio', { name: /elsewhere/ }).check();
    // Words of a scenario are words.
    await expect(page.getByText('The same <b>elsewhere</b>').count()).resolves.toBe(1);
    const start = page.getByRole('button', { name: 'Start' });
    await page.getByLabel('Seed').fill('-1');
    await expect(start.isDisabled()).resolves.toBe(true);
    await page.getByLabel('Seed').fill('11');
    await page.getByRole('main').getByLabel('Strategy').selectOption('simultaneous');
    await page.getByRole('main').getByLabel('Speed').last().selectOption('as fast as it goes');
    const tables = page.getByLabel('Method table');
    expect(await tables.locator('option').allTextContents()).toEqual([expect.stringContaining('comes with the program'), expect.stringContaining('two-hands.dmn')]); // prettier-ignore
    await tables.selectOption({ index: 1 });
    const refused = await page.evaluate(`fetch('/api/v1/exercise/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario: 'small', playbook: '../default.dmn' }) }).then(async (answer) => [answer.status, (await answer.json()).detail])`); // prettier-ignore
    expect(refused).toEqual([404, 'no method table is called ../default.dmn']);
    // The one that was asked for: before the first feed has come nothing is read of the operation.
    expect(complaints.splice(0)).toEqual([expect.stringMatching(/404 .*\/exercise\/runs$/)]);
    await start.click();
    const asked = page.getByRole('dialog', { name: 'End the one that is played?' });
    await asked.getByRole('button', { name: 'Go on with it' }).click();
    await expect(page.getByRole('dialog').count()).resolves.toBe(0);
    await start.click();
    await asked.getByRole('button', { name: 'End it and start' }).click();
    await page.waitForURL(/\/app\/other$/, { timeout: 60_000 });
    await playing.printed(/Exercise 1 \(small, seed 7, rolling\) was ended for another/);
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await stranger.waitForURL(/\/app\/other$/);
    await stranger.context().close();
    // The world before has gone with its key.
    await expect.poll(() => keys().length, { timeout: 30_000 }).toBe(1);
  }, 120_000);

  test('at its end stand the figures, and the files, which are those of its folder', async () => {
    await page.goto(`${new URL(link).origin}/app/exercise`);
    await page.getByRole('heading', { name: 'Played to its end', exact: true }).waitFor({ timeout: 300_000 });
    const row = page.getByRole('region', { name: 'Played so far' }).getByRole('row').nth(1);
    await expect(row.textContent()).resolves.toContain('other seed 11, simultaneous');
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Ledger, for dismantle audit' }).first().click();
    const path = await (await coming).path();
    const hash = createHash('sha256').update(readFileSync(join(here.dataDirectory, 'playbooks', 'two-hands.dmn'))).digest('hex'); // prettier-ignore
    await expect(row.textContent()).resolves.toContain(`table ${hash.slice(0, 8)}`);
    // What was played with another table lies beside what is played with ours.
    const folder = join(here.dataDirectory, 'out', `exercise-other-11-simultaneous-${hash.slice(0, 8)}`);
    expect(readFileSync(path)).toEqual(readFileSync(join(folder, 'ledger.jsonl')));
    await here.done(['audit', path]);
    // Who looks on changes nothing: without the war room it is the same exercise, entry for entry.
    const flags = [
      '--seed',
      '11',
      '--strategy',
      'simultaneous',
      '--playbook',
      join(here.dataDirectory, 'playbooks', 'two-hands.dmn'),
    ];
    const alone = await here.json(z.looseObject({ ledgerRoot: z.string() }), ['exercise', join(here.folder, 'other.yaml'), ...flags, '--out', join(here.folder, 'alone')]); // prettier-ignore
    const [played] = z.array(z.looseObject({ ledgerRoot: z.string() })).parse(await page.evaluate(async (): Promise<unknown> => (await fetch('/api/v1/exercise/runs')).json())); // prettier-ignore
    expect(played?.ledgerRoot).toBe(alone.ledgerRoot);
    // Of the one that was ended nothing is kept.
    expect(existsSync(join(here.dataDirectory, 'out', 'exercise-small-7-rolling'))).toBe(false);
  }, 400_000);

  test.each(['light', 'dark'] as const)('axe finds nothing serious on it, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await seriousOn(page)).toEqual([]);
  });

  test('played again with another seed, the two stand beside each other', async () => {
    await page.getByRole('button', { name: 'With another seed' }).click();
    await expect(page.getByLabel('Seed').inputValue()).resolves.toBe('12');
    // The focus is where it goes on from.
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/app\/other$/, { timeout: 60_000 });
    await page.goto(`${new URL(link).origin}/app/exercise`);
    await page.getByRole('heading', { name: 'Played to its end', exact: true }).waitFor({ timeout: 300_000 });
    await expect(page.getByRole('region', { name: 'Played so far' }).getByRole('row').count()).resolves.toBe(3);
    const runs = await page.evaluate(async (): Promise<unknown> => (await fetch('/api/v1/exercise/runs')).json());
    const [second, first] = z
      .array(z.object({ run: z.number(), seed: z.number(), ledgerRoot: z.string() }))
      .parse(runs);
    expect([second?.seed, first?.seed]).toEqual([12, 11]);
    expect(second?.ledgerRoot).not.toBe(first?.ledgerRoot);
  }, 400_000);

  test('two that ask at once are not both begun, and what is not offered is not played', async () => {
    const begin = async (scenario: string): Promise<number> =>
      page.evaluate(async (named) => {
        const answer = await fetch('/api/v1/exercise/runs', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ scenario: named, minutesPerSecond: 1 }),
        });
        return answer.status;
      }, scenario);
    await expect(begin('/etc/passwd')).resolves.toBe(404);
    const begun = await Promise.all([begin('small'), begin('small')]);
    expect(begun.toSorted()).toEqual([202, 409]);
    await page.waitForURL(/\/app\/small$/, { timeout: 60_000 });
    expect(complaints.filter((text) => !/404|409/.test(text))).toEqual([]);
  }, 120_000);

  test('Ctrl-C leaves nothing of them behind', async () => {
    playing.kill('SIGINT');
    const { code, stderr } = await playing.ended;
    expect(stderr).toContain('the exercise was stopped');
    expect(code).toBe(130);
    expect(keys()).toEqual([]);
  });

  test('without a scenario it opens on the choice, where nothing is played yet', async () => {
    const waiting = here.start(['exercise', '--open'], { env: { CI: 'true', TMPDIR: temporary } });
    try {
      const there = (await waiting.printed(/http:\/\/localhost:\d+\/visit#\S+/)).trim();
      await page.goto(there);
      await page.waitForURL(/\/app\/exercise$/);
      await page.getByRole('heading', { name: 'Nothing is played yet' }).waitFor();
      await page.getByRole('radio', { name: /trickbot-2020/ }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
      await page.goto(`${new URL(there).origin}/app`);
      await page.waitForURL(/\/app\/exercise$/);
    } finally {
      waiting.kill('SIGINT');
    }
    expect((await waiting.ended).code).toBe(0);
    expect(keys()).toEqual([]);
  }, 120_000);
});
