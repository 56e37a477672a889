import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBootstrapTable } from '../../src/adapters/rdap/bootstrap-table.ts';
import { parseAddress } from '../../src/domain/address.ts';
import type { Address } from '../../src/domain/address.ts';
import { holderName } from '../../src/domain/registration.ts';
import type { AutnumRegistration, Registration } from '../../src/domain/registration.ts';
import { field, list } from '../../src/domain/rdap/answer-values.ts';
import { openRegistryLaboratory, prefixes, LOOPBACK, sendJson } from '../support/registry-laboratory.ts';
import type { RegistryLaboratory } from '../support/registry-laboratory.ts';

/*
 * Real answers of the five registries, served over HTTPS on loopback, whom to ask found by IANA's real files. What is right
 * is taken from the *whois* answers about the same addresses of the same day: another service, another form, read here by
 * nothing but the line's key. Two things whois and RDAP say differently, and so are checked otherwise:
 *
 * - AFRINIC's RDAP answers of that time give the holder's handle where whois also has the name: the handle is compared.
 * - RIPE's RDAP answers of that time gave the `e-mail` lines of the abuse role, whois its `abuse-mailbox`. What RDAP said
 *   cannot be had from whois, so the mailboxes, read from the answer by eye, stand here as SHA-256.
 *
 * "None known" is right where whois has no abuse contact, though a mailbox for other purposes stands there.
 */

const DATA = resolve('../shared/data');
const hasData = existsSync(join(DATA, 'registry'));
if (!hasData) process.stderr.write('skipped: real RDAP answers, for ../shared/data is not there\n');

/** Addresses are what the data names: the cases are told apart by registry and version of IP alone. */
type Case = readonly [registry: Registration['registry'], version: 4 | 6];
const CASES: readonly Case[] = (['afrinic', 'apnic', 'arin', 'lacnic', 'ripe'] as const).flatMap((name): Case[] => [
  [name, 4],
  [name, 6],
]);

const RIPE_ABUSE_SHA256 = [
  '28fe72993cb97a908b53a561e6b746e07ed9129e7f0c120f8a4ef5c0e4c3f1cf',
  '869b3ff475cf632e87370b050a0622dfcb6573d680ff158674adf141039ac8ce',
  '4c13ea55f3a5273d4a2522307a08cf1e8decdcec077d56d3f24393e849a89c55',
];

