import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isArray, isObject } from '../../src/ledger/batch.ts';
import { briefingHash } from '../../src/ledger/briefing-hash.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { entriesOf, findingsIn, signedAnew } from '../support/forged-ledger.ts';
import type { ForgedEntry } from '../support/forged-ledger.ts';
import { liveThrough } from '../support/history.ts';
import { exportOf } from '../support/ledger.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// A ledger that the program itself has written, changed as whoever can write into the database and signs checkpoints could
// change it: every hash is right again, and what had to be there before something left is not.

let database: TestDatabase;
let world: TestWorld;
let honest: readonly ForgedEntry[];
/** The first message that left, and the entries that let it go. */
let attempt: ForgedEntry;
let approvals: readonly ForgedEntry[];

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await liveThrough(database, world);
  honest = await needingTwo(entriesOf(await exportOf(world.store)));
  attempt = one(({ kind }) => kind === 'dispatch.attempted');
  const { hash } = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject).body;
  approvals = honest.filter(({ kind, body }) => kind === 'notice.approved' && body['hash'] === hash);
});

/** The method table of the drill asks for one approval; here each has a second one, by the other approver. */
async function needingTwo(entries: readonly ForgedEntry[]): Promise<readonly ForgedEntry[]> {
  const twice: ForgedEntry[] = [];
  for (const entry of entries) {
    twice.push(entry.kind === 'notice.drafted' ? withBody(entry, { approvals: 2 }) : entry);
    if (entry.kind === 'notice.approved' && entry.body['person'] === 'erika') {
      twice.push(await signedAnew(entry, { person: 'farid' }));
    }
  }
  return twice;
}

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

function one(is: (entry: ForgedEntry) => boolean): ForgedEntry {
  const found = honest.find(is);
  if (found === undefined) throw new Error('there is no such entry');
  return found;
}

const without = (...left: readonly ForgedEntry[]): readonly ForgedEntry[] =>
  honest.filter((entry) => !left.includes(entry));

const replaced = (entry: ForgedEntry, by: ForgedEntry): readonly ForgedEntry[] =>
  honest.map((each) => (each === entry ? by : each));

const withBody = (entry: ForgedEntry, body: Partial<ForgedEntry['body']>): ForgedEntry => ({
  ...entry,
  body: { ...entry.body, ...body, schema: entry.body.schema },
});

async function sentences(entries: readonly ForgedEntry[]): Promise<readonly string[]> {
  return (await findingsIn(entries)).map(({ kind, message }) => `${kind}: ${message}`);
}

/** Of notices alone: what is found of briefings stands below. */
async function ofNotices(entries: readonly ForgedEntry[]): Promise<readonly string[]> {
  return (await sentences(entries)).filter((each) => !each.includes('briefing'));
}

const TOO_FEW = (given: number, more = ''): string =>
  `sending: dispatch.attempted: its notice had ${given} of the 2 approvals that it needs${more}`;

test('nothing is found in what the program has written of a history', async () => {
  expect(await findingsIn(entriesOf(await exportOf(world.store)))).toEqual([]);
});

test('nothing is found in a ledger of what was sent, bounced, was answered and taken back as it should', async () => {
  expect(await sentences(honest)).toEqual([]);
  const kinds = new Set(honest.map(({ kind }) => kind));
  for (const kind of ['dispatch.attempted', 'dispatch.failed', 'dispatch.bounced', 'case.retracted']) {
    expect(kinds).toContain(kind);
  }
});

test('nothing is found where the drafts are erased, but approvals that are gone', async () => {
  const isDraft = ({ kind }: ForgedEntry): boolean => kind === 'notice.drafted';
  expect(await findingsIn(honest, isDraft)).toEqual([]);
  expect(await findingsIn(without(...approvals), isDraft)).toContainEqual({
    kind: 'sending',
    message: 'dispatch.attempted: its notice had 0 of the 1 approvals that it needs',
  });
});

