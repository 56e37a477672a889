import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { axeFindings, openWarRoom } from '../support/war-room.ts';
import type { AtBrowser, WarRoom } from '../support/war-room.ts';

/* Where an act counts once two people have signed it, the page says who is missing before anybody presses anything. */

const BOOK = `providers:
  - { name: Host One, prefixes: [198.51.100.0/25], contact: abuse@one.example, checked: 2026-11-20, country: DE, type: hosting, trust: cooperative }
`;
const HELD = '198.51.100.9';
const HOSTS = ['198.51.100.7', '198.51.100.8', HELD];
/** Where somebody wants to look at them. */
const PICTURES = process.env['WAR_ROOM_PICTURES'];

let database: TestDatabase;
let browser: Browser;
let room: WarRoom;
let ana: AtBrowser;
let bo: AtBrowser;
let cy: AtBrowser;
let fay: AtBrowser;
let reference: string;

beforeAll(async () => {
  database = await openTestDatabase();
  browser = await openBrowser();
  const lists = join(database.directory, 'lists');
  await mkdir(join(lists, 'sinkholes'), { recursive: true });
  const list = { name: 'sinkholes', type: 'string', version: 1, list: [HELD], matching_attributes: ['ip-dst'] };
  await writeFile(join(lists, 'sinkholes', 'list.json'), JSON.stringify(list));
  room = await openWarRoom(database, browser, { book: BOOK, environment: { DISMANTLE_WARNINGLISTS: lists } });
  const { ask, members, served, world } = room;
  const { token } = await members.person('Cleo Example', ['analyst']);
  await ask(token, 'POST', '/operations', { name: 'lab', drill: true, malware: 'Examplebot', aliases: [] });
  const rows = HOSTS.map((host) => `${host},443,2026-11-22T10:00Z,netflow,Examplebot`);
  for (const source of ['alpha', 'beta']) {
    const body = `host,port,last_seen,evidence,malware\n${rows.join('\n')}\n# ${source}\n`;
    const query = `file=${source}.csv&source=${source}&group=${source}&reliability=B`;
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await served.ask(`/api/v1/operations/lab/imports?${query}`, { method: 'POST', token, body, headers }); // prettier-ignore
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  const asked = async (path: string, body: unknown = {}): Promise<unknown> => {
    const answer = await ask(token, 'POST', path, body);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer));
    return answer.json;
  };
  await asked('/operations/lab/runs');
  await asked('/operations/lab/deconfliction');
  await asked('/operations/lab/strikes', {
    strategy: 'simultaneous',
    aim: new Date(world.clock.now() + 6 * 3_600_000).toISOString(),
    seed: 1,
  });
  const notices = await ask(token, 'GET', '/operations/lab/notices');
  [{ reference }] = z.tuple([z.object({ reference: z.string() })]).parse(notices.json);
  ana = await room.person('Ana Example', ['analyst']);
  bo = await room.person('Bo Example', ['approver']);
  cy = await room.person('Cy Example', ['counsel']);
  fay = await room.person('Fay Example', ['approver'], { bypassCSP: true });
}, 240_000);

afterAll(async () => {
  await room?.close();
  await browser?.close();
  await database?.close();
});

const at = (path: string): string => `${room.served.origin}/app/lab${path}`;

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Presses, gives a reason, and signs what the service's own dialog shows. */
async function sign(page: Page, of: Locator, label: string): Promise<void> {
  await of.getByRole('button', { name: label }).click();
  const form = page.getByRole('dialog', { name: label });
  await form.getByText('A reason is missing').waitFor();
  expect(await form.getByRole('button', { name: 'Sign with your passkey' }).isDisabled()).toBe(true);
  await form.getByLabel('Reason').fill('in the lab');
  await form.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.locator('dialog.card').getByRole('button', { name: 'Sign with your passkey' }).click();
  await form.waitFor({ state: 'detached' });
}

