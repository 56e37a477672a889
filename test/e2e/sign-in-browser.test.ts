import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSetUpSecret } from '../../src/flow/sign-in.ts';
import { addAuthenticator, openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* A real browser with an authenticator that DevTools offers: from nobody on record to two people, by clicks alone. */

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let browser: Browser;
/** What a browser's console complained of: the policy, a script that is off. */
const complaints: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  served = await openServed(database, { worlds: [world] });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await database?.close();
});

/** A browser of its own, with an authenticator that asks who is there, and is told. */
async function open(): Promise<{ readonly context: BrowserContext; readonly page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await addAuthenticator(context, page);
  return { context, page };
}

const status = (page: Page): Promise<string | null> => page.locator('[role=status]').textContent();

test('set-up, signing in and out, an invitation signed for, a session ended elsewhere', async () => {
  const secret = await newSetUpSecret(world, world.organisationId);
  const ada = await open();
  await ada.page.goto(`${served.origin}/set-up#${secret ?? ''}`);
  await ada.page.fill('#name', 'Ada Example');
  await ada.page.click('#register');
  // What is signed is shown in words first.
  const dialog = ada.page.getByRole('dialog', { name: 'Put a person on record' });
  await dialog.waitFor();
  expect(await dialog.textContent()).toContain('ada example');
  expect(ada.page.url()).not.toContain('dsi_');
  await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
  await ada.page.waitForURL('**/account');
  await ada.page.locator('#who', { hasText: 'Ada Example (admin)' }).waitFor();

  await ada.page.click('#sign-out');
  await ada.page.waitForURL('**/sign-in');
  await ada.page.click('#sign-in');
  await ada.page.waitForURL('**/account');
  await ada.page.locator('#who', { hasText: 'Ada Example (admin)' }).waitFor();

  await ada.page.fill('#invited', 'Ben Example');
  await ada.page.check('#roles input[value=approver]');
  await ada.page.click('#invite');
  await ada.page.locator('#link', { hasText: '/set-up#dsi_' }).waitFor();
  const link = await ada.page.locator('#link').textContent();

  const ben = await open();
  await ben.page.goto(link ?? '');
  await ben.page.click('#register');
  await ben.page.locator('[role=status]', { hasText: 'Registered.' }).waitFor();
  const fingerprint = /SHA256:[\w+/]+/.exec((await status(ben.page)) ?? '')?.[0] ?? 'none';

  await ada.page.reload();
  const waiting = ada.page.locator('#invitations li', { hasText: fingerprint });
  await waiting.getByRole('button', { name: 'Sign for this key' }).click();
  const vouching = ada.page.getByRole('dialog', { name: 'Put a person on record' });
  expect(await vouching.textContent()).toContain(fingerprint);
  await vouching.getByRole('button', { name: 'Sign with your passkey' }).click();
  await waiting.waitFor({ state: 'detached' });

  await ben.page.goto(`${served.origin}/sign-in`);
  await ben.page.click('#sign-in');
  await ben.page.waitForURL('**/account');
  await ben.page.locator('#who', { hasText: 'Ben Example (approver)' }).waitFor();

  await ada.page.reload();
  const theirs = ada.page.locator('#sessions li', { hasText: 'ben example' });
  await theirs.getByRole('button', { name: 'End' }).click();
  await theirs.waitFor({ state: 'detached' });
  await ben.page.reload();
  await ben.page.waitForURL('**/sign-in');

  expect(complaints).toEqual([]);
  expect((await auditOf(world.store)).findings).toEqual([]);
  expect(await world.store.read((transaction) => transaction.people())).toMatchObject([
    { person: 'ada example', vouchedBy: null },
    { person: 'ben example', vouchedBy: 'ada example', fingerprint },
  ]);
});

test('who would not sign has signed nothing; who is not known is told nothing', async () => {
  const eve = await open();
  await eve.page.goto(`${served.origin}/sign-in`);
  await eve.page.click('#sign-in');
  await eve.page.locator('[role=status].bad').waitFor();
  expect(await status(eve.page)).toBe('The passkey did not answer, or it was cancelled.');
  await eve.page.goto(`${served.origin}/set-up#dsi_${'A'.repeat(64)}`);
  await eve.page.locator('[role=status]', { hasText: 'this link is not good' }).waitFor();
  expect(await eve.page.locator('#enrolment').isVisible()).toBe(false);
  await eve.page.goto(`${served.url}/sign-in`);
  expect(await eve.page.getByRole('link').getAttribute('href')).toBe(`${served.origin}/sign-in`);
});
