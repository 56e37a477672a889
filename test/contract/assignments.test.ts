import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assign, assignmentsOf, unassign } from '../../src/flow/assignments.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { retract } from '../../src/flow/clock.ts';
import { removePartner, setPartner } from '../../src/flow/access.ts';
import { review } from '../../src/flow/approvals.ts';
import { sendDue } from '../../src/flow/sending.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { setupOf } from '../support/history-of-mail.ts';
import { auditOf } from '../support/ledger.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { issueToken } from '../../src/flow/access.ts';
import { GATES, readyOperation } from '../support/sending.ts';
import type { ReadyOperation } from '../support/sending.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Servers that partners see to: nobody is written to twice, and each partner sees its own. */

let database: TestDatabase;
let world: TestWorld;
let ready: ReadyOperation;
let served: Served;
const tokens = new Map<string, string>();

const WORDS = { person: 'Cleo', reason: 'a test' };
const NONE = { country: null, provider: null, servers: [] };

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  ready = await readyOperation(database, world, { providers: 6 });
  served = await openServed(database, { worlds: [world] });
  const signing = ready.staff.admin.signing;
  for (const [partner, recipients] of [
    ['cert-de', ['country:DE']],
    ['host-two', ['provider:drill:book:Host 2']],
  ] as const) {
    await setPartner(world, signing, {
      partner,
      recipients,
      name: partner,
      mayContribute: false,
      reliability: null,
      group: null,
      reason: 'a test',
      by: 'Admin',
    });
    const words = {
      name: partner,
      holder: { kind: 'partner', partner },
      scopes: ['read', 'write'],
      reason: 'a test',
      by: 'Admin',
    } as const;
    const { secret } = await issueToken(world, world.organisationId, signing, {
      ...words,
      expiresAt: world.clock.now() + 30 * 86_400_000,
    });
    tokens.set(partner, secret);
  }
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

const OWN = z.array(
  z.looseObject({ serverId: z.string(), host: z.string(), state: z.string(), verdict: z.string().nullable() }),
);

async function ownOf(partner: string): Promise<z.infer<typeof OWN>> {
  return OWN.parse(await (await served.ask('/api/v1/partner/servers', { token: tokens.get(partner) ?? '' })).json());
}

