import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { parseImportOptions, removePerson, run } from '../../src/flow.ts';
import { due } from '../../src/flow/clock.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { review } from '../../src/flow/approvals.ts';
import { approveHold, planStrike, releaseStrike, strikeHands, strikes } from '../../src/flow/strike.ts';
import type { StrikeStanding } from '../../src/flow/strike.ts';
import { heldUntil } from '../../src/policy/strike/hold.ts';
import { aimNotices } from '../../src/steps/send/aim-notices.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { SendSetup } from '../../src/steps/send/send-setup.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { setupOf } from '../support/history-of-mail.ts';
import { auditOf } from '../support/ledger.ts';
import { approveAll, armIt, deconflictAll, GATES, lookAt, readyOperation } from '../support/sending.ts';
import type { ReadyOperation, Staff } from '../support/sending.ts';
import { openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// A strike against the real database: what two people hold back stays, whoever tries; what ends it ends it.

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
}

/** Three notices that may leave, and a plan for all of them at once in six hours. */
async function planned(aimHours = 6, more: Partial<Parameters<typeof readyOperation>[2]> = {}): Promise<Scene> {
  const world = await openTestWorld(database);
  const ready = await readyOperation(database, world, { providers: 3, ...more });
  const aim = world.clock.now() + aimHours * HOUR_MS;
  await planStrike(world, ready.sources, 'lab', { strategy: 'simultaneous', aim, seed: 1 });
  const accepted = { outcome: 'accepted', code: 250, response: '2.0.0 taken' } as const;
  const setup = setupOf(world, ready);
  const transport = { host: '127.0.0.1', port: 25, deliver: () => Promise.resolve(accepted), close: () => Promise.resolve() };
  return { world, ready, aim, setup: { ...setup, transport } };
} // prettier-ignore

type Who = Exclude<keyof Staff, 'admin'>;
const NAMES: Readonly<Record<Who, string>> = { erika: 'Erika', farid: 'Farid', cleo: 'Cleo' };

function hold({ world, ready }: Scene, who: Who, until: number | null = null, strike = '1'): Promise<StrikeStanding> {
  const words = { strike, person: NAMES[who], reason: 'all at once', until };
  return approveHold(world, ready.staff[who].signing, 'lab', words);
}

async function held(aimHours = 6): Promise<Scene> {
  const scene = await planned(aimHours);
  await hold(scene, 'erika');
  await hold(scene, 'cleo');
  return scene;
}

function asApp<Value>({ world }: Scene, work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.access.app, world.organisationId, work);
}

async function assertSound({ world }: Scene): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

/** The program's own answer and the database's, of all notices. */
async function answers(scene: Scene, now: number): Promise<readonly (readonly [number | null, number | null])[]> {
  const { world, ready } = scene;
  const all = await world.store.read((transaction) => transaction.strikes(ready.operation.id));
  const ids = [...new Set(all.flatMap(({ items }) => items.map(({ noticeId }) => noticeId)))];
  return asApp(scene, async (session) => {
    const found: (readonly [number | null, number | null])[] = [];
    for (const id of ids) {
      const row = await session.row<{ at: number | null }>(
        `select (extract(epoch from dismantle.held_until($1, $2)) * 1000)::float8 as at`,
        [id, isoInstant(now)],
      );
      found.push([heldUntil(id, all, now)?.until ?? null, row?.at ?? null]);
    }
    return found;
  });
}

