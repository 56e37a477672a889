import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prefixText } from '../../domain/address.ts';
import type { ProviderBook } from '../../domain/provider-book.ts';
import { readProviderBook } from './read-provider-book.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dismantle-book-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(name: string, text: string | Uint8Array) {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return readProviderBook(file);
}

async function bookOf(name: string, text: string): Promise<ProviderBook> {
  const book = await read(name, text);
  if (!book.ok) throw new Error(book.problem.message);
  return book.value;
}

/** The complaints about a file, without the folder's name. */
async function complaints(name: string, text: string | Uint8Array): Promise<string> {
  const book = await read(name, text);
  if (book.ok) throw new Error('expected complaints');
  expect(book.problem.code).toBe('input');
  expect(book.problem.hint).toContain('examples/first-look/providers.yaml');
  return book.problem.message.replaceAll(`${folder}${path.sep}`, '');
}

const YAML = `
providers:
  - name: One
    asns: [64500, AS64501]
    prefixes: 198.51.100.0/24
    names: ["ONE, Inc."]
    contact: abuse@one.example
    country: no
    type: hosting
    trust: cooperative
  - name: Two
    domains: [.Example, bücher.test]
    channel: form
    contact: https://two.example/abuse?form=1
    checked: 2026-11-20
`;
const CSV = `\ufeff# our providers
Name,asns,prefixes,names,domains,contact,checked,country,channel,type,trust
One,64500;AS64501,198.51.100.0/24,"ONE, Inc.",,abuse@one.example,,NO,,hosting,cooperative

Two,,,,.Example; bücher.test,https://two.example/abuse?form=1,2026-11-20,,form,,
`;

it('reads the same book from YAML, from CSV, and told by content alone', async () => {
  const fromYaml = await bookOf('a.yaml', YAML);
  expect(fromYaml.source).toBe('a.yaml');
  expect(fromYaml.entries).toEqual([
    {
      name: 'One',
      asns: [64500, 64501],
      prefixes: fromYaml.entries[0]?.prefixes,
      names: ['ONE, Inc.'],
      domains: [],
      contact: 'abuse@one.example',
      checked: null,
      country: 'NO',
      channel: 'mail',
      type: 'hosting',
      trust: 'cooperative',
    },
    {
      name: 'Two',
      asns: [],
      prefixes: [],
      names: [],
      domains: ['example', 'xn--bcher-kva.test'],
      contact: 'https://two.example/abuse?form=1',
      checked: '2026-11-20',
      country: null,
      channel: 'form',
      type: 'unknown',
      trust: 'unknown',
    },
  ]);
  expect(fromYaml.entries[0]?.prefixes.map(prefixText)).toEqual(['198.51.100.0/24']);
  for (const [name, text] of [
    ['b.csv', CSV],
    ['c', CSV],
    ['d.txt', YAML],
  ] as const) {
    expect((await bookOf(name, text)).entries, name).toEqual(fromYaml.entries);
  }
});

it('reads the book of the first look, whose every kind of provider is there', async () => {
  const book = await readProviderBook(path.resolve('examples/first-look/providers.yaml'));
  if (!book.ok) throw new Error(book.problem.message);
  const { entries } = book.value;
  expect(new Set(entries.map((entry) => entry.country))).toEqual(new Set(['US', 'DE', 'NL', 'BR', 'CO', 'ID', 'KG']));
  expect(entries.some((entry) => entry.trust === 'bulletproof')).toBe(true);
  expect(entries.some((entry) => entry.type === 'isp')).toBe(true);
  expect(entries.some((entry) => entry.contact === null)).toBe(true);
  expect(entries.some((entry) => entry.type === 'registrar' && entry.domains.includes('example'))).toBe(true);
});

