import { describe, expect, test } from 'vitest';
import type { ListHit } from '../../domain/rows.ts';
import type { Statement } from '../../domain/statement.ts';
import type { IdentifyFacts } from '../../ports/store.ts';
import { judgeServer as judge } from './judge-server.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');

/** One fresh word of each group. */
const by = (...groups: readonly string[]): Pick<IdentifyFacts, 'statements'> => ({
  statements: groups.map((group): Statement => ({
    source: `${group} feed`,
    group,
    reliability: null,
    evidence: 'listing',
    seen: NOW - 3_600_000,
    received: NOW,
    reference: null,
  })),
});

/** All lists at hand with these hits; null: no list at hand. */
type Hits = readonly ListHit[] | null;
const ALL = new Set(['a list', 'clouds', 'roots', 'sinkholes', 'vpn']);
const judgeServer = (before: IdentifyFacts, hits: Hits): ReturnType<typeof judge> =>
  judge(before, hits === null ? null : { lists: ALL, warningListsGiven: true, hits }, NOW);

const facts = (more: Partial<IdentifyFacts> = {}): IdentifyFacts => ({
  serverId: 'a server',
  hostType: 'address',
  host: '203.0.113.7',
  ...by(''),
  names: [],
  attestations: [],
  attestedImports: [],
  current: null,
  ...more,
});

const hit = (list: string, effect: ListHit['effect'], version = '1'): ListHit => ({
  list,
  version,
  effect,
  entry: 'x',
});

/** The facts as they stand once a judgement has been recorded. */
function judgedAgain(before: IdentifyFacts, checked: Hits, more: Partial<IdentifyFacts> = {}): IdentifyFacts {
  const row = judgeServer(before, checked);
  if (row === null) throw new Error('nothing was judged');
  const { caseId, heldBy, groups, attestedBy, groundChecked, listHits, outcome, assessment = null } = row;
  return {
    ...before,
    current: { caseId, state: outcome, heldBy, groups, attestedBy, groundChecked, listHits, assessment },
    ...more,
  };
}

