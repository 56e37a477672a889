import { expect, it } from 'vitest';
import { NEVER_NAMES } from '../domain/never-names.ts';
import { parseHostName } from '../domain/host-name.ts';
import { parseWarningEntry } from '../domain/warning-list.ts';
import type { EntryTerms, WarningList } from '../domain/warning-list.ts';
import { BUILT_IN } from './built-in-lists.ts';
import { explainHit } from './explain-hits.ts';
import { answerGround } from './ground-answer.ts';
import { listInForce, withoutExpired } from './lists-in-force.ts';
import { createProtectedGround } from './protected-ground.ts';

const now = Date.parse('2026-11-25T09:00:00Z');

function listOf(folder: string, entries: Readonly<Record<string, EntryTerms>>, date = '2026-11-20'): WarningList {
  return {
    folder,
    title: folder,
    version: '7',
    type: 'hostname',
    origin: folder.startsWith('own-') ? 'own' : 'warninglists',
    file: 'a file',
    date,
    dateFrom: 'content',
    entries: Object.entries(entries).map(([text, terms]) => {
      const entry = parseWarningEntry('hostname', text);
      if (!entry.ok) throw new Error(entry.problem);
      return { ...entry.value, ...terms };
    }),
    odd: [{ entry: 'x y', reason: 'not a name' }],
    oddCount: 1,
  };
}

const effects = (lists: readonly WarningList[], host: string): readonly string[] =>
  createProtectedGround(lists, {})
    .check({ hostType: 'domain', host })
    .map(({ list, effect, reason }) => `${list} ${effect}${reason === null ? '' : `: ${reason}`}`);

it('what the program itself knows is never touched, with all names below it, and by nothing else', () => {
  expect(effects(BUILT_IN, 'a.root-servers.net')).toEqual(['built-in-root-servers never']);
  expect(effects(BUILT_IN, 'A.GTLD-SERVERS.NET.')).toEqual(['built-in-tld-servers never']);
  expect(effects(BUILT_IN, 'dns.google')).toEqual(['built-in-resolvers never']);
  expect(effects(BUILT_IN, 'www.bsi.bund.de')).toEqual(['built-in-csirts never']);
  expect(effects(BUILT_IN, 'xroot-servers.net')).toEqual([]);
  expect(effects(BUILT_IN, 'c2.example')).toEqual([]);
});

it('every built-in name is one that intake would take, in canonical form and once', () => {
  const names = NEVER_NAMES.flatMap((list) => list.names);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(parseHostName(name), name).toMatchObject({ ok: true, value: { text: name } });
});

it('an entry may say what it does itself, and why', () => {
  const own = listOf('own-ours', {
    'ward.hospital.example': { effect: 'never', reason: 'intensive care' },
    'shop.example': { effect: 'note' },
    'lab.example': {},
  });
  expect(effects([own], 'ward.hospital.example')).toEqual(['own-ours never: intensive care']);
  expect(effects([own], 'shop.example')).toEqual(['own-ours note']);
  expect(effects([own], 'below.lab.example')).toEqual(['own-ours hold']);
});

it('no own list weakens what another says, and no entry what its list never lets go', () => {
  const mild = listOf('own-ours', { 'dns.google': { effect: 'note' }, 'ns.example': { effect: 'note' } });
  const never = listOf('root-servers', { 'ns.example': { effect: 'note' } });
  expect(effects([...BUILT_IN, mild], 'dns.google')).toEqual(['built-in-resolvers never', 'own-ours note']);
  expect(effects([mild, never], 'ns.example')).toEqual(['own-ours note', 'root-servers never']);
});

it('of lists that share a name the strictest word counts', () => {
  const one = listOf('own-ours', { 'lab.example': { effect: 'note' } });
  const other = listOf('own-ours', { 'lab.example': { effect: 'never' } });
  expect(effects([one, other], 'lab.example')).toEqual(['own-ours never']);
});

it('an entry protects on its last day and no longer', () => {
  const own = listOf('own-ours', { 'a.example': { expires: '2026-11-25' }, 'b.example': { expires: '2026-11-24' } });
  const lists = [withoutExpired(own, now)];
  expect(effects(lists, 'a.example')).toEqual(['own-ours hold']);
  expect(effects(lists, 'b.example')).toEqual([]);
  expect(listInForce(own, { effects: {}, staleDays: {} }, now)).toMatchObject({
    list: 'own-ours', class: 'own', effect: 'hold', effectFrom: 'default', date: '2026-11-20', stale: false,
    entries: 1, expired: 1, firstExpired: [{ entry: 'b.example', expires: '2026-11-24' }],
    unusable: 1, firstUnusable: [{ entry: 'x y', reason: 'not a name' }],
  }); // prettier-ignore
});

it('a whole prefix is held as soon as any list names a part of it', () => {
  const clouds = listOf('amazon-aws', { '198.18.5.128/25': {} });
  for (const asked of ['198.18.5.0/24', '198.18.5.128/25', '198.18.5.192/26', '::ffff:198.18.5.0/120']) {
    expect(effects([clouds], asked), asked).toEqual(['amazon-aws hold']);
  }
  expect(effects([clouds], '198.18.6.0/24')).toEqual([]);
  expect(effects([clouds], '198.18.5.129')).toEqual(['amazon-aws note']);
});

it('says what intake would say as well, and what nobody has looked up', () => {
  const ground = createProtectedGround([listOf('sinkholes', { '192.0.2.7': {}, 'hole.example': {} })], {});
  expect(answerGround('hxxp://192.0.2[.]7:443/x', ground)).toMatchObject({
    host: '192.0.2.7', hostType: 'address', intake: 'drill', effect: 'hold', addressesChecked: true,
  }); // prettier-ignore
  expect(answerGround('0xc0000207', ground)).toMatchObject({
    host: null, intake: 'refused', refusal: expect.stringContaining('hexadecimal'), effect: 'hold',
  }); // prettier-ignore
  expect(answerGround('c2.hole.example', ground)).toMatchObject({ effect: 'hold', addressesChecked: false });
  expect(answerGround('c2.example', ground)).toMatchObject({ effect: null, hits: [] });
});

it('explains what a list said: as old as that list is by now, with the reason from the list at hand', () => {
  const own = listOf('own-ours', { 'lab.example': { reason: 'ticket 7' } }, '2026-11-20');
  const hit = { list: 'own-ours', version: '7', effect: 'hold', entry: 'lab.example' } as const;
  expect(explainHit(hit, [own], {}, now)).toEqual({ ...hit, listDate: '2026-11-20', stale: false, reason: 'ticket 7' });
  const tor = { list: 'tor-exits', version: 'x', effect: 'hold', entry: '192.0.2.1', date: '2020-10-12' } as const;
  expect(explainHit(tor, [], {}, now)).toEqual({ ...tor, listDate: '2020-10-12', stale: true, reason: null });
  expect(explainHit(hit, [], {}, now)).toMatchObject({ listDate: null, stale: false });
});