it('names file, line, key, value and what is allowed', async () => {
  const text = `- name: One
  asns:
    - 64500
    - 0
  country: Germany
  trust: friendly
  colour: red
- asns: [64501]
`;
  expect((await complaints('e.yaml', text)).split('\n')).toEqual([
    'e.yaml:4: asns.1 0; allowed is: an AS number from 1 to 4294967295, such as 64496',
    'e.yaml:5: country "Germany"; allowed is: two letters of ISO 3166-1, such as DE',
    'e.yaml:6: trust "friendly"; allowed is: one of cooperative, unknown, unresponsive, bulletproof',
    'e.yaml:7: unknown key "colour"; allowed are: name, asns, prefixes, names, domains, contact, further, checked, country, channel, type, trust',
    'e.yaml:8: name is missing; allowed is: text',
  ]);
  const csv = 'name,asns,country\n"A\nB",64500,DE\nC,64501,XYZ\n';
  expect((await complaints('f.csv', csv)).split('\n')).toEqual([
    'f.csv:2: name "A\\nB"; allowed is: one line without control characters',
    'f.csv:4: country "XYZ"; allowed is: two letters of ISO 3166-1, such as DE',
  ]);
});

it('says what is wrong with a prefix', async () => {
  const text = '- name: One\n  prefixes: [198.51.100.1/24, 010.1.1.0/24, 2001:db8::/129]\n';
  const said = await complaints('g.yaml', text);
  expect(said).toContain('did you mean 198.51.100.0/24?');
  expect(said).toContain('prefixes.1 "010.1.1.0/24"');
  expect(said).toContain('the prefix length must be 0 to 128');
});

it.each([
  ['prefixes', '[2001:db8::/32]', '["2001:0DB8::/32"]'],
  ['asns', '[64500]', '[AS64500]'],
  ['names', '[Holder Inc]', '["HOLDER  inc"]'],
  ['domains', '[shop.example]', '[.SHOP.example.]'],
])('refuses one of %s in two entries and names both lines', async (key, first, second) => {
  const text = `- name: One\n  ${key}: ${first}\n- name: Two\n  ${key}: ${second}\n`;
  expect(await complaints('h.yaml', text)).toMatch(new RegExp(`^h\\.yaml:4: ${key} .* stands in line 2 already`));
});

it('refuses two entries of one name, whose keys would be the same', async () => {
  const text = '- {name: One, asns: 64500}\n- {name: ONE, asns: 64501}\n';
  expect(await complaints('i.yaml', text)).toMatch(/^i\.yaml:2: name "one" stands in line 1 already/);
});

it('refuses an entry that nothing could lead to', async () => {
  expect(await complaints('j.yaml', '- name: One\n')).toContain('at least one of asns, prefixes, names, domains');
});

describe('contacts', () => {
  const withContact = (channel: string, contact: string): string =>
    JSON.stringify([{ name: 'One', asns: [64500], channel, contact }]);

  it.each([
    ['mail', 'abuse@one.example\r\nBcc: other@two.example'],
    ['mail', 'a@one.example, b@two.example'],
    ['mail', 'a@one.example;b@two.example'],
    ['mail', 'Abuse <abuse@one.example>'],
    ['mail', '<abuse@one.example>'],
    ['mail', 'abuse@one.example (desk)'],
    ['mail', '"a b"@one.example'],
    ['mail', 'abuse@one'],
    ['mail', 'abuse@[192.0.2.1]'],
    ['mail', '.abuse@one.example'],
    ['mail', 'mailto:abuse@one.example'],
    ['mail', 'https://one.example/abuse'],
    ['mail', ''],
    ['form', 'http://one.example/abuse'],
    ['form', 'https://user:pass@one.example/'],
    ['form', 'https://one.example/a b'],
    ['form', 'javascript:alert(1)'],
    ['api', 'abuse@one.example'],
    ['designated-agent', 'Agent, Main Street 1'],
  ])('refuses for channel %s: %s', async (channel, contact) => {
    expect(await complaints('k.json', withContact(channel, contact))).toMatch(
      /^k\.json:1: contact .*allowed is: (one|an) /,
    );
  });

  it.each([
    ['mail', "o'neill+abuse@one.example"],
    ['form', 'https://one.example/abuse?a=b#c'],
    ['api', 'https://api.one.example/v1'],
    ['designated-agent', 'dmca@one.example'],
    ['designated-agent', 'https://one.example/dmca'],
  ])('takes for channel %s: %s', async (channel, contact) => {
    expect((await bookOf('l.json', withContact(channel, contact))).entries[0]?.contact).toBe(contact);
  });
});