describe('a message is found that left', () => {
  test('without an approval, or with one of the two that it needs', async () => {
    expect(approvals).toHaveLength(2);
    expect(await sentences(without(...approvals))).toContain(TOO_FEW(0));
    for (const approval of approvals) {
      const found = await sentences(without(approval));
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found)).toEqual(new Set([TOO_FEW(1)]));
    }
  });

  test('to somebody whom nobody approved, though it was queued for him', async () => {
    const queued = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject);
    const recipient = 'sales@elsewhere.example';
    const entries = honest.map((each) => {
      if (each === queued) return withBody(each, { contacts: [recipient] });
      return each.subject === attempt.subject && 'recipient' in each.body ? withBody(each, { recipient }) : each;
    });
    expect(await sentences(entries)).toContain(
      'sending: dispatch.attempted: its recipient is not among those that were approved',
    );
  });

  test('with a text of its own, or as a reminder with another one than was approved with the notice', async () => {
    const queued = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject);
    const text = { subject: 'You run a botnet', body: 'Knowingly.' };
    expect(await sentences(replaced(queued, withBody(queued, { text })))).toContain(
      'sending: dispatch.attempted: it has a text of its own beside the message that was approved',
    );
    expect(await sentences(replaced(queued, withBody(queued, { text, dispatchKind: 'reminder' })))).toContain(
      'sending: dispatch.attempted: its text is none of those that were approved with the notice',
    );
  });

  test('as it was approved, where the draft says another message or other texts than the approval', async () => {
    const { hash } = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject).body;
    const changed = (body: Partial<ForgedEntry['body']>) =>
      honest.map((each) =>
        each.kind === 'notice.drafted' && each.body['hash'] === hash ? withBody(each, body) : each,
      );
    expect(await sentences(changed({ messageSha256: '0'.repeat(64) }))).toContain(
      'sending: notice.approved: it approves another message than the one that was drafted',
    );
    expect(await sentences(changed({ reminders: [] }))).toContain(
      'sending: notice.approved: it approves other texts to follow than those that were drafted',
    );
  });

  test('with two approvals of one person', async () => {
    const [first, second] = approvals;
    if (second === undefined) throw new Error('there are no two approvals');
    expect(first?.body['person']).toBe('erika');
    const again = await signedAnew(second, { person: 'erika' });
    expect(new Set(await sentences(replaced(second, again)))).toEqual(new Set([TOO_FEW(1)]));
  });

  test('with approvals that come after it', async () => {
    const [late] = approvals;
    if (late === undefined) throw new Error('there is no approval');
    const place = honest.indexOf(attempt);
    const moved = { ...late, recordedAt: attempt.recordedAt };
    const entries = [...honest.slice(0, place + 1), moved, ...honest.slice(place + 1)].filter((each) => each !== late);
    expect(await sentences(entries)).toContain(TOO_FEW(1));
  });

  test('with an approval that had expired', async () => {
    const [first] = approvals;
    if (first === undefined) throw new Error('there is no approval');
    const short = await signedAnew(first, { terms: { expiresAt: first.recordedAt } });
    expect(await sentences(replaced(first, short))).toContain(TOO_FEW(1, ', and 1 that had expired'));
  });

  test('with an approval of another text', async () => {
    const [first] = approvals;
    if (first === undefined) throw new Error('there is no approval');
    const other = await signedAnew(first, { terms: { hash: '0'.repeat(64) } });
    expect(await sentences(replaced(first, other))).toContain(TOO_FEW(1));
  });

  test('after somebody has rejected it', async () => {
    const [first] = approvals;
    const rejection = one(({ kind }) => kind === 'notice.rejected');
    if (first === undefined) throw new Error('there is no approval');
    const { hash = null, reference = null } = first.body;
    const forged = await signedAnew({ ...rejection, subject: first.subject }, { terms: { hash, reference } });
    expect(await sentences(replaced(rejection, forged))).toEqual([
      'sending: dispatch.attempted: its notice was rejected',
    ]);
  });

  test('without arming', async () => {
    const operation = attempt.body['operation'];
    const armings = honest.filter(({ kind, subject }) => kind === 'operation.armed' && subject === operation);
    const found = await ofNotices(without(...armings));
    expect(new Set(found)).toEqual(new Set(['sending: dispatch.attempted: its operation was not armed then']));
    const [arming] = armings;
    if (arming === undefined) throw new Error('the operation is not armed');
    const over = await signedAnew(arming, { terms: { until: attempt.recordedAt } });
    expect(new Set(await ofNotices(replaced(arming, over)))).toEqual(new Set(found));
  });

  test('without being queued, or to somebody whom it was not queued for', async () => {
    const queued = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject);
    expect(await sentences(without(queued))).toContain('sending: dispatch.attempted: it was never queued');
    const other = replaced(attempt, withBody(attempt, { recipient: 'eve@elsewhere.example' }));
    expect(await sentences(other)).toContain(
      'sending: dispatch.attempted: its recipient is not among those it was queued for',
    );
  });

  test('without an intent on record', async () => {
    const found = await sentences(without(attempt));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^sending: dispatch\.\w+: there is no attempt of that number without an outcome$/);
  });

  test('under the name of a correction, and nobody had been written to', async () => {
    const queued = one(({ kind, subject }) => kind === 'dispatch.queued' && subject === attempt.subject);
    expect(await sentences(replaced(queued, withBody(queued, { dispatchKind: 'correction' })))).toContain(
      'sending: dispatch.attempted: a correction went to somebody who was not written to before',
    );
  });

  test('without the bytes that it consisted of', async () => {
    expect(await sentences(replaced(attempt, withBody(attempt, { messageSha256: '' })))).toEqual([
      'sending: dispatch.attempted: it does not name the bytes that were offered',
    ]);
  });
});

