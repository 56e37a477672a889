import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { growth } from '../../test/support/growth.ts';
import { ipv4Number } from '../domain/address.ts';
import { parseWarningEntry } from '../domain/warning-list.ts';
import type { WarningList, WarningListType } from '../domain/warning-list.ts';
import { groundClassOf } from './list-classes.ts';
import { effectOf } from './list-effects.ts';
import type { Effect } from './list-effects.ts';
import { createProtectedGround } from './protected-ground.ts';
import type { GroundQuestion, ProtectedGround } from './protected-ground.ts';

const DATA = path.resolve('../shared/data');
const REAL_LISTS = path.join(DATA, 'warninglists');
const MALTRAIL = path.join(DATA, 'trickbot', 'maltrail-trickbot.txt');

function listOf(folder: string, type: WarningListType, texts: readonly string[]): WarningList {
  const entries = texts.map((text) => {
    const entry = parseWarningEntry(type, text);
    if (!entry.ok) throw new Error(`${text}: ${entry.problem}`);
    return entry.value;
  });
  return {
    folder, title: `Title of ${folder}`, version: '7', type, origin: 'warninglists', file: null, date: '2026-11-01',
    dateFrom: 'version', entries, odd: [], oddCount: 0,
  }; // prettier-ignore
}

function groundOf(lists: readonly WarningList[], settings: Readonly<Record<string, Effect>> = {}) {
  const ground = createProtectedGround(lists, settings);
  /** "list effect entry" for each hit. */
  return (host: string, otherNames?: readonly string[]): readonly string[] => {
    const question: GroundQuestion = {
      hostType: ipv4Number(host) >= 0 || host.includes(':') ? 'address' : 'domain',
      host,
      ...(otherNames === undefined ? {} : { otherNames }),
    };
    return ground.check(question).map(({ list, effect, entry }) => `${list} ${effect} ${entry}`);
  };
}

it('names every list that holds an address, each by its most specific entry', () => {
  const check = groundOf([
    listOf('sinkholes', 'cidr', ['198.18.0.0/15', '198.18.5.0/24', '198.18.5.0/24']),
    listOf('amazon-aws', 'cidr', ['198.18.5.128/25', '2001:DB8::/32']),
    listOf('akamai', 'cidr', ['203.0.113.9']),
  ]);
  expect(check('198.18.5.200')).toEqual(['sinkholes hold 198.18.5.0/24', 'amazon-aws note 198.18.5.128/25']);
  expect(check('198.19.99.1')).toEqual(['sinkholes hold 198.18.0.0/15']);
  expect(check('203.0.113.9')).toEqual(['akamai hostname-only 203.0.113.9']);
  expect(check('2001:db8::1')).toEqual(['amazon-aws note 2001:DB8::/32']);
  expect(check('203.0.113.10')).toEqual([]);
});

it('says which list in which version', () => {
  const ground = createProtectedGround([listOf('sinkholes', 'cidr', ['192.0.2.1'])], {});
  expect(ground.check({ hostType: 'address', host: '192.0.2.1' })).toEqual([
    {
      list: 'sinkholes', title: 'Title of sinkholes', version: '7', date: '2026-11-01', effect: 'hold',
      entry: '192.0.2.1', reason: null,
    }, // prettier-ignore
  ]);
});

it('tells a name itself from the names below it', () => {
  const check = groundOf([
    listOf('cloudflare-top5k', 'string', ['shop.example']),
    listOf('findip-host', 'hostname', ['.ip.example']),
  ]);
  expect(check('shop.example')).toEqual(['cloudflare-top5k hold shop.example']);
  expect(check('c2.shop.example')).toEqual([]);
  expect(check('ip.example')).toEqual(['findip-host hold .ip.example']);
  expect(check('a.b.ip.example')).toEqual(['findip-host hold .ip.example']);
  expect(check('tip.example')).toEqual([]);
});

it('lets one customer of a dynamic-DNS provider be asked for, and holds the provider’s own name', () => {
  const check = groundOf([listOf('dynamic-dns', 'hostname', ['.dyn.example'])]);
  expect(check('c2.dyn.example')).toEqual(['dynamic-dns hostname-only .dyn.example']);
  expect(check('dyn.example')).toEqual(['dynamic-dns hold .dyn.example']);
});

it('looks at the other names of a server too, and keeps a list’s strictest word', () => {
  const check = groundOf([
    listOf('dynamic-dns', 'hostname', ['.dyn.example']),
    listOf('sinkholes', 'cidr', ['192.0.2.0/24']),
  ]);
  expect(check('c2.dyn.example', ['dyn.example', '192.0.2.7'])).toEqual([
    'dynamic-dns hold .dyn.example',
    'sinkholes hold 192.0.2.0/24',
  ]);
  expect(check('c2.test', ['other.dyn.example'])).toEqual(['dynamic-dns hostname-only .dyn.example']);
});

it('searches substrings and bounded patterns', () => {
  const check = groundOf([
    listOf('parts', 'substring', ['Shop']),
    listOf('patterns', 'regex', [String.raw`/^cdn[0-9]+\.example$/`]),
  ]);
  expect(check('workshop.example')).toEqual(['parts hold Shop']);
  expect(check('CDN12.example')).toEqual([String.raw`patterns hold /^cdn[0-9]+\.example$/`]);
});