describe('hostile and broken files', () => {
  it('refuses aliases, tags, merge keys as keys, repeated keys and several documents', async () => {
    expect(await complaints('m.yaml', '- &a {name: One, asns: 64500}\n- *a\n')).toMatch(/^m\.yaml:2: aliases/);
    expect(await complaints('m.yaml', '- name: !!binary aGk=\n')).toMatch(/^m\.yaml:1: .*tag/i);
    expect(await complaints('m.yaml', '- name: !!str One\n  asns: 64500\n')).toMatch(/^m\.yaml:1: the tag/);
    expect(await complaints('m.yaml', '- name: !js/function "x"\n')).toMatch(/^m\.yaml:1: .*tag/i);
    expect(await complaints('m.yaml', '- name: One\n  asns: 64500\n  name: Two\n')).toMatch(/^m\.yaml:3: not readable/);
    expect(await complaints('m.yaml', '- {name: A, asns: 1}\n---\n- {name: B, asns: 2}\n')).toContain(
      'one YAML document',
    );
    expect(await complaints('m.yaml', '- {name: A, asns: 64500, <<: {trust: unknown}}\n')).toContain(
      'unknown key "<<"',
    );
  });

  it('survives a bomb of aliases and a tower of brackets', async () => {
    const bomb = [
      'a: &a [x]',
      ...'bcdefgh'.split('').map((key, at) => `${key}: &${key} [${`*${'abcdefgh'[at]},`.repeat(9)}]`),
    ];
    expect(await complaints('n.yaml', bomb.join('\n'))).toMatch(/^n\.yaml:2: aliases/);
    expect(await complaints('n.yaml', '['.repeat(50_000))).toMatch(/^n\.yaml:1: not readable as YAML/);
  });

  it('does not take a key for a part of every object', async () => {
    expect(await complaints('o.yaml', '- {name: One, asns: 64500, __proto__: {trust: cooperative}}\n')).toContain(
      'unknown key "__proto__"',
    );
  });

  it('says what is wrong with a file that is no book', async () => {
    expect(await complaints('p.yaml', '')).toContain('p.yaml');
    expect(await complaints('p.yaml', 'providers: 5\n')).toMatch(/^p\.yaml:1: a list of entries was expected/);
    expect(await complaints('p.yaml', 'providers: []\nother: 1\n')).toMatch(/^p\.yaml:2: the key other is unknown/);
    expect(await complaints('p.yaml', '- just text\n')).toMatch(
      /^p\.yaml:1: the entry; allowed is: an entry with a name/,
    );
    expect(await complaints('p.csv', 'name,colour\nOne,red\n')).toMatch(/^p\.csv:1: the column "colour"/);
    expect(await complaints('p.csv', 'name,asns\nOne,64500,64501\n')).toMatch(/^p\.csv:2: 3 cells under 2 columns/);
    expect(await complaints('p.csv', 'name,asns\n"One,64500\n')).toMatch(/^p\.csv:\d: not readable as CSV/);
    expect(await complaints('p.yaml', new Uint8Array([0xff, 0xfe, 0x00]))).toContain('not UTF-8');
    expect(await complaints('p.yaml', `# ${'x'.repeat(8 * 1024 * 1024)}\n`)).toContain('at most');
    const missing = await readProviderBook(path.join(folder, 'nowhere.yaml'));
    expect(missing.ok ? '' : missing.problem.message).toContain('cannot be read');
  });
});
