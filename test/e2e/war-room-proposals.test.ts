import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approvedTable, proposedTables } from '../../src/flow/proposed-tables.ts';
import { openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { axeFindings, openWarRoom } from '../support/war-room.ts';
import type { AtBrowser, WarRoom } from '../support/war-room.ts';

/* Counsel edits the method table and proposes it; another one approves it with a passkey, and the next decision is by it. */

const BOOK = `providers:
  - { name: One Hosting, prefixes: [198.51.100.0/24], contact: abuse@one.example, checked: 2026-11-20, country: DE, type: hosting, trust: cooperative }
`; // prettier-ignore
const EXAMPLES =
  'examples:\n  - { name: mine, facts: { country: BR, kind: dedicated }, expect: { method: abuse-notice } }\n';
const REASON = '<img src=x onerror=alert(1)> the court of 3 March';

let database: TestDatabase;
let browser: Browser;
let room: WarRoom;
let cleo: AtBrowser;
let dee: AtBrowser;
let token: string;

beforeAll(async () => {
  database = await openTestDatabase();
  browser = await openBrowser();
  room = await openWarRoom(database, browser, { book: BOOK });
  token = (await room.members.person('Ana Example', ['analyst'])).token;
  await room.ask(token, 'POST', '/operations', { name: 'lab', drill: true, malware: 'Examplebot', aliases: [] });
  await decideAnew();
  cleo = await room.person('Cleo Example', ['counsel']);
  dee = await room.person('Dee Example', ['counsel'], { bypassCSP: true });
}, 240_000);

afterAll(async () => {
  await room?.close();
  await browser?.close();
  await database?.close();
});

/** A run with a server more, over HTTP. */
async function decideAnew(): Promise<void> {
  const rows = 'host,port,last_seen,evidence,malware\n198.51.100.7,443,2026-11-22T10:00Z,netflow,Examplebot\n';
  for (const source of ['alpha', 'beta']) {
    await room.served.ask(`/api/v1/operations/lab/imports?file=${source}.csv&source=${source}&group=${source}&reliability=B`, {
      method: 'POST', token, body: `${rows}# ${source}\n`, headers: { 'content-type': 'application/octet-stream' },
    });
  }
  const ran = await room.ask(token, 'POST', '/operations/lab/runs', {});
  if (ran.status !== 200) throw new Error(JSON.stringify(ran));
} // prettier-ignore

async function decidedBy(): Promise<string | null> {
  return room.world.store.read(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    for await (const [first] of transaction.cases(operation?.id ?? '')) return first?.playbook ?? null;
    return null;
  });
}

const visit = (page: Page): Promise<unknown> => page.goto(`${room.served.origin}/app/lab/methods`);

async function sign(page: Page, title: string): Promise<string> {
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.waitFor();
  const shown = (await dialog.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
  await dialog.waitFor({ state: 'detached' });
  return shown;
}

describe('a method table, by two people at browsers', () => {
  test('is edited and proposed with a reason; what keeps it from that is said before', async () => {
    const { page } = cleo;
    await visit(page);
    await page.getByText('Nobody has proposed another table.').waitFor();
    await page.getByRole('button', { name: 'Edit a copy' }).click();
    const propose = page.getByRole('button', { name: 'Propose with your passkey' });
    await page.getByText('nothing differs from the table in force').waitFor();
    await expect(propose.isDisabled()).resolves.toBe(true);
    await page.getByLabel('Your own test cases').setInputFiles({ name: 'mine.yaml', mimeType: 'text/yaml', buffer: Buffer.from(EXAMPLES) }); // prettier-ignore
    const row = page.locator('.method-rows > li', { has: page.locator('summary code', { hasText: /^br-abuse-notice-dedicated$/ }) }); // prettier-ignore
    await row.locator('summary').click();
    await page.getByLabel('Hours to the deadline').fill('12');
    await page
      .getByRole('region', { name: /What differs/ })
      .getByText('br-abuse-notice-dedicated')
      .waitFor();
    await page.getByRole('region', { name: 'Propose it' }).getByLabel('Why').fill(REASON);
    await page.getByText('1 of 1 pass').first().waitFor();
    await propose.click();
    const shown = await sign(page, 'Propose a method table');
    expect(shown).toContain('a method table that differs in 1 row');
    await page.getByText('Proposed. It waits for counsel.').waitFor();
  }, 120_000);

  test('is not the proposer’s to approve, and the page says so', async () => {
    const { page } = cleo;
    const proposed = page.getByRole('region', { name: 'Proposed tables' });
    await proposed.getByText(REASON).waitFor();
    await proposed.getByText(/You cannot approve it: Cleo Example has proposed it: a second person approves it/).waitFor(); // prettier-ignore
    await proposed.getByText('1 of 1 pass, its own').waitFor();
    // With test cases of its own it does not hide what those of the program say.
    await proposed.getByText(/of those that come with the program \d+ of \d+ pass/).waitFor();
    await proposed.getByText('A rented server in Brazil').waitFor();
    await expect(proposed.getByRole('button', { name: 'Approve with your passkey' }).isDisabled()).resolves.toBe(true);
    expect(await page.locator('main img, main [onerror]').count()).toBe(0);
  });

  test('is approved by another counsel, and the next decision is by it', async () => {
    const before = await decidedBy();
    const { page } = dee;
    await visit(page);
    const proposed = page.getByRole('region', { name: 'Proposed tables' });
    await proposed.getByText('br-abuse-notice-dedicated').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await proposed.getByRole('button', { name: 'Approve with your passkey' }).click();
    const shown = await sign(page, 'Put a method table in force');
    expect(shown).toContain('method table 1, which changes 1 row of the one in force');
    await page.getByText('Number 1 is in force.').waitFor();
    await page.getByText('approved as number 1').waitFor();
    const approved = await approvedTable(room.world);
    expect(approved?.sha256).not.toBe(before);
    await decideAnew();
    expect(await decidedBy()).toBe(approved?.sha256);
    expect(await auditOf(room.world.store)).toMatchObject({ findings: [] });
  }, 120_000);

  test('is taken back by counsel with a reason; then that of the settings decides again', async () => {
    const { page } = dee;
    const proposed = page.getByRole('region', { name: 'Proposed tables' });
    await proposed.getByRole('button', { name: 'Take it back …' }).click();
    await proposed.getByLabel('Why; goes into the ledger').fill('repealed');
    await proposed.getByRole('button', { name: 'Take it back with your passkey' }).click();
    await sign(page, 'Take a method table back');
    await page.getByText('Number 1 is taken back.').waitFor();
    await page.getByText('named by the settings').waitFor();
    await decideAnew();
    expect(await approvedTable(room.world)).toBeNull();
    expect(await proposedTables(room.world)).toMatchObject([{ number: 1, state: 'withdrawn', settledReason: 'repealed' }]); // prettier-ignore
    expect(await auditOf(room.world.store)).toMatchObject({ findings: [] });
    expect(room.complaints).toEqual([]);
  }, 120_000);
});
