import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offersFor } from './complete.ts';
import { durationOf, parseFilter, testOf, tokensOf, written } from './filter.ts';
import { keptRow } from './row.ts';
import { madeUpCase } from './made-up-cases.ts';

const NOW = { nowMs: Date.parse('2020-10-12T12:00:00.000Z'), targetMinutes: 180 };

const ROWS = [
  madeUpCase('192.0.2.10'),
  madeUpCase('192.0.2.11', { state: 'dark', verdict: 'dark', darkAt: '2020-10-12T09:30:00.000Z', country: 'BR', provider: 'Guanabara Telecom', kind: 'iot-device' }),
  madeUpCase('198.51.100.7', { state: 'held', verdict: null, heldBy: ['protected-ground'], openedAt: '2020-10-12T11:30:00.000Z', provider: null, country: null, method: null, groups: ['backbone', 'config lab'] }),
  madeUpCase('c2.example', { state: 'refused', verdict: 'c2-live', episode: 2, openedAt: '2020-10-11T23:59:00.000Z', noticeId: 'n', lastLookAt: '2020-10-12T11:50:00.000Z', handsOffUntil: '2020-10-13T00:00:00.000Z' }),
  madeUpCase('2001:db8::7', { state: 'located', method: null, verdict: 'inconclusive', provider: 'Jakarta Server, Branch "2"' }),
].map((json, id) => keptRow(json, id, json.noticeId === 'n' ? 'DSM-XM8Q7AG8' : null)); // prettier-ignore

function found(filter: string): readonly string[] {
  const { groups, problems } = parseFilter(filter);
  expect(problems).toStrictEqual([]);
  const isIn = testOf(groups);
  return ROWS.filter((row) => isIn(row, NOW)).map(({ host }) => host);
}

function problem(filter: string): string {
  return parseFilter(filter)
    .problems.map(({ message }) => message)
    .join('\n');
}

