import { parse } from 'csv-parse/sync';
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  DAY,
  givenTo,
  givingFacts,
  GIVING_OPERATION,
  OPENED,
  textOf,
  textsOf,
} from '../../../test/support/giving-facts.ts';
import type { Given, GivingFacts, GivingFormat, Recipient } from '../../domain/giving.ts';
import { reversedAddress } from './rpz-zone.ts';

const COMMUNITY: Recipient = { kind: 'community' };
const ODD = 'xn--bcher-kva._odd-1.example';
const id = (number: number): string => `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;
const FACTS: readonly GivingFacts[] = [
  givingFacts({ serverId: id(1) }),
  givingFacts({ serverId: id(2), host: '2001:db8::7' }),
  givingFacts({ serverId: id(3), hostType: 'domain', host: ODD, sayings: [{ marking: 'clear', port: null, schemes: [], firstSeen: null, lastSeen: null }] }),
  givingFacts({ serverId: id(4), hostType: 'onion', host: 'abcdefghijklmnop.onion' }),
  givingFacts({ serverId: id(5), hostType: 'blockchain-name', host: 'c2.bazar' }),
  givingFacts({ serverId: id(6), host: '203.0.113.66', state: 'retracted' }),
  givingFacts({ serverId: id(7), host: '203.0.113.67', verdict: 'dark', darkAt: OPENED, confirmedAt: OPENED + DAY }),
  givingFacts({ serverId: id(8), host: '203.0.113.68', kind: 'shared-hosting', names: [{ name: 'site.example', marking: null, group: 'a', isReliable: true }] }),
  givingFacts({ serverId: id(9), hostType: 'domain', host: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(30)}.example` }),
  givingFacts({ serverId: id(10), hostType: 'domain', host: 'hacked.example', kind: 'compromised-host' }),
]; // prettier-ignore
const LONG = FACTS[8]?.host ?? '';

const written = (format: GivingFormat, facts = FACTS, changes: Partial<Given> = {}): string =>
  textOf(givenTo(COMMUNITY, format, facts, changes), format);

describe('a list', () => {
  test('says how it is marked, then has an endpoint a line', () => {
    expect(written('list').split('\n')).toEqual([
      '# TLP:GREEN',
      '203.0.113.7:443',
      '[2001:db8::7]:443',
      ODD,
      'abcdefghijklmnop.onion:443',
      'c2.bazar:443',
      'site.example',
      `${LONG}:443`,
      'hacked.example:443',
      '',
    ]);
    const drill = { operation: { ...GIVING_OPERATION, drill: true } };
    expect(written('list', [], drill)).toBe('# TLP:GREEN\n# DRILL: documentation and lab addresses only\n');
  });
});

describe('CSV', () => {
  test('tells what is known, and leaves empty what is not', () => {
    const rows: unknown = parse(written('csv'), { columns: true });
    const [first, , third] = z.array(z.record(z.string(), z.string())).parse(rows);
    expect(first).toMatchObject({
      host: '203.0.113.7',
      port: '443',
      malware: 'LabBot',
      state: 'live',
      tlp: 'TLP:GREEN',
      asn: '64500',
    });
    expect(third).toMatchObject({ host: ODD, port: '', first_seen: '', dark_at: '', tlp: 'TLP:CLEAR' });
  });

  test('holds no formula and no control character, whatever a registry or a person has written', () => {
    const provider = { key: 'x', name: '=cmd|"/c calc"!A1', type: 'hosting' };
    const text = written('csv', [givingFacts({ provider, holder: '@SUM(A1);\u001b[31m+1' })], {
      operation: { ...GIVING_OPERATION, malware: '-Bot\n=1' },
    });
    const rows: unknown = parse(text, { columns: true });
    const [row] = z.array(z.record(z.string(), z.string())).parse(rows);
    expect(row).toMatchObject({ provider: `'=cmd|"/c calc"!A1`, malware: "'-Bot =1" });
    expect(row?.['as_name']).toMatch(/^'@SUM/);
    expect(text).not.toContain('\u001b');
  });
});

describe('an RPZ zone', () => {
  test('writes addresses from their end, "::" as zz', () => {
    expect(reversedAddress('203.0.113.7')).toBe('32.7.113.0.203');
    expect(reversedAddress('2001:db8::7')).toBe('128.7.zz.db8.2001');
    expect(reversedAddress('2001:db8::')).toBe('128.zz.db8.2001');
    expect(reversedAddress('::7')).toBe('128.7.zz');
    expect(reversedAddress('2001:db8:1:2:3:4:5:6')).toBe('128.6.5.4.3.2.1.db8.2001');
  });

  test("has an SOA, an NS and a rule for each name and address, and names below only where they are the botnet's", () => {
    expect(written('rpz').split('\n')).toEqual([
      '; TLP:GREEN',
      '$TTL 300',
      `@ IN SOA localhost. hostmaster.invalid. ${(OPENED + 3 * DAY) / 1000} 300 60 604800 300`,
      '@ IN NS localhost.',
      '32.7.113.0.203.rpz-ip IN CNAME .',
      '128.7.zz.db8.2001.rpz-ip IN CNAME .',
      `${ODD} IN CNAME .`,
      `*.${ODD} IN CNAME .`,
      'site.example IN CNAME .',
      'hacked.example IN CNAME .',
      '',
    ]);
  });

  test('writes one rule for a host with several ports, and a greater serial for newer facts', () => {
    const said = (port: number) => ({ marking: null, port, schemes: [], firstSeen: null, lastSeen: null });
    const two = written('rpz', [givingFacts({ sayings: [said(443), said(449)] })]);
    expect(two.match(/rpz-ip/g)).toHaveLength(1);
    const serial = (text: string) => Number(/invalid\. (\d+)/.exec(text)?.[1]);
    expect(serial(written('rpz', [givingFacts({ changedAt: OPENED + 4 * DAY })]))).toBeGreaterThan(serial(two));
  });
});

describe('Suricata', () => {
  test('has a set of addresses, a set of names in base64, and the rules that look into them', () => {
    const files = textsOf(givenTo(COMMUNITY, 'suricata', FACTS), 'suricata');
    const [addresses = '', names = '', rules = ''] = Object.values(files);
    expect(Object.keys(files)).toEqual([
      'dismantle-00000000000a-ip.lst',
      'dismantle-00000000000a-dns.lst',
      'dismantle-00000000000a.rules',
    ]);
    expect(addresses).toBe('203.0.113.7\n2001:db8::7\n');
    const asked = names
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.from(line, 'base64').toString());
    expect(asked).toEqual([ODD, 'c2.bazar', 'site.example', LONG, 'hacked.example']);
    expect(rules.split('\n')[1]).toMatch(
      /^alert ip \$HOME_NET any -> any any \(msg:"dismantle C2 server of LabBot"; ip\.dst; dataset:isset,dismantle-00000000000a-ip,type ip,load dismantle-00000000000a-ip\.lst; classtype:command-and-control; sid:1\d{6}; rev:1;\)$/,
    );
    expect(rules.split('\n')[2]).toMatch(
      /^alert dns .* dns\.query; dataset:isset,dismantle-00000000000a-dns,type string,load /,
    );
  });

  test('lets no name out of the message of a rule', () => {
    const malware = 'Bot"; sid:1;) \\ \n alert';
    const rules = written('suricata', FACTS, { operation: { ...GIVING_OPERATION, malware } });
    expect(rules).toContain('msg:"dismantle C2 server of Bot sid 1 alert"');
  });
});

