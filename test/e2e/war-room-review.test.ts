import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { installJobs, openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { arm, findOperation } from '../../src/flow.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { MailTransport } from '../../src/ports/mail-transport.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import { openBrowser } from '../support/browser.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { deconflict, sayLook } from '../support/deconfliction.ts';
import { auditOf } from '../support/ledger.ts';
import { rawReply } from '../support/replies.ts';
import { GATES } from '../support/sending.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';
import { axeFindings, openWarRoom } from '../support/war-room.ts';
import type { AtBrowser, WarRoom } from '../support/war-room.ts';

/*
 * Two approvers, each at a browser with a passkey, and the notice leaves over real SMTP. Whatever comes from outside, a name, a
 * mail, a reason, is dressed up as markup: it stays text.
 */

const HOSTILE = '<img src=x onerror=alert(1)><svg onload=alert(2)></svg><script>alert(3)</script>';
const HOSTER = `Hosting ${HOSTILE}`;
const BOOK = `providers:
  - name: ${JSON.stringify(HOSTER)}
    prefixes: [198.51.100.0/25]
    contact: abuse@one.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: cooperative
  - name: Second Hosting
    prefixes: [198.51.100.128/25]
    contact: abuse@two.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: cooperative
`;
const HOSTS = ['198.51.100.7', '198.51.100.8', '198.51.100.9', '198.51.100.200'];
const NOTICES = z.array(z.object({ noticeId: z.string(), reference: z.string(), provider: z.string(), messageId: z.string() })); // prettier-ignore
/** Where somebody wants to look at them. */
const PICTURES = process.env['WAR_ROOM_PICTURES'];

let database: TestDatabase;
let browser: Browser;
let room: WarRoom;
let laboratory: SmtpLaboratory;
let jobs: Jobs;
let transport: MailTransport;
let ana: Awaited<ReturnType<WarRoom['members']['person']>>;
let bo: AtBrowser;
let cy: AtBrowser;
let first: { readonly reference: string; readonly noticeId: string; readonly messageId: string };
let second: typeof first;

beforeAll(async () => {
  database = await openTestDatabase();
  browser = await openBrowser();
  room = await openWarRoom(database, browser, { book: BOOK });
  laboratory = await openSmtpLaboratory({ security: 'none' });
  await installJobs(database.access.owner, APP_ROLE);
  jobs = await openJobs(database.access.app);
  const outgoing = createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: true });
  const limits = { phaseTimeoutMs: 5000, dataTimeoutMs: 5000 };
  transport = createSmtpTransport({ outgoing, host: laboratory.host, port: laboratory.port, security: 'none', login: null, ca: null, connections: 2, limits }); // prettier-ignore
  ana = await room.members.person('Ana Example', ['analyst']);
  await fill();
  bo = await room.person('Bo Example', ['approver']);
  cy = await room.person('Cy Example', ['approver', 'counsel']);
}, 240_000);

afterAll(async () => {
  await room?.close();
  await browser?.close();
  await transport?.close();
  await jobs?.close();
  await laboratory?.close();
  await database?.close();
});

