import { describe, expect, test } from 'vitest';
import { planOf, requestOf } from './bulk-plan.ts';
import { CaseList, csvCell } from './case-list.ts';
import type { Sort } from './case-list.ts';
import { linesOf } from './lines.ts';
import { madeUpCase } from './made-up-cases.ts';
import { sortOf, sortWords } from './use-cases.ts';
import { savedViews } from './views.tsx';

const NOW = { nowMs: Date.parse('2020-10-12T12:00:00.000Z'), targetMinutes: 180 };
const BY_HOST: Sort = { column: 'host', isDescending: false };
const NONE = new Map<string, string>();

function hosts(list: CaseList, from = 0, to = 1000): readonly string[] {
  return list.window(from, to).rows.map(({ host }) => host);
}

function listOf(...cases: readonly Parameters<typeof madeUpCase>[]): CaseList {
  const list = new CaseList();
  list.take(cases.map((each) => madeUpCase(...each)), NONE, NOW); // prettier-ignore
  return list;
}

describe('the order', () => {
  test('addresses by their numbers, names behind them', () => {
    const list = listOf(['c2.example'], ['192.0.2.100'], ['192.0.2.9'], ['2001:db8::1']);
    list.view({ filter: '', sort: BY_HOST, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.9', '192.0.2.100', '2001:db8::1', 'c2.example']);
  });

  test('states as a case passes through them', () => {
    const list = listOf(['192.0.2.1', { state: 'dark' }], ['192.0.2.2', { state: 'held' }], ['192.0.2.3', { state: 'notified' }]); // prettier-ignore
    list.view({ filter: '', sort: { column: 'state', isDescending: false }, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.2', '192.0.2.3', '192.0.2.1']);
  });

  test('what has no value stands last, whichever way', () => {
    const list = listOf(['192.0.2.1', { country: null }], ['192.0.2.2', { country: 'BR' }], ['192.0.2.3', { country: 'AR' }]); // prettier-ignore
    list.view({ filter: '', sort: { column: 'country', isDescending: false }, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.3', '192.0.2.2', '192.0.2.1']);
    list.view({ filter: '', sort: { column: 'country', isDescending: true }, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.2', '192.0.2.3', '192.0.2.1']);
  });

  test('at first the most pressing: who has the least time left, then how long the others took', () => {
    const list = listOf(
      ['192.0.2.1', { openedAt: '2020-10-12T11:00:00.000Z' }],
      ['192.0.2.2', { state: 'dark', darkAt: '2020-10-12T10:00:00.000Z' }],
      ['192.0.2.3', { openedAt: '2020-10-12T07:00:00.000Z' }],
      ['192.0.2.4', { state: 'dark', darkAt: '2020-10-12T09:00:00.000Z' }],
      ['192.0.2.5', { state: 'retracted' }],
    );
    expect(hosts(list)).toStrictEqual(['192.0.2.3', '192.0.2.1', '192.0.2.4', '192.0.2.2', '192.0.2.5']);
  });

  test('is written into the address and read from it', () => {
    expect(sortWords({ column: 'time', isDescending: false })).toBe('');
    expect(sortOf(sortWords({ column: 'opened', isDescending: true }))).toStrictEqual({ column: 'opened', isDescending: true }); // prettier-ignore
    expect(sortOf('nonsense')).toStrictEqual({ column: 'time', isDescending: false });
  });
});

describe('when the cases are read anew', () => {
  test('rows stay where they stand, changed ones are marked, and what would move is told', () => {
    const list = listOf(['192.0.2.1'], ['192.0.2.2'], ['192.0.2.3', { state: 'dark', verdict: 'dark' }]);
    const first = list.view({ filter: 'verdict:live', sort: BY_HOST, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.1', '192.0.2.2']);
    const again = [
      madeUpCase('192.0.2.0'),
      madeUpCase('192.0.2.1', { state: 'dark', verdict: 'dark', darkAt: '2020-10-12T11:00:00.000Z' }),
      madeUpCase('192.0.2.2'),
      madeUpCase('192.0.2.3', { state: 'dark', verdict: 'dark' }),
    ];
    const beneath = list.take(again, NONE, NOW);
    expect(beneath).toMatchObject({ order: first.order, count: 2, total: 4, changed: 2, come: 1, gone: 1 });
    expect(list.window(0, 10).rows).toMatchObject([
      { host: '192.0.2.1', state: 'dark', isChanged: true, isLeftOver: true },
      { host: '192.0.2.2', isChanged: false, isLeftOver: false },
    ]);
    list.view({ filter: 'verdict:live', sort: BY_HOST, now: NOW });
    expect(hosts(list)).toStrictEqual(['192.0.2.0', '192.0.2.2']);
    expect(list.take(again, NONE, NOW)).toMatchObject({ changed: 0, come: 0, gone: 0, isMoved: false });
  });

  test('tells that only places changed', () => {
    const list = listOf(['192.0.2.1', { country: 'AR' }], ['192.0.2.2', { country: 'BR' }]);
    list.view({ filter: '', sort: { column: 'country', isDescending: false }, now: NOW });
    const beneath = list.take([madeUpCase('192.0.2.1', { country: 'CO' }), madeUpCase('192.0.2.2', { country: 'BR' })], NONE, NOW); // prettier-ignore
    expect(beneath).toMatchObject({ come: 0, gone: 0, isMoved: true });
    expect(hosts(list)).toStrictEqual(['192.0.2.1', '192.0.2.2']);
  });

  test('a case that is gone leaves, and the others keep their numbers', () => {
    const list = listOf(['192.0.2.1'], ['192.0.2.2'], ['192.0.2.3']);
    const [, , third] = list.window(0, 3).rows;
    list.take([madeUpCase('192.0.2.3')], NONE, NOW);
    expect(hosts(list)).toStrictEqual(['192.0.2.3']);
    expect(list.window(0, 1).rows[0]?.id).toBe(third?.id);
  });
});

describe('what it says of a filter', () => {
  test('that no case has a value, and what is meant', () => {
    const list = listOf(['192.0.2.1']);
    expect(list.view({ filter: 'method:abuse-notce', sort: BY_HOST, now: NOW })).toMatchObject({ count: 0, hints: ['No case has method “abuse-notce”. Do you mean abuse-notice?'] }); // prettier-ignore
    expect(list.view({ filter: 'state:drak', sort: BY_HOST, now: NOW })).toMatchObject({ hints: ['No case has state “drak”. Do you mean dark?'] }); // prettier-ignore
    // It could be, and is not now.
    expect(list.view({ filter: 'state:held', sort: BY_HOST, now: NOW })).toMatchObject({ count: 0, hints: [] });
  });
});

describe('what is taken along', () => {
  test('hosts once each, in the order in which they stand, defanged or not', () => {
    const list = listOf(
      ['192.0.2.9', { caseId: 'a' }],
      ['192.0.2.9', { caseId: 'b' }],
      ['c2.example'],
      ['2001:db8::1'],
    );
    list.view({ filter: '', sort: BY_HOST, now: NOW });
    const all = [...list.ids(0, 10)];
    expect(list.text(all.toReversed(), 'defanged')).toBe('192.0.2[.]9\n2001:db8[:]:1\nc2[.]example');
    expect(list.text(all, 'raw')).toBe('192.0.2.9\n2001:db8::1\nc2.example');
  });

  test('names from outside are no formulas', () => {
    const list = listOf(['192.0.2.9', { provider: '=HYPERLINK("http://x.example")' }]);
    expect(list.text([0], 'csv').split('\r\n')[1]).toBe(
      `192.0.2[.]9,notified,live,dedicated,ID,"'=HYPERLINK(""http://x.example"")",abuse-notice,2020-10-12T08:00:00.000Z,,,`,
    );
    expect(['+1', '-1', '@x', '\tx', 'a,b', 'a\nb'].map(csvCell)).toStrictEqual(["'+1", "'-1", "'@x", "'\tx", '"a,b"', '"a\nb"']); // prettier-ignore
  });
});

describe('what is done to several', () => {
  const rows = (): ReturnType<CaseList['rows']> =>
    listOf(
      ['192.0.2.1', { kind: 'unknown' }],
      ['192.0.2.2', { kind: 'sinkhole' }],
      ['192.0.2.3', { state: 'dark' }],
      ['192.0.2.4', { kind: 'unknown', caseId: 'older', state: 'dark', episode: 1 }],
      ['192.0.2.4', { kind: 'unknown', caseId: 'newer', episode: 2 }],
      ['192.0.2.5', { handsOffUntil: '2020-10-20T00:00:00.000Z' }],
    ).rows([0, 1, 2, 3, 4, 5]);
  const told = (plan: ReturnType<typeof planOf>): unknown => [
    plan.servers.map(({ host }) => host),
    plan.without.map(({ host, why }) => `${host} ${why}`),
  ];

  test('leaves out whom it does not fit, and says why', () => {
    expect(told(planOf({ name: 'kind', kind: 'sinkhole', reason: 'x' }, rows()))).toStrictEqual([
      ['192.0.2.4', '192.0.2.1', '192.0.2.5'],
      ['192.0.2.2 is “sinkhole” already', '192.0.2.3 its case is closed', '192.0.2.4 is in the list with another case'],
    ]);
    const act = { name: 'handsOff', party: 'X', until: '2020-10-19T00:00:00.000Z', reason: 'x' } as const;
    expect(told(planOf(act, rows()))).toStrictEqual([
      ['192.0.2.4', '192.0.2.1', '192.0.2.2'],
      ['192.0.2.3 its case is closed', '192.0.2.4 is in the list with another case', '192.0.2.5 is left alone at least as long already'],
    ]); // prettier-ignore
  });

  test('asks for one server at a time', () => {
    expect(requestOf({ name: 'kind', kind: null, reason: 'why' }, 'a b', '2001:db8::1')).toStrictEqual({
      method: 'PUT',
      path: '/operations/a%20b/servers/2001%3Adb8%3A%3A1/kind',
      body: { kind: null, reason: 'why' },
    });
  });
});

describe('what comes in', () => {
  test('lines, however they are cut', async () => {
    const bytes = new TextEncoder().encode('[\n{"a":"é"},\n{"b":2}\n]');
    for (let cut = 1; cut < bytes.length; cut++) {
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut));
          controller.enqueue(bytes.slice(cut));
          controller.close();
        },
      });
      const lines: string[] = [];
      for await (const line of linesOf(new Response(body))) lines.push(line);
      expect(lines).toStrictEqual(['[', '{"a":"é"},', '{"b":2}', ']']);
    }
  }); // prettier-ignore

  test('views that somebody has broken are left out', () => {
    expect(savedViews(null)).toStrictEqual([]);
    expect(savedViews('{')).toStrictEqual([]);
    expect(savedViews('[1, {"name": "mine", "filter": "state:dark", "sort": ""}, {"name": 2}]')).toStrictEqual([
      { name: 'mine', filter: 'state:dark', sort: '' },
    ]);
  });
});
