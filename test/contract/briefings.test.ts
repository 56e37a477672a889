import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { OutgoingMail, MailOutcome } from '../../src/ports/mail-transport.ts';
import { correctProvider, erase, removePerson } from '../../src/flow.ts';
import { listOutgoing, sendDue } from '../../src/flow/sending.ts';
import type { SendSetup, SendSummary } from '../../src/flow/sending.ts';
import {
  approveBriefings,
  approveHold,
  planStrike,
  releaseStrike,
  strikeHands,
  strikeNamed,
  writeStrikeBriefings,
} from '../../src/flow/strike.ts';
import type { BriefedStrike, StrikeStanding } from '../../src/flow/strike.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import { disarmOperation } from '../../src/steps/people/arm-operation.ts';
import { sendBriefings } from '../../src/steps/send/send-briefings.ts';
import { inTransactionAs, loseLocks, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { setupOf } from '../support/history-of-mail.ts';
import { auditOf } from '../support/ledger.ts';
import { rawReply } from '../support/replies.ts';
import { armIt, readyOperation, tellingCustomers } from '../support/sending.ts';
import type { ReadyOperation, Staff } from '../support/sending.ts';
import { sayHandsOff } from '../support/deconfliction.ts';
import { mailSources } from '../support/sent-notice.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// Desks that are trusted are told ahead of a strike, against the real database: what two people have signed, while they hold it
// back, to the mailbox of the notice, once, and nothing of what it is about.

const HOUR_MS = 3_600_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

interface Scene {
  readonly world: TestWorld;
  readonly ready: ReadyOperation;
  readonly setup: SendSetup;
  readonly aim: number;
  /** What the mail server was handed. */
  readonly mails: OutgoingMail[];
  /** What it answers; null: it takes everything. */
  answer: ((mail: OutgoingMail) => MailOutcome) | null;
}

const ACCEPTED = { outcome: 'accepted', code: 250, response: '2.0.0 taken' } as const;

type Wish = Partial<Parameters<typeof readyOperation>[2]>;

/** Two notices that may leave, planned for one moment in six hours. */
async function planned(more: Wish = {}, told: 'may-be' | 'yes' = 'may-be'): Promise<Scene> {
  const world = await openTestWorld(database);
  const ready = await readyOperation(database, world, { providers: 2, ...more });
  const aim = world.clock.now() + 6 * HOUR_MS;
  await planStrike(world, { methodTable: tellingCustomers(ready.sources, told) }, 'lab', {
    strategy: 'simultaneous',
    aim,
    seed: 1,
  });
  const mails: OutgoingMail[] = [];
  const scene: Scene = { world, ready, aim, mails, answer: null, setup: setupOf(world, ready) };
  const transport: SendSetup['transport'] = {
    host: '127.0.0.1',
    port: 25,
    deliver: (mail) => {
      mails.push(mail);
      return Promise.resolve(scene.answer?.(mail) ?? ACCEPTED);
    },
    close: () => Promise.resolve(),
  };
  return Object.assign(scene, { setup: { ...scene.setup, transport } });
}

type Who = Exclude<keyof Staff, 'admin'>;
const NAMES: Readonly<Record<Who, string>> = { erika: 'Erika', farid: 'Farid', cleo: 'Cleo' };

async function held(more: Wish = {}): Promise<Scene> {
  const scene = await planned(more);
  for (const who of ['erika', 'cleo'] as const) await hold(scene, who);
  return scene;
}

function hold({ world, ready }: Scene, who: Who): Promise<StrikeStanding> {
  const words = { strike: '1', person: NAMES[who], reason: 'all at once', until: null };
  return approveHold(world, ready.staff[who].signing, 'lab', words);
}

function write({ world, ready }: Scene, more: Partial<Parameters<typeof writeStrikeBriefings>[1]> = {}): Promise<BriefedStrike> {
  return writeStrikeBriefings(world, { ...ready.sources.notices, ...more }, 'lab', { strike: '1', as: null });
} // prettier-ignore

function approve({ world, ready }: Scene, who: Who): Promise<StrikeStanding> {
  const words = { strike: '1', person: NAMES[who], reason: 'small desks' };
  return approveBriefings(world, ready.staff[who].signing, 'lab', words);
}

async function approved(more: Wish = {}): Promise<Scene> {
  const scene = await held(more);
  await write(scene);
  for (const who of ['erika', 'cleo'] as const) await approve(scene, who);
  return scene;
}

/** Somebody says that the first desk talks. */
async function distrust({ world }: Scene): Promise<void> {
  await correctProvider(world, 'Host 1', { trust: 'unknown' }, { person: 'Cleo', reason: 'it talks' });
}

function send({ world, ready, setup }: Scene, more: Partial<SendSetup> = {}): Promise<SendSummary> {
  const { methodTable, notices } = ready.sources;
  return sendDue(world, { ...setup, ...more }, { methodTable, notices, clock: CLOCK_DEFAULTS }, false);
}

const standings = async ({ world }: Scene): Promise<readonly string[]> =>
  (await strikeNamed(world, 'lab', '1')).briefings.map(({ standing }) => standing);

function asApp<Value>({ world }: Scene, work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.access.app, world.organisationId, work);
}

