import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainToUnicode } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readTorExits } from '../../src/adapters/warning-lists/read-tor-exits.ts';
import { readWarningLists } from '../../src/adapters/warning-lists/read-warning-lists.ts';
import { ipv4Number, parseAddress } from '../../src/domain/address.ts';
import { defang } from '../../src/domain/defang.ts';
import type { WarningList } from '../../src/domain/warning-list.ts';
import { createProtectedGround } from '../../src/policy/protected-ground.ts';
import type { ProtectedGround } from '../../src/policy/protected-ground.ts';
import { normaliseRow } from '../../src/steps/intake/normalise.ts';
import { REPOSITORY } from '../support/cli.ts';
import { unwrap } from '../support/world.ts';

/*
 * Every list × every disguise of what it names: intake refuses the row, with a reason, or the list names it. Nothing
 * passes as unlisted.
 */

const DATA = join(REPOSITORY, '..', 'shared', 'data');
const LISTS = join(DATA, 'warninglists');
const TOR = join(DATA, 'tor');
const hasData = existsSync(LISTS) && existsSync(TOR);
if (!hasData) process.stderr.write('skipped: disguises of what real lists name, for ../shared/data is not there\n');

type Disguise = readonly [name: string, put: (host: string) => string];

const octets = (address: string): readonly number[] => address.split('.').map(Number);
const hex = (number: number, width: number): string => number.toString(16).padStart(width, '0');
const number = (address: string): number => ipv4Number(address);
const high = (address: string): string => hex(number(address) >>> 16, 4);
const low = (address: string): string => hex(number(address) & 0xffff, 4);
const wide = (text: string): string =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) + 0xfee0));
const escaped = (text: string): string => Array.from(text, (sign) => `%${hex(sign.charCodeAt(0), 2)}`).join('');

/** What may stand around any host. `bracketed` is the host as a URL has it. */
const AROUND: readonly Disguise[] = [
  ['with a port', (host) => `${inUrl(host)}:443`],
  ['in a URL', (host) => `http://${inUrl(host)}/gate.php?id=1`],
  ['in a URL that was made unclickable', (host) => `hxxps://${host.includes(':') ? `[${host}]` : defang(host)}:8443/`],
  ['behind another host as its user', (host) => `https://www.unlisted.invalid@${inUrl(host)}/`],
  ['before a back slash', (host) => `https://${inUrl(host)}\\@www.unlisted.invalid/`],
  ['defanged', (host) => defang(host)],
  ['with an end dot', (host) => `${host}.`],
  ['with a dot in front', (host) => `.${host}`],
  ['%-escaped', (host) => escaped(host)],
  ['in full-width characters', wide],
  ['with white space around', (host) => ` \t${host} `],
  ['with an invisible character', (host) => `${host.slice(0, 3)}\u200b${host.slice(3)}`],
];

const OF_IPV4: readonly Disguise[] = [
  ['mapped, dotted', (host) => `::ffff:${host}`],
  ['mapped, in hex', (host) => `::FFFF:${high(host)}:${low(host)}`],
  ['mapped, written out', (host) => `0000:0000:0000:0000:0000:ffff:${high(host)}:${low(host)}`],
  ['mapped, with a zone id', (host) => `[::ffff:${host}%25eth0]:443`],
  ['mapped, in brackets', (host) => `[::ffff:${host}]`],
  ['in octal', (host) => octets(host).map((octet) => `0${octet.toString(8)}`).join('.')],
  ['in hex, dotted', (host) => octets(host).map((octet) => `0x${octet.toString(16)}`).join('.')],
  ['in hex', (host) => `0x${hex(number(host), 8)}`],
  ['as one decimal number', (host) => String(number(host))],
  ['with leading zeros', (host) => octets(host).map((octet) => String(octet).padStart(4, '0')).join('.')],
  ['in three parts', (host) => `${octets(host).slice(0, 2).join('.')}.${number(host) & 0xffff}`],
  ['with ideographic dots', (host) => host.replaceAll('.', '\u3002')],
  ['translated (NAT64)', (host) => `64:ff9b::${high(host)}:${low(host)}`],
  ['as a 6to4 gateway', (host) => `2002:${high(host)}:${low(host)}::1`],
  ['behind Teredo', (host) => `2001:0:c000:201:0:1:${hex(~number(host) >>> 16, 4)}:${hex(~number(host) & 0xffff, 4)}`],
  ['behind ISATAP', (host) => `2001:db8::5efe:${host}`],
  ['in the old compatible form', (host) => `::${host}`],
  ['as a prefix of its own', (host) => `${host}/32`],
  ['as a part of a whole prefix', (host) => `${octets(host).slice(0, 3).join('.')}.0/24`],
]; // prettier-ignore

const OF_IPV6: readonly Disguise[] = [
  ['in upper case', (host) => host.toUpperCase()],
  ['written out', (host) => groups(host).join(':')],
  ['written out in brackets', (host) => `[${groups(host).join(':')}]`],
  ['with its end dotted', (host) => dottedEnd(host)],
  ['with a zone id', (host) => `${host}%eth0`],
  ['with an escaped zone id', (host) => `http://[${host}%25eth0]/`],
  ['defanged at its colons', (host) => host.replaceAll(':', '[:]')],
  ['defanged at one colon', (host) => host.replace(/:(?=:)|:(?=[^:]*$)/, '[:]')],
  ['as a prefix of its own', (host) => `${host}/128`],
  ['as a part of a whole prefix', (host) => `${host}/120`],
];

