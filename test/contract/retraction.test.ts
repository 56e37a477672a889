import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { installJobs, openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { CLOCK_DEFAULTS, HOUR_MS } from '../../src/domain/clock.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { correctProvider, disarm, findOperation, parseImportOptions, report, run } from '../../src/flow.ts';
import type { Sources } from '../../src/flow.ts';
import { clockQueue, due, handover, retract } from '../../src/flow/clock.ts';
import type { ClockSources, Retraction } from '../../src/flow/clock.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { MailTransport } from '../../src/ports/mail-transport.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { SendSummary } from '../../src/steps/send/send-due.ts';
import type { SendSetup } from '../../src/steps/send/send-setup.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { approveAll, armIt, deconflictAll, enrolStaff, GATES, lookAt } from '../support/sending.ts';
import type { Staff } from '../support/sending.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';
import { openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// One notice about two servers that is sent, reminded and copied to the national CSIRT, over real SMTP; then one of the two
// turns out to be wrong.

const [WRONG, RIGHT] = ['198.18.1.1', '198.18.1.2'] as const;
const DESK = 'abuse@host-1.example';
const CSIRT = 'team@cert-lab.example';

let database: TestDatabase;
let laboratory: SmtpLaboratory;
let jobs: Jobs;
let transport: MailTransport;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  laboratory = await openSmtpLaboratory({ security: 'none' });
  await installJobs(database.access.owner, APP_ROLE);
  jobs = await openJobs(database.access.app);
  transport = createSmtpTransport({
    outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: true }),
    host: laboratory.host,
    port: laboratory.port,
    security: 'none',
    login: null,
    ca: null,
    connections: 2,
    limits: { phaseTimeoutMs: 2000, dataTimeoutMs: 1000 },
  });
});

afterAll(async () => {
  await transport?.close();
  await jobs?.close();
  await laboratory?.close();
  for (const world of worlds) await world.store.close();
  await database?.close();
});

beforeEach(() => laboratory.reset());

interface Lab {
  readonly world: TestWorld;
  readonly operation: Operation;
  readonly staff: Staff;
  readonly sources: Sources & ClockSources;
  send(more?: Partial<SendSetup>): Promise<SendSummary>;
  runAgain(): Promise<void>;
  later(hours: number): void;
  takeBack(server?: string): Promise<Retraction>;
}

async function openLab({ kind = 'hosting', stated = '', channel = 'mail' } = {}): Promise<Lab> {
  const world = await openTestWorld(database);
  worlds.push(world);
  let now = Date.UTC(2026, 10, 23, 12);
  world.setClock(now);
  const book = join(database.directory, `book-of-two-${kind}-${channel}.yaml`);
  const csirts = join(database.directory, 'csirts-of-one.csv');
  await writeFile(
    book,
    `providers:\n  - name: Host 1\n    prefixes: [198.18.1.0/24]\n    contact: ${DESK}\n    checked: 2026-11-20\n    country: DE\n    channel: ${channel}\n    type: ${kind}\n    trust: cooperative\n` +
      '  - name: Host 2\n    prefixes: [198.18.2.0/24]\n    contact: abuse@host-2.example\n    checked: 2026-11-20\n    country: DE\n    type: hosting\n    trust: cooperative\n',
  );
  await writeFile(csirts, `country,csirt,url,email\nDE,CERT-Lab,https://cert-lab.example,${CSIRT}\n`);
  const found = await openTestSources(database, { book, csirts, warningLists: { other: ['192.0.2.99'] } });
  const sources = { ...found, clock: CLOCK_DEFAULTS };
  const request = { name: 'lab', drill: true, malware: 'Examplebot' };
  const seen = isoInstant(now - HOUR_MS);
  for (const source of ['alpha', 'beta']) {
    const rows = [WRONG, RIGHT].map((host) => `${host},443,${seen},netflow,Examplebot,${stated}`);
    if (stated !== '') rows.push(`198.18.2.1,443,${seen},netflow,Examplebot,dedicated`);
    const text = `host,port,last_seen,evidence,malware,kind\n${rows.join('\n')}\n# ${source} ${kind}${stated}\n`;
    await run(world, sources, {
      operation: request,
      files: [await openTestFile(database, text)],
      options: parseImportOptions({ source, group: source, reliability: 'B' }),
    });
  }
  const operation = await findOperation(world, 'lab');
  const staff = await enrolStaff(world);
  await lookAt(world, operation, [WRONG, RIGHT, ...(stated === '' ? [] : ['198.18.2.1'])]);
  await deconflictAll(world, operation, staff);
  const runAgain = async (): Promise<void> => {
    await run(world, sources, { operation: request, files: [], options: parseImportOptions({}) });
  };
  await runAgain();
  await approveAll(world, operation, staff);
  await armIt(world, operation, staff);
  const setup: SendSetup = {
    operation,
    organisationId: world.organisationId,
    jobs,
    transport,
    composer: createMailComposer({ dkim: null, smime: null }),
    sender: sources.notices.sender,
    senderSet: true,
    envelopeFrom: 'bounces@cert.example',
    limits: GATES,
    rate: { perProviderPerHour: 100, perDomainPerHour: 100 },
    windows: {},
    connections: 2,
  };
  return {
    world,
    operation,
    staff,
    sources,
    runAgain,
    send: (more = {}) => sendDue(world, { ...setup, ...more }, clockQueue(world, operation, sources)),
    later(hours) {
      now += hours * HOUR_MS;
      world.setClock(now);
    },
    takeBack: (target = WRONG) =>
      retract(world, staff.cleo.signing, sources, 'lab', { name: 'Cleo', target, reason: "a customer's own resolver" }),
  };
}