/** Two notices that lack nothing but approvals. */
async function fill(): Promise<void> {
  const { world, served, ask, members } = room;
  await ask(ana.token, 'POST', '/operations', { name: 'lab', drill: true, malware: 'Examplebot', aliases: [] });
  const rows = HOSTS.map((host) => `${host},443,2026-11-22T10:00Z,netflow,Examplebot`);
  for (const source of ['alpha', 'beta']) {
    const answer = await served.ask(
      `/api/v1/operations/lab/imports?file=${source}.csv&source=${source}&group=${source}&reliability=B`,
      {
        method: 'POST',
        token: ana.token,
        body: `host,port,last_seen,evidence,malware\n${rows.join('\n')}\n# ${source}\n`,
        headers: { 'content-type': 'application/octet-stream' },
      },
    );
    if (answer.status !== 200) throw new Error(await answer.text());
  }
  const ran = await ask(ana.token, 'POST', '/operations/lab/runs', {});
  if (ran.status !== 200) throw new Error(JSON.stringify(ran));
  await deconflict(world, ana);
  for (const host of HOSTS) await sayLook(world, ana.name, host, 'c2-live', '2026-11-23T12:00Z');
  await ask(ana.token, 'POST', '/operations/lab/runs', {});
  const until = world.clock.now() + 86_400_000;
  await arm(world, members.admin.key.signing, 'lab', { person: members.admin.name, reason: 'the drill', until });
  const notices = NOTICES.parse((await ask(ana.token, 'GET', '/operations/lab/notices')).json);
  const one = notices.find(({ provider }) => provider === HOSTER);
  const other = notices.find(({ provider }) => provider === 'Second Hosting');
  if (one === undefined || other === undefined) throw new Error(JSON.stringify(notices));
  [first, second] = [one, other];
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const at = (path: string): string => `${room.served.origin}/app/lab${path}`;

/** Signs what the service's own dialog shows. */
async function sign(page: Page, title: string): Promise<string> {
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.waitFor();
  const shown = (await dialog.textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Sign with your passkey' }).click();
  await dialog.waitFor({ state: 'detached' });
  return shown;
}

async function approve(page: Page, reference: string): Promise<string> {
  await page.getByLabel(/^Type the last four characters/).fill(reference.slice(-4).toLowerCase());
  await page.getByRole('button', { name: 'Approve with your passkey' }).click();
  return sign(page, 'Approve a notice');
}

/** What markup from outside would have left behind. */
async function expectInert(page: Page): Promise<void> {
  expect(await page.locator('main img, main script, main [onerror], main [onload], main iframe').count()).toBe(0);
  expect(room.complaints).toEqual([]);
}

describe('two approvers', () => {
  test('the queue has the most harmful first, and leads to one screen', async () => {
    const { page } = bo;
    await page.goto(at('/review'));
    const rows = page.locator('tbody tr');
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).textContent()).toContain(first.reference);
    expect(await rows.nth(0).textContent()).toContain('0 of 2 approved');
    await picture(page, 'queue');
    await page.getByRole('link', { name: first.reference, exact: true }).click();
    const sentence = page.locator('.plain-sentence');
    await sentence.waitFor();
    expect(await sentence.textContent()).toContain(`Asks ${HOSTER} (abuse@one.example) to `);
    expect(await sentence.textContent()).toContain('3 servers');
    await page.getByText('Drill. No real provider is asked').waitFor();
    await expectInert(page);
    await picture(page, 'notice');
  }, 60_000);

  test('the questions stand in a fixed order with a verdict in words, and what is unknown is never fine', async () => {
    const { page } = bo;
    const facts = page.locator('.fact');
    expect(await facts.locator('h3').allTextContents()).toEqual([
      'What is asked?',
      'Is this the right desk?',
      'On what ground?',
      'What does the order not cover?',
      'How sure is it?',
      'Is it alive now?',
      'What else could be hit?',
      'Is it anybody else’s?',
    ]);
    const verdict = (question: string): Promise<string | null> =>
      page.locator(`[data-question=${question}] .verdict`).textContent();
    expect(await verdict('whom')).toBe('✓ Fine');
    expect(await verdict('alive')).toBe('✓ Fine');
    // Nobody was asked for other names on these addresses.
    expect(await verdict('blast')).toBe('? Not known');
    expect(await page.locator('[data-question=blast]').textContent()).toContain('not known, nobody was asked');
    expect(await page.locator('[data-question=others]').textContent()).toContain('Police Example');
  }, 30_000);

  test('nothing is approved by a click alone, and what is signed names the hash that was looked at', async () => {
    const { page } = bo;
    const button = page.getByRole('button', { name: 'Approve with your passkey' });
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(/^Type the last four characters/).fill('XXXX');
    await page.getByText('These are not the last four characters.').waitFor();
    expect(await button.isDisabled()).toBe(true);
    const hash = (await page.locator('code', { hasText: /^[\da-f]{64}$/ }).textContent()) ?? 'none';
    expect(await approve(page, first.reference)).toContain(hash);
    await page
      .getByRole('status')
      .filter({ hasText: `You have approved ${first.reference}: 1 of 2.` })
      .waitFor();
    await page.getByText('1 of 2 different people').waitFor();
    // Nobody twice.
    expect(await button.count()).toBe(0);
    await page.getByRole('button', { name: 'Take your approval back …' }).waitFor();
    expect(laboratory.received).toHaveLength(0);
  }, 60_000);

  test('the second approves by the keyboard alone, the first sees it, and the notice leaves', async () => {
    const { page } = cy;
    await page.goto(at(`/review/${first.reference}`));
    await page.getByText('1 of 2 different people').waitFor();
    await page.getByLabel(/^Type the last four characters/).focus();
    await page.keyboard.type(first.reference.slice(-4));
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Approve a notice' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Sign with your passkey' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('2 of 2 different people').waitFor();
    await page.getByText('Nothing that is known now.').waitFor();
    // Without anybody asking for it.
    await bo.page.getByText('2 of 2 different people').waitFor();
    await picture(page, 'approved');

    const operation = await findOperation(room.world, 'lab');
    const sent = await sendDue(room.world, {
      operation,
      organisationId: room.world.organisationId,
      jobs,
      transport,
      composer: createMailComposer({ dkim: null, smime: null }),
      sender: { organisation: 'Example CERT', email: 'desk@cert.example', contestEmail: 'desk@cert.example', phone: null, capacity: 'company' },
      senderSet: true,
      envelopeFrom: 'bounces@cert.example',
      limits: GATES,
      rate: { perProviderPerHour: 100, perDomainPerHour: 100 },
      windows: {},
      connections: 2,
    }); // prettier-ignore
    expect(sent).toMatchObject({ sent: 1, failed: 0 });
    expect(laboratory.received.map(({ to }) => to)).toEqual([['abuse@one.example']]);
    expect(laboratory.received[0]?.message.toString()).toContain(first.reference);
    await page.getByText('It is sent: there is nothing to approve.').waitFor();
    await bo.page.getByText('It is sent: there is nothing to approve.').waitFor();
    await expectInert(page);
    expect((await auditOf(room.world.store)).findings).toEqual([]);
  }, 90_000);
});

