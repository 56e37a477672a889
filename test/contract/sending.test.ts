import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { readSmimeKey } from '../../src/adapters/mail/read-keys.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { installJobs, openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { due } from '../../src/flow/clock.ts';
import { problem } from '../../src/domain/problem.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { MailComposer } from '../../src/ports/mail-composer.ts';
import type { MailTransport } from '../../src/ports/mail-transport.ts';
import type { WriteTransaction } from '../../src/ports/store.ts';
import { findOperation } from '../../src/flow.ts';
import { aimNotices } from '../../src/steps/send/aim-notices.ts';
import { dispatchBounced } from '../../src/steps/send/bounce.ts';
import { retryFailed } from '../../src/steps/send/list-outgoing.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { SendSetup } from '../../src/steps/send/send-setup.ts';
import { loseLocks, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOfBundle, makeBundle, unpack } from '../support/bundles.ts';
import { auditOf } from '../support/ledger.ts';
import { makeSmimeKey, NO_OPENSSL_CMS } from '../support/mail-keys.ts';
import { approveAll, armIt, GATES, lookAt, readyOperation } from '../support/sending.ts';
import type { ReadyOperation } from '../support/sending.ts';
import { inTurn } from '../support/smtp-faults.ts';
import type { MessageFault } from '../support/smtp-faults.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// Approved notices over real SMTP, with a server that misbehaves by plan, and the ledger beside it.

let database: TestDatabase;
let laboratory: SmtpLaboratory;
let jobs: Jobs;
let transport: MailTransport;

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
    connections: 4,
    limits: { phaseTimeoutMs: 2000, dataTimeoutMs: 1000 },
  });
});

afterAll(async () => {
  await transport?.close();
  await jobs?.close();
  await laboratory?.close();
  await database?.close();
});

beforeEach(() => laboratory.reset());

function setupOf(world: TestWorld, { operation, sources }: ReadyOperation, more: Partial<SendSetup> = {}): SendSetup {
  return {
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
    connections: 4,
    ...more,
  };
}

async function opened(
  wish: Parameters<typeof readyOperation>[2],
): Promise<{ world: TestWorld; ready: ReadyOperation }> {
  const world = await openTestWorld(database);
  return { world, ready: await readyOperation(database, world, wish) };
}

const HOUR_MS = 3_600_000;

