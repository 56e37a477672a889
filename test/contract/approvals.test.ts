import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { review, reject, waiting, withdraw } from '../../src/flow/approvals.ts';
import { DAY_MS, HOUR_MS, openApprovalLab } from '../support/approvals.ts';
import type { ApprovalLab } from '../support/approvals.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { entriesOf } from '../support/forged-ledger.ts';
import { auditOf, exportOf } from '../support/ledger.ts';

let database: TestDatabase;
const labs: ApprovalLab[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const { world } of labs) await world.store.close();
  await database?.close();
});

async function lab(
  ...choice: Parameters<typeof openApprovalLab> extends [unknown, ...infer Rest] ? Rest : never
): Promise<ApprovalLab> {
  const opened = await openApprovalLab(database, ...choice);
  labs.push(opened);
  return opened;
}

const codes = ({ refusals }: { readonly refusals: readonly { readonly code: string }[] }): readonly string[] =>
  refusals.map(({ code }) => code);

describe('a notice', () => {
  test('leaves nothing to be desired once two people have approved it, others were asked, it was found alive and armed', async () => {
    const { world, bo, cy, yes, look, clearTheWay } = await lab();
    expect(codes(await look())).toEqual([
      'notice-not-approved',
      'approvals-too-few',
      'case-not-approved',
      'not-deconflicted',
      'never-found-alive',
      'not-armed',
    ]);
    const first = await yes(bo);
    expect([first.notice.state, first.standing.given.length, first.standing.until]).toEqual(['drafted', 1, null]);
    const second = await yes(cy);
    expect(second.notice.state).toBe('approved');
    expect(second.facts.items.map(({ state }) => state)).toEqual(['approved', 'approved']);
    await clearTheWay();
    expect(codes(await look())).toEqual([]);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('takes one yes of each person, under whatever spelling of the name', async () => {
    const { bo, yes } = await lab();
    await yes(bo);
    await expect(yes({ ...bo, name: '  BO   example ' })).rejects.toThrow('has approved this very text already');
  });

  test('is approved by approvers only, and by nobody who is not on record', async () => {
    const { ada, dee, yes } = await lab();
    await expect(yes(ada)).rejects.toThrow('this needs approver');
    await expect(yes(dee)).rejects.toThrow('this needs approver');
    await expect(yes({ ...dee, name: 'Eve Example' })).rejects.toThrow('is not on record');
  });

  test('is approved by nobody who vouched for a server of it or for an import that names one', async () => {
    const { bo, cy, go, yes, look } = await lab();
    await go(['192.0.2.11'], { attest: 'BO  Example', reason: 'I saw it' });
    await expect(yes(bo)).rejects.toThrow('vouched for');
    expect((await look()).standing.mayNot).toEqual([
      { name: 'Bo Example', why: 'vouched for an import that names one' },
    ]);
    expect((await yes(cy)).standing.given.map(({ name }) => name)).toEqual(['Cy Example']);
  });

  test('loses its approvals when its text changes, and keeps them when a run changes nothing', async () => {
    const { bo, cy, go, yes, look } = await lab();
    await yes(bo);
    await yes(cy);
    await go();
    expect((await look()).notice.state).toBe('approved');
    await go(['192.0.2.13']);
    const after = await look();
    expect([after.notice.state, after.standing.given.length]).toEqual(['drafted', 0]);
    expect(after.standing.void.map(({ why }) => why)).toEqual(Array(2).fill('is of a text that has changed since'));
  });

  test('keeps its approvals when a run finds that less is missing than when it was drafted', async () => {
    const { bo, cy, go, yes, look, clearTheWay } = await lab();
    await yes(bo);
    await yes(cy);
    await clearTheWay();
    await go();
    expect([(await look()).notice.state, codes(await look())]).toEqual(['approved', []]);
  });

  test('that changed while it was looked at is not approved', async () => {
    const { world, bo, go, sources, look } = await lab();
    const { approve } = await import('../../src/flow/approvals.ts');
    const shown = await look();
    await go(['192.0.2.13']);
    await expect(approve(world, bo.key.signing, sources, shown, { person: bo.name, hours: null })).rejects.toThrow(
      'has changed since it was shown',
    );
  });

  test('is not approved any more when time is up, or when one takes the yes back', async () => {
    const { world, bo, cy, yes, look } = await lab();
    await yes(bo, undefined, 1);
    await yes(cy);
    const words = { person: cy.name, reason: 'found dark' };
    const { reference } = (await look()).notice;
    await expect(
      withdraw(world, bo.key.signing, reference, null, { ...words, person: 'Dee Example' }),
    ).rejects.toThrow();
    await withdraw(world, cy.key.signing, reference, null, words);
    const taken = await look();
    expect([taken.notice.state, taken.standing.given.map(({ name }) => name)]).toEqual(['drafted', ['Bo Example']]);
    expect(taken.facts.items.map(({ state }) => state)).toEqual(['drafted', 'drafted']);
    // Whoever took it back may say yes anew.
    expect((await yes(cy)).notice.state).toBe('approved');
    world.setClock(world.clock.now() + 2 * HOUR_MS);
    const late = await look();
    expect(codes(late)).toContain('approvals-too-few');
    expect(late.standing.void).toContainEqual({ name: 'Bo Example', why: 'has expired' });
  });

  test('that somebody rejected is approved by nobody before it is drafted anew', async () => {
    const { world, bo, cy, dee, go, yes, look } = await lab();
    await yes(bo);
    const { reference } = (await look()).notice;
    await expect(reject(world, dee.key.signing, reference, null, { person: dee.name, reason: ' ' })).rejects.toThrow(
      '--reason',
    );
    await reject(world, dee.key.signing, reference, null, { person: dee.name, reason: 'a shared host' });
    expect(codes(await look())).toContain('notice-rejected');
    await expect(yes(cy)).rejects.toThrow('the notice is rejected');
    await go();
    expect((await look()).notice.state).toBe('rejected');
    await go(['192.0.2.13']);
    expect((await yes(cy)).notice.state).toBe('drafted');
  });

  test('is approved for three days where nobody says, and for no longer than two weeks', async () => {
    const { world, bo, cy, yes } = await lab();
    const before = world.clock.now();
    const { given } = (await yes(bo)).standing;
    expect(given[0]?.expiresAt).toBeGreaterThan(before + 3 * DAY_MS);
    expect(given[0]?.expiresAt).toBeLessThan(before + 3 * DAY_MS + HOUR_MS);
    for (const hours of [0, 337, 1.5]) await expect(yes(cy, undefined, hours)).rejects.toThrow('--hours');
  });

  test('is approved by nobody while the settings do not say who we are, or nothing is known of its ground', async () => {
    const { world, bo, sources, look } = await lab();
    const { run } = await import('../../src/flow.ts');
    const { approve } = await import('../../src/flow/approvals.ts');
    const { drill } = await import('../support/world.ts');
    const nameless = { ...sources, notices: { ...sources.notices, senderSet: false } };
    await run(world, nameless, drill([]));
    const shown = await review(world, nameless, (await look()).notice.reference, null);
    await expect(approve(world, bo.key.signing, nameless, shown, { person: bo.name, hours: null })).rejects.toThrow(
      'did not say who we are',
    );
  });
});

test('a signed yes alone says which bytes it was to, and which texts follow by themselves', async () => {
  const { world, bo, look, yes } = await lab();
  await yes(bo);
  const { notice } = await look();
  const entries = entriesOf(await exportOf(world.store)).filter(({ subject }) => subject === notice.noticeId);
  const drafted = entries.findLast(({ kind }) => kind === 'notice.drafted')?.body;
  const approved = entries.find(({ kind }) => kind === 'notice.approved')?.body;
  if (drafted === undefined) throw new Error('it was never drafted');
  const { messageSha256, reminders, nextContact, copy } = drafted;
  const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
  const message = await world.store.read((transaction) => transaction.noticeMessage(notice.messageSha256));
  expect(approved?.['messageSha256']).toBe(messageSha256);
  expect(approved?.['messageSha256']).toBe(sha256(message ?? ''));
  expect(reminders).not.toEqual([]);
  expect(approved?.['followUps']).toBe(sha256(canonicalJson({ reminders, nextContact, copy })));
  expect(await auditOf(world.store)).toMatchObject({ findings: [] });
});

describe('a name', () => {
  test('that nothing has, or that is the beginning of several, approves nothing', async () => {
    const { world, sources } = await lab({ hosts: ['192.0.2.11', '192.0.2.130'] });
    await expect(review(world, sources, 'DSM-XXXXXX', null)).rejects.toThrow('there is no notice "DSM-XXXXXX"');
    await expect(review(world, sources, '%', null)).rejects.toThrow('there is no notice');
    const [first] = await waiting(world, 'lab');
    expect((await review(world, sources, first?.noticeId.slice(0, 13) ?? '', null)).notice.reference).toBe(
      first?.reference,
    );
    expect((await review(world, sources, first?.reference.toLowerCase() ?? '', 'LAB')).notice.reference).toBe(
      first?.reference,
    );
    await expect(review(world, sources, first?.reference ?? '', 'other')).rejects.toThrow('in the operation other');
  });
});