describe('a notice that changes while somebody looks at it', () => {
  test('says so, is not approved as it was, and is rejected with a reason', async () => {
    const { page } = bo;
    await page.goto(at(`/review/${second.reference}`));
    await page.getByLabel(/^Type the last four characters/).fill(second.reference.slice(-4));
    const button = page.getByRole('button', { name: 'Approve with your passkey' });
    await page.waitForFunction(`[...document.querySelectorAll('button.primary')].some((each) => !each.disabled)`);
    expect(await button.isDisabled()).toBe(false);
    const aim = { notBefore: '2026-11-23T20:00:00Z', notAfter: '2026-11-24T20:00:00Z' };
    expect((await room.ask(ana.token, 'PUT', '/operations/lab/aim', aim)).status).toBe(200);
    expect((await room.ask(ana.token, 'POST', '/operations/lab/runs', {})).status).toBe(200);
    const alert = page.getByRole('alert').filter({ hasText: 'This notice has changed while you had it open.' });
    await alert.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByText('it has changed since you looked').waitFor();
    await picture(page, 'changed');
    expect(await alert.textContent()).toContain('when it may leave');
    await alert.getByRole('button', { name: 'I will look at it anew' }).click();
    // What was typed was typed over the old one.
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(/^Type the last four characters/).fill(second.reference.slice(-4));
    expect(await button.isDisabled()).toBe(false);

    await page.getByRole('button', { name: 'Reject it …' }).click();
    const reject = page.getByRole('button', { name: 'Reject with your passkey' });
    expect(await reject.isDisabled()).toBe(true);
    await page.getByLabel('Why it must not leave').fill(`let anew ${HOSTILE}`);
    await reject.click();
    expect(await sign(page, 'Reject a notice')).toContain('<script>');
    await page.getByText('It does not leave.').waitFor();
    await page.getByRole('heading', { name: 'Nobody can approve it before this is mended' }).waitFor();
    expect(await page.getByText(`let anew ${HOSTILE}`).count()).toBeGreaterThan(0);
    await expectInert(page);
    await picture(page, 'rejected');
  }, 90_000);
});