describe('what is approved and armed', () => {
  test('leaves once each, as it was approved, and its cases are notified', async () => {
    const { world, ready } = await opened({ providers: 3 });
    const before = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(before.map(({ state }) => state)).toEqual(['approved', 'approved', 'approved']);
    const summary = await sendDue(world, setupOf(world, ready));
    expect(summary).toMatchObject({ sent: 3, kept: [], failed: 0 });
    expect(laboratory.received).toHaveLength(3);
    for (const notice of before) {
      const mail = laboratory.received.find(({ to }) => to.includes(notice.to ?? ''));
      const parsed = await PostalMime.parse(mail?.message ?? '');
      expect(parsed.messageId).toBe(`<${notice.messageId}>`);
      expect(parsed.subject).toContain(notice.reference);
    }
    const after = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(after.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
    const figures = await world.store.read((transaction) => transaction.figures(ready.operation.id));
    expect(figures.byState).toEqual({ notified: 3 });
    // Nothing more leaves, however often it is asked for.
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ queued: 0, sent: 0 });
    expect(laboratory.received).toHaveLength(3);
    // A run afterwards drafts nothing anew and takes nothing back.
    await ready.runAgain();
    const still = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(still.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
    expect(await auditOf(world.store)).toMatchObject({ findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('is in the ledger before the connection, with the very bytes that were offered', async () => {
    const { world, ready } = await opened({ providers: 1 });
    await sendDue(world, setupOf(world, ready));
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    const [attempt] = await world.store.read((transaction) => transaction.attempts(dispatch?.dispatchId ?? ''));
    const offered = laboratory.received[0]?.message ?? Buffer.of();
    expect(attempt).toMatchObject({ attempt: 1, outcome: 'delivered', recipient: 'abuse@host-1.example' });
    const kept = await world.store.read((transaction) => transaction.noticeMessage(attempt?.messageSha256 ?? ''));
    expect(
      createHash('sha256')
        .update(kept ?? '')
        .digest('hex'),
    ).toBe(attempt?.messageSha256);
    expect(
      Buffer.from(kept ?? '')
        .toString('latin1')
        .trimEnd(),
    ).toBe(offered.toString('latin1').trimEnd());
  });
});

describe('what must not leave', () => {
  test('an unarmed operation sends nothing, and arming it lets go what waits', async () => {
    const { world, ready } = await opened({ providers: 2, armed: false });
    const summary = await sendDue(world, setupOf(world, ready));
    expect(summary).toMatchObject({ queued: 2, sent: 0 });
    expect(summary.kept.map(({ reasons }) => reasons.join()).join()).toMatch(/armed/);
    expect(laboratory.connections()).toBe(0);
    await armIt(world, ready.operation, ready.staff);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ queued: 0, sent: 2 });
  });

  test('what nobody has approved is not even queued', async () => {
    const { world, ready } = await opened({ providers: 2, approved: false });
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ queued: 0, sent: 0 });
    await approveAll(world, ready.operation, ready.staff);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ queued: 2, sent: 2 });
  });

  test('after a day without a look, nothing leaves before somebody has looked again', async () => {
    const { world, ready } = await opened({ providers: 1 });
    world.setClock(world.clock.now() + 23.9 * HOUR_MS);
    await armIt(world, ready.operation, ready.staff);
    world.setClock(world.clock.now() + 0.3 * HOUR_MS);
    const summary = await sendDue(world, setupOf(world, ready));
    expect(summary).toMatchObject({ sent: 0 });
    expect(summary.kept[0]?.reasons.join()).toMatch(/not found alive within 24 hours/);
    expect(laboratory.connections()).toBe(0);
  });

  test('with half of its time gone it is drafted, and approved, anew: no desk is given a deadline that has passed', async () => {
    const { world, ready } = await opened({ providers: 1 });
    const hours = 24.1;
    world.setClock(world.clock.now() + hours * HOUR_MS);
    await lookAt(world, ready.operation, ready.hosts);
    await armIt(world, ready.operation, ready.staff);
    const summary = await sendDue(world, setupOf(world, ready));
    expect(summary.kept.flatMap(({ reasons }) => reasons)).toEqual([
      'half of the time that it gives has passed: run drafts it anew',
    ]);
    await ready.runAgain();
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(notice?.state).toBe('drafted');
    await approveAll(world, ready.operation, ready.staff);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
  });

  test('rate limits keep the rest for later, and say until when', async () => {
    const { world, ready } = await opened({ providers: 3 });
    const setup = setupOf(world, ready, { rate: { perProviderPerHour: 100, perDomainPerHour: 0 } });
    const summary = await sendDue(world, setup);
    expect(summary.sent).toBe(0);
    expect(summary.nextAt).toBeGreaterThan(world.clock.now());
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 3 });
  });

  test('a mail server that is not set keeps everything, and nothing is lost', async () => {
    const { world, ready } = await opened({ providers: 1 });
    expect(await sendDue(world, setupOf(world, ready, { transport: null }))).toMatchObject({ queued: 1, sent: 0 });
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
  });

  test('a machine that cannot send leaves alone what another one is to try again', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn('drop-after-data'));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ retried: 1 });
    world.setClock(world.clock.now() + 61_000);
    const offline = await sendDue(world, setupOf(world, ready, { transport: null }));
    expect(offline).toMatchObject({ sent: 0, failed: 0 });
    expect(offline.kept.flatMap(({ reasons }) => reasons).join()).toContain('no mail server');
    const nobody = await sendDue(world, setupOf(world, ready, { senderSet: false }));
    expect(nobody).toMatchObject({ sent: 0, failed: 0 });
    expect(nobody.kept.flatMap(({ reasons }) => reasons).join()).toContain('do not say who we are');
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1, failed: 0 });
    expect(messageIds()).toHaveLength(1);
  });
});