describe('what a filter finds', () => {
  test.each([
    ['', ['192.0.2.10', '192.0.2.11', '198.51.100.7', 'c2.example', '2001:db8::7']],
    // Words stand in the host or in the provider's name, however an indicator is written.
    ['jakarta', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    ['192.0.2', ['192.0.2.10', '192.0.2.11']],
    ['192.0.2[.]10', ['192.0.2.10']],
    ['c2[.]example', ['c2.example']],
    ['2001:db8', ['2001:db8::7']],
    ['2001[:]db8[:][:]7', ['2001:db8::7']],
    ['2001:db8[:]:7', ['2001:db8::7']],
    ['2001:db8[:]:7 port 443', ['2001:db8::7']],
    ['2001:db8[:]:7 port 443 192.0.2.10', ['192.0.2.10', '2001:db8::7']],
    // Whole indicators as they are pasted: that server and no other.
    ['192.0.2.1', []],
    ['192.0.2[dot]10', ['192.0.2.10']],
    ['192(.)0(.)2(.)10', ['192.0.2.10']],
    ['192.0.2.10:443', ['192.0.2.10']],
    ['192.0.2[.]10:443', ['192.0.2.10']],
    ['http://192.0.2.10/gate.php?id=1,2', ['192.0.2.10']],
    ['hxxps://192[.]0[.]2[.]10:447/a/b', ['192.0.2.10']],
    ['hxxp[://]c2[.]example/gate', ['c2.example']],
    ['HXXP://user:pw@C2[.]EXAMPLE:8080/', ['c2.example']],
    ['c2.example:443', ['c2.example']],
    ['example', ['c2.example']],
    ['2.example:443', []],
    ['[2001:db8::7]:443', ['2001:db8::7']],
    ['https://[2001:db8::7]/', ['2001:db8::7']],
    ['2001:0DB8:0:0::7', ['2001:db8::7']],
    ['host:hxxp://192.0.2[.]10/', ['192.0.2.10']],
    ['-192.0.2.10:443', ['192.0.2.11', '198.51.100.7', 'c2.example', '2001:db8::7']],
    // Networks, bare or by name.
    ['192.0.2.0/28', ['192.0.2.10', '192.0.2.11']],
    ['192.0.2[.]0/28', ['192.0.2.10', '192.0.2.11']],
    ['cidr:192.0.2.0/28', ['192.0.2.10', '192.0.2.11']],
    ['cidr:192.0.2.11', ['192.0.2.11']],
    ['cidr:192.0.2.0/28,2001:db8::/32', ['192.0.2.10', '192.0.2.11', '2001:db8::7']],
    ['2001:db8::/32', ['2001:db8::7']],
    ['fe80::/10', []],
    ['host:2001:db8::/125', ['2001:db8::7']],
    ['2001:db8::8/125', []],
    ['-192.0.2.0/28 -verdict:none', ['c2.example', '2001:db8::7']],
    // A list that was pasted: any of them.
    ['192.0.2.10 198.51.100.7', ['192.0.2.10', '198.51.100.7']],
    ['192.0.2.10, 192.0.2.11; hxxp://c2[.]example/', ['192.0.2.10', '192.0.2.11', 'c2.example']],
    ['192.0.2.10,192.0.2.11 state:dark', ['192.0.2.11']],
    // References of notices.
    ['DSM-XM8Q7AG8', ['c2.example']],
    ['[dsm-xm8q7ag8]', ['c2.example']],
    ['dsm-xm8q', ['c2.example']],
    // OR joins the terms right beside it; the rest must hold.
    ['state:dark OR state:held', ['192.0.2.11', '198.51.100.7']],
    ['state:dark OR held:yes OR verdict:c2-live', ['192.0.2.11', '198.51.100.7', 'c2.example']],
    ['state:notified OR state:dark country:BR', ['192.0.2.11']],
    ['jakarta state:refused OR state:held', ['c2.example']],
    ['state:dark OR -open:no country:BR', ['192.0.2.11']],
    ['192.0.2.0/28 OR state:held', ['192.0.2.10', '192.0.2.11', '198.51.100.7']],
    ['state:refused AND jakarta', ['c2.example']],
    ['"OR"', []],
    ['-jakarta', ['192.0.2.11', '198.51.100.7']],
    ['"jakarta server"', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    // All must hold; of values between commas one.
    ['jakarta state:notified', ['192.0.2.10']],
    ['state:refused,held', ['198.51.100.7', 'c2.example']],
    ['state:Refused', ['c2.example']],
    ['-state:dark -state:held', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    ['-state:dark,held', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    // A server that answers as C2 is live.
    ['verdict:live', ['192.0.2.10', 'c2.example']],
    ['verdict:c2-live', ['c2.example']],
    ['verdict:none', ['198.51.100.7']],
    ['country:br,id', ['192.0.2.10', '192.0.2.11', 'c2.example', '2001:db8::7']],
    ['country:none', ['198.51.100.7']],
    ['provider:"Jakarta Server, Branch"', ['2001:db8::7']],
    ['provider:telecom', ['192.0.2.11']],
    ['kind:iot*', ['192.0.2.11']],
    ['kind:"iot device"', ['192.0.2.11']],
    ['method:none', ['198.51.100.7', '2001:db8::7']],
    ['group:"config lab"', ['198.51.100.7']],
    ['notice:dsm-xm8q7ag8', ['c2.example']],
    ['notice:none country:br', ['192.0.2.11']],
    ['held:yes', ['198.51.100.7']],
    ['held:no returned:yes', ['c2.example']],
    ['open:no', ['192.0.2.11']],
    ['hands-off:yes', ['c2.example']],
    ['host:192.0.2.0/28', ['192.0.2.10', '192.0.2.11']],
    ['host:192.0.2.11/32', ['192.0.2.11']],
    ['host:0.0.0.0/0', ['192.0.2.10', '192.0.2.11', '198.51.100.7']],
    // Times.
    ['age>3h', ['192.0.2.10', '192.0.2.11', 'c2.example', '2001:db8::7']],
    ['age<1h', ['198.51.100.7']],
    ['age>=240m age<=4h', ['192.0.2.10', '192.0.2.11', '2001:db8::7']],
    ['left>2h', ['198.51.100.7']],
    ['left<0h', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    ['overdue:yes', ['192.0.2.10', 'c2.example', '2001:db8::7']],
    ['taken<2h', ['192.0.2.11']],
    ['looked>1d', ['192.0.2.10', '192.0.2.11', '198.51.100.7', '2001:db8::7']],
    ['looked<1h', ['c2.example']],
    ['opened<2020-10-12', ['c2.example']],
    ['opened>2020-10-11', ['192.0.2.10', '192.0.2.11', '198.51.100.7', '2001:db8::7']],
    ['opened<=2020-10-11', ['c2.example']],
    ['opened>2020-10-12', []],
    ['opened>=2020-10-12T11:30', ['198.51.100.7']],
    ['dark>2020-10-11', ['192.0.2.11']],
  ])('%s', (filter, hosts) => {
    expect(found(filter)).toStrictEqual(hosts);
  });
});

describe('what it does not understand it says', () => {
  test.each([
    ['colour:red', 'There is no field “colour”. Fields are state, verdict,'],
    ['sate:dark', 'There is no field “sate”. Do you mean state:?'],
    ['state:', 'state: lacks its value.'],
    ['age:3h', 'age is compared: age>3h or age<3h.'],
    ['age>soon', 'age: it takes a time such as 30m, 3h or 2d, not “soon”.'],
    ['opened>12.10.2020', 'opened: it takes a day such as 2020-10-12'],
    ['state>dark', 'state is not compared by >: write state:dark.'],
    ['held:maybe', 'held: it is yes or no, not “maybe”.'],
    ['host:192.0.2.0/40', 'host: “192.0.2.0/40” is no network such as'],
    ['192.0.2.0/40', '“192.0.2.0/40” is no network such as'],
    ['2001:db8::/129', '“2001:db8::/129” is no network such as'],
    ['cidr:jakarta', 'cidr: “jakarta” is no network such as'],
    ['192.0.2.300', '“192.0.2.300” holds no address'],
    ['2001:db8::7::1', '“2001:db8::7::1” holds no address'],
    ['http://', '“http://” holds no address'],
    ['hxxp://192.0.2.300:80/', '“hxxp://192.0.2.300:80/” holds no address'],
    ['192.0.2.1-192.0.2.9', 'is a range: write it as networks'],
    ['192.0.2.10,jakarta', 'commas stand between whole addresses'],
    ['state:dark OR', 'state:dark OR: OR stands between two terms.'],
    ['OR state:dark', 'OR stands between two terms.'],
    ['state:dark OR OR state:held', 'OR stands between two terms.'],
    ['state:dark or state:held', '“or” is not understood: OR stands between two terms'],
    ['not state:dark', '“not” is not understood'],
    ['state:dark || state:held', '|| is not understood'],
    ['!state:dark', 'what must not hold is written -state:dark'],
    ['state=dark', 'write state: and the value'],
    ['state!=dark', 'write -state: and the value'],
    ['(state:dark OR state:held)', 'there are no parentheses'],
    ['provider:"Jakarta', 'A quotation mark in provider:"Jakarta is not closed.'],
  ])('%s', (filter, message) => {
    expect(problem(filter)).toContain(message);
  });

  test('the rest holds all the same, and says where the problem stands', () => {
    const { groups, problems } = parseFilter('state:dark colour:red');
    expect(groups).toHaveLength(1);
    expect(problems).toMatchObject([{ from: 11, to: 21 }]);
  });

  test('of terms with OR between them none is left out: less would be shown than was asked for', () => {
    const { groups, problems } = parseFilter('country:BR state:dark OR colour:red');
    expect(groups.map(({ terms }) => terms.map(({ text }) => text))).toStrictEqual([['country:BR']]);
    expect(problems).toMatchObject([
      { message: expect.stringMatching(/^state:dark OR colour:red: There is no field/) },
    ]);
  });

  test('how it was taken is said where somebody may have meant it otherwise', () => {
    const notes = (filter: string): readonly string[] => parseFilter(filter).notes;
    expect(notes('state:dark country:BR')).toStrictEqual([]);
    expect(notes('state:dark OR state:held')).toStrictEqual([]);
    expect(notes('country:BR state:dark OR state:held')).toStrictEqual([
      'Read as: country:BR and (state:dark or state:held)',
    ]);
    expect(notes('192.0.2.1:443')).toStrictEqual(['Ports are not looked at: a case is a server with all its ports.']);
    expect(notes('hxxp://192.0.2.1/x')).toStrictEqual(['Paths of URLs are not looked at: a case is a server.']);
    expect(notes('192.0.2.1 192.0.2.2')).toStrictEqual([
      'Any of the 2 addresses or networks: a server has one address.',
    ]);
  });

  test('no text breaks it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const isIn = testOf(parseFilter(text).groups);
        for (const row of ROWS) isIn(row, NOW);
        offersFor(text, text.length, ROWS, NOW);
        expect(tokensOf(text).every(({ from, to }) => from < to)).toBe(true);
      }),
    );
  });

  test('a value that is written into a filter finds what it stands for', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (provider) => {
        fc.pre(provider.trim() !== '' && !provider.includes('"'));
        const row = keptRow(madeUpCase('192.0.2.1', { provider }), 0, null);
        const { groups, problems } = parseFilter(`provider:${written(provider)}`);
        expect(problems).toStrictEqual([]);
        expect(testOf(groups)(row, NOW)).toBe(true);
      }),
    );
  });

  test('times are of minutes, hours, days and weeks', () => {
    expect(['90m', '1.5h', '2d', '1w', '3', 'h', '-3h'].map(durationOf)).toStrictEqual([
      90,
      90,
      2880,
      10_080,
      null,
      null,
      null,
    ]);
  });
});

