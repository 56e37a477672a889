import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { isPlainMailbox } from '../notice.ts';
import type { Registration } from '../registration.ts';
import { holderName } from '../registration.ts';
import { readAutnum } from './read-autnum.ts';
import { readNetwork } from './read-network.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

const ASKED = address('192.0.2.7');

/** A card in jCard's own form; `properties` come after the version. */
function card(...properties: readonly unknown[]): unknown {
  return ['vcard', [['version', {}, 'text', '4.0'], ...properties]];
}

function email(value: string, parameters: unknown = {}): unknown {
  return ['email', parameters, 'text', value];
}

function network(changes: object): string {
  return JSON.stringify({
    objectClassName: 'ip network',
    handle: 'NET-192-0-2-0-1',
    startAddress: '192.0.2.0',
    endAddress: '192.0.2.255',
    name: 'HOSTER-NET',
    port43: 'whois.ripe.net',
    ...changes,
  });
}

function read(text: string, asked = ASKED): Registration {
  const result = readNetwork(text, asked);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

function problemOf(text: string, asked = ASKED): string {
  const result = readNetwork(text, asked);
  return result.ok ? 'none' : result.problem;
}

const ABUSE = {
  handle: 'AB1',
  roles: ['abuse'],
  vcardArray: card(['fn', {}, 'text', 'Abuse'], email('abuse@hoster.example')),
};

describe('the range', () => {
  test.each([
    ['padded with zeros, as ARIN wrote them', '192.000.002.000', '192.000.002.255', '192.0.2.0', '192.0.2.255'],
    ['with a length of 32 behind, as RIPE wrote them', '192.0.2.0/32', '192.0.2.255/32', '192.0.2.0', '192.0.2.255'],
    ['as one prefix', '192.0.2.0/25', undefined, '192.0.2.0', '192.0.2.127'],
    ['as the same prefix twice', '192.0.2.0/24', '192.0.2.0/24', '192.0.2.0', '192.0.2.255'],
    ['as one address, as LACNIC wrote it', '192.0.2.7', '192.0.2.7', '192.0.2.7', '192.0.2.7'],
  ])('may be written %s', (_how, startAddress, endAddress, start, end) => {
    expect(read(network({ startAddress, endAddress }))).toMatchObject({ start, end });
  });

  test.each([
    ['2001:0DB8:0000:0000:0000:0000:0000:0000', '2001:DB8:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF'],
    ['2001:db8:0:0:0:0:0:0', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::/128', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128'],
    ['2001:db8::/32', undefined],
  ])('IPv6 comes out canonical from %s', (startAddress, endAddress) => {
    expect(read(network({ startAddress, endAddress }), address('2001:db8::7'))).toMatchObject({
      start: '2001:db8::',
      end: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    });
  });

  test.each([
    ['another network', { startAddress: '198.51.100.0', endAddress: '198.51.100.255' }, /where 192\.0\.2\.7 is not/],
    [
      'the other version of IP',
      { startAddress: '2001:db8::', endAddress: '2001:db8::ff' },
      /where 192\.0\.2\.7 is not/,
    ],
    ['both versions', { startAddress: '192.0.2.0', endAddress: '2001:db8::' }, /different versions/],
    ['a range turned round', { startAddress: '192.0.2.255', endAddress: '192.0.2.0' }, /ends before it begins/],
    ['the whole Internet', { startAddress: '0.0.0.0', endAddress: '255.255.255.255' }, /does not manage/],
    ['a stand-in', { name: 'NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK' }, /does not manage/],
    ['no start', { startAddress: undefined }, /no startAddress/],
    ['no end', { endAddress: null }, /no endAddress/],
    ['a number', { startAddress: 3221225984 }, /no startAddress/],
    ['what is no address', { startAddress: '192.0.2.0/99' }, /startAddress: not an address/],
    ['an octet too large', { endAddress: '192.0.2.256' }, /endAddress: not an address/],
    ['a domain', { objectClassName: 'domain' }, /about "domain"/],
    ['an error', { errorCode: 404, title: 'Not\u001b[31m found' }, /reports an error: Not \[31m found/],
  ])('an answer about %s is refused', (_what, changes, reason) => {
    expect(problemOf(network(changes))).toMatch(reason);
  });

  test('zeros in front are not octal: 010 is ten', () => {
    const padded = network({ startAddress: '010.000.000.000', endAddress: '010.000.000.255' });
    expect(read(padded, address('10.0.0.1')).start).toBe('10.0.0.0');
  });
});

describe('the abuse contact', () => {
  test('is found inside the registrant, as ARIN nests it, after the network’s own', () => {
    const { abuse } = read(
      network({
        entities: [
          { handle: 'ORG', roles: ['registrant'], entities: [{ ...ABUSE, roles: ['Abuse', 'technical'] }] },
          { handle: 'OWN', roles: ['NOC', 'ABUSE'], vcardArray: card(email('own@HOSTER.example')) },
        ],
      }),
    );
    expect(abuse.map(({ email, where }) => `${where} ${email}`)).toEqual([
      'entities[1] own@hoster.example',
      'entities[0].entities[0] abuse@hoster.example',
    ]);
  });

  test('is "none known" where only others are named, and those are told apart', () => {
    const { abuse, otherContacts } = read(
      network({
        entities: [
          { handle: 'T', roles: ['technical', 'administrative'], vcardArray: card(email('tech@hoster.example')) },
          { handle: 'N', roles: ['noc'], vcardArray: card(email('noc@hoster.example')) },
          { handle: 'X', vcardArray: card(email('someone@hoster.example')) },
          { handle: 'IRT', roles: ['abuse'] },
        ],
      }),
    );
    expect(abuse).toEqual([]);
    expect(otherContacts.map(({ role, email }) => `${role} ${email}`)).toEqual([
      'noc noc@hoster.example',
      'technical tech@hoster.example',
      'other someone@hoster.example',
    ]);
  });

  test('of several mailboxes the one marked for abuse counts, as RIPE marks it', () => {
    const { abuse, otherContacts } = read(
      network({
        entities: [
          {
            roles: ['abuse'],
            vcardArray: card(
              email('office@hoster.example', { type: 'email' }),
              email('abuse@hoster.example', { type: ['abuse'] }),
            ),
          },
        ],
      }),
    );
    expect(abuse.map(({ email }) => email)).toEqual(['abuse@hoster.example']);
    expect(otherContacts).toMatchObject([{ email: 'office@hoster.example', role: 'other' }]);
  });

  test('given twice is one, the preferred mailbox first, as in APNIC’s IRT objects', () => {
    const vcardArray = card(
      email('b@hoster.example'),
      email('a@hoster.example', { pref: '1' }),
      email('B@hoster.example'),
    );
    expect(read(network({ entities: [{ roles: ['abuse'], vcardArray }] })).abuse.map(({ email }) => email)).toEqual([
      'a@hoster.example',
      'b@hoster.example',
    ]);
  });

  test.each([
    ['no parameters', ['email', 'text', 'abuse@hoster.example']],
    ['null parameters', ['EMAIL', null, 'text', 'abuse@hoster.example']],
    ['a URI', ['email', {}, 'uri', 'mailto:abuse@HOSTER.example']],
    ['blanks around', ['email', {}, 'text', '  abuse@hoster.example\n']],
    ['several values', ['email', {}, 'text', 7, 'abuse@hoster.example']],
  ])('is read from a property with %s', (_how, property) => {
    const { abuse } = read(network({ entities: { roles: 'abuse', vcardArray: card(property) } }));
    expect(abuse.map(({ email }) => email)).toEqual(['abuse@hoster.example']);
  });

  test.each([
    '***@hoster.example',
    'REDACTED@hoster.example',
    'REDACTED FOR PRIVACY',
    'Abuse <abuse@hoster.example>',
    'a@hoster.example, b@hoster.example',
    'abuse@[192.0.2.1]',
    'abuse@hoster',
    'abuse@hoster.example\r\nBcc: x@y.example',
    '"a b"@hoster.example',
    `${'a'.repeat(65)}@hoster.example`,
    'abuse@höster.example',
    '',
  ])('is no contact when it is written %j', (value) => {
    expect(read(network({ entities: [{ roles: ['abuse'], vcardArray: card(email(value)) }] })).abuse).toEqual([]);
  });

  test.each<[how: string, entity: object, object: object]>([
    ['ARIN’s title', { remarks: [{ title: 'Unvalidated POC', description: ['no response since 2019'] }] }, {}],
    ['a remark that names it', { remarks: [{ description: ['abuse@hoster.example is invalid'] }] }, {}],
    ['a remark of the network', {}, { remarks: [{ description: 'Abuse contact abuse@hoster.example is invalid' }] }],
    ['a notice', {}, { notices: [{ title: 'Abuse-mailbox validation failed', description: [] }] }],
    ['a status', { status: ['unvalidated'] }, {}],
  ])('is unvalidated by %s, and the words are kept', (_how, entity, object) => {
    const [contact] = read(network({ ...object, entities: [{ ...ABUSE, ...entity }] })).abuse;
    expect(contact?.unvalidated).toBe(true);
    expect(contact?.remark).not.toBeNull();
  });

  test.each<[how: string, entity: object]>([
    ['another mailbox is invalid', { remarks: [{ description: ['old@hoster.example is invalid'] }] }],
    ['it was validated', { remarks: [{ description: ['abuse@hoster.example was validated on 2026-02-09'] }] }],
    ['its status says so', { status: ['validated'] }],
  ])('is not unvalidated where %s', (_how, entity) => {
    expect(read(network({ entities: [{ ...ABUSE, ...entity }] })).abuse[0]).toMatchObject({
      unvalidated: false,
      remark: null,
    });
  });

  test('carries the latest change of its entity and of those around it, in UTC', () => {
    const changed = (eventDate: unknown): object => ({ events: [{ eventAction: 'Last Changed', eventDate }] });
    const { abuse, changedAt } = read(
      network({
        ...changed('2012-02-24T09:44:34-05:00'),
        entities: [
          {
            roles: ['registrant'],
            ...changed('2026-11-20T00:00:00Z'),
            entities: [{ ...ABUSE, ...changed('2019-03-01T12:00:00Z') }],
          },
          { ...ABUSE, ...changed('yesterday'), vcardArray: card(email('own@hoster.example')) },
        ],
      }),
    );
    expect(changedAt).toBe('2012-02-24T14:44:34.000Z');
    expect(abuse.map(({ email, changedAt: at }) => [email, at])).toEqual([
      ['own@hoster.example', null],
      ['abuse@hoster.example', '2026-11-20T00:00:00.000Z'],
    ]);
  });
});

describe('the holder', () => {
  test('is the organisation among the registrants, never a maintainer, never one inside another entity', () => {
    const { registrant } = read(
      network({
        entities: [
          { handle: 'HOSTER-MNT', roles: ['registrant'], vcardArray: card(['fn', {}, 'text', 'HOSTER-MNT']) },
          {
            ...ABUSE,
            entities: [{ handle: 'OTHER', roles: ['registrant'], vcardArray: card(['fn', {}, 'text', 'Other']) }],
          },
          {
            handle: 'ORG-H1',
            roles: ['registrant'],
            vcardArray: card(['fn', {}, 'text', 'Hoster Ltd'], ['kind', {}, 'text', 'org']),
          },
        ],
      }),
    );
    expect(registrant).toEqual({ handle: 'ORG-H1', name: 'Hoster Ltd', where: 'entities[2]' });
  });

  test('without a card is known by its handle alone', () => {
    const entities = [
      { handle: 'A-MNT', roles: ['registrant'] },
      { handle: 'ORG-H1', roles: ['registrant'] },
    ];
    expect(read(network({ entities })).registrant).toEqual({ handle: 'ORG-H1', name: 'ORG-H1', where: 'entities[1]' });
  });

  test('is the organisation without a role in AFRINIC’s answers', () => {
    const person = {
      handle: 'P1',
      vcardArray: card(['kind', {}, 'text', 'individual'], ['fn', {}, 'text', 'A Person']),
    };
    const org = { handle: 'ORG-H1', vcardArray: card(['kind', {}, 'text', 'org'], ['fn', {}, 'text', 'Hoster']) };
    expect(read(network({ entities: [person, org] })).registrant?.name).toBe('Hoster');
  });

  test('is the first line of the description at APNIC, and only there', () => {
    const remarks = [
      { title: 'remarks', description: ['x'] },
      { title: 'description', description: ['Hoster KK', 'Tokyo'] },
    ];
    const apnic = read(network({ remarks, port43: 'whois.apnic.net' }));
    expect(apnic.registrant).toEqual({ handle: null, name: 'Hoster KK', where: 'remarks[1]' });
    const ripe = read(network({ remarks }));
    expect(ripe.registrant).toBeNull();
    expect(holderName(ripe)).toBe('HOSTER-NET');
  });
});

describe('the country', () => {
  const registrant = (...properties: readonly unknown[]): object => ({
    country: undefined,
    entities: [{ handle: 'ORG', roles: ['registrant'], vcardArray: card(['fn', {}, 'text', 'Hoster'], ...properties) }],
  });
  const parts = (country: string): unknown => ['', '', 'Street 1', 'Town', '', '1000', country];
  test.each<[where: string, changes: object, country: string | null]>([
    ['the network', { country: 'nl' }, 'NL'],
    [
      'the last line of a label with escaped line ends',
      registrant(['adr', { label: String.raw`Street\nTown\n1\nUnited States` }, 'text', parts('')]),
      'US',
    ],
    [
      'a label in capitals',
      registrant(['adr', { label: 'Street\nSeoul\nKOREA, REPUBLIC OF\n' }, 'text', parts('')]),
      'KR',
    ],
    ['a label’s last comma', registrant(['adr', { label: '1-1 Street, Town 1,Japan' }, 'text', null]), 'JP'],
    ['the address’s last part as a code', registrant(['adr', {}, 'text', parts('MX')]), 'MX'],
    ['the address’s last part as a name', registrant(['adr', {}, 'text', parts('Côte d’Ivoire')]), 'CI'],
    ['the last of the list', registrant(['adr', {}, 'text', parts('Zimbabwe')]), 'ZW'],
    ['the cc parameter (RFC 8605)', registrant(['adr', { cc: 'KE' }, 'text', parts('')]), 'KE'],
    ['a label alone', registrant(['adr', {}, 'text', 'Street 1\nTown\nFrance']), 'FR'],
    ['nowhere: Europe is no country', { country: 'EU' }, null],
    ['nowhere: ZZ is nobody’s', { country: 'ZZ' }, null],
    [
      'nowhere: CA in a label may be California',
      registrant(['adr', { label: 'Street\nMountain View\nCA' }, 'text', parts('')]),
      null,
    ],
    [
      'nowhere: Georgia in a label may be the state',
      registrant(['adr', { label: 'Street\nAtlanta\nGeorgia' }, 'text', parts('')]),
      null,
    ],
    [
      'nowhere: an abuse desk’s is its own',
      { entities: [{ roles: ['abuse'], vcardArray: card(['adr', {}, 'text', parts('FR')]) }] },
      null,
    ],
  ])('is taken from %s', (_where, changes, country) => {
    expect(read(network(changes)).country).toBe(country);
  });
});

test('the registry is known by its whois server, else by the answer’s own address', () => {
  const self = (href: string): object => ({ port43: undefined, links: [{ rel: 'self', href }] });
  expect(read(network({ port43: 'WHOIS.ARIN.NET' })).registry).toBe('arin');
  expect(read(network(self('https://rdap.lacnic.net/rdap/ip/192.0.2.0'))).registry).toBe('lacnic');
  expect(read(network(self('https://rdap.lacnic.net.attacker.example/'))).registry).toBe('other');
  expect(read(network({ port43: 'whois.registro.br' })).registry).toBe('other');
  expect(read(network({ port43: undefined })).registry).toBe('other');
});

test('text is one clean line of bounded length', () => {
  const name = `Hoster\u0000\u001b[2J\u202e${'x'.repeat(5000)}`;
  const read1 = read(
    network({ name, handle: `H\n${'y'.repeat(5000)}`, remarks: [{ description: Array(500).fill('z'.repeat(2000)) }] }),
  );
  expect(read1.name).toMatch(/^Hoster \[2J x{10}/);
  expect(read1.name?.length).toBe(200);
  expect(read1.handle.length).toBe(100);
  expect(read1.remarks.length).toBeLessThanOrEqual(100);
  expect(read1.remarks.every((text) => text.length <= 500)).toBe(true);
});

describe('hostile answers', () => {
  test('entities nested without end are read to a bounded depth', () => {
    const deep = `{"roles":["abuse"],"entities":[`.repeat(10_000) + `]}`.repeat(10_000);
    const text = network({ entities: [] }).replace('"entities":[]', `"entities":[${deep}]`);
    expect(read(text).abuse).toEqual([]);
  });

  test('arrays nested a hundred thousand deep are no crash', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(read(network({ entities: 0 }).replace('"entities":0', `"entities":${deep}`)).abuse).toEqual([]);
    expect(problemOf('['.repeat(100_000))).toBe('the answer is not JSON');
  });

  test('entities by the hundred thousand are refused', () => {
    const many = network({ entities: [] }).replace('"entities":[]', `"entities":[${'{},'.repeat(150_000)}{}]`);
    expect(problemOf(many)).toBe('more than 500 entities in one answer');
  });

  test('entities that multiply from level to level are refused', () => {
    const level = (depth: number): object =>
      depth === 0 ? {} : { entities: Array.from({ length: 6 }, () => level(depth - 1)) };
    expect(problemOf(network(level(5)))).toBe('more than 500 entities in one answer');
  });

  test('a hundred mailboxes in one card are no hundred contacts', () => {
    const vcardArray = card(...Array.from({ length: 150 }, (_, index) => email(`a${index}@hoster.example`)));
    expect(read(network({ entities: [{ roles: ['abuse'], vcardArray }] })).abuse).toHaveLength(10);
  });

  test('"__proto__" and "constructor" are keys like others', () => {
    const text = network({}).replace(
      '{',
      '{"__proto__":{"polluted":"yes","entities":[{"roles":["abuse"]}]},"constructor":1,',
    );
    expect(read(text).abuse).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('text without end is not read', () => {
    expect(problemOf(`"${'x'.repeat(2 * 1024 * 1024)}"`)).toBe('the answer is too long');
  });

  test.each(['', 'null', '7', '[]', '"text"', '{', '<html>', '{}'])('%j is refused in words', (text) => {
    expect(problemOf(text)).toMatch(/^the answer /);
  });
});

const KEYS = [
  'objectClassName', 'handle', 'startAddress', 'endAddress', 'name', 'country', 'entities', 'roles', 'vcardArray', 'events',
  'eventAction', 'eventDate', 'remarks', 'notices', 'title', 'description', 'status', 'links', 'href', 'rel', 'port43',
  'startAutnum', 'endAutnum', '__proto__', 'errorCode', 'parentHandle', 'type', 'pref', 'label', 'cc',
]; // prettier-ignore
const WORDS = [
  'abuse', 'registrant', 'email', 'adr', 'fn', 'vcard', 'text', 'last changed', '2026-01-01T00:00:00Z', '192.0.2.0', '192.0.2.255',
  'a@x.example', 'A <a@x.example>', '***@x.example', 'description', 'AS64500', 'http://[', '\u0000', '\ud800',
]; // prettier-ignore

describe('for any JSON at all', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom<unknown>(...WORDS),
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 5 }),
      fc
        .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 6 })
        .map((pairs) => Object.fromEntries(pairs)),
    ),
  }));
  const plain = (contacts: Pick<Registration, 'abuse' | 'otherContacts'>): boolean =>
    [...contacts.abuse, ...contacts.otherContacts].every(({ email }) => isPlainMailbox(email) && !email.includes('*'));

  test('readers give a result, and no contact that is not a plain mailbox', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 8 }),
        fc.boolean(),
        (pairs, isFramed) => {
          const frame = isFramed ? { startAddress: '192.0.2.0', endAddress: '192.0.2.255', handle: 'AS64500' } : {};
          const text = JSON.stringify({ ...Object.fromEntries(pairs), ...frame });
          const asNetwork = readNetwork(text, ASKED);
          const asAutnum = readAutnum(text, 64500);
          expect(!asNetwork.ok || plain(asNetwork.value)).toBe(true);
          expect(!asAutnum.ok || plain(asAutnum.value)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('readers give a result for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof readNetwork(text, ASKED).ok).toBe('boolean');
        expect(typeof readAutnum(text, 64500).ok).toBe('boolean');
      }),
    );
  });
});