describe('an aim', () => {
  test('keeps all of a strike until its moment, and lets all go then, in one go', async () => {
    const { world, ready } = await opened({ providers: 20, approved: false });
    const aim = world.clock.now() + 2 * HOUR_MS;
    await aimNotices(world, ready.operation, 'cleo', { notBefore: aim, notAfter: aim + HOUR_MS });
    await ready.runAgain();
    await approveAll(world, ready.operation, ready.staff);
    const operation = await findOperation(world, ready.operation.name);
    const setup = setupOf(world, { ...ready, operation });
    expect(await sendDue(world, setup)).toMatchObject({ queued: 20, sent: 0, nextAt: aim });
    world.setClock(aim - 30_000);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 0 });
    expect(laboratory.connections()).toBe(0);
    world.setClock(aim);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 20 });
    const sent = await world.store.read((transaction) => transaction.dispatches(operation.id));
    const times = sent.map(({ sentAt }) => sentAt ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(aim);
    expect(laboratory.received).toHaveLength(20);
  });

  test('past its window nothing leaves any more, and an aim that changes voids the approvals', async () => {
    const { world, ready } = await opened({ providers: 2 });
    const aim = world.clock.now() + HOUR_MS;
    await aimNotices(world, ready.operation, 'cleo', { notBefore: aim, notAfter: aim + HOUR_MS });
    await ready.runAgain();
    const voided = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(voided.map(({ state }) => state)).toEqual(['drafted', 'drafted']);
    await approveAll(world, ready.operation, ready.staff);
    world.setClock(aim + 1.5 * HOUR_MS);
    const summary = await sendDue(world, setupOf(world, ready));
    expect(summary).toMatchObject({ sent: 0 });
    expect(summary.kept[0]?.reasons.join()).toMatch(/it was to leave by/);
  });
});