async function received(): Promise<readonly (Email & { readonly rcpt: string })[]> {
  return Promise.all(
    laboratory.received.map(async ({ to, message }) => ({ ...(await PostalMime.parse(message)), rcpt: to.join() })),
  );
}

const flat = (text: string | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ');

async function isWhole({ world }: Lab): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

/** Sent, copied to the CSIRT, and reminded once. */
async function remindedLab(wish: Parameters<typeof openLab>[0] = {}): Promise<Lab> {
  const lab = await openLab(wish);
  expect(await lab.send()).toMatchObject({ sent: 2, failed: 0 });
  const step = (await due(lab.world, lab.sources, 'lab')).steps.find(({ kind }) => kind === 'reminder');
  expect(step).toMatchObject({ automatic: true, ordinal: 1 });
  lab.later(Math.ceil(((step?.dueAt ?? 0) - lab.world.clock.now()) / HOUR_MS) + 1);
  await armIt(lab.world, lab.operation, lab.staff);
  expect(await lab.send()).toMatchObject({ queued: 1, sent: 1 });
  return lab;
}

describe('the clock', () => {
  test('reminds once, in the thread, with the words that were signed, however often it runs', async () => {
    const lab = await remindedLab();
    for (let times = 0; times < 3; times++) expect(await lab.send()).toMatchObject({ queued: 0, sent: 0 });
    const mails = await received();
    expect(mails.map(({ rcpt }) => rcpt).sort()).toEqual([DESK, DESK, CSIRT].sort());
    const notice = mails.find(({ inReplyTo, rcpt }) => inReplyTo === undefined && rcpt === DESK);
    const reminder = mails.find(({ subject }) => subject?.includes('Reminder') === true);
    expect(reminder).toMatchObject({ rcpt: DESK, inReplyTo: notice?.messageId });
    expect(reminder?.messageId).toBe(notice?.messageId?.replace('@', '.r1@'));
    await isWhole(lab);
  });

  test('reminds nobody of whom it is on record that repeats are closed unread', async () => {
    const lab = await openLab();
    await lab.send();
    const [notice] = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    const speaker = { person: 'Ada', reason: 'they say so on their page' };
    await correctProvider(lab.world, notice?.providerKey ?? '', { reminders: 'no' }, speaker);
    lab.later(24 * 9);
    await armIt(lab.world, lab.operation, lab.staff);
    expect(await lab.send()).toMatchObject({ queued: 0, sent: 0 });
    const { steps } = await due(lab.world, lab.sources, 'lab');
    expect(steps.map(({ kind, automatic }) => [kind, automatic])).toContainEqual(['telephone', false]);
    // What is known of the provider itself has not changed by it: no run writes it anew.
    const before = await lab.world.store.read((transaction) => transaction.ledgerHead());
    await lab.runAgain();
    await lab.runAgain();
    const after = await lab.world.store.read((transaction) => transaction.ledgerHead());
    expect(after.entries - before.entries).toBeLessThan(3);
    await isWhole(lab);
  });

  test('stops at once where a look finds something else answering, and a person decides', async () => {
    const lab = await openLab();
    await lab.send();
    lab.later(2);
    const { recordLooks } = await import('../../src/steps/look/record-looks.ts');
    const { success } = await import('../../src/domain/result.ts');
    const look = { server: WRONG, port: 443, at: lab.world.clock.now(), vantage: 'office', outcome: 'answers-other' as const, how: 'a web shop' }; // prettier-ignore
    await recordLooks(lab.world, lab.operation, 'looks.csv', [{ line: 1, value: WRONG, look: success(look) }], 'Cleo');
    lab.later(24 * 9);
    await armIt(lab.world, lab.operation, lab.staff);
    expect(await lab.send()).toMatchObject({ queued: 0, sent: 0 });
    const { steps } = await due(lab.world, lab.sources, 'lab');
    expect(steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['answers-other', 'telephone']));
    expect(steps.some(({ automatic }) => automatic)).toBe(false);
  });
});