describe.skipIf(!hasData)('real answers (skipped without ../shared/data)', () => {
  const json = (name: string): unknown => JSON.parse(readFileSync(join(DATA, name), 'utf8'));
  const answers = hasData ? json('registry/ipwhois/ipwhois_rdap.json') : {};
  const whois = hasData ? json('registry/ipwhois/ipwhois_whois.json') : {};
  let laboratory: RegistryLaboratory;
  let bootstrapFolder: string;

  beforeAll(async () => {
    laboratory = await openRegistryLaboratory();
    bootstrapFolder = realFiles();
  });
  afterAll(() => laboratory.close());

  /** IANA's files, every registry's server replaced by its stand-in here. */
  function realFiles(): string {
    const folder = realpathSync(mkdtempSync(join(laboratory.folder, 'iana-')));
    for (const name of ['ipv4', 'ipv6', 'asn']) {
      const text = readFileSync(join(DATA, `iana/openrdap_${name}.json`), 'utf8').replaceAll(
        /(https?):\/\/rdap\.(?:db\.)?(afrinic|apnic|arin|lacnic|ripe)\.net\//g,
        (_all, scheme: string, registry: string) => `${scheme}://${registry}.rdap.test:${laboratory.port}/`,
      );
      writeFileSync(join(folder, `${name}.json`), text);
    }
    return folder;
  }

  function client(): ReturnType<RegistryLaboratory['client']> {
    const laboratoryOptions = {
      allowedNetworks: LOOPBACK,
      resolveHost: () => Promise.resolve(['127.0.0.1']),
      extraCa: laboratory.authority.cert,
    };
    return laboratory.client({ bootstrapFolder, laboratory: laboratoryOptions });
  }

  function address(text: string): Address {
    const parsed = parseAddress(text);
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.value;
  }

  /** The address that the data has for a registry and a version. */
  function keyOf([registry, version]: Case): string {
    const name = registry === 'ripe' ? 'ripencc' : registry;
    const found = Object.entries(answers ?? {}).find(
      ([key, value]) => field(field(value, 'asn_data'), 'asn_registry') === name && address(key).version === version,
    );
    if (found === undefined) throw new Error(`no answer of ${registry} for IPv${version}`);
    return found[0];
  }

  /** The values of a key in the whois answer, in order. */
  function whoisLines(text: string, key: string): readonly string[] {
    return [...text.matchAll(new RegExp(`^${key}:[ \\t]*(.*?)[ \\t\\r]*$`, 'gim'))].map(([, value = '']) => value);
  }

  function whoisOf(key: string): string {
    const text = field(field(whois, key), 'response');
    if (typeof text !== 'string') throw new Error('no whois answer');
    return text;
  }

  /** The holder as whois tells it: each registry has its own word for it. */
  function expectedHolder(registry: Registration['registry'], text: string): string | undefined {
    const keys = { afrinic: 'org', apnic: 'descr', arin: 'OrgName', lacnic: 'owner', ripe: 'netname', other: '' };
    return whoisLines(text, keys[registry])[0];
  }

  /** The abuse mailboxes as whois tells them. */
  function expectedAbuse(registry: Registration['registry'], text: string): readonly string[] {
    if (registry === 'arin') return [...new Set(whoisLines(text, 'OrgAbuseEmail'))];
    if (registry === 'lacnic') {
      const [handle = ''] = whoisLines(text, 'abuse-c');
      const person = text.slice(text.search(new RegExp(`^nic-hdl:\\s*${handle}\\s*$`, 'm')));
      return whoisLines(person, 'e-mail').slice(0, 1);
    }
    return [...new Set(whoisLines(text, 'abuse-mailbox'))];
  }

  test.each(CASES)(
    '%s, IPv%i: holder, country, range and abuse contact are those of whois',
    async (registry, version) => {
      const key = keyOf([registry, version]);
      laboratory.answerWith((request, response) => {
        expect(request.url?.endsWith(`/ip/${address(key).text}`)).toBe(true);
        sendJson(response, field(field(answers, key), 'response'));
      });
      const answer = await client().registry.network(address(key), new AbortController().signal);
      if (answer.outcome !== 'answered') throw new Error(answer.reason);
      const { registration, evidence } = answer;
      expect(evidence.url.startsWith(`https://${registry}.rdap.test:`)).toBe(true);
      expect(registration.registry).toBe(registry);

      const text = whoisOf(key);
      expect(registration.country).toBe(whoisLines(text, 'country')[0]);
      const holder = registry === 'afrinic' ? registration.registrant?.handle : holderName(registration);
      // LACNIC's whois lost the letters that are not ASCII.
      expect(holder).toBe(expectedHolder(registry, text));

      const abuse = registration.abuse.map(({ email }) => email);
      if (registry === 'ripe') {
        expect(abuse.map((email) => createHash('sha256').update(email).digest('hex'))).toEqual(RIPE_ABUSE_SHA256);
      } else {
        const expected = expectedAbuse(registry, text).map((email) => email.toLowerCase());
        // LACNIC's whois also knows the domain in capitals.
        expect(abuse).toEqual(expected);
      }
      expect(registration.abuse.every(({ role, unvalidated }) => role === 'abuse' && !unvalidated)).toBe(true);
    },
  );

  test('in three of the ten "none known" is the truth: mailboxes for other purposes stay apart', async () => {
    const none: string[] = [];
    for (const kind of CASES) {
      const key = keyOf(kind);
      laboratory.answerWith((_request, response) => sendJson(response, field(field(answers, key), 'response')));
      const answer = await client().registry.network(address(key), new AbortController().signal);
      if (answer.outcome !== 'answered') throw new Error(answer.reason);
      const { abuse, otherContacts } = answer.registration;
      if (abuse.length > 0) continue;
      none.push(`${kind[0]} ${kind[1]}`);
      expect(otherContacts.length).toBeGreaterThan(0);
      expect(otherContacts.every(({ role }) => role !== 'abuse')).toBe(true);
    }
    expect(none).toEqual(['afrinic 4', 'afrinic 6', 'apnic 6']);
  });

  describe('later answers, of which the same file says in two places what is right', () => {
    async function networkIn(name: string): Promise<Registration> {
      const body = json(name);
      const start = field(body, 'startAddress');
      laboratory.answerWith((_request, response) => sendJson(response, body));
      const answer = await client().registry.network(address(String(start)), new AbortController().signal);
      if (answer.outcome !== 'answered') throw new Error(answer.reason);
      return answer.registration;
    }

    /** The one file of its kind: its name is what it is about. */
    function icannFile(kind: string): string {
      const folder = 'registry/icann-rdap';
      const name = readdirSync(join(DATA, folder)).find((file) => file.startsWith(`icannrdap_${kind}_`));
      return join(folder, name ?? '');
    }

    async function autnumIn(name: string): Promise<AutnumRegistration> {
      const body = json(name);
      laboratory.answerWith((_request, response) => sendJson(response, body));
      const asn = Number(field(body, 'startAutnum'));
      const answer = await client().registry.autnum(asn, new AbortController().signal);
      if (answer.outcome !== 'answered') throw new Error(answer.reason);
      return answer.registration;
    }

    test('ARIN of 2021: the network’s own contact before the organisation’s, which is unvalidated; the country from the label', async () => {
      const { abuse, registrant, country, changedAt } = await networkIn(
        'registry/whoisit/whoisit_data_rdap_response_ip_v6.json',
      );
      expect(abuse.map(({ where, unvalidated }) => [where, unvalidated])).toEqual([
        ['entities[1]', false],
        ['entities[0].entities[0]', true],
      ]);
      expect(abuse[1]?.remark).toBe('Unvalidated POC');
      expect(registrant?.where).toBe('entities[0]');
      expect(country).toBe('US');
      expect(changedAt).toBe('2012-02-24T14:44:34.000Z');
    });

    test('ARIN of 2023: one contact with all roles is the abuse contact once', async () => {
      const { abuse, otherContacts, country, registry } = await networkIn(icannFile('network'));
      expect([abuse.length, otherContacts.length, country, registry]).toEqual([1, 0, 'US', 'arin']);
    });

    test('APNIC of 2021: the IRT’s mailbox, given twice, is one, and validated', async () => {
      const { abuse, country, registry } = await networkIn('registry/whoisit/whoisit_data_rdap_response_ip_v4.json');
      expect(abuse).toMatchObject([
        { where: 'entities[0]', unvalidated: false, changedAt: '2021-03-09T01:10:21.000Z' },
      ]);
      expect([country, registry]).toEqual(['AU', 'apnic']);
    });

    test('RIPE of 2021: the mailbox marked for abuse; the holder by handle, not the maintainers', async () => {
      const { abuse, registrant, country } = await networkIn(
        'registry/whoisit/whoisit_data_rdap_response_ip_v4_2.json',
      );
      expect(abuse.map(({ where }) => where)).toEqual(['entities[4]']);
      expect(registrant).toMatchObject({ handle: expect.stringMatching(/^ORG-/), where: 'entities[0]' });
      expect(country).toBe('CH');
    });

    test('AS numbers of ARIN: abuse inside the registrant', async () => {
      const one = await autnumIn('registry/whoisit/whoisit_data_rdap_response_asn.json');
      expect(one.abuse.map(({ where }) => where)).toEqual(['entities[1]']);
      expect([one.name, one.country]).toEqual([
        field(json('registry/whoisit/whoisit_data_rdap_response_asn.json'), 'name'),
        'US',
      ]);
      const other = await autnumIn(icannFile('autnum'));
      expect(other.abuse).toMatchObject([{ where: 'entities[0].entities[2]', role: 'abuse' }]);
      expect(other.otherContacts.some(({ role }) => role === 'noc')).toBe(true);
    });

    test('RIPE’s error object is told by its title', async () => {
      laboratory.answerWith((_request, response) =>
        sendJson(response, json('registry/icann-rdap/icannrdap_error_ripe_net.json'), 501),
      );
      const answer = await client().registry.network(address(keyOf(['ripe', 4])), new AbortController().signal);
      expect(answer).toMatchObject({
        outcome: 'failed',
        reason: expect.stringMatching(/status 501 \(501 Not Implemented, /),
      });
    });
  });

  test('IANA’s files lead every prefix and number in them to its registry, over https', () => {
    let checked = 0;
    for (const name of ['ipv4', 'ipv6', 'asn']) {
      const text = readFileSync(join(DATA, `iana/openrdap_${name}.json`), 'utf8');
      const table = readBootstrapTable(text);
      if (!table.ok) throw new Error(table.problem);
      for (const service of list(field(JSON.parse(text), 'services'), 100)) {
        const [entries, urls] = list(service, 2);
        const [https] = list(urls, 10)
          .filter((url) => String(url).startsWith('https:'))
          .map(String);
        for (const entry of list(entries, 100_000).map(String)) {
          const [prefix] = name === 'asn' ? [] : prefixes(entry);
          const found =
            prefix === undefined
              ? table.value.forAutnum(Number(entry.split('-')[0]))
              : table.value.forAddress(prefix.address);
          expect(found?.find((url) => url.startsWith('https:'))?.replace(/\/$/, ''), entry).toBe(
            https?.replace(/\/$/, ''),
          );
          checked += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(2000);
  });
});