describe('a server that misbehaves', () => {
  test('4xx is tried again later under the same Message-ID', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn({ at: 'rcpt', code: 451 }));
    const first = await sendDue(world, setupOf(world, ready));
    expect(first).toMatchObject({ sent: 0, retried: 1 });
    expect(first.nextAt).toBeGreaterThan(world.clock.now());
    // Not a moment earlier.
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, retried: 0 });
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(messageIds()).toHaveLength(1);
  });

  test('a connection that is lost after DATA is tried again, and both carry one Message-ID', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn('drop-after-data'));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, retried: 1 });
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(laboratory.received).toHaveLength(2);
    expect(messageIds()).toHaveLength(1);
  });

  test('what may have arrived is given up once, and waits where a person has it tried again too late', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn('drop-after-data'));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ retried: 1 });
    // By now no look has found it alive lately enough.
    world.setClock(world.clock.now() + 25 * HOUR_MS);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, failed: 1 });
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(await retryFailed(world, ready.operation, notice?.reference ?? '', 'ada')).toBe(1);
    const again = await sendDue(world, setupOf(world, ready));
    expect(again).toMatchObject({ sent: 0, failed: 0 });
    expect(again.kept).toHaveLength(1);
    expect(await auditOf(world.store)).toMatchObject({ findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('5xx where no further contact is listed waits for a person, who can have it tried again', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn({ at: 'rcpt', code: 550, text: 'no such user' }));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, failed: 1 });
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(notice?.state).toBe('approved');
    // It is not tried again by itself.
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ queued: 0, sent: 0, failed: 0 });
    expect(await retryFailed(world, ready.operation, notice?.reference ?? '', 'ada')).toBe(1);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(messageIds()).toHaveLength(1);
  });

  test('5xx turns to the next contact that was approved, under the same Message-ID', async () => {
    const { world, ready } = await opened({ providers: 1, further: true });
    laboratory.planMessages(inTurn({ at: 'rcpt', code: 550, text: 'no such user' }));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1, nextContact: 1, failed: 0 });
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(notice?.state).toBe('sent');
    expect(laboratory.received.map(({ to }) => to)).toEqual([['night@host-1.example']]);
    expect(messageIds()).toEqual([`<${notice?.messageId ?? ''}>`]);
    // Each mail names its own recipient.
    expect(laboratory.received[0]?.message.toString('latin1')).toMatch(/^To: night@host-1\.example/m);
  });

  test('every contact that was approved has its turn at once, until one takes it', async () => {
    const { world, ready } = await opened({ providers: 1, further: ['night', 'noc', 'duty'] });
    const unknown = { at: 'rcpt', code: 550, text: 'no such user' } as const;
    laboratory.planMessages(inTurn<MessageFault>(unknown, unknown, unknown));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1, nextContact: 3, failed: 0 });
    expect(laboratory.received.map(({ to }) => to[0])).toEqual(['duty@host-1.example']);
    expect(messageIds()).toHaveLength(1);
  });

  test('what may lie in one mailbox goes to no other by itself, and once a person has looked it does', async () => {
    const { world, ready } = await opened({ providers: 1, further: true });
    laboratory.planMessages(inTurn<MessageFault>('drop-after-data', { at: 'rcpt', code: 550, text: 'no such user' }));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, retried: 1 });
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, nextContact: 0, failed: 1 });
    expect(laboratory.received.map(({ to }) => to)).toEqual([['abuse@host-1.example']]);
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    expect(dispatch).toMatchObject({ state: 'failed', code: 550 });
    expect(dispatch?.response).toMatch(/no such user.*may have arrived at abuse@host-1\.example.*--retry/);
    const { steps } = await due(world, { ...ready.sources, clock: CLOCK_DEFAULTS }, ready.operation.name);
    expect(steps.find(({ kind }) => kind === 'failed-dispatch')?.why).toMatch(/may have arrived.*--retry/);
    // Nothing of it goes on by itself.
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, failed: 0 });
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(await retryFailed(world, ready.operation, notice?.reference ?? '', 'ada')).toBe(1);
    laboratory.planMessages(inTurn({ at: 'rcpt', code: 550, text: 'no such user' }));
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1, nextContact: 1, failed: 0 });
    expect(laboratory.received.map(({ to }) => to[0])).toEqual(['abuse@host-1.example', 'night@host-1.example']);
    expect(messageIds()).toHaveLength(1);
    expect(await auditOf(world.store)).toMatchObject({ findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('so does a bounce that follows on what may have arrived', async () => {
    const { world, ready } = await opened({ providers: 1, further: true });
    laboratory.planMessages(inTurn('drop-after-data'));
    await sendDue(world, setupOf(world, ready));
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    const dispatchId = dispatch?.dispatchId ?? '';
    await world.store.write((transaction) =>
      dispatchBounced(world, transaction, { dispatchId, recipient: 'abuse@host-1.example', reason: '5.2.2 full' }),
    );
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0 });
    expect(laboratory.received.map(({ to }) => to[0])).toEqual(['abuse@host-1.example', 'abuse@host-1.example']);
    const after = await world.store.read((transaction) => transaction.dispatch(dispatchId));
    expect(after).toMatchObject({ state: 'failed' });
    expect(after?.response).toMatch(/may have arrived/);
    expect(await auditOf(world.store)).toMatchObject({ findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('several tries that may have arrived are given up together, and not one by one', async () => {
    const { world, ready } = await opened({ providers: 1 });
    laboratory.planMessages(inTurn('drop-after-data', 'drop-after-data'));
    await sendDue(world, setupOf(world, ready));
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ retried: 1 });
    world.setClock(world.clock.now() + 25 * HOUR_MS);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, failed: 1 });
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    await retryFailed(world, ready.operation, notice?.reference ?? '', 'ada');
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, failed: 0 });
  });

  test('a bounce turns to the next contact, and two bounces to a person', async () => {
    const { world, ready } = await opened({ providers: 1, further: true });
    await sendDue(world, setupOf(world, ready));
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    const bounce = (recipient: string): Promise<boolean> =>
      world.store.write((transaction) =>
        dispatchBounced(world, transaction, { dispatchId: dispatch?.dispatchId ?? '', recipient, reason: '5.1.1' }),
      );
    expect(await bounce('abuse@host-1.example')).toBe(true);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(laboratory.received.map(({ to }) => to[0])).toEqual(['abuse@host-1.example', 'night@host-1.example']);
    expect(messageIds()).toHaveLength(1);
    expect(await bounce('night@host-1.example')).toBe(true);
    const after = await world.store.read((transaction) => transaction.dispatch(dispatch?.dispatchId ?? ''));
    expect(after?.state).toBe('failed');
  });

  test('an intent without outcome is settled by the next comer', async () => {
    const { world, ready } = await opened({ providers: 1 });
    const died = setupOf(world, ready, {
      transport: {
        host: transport.host,
        port: transport.port,
        // The message leaves, and whoever sent it dies before writing that down.
        async deliver(mail) {
          await transport.deliver(mail);
          throw new Error('killed');
        },
        close: () => Promise.resolve(),
      },
    });
    await expect(sendDue(world, died)).rejects.toThrow('killed');
    const [begun] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    expect(begun).toMatchObject({ state: 'attempted', attempts: 1 });
    // Meanwhile a run changes nothing of what may have left.
    await ready.runAgain();
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(laboratory.received).toHaveLength(2);
    expect(messageIds()).toHaveLength(1);
  });
});