test('a yes is found that was signed more than an hour before or after its entry, and counts for nothing', async () => {
  const [first] = approvals;
  if (first === undefined) throw new Error('there is no approval');
  for (const hours of [-2, 2]) {
    const at = new Date(Date.parse(first.recordedAt) + hours * 3_600_000).toISOString();
    const found = await sentences(replaced(first, await signedAnew(first, { at })));
    expect(found).toContain(
      `signed-act: notice.approved: it was signed at ${at}, more than an hour away from its entry`,
    );
    expect(found).toContain(TOO_FEW(1));
  }
});

describe('of a strike is found', () => {
  const strike = (kind: string, person?: string): ForgedEntry =>
    one((entry) => entry.kind === `strike.${kind}` && (person === undefined || entry.body['person'] === person));

  test('what left while it was held back: nobody had released it', async () => {
    const found = await ofNotices(without(strike('released')));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((each) => each.startsWith('sending: dispatch.attempted: its notice was held back by a strike'))).toBe(true);
    // Of two, one alone holds nothing; nor do two of whom none signs as counsel.
    const [erika, cleo] = [strike('hold-approved', 'erika'), strike('hold-approved', 'cleo')];
    const without2 = (...left: readonly ForgedEntry[]): readonly ForgedEntry[] =>
      without(strike('released')).filter((entry) => !left.includes(entry));
    expect(await ofNotices(without2(erika))).toEqual([]);
    expect(await ofNotices(without2(cleo))).toEqual([]);
  }); // prettier-ignore

  test('a plan that is not the one that was approved, or that tells too early who may tell its customer', async () => {
    const planned = strike('planned');
    const { plan, planHash } = planned.body;
    if (!isObject(plan)) throw new Error('no plan');
    const changed = { ...plan, aim: '2026-11-24T11:00:00.000Z' };
    expect(await sentences(replaced(planned, withBody(planned, { plan: changed, planHash: planHash ?? null })))).toContain(
      'sending: strike.planned: its hash is not that of its plan',
    );
    expect(await sentences(replaced(planned, withBody(planned, { planHash: '0'.repeat(64) })))).toContain(
      'sending: strike.hold-approved: another plan was approved',
    );
    const all = plan['items'];
    const items = (isArray(all) ? all : []).filter((item) => isObject(item));
    const early = { ...plan, items: items.map((item) => ({ ...item, mayForward: true, notifyAt: planned.recordedAt })) };
    expect((await sentences(replaced(planned, withBody(planned, { plan: early })))).join('\n')).toMatch(
      /strike\.planned: it notifies DSM-\S+ before the aim, whose provider may tell its customer/,
    );
    const devices = { ...plan, items: items.map((item) => ({ ...item, device: true })) };
    expect((await sentences(replaced(planned, withBody(planned, { plan: devices })))).join('\n')).toMatch(
      /strike\.planned: it holds back DSM-\S+, of devices/,
    );
  }); // prettier-ignore

  test('a hold for more than a day, one that ends before the aim, and a role that the person has not', async () => {
    const [erika, cleo] = [strike('hold-approved', 'erika'), strike('hold-approved', 'cleo')];
    const found = async (entry: ForgedEntry, terms: { until?: string; role?: string }): Promise<string> =>
      (await sentences(replaced(entry, await signedAnew(entry, { terms })))).join('\n');
    const later = (hours: number): string => new Date(Date.parse(cleo.recordedAt) + hours * 3_600_000).toISOString();
    expect(await found(cleo, { until: later(25) })).toContain('holds back for more than 24 hours');
    expect(await found(cleo, { until: later(0) })).toContain('ends before the aim');
    expect(await found(erika, { role: 'counsel' })).toContain('approves as another');
  });
});