test('who has given one of the two words, and who may give the other, is told beforehand as the refusal would', async () => {
  const scene = await planned();
  const hands = async () => (await strikeHands(scene.world, 'lab', '1')).hold;
  const roles = ['approver', 'counsel'];
  expect(await hands()).toEqual({ refused: null, needed: 2, given: [], missing: 'counsel', roles, mayGive: ['Cleo', 'Erika', 'Farid'], mayNot: [] }); // prettier-ignore
  await hold(scene, 'erika');
  expect(await hands()).toEqual({
    refused: null,
    needed: 2,
    given: ['Erika'],
    missing: 'counsel',
    roles,
    mayGive: ['Cleo'],
    mayNot: [{ name: 'Farid', why: 'is not counsel, and one of the 2 has to be' }],
  });
  await expect(hold(scene, 'farid')).rejects.toThrow('has to be counsel, and Farid is not');
  await hold(scene, 'cleo');
  expect(await hands()).toMatchObject({ refused: 'strike 1 is held already', given: ['Erika', 'Cleo'], missing: null });
  await expect(hold(scene, 'farid')).rejects.toThrow('strike 1 is held already');
});

test('that a plan is not the one on record is told beforehand as well', async () => {
  const scene = await planned();
  await inTransactionAs(database.access.owner, scene.world.organisationId, async (session) => {
    await session.run('alter table strike disable trigger user');
    await session.run(`update strike set plan = '{"another": "plan"}'`);
    await session.run('alter table strike enable trigger user');
  });
  const why = 'the plan of strike 1 is not the one on record';
  expect(await strikeHands(scene.world, 'lab', '1')).toMatchObject({
    hold: { refused: why },
    briefings: { refused: 'strike 1 is not held' },
  });
  await expect(hold(scene, 'erika')).rejects.toThrow(why);
});

describe('a plan', () => {
  test('changes nothing by itself, nor does the word of one: everything rolls as found', async () => {
    const scene = await planned();
    await hold(scene, 'cleo');
    expect(await strikes(scene.world, 'lab')).toMatchObject([{ number: 1, state: 'half-approved' }]);
    expect(await sendDue(scene.world, scene.setup)).toMatchObject({ sent: 3, kept: [] });
    await assertSound(scene);
  });

  test('predicts all three strategies by its seed, names no server, and is on record whole', async () => {
    const { world, ready, aim } = await planned();
    const { strikeId, plan } = await planStrike(world, ready.sources, 'lab', { strategy: 'converge', aim, seed: 9 });
    expect(plan).toMatchObject({ seed: 9, aim, strategy: 'converge' });
    expect(plan.forecasts.map(({ strategy }) => strategy)).toEqual(['rolling', 'simultaneous', 'converge']);
    const stored = JSON.stringify(await world.store.read((transaction) => transaction.storedPlan(strikeId)));
    for (const host of ready.hosts) expect(stored).not.toContain(host);
    expect(JSON.parse(stored)).toMatchObject({ seed: 9, forecasts: plan.forecasts });
  });

  test('is simultaneous for a first wave, and rolls once something has left', async () => {
    const { world, ready, setup } = await planned();
    expect((await planStrike(world, ready.sources, 'lab')).plan.strategy).toBe('simultaneous');
    await sendDue(world, setup);
    await expect(planStrike(world, ready.sources, 'lab')).rejects.toThrow('nothing to plan');
  });

  test.each([
    ['past', -1],
    ['more than a day ahead', 25],
  ])('is refused whose aim is %s', async (_, hours) => {
    const { world, ready } = await planned();
    const aim = world.clock.now() + hours * HOUR_MS;
    await expect(planStrike(world, ready.sources, 'lab', { aim })).rejects.toMatchObject({
      problem: { code: 'usage' },
    });
  });
});