test('what was taken and could not be written down is offered once by a call, however often it stands there as due', async () => {
  const { world, ready } = await opened({ providers: 3 });
  let taken = 0;
  const counting: MailTransport = {
    ...transport,
    deliver: async (...mail) => {
      const outcome = await transport.deliver(...mail);
      taken += 1;
      return outcome;
    },
  };
  // The database is away whenever the outcome of the first is to be written; those of the others go well, so that there is progress.
  const [first] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
  const failing: TestWorld = {
    ...world,
    store: {
      ...world.store,
      write: (work) =>
        world.store.write((transaction) =>
          work({
            ...transaction,
            append: async (entry) => {
              if (entry.kind === 'dispatch.delivered' && JSON.stringify(entry.body).includes(first?.noticeId ?? '?'))
                throw new Error('the connection is gone');
              await transaction.append(entry);
            },
          }),
        ),
    },
  };
  await expect(sendDue(failing, setupOf(world, ready, { transport: counting }))).rejects.toThrow(
    'the connection is gone',
  );
  expect(taken).toBe(3);
  expect(laboratory.received).toHaveLength(3);
  // The next call goes on, under the same Message-ID.
  expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
});

test.each(['before', 'after'] as const)(
  'what was taken is written down though the database goes away once, %s it has committed, and is not offered again',
  async (when) => {
    const { world, ready } = await opened({ providers: 1 });
    let isGone = false;
    const failing: TestWorld = {
      ...world,
      store: {
        ...world.store,
        async write(work) {
          let isOutcome = false;
          const breaks = (): never => {
            isGone = true;
            throw problem('database', 'PostgreSQL went away');
          };
          const value = await world.store.write(async (transaction: WriteTransaction) => {
            const done = await work({
              ...transaction,
              append: (entry) => {
                isOutcome ||= entry.kind === 'dispatch.delivered';
                return transaction.append(entry);
              },
            });
            if (isOutcome && !isGone && when === 'before') breaks();
            return done;
          });
          if (isOutcome && !isGone && when === 'after') breaks();
          return value;
        },
      },
    };
    expect(await sendDue(failing, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(isGone).toBe(true);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0 });
    expect(laboratory.received).toHaveLength(1);
    const entries = await world.store.read((transaction) => transaction.entryHeads(0, 1000));
    expect(entries.filter(({ kind }) => kind === 'dispatch.delivered')).toHaveLength(1);
  },
);