async function assertSound({ world }: Scene): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

describe('a briefing', () => {
  test('leaves once two people have signed it, under TLP:RED, and names nothing that a leak could cost', async () => {
    const scene = await held();
    const { world, ready, mails, aim } = scene;
    const { briefings, others } = await write(scene);
    expect(others).toEqual([]);
    expect(briefings.map(({ standing }) => standing)).toEqual(['to-approve', 'to-approve']);
    expect(await send(scene)).toMatchObject({ briefed: 0, sent: 0 });
    await approve(scene, 'erika');
    expect(await send(scene)).toMatchObject({ briefed: 0, sent: 0 });
    expect((await approve(scene, 'cleo')).briefings.map(({ standing }) => standing)).toEqual(['approved', 'approved']);
    expect(mails).toEqual([]);
    expect(await send(scene)).toMatchObject({ briefed: 2, sent: 0 });
    expect(mails.map(({ to }) => to).sort()).toEqual(['abuse@host-1.example', 'abuse@host-2.example']);
    for (const { message } of mails) {
      const text = Buffer.from(message).toString('utf8');
      expect(text).toMatch(/^Subject: \[DSM-\w+\] TLP:RED/m);
      expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toMatch(/^TLP:RED/);
      expect(text).toContain(isoInstant(aim).slice(0, 16).replace('T', ' '));
      expect(text).not.toMatch(/Examplebot|198\.18|netflow/);
      for (const host of ready.hosts) expect(text).not.toContain(host);
    }
    expect(await send(scene)).toMatchObject({ briefed: 0 });
    expect(mails).toHaveLength(2);
    expect(await listOutgoing(world, ready.operation)).toContainEqual(
      expect.objectContaining({ kind: 'briefing', state: 'sent', recipient: 'abuse@host-1.example' }),
    );
    world.setClock(aim);
    expect(await send(scene)).toMatchObject({ briefed: 0, sent: 2 });
    await assertSound(scene);
  });

  test('tells the time by the desk\'s own clock, and in its language', async () => {
    const scene = await held();
    const window = { days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1440, zone: 'Europe/Berlin' };
    const { briefings } = await write(scene, { windows: { DE: window }, languages: { DE: ['de'] } });
    expect(briefings[0]?.text.body).toMatch(/^TLP:RED\n/);
    expect(briefings[0]?.text.body).toMatch(/nach Ihrer Uhr 20\d\d-\d\d-\d\d \d\d:\d\d\s+Europe\/Berlin/);
    expect(briefings[0]?.text.body).toMatch(/by\s+your\s+clock/);
  }); // prettier-ignore

  test('takes two different people, one of them counsel, and what they have read', async () => {
    const scene = await held();
    const hands = async () => (await strikeHands(scene.world, 'lab', '1')).briefings;
    await expect(approve(scene, 'erika')).rejects.toThrow('no briefing of strike 1 waits');
    expect(await hands()).toMatchObject({ refused: 'no briefing of strike 1 waits to be approved' });
    await write(scene);
    expect(await hands()).toMatchObject({ refused: null, given: [], missing: 'counsel', mayGive: ['Cleo', 'Erika', 'Farid'] }); // prettier-ignore
    await approve(scene, 'erika');
    expect(await hands()).toMatchObject({
      given: ['Erika'],
      missing: 'counsel',
      mayGive: ['Cleo'],
      mayNot: [{ name: 'Farid', why: 'is not counsel, and one of the 2 has to be' }],
    });
    await expect(approve(scene, 'erika')).rejects.toThrow('the same person twice is one');
    await expect(approve(scene, 'farid')).rejects.toThrow('has to be counsel');
    // Another text: what was signed before is for none of it.
    await write(scene, { languages: { DE: ['de'] } });
    expect(await standings(scene)).toEqual(['to-approve', 'to-approve']);
    await approve(scene, 'cleo');
    expect(await send(scene)).toMatchObject({ briefed: 0 });
    await approve(scene, 'farid');
    expect(await send(scene)).toMatchObject({ briefed: 2 });
    // What has left is not written anew.
    await write(scene);
    expect(await standings(scene)).toEqual(['sent', 'sent']);
    await assertSound(scene);
  });

  test('is for a strike that is held, and for nobody else', async () => {
    const scene = await planned();
    await expect(write(scene)).rejects.toThrow('strike 1 is not held');
    await hold(scene, 'cleo');
    await expect(write(scene)).rejects.toThrow('strike 1 is not held');
  });

  test('goes to no desk that is not trusted, as of the moment at which it would leave', async () => {
    const scene = await approved();
    await distrust(scene);
    const { briefed, kept } = await send(scene);
    expect(briefed).toBe(1);
    expect(scene.mails.map(({ to }) => to)).toEqual(['abuse@host-2.example']);
    expect(kept.flatMap(({ reasons }) => reasons)).toContain('briefing: its trust is unknown');
    expect((await write(scene)).others).toMatchObject([{ provider: 'Host 1', why: 'its trust is unknown' }]);
    await assertSound(scene);
  });

  test('goes to no desk about a server that somebody wants left alone by now, and to the others all the same', async () => {
    const scene = await approved();
    const { world, ready } = scene;
    const key = { signing: ready.staff.cleo.signing };
    await sayHandsOff(world, { name: 'Cleo', key }, ready.hosts[0] ?? '', world.clock.now() + 24 * HOUR_MS);
    const { briefed, kept } = await send(scene);
    expect(briefed).toBe(1);
    expect(scene.mails.map(({ to }) => to)).toEqual(['abuse@host-2.example']);
    expect(kept.flatMap(({ reasons }) => reasons).join()).toContain('to be left alone by now');
    // Writing them anew is no way around it, and stops nobody else's.
    expect((await write(scene)).briefings).toHaveLength(2);
    await assertSound(scene);
  });

  test('goes to nobody who may tell the customer, whatever the desk is known for', async () => {
    const scene = await planned({}, 'yes');
    for (const who of ['erika', 'cleo'] as const) await hold(scene, who);
    const { briefings, others } = await write(scene);
    expect(briefings).toEqual([]);
    expect(others.map(({ why }) => why)).toEqual(['it may tell its customer', 'it may tell its customer']);
    await expect(approve(scene, 'cleo')).rejects.toThrow('no briefing of strike 1 waits');
  });

  test.each<[string, (scene: Scene) => Promise<unknown>]>([
    ['the strike is released', ({ world, ready }) => releaseStrike(world, ready.staff.farid.signing, 'lab', { strike: '1', person: 'Farid', reason: 'harm', isHarm: true })],
    ['whoever held it is on record no more', ({ world, ready }) => removePerson(world, ready.staff.admin.signing, 'Cleo', { person: 'Admin', reason: 'left' })],
    ['its moment has come', ({ world, aim }) => Promise.resolve(world.setClock(aim))],
  ])('that has not left when %s leaves no more', async (_, end) => {
    const scene = await approved();
    await end(scene);
    expect(await send(scene)).toMatchObject({ briefed: 0, sent: 2 });
    expect(await standings(scene)).toEqual(['cancelled', 'cancelled']);
    expect(scene.mails.filter(({ message }) => Buffer.from(message).includes('TLP:RED'))).toEqual([]);
    await assertSound(scene);
  }); // prettier-ignore

  test('waits for arming, a mail server and the rates, as all mail does', async () => {
    const scene = await approved();
    const { world, ready } = scene;
    expect((await send(scene, { transport: null })).kept.flatMap(({ reasons }) => reasons).join()).toContain('no mail server');
    expect(await send(scene, { rate: { perProviderPerHour: 0, perDomainPerHour: 0 } })).toMatchObject({ briefed: 0 });
    await disarmOperation(world, ready.operation, { person: 'Admin', reason: 'lunch' });
    expect((await send(scene)).kept.flatMap(({ reasons }) => reasons)).toContain('briefing: the operation is not armed');
    expect(scene.mails).toEqual([]);
    await armIt(world, ready.operation, ready.staff);
    expect(await send(scene)).toMatchObject({ briefed: 2 });
  }); // prettier-ignore

  test('waits for whoever sends to say who we are, and is not written before', async () => {
    const scene = await held();
    await expect(write(scene, { senderSet: false })).rejects.toThrow('do not say who we are');
    await write(scene);
    for (const who of ['erika', 'cleo'] as const) await approve(scene, who);
    const { briefed, kept } = await send(scene, { senderSet: false });
    expect(briefed).toBe(0);
    expect(kept.flatMap(({ reasons }) => reasons).join()).toContain('do not say who we are');
    expect(scene.mails).toEqual([]);
    expect(await send(scene)).toMatchObject({ briefed: 2 });
    await assertSound(scene);
  });

  test('is handed to no mail server by whoever has lost its lock', async () => {
    const scene = await approved({ providers: 1 });
    const { world, setup } = scene;
    const cut = {
      ...setup.composer,
      async compose(...args: Parameters<typeof setup.composer.compose>) {
        await loseLocks(database, world);
        return setup.composer.compose(...args);
      },
    };
    expect(await send(scene, { composer: cut })).toMatchObject({ briefed: 0, retried: 1 });
    expect(scene.mails).toEqual([]);
    world.setClock(world.clock.now() + 61_000);
    expect(await send(scene)).toMatchObject({ briefed: 1 });
    await assertSound(scene);
  });

  test('that somebody else has sent meanwhile is not sent again', async () => {
    const scene = await approved({ providers: 1 });
    const { world, setup } = scene;
    const other = await openTestWorld(database, world);
    other.setClock(world.clock.now());
    const transport = {
      host: '127.0.0.1',
      port: 25,
      async deliver(): Promise<MailOutcome> {
        await loseLocks(database, world);
        expect(await sendBriefings(other, setup)).toMatchObject({ briefed: 1 });
        return { outcome: 'unknown', response: 'lost before the answer' };
      },
      close: () => Promise.resolve(),
    };
    expect(await send(scene, { transport })).toMatchObject({ briefed: 0, retried: 0, failed: 0 });
    world.setClock(world.clock.now() + 2 * 60_000);
    expect(await send(scene)).toMatchObject({ briefed: 0 });
    expect(await standings(scene)).toEqual(['sent']);
    expect(scene.mails).toHaveLength(1);
    await assertSound(scene);
    await other.store.close();
  });

  test('that was begun by somebody who died goes on under its one Message-ID, and after the aim not at all', async () => {
    const scene = await approved();
    const { mails, world, aim } = scene;
    const ids = (): readonly (string | undefined)[] =>
      mails.map(({ message }) => /^Message-ID: (.+)$/im.exec(Buffer.from(message).toString('utf8'))?.[1]);
    scene.answer = () => {
      throw new Error('killed');
    };
    await expect(send(scene)).rejects.toThrow('killed');
    expect(await standings(scene)).toEqual(['in doubt', 'in doubt']);
    scene.answer = ({ to }) =>
      to.includes('host-1') ? ACCEPTED : { outcome: 'unknown', response: 'lost before the answer' };
    expect(await send(scene)).toMatchObject({ briefed: 1, retried: 1 });
    expect(new Set(ids()).size).toBe(2);
    expect(ids()).toHaveLength(4);
    scene.answer = null;
    world.setClock(aim);
    expect(await send(scene)).toMatchObject({ briefed: 0, failed: 1, sent: 2 });
    expect((await standings(scene)).toSorted()).toEqual(['failed', 'sent']);
    await assertSound(scene);
  });

  test('that may have arrived stays in doubt though a later try is refused for sure', async () => {
    const scene = await approved({ providers: 1 });
    const { world, aim } = scene;
    scene.answer = () => ({ outcome: 'unknown', response: 'lost before the answer' });
    expect(await send(scene)).toMatchObject({ retried: 1 });
    scene.answer = () => ({ outcome: 'refused', code: 451, response: '4.7.1 later', permanent: false });
    world.setClock(world.clock.now() + 2 * 60_000);
    expect(await send(scene)).toMatchObject({ retried: 1 });
    scene.answer = null;
    world.setClock(aim);
    expect(await standings(scene)).toEqual(['in doubt']);
    expect(await send(scene)).toMatchObject({ briefed: 0, failed: 1 });
    expect(await standings(scene)).toEqual(['failed']);
    await assertSound(scene);
  });

  test('that may have arrived is told as that when a later try is refused for good', async () => {
    const scene = await approved({ providers: 1 });
    const { world } = scene;
    scene.answer = () => ({ outcome: 'unknown', response: 'lost before the answer' });
    await send(scene);
    for (const [code, permanent] of [
      [451, false],
      [550, true],
    ] as const) {
      scene.answer = () => ({ outcome: 'refused', code, response: 'no', permanent });
      world.setClock(world.clock.now() + 6 * 60_000);
      await send(scene);
    }
    const [briefing] = (await strikeNamed(world, 'lab', '1')).briefings;
    expect(briefing).toMatchObject({ state: 'failed', attempts: 3, response: 'no; it may have arrived all the same' });
    await assertSound(scene);
  });

  test('goes to no further mailbox when the first one refuses it', async () => {
    const scene = await approved({ further: true });
    scene.answer = () => ({ outcome: 'refused', code: 550, response: '5.1.1 unknown', permanent: true });
    expect(await send(scene)).toMatchObject({ briefed: 0, failed: 2 });
    expect(scene.mails.map(({ to }) => to).toSorted()).toEqual(['abuse@host-1.example', 'abuse@host-2.example']);
    scene.answer = null;
    expect(await send(scene)).toMatchObject({ briefed: 0 });
    await assertSound(scene);
  });

  test('that is answered is put before a person, and nothing follows for the notice', async () => {
    const scene = await approved();
    const { world, ready, mails } = scene;
    await send(scene);
    const [briefing] = (await strikeNamed(world, 'lab', '1')).briefings;
    const fields = [`From: abuse@host-1.example`, `In-Reply-To: <${briefing?.messageId ?? ''}>`];
    const reply = rawReply({ text: 'We will be there.', subject: `Re: ${briefing?.text.subject ?? ''}` }, fields);
    const taken = await receiveMail(world, mailSources(), { bytes: reply, source: 'a test' });
    expect(taken).toMatchObject({ reference: null, isConfirmed: false });
    // Nor when it comes later, with the notice's own reference in its subject.
    world.setClock(scene.aim);
    await send(scene);
    const late = rawReply({ text: 'We will be there, the server has been suspended.', subject: `Re: ${briefing?.text.subject ?? ''}` }, fields);
    expect(await receiveMail(world, mailSources(), { bytes: late, source: 'a test' })).toMatchObject({ reference: null, isConfirmed: false });
    // Our own copy of it is nobody's answer.
    const own = mails[0]?.message ?? new Uint8Array();
    expect(await receiveMail(world, mailSources(), { bytes: own, source: 'a test' })).toMatchObject({ class: 'unrelated' });
    const notices = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(notices.map(({ state }) => state)).toEqual(['sent', 'sent']);
    await assertSound(scene);
  }); // prettier-ignore
});