describe('a strike', () => {
  const HOLD = 'Hold its notices';
  const hold = (page: Page): Locator => page.getByRole('region', { name: HOLD });
  const button = (page: Page): Locator => hold(page).getByRole('button', { name: HOLD });

  test('says who has to sign before anybody has, and is not offered to whoever may not', async () => {
    await ana.page.goto(at('/strikes'));
    await hold(ana.page).getByText('It takes approver or counsel; you are analyst.').waitFor();
    expect(await button(ana.page).count()).toBe(0);
    expect(await ana.page.getByRole('button', { name: 'Let everything go now' }).count()).toBe(0);
    await bo.page.goto(at('/strikes'));
    await hold(bo.page).getByText('One of them has to be counsel. Nobody has signed yet.').waitFor();
    expect(await hold(bo.page).textContent()).toContain('Open toBo Example, Cy Example, Fay Example');
    await picture(bo.page, 'hands-nobody');
    await sign(bo.page, hold(bo.page), HOLD);
    await hold(bo.page).getByText('You have signed. Somebody else has to, too.').waitFor();
    expect(await button(bo.page).isDisabled()).toBe(true);
    expect(room.complaints).toEqual([]);
  }, 90_000);

  test('once half of it is signed, says which role is missing, and to the wrong second one that it is not theirs', async () => {
    await fay.page.goto(at('/strikes'));
    await hold(fay.page).getByText('You may not: Fay Example is not counsel, and one of the 2 has to be.').waitFor();
    expect(await hold(fay.page).textContent()).toContain('✓ Bo Example has signed. What is missing is counsel.');
    expect(await button(fay.page).isDisabled()).toBe(true);
    expect(await axeFindings(fay.page)).toEqual([]);
    await picture(fay.page, 'hands-half');
    await fay.page.setViewportSize({ width: 360, height: 800 });
    expect(await fay.page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await picture(fay.page, 'hands-half-360');
    await fay.page.setViewportSize({ width: 1440, height: 900 });
    await cy.page.goto(at('/strikes'));
    await sign(cy.page, hold(cy.page), HOLD);
    // The others see it without asking anew.
    await hold(fay.page).getByText('Strike 1 is held already.').waitFor();
    expect(room.complaints).toEqual([]);
  }, 90_000);
});

test('a server that a list holds says on its page whose word is missing', async () => {
  const { page } = bo;
  await page.goto(at(`/cases/${HELD}`));
  const release = page.getByRole('region', { name: 'Let it go' });
  await release.getByText('Nobody has signed yet.').waitFor();
  await sign(page, release, 'Let this server go on');
  await release.getByText('✓ Bo Example has signed.').waitFor();
  expect(await release.textContent()).toContain('A second person is missing.');
  expect(await release.getByRole('button', { name: 'Let this server go on' }).isDisabled()).toBe(true);
  await picture(page, 'hands-release');
  await cy.page.goto(at(`/cases/${HELD}`));
  const theirs = cy.page.getByRole('region', { name: 'Let it go' });
  await theirs.getByText('✓ Bo Example has signed.').waitFor();
  await sign(cy.page, theirs, 'Let this server go on');
  await theirs.waitFor({ state: 'detached' });
  expect(room.complaints).toEqual([]);
}, 90_000);

test('a kind of party that is not asked says in the review who has said so, and who may', async () => {
  const { page } = bo;
  await page.goto(at(`/review/${reference}`));
  const others = page.locator('[data-question=others]');
  await others.getByText('Round 1: not asked, or not answered: law enforcement').click();
  const label = 'Go on without asking: csirt';
  await sign(page, others, label);
  await others.getByText('✓ Bo Example has signed.').waitFor();
  expect(await others.getByRole('button', { name: label }).isDisabled()).toBe(true);
  await picture(page, 'hands-skip');
  await fay.page.goto(at(`/review/${reference}`));
  await fay.page.getByText('Round 1: not asked, or not answered: law enforcement').click();
  expect(await fay.page.getByRole('button', { name: label }).isEnabled()).toBe(true);
  expect(await axeFindings(fay.page)).toEqual([]);
  expect(room.complaints).toEqual([]);
}, 90_000);