describe('whoever has lost the lock of a message', () => {
  test('hands nothing to the mail server, and the next comer does', async () => {
    const { world, ready } = await opened({ providers: 1 });
    const composer = createMailComposer({ dkim: null, smime: null });
    const cut = setupOf(world, ready, {
      composer: {
        ...composer,
        async finish(...args) {
          await loseLocks(database, world);
          return composer.finish(...args);
        },
      },
    });
    expect(await sendDue(world, cut)).toMatchObject({ sent: 0, retried: 1 });
    expect(laboratory.messages()).toBe(0);
    world.setClock(world.clock.now() + 61_000);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 1 });
    expect(laboratory.received).toHaveLength(1);
  });

  test('says nothing of what becomes of it once somebody else has sent it', async () => {
    const { world, ready } = await opened({ providers: 1 });
    const other = await openTestWorld(database, world);
    other.setClock(world.clock.now());
    const slow = setupOf(world, ready, {
      transport: {
        ...transport,
        async deliver() {
          await loseLocks(database, world);
          expect(await sendDue(other, setupOf(other, ready))).toMatchObject({ sent: 1 });
          return { outcome: 'unknown', response: 'lost before the answer' };
        },
      },
    });
    expect(await sendDue(world, slow)).toMatchObject({ sent: 0, retried: 0, failed: 0 });
    world.setClock(world.clock.now() + HOUR_MS);
    expect(await sendDue(world, setupOf(world, ready))).toMatchObject({ sent: 0, retried: 0, failed: 0 });
    expect(laboratory.received).toHaveLength(1);
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    expect(dispatch).toMatchObject({ state: 'sent', attempts: 2 });
    await other.store.close();
  });
});

test('a bounce of the mailbox that was written to turns to a person, one that names another changes nothing', async () => {
  const { world, ready } = await opened({ providers: 1 });
  await sendDue(world, setupOf(world, ready));
  const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
  const bounce = (recipient: string): Promise<boolean> =>
    world.store.write((transaction) =>
      dispatchBounced(world, transaction, { dispatchId: dispatch?.dispatchId ?? '', recipient, reason: '5.1.1' }),
    );
  expect(await bounce('somebody@else.example')).toBe(false);
  expect(await bounce('abuse@host-1.example')).toBe(true);
  const after = await world.store.read((transaction) => transaction.dispatch(dispatch?.dispatchId ?? ''));
  expect(after?.state).toBe('failed');
});

function messageIds(): readonly string[] {
  const ids = laboratory.received.map(
    ({ message }) => /^Message-ID: (.*)$/im.exec(message.toString('latin1'))?.[1] ?? '',
  );
  return [...new Set(ids)];
}

describe('the evidence holds the message that was offered against the one that was approved', () => {
  const ways = NO_OPENSSL_CMS === null ? ([false, true] as const) : ([false] as const);
  test.each(ways)('and finds one that says something else (signed with S/MIME: %s)', async (isSigned) => {
    const found = async (lie: (text: string) => string): Promise<readonly string[]> => {
      const { world, ready } = await opened({ providers: 1 });
      const mailbox = ready.sources.notices.sender.email;
      const smime = isSigned ? await readSmimeKey(makeSmimeKey(database.directory, 'ec', mailbox)) : null;
      const honest = createMailComposer({ dkim: null, smime });
      const composer: MailComposer = {
        ...honest,
        finish: async (...args) => {
          const bytes = await honest.finish(...args);
          return Buffer.from(lie(Buffer.from(bytes).toString('latin1')), 'latin1');
        },
      };
      expect(await sendDue(world, setupOf(world, ready, { composer }))).toMatchObject({ sent: 1 });
      const { zip } = await makeBundle(world, ready.operation.name, null);
      const { findings } = await auditOfBundle(unpack(zip, database.directory));
      return findings.map(({ message }) => message);
    };
    expect(await found((text) => text)).toEqual([]);
    expect(await found((text) => text.replace('WHO WE ARE', 'You did it.'))).toEqual([
      'the message that was offered says something else than the one that was approved',
    ]);
  });
});
