import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { z } from 'zod';
import type { Role } from '../../src/domain/person.ts';
import { buildPages } from './built-pages.ts';
import type { TestDatabase } from './database.ts';
import { openMembers, openServed } from './served.ts';
import type { Members, Served } from './served.ts';
import type { TestKey } from './ssh-keys.ts';
import { openTestWorld } from './world.ts';
import type { TestWorld } from './world.ts';

/*
 * The war room as people have it: the real service, its built pages, and browsers with an authenticator that DevTools offers.
 */

const WAITING = z.object({
  id: z.string(),
  statement: z.string(),
  keys: z.array(z.object({ publicKey: z.string(), fingerprint: z.string(), credentialId: z.string().nullable() })),
});

/** Somebody at a browser. */
export interface AtBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
}

export interface WarRoom {
  readonly world: TestWorld;
  readonly members: Members;
  readonly served: Served;
  /** What consoles complained of, and every dialog that a script opened. */
  readonly complaints: string[];
  /** Asks as somebody with a token. */
  readonly ask: (
    token: string,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; json: unknown }>;
  /** Asks for an act and signs it with an SSH key. */
  readonly signed: (
    who: { key: TestKey; token: string },
    path: string,
    body: unknown,
  ) => Promise<{ status: number; json: unknown }>;
  /** Invites somebody, has them register a passkey in a browser of their own, and sign in with it. */
  person(name: string, roles: readonly Role[], options?: BrowserContextOptions): Promise<AtBrowser>;
  close(): Promise<void>;
}

export interface WarRoomWishes {
  /** The provider book, YAML. */
  readonly book: string;
  /** Settings over those of every war room. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openWarRoom(
  database: TestDatabase,
  browser: Browser,
  { book, environment = {} }: WarRoomWishes,
): Promise<WarRoom> {
  await buildPages();
  const world = await openTestWorld(database);
  const members = await openMembers(world, database.directory);
  const complaints: string[] = [];
  const served = await openServed(database, {
    worlds: [world],
    environment: { ...(await settingsOf(database, book)), ...environment },
  });
  const adminToken = await members.token({ kind: 'person', person: members.admin.name });

  const ask: WarRoom['ask'] = async (token, method, path, body) => {
    const answer = await served.ask(`/api/v1${path}`, {
      method,
      token,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, json: answer.status === 204 ? null : await answer.json() };
  };
  const signed: WarRoom['signed'] = async ({ key, token }, path, body) => {
    const asked = await ask(token, 'POST', path, body);
    if (asked.status !== 202) return asked;
    const { id, statement, keys } = WAITING.parse(asked.json);
    const { signature } = await key.signing.sign(statement, keys);
    return ask(token, 'POST', `/signatures/${id}`, { signature });
  };
  const opened: BrowserContext[] = [];
  return {
    world,
    members,
    served,
    complaints,
    ask,
    signed,
    async person(name, roles, options = {}) {
      const invited = await ask(adminToken, 'POST', '/invitations', { name, roles });
      const { id, link } = z.object({ id: z.string(), link: z.string() }).parse(invited.json);
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      opened.push(context);
      const page = await context.newPage();
      await addAuthenticator(context, page);
      listen(page, complaints);
      await page.goto(link);
      await page.click('#register');
      await page.locator('[role=status]', { hasText: 'Registered.' }).waitFor();
      const accepted = await signed({ key: members.admin.key, token: adminToken }, `/invitations/${id}/acceptance`, {});
      if (accepted.status !== 200) throw new Error(JSON.stringify(accepted));
      await page.goto(`${served.origin}/sign-in`);
      await page.click('#sign-in');
      await page.waitForURL('**/account');
      return { context, page };
    },
    async close() {
      for (const context of opened) await context.close();
      await served.close();
    },
  };
}

async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devTools = await context.newCDPSession(page);
  await devTools.send('WebAuthn.enable');
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    // What the service refuses, a browser calls an error as well.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Our own method table with two people for every notice: its abuse notices ask for one. */
async function settingsOf(database: TestDatabase, book: string): Promise<Record<string, string>> {
  const file = (name: string): string => join(database.directory, name);
  await writeFile(file('war-room-book.yaml'), book);
  const ours = await readFile(fileURLToPath(new URL('../../playbooks/default.dmn', import.meta.url)), 'utf8');
  await writeFile(file('war-room.dmn'), ours.replaceAll('<text>1</text>', '<text>2</text>'));
  await mkdir(join(file('war-room-lists'), 'other'), { recursive: true });
  const list = { name: 'other', type: 'string', version: 1, list: ['192.0.2.99'], matching_attributes: ['ip-dst'] };
  await writeFile(join(file('war-room-lists'), 'other', 'list.json'), JSON.stringify(list));
  return {
    DISMANTLE_PROVIDERS: file('war-room-book.yaml'),
    DISMANTLE_PLAYBOOK: file('war-room.dmn'),
    DISMANTLE_WARNINGLISTS: file('war-room-lists'),
    DISMANTLE_ORGANISATION_NAME: 'Example CERT',
    DISMANTLE_ORGANISATION_EMAIL: 'desk@cert.example',
  };
}

/** What axe finds against WCAG 2.2 AA, in a context whose CSP is bypassed for it. */
export async function axeFindings(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | ')))`,
  );
}