describe('an AS number', () => {
  const autnum = (changes: object): string =>
    JSON.stringify({
      objectClassName: 'autnum',
      handle: 'AS64500',
      startAutnum: 64500,
      endAutnum: 64500,
      name: 'HOSTER',
      ...changes,
    });

  test('brings holder, country and abuse contact as a network does', () => {
    const result = readAutnum(autnum({ country: 'NL', entities: [ABUSE], port43: 'whois.ripe.net' }), 64500);
    expect(result).toMatchObject({
      ok: true,
      value: {
        asn: 64500,
        registry: 'ripe',
        name: 'HOSTER',
        country: 'NL',
        abuse: [{ email: 'abuse@hoster.example' }],
      },
    });
  });

  test.each([
    ['in a block of its holder', { startAutnum: 64496, endAutnum: 64511 }],
    ['written as text', { startAutnum: '64500', endAutnum: '64500' }],
    ['in the handle alone', { startAutnum: undefined, endAutnum: undefined }],
  ])('is taken %s', (_how, changes) => {
    expect(readAutnum(autnum(changes), 64500).ok).toBe(true);
  });

  test.each([
    ['another number', { startAutnum: 64501, endAutnum: 64501 }, /about AS64501, not about AS64500/],
    ['a registry’s block', { startAutnum: 1, endAutnum: 4_294_967_295 }, /registry’s own block/],
    ['no number', { startAutnum: -1, endAutnum: 1.5, handle: 'HOSTER' }, /names no AS number/],
    ['a network', { objectClassName: 'ip network' }, /about "ip network"/],
  ])('an answer about %s is refused', (_what, changes, reason) => {
    const result = readAutnum(autnum(changes), 64500);
    expect(result.ok ? 'none' : result.problem).toMatch(reason);
  });
});