describe('disguises', () => {
  const check = groundOf([
    listOf('public-dns-v4', 'cidr', ['198.51.100.7']),
    listOf('ipv6-linklocal', 'cidr', ['FE80::/10']),
    listOf('findip-host', 'hostname', ['bücher.example']),
  ]);

  it.each([
    '::ffff:198.51.100.7',
    '0:0:0:0:0:FFFF:C633:6407',
    '[::ffff:198.51.100.7]',
    '64:ff9b::198.51.100.7',
    '2002:c633:6407::1',
    '2001:0:c000:201:0:1:39cc:9bf8',
    '::198.51.100.7',
    '198.51.100.7.',
    '0xc6336407',
    '3325256711',
    '１９８.51.100.7',
    '198。51。100。7',
  ])('do not hide an address: %s', (host) => {
    expect(check(host)).toEqual(['public-dns-v4 hold 198.51.100.7']);
  });

  it.each([
    'bücher.example',
    'BÜCHER.example',
    'bu\u0308cher.example',
    'xn--bcher-kva.example',
    'XN--BCHER-KVA.EXAMPLE.',
    'www.bücher.example',
    'bücher。example',
    'bücher.example..',
    '.bücher.example',
    'bü\u00adcher.example',
    'ｂücher.example',
    'bücher.ＥＸＡＭＰＬＥ',
  ])('do not hide a name: %s', (host) => {
    expect(check(host)).toEqual(['findip-host hold bücher.example']);
  });
});

describe('effects', () => {
  it('hold for a list that nobody has judged, whatever its name', () => {
    for (const folder of ['our-own', 'constructor', '__proto__', '']) expect(effectOf(folder, {})).toBe('hold');
  });

  it('follow the settings, which may make a list stricter or milder', () => {
    expect(effectOf('vpn-ipv4', { 'vpn-ipv4': 'never' })).toBe('never');
    expect(effectOf('sinkholes', { sinkholes: 'note' })).toBe('note');
    const check = groundOf([listOf('akamai', 'cidr', ['192.0.2.1'])], { akamai: 'note' });
    expect(check('192.0.2.1')).toEqual(['akamai note 192.0.2.1']);
  });

  it('never let a never be weakened', () => {
    const settings: Record<string, Effect> = { 'root-servers': 'note', sinkholes: 'note', 'tld-servers': 'never' };
    expect(Object.keys(settings).map((folder) => effectOf(folder, settings))).toEqual(['never', 'note', 'never']);
  });

  it('never hold reserved space, where drills live', () => {
    const check = groundOf([listOf('rfc5735', 'cidr', ['192.0.2.0/24']), listOf('rfc3849', 'cidr', ['2001:DB8::/32'])]);
    expect(check('192.0.2.1')).toEqual(['rfc5735 reserved 192.0.2.0/24']);
    expect(check('2001:db8::1')).toEqual(['rfc3849 reserved 2001:DB8::/32']);
  });
});

it('answers as soon against a list that is sixty times as long', () => {
  const groundOver = (times: number): ProtectedGround => {
    const texts = Array.from(
      { length: 1000 * times },
      (_, at) => `198.${18 + (at & 1)}.${(at >> 8) & 255}.${at & 255}`,
    );
    return createProtectedGround([listOf('public-dns-v4', 'cidr', texts)], {});
  };
  const checkAll = (ground: ProtectedGround): void => {
    let hits = 0;
    for (let at = 0; at < 1000; at++)
      hits += ground.check({ hostType: 'address', host: `198.18.${(at >> 8) & 255}.${at & 255}` }).length;
    expect(hits).toBeGreaterThan(0);
  };
  // A list that is walked through takes sixty times as long.
  expect(growth(60, groundOver, checkAll)).toBeLessThan(20);
});

describe.skipIf(!existsSync(REAL_LISTS))('the real lists (skipped without ../shared/data)', () => {
  interface RawList {
    readonly folder: string;
    readonly type: WarningListType;
    readonly list: readonly string[];
  }
  const readRaw = (): RawList[] =>
    readdirSync(REAL_LISTS).map((folder) => {
      const parsed: Omit<RawList, 'folder'> = JSON.parse(
        readFileSync(path.join(REAL_LISTS, folder, 'list.json'), 'utf8'),
      );
      return { ...parsed, folder };
    });

  it('are each known by name', () => {
    for (const { folder } of readRaw()) expect(groundClassOf(folder), folder).not.toBe('unknown');
  });

  it('name exactly the addresses of a real feed that a look at every entry finds', () => {
    const raw = readRaw();
    const ground = createProtectedGround(
      raw.map(({ folder, type, list }) => listOf(folder, type, list)),
      {},
    );
    const hosts = [...new Set(readFileSync(MALTRAIL, 'utf8').match(/^\d+\.\d+\.\d+\.\d+(?=:|$)/gm))];
    expect(hosts).toHaveLength(1928);
    const found: Record<string, string[]> = {};
    for (const host of hosts) {
      for (const { list } of ground.check({ hostType: 'address', host })) (found[list] ??= []).push(host);
    }
    const expected: Record<string, string[]> = {};
    for (const { folder, type, list } of raw) {
      if (type !== 'cidr') continue;
      const ranges = list.flatMap((text) => {
        const [base = '', bits = '32'] = text.split('/');
        const first = ipv4Number(base);
        return first < 0 ? [] : [[first, first + 2 ** (32 - Number(bits)) - 1] as const];
      });
      for (const host of hosts) {
        const number = ipv4Number(host);
        if (ranges.some(([first, last]) => first <= number && number <= last)) (expected[folder] ??= []).push(host);
      }
    }
    expect(found).toEqual(expected);
    const counts = Object.fromEntries(Object.entries(found).map(([list, named]) => [list, named.length]));
    expect(counts).toMatchObject({
      'public-dns-v4': 10,
      akamai: 2,
      cloudflare: 1,
      'amazon-aws': 3,
      'google-gcp': 1,
      'vpn-ipv4': 510,
    });
  });
});