describe('a hold', () => {
  test('keeps the notices until the aim and not longer, touching neither their texts nor their approvals', async () => {
    const scene = await held();
    const { world, setup, aim, ready } = scene;
    const before = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    const kept = await sendDue(world, setup);
    expect(kept).toMatchObject({ queued: 3, sent: 0, nextAt: aim });
    expect(kept.kept.flatMap(({ reasons }) => reasons)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^held by strike 1 until /)),
    );
    await ready.runAgain();
    const after = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    expect(after.map(({ hash, state, given }) => ({ hash, state, given }))).toEqual(
      before.map(({ hash, given }) => ({ hash, state: 'approved', given })),
    );
    world.setClock(aim - 60_000);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 0 });
    world.setClock(aim);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 3, kept: [] });
    await assertSound(scene);
  });

  test('takes two different people, one of them counsel', async () => {
    const scene = await planned();
    await hold(scene, 'erika');
    await expect(hold(scene, 'erika')).rejects.toThrow('the same person twice is one');
    await expect(hold(scene, 'farid')).rejects.toThrow('has to be counsel');
    expect(await sendDue(scene.world, { ...scene.setup, transport: null })).toMatchObject({ sent: 0 });
    expect((await hold(scene, 'cleo')).state).toBe('held');
    await expect(hold(scene, 'farid')).rejects.toThrow('held already');
  });

  test('is no longer one where whoever approved it is on record no more', async () => {
    const scene = await held();
    const words = { person: 'Admin', reason: 'has left' };
    await removePerson(scene.world, scene.ready.staff.admin.signing, 'Cleo', words);
    expect(await sendDue(scene.world, scene.setup)).toMatchObject({ sent: 3 });
    await assertSound(scene);
  });

  test('that would go on for more than a day is refused, and so is one that ends before the aim', async () => {
    const scene = await planned(23);
    await expect(hold(scene, 'erika', scene.aim + 2 * HOUR_MS)).rejects.toThrow('more than 24 hours');
    await expect(hold(scene, 'erika', scene.aim - HOUR_MS)).rejects.toThrow('reaches to the aim');
  });

  test('ends after a day by itself, whatever strikes follow on it', async () => {
    const scene = await held(23);
    const { world, ready, setup } = scene;
    const first = await strikes(world, 'lab');
    const began = first[0]?.approvals[0]?.approvedAt ?? 0;
    world.setClock(began + 20 * HOUR_MS);
    // Another plan for the same notices, ten hours later: they would have been held for thirty.
    const longer = { strategy: 'simultaneous' as const, aim: began + 30 * HOUR_MS, seed: 2 };
    await expect(planStrike(world, ready.sources, 'lab', longer)).rejects.toThrow('held back for its day already');
    // Up to the end of their day they may be planned again, and held no longer than that.
    await planStrike(world, ready.sources, 'lab', { ...longer, aim: began + 23.5 * HOUR_MS });
    await expect(hold(scene, 'erika', began + 30 * HOUR_MS, '2')).rejects.toThrow('more than 24 hours in all');
    world.setClock(began + 24 * HOUR_MS);
    await lookAt(world, ready.operation, ready.hosts);
    await armIt(world, ready.operation, ready.staff);
    // Half of the time that they give is gone by then, as the plan has said: they are drafted and approved anew.
    await ready.runAgain();
    await approveAll(world, ready.operation, ready.staff);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 3, kept: [] });
    await assertSound(scene);
  });

  test('lets everything go at once when harm is imminent, by the word of one', async () => {
    const scene = await held();
    const { world, ready, setup } = scene;
    const words = { strike: '1', person: 'Farid', reason: 'a hospital is being encrypted', isHarm: true };
    expect(await releaseStrike(world, ready.staff.farid.signing, 'lab', words)).toMatchObject({
      state: 'released',
      released: { by: 'farid', isHarm: true },
    });
    expect(await sendDue(world, setup)).toMatchObject({ sent: 3, kept: [] });
    await expect(releaseStrike(world, ready.staff.farid.signing, 'lab', words)).rejects.toThrow('released already');
    await expect(hold(scene, 'erika')).rejects.toThrow('was released');
    await assertSound(scene);
  });

  test('goes before an aim that somebody has set otherwise', async () => {
    const scene = await planned(6);
    const { world, ready, setup } = scene;
    await aimNotices(world, ready.operation, 'cleo', { notBefore: world.clock.now() + 60_000, notAfter: null });
    await ready.runAgain();
    await approveAll(world, ready.operation, ready.staff);
    await hold(scene, 'erika');
    await hold(scene, 'cleo');
    world.setClock(world.clock.now() + 120_000);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 0, nextAt: scene.aim });
  });

  test('waits for no closed desk at the aim, which the people have chosen', async () => {
    const never = { days: [1], fromMinute: 0, toMinute: 1, zone: 'UTC' };
    const scene = await held();
    const setup = { ...scene.setup, windows: { default: never }, rate: { perProviderPerHour: 0, perDomainPerHour: 0 } };
    scene.world.setClock(scene.aim);
    expect(await sendDue(scene.world, setup)).toMatchObject({ sent: 3 });
  });

  test('is said where people look: in review, in due, and in the figures of the operation', async () => {
    const { world, ready, aim } = await held();
    const [notice] = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    const shown = await review(world, { ...ready.sources, gates: GATES }, notice?.reference ?? '', 'lab');
    expect(shown).toMatchObject({ held: { strike: 1, until: aim }, refusals: [] });
    const { steps } = await due(world, { ...ready.sources, clock: CLOCK_DEFAULTS }, 'lab');
    expect(steps.filter(({ kind }) => kind === 'identified').every(({ why }) => why.includes('held by strike 1'))).toBe(true);
    expect(steps.find(({ kind }) => kind === 'strike')).toMatchObject({ automatic: true, dueAt: aim, about: 'strike 1' });
  }); // prettier-ignore
});