describe('a MISP feed', () => {
  const eventShape = z.object({
    Event: z.object({
      uuid: z.uuid(),
      info: z.string(),
      timestamp: z.string(),
      Tag: z.array(z.looseObject({ name: z.string() })),
      Attribute: z.array(z.looseObject({ uuid: z.uuid(), type: z.string(), value: z.string(), to_ids: z.boolean(), deleted: z.boolean() })),
    }),
  }); // prettier-ignore
  const feed = (changes: Partial<Given> = {}) => {
    const files = textsOf(givenTo(COMMUNITY, 'misp', FACTS, changes), 'misp');
    const [name = ''] = Object.keys(files).filter((each) => /^[0-9a-f-]{36}\.json$/.test(each));
    const manifest: unknown = JSON.parse(files['manifest.json'] ?? '');
    return {
      name,
      manifest,
      event: eventShape.parse(JSON.parse(files[name] ?? '')).Event,
      hashes: files['hashes.csv'] ?? '',
    };
  };

  test('leads from the manifest to the event, with the moment of the newest change', () => {
    const { name, manifest, event } = feed();
    expect(name).toBe(`${event.uuid}.json`);
    expect(manifest).toMatchObject({
      [event.uuid]: { info: 'C2 servers of LabBot', timestamp: (OPENED + 3 * DAY) / 1000 },
    });
    expect(event.timestamp).toBe(String((OPENED + 3 * DAY) / 1000));
    expect(event.Tag.map((tag) => tag.name)).toEqual(['tlp:green', 'LabBot']);
    expect(feed({ operation: { ...GIVING_OPERATION, drill: true } }).event).toMatchObject({
      info: expect.stringMatching(/^DRILL: /),
    });
  });

  test('has an attribute an endpoint; what is over is for no machine, what was taken back is deleted', () => {
    const { event } = feed();
    const of = (value: string) => event.Attribute.find((attribute) => attribute.value === value);
    expect(of('203.0.113.7|443')).toMatchObject({ type: 'ip-dst|port', to_ids: true, deleted: false });
    expect(of(ODD)).toMatchObject({ type: 'hostname', to_ids: true });
    expect(of('203.0.113.67|443')).toMatchObject({ to_ids: false, deleted: false, comment: 'confirmed-dark' });
    expect(of('203.0.113.66|443')).toMatchObject({ to_ids: false, deleted: true, comment: 'retracted' });
  });

  test('hashes both halves of an address and its port, and nothing that was taken back', () => {
    const { hashes, event } = feed();
    const lines = hashes.trimEnd().split('\n');
    expect(lines).toContain(`${hash('md5', '203.0.113.7')},${event.uuid}`);
    expect(lines).toContain(`${hash('md5', '443')},${event.uuid}`);
    expect(hashes).not.toContain(hash('md5', '203.0.113.66'));
    expect(new Set(lines).size).toBe(lines.length);
  });
});