describe('judgeServer', () => {
  test.each([
    ['one unnamed group, however often', [''], [], ['needs-corroboration']],
    ['one named group', ['feed a'], [], ['needs-corroboration']],
    ['no group at all', [], [], ['needs-corroboration']],
    ['two groups', ['feed a', 'feed b'], [], []],
    ['one group, and a person who vouches', ['feed a'], ['Ada Example'], []],
  ])('with %s', (_, groups, attestedBy, heldBy) => {
    expect(judgeServer(facts({ ...by(...groups), attestedImports: attestedBy }), null)).toMatchObject({
      outcome: heldBy.length > 0 ? 'held' : 'identified',
      heldBy,
      groups,
      attestedBy,
      groundChecked: false,
    });
  });

  test.each([
    ['never', ['a list']],
    ['hold', ['a list']],
    ['hostname-only', []],
    ['note', []],
  ] as const)('a list with the effect "%s" holds by %j, whoever vouches', (effect, heldBy) => {
    const attested = facts({ ...by('feed a', 'feed b'), attestedImports: ['Ada Example'] });
    const row = judgeServer(attested, [hit('a list', effect)]);
    expect(row).toMatchObject({ heldBy, groundChecked: true, listHits: [hit('a list', effect)] });
  });

  test('names every reason once, corroboration first', () => {
    const checked = [hit('sinkholes', 'hold'), hit('clouds', 'note'), hit('roots', 'never'), hit('sinkholes', 'never')];
    expect(judgeServer(facts(), checked)?.heldBy).toEqual(['needs-corroboration', 'sinkholes', 'roots']);
  });

  test('says nothing when nothing has changed', () => {
    const checked = [hit('sinkholes', 'hold')];
    expect(judgeServer(judgedAgain(facts(), checked), checked)).toBeNull();
    expect(judgeServer(judgedAgain(facts(), null), null)).toBeNull();
    expect(judgeServer(judgedAgain(facts(), checked), null)).toBeNull();
  });

  test('held is not cleared by leaving the lists out', () => {
    const held = judgedAgain(facts(by('a', 'b')), [hit('sinkholes', 'hold')], by('a', 'b', 'c'));
    expect(judgeServer(held, null)).toMatchObject({
      outcome: 'held',
      heldBy: ['sinkholes'],
      groundChecked: true,
      listHits: [hit('sinkholes', 'hold')],
    });
  });

  test('held is not cleared by other lists than the one that holds', () => {
    const held = judgedAgain(facts(by('a', 'b')), [hit('sinkholes', 'hold')]);
    const others = { lists: new Set(['clouds']), warningListsGiven: true, hits: [hit('clouds', 'note')] };
    expect(judge(held, others, NOW)).toMatchObject({
      outcome: 'held',
      heldBy: ['sinkholes'],
      listHits: [hit('clouds', 'note'), hit('sinkholes', 'hold')],
    });
  });

  test('held is cleared by a second group, by a person, or by lists that no longer name it', () => {
    const waits = judgedAgain(facts(), []);
    expect(judgeServer({ ...waits, ...by('feed a', 'feed b') }, [])?.outcome).toBe('identified');
    expect(judgeServer({ ...waits, attestedImports: ['Ada Example'] }, [])?.outcome).toBe('identified');
    const listed = judgedAgain(facts(by('a', 'b')), [hit('sinkholes', 'hold')]);
    expect(judgeServer(listed, [])).toMatchObject({ outcome: 'identified', heldBy: [], listHits: [] });
  });

  test('an identified server is held when a list names it later, in the same case', () => {
    const identified = judgedAgain(facts(by('a', 'b')), []);
    const row = judgeServer(identified, [hit('sinkholes', 'hold')]);
    expect(row).toMatchObject({ outcome: 'held', caseId: identified.current?.caseId });
  });

  test.each([
    ['a list of another version', [hit('clouds', 'note', '2')]],
    ['another effect', [hit('clouds', 'hostname-only')]],
    ['another entry', [{ ...hit('clouds', 'note'), entry: 'y' }]],
    ['one list more', [hit('clouds', 'note'), hit('vpn', 'note')]],
  ])('%s is a new judgement, because a court may ask which list said so', (_, checked) => {
    const before = judgedAgain(facts(by('a', 'b')), [hit('clouds', 'note')]);
    expect(judgeServer(before, checked)).toMatchObject({ outcome: 'identified', listHits: checked });
  });

  test('says anew what has lost weight by age alone, and holds what no longer has enough', () => {
    const before = judgedAgain(facts(by('a', 'b')), []);
    const inDays = (days: number) =>
      judge(before, { lists: ALL, warningListsGiven: true, hits: [] }, NOW + days * 86_400_000);
    expect(inDays(29)).toBeNull();
    expect(inDays(31)).toMatchObject({
      outcome: 'identified',
      assessment: { groups: [{ weight: 0.5 }, { weight: 0.5 }] },
    });
    expect(inDays(91)).toMatchObject({ outcome: 'held', heldBy: ['needs-corroboration'] });
  });

  test('a judgement of a version that did not weigh is made again', () => {
    const judged = judgedAgain(facts(by('a', 'b')), []);
    const before = { ...judged, current: judged.current === null ? null : { ...judged.current, assessment: null } };
    expect(judgeServer(before, [])).toMatchObject({ assessment: { basis: 'independent-groups' } });
  });

  test('the date of the very same list is no new judgement: rows from before dates were kept stay as they are', () => {
    const before = judgedAgain(facts(by('a', 'b')), [hit('clouds', 'note')]);
    expect(judgeServer(before, [{ ...hit('clouds', 'note'), date: '2026-11-20' }])).toBeNull();
    expect(judgeServer(facts(), [{ ...hit('clouds', 'note'), date: '2026-11-20' }])?.listHits).toEqual([
      { ...hit('clouds', 'note'), date: '2026-11-20' },
    ]);
  });

  test('what is built in, Tor exits and own lists hold, and yet nobody has checked the ground', () => {
    const builtIn = { lists: new Set(['roots']), warningListsGiven: false, hits: [hit('roots', 'never')] };
    expect(judge(facts(by('a', 'b')), builtIn, NOW)).toMatchObject({ heldBy: ['roots'], groundChecked: false });
    const checked = judgedAgain(facts(by('a', 'b')), [hit('sinkholes', 'hold')]);
    expect(judge(checked, { ...builtIn, hits: [] }, NOW)).toBeNull();
  });

  test('the first judgement opens the case that its server names, always the same', () => {
    const first = judgeServer(facts(), null);
    expect(judgeServer(facts(by('a', 'b')), null)?.caseId).toBe(first?.caseId);
    expect(judgeServer(facts({ serverId: 'another' }), null)?.caseId).not.toBe(first?.caseId);
  });
});
