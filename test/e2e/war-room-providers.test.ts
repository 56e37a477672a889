import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENT, ORDER_WORDS } from '../support/authorities.ts';
import { openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { rawReply } from '../support/replies.ts';
import { sendTestNotice } from '../support/sent-notice.ts';
import type { SentNotice } from '../support/sent-notice.ts';
import { axeFindings, openWarRoom } from '../support/war-room.ts';
import type { AtBrowser, WarRoom } from '../support/war-room.ts';

/* Who can switch servers off, what was said to and fro, and on what orders: with names and mail that are dressed up as markup. */

const HOSTILE = '<img src=x onerror=alert(1)><svg onload=alert(2)></svg><script>alert(3)</script>';
const HOSTER = `Hosting ${HOSTILE}`;
const BOOK = `providers:
  - name: ${JSON.stringify(HOSTER)}
    prefixes: [198.51.100.0/24]
    contact: abuse@one.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: unresponsive
`;
/** Where somebody wants to look at them. */
const PICTURES = process.env['WAR_ROOM_PICTURES'];

let database: TestDatabase;
let browser: Browser;
let room: WarRoom;
let sent: SentNotice;
let bo: AtBrowser;

beforeAll(async () => {
  database = await openTestDatabase();
  browser = await openBrowser();
  room = await openWarRoom(database, browser, { book: BOOK });
  sent = await sendTestNotice(database, room.world);
  const ana = await room.members.person('Ana Example', ['analyst']);
  const dee = await room.members.person('Dee Example', ['counsel']);
  for (const source of ['alpha', 'beta']) {
    const answer = await room.served.ask(
      `/api/v1/operations/lab/imports?file=${source}.csv&source=${source}&group=${source}&reliability=B`,
      {
        method: 'POST',
        token: ana.token,
        body: `host,port,last_seen,evidence,malware\n198.51.100.7,443,2026-11-22T10:00Z,netflow,Examplebot\n# ${source}\n`,
        headers: { 'content-type': 'application/octet-stream' },
      },
    );
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  await room.ask(ana.token, 'POST', '/operations/lab/runs', {});
  for (const [text, subject] of [
    [`We have suspended the server. ${HOSTILE}`, `Re: [${sent.notice.reference}] ${HOSTILE}`],
    ['Has it stopped now?', `Re: [${sent.notice.reference}]`],
  ] as const) {
    const mail = rawReply({ subject, text, fields: [`In-Reply-To: <${sent.messageId}>`] }, [
      'From: abuse@host.example',
    ]);
    const taken = await room.served.ask('/api/v1/mail', {
      method: 'POST',
      token: ana.token,
      body: new Uint8Array(mail),
      headers: { 'content-type': 'message/rfc822' },
    });
    if (taken.status !== 200) throw new Error(await taken.text());
  }
  const order = { ...ORDER_WORDS, reference: 'order-1', court: `Court ${HOSTILE}`, prefixes: ['198.51.100.0/24'] };
  const document = { name: 'order.pdf', base64: Buffer.from(DOCUMENT.bytes).toString('base64') };
  const added = await room.signed(dee, '/operations/lab/authorities', { words: order, document, reason: 'granted' });
  if (added.status !== 200) throw new Error(JSON.stringify(added));
  bo = await room.person('Bo Example', ['approver']);
}, 240_000);

afterAll(async () => {
  await room?.close();
  await browser?.close();
  await database?.close();
});

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const at = (path: string): string => `${room.served.origin}/app/lab${path}`;

async function expectInert(page: Page): Promise<void> {
  expect(await page.locator('main img, main script, main [onerror], main [onload], main iframe').count()).toBe(0);
  expect(room.complaints).toEqual([]);
}

describe('providers', () => {
  test('are found by name, and one has its record, contacts with why, and servers', async () => {
    const { page } = bo;
    await page.goto(at('/providers'));
    await page.getByRole('link', { name: HOSTER }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nobody');
    await page.getByText('None is like that.').waitFor();
    await page.getByRole('searchbox').fill('one.example');
    await page.getByText('1 of 1').waitFor();
    await page.getByRole('link', { name: HOSTER }).click();
    await page.getByRole('heading', { level: 1, name: HOSTER }).waitFor();
    const record = page.getByRole('region', { name: 'Record' });
    expect(await record.textContent()).toContain('JurisdictionDE');
    expect(await record.textContent()).toContain('unresponsive');
    const contact = page.getByRole('region', { name: 'abuse@one.example' });
    expect(await contact.textContent()).toMatch(/the one written to.*\d+ of 100, book.*as of 2026-11-20/s);
    expect(await page.getByRole('region', { name: 'Its servers here' }).textContent()).toContain('198.51.100[.]7');
    await expectInert(page);
  }, 60_000);

  test('a contact is cleared with a reason and a passkey', async () => {
    const { page } = bo;
    await page.getByRole('button', { name: 'It is theirs …' }).click();
    const clear = page.getByRole('button', { name: 'Put it on record with your passkey' });
    expect(await clear.isDisabled()).toBe(true);
    await page.getByLabel('How you have made sure of it').fill(`telephoned ${HOSTILE}`);
    await clear.click();
    const dialog = page.getByRole('dialog', { name: 'Accept a contact' });
    await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
    await page.getByText('✓ bo example has made sure of it').waitFor();
    expect(await page.getByText(`telephoned ${HOSTILE}`).count()).toBe(1);
    await expectInert(page);
    await picture(page, 'provider');
  }, 60_000);

  test('a conversation stands in order, out and in, and its words stay words', async () => {
    const { page } = bo;
    await page.goto(at(`/providers/${encodeURIComponent('Lab Holder')}`));
    const talk = page.getByRole('region', { name: sent.notice.reference });
    await talk.waitFor();
    const said = await talk.locator('.talk > li').allTextContents();
    expect(said.map((text) => text.slice(0, 9))).toEqual(['From usNo', 'From usCo', 'From them', 'From them']);
    const first = talk.getByRole('article', { name: HOSTILE });
    await first.getByText('Read it').click();
    await first.getByText('We have suspended the server.').waitFor();
    expect(await first.locator('pre').textContent()).toContain(HOSTILE);
    await expectInert(page);
    await picture(page, 'conversation');
  }, 60_000);
});

describe('authorities', () => {
  test('have a clock, say what they cover and what not and why, and wait for service', async () => {
    const { page } = bo;
    await page.goto(at('/authorities'));
    const row = page.getByRole('row', { name: /order-1/ });
    await row.getByText(/ left$/).waitFor();
    expect(await row.textContent()).toMatch(/10 d \d+ h left.*in force.*not served yet.*1 server/s);
    await page.getByRole('link', { name: 'order-1' }).click();
    await page.getByText('notices that rest on it wait for that').waitFor();
    expect(await page.getByRole('region', { name: 'What it covers' }).textContent()).toContain('198.51.100[.]7');
    const beyond = await page.getByRole('region', { name: 'What it does not cover, and why' }).textContent();
    expect(beyond).toContain('198.18.0[.]1');
    expect(beyond).toContain('order-1:');
    await expectInert(page);
    await picture(page, 'authority');

    await page.goto(at('/authorities?tab=coverage'));
    await page.getByText('1 of 3 servers of open cases are under an instrument in force.').waitFor();
    await page.getByLabel('Only those under none').check();
    await page.getByText('2 of 3').waitFor();
    await picture(page, 'coverage');
  }, 60_000);

  test('counsel puts one on record and says that it was served: what is wrong is told at its field, what will be recorded before', async () => {
    const cy = await room.person('Cy Example', ['counsel'], { bypassCSP: true });
    const { page } = cy;
    await page.goto(at('/authorities'));
    await page.getByRole('button', { name: 'Put an instrument on record …' }).click();
    const form = page.getByRole('region', { name: 'Put an instrument on record' });
    const submit = form.getByRole('button', { name: 'Sign with your passkey' });
    await submit.click();
    await form.getByText('5 things are wrong or missing').waitFor();
    const country = form.getByLabel('Countries');
    expect(await country.getAttribute('aria-invalid')).toBe('true');
    expect(await country.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'add-authority-empty');
    await form.getByLabel('Reference').fill('order-2');
    await country.fill('DE, ZZ');
    await form.getByLabel('Issued, UTC').fill('2026-11-20T09:00');
    await form.getByLabel('Networks').fill('198.51.100.0/25');
    await form.getByLabel('Bond').fill(HOSTILE);
    await form.getByLabel('Document').setInputFiles({ name: 'order-2.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 the order') }); // prettier-ignore
    await form.getByLabel('Reason').fill('granted');
    // What only the service knows comes back to the fields, and nothing was signed.
    await submit.click();
    await form.getByText('an order has one (the case number)').waitFor();
    expect(await form.locator('[data-field-error]').allTextContents()).toEqual(['an order has one', 'an order has one (the case number)', '"ZZ" is no country\'s code (ISO 3166-1, two letters: US, DE)']); // prettier-ignore
    expect(await page.locator('dialog').count()).toBe(0);
    await country.fill('de');
    await form.getByLabel('Court', { exact: true }).fill('District Court');
    await form.getByLabel('Docket').fill('1:26-cv-1');
    const preview = (await form.locator('[data-preview]').innerText()).replaceAll(/\s+/g, ' ');
    expect(preview).toContain('Reference order-2 Court District Court Docket (case number) 1:26-cv-1');
    expect(preview).toContain('Countries DE Issued, UTC 2026-11-20 09:00 UTC Expires, UTC until it is ended');
    expect(preview).toMatch(
      /198\.51\.100\[\.\]0\/25.*order-2\.pdf, 18 bytes, SHA-256 [\da-f]{64}.*Signed by Cy Example/,
    );
    await picture(page, 'add-authority');
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await picture(page, 'add-authority-360');
    await page.setViewportSize({ width: 1440, height: 900 });
    await submit.click();
    await page.getByRole('dialog', { name: 'Add an authority' }).getByRole('button', { name: 'Sign with your passkey' }).click(); // prettier-ignore
    await page.getByText('The instrument is on record.').waitFor();
    await page.getByRole('link', { name: 'order-2' }).click();

    await page.getByRole('button', { name: 'Record that it was served …' }).click();
    const service = page.getByRole('form', { name: 'Record that it was served …' });
    await service.getByLabel('Served on').fill('nobody of that name');
    await service.getByLabel('Served at, UTC').fill('2026-11-19T09:00');
    await service.getByLabel('How').fill('by courier');
    await service.getByLabel('Proof').fill(`receipt 4711 ${HOSTILE}`);
    const sign = service.getByRole('button', { name: 'Sign with your passkey' });
    await sign.click();
    await service.getByText('It was issued only at 2026-11-20 09:00 UTC.').waitFor();
    await service.getByText('A reason is missing').waitFor();
    await service.getByLabel('Served at, UTC').fill('2026-11-21T09:30');
    await service.getByLabel('Reason').fill('handed over');
    await sign.click();
    await service.getByText('there is no provider "nobody of that name"').waitFor();
    await service.getByLabel('Served on').fill('');
    expect(await service.locator('[data-preview]').textContent()).toContain('order-2 was served on all that it concerns at 2026-11-21 09:30 UTC, by courier; proof: receipt 4711'); // prettier-ignore
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'serve-authority');
    await sign.click();
    await page.getByRole('dialog', { name: 'Record that an authority was served' }).getByRole('button', { name: 'Sign with your passkey' }).click(); // prettier-ignore
    await page.getByRole('region', { name: 'Served' }).first().getByRole('cell', { name: 'by courier' }).waitFor();
    expect(await page.locator('main img, main script, main [onerror], main [onload], main iframe').count()).toBe(0);
    // What was refused on purpose is all that the console has.
    expect(room.complaints.filter((each) => !/status of (400|404)/.test(each))).toEqual([]);
    room.complaints.length = 0;
    // Whoever is no counsel is told so, and is offered no form.
    await bo.page.goto(at('/authorities'));
    await bo.page.getByText('Counsel puts instruments on record, and signs for them.').waitFor();
    expect(await bo.page.getByRole('button', { name: 'Put an instrument on record …' }).count()).toBe(0);
  }, 90_000);

  test('what counsel needs for a further order is counted and comes as a file', async () => {
    const { page } = bo;
    await page.goto(at('/authorities?tab=request'));
    await page.getByText('2 servers are listed.').waitFor();
    // What is counted anew moves the buttons; a hand waits for that, too.
    const counted = page.waitForResponse(/authority-request\?for=order-1/);
    await page.getByLabel('The order to be supplemented').selectOption('order-1');
    await counted;
    await page.waitForTimeout(300);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download as CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('appendix.csv');
    expect(await readFile(await file.path(), 'utf8')).toContain('country,provider');
    await picture(page, 'request');
    expect(room.complaints).toEqual([]);
  }, 60_000);
});

describe('for everybody', () => {
  test.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA as far as a machine can tell (%s), on a telephone too; an auditor finds nothing to press',
    async (colorScheme) => {
      const { page } = await room.person(`Eve ${colorScheme}`, ['auditor'], { colorScheme, bypassCSP: true });
      const name = encodeURIComponent(HOSTER);
      const paths = ['/providers', `/providers/${name}`, '/providers/Lab%20Holder', '/authorities', '/authorities/order-1', '/authorities?tab=coverage', '/authorities?tab=request']; // prettier-ignore
      for (const path of paths) {
        for (const width of [1440, 390]) {
          await page.setViewportSize({ width, height: 844 });
          await page.goto(at(path));
          await page.locator('main h1').waitFor();
          await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
          expect(await axeFindings(page), `${path} ${width}`).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${path} ${width}`).toBeLessThanOrEqual(width); // prettier-ignore
        }
        await picture(page, `${path.replaceAll(/\W+/g, '-').slice(0, 40)}-${colorScheme}`);
      }
      await page.goto(at(`/providers/${name}`));
      await page.getByRole('region', { name: 'abuse@one.example' }).waitFor();
      expect(await page.getByRole('button', { name: 'It is theirs …' }).count()).toBe(0);
    },
    120_000,
  );
});