describe('what comes back', () => {
  test('a contest has a place of its own with its clock, its words stay words, and it is taken back', async () => {
    const bytes = rawReply({ subject: `Re: [${first.reference}] ${HOSTILE}`, text: `This is our own scanner. Your report is wrong, we dispute it. ${HOSTILE}`, fields: [`In-Reply-To: <${first.messageId}>`] }, ['From: abuse@one.example']); // prettier-ignore
    const taken = await room.served.ask('/api/v1/mail', {
      method: 'POST',
      token: ana.token,
      body: new Uint8Array(bytes),
      headers: { 'content-type': 'message/rfc822' },
    });
    expect(taken.status).toBe(200);
    const [mail] = z.array(z.object({ sha256: z.string() })).parse((await room.ask(ana.token, 'GET', '/mail')).json);
    const placed = await room.ask(ana.token, 'PUT', `/mail/${mail?.sha256 ?? ''}/placement`, {
      class: 'contest',
      notice: first.reference,
      reason: 'they say so',
    });
    expect(placed.status).toBe(200);

    const { page } = cy;
    await page.goto(at('/review?tab=contests'));
    const contest = page.getByRole('region', { name: `Contests: ${first.reference}` });
    await contest.getByText('This is our own scanner.').waitFor();
    expect(await contest.textContent()).toMatch(/waits \d+ min/);
    expect(await contest.textContent()).toContain('198.51.100[.]7');
    await expectInert(page);
    await picture(page, 'contest');
    await contest.getByRole('button', { name: 'They are right: take it back everywhere …' }).click();
    await contest.getByLabel('Which server').selectOption('198.51.100.8');
    await contest.getByLabel('Why it was wrong').fill('it is their scanner');
    await contest.getByRole('button', { name: 'Take it back with your passkey' }).click();
    await sign(page, 'Take a case back everywhere');
    await page.getByText('198.51.100[.]8 is taken back.').waitFor();
    const retraction = page.getByRole('region', { name: 'Retractions: 198.51.100[.]8' });
    await retraction.waitFor();
    expect(await retraction.textContent()).toMatch(/\d+ min left/);
    expect(await page.getByRole('table').textContent()).toContain('abuse@one.example');
    await picture(page, 'retraction');
  }, 90_000);
});

describe('an auditor', () => {
  test('sees all of it, and can act on nothing', async () => {
    const { page } = await room.person('Eve Example', ['auditor']);
    await page.goto(at(`/review/${second.reference}`));
    await page.getByText('you see everything, and can act on nothing').waitFor();
    await page.getByText('The message, word for word').click();
    await page.getByText('It is shown to people who act alone').waitFor();
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /pprove|eject|ack/ })
        .count(),
    ).toBe(0);
    await page.goto(at('/review?tab=contests'));
    await page.getByText('Counsel, approvers and whoever is on duty can take it back.').waitFor();
    expect(await page.locator('main').getByRole('button').filter({ visible: true }).count()).toBe(0);
  }, 60_000);
});

describe('for everybody', () => {
  test.each(['light', 'dark'] as const)(
    'meets WCAG 2.2 AA as far as a machine can tell (%s), on a telephone too',
    async (colorScheme) => {
      const { page } = await room.person(`Ida ${colorScheme}`, ['approver'], { colorScheme, bypassCSP: true });
      for (const path of [
        '/review',
        `/review/${second.reference}`,
        `/review/${first.reference}`,
        '/review?tab=contests',
      ]) {
        for (const width of [1440, 390]) {
          await page.setViewportSize({ width, height: 844 });
          await page.goto(at(path));
          await page.locator('main h1').waitFor();
          await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
          expect(await axeFindings(page), `${path} ${width}`).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${path} ${width}`).toBeLessThanOrEqual(width); // prettier-ignore
          await picture(page, `${path.replaceAll(/\W+/g, '-')}-${colorScheme}-${width}`);
        }
      }
    },
    120_000,
  );
});