describe('what is found while a strike is held', () => {
  test('rolls: another server of a held provider is a notice of its own, and leaves before the aim', async () => {
    const scene = await held();
    const { world, ready, setup, aim } = scene;
    const notices = (): Promise<readonly { reference: string; hash: string; state: string; items: number }[]> =>
      world.store.read((transaction) => transaction.notices(ready.operation.id));
    const before = await notices();
    const book = join(database.directory, 'wide-book.yaml');
    await writeFile(book, WIDE_BOOK);
    const sources = await openTestSources(database, { book, warningLists: { other: ['192.0.2.99'] } });
    const again = async (source: string, rows: string): Promise<void> => {
      const file = await openTestFile(database, `host,port,last_seen,evidence,malware\n${rows}# ${source}\n`);
      await run(world, sources, {
        operation: { name: 'lab', drill: true, malware: 'Examplebot' },
        files: [file],
        options: parseImportOptions({ source, group: source, reliability: 'B' }),
      });
    };
    const seen = isoInstant(world.clock.now() - HOUR_MS);
    for (const source of ['gamma', 'delta']) await again(source, `198.18.1.77,443,${seen},netflow,Examplebot\n`);
    await lookAt(world, ready.operation, ['198.18.1.77']);
    await deconflictAll(world, ready.operation, ready.staff);
    await again('gamma', '');
    const after = await notices();
    expect(after.filter(({ reference }) => before.some((each) => each.reference === reference))).toEqual(before);
    expect(after).toHaveLength(before.length + 1);
    await approveAll(world, ready.operation, ready.staff);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 1 });
    world.setClock(aim);
    expect(await sendDue(world, setup)).toMatchObject({ sent: 3 });
    await again('delta', '');
    expect((await notices()).map(({ state, items }) => [state, items])).toEqual(after.map(() => ['sent', 1]));
    await assertSound(scene);
  });
});

/** Host 1 has the whole network by now. */
const WIDE_BOOK = `providers:
  - name: Host 1
    prefixes: [198.18.1.0/32, 198.18.1.77/32]
    contact: abuse@host-1.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: cooperative
  - name: Host 2
    prefixes: [198.18.1.1/32]
    contact: abuse@host-2.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: cooperative
  - name: Host 3
    prefixes: [198.18.1.2/32]
    contact: abuse@host-3.example
    checked: 2026-11-20
    country: DE
    type: hosting
    trust: cooperative
`;