describe('what it offers', () => {
  const offered = (text: string, caret = text.length): readonly (readonly [string, number | null])[] =>
    offersFor(text, caret, ROWS, NOW).map(({ text: next, cases }) => [next, cases]);

  test('fields by their beginning, ready for a value', () => {
    expect(offered('jakarta st')).toStrictEqual([['jakarta state:', null]]);
    expect(offered('-cou')).toStrictEqual([['-country:', null]]);
    expect(offered('ag')).toStrictEqual([['age>', null]]);
  });

  test('values that occur, the most frequent first, with how many cases have them', () => {
    expect(offered('country:').slice(0, 3)).toStrictEqual([
      ['country:ID', 3],
      ['country:BR', 1],
      ['country:none', 1],
    ]);
  });

  test('counts what the rest of the filter leaves', () => {
    expect(offered('state:notified country:')).toStrictEqual([['state:notified country:ID', 1]]);
  });

  test('counts what is on one side of an OR without the other side', () => {
    expect(offered('state:refused OR country:').slice(0, 1)).toStrictEqual([['state:refused OR country:ID', 3]]);
    expect(offered('telecom state:refused OR country:b')).toStrictEqual([['telecom state:refused OR country:BR', 1]]);
  });

  test('goes on after a comma, in quotation marks where it needs them, and in the middle', () => {
    expect(offered('group:backbone,conf')).toStrictEqual([['group:backbone,"config lab"', 1]]);
    expect(offered('country:I jakarta', 9)).toStrictEqual([['country:ID jakarta', 3]]);
    expect(offered('provider:"guan')).toStrictEqual([['provider:"Guanabara Telecom"', 1]]);
  });

  test('what could be and is not, with none', () => {
    expect(offered('state:contes')).toStrictEqual([['state:contested', 0]]);
  });

  test('nothing of a field that it does not know', () => {
    expect(offered('colour:r')).toStrictEqual([]);
  });

  test('every value that is offered is understood', () => {
    for (const text of ['state:', 'kind:', 'verdict:', 'provider:', 'held:', 'notice:', 'group:']) {
      for (const [next] of offered(text)) expect(problem(next)).toBe('');
    }
  });
});
