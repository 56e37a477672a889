import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { peopleOf } from '../../src/flow.ts';
import { beginSession, newSetUpSecret } from '../../src/flow/sign-in.ts';
import { sessionCookie } from '../../src/http/session-cookie.ts';
import { PasskeyBrowser, WAITING, sitePasskey, spkiOf } from './passkey-browser.ts';
import type { Served } from './served.ts';
import type { TestWorld } from './world.ts';

/** Somebody signed in, as a browser has it: the cookie, with its name. */
export type SignedIn = readonly [name: string, value: string];

/** Somebody who is on record, as after a sign-in. */
export async function signInAs(world: TestWorld, served: Served, named: string): Promise<SignedIn> {
  const person = (await peopleOf(world)).find(({ name }) => name === named);
  if (person === undefined) throw new Error(`${named} is not on record`);
  const how = { method: 'passkey', agent: 'a test' } as const;
  const { secret } = await beginSession(world, world.organisationId, person, how);
  const [cookie = ''] = sessionCookie(served.origin, secret).split(';');
  const place = cookie.indexOf('=');
  return [cookie.slice(0, place), cookie.slice(place + 1)];
}

/** The first person of a new organisation: an admin, signed in. */
export async function signInFirst(world: TestWorld, served: Served): Promise<SignedIn> {
  const secret = await newSetUpSecret(world, world.organisationId);
  const browser = new PasskeyBrowser(served);
  const passkey = sitePasskey(served);
  const words = {
    secret,
    credentialId: passkey.personKey.credentialId,
    spki: spkiOf(passkey),
    name: 'Ada Example',
    also: ['analyst'],
  };
  const begun = await browser.ask('POST', '/api/v1/enrolments', words);
  const { id, statement } = WAITING.parse(await begun.json());
  const signature = await passkey.signing.sign(statement, []);
  await browser.ask('POST', '/api/v1/enrolments/signature', { secret, id, signature });
  const [name, value] = (browser.cookie ?? '').split('=');
  if (name === undefined || value === undefined) throw new Error('nobody is signed in');
  return [name, value];
}

export interface WarRoom {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console complained of. */
  readonly complaints: readonly string[];
}

export async function openWarRoom(
  browser: Browser,
  origin: string,
  [name, value]: SignedIn,
  options: BrowserContextOptions = {},
): Promise<WarRoom> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.addCookies([{ name, value, url: origin }]);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { context, page, complaints };
}

/** What axe finds against WCAG 2.2 AA; the context has to be one that bypasses the policy. */
export async function axeFindings(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | ')))`,
  );
}