describe('the database refuses', () => {
  test('an attempt that is forced in while a strike holds its notice, and says the same as the program', async () => {
    const scene = await held();
    const { world, ready, setup, aim } = scene;
    await sendDue(world, setup);
    const [dispatch] = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    const force = (at: number): Promise<unknown> =>
      asApp(scene, (session) =>
        session.run(
          `insert into dismantle.dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
           values (dismantle.current_organisation(), $1, 1, $2, $3, '127.0.0.1', 25, $4)`,
          [dispatch?.dispatchId, dispatch?.contacts[0], '0'.repeat(64), isoInstant(at)],
        ),
      );
    for (const at of [world.clock.now(), aim - 1000]) {
      await expect(force(at)).rejects.toMatchObject({
        problem: { code: 'refused', message: expect.stringContaining('held back by a strike') },
      });
    }
    for (const now of [world.clock.now(), aim - 1, aim]) {
      for (const [ours, theirs] of await answers(scene, now)) expect(ours).toBe(theirs);
    }
  });

  test('plans that hold devices, that go past a day, or that tell before the aim who may tell its customer', async () => {
    const scene = await planned();
    const { world, ready } = scene;
    const now = world.clock.now();
    const force = (aim: number, item: string): Promise<unknown> =>
      asApp(scene, async (session) => {
        await session.run(
          `insert into dismantle.strike (organisation_id, strike_id, operation_id, number, strategy, aim, plan, plan_hash, planned_at, planned_by)
           values (dismantle.current_organisation(), '00000000-0000-8000-8000-0000000000aa', $1, 9, 'converge', $2, '{}', $3, $4, 'x')`,
          [ready.operation.id, isoInstant(aim), '0'.repeat(64), isoInstant(now)],
        );
        await session.run(
          `insert into dismantle.strike_item (organisation_id, strike_id, notice_id, notify_at, may_forward, device, cases)
           values (dismantle.current_organisation(), '00000000-0000-8000-8000-0000000000aa', '00000000-0000-8000-8000-0000000000ab', ${item}, '{}')`,
        );
      });
    const at = (hours: number): string => `'${isoInstant(now + hours * HOUR_MS)}'`;
    await expect(force(now + 25 * HOUR_MS, `${at(1)}, false, false`)).rejects.toMatchObject({ code: '23514' });
    await expect(force(now + 6 * HOUR_MS, `${at(6)}, false, true`)).rejects.toThrow('devices are never held');
    await expect(force(now + 6 * HOUR_MS, `${at(7)}, false, false`)).rejects.toThrow('at its aim at the latest');
    await expect(force(now + 6 * HOUR_MS, `${at(5)}, true, false`)).rejects.toThrow('not notified before the aim');
    await force(now + 6 * HOUR_MS, `${at(6)}, true, false`);
  });

  test('approvals by who may not, by the same person twice, for more than a day, or that end before the aim', async () => {
    const scene = await planned(20);
    const { world, aim } = scene;
    const [strike] = await strikes(world, 'lab');
    const now = world.clock.now();
    const force = (person: string, role: string, until: number, at = now): Promise<unknown> =>
      asApp(scene, (session) =>
        session.run(
          `insert into dismantle.strike_hold (organisation_id, sequence, strike_id, person, role, until, reason, approved_at)
           values (dismantle.current_organisation(), 9000 + floor(random() * 1000), $1, $2, $3, $4, 'r', $5)`,
          [strike?.strikeId, person, role, isoInstant(until), isoInstant(at)],
        ),
      );
    await expect(force('erika', 'counsel', aim)).rejects.toThrow('is no counsel');
    await expect(force('nobody', 'approver', aim)).rejects.toThrow('is no approver');
    await expect(force('erika', 'approver', now + 25 * HOUR_MS)).rejects.toMatchObject({ code: '23514' });
    await expect(force('erika', 'approver', aim - HOUR_MS)).rejects.toThrow('reaches to the aim');
    await hold(scene, 'erika');
    await expect(force('erika', 'approver', aim)).rejects.toMatchObject({ code: '23505' });
    await expect(force('cleo', 'counsel', now + 25 * HOUR_MS, now + 2 * HOUR_MS)).rejects.toThrow('24 hours at most');
  });
});