describe('a retraction', () => {
  test('reaches every recipient of a notice that was sent, reminded and forwarded to a CSIRT, in the thread', async () => {
    const lab = await remindedLab();
    const before = await received();
    laboratory.reset();
    lab.later(1);
    const taken = await lab.takeBack();
    expect(taken).toMatchObject({ host: WRONG, corrections: 2, stopped: 0 });
    const running = await due(lab.world, lab.sources, 'lab');
    expect(running.steps[0]).toMatchObject({ kind: 'retraction', about: WRONG, why: '0 of 2 corrections delivered' });
    expect((running.steps[0]?.dueAt ?? 0) - running.at).toBeLessThanOrEqual(HOUR_MS);
    expect((await handover(lab.world, lab.sources, 'lab')).retractions).toHaveLength(1);

    expect(await lab.send()).toMatchObject({ sent: 2, failed: 0 });
    const corrections = await received();
    expect(corrections.map(({ rcpt }) => rcpt).sort()).toEqual([DESK, CSIRT].sort());
    const idOf = (rcpt: string, word: string): string | undefined =>
      before.find((mail) => mail.rcpt === rcpt && mail.subject?.includes(word) === true)?.messageId;
    const toDesk = corrections.find(({ rcpt }) => rcpt === DESK);
    const toCsirt = corrections.find(({ rcpt }) => rcpt === CSIRT);
    expect(toDesk?.inReplyTo).toBe(idOf(DESK, 'Reminder'));
    expect(toCsirt?.inReplyTo).toBe(idOf(CSIRT, 'For your information'));
    expect(toDesk?.references).toContain(idOf(DESK, 'Botnet controllers') ?? idOf(DESK, 'Botnet controller') ?? '');
    for (const mail of [toDesk, toCsirt]) {
      expect(mail?.subject).toContain('Correction');
      expect(flat(mail?.text)).toContain('198.18.1[.]1');
      expect(flat(mail?.text)).not.toContain('198.18.1[.]2');
      expect(flat(mail?.text)).toContain('the other server');
      // The reason is written for us.
      expect(flat(mail?.text)).not.toContain('resolver');
    }
    expect(flat(toDesk?.text)).toContain('please undo it at once');
    expect((await due(lab.world, lab.sources, 'lab')).steps.map(({ kind }) => kind)).not.toContain('retraction');

    const { retractions } = await report(lab.world, 'lab');
    expect(retractions).toMatchObject({ servers: 1, wrongNotices: 1, corrections: 2, delivered: 2, failed: 0 });
    expect(retractions.longestStandingMs).toBeGreaterThan(24 * HOUR_MS);
    await isWhole(lab);
  });

  test('reaches a mailbox once that was written to as a designated agent and reminded by mail', async () => {
    const lab = await remindedLab({ channel: 'designated-agent' });
    const left = await lab.world.store.read((transaction) => transaction.dispatches(lab.operation.id));
    expect(left.map(({ kind, channel }) => `${kind} ${channel}`)).toEqual(
      expect.arrayContaining(['notice designated-agent', 'reminder mail']),
    );
    laboratory.reset();
    expect(await lab.takeBack()).toMatchObject({ corrections: 2 });
    expect(await lab.send()).toMatchObject({ sent: 2, failed: 0 });
    expect(await lab.send()).toMatchObject({ queued: 0, sent: 0 });
    expect(laboratory.received.map(({ to }) => to.join()).sort()).toEqual([DESK, CSIRT].sort());
    const { retractions } = await report(lab.world, 'lab');
    expect(retractions).toMatchObject({ corrections: 2, delivered: 2, failed: 0 });
    await isWhole(lab);
  });

  test('leaves the other server of the notice in force, and reminds nobody of the one by the other’s words', async () => {
    const lab = await remindedLab();
    await lab.takeBack();
    await lab.send();
    laboratory.reset();
    lab.later(24 * 9);
    await armIt(lab.world, lab.operation, lab.staff);
    await lab.runAgain();
    expect(await lab.send()).toMatchObject({ queued: 0, sent: 0 });
    expect(laboratory.received).toEqual([]);
    const notices = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(notices.map(({ state }) => state)).toEqual(['sent']);
    const { byState } = await lab.world.store.read((transaction) => transaction.figures(lab.operation.id));
    expect(byState).toEqual({ notified: 1, retracted: 1 });
    const { steps } = await due(lab.world, lab.sources, 'lab');
    expect(steps.map(({ kind }) => kind)).toContain('telephone');
    await expect(lab.takeBack()).rejects.toThrow('was retracted before');
    expect(await lab.takeBack(RIGHT)).toMatchObject({ corrections: 2 });
    const after = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(after.map(({ state }) => state)).toEqual(['retracted']);
    await isWhole(lab);
  });

  test('goes out where nothing else does: unarmed, and past the end of the approvals', async () => {
    const lab = await remindedLab();
    laboratory.reset();
    await disarm(lab.world, 'lab', { person: 'Admin', reason: 'the end' });
    lab.later(24 * 20);
    await lab.takeBack();
    expect(await lab.send()).toMatchObject({ sent: 2 });
    expect(laboratory.received.map(({ to }) => to.join()).sort()).toEqual([DESK, CSIRT].sort());
  });

  test('is not ended by a machine that cannot send while another one has a correction to try again', async () => {
    const lab = await remindedLab();
    laboratory.reset();
    await lab.takeBack();
    laboratory.planMessages((number) => (number <= 2 ? 'drop-after-data' : null));
    expect(await lab.send()).toMatchObject({ sent: 0, retried: 2 });
    lab.later(1);
    expect(await lab.send({ transport: null })).toMatchObject({ sent: 0, failed: 0 });
    expect(await lab.send()).toMatchObject({ sent: 2, failed: 0 });
    await isWhole(lab);
  });

  test('stops what has not left, and tells nobody of what nobody was told', async () => {
    const lab = await openLab();
    await disarm(lab.world, 'lab', { person: 'Admin', reason: 'not yet' });
    expect(await lab.send()).toMatchObject({ queued: 2, sent: 0 });
    expect(await lab.takeBack()).toMatchObject({ corrections: 0, stopped: 2, notices: [] });
    await armIt(lab.world, lab.operation, lab.staff);
    expect(await lab.send()).toMatchObject({ sent: 0 });
    await lab.runAgain();
    const [notice] = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(notice).toMatchObject({ items: 1, state: 'drafted' });
    await approveAll(lab.world, lab.operation, lab.staff);
    expect(await lab.send()).toMatchObject({ sent: 2 });
    for (const { text } of await received()) expect(text).not.toContain('198.18.1[.]1');
    await isWhole(lab);
  });

  test('corrects whoever may have got a message whose end nobody knows, and lets it not be tried again', async () => {
    const lab = await openLab();
    laboratory.planMessages(() => 'drop-after-data');
    await lab.send();
    laboratory.planMessages(() => null);
    const taken = await lab.takeBack();
    // The CSIRT is told once the notice has left for certain; it has heard nothing yet.
    expect(taken.corrections).toBe(1);
    laboratory.reset();
    lab.later(3);
    await lab.send();
    const mails = await received();
    expect(mails.map(({ rcpt }) => rcpt).sort()).toEqual([DESK]);
    for (const { subject } of mails) expect(subject).toContain('Correction');
    // The other server gets a notice of its own, under a Message-ID of its own.
    await lab.runAgain();
    const notices = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(notices.map(({ state, items }) => `${state} ${items}`).sort()).toEqual(['drafted 1', 'retracted 2']);
    expect(new Set(notices.map(({ messageId }) => messageId)).size).toBe(2);
    await isWhole(lab);
  });

  test('is refused by the database itself to anybody who was told nothing', async () => {
    const lab = await remindedLab();
    await lab.takeBack();
    const [correction] = (await lab.world.store.read((transaction) => transaction.dispatches(lab.operation.id))).filter(
      ({ kind }) => kind === 'correction',
    );
    const attempt = inTransactionAs(database.superuser, lab.world.organisationId, async (session) => {
      await session.run(`update dispatch set contacts = '{other@elsewhere.example}' where dispatch_id = $1`, [
        correction?.dispatchId,
      ]);
      await session.run(
        `insert into dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
         values ($1, $2, 1, 'other@elsewhere.example', repeat('0', 64), '127.0.0.1', 25, $3)`,
        [lab.world.organisationId, correction?.dispatchId, isoInstant(lab.world.clock.now())],
      );
    });
    await expect(attempt).rejects.toThrow('a correction goes only to whom something went');
  });

  test('needs a signature of somebody who may', async () => {
    const lab = await openLab();
    const request = { target: WRONG, reason: 'x' };
    const by = (name: string, key: keyof Staff): Promise<Retraction> =>
      retract(lab.world, lab.staff[key].signing, lab.sources, 'lab', { ...request, name });
    await expect(by('Admin', 'admin')).rejects.toThrow('this needs');
    await expect(by('Nobody', 'cleo')).rejects.toThrow('not on record');
    await expect(by('Erika', 'erika')).resolves.toMatchObject({ host: WRONG });
  });
});