async function answer(partner: string, serverId: string, body: object): Promise<number> {
  const asked = await served.ask(`/api/v1/partner/servers/${serverId}/answers`, {
    method: 'POST',
    token: tokens.get(partner) ?? '',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return asked.status;
}

const host = (number: number): string => ready.hosts[number - 1] ?? '';

async function refusalsOf(number: number): Promise<readonly string[]> {
  const notices = await world.store.read((transaction) => transaction.notices(ready.operation.id));
  const notice = notices.find(({ to, state }) => to === `abuse@host-${number}.example` && state !== 'withdrawn');
  if (notice === undefined) return ['no notice'];
  const { refusals } = await review(world, { ...ready.sources, gates: GATES }, notice.reference, 'lab');
  return refusals.map(({ code }) => code);
}

describe('a server that a partner has', () => {
  test('is told to that partner alone, as it may have it', async () => {
    const assigned = await assign(world, 'lab', {
      ...NONE,
      ...WORDS,
      partner: 'host-two',
      servers: [host(1), host(2)],
    });
    expect(assigned).toMatchObject({ assigned: [{ host: host(2) }], leftOut: { 'not-theirs': 1 } });
    expect(await ownOf('host-two')).toMatchObject([
      { host: host(2), state: 'offered', endpoints: [{ host: host(2), port: 443 }], verdict: null },
    ]);
    expect(await ownOf('cert-de')).toEqual([]);
    const unknown = await served.ask('/api/v1/operations/lab/community', { token: tokens.get('cert-de') ?? '' });
    expect(unknown.status).toBe(404);
    const [own] = await ownOf('host-two');
    expect(await answer('cert-de', own?.serverId ?? '', { state: 'accepted' })).toBe(404);
    expect(JSON.stringify(own)).not.toContain('Cleo');
    // PostgreSQL itself shows a partner nothing of others, whatever is asked.
    expect(await world.store.readAsPartner('cert-de', (reads) => reads.assignment(own?.serverId ?? ''))).toBeNull();
  });

  test("is nobody else's meanwhile", async () => {
    const again = await assign(world, 'lab', { ...NONE, ...WORDS, partner: 'cert-de', servers: [host(2)] });
    expect(again).toMatchObject({ assigned: [], leftOut: { 'with-a-partner': 1 } });
    const more = await assign(world, 'lab', { ...NONE, ...WORDS, partner: 'cert-de', servers: [host(5), host(6)] });
    expect(more.leftOut).toEqual({});
  });

  test('is in no notice that leaves, drafted before or after', async () => {
    expect(await refusalsOf(1)).toEqual([]);
    expect(await refusalsOf(2)).toContain('with-partner');
    const { methodTable, notices } = ready.sources;
    await sendDue(world, setupOf(world, ready), { methodTable, notices, clock: CLOCK_DEFAULTS });
    const sent = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    const to = sent.filter(({ state }) => state === 'sent').map(({ recipient }) => recipient);
    expect(to).toContain('abuse@host-1.example');
    expect(to).not.toContain('abuse@host-2.example');
    await ready.runAgain();
    expect(await refusalsOf(2)).toEqual(['no notice']);
  });

  test('moves by what the partner says, and its verdict does not', async () => {
    const [own] = await ownOf('host-two');
    for (const state of ['accepted', 'working', 'done']) {
      expect(await answer('host-two', own?.serverId ?? '', { state, note: '=1+1 <b>done</b>' })).toBe(200);
    }
    expect(await ownOf('host-two')).toMatchObject([{ state: 'done', note: '=1+1 <b>done</b>', verdict: null }]);
    expect(await answer('host-two', own?.serverId ?? '', { state: 'ended' })).toBe(400);
    expect(await answer('host-two', own?.serverId ?? '', { state: 'hands-off' })).toBe(400);
  });

  test('is ours again when it is declined or taken back', async () => {
    const [own] = await ownOf('host-two');
    expect(await answer('host-two', own?.serverId ?? '', { state: 'declined', note: 'not ours' })).toBe(200);
    expect(await ownOf('host-two')).toEqual([]);
    expect(await answer('host-two', own?.serverId ?? '', { state: 'accepted' })).toBe(404);
    await ready.runAgain();
    expect(await refusalsOf(2)).not.toContain('with-partner');
    await assign(world, 'lab', { ...NONE, ...WORDS, partner: 'host-two', servers: [host(2)] });
    expect(await unassign(world, 'lab', [host(2)], WORDS)).toEqual({ hosts: [host(2)], handsOff: [] });
    expect(await ownOf('host-two')).toEqual([]);
  });

  test('is left alone where the partner says hands off', async () => {
    await assign(world, 'lab', { ...NONE, ...WORDS, partner: 'host-two', servers: [host(2)] });
    const [own] = await ownOf('host-two');
    const until = new Date(world.clock.now() + 5 * 86_400_000).toISOString();
    expect(await answer('host-two', own?.serverId ?? '', { state: 'hands-off', until, note: 'we watch it' })).toBe(200);
    expect(await refusalsOf(2)).toEqual(expect.arrayContaining(['hands-off', 'with-partner']));
    const [handsOff] = await world.store.read((transaction) =>
      transaction.deconfliction().handsOffs({ operationId: ready.operation.id }),
    );
    expect(handsOff).toMatchObject({ party: 'host-two', note: 'we watch it' });
  });
});

test('what was taken back is told to the partner as that, and what a partner had who is none any more is ours again', async () => {
  const { methodTable, notices } = ready.sources;
  const request = { name: 'Cleo', target: host(5), reason: 'a web shop' };
  await retract(world, ready.staff.cleo.signing, { methodTable, notices, clock: CLOCK_DEFAULTS }, 'lab', request);
  const own = await ownOf('cert-de');
  expect(own.find((each) => each.host === host(5))).toMatchObject({ state: 'retracted' });
  expect(await answer('cert-de', own.find((each) => each.host === host(5))?.serverId ?? '', { state: 'done' })).toBe(
    404,
  );
  await removePartner(world, 'cert-de', WORDS);
  const now = await assignmentsOf(world, 'lab');
  expect(now.find((each) => each.host === host(6))).toMatchObject({ state: 'ended' });
  expect(now.find((each) => each.host === host(5))).toMatchObject({ state: 'retracted' });
});

test('what a notice has gone out about stays ours', async () => {
  const assigned = await assign(world, 'lab', { ...NONE, ...WORDS, partner: 'host-two', servers: [host(1)] });
  expect(assigned).toMatchObject({ assigned: [], leftOut: { 'notified-already': 1 } });
});

test('the community view names no address; a partner has it of what it knows of', async () => {
  const gone = await served.ask('/api/v1/operations/lab/community', { token: tokens.get('cert-de') ?? '' });
  expect(gone.status).toBe(401);
  const answered = await served.ask('/api/v1/operations/lab/community', { token: tokens.get('host-two') ?? '' });
  const text = await answered.text();
  expect(JSON.parse(text)).toMatchObject({ servers: 5, disabled: 0 });
  for (const each of ready.hosts) expect(text).not.toContain(each);
});

test('all of it audits, and the tables follow from the ledger', async () => {
  expect((await auditOf(world.store)).findings).toEqual([]);
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  expect((await assignmentsOf(world, 'lab')).length).toBeGreaterThan(0);
});

test('what is taken back while its partner wants it left alone is so still, and whoever takes it back is told', async () => {
  const { hosts, handsOff } = await unassign(world, 'lab', [host(2)], WORDS);
  expect(hosts).toEqual([host(2)]);
  expect(handsOff).toMatchObject([{ host: host(2), party: 'host-two', until: expect.stringMatching(/Z$/) }]);
  expect(await refusalsOf(2)).toContain('hands-off');
});