const OF_NAMES: readonly Disguise[] = [
  ['in upper case', (host) => host.toUpperCase()],
  ['in its own letters', (host) => domainToUnicode(host)],
  ['decomposed', (host) => domainToUnicode(host).normalize('NFD')],
  ['with ideographic dots', (host) => host.replaceAll('.', '\u3002')],
  ['with half-width dots', (host) => host.replaceAll('.', '\uff61')],
  ['with a soft hyphen', (host) => `${host.slice(0, 1)}\u00ad${host.slice(1)}`],
  ['with several end dots', (host) => `${host}...`],
  ['with its dots spelled out', (host) => host.replaceAll('.', '[dot]')],
];

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function groups(host: string): readonly string[] {
  const parsed = parseAddress(host);
  if (!parsed.ok || parsed.value.version !== 6) throw new Error(host);
  const bits = (parsed.value.high << 64n) | parsed.value.low;
  return bits.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
}

function dottedEnd(host: string): string {
  const written = groups(host);
  const end =
    written
      .slice(6)
      .join('')
      .match(/.{2}/g)
      ?.map((octet) => Number.parseInt(octet, 16)) ?? [];
  return `${written.slice(0, 6).join(':')}:${end.join('.')}`;
}

interface Listed {
  readonly host: string;
  readonly disguises: readonly Disguise[];
}

/** Hosts that an entry names: the entry itself, and the address in the midst of a prefix. */
function listedBy({ entries }: WarningList, count: number): readonly Listed[] {
  const step = Math.max(1, Math.floor(entries.length / count));
  return entries
    .filter((_entry, at) => at % step === 0)
    .slice(0, count)
    .map((entry): Listed => {
      if (entry.covers === 'prefix') {
        const host = entry.prefix.address.text;
        return { host, disguises: [...AROUND, ...(host.includes(':') ? OF_IPV6 : OF_IPV4)] };
      }
      if (entry.covers !== 'name' && entry.covers !== 'name-and-below') throw new Error(entry.covers);
      const below: Disguise = ['below it', (host) => `c2.${host}`];
      return {
        host: entry.name,
        disguises: [...AROUND, ...OF_NAMES, ...(entry.covers === 'name-and-below' ? [below] : [])],
      };
    });
}

const atIntake = (text: string): ReturnType<typeof normaliseRow> =>
  normaliseRow({ line: 1, value: text, observable: text }, { drill: false, now: 0, seen: null, evidence: null });

/** The way of a row: refanged, parsed, held against reserved space, then against the lists. */
function passesUnlisted(ground: ProtectedGround, list: string, text: string): boolean {
  const row = atIntake(text);
  if (!row.ok) {
    expect(row.problem).not.toBe('');
    return false;
  }
  return !ground.check(row.value).some((hit) => hit.list === list);
}

const namedDirectly = (ground: ProtectedGround, list: string, text: string): boolean =>
  ground.check({ hostType: 'domain', host: text }).some((hit) => hit.list === list);

describe.skipIf(!hasData)('what a real list names', async () => {
  const lists: WarningList[] = [];
  if (hasData) {
    lists.push(...unwrap(await readWarningLists(LISTS)));
    for (const file of readdirSync(TOR)) lists.push(unwrap(await readTorExits(join(TOR, file))));
  }
  const tried = { texts: 0, refused: 0 };

  test('is 28 warning lists and one of Tor exits', () => {
    expect(lists).toHaveLength(29);
  });

  test.each(lists.map((list) => [list.folder, list] as const))('%s: no disguise passes as unlisted', (name, list) => {
    const ground = createProtectedGround([list], {});
    const listed = listedBy(list, 25);
    expect(listed.length).toBeGreaterThan(0);
    const used = new Set<string>();
    for (const { host, disguises } of listed) {
      expect(namedDirectly(ground, name, host), host).toBe(true);
      for (const [disguise, put] of disguises) {
        const text = put(host);
        used.add(disguise);
        tried.texts += 1;
        if (!atIntake(text).ok) tried.refused += 1;
        expect(passesUnlisted(ground, name, text), `${disguise}: ${text}`).toBe(false);
        // Even were intake to let it in as it stands.
        expect(namedDirectly(ground, name, text), `${disguise}, asked directly: ${text}`).toBe(true);
      }
    }
    expect(used.size).toBeGreaterThanOrEqual(12);
  });

  test('how many were tried', () => {
    process.stdout.write(
      `disguises: ${tried.texts} texts over ${lists.length} lists, ${tried.refused} refused at intake\n`,
    );
    expect(tried.texts).toBeGreaterThan(29 * 12);
  });

  test('is covered from the first address of a prefix to its last', () => {
    for (const list of lists) {
      const ground = createProtectedGround([list], {});
      for (const entry of list.entries.slice(0, 200)) {
        if (entry.covers !== 'prefix' || entry.prefix.address.version !== 4) continue;
        const first = entry.prefix.address.number;
        const last = first + 2 ** (32 - entry.prefix.bits) - 1;
        for (const at of [first, last, Math.floor((first + last) / 2)]) {
          const host = [at >>> 24, (at >>> 16) & 255, (at >>> 8) & 255, at & 255].join('.');
          expect(namedDirectly(ground, list.folder, host), `${list.folder} ${entry.text}`).toBe(true);
        }
      }
    }
  });
});

describe('a real list', () => {
  test.skipIf(!hasData)('of Tor exits is read whole, and as old as its name says', async () => {
    const [file = ''] = readdirSync(TOR);
    const lines = readFileSync(join(TOR, file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const list = unwrap(await readTorExits(join(TOR, file)));
    expect(list).toMatchObject({ date: '2020-10-12', dateFrom: 'file-name', oddCount: 0 });
    expect(list.entries).toHaveLength(lines.length);
  });
});