describe('devices of people who know nothing', () => {
  test('go to their ISP and the national CSIRT as a request to clean, and stand in nobody else’s message', async () => {
    const lab = await openLab({ kind: 'isp', stated: 'iot-device' });
    expect(await lab.send()).toMatchObject({ sent: 4, failed: 0 });
    const mails = await received();
    const raw = laboratory.received.map(({ to, message }) => ({ to: to.join(), text: message.toString('latin1') }));
    const holding = (host: RegExp): readonly string[] =>
      raw.filter(({ text }) => host.test(text)).map(({ to }) => to).sort(); // prettier-ignore
    const device = /198\.18\.1(?:\.|\[\.\])[12]\b/;
    expect(holding(device)).toEqual([DESK, CSIRT].sort());
    // The CSIRT hears of both, in two messages.
    expect(raw.map(({ to }) => to).sort()).toEqual([DESK, 'abuse@host-2.example', CSIRT, CSIRT].sort());
    const notice = mails.find(({ rcpt }) => rcpt === DESK);
    const reports = (notice?.attachments ?? [])
      .filter(({ filename }) => filename?.startsWith('xarf') === true)
      .map(({ content }) => JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content)));
    expect(reports.map(({ category, type }) => `${category}/${type}`)).toEqual([
      'infrastructure/compromised_server',
      'infrastructure/compromised_server',
    ]);
    const [asked = ''] = flat(notice?.text).split('ON WHAT BASIS');
    expect(asked).toMatch(/cleaned/);
    expect(asked).not.toMatch(/Suspend the server|Null-route/);
    const views = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(views.find(({ to }) => to === DESK)).toMatchObject({ method: 'isp-remediation', items: 2 });

    // What follows keeps to the same: no reminder, no copy, no correction holds them for anybody else.
    laboratory.reset();
    lab.later(24 * 9);
    await armIt(lab.world, lab.operation, lab.staff);
    await lab.send();
    await lab.takeBack();
    await lab.send();
    const others = laboratory.received.filter(({ to }) => ![DESK, CSIRT].includes(to.join()));
    expect(others.length).toBeGreaterThan(0);
    for (const { message } of others) expect(message.toString('latin1')).not.toMatch(device);
    const theirs = laboratory.received.filter(({ message }) => device.test(message.toString('latin1')));
    expect([...new Set(theirs.map(({ to }) => to.join()))].sort()).toEqual([DESK, CSIRT].sort());
    await isWhole(lab);
  });
});
