import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSetUpSecret } from '../../src/flow/sign-in.ts';
import { addAuthenticator, openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { CLIENT } from '../support/openid.ts';
import { openRealProvider } from '../support/real-openid.ts';
import type { RealProvider } from '../support/real-openid.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* A real browser and an OpenID provider of other people's making: refused, linked with a passkey, signed in, taken off. */

let database: TestDatabase;
let world: TestWorld;
let provider: RealProvider;
let served: Served;
let browser: Browser;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  provider = await openRealProvider();
  const secretFile = join(database.directory, 'client-secret');
  await writeFile(secretFile, `${CLIENT.secret}\n`, { mode: 0o600 });
  served = await openServed(database, {
    worlds: [world],
    environment: {
      DISMANTLE_OIDC_ISSUER: provider.issuer,
      DISMANTLE_OIDC_CLIENT_ID: CLIENT.id,
      DISMANTLE_OIDC_CLIENT_SECRET_FILE: secretFile,
      DISMANTLE_OIDC_NAME: 'Example SSO',
      DISMANTLE_TRAFFIC_FETCH: 'true',
      DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]',
    },
  });
  await provider.answerFor(`${served.origin}/sign-in/callback`);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await provider?.close();
  await database?.close();
});

/** On the provider's own pages: says who it is, and agrees. */
async function passProvider(page: Page, login: string): Promise<void> {
  await page.waitForURL(`${provider.issuer}/**`);
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'anything');
  await page.click('button[type=submit]');
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('an account of somebody else’s provider is linked with a passkey, and signs in from then on', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && page.url().startsWith(served.origin) && !message.text().includes('401'))
      complaints.push(message.text());
  });
  await addAuthenticator(context, page);

  const secret = await newSetUpSecret(world, world.organisationId);
  await page.goto(`${served.origin}/set-up#${secret ?? ''}`);
  await page.fill('#name', 'Ada Example');
  await page.click('#register');
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/account');

  // Nobody is linked: a refusal, on a page.
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`${served.origin}/sign-in`);
  await stranger.getByRole('button', { name: 'Sign in with Example SSO' }).click();
  await passProvider(stranger, 'ada-1');
  await stranger.getByText('That did not work.').waitFor();
  await stranger.getByRole('link', { name: 'Back to signing in' }).click();
  await stranger.waitForURL('**/sign-in');

  await page.getByRole('button', { name: 'Link your account at Example SSO' }).click();
  await passProvider(page, 'ada-1');
  const dialog = page.getByRole('dialog', { name: 'Let an account elsewhere sign you in' });
  await dialog.waitFor();
  expect(await dialog.textContent()).toContain('ada-1');
  expect(page.url()).toBe(`${served.origin}/account`);
  await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.locator('#identities li', { hasText: `ada-1 at ${provider.issuer}` }).waitFor();

  // The stranger's browser is still known there.
  await stranger.getByRole('button', { name: 'Sign in with Example SSO' }).click();
  await stranger.waitForURL('**/account');
  await stranger.locator('#who', { hasText: 'Ada Example (admin)' }).waitFor();
  await page.reload();
  await page.locator('#sessions li', { hasText: 'ada example (by an account elsewhere)' }).waitFor();

  // A token in her name is shown to her, and she ends it.
  const token = JSON.stringify({
    name: 'laptop',
    holder: { kind: 'person', person: 'Ada Example' },
    scopes: ['read'],
    expiresAt: new Date(world.clock.now() + 86_400_000).toISOString(),
    reason: 'mine',
  });
  // As text: in the browser it is the browser that imports.
  await page.evaluate(`import('/static/sign.js').then(({ act }) => void act('/api/v1/tokens', ${token}))`);
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await expect.poll(async () => (await world.store.read((transaction) => transaction.tokens())).length).toBe(1);
  await page.reload();
  await page.locator('#tokens li', { hasText: 'laptop (read)' }).getByRole('button', { name: 'End' }).click();
  await page.locator('#in-your-name').waitFor({ state: 'hidden' });

  await page.locator('#identities li', { hasText: 'ada-1' }).getByRole('button', { name: 'Take off' }).click();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await expect
    .poll(async () => (await world.store.read((transaction) => transaction.identities()))[0]?.unlinkedAt)
    .not.toBeNull();
  await stranger.reload();
  await stranger.waitForURL('**/sign-in');
  await stranger.getByRole('button', { name: 'Sign in with Example SSO' }).click();
  await stranger.getByText('That did not work.').waitFor();

  expect(complaints).toEqual([]);
  expect((await auditOf(world.store)).findings).toEqual([]);
});