test('what a desk was told of is never erased, and what has not left goes with its notice', async () => {
  const eraseImports = async ({ world }: Scene, count: number): Promise<void> => {
    const imports = await world.store.read((transaction) => transaction.erasable(['import.recorded'], null));
    // The drafts go with the only imports that name their servers.
    await erase(world, { sequences: imports.slice(0, count).map(({ sequence }) => sequence) }, 'asked for');
  };
  const told = await approved();
  await sendBriefings(told.world, told.setup);
  await expect(eraseImports(told, 2)).rejects.toThrow('told ahead is never erased');
  // Everything is made anew from what is left, and says the same of it.
  await eraseImports(told, 1);
  expect(await standings(told)).toEqual(['sent', 'sent']);
  await assertSound(told);
  const silent = await approved();
  await eraseImports(silent, 2);
  expect(await standings(silent)).toEqual([]);
  await assertSound(silent);
});

describe('the database refuses a briefing', () => {
  const attempt = (scene: Scene, more: Partial<Record<'recipient' | 'host', string>> = {}, at?: number): Promise<unknown> =>
    asApp(scene, (session) =>
      session.run(
        `insert into dismantle.briefing_attempt (organisation_id, briefing_id, attempt, recipient, message_sha256, host, port, attempted_at)
         select dismantle.current_organisation(), briefing_id, 1, coalesce($1, recipient), $2, $3, 25, $4
         from dismantle.briefing order by recipient limit 1`,
        [more.recipient ?? null, '0'.repeat(64), more.host ?? '127.0.0.1', isoInstant(at ?? scene.world.clock.now())],
      ),
    ); // prettier-ignore

  test('that nobody, or one, or nobody of counsel has approved', async () => {
    const scene = await held();
    await write(scene);
    await expect(attempt(scene)).rejects.toThrow('not approved by two people');
    await approve(scene, 'erika');
    await expect(attempt(scene)).rejects.toThrow('not approved by two people');
    await expect(
      asApp(scene, (session) =>
        session.run(
          `insert into dismantle.briefing_approval (organisation_id, sequence, briefing_id, hash, person, role, reason, approved_at)
           select dismantle.current_organisation(), 9000, briefing_id, hash, 'farid', 'counsel', 'r', $1 from dismantle.briefing`,
          [isoInstant(scene.world.clock.now())],
        ),
      ),
    ).rejects.toThrow('is no counsel');
  });

  test('after the aim, to another mailbox, out of the lab, unarmed, or of a strike that holds no more', async () => {
    const scene = await approved();
    const { world, ready, aim } = scene;
    await expect(attempt(scene, {}, aim)).rejects.toThrow('not held');
    await expect(attempt(scene, { recipient: 'eve@host-1.example' })).rejects.toThrow('is not whom this briefing is for');
    await expect(attempt(scene, { host: '192.0.2.25' })).rejects.toThrow('writes to the lab only');
    await disarmOperation(world, ready.operation, { person: 'Admin', reason: 'lunch' });
    await expect(attempt(scene)).rejects.toThrow('not armed');
    await armIt(world, ready.operation, ready.staff);
    await releaseStrike(world, ready.staff.farid.signing, 'lab', { strike: '1', person: 'Farid', reason: 'r', isHarm: false });
    await expect(attempt(scene)).rejects.toThrow('not held');
  }); // prettier-ignore

  test('of whoever may tell its customer, is not trusted, that names a server, or bears no marking', async () => {
    const scene = await held();
    await write(scene);
    const change = (set: string): Promise<unknown> =>
      asApp(scene, (session) => session.run(`update dismantle.briefing set ${set}`));
    const [host = ''] = scene.ready.hosts;
    for (const named of [host, host.replaceAll('.', '[.]')]) {
      await expect(change(`text = jsonb_set(text, '{body}', to_jsonb(text->>'body' || ' ${named}'))`)).rejects.toThrow(
        'names no server',
      );
    }
    await expect(change(`text = jsonb_set(text, '{subject}', '"x"')`)).rejects.toThrow('marked TLP:RED');
    await expect(change(`text = jsonb_set(text, '{body}', '"x"')`)).rejects.toThrow('marked TLP:RED');
    await expect(change(`recipient = 'eve@host-1.example'`)).rejects.toThrow('to no other');
    await expect(change(`notices = array[briefing_id]`)).rejects.toThrow('what its strike holds back');
    await expect(change(`leave_before = leave_before + interval '1 hour'`)).rejects.toThrow('before its notice may');
    await distrust(scene);
    await expect(change('composed_at = composed_at')).rejects.toThrow('not trusted');
  });

  test('that may have left, in other words', async () => {
    const scene = await approved();
    await send(scene);
    await expect(
      asApp(scene, (session) => session.run(`update dismantle.briefing set hash = repeat('0', 64)`)),
    ).rejects.toThrow('may have left');
    await expect(attempt(scene)).rejects.toThrow(/has left|duplicate/);
  });
});

test('what was said of a release stays', async () => {
  const scene = await held();
  const words = { strike: '1', person: 'Farid', reason: 'harm', isHarm: true };
  await releaseStrike(scene.world, scene.ready.staff.farid.signing, 'lab', words);
  for (const set of [`release_reason = 'another'`, 'released_at = null, released_by = null, release_reason = null, release_harm = null']) {
    await expect(asApp(scene, (session) => session.run(`update dismantle.strike set ${set}`))).rejects.toThrow('released already');
  }
}); // prettier-ignore