describe('of a briefing is found', () => {
  const briefing = (kind: string, person?: string): ForgedEntry =>
    one((entry) => entry.kind === kind && (person === undefined || entry.body['person'] === person));
  const found = async (entries: readonly ForgedEntry[]): Promise<string> => (await sentences(entries)).join('\n');
  const NEEDS = /sending: briefing\.attempted: it had [01] of the 2 approvals that it needs, one of them counsel's/;

  test('that it left without two signatures, one of them of counsel', async () => {
    const [erika, cleo] = [briefing('strike.briefings-approved', 'erika'), briefing('strike.briefings-approved', 'cleo')];
    for (const left of [[erika, cleo], [erika], [cleo]]) expect(await found(without(...left))).toMatch(NEEDS);
    // Two approvers are two people, and neither is counsel.
    const farid = await signedAnew(cleo, { person: 'farid', terms: { role: 'approver' } });
    expect(await found(replaced(cleo, farid))).toMatch(/it had 2 of the 2 approvals that it needs, one of them counsel's/);
    const pretended = await signedAnew(erika, { terms: { role: 'counsel' } });
    expect(await found(replaced(erika, pretended))).toContain('approves as another');
    const twice = await signedAnew(erika, { person: 'cleo', terms: { role: 'counsel' } });
    expect(await found(replaced(erika, twice))).toContain('the same person has approved it before');
  }); // prettier-ignore

  test('that it left of another text than was signed, or one that nobody had written', async () => {
    const composed = briefing('briefing.composed');
    expect(await found(replaced(composed, withBody(composed, { messageBody: 'TLP:RED\n\nTomorrow.' })))).toMatch(
      /briefing\.composed: its hash is not that of its text[\s\S]*it approves a briefing that was not written so/,
    );
    expect(await found(without(composed))).toContain('briefing.attempted: it was never written');
    expect(await found(replaced(composed, rewritten(composed, { messageBody: 'Tomorrow.' })))).toContain('is not marked TLP:RED');
  }); // prettier-ignore

  test.each([
    ['an address', 'TLP:RED\n\n198.51.100.9'],
    ['an address', 'TLP:RED\n\n198[.]51[.]100[.]9'],
    ['an address', 'TLP:RED\n\n2001:db8::9'],
  ])('that it names %s', async (what, messageBody) => {
    const composed = briefing('briefing.composed');
    expect(await found(replaced(composed, rewritten(composed, { messageBody })))).toContain(`it names ${what}`);
  });

  test('that it names a host that a row of the ledger names, or what lies below it', async () => {
    const composed = briefing('briefing.composed');
    const batch = one(({ kind, rows }) => kind === 'import.recorded' && rows.some((row) => row.includes('"host":')));
    const rows = batch.rows.map((row) => row.replace(/"host":"[^"]+"/, '"host":"panel.controller.example"'));
    for (const named of ['panel.controller.example', 'x.PANEL[.]controller[.]example:443,']) {
      const forged = honest.map((entry) =>
        entry === batch
          ? { ...batch, rows }
          : entry === composed
            ? rewritten(composed, { messageBody: `TLP:RED\n\n${named}` })
            : entry,
      );
      expect(await found(forged)).toContain('it names a server');
    }
  });

  test('that it went to another mailbox than its notice', async () => {
    const composed = briefing('briefing.composed');
    const to = rewritten(composed, { recipient: 'eve@elsewhere.example' });
    expect(await found(replaced(composed, to))).toContain(
      'briefing.composed: it goes to another mailbox than its notice',
    );
    const tried = briefing('briefing.attempted');
    expect(await found(replaced(tried, withBody(tried, { recipient: 'eve@elsewhere.example' })))).toContain(
      'it went to another mailbox than it was written for',
    );
  });

  test('that it left unarmed, after the aim, or while nobody held the strike', async () => {
    const armed = honest.filter(({ kind }) => kind === 'operation.armed');
    expect(await found(without(...armed))).toContain('briefing.attempted: its operation was not armed then');
    const cleo = one((entry) => entry.kind === 'strike.hold-approved' && entry.body['person'] === 'cleo');
    expect(await found(without(cleo))).toContain('briefing.attempted: its strike was not held then');
    const late = rewritten(briefing('briefing.composed'), { leaveBefore: briefing('briefing.attempted').recordedAt });
    expect(await found(replaced(briefing('briefing.composed'), late))).toContain('its notice might leave already');
  });

  test('that it went to whoever is not trusted, or may tell its customer', async () => {
    const { provider = null } = briefing('briefing.composed').body;
    if (typeof provider !== 'string') throw new Error('no provider');
    const planned = one(({ kind }) => kind === 'strike.planned');
    const { plan } = planned.body;
    const all = isObject(plan) && isArray(plan['items']) ? plan['items'].filter((item) => isObject(item)) : [];
    const changed = (item: object): ForgedEntry => {
      const other = { ...(isObject(plan) ? plan : {}), items: all.map((each) => ({ ...each, ...item })) };
      return withBody(planned, { plan: other });
    };
    expect(await found(replaced(planned, changed({ trust: 'unknown' })))).toContain('the provider is not trusted');
    expect(await found(replaced(planned, changed({ mayForward: true })))).toContain(
      'the provider may tell its customer',
    );
    const place = honest.indexOf(briefing('briefing.attempted'));
    const { recordedAt } = briefing('briefing.attempted');
    const word: ForgedEntry = {
      ...planned,
      recordedAt,
      kind: 'provider.corrected',
      subject: provider,
      body: { schema: 1, provider, fields: { trust: 'unknown' }, person: 'cleo', reason: 'it talks' },
    };
    expect(await found([...honest.slice(0, place), word, ...honest.slice(place)])).toContain(
      'briefing.attempted: the provider is not trusted',
    );
  });

  test('that it left twice, and an outcome without its attempt', async () => {
    const delivered = briefing('briefing.delivered');
    const tried = one(({ kind, subject }) => kind === 'briefing.attempted' && subject === delivered.subject);
    const again = withBody({ ...tried, recordedAt: delivered.recordedAt }, { attempt: 2 });
    const place = honest.indexOf(delivered) + 1;
    expect(await found([...honest.slice(0, place), again, ...honest.slice(place)])).toContain('it had left before');
    expect(await found(without(tried))).toContain('there is no attempt of that number without an outcome');
  });

  /** With the right hash, as whoever writes into the database would make it. */
  function rewritten(entry: ForgedEntry, changed: Partial<ForgedEntry['body']>): ForgedEntry {
    const { body } = withBody(entry, changed);
    const text = (key: string): string => {
      const value = body[key];
      if (typeof value !== 'string') throw new Error(key);
      return value;
    };
    const named = body['notices'];
    const hash = briefingHash({
      strike: text('strike'),
      planHash: text('planHash'),
      provider: text('provider'),
      notices: isArray(named) ? named.filter((each) => typeof each === 'string') : [],
      recipient: text('recipient'),
      messageId: text('messageId'),
      leaveBefore: text('leaveBefore'),
      subject: text('messageSubject'),
      body: text('messageBody'),
    });
    return { ...entry, body: { ...body, hash } };
  }
});
