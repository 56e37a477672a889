import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.ts';
import { ASKS, CAPACITIES } from '../../domain/method.ts';
import type { NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { HOST_TYPES, SERVER_KINDS } from '../../domain/server.ts';
import type { HostType } from '../../domain/server.ts';
import {
  ownNoticeTexts,
  sampleEvidence,
  sampleFacts,
  sampleItem,
  sampleRow,
  TEMPLATES,
} from '../../../test/support/notice-facts.ts';
import { hasXarfSchemas, object, xarfValidator } from '../../../test/support/xarf-schemas.ts';
import { draftNotice } from './draft-notice.ts';
import { englishOf, prepareNoticeTexts } from './notice-texts.ts';
import type { TextFile } from './notice-texts.ts';

const texts = await ownNoticeTexts();
const draft = (facts: NoticeFacts): ReturnType<typeof draftNotice> =>
  draftNotice(facts, { texts, program: 'dismantle/0.0.0' });

const HOSTS: Readonly<Record<HostType, readonly string[]>> = {
  address: ['203.0.113.7', '2001:db8::7'],
  domain: ['c2.example', 'xn--bcher-kva.example'],
  onion: [`${'a'.repeat(56)}.onion`],
  'blockchain-name': ['labbot.bit'],
};

if (!hasXarfSchemas) process.stderr.write('skipped: X-ARF schema checks, for ../shared/data/xarf is not there\n');
const xarfErrors = xarfValidator();

/** What holds for every draft, whatever it is about. */
function expectSound(facts: NoticeFacts): void {
  const made = draft(facts);
  expect(draft(facts)).toEqual(made);
  for (const line of made.text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(72);
  expect(made.text).not.toMatch(/[\p{Cf}\u0000-\u0009\u000b-\u001f\u007f]/u);
  expect(made.text).not.toMatch(/\bhttps?:\/\/|\bundefined\b|\n\n\n/);
  expect(made.subject).toMatch(/^\[DSM-7K3Q9F\] [^\r\n]+$/);
  expect(made.text).toContain('DSM-7K3Q9F');
  expect(made.feedbackReport).toMatch(/^(?:[A-Za-z-]+: [\x20-\x7e]+\n)+$/);
  expect(made.xarf).toHaveLength(facts.items.length);
  for (const [index, report] of made.xarf.entries()) {
    expect(xarfErrors(report)).toBe('');
    const fields = object(report);
    expect(fields['source_identifier']).toBe(facts.items[index]?.host);
    expect(Object.keys(fields)).not.toContain('_internal');
    expect(Object.keys(fields)).not.toContain('confidence');
    const evidence = object(Array.isArray(fields['evidence']) ? fields['evidence'][0] : undefined);
    const { payload } = evidence;
    const bytes = Buffer.from(typeof payload === 'string' ? payload : '', 'base64');
    expect(bytes.length).toBeGreaterThan(0);
    expect(evidence['size']).toBe(bytes.length);
    expect(evidence['hash']).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  }
}

describe('every text', () => {
  const cases = TEMPLATES.flatMap((template) =>
    SERVER_KINDS.flatMap((kind) => HOST_TYPES.map((hostType) => [template, kind, hostType] as const)),
  );
  test.each(cases)('%s drafts a %s named by its %s', (template, kind, hostType) => {
    for (const host of HOSTS[hostType]) {
      for (const path of [null, '/panel/gate.php?x=[1]|{2} ü%zz#a#b']) {
        const item = sampleItem({ kind, hostType, host, endpoints: [{ port: 8080, scheme: 'http', path }] });
        expectSound(sampleFacts({ row: sampleRow({ template }), items: [item] }));
        expectSound(
          sampleFacts({
            row: sampleRow({ template, binding: 'binding', deadlineHours: null }),
            items: [{ ...item, asks: ASKS }, sampleItem(), sampleItem({ asks: ['none'] })],
            operation: { id: 'o', name: 'n', drill: true, malware: null },
            to: null,
          }),
        );
      }
    }
  });

  test('is there for each method that somebody is written to by', () => {
    expect([...englishOf(texts).texts.keys()].sort()).toEqual([...TEMPLATES].sort());
  });
});

/** What stands in the attachment of a report. */
function payloadOf({ evidence }: ReturnType<typeof object>): string {
  const { payload } = object(Array.isArray(evidence) ? evidence[0] : undefined);
  return Buffer.from(typeof payload === 'string' ? payload : '', 'base64').toString();
}

describe('the text', () => {
  test('says in its first lines what it is about and what is asked', () => {
    const [opening = ''] = draft(sampleFacts()).text.split('\n\n');
    expect(opening.replaceAll('\n', ' ')).toBe(
      'A server in your network (AS64500) is reported to control the botnet Labbot: 203.0.113[.]7. ' +
        'We ask you to preserve disk, memory and logs first, and then null-route it or suspend it, by 2026-11-24 10:00 UTC.',
    );
  });

  test('names sender, place, time, source, asks, reference and contest, in this order', () => {
    const text = draft(sampleFacts())
      .text.replaceAll(/\n +/g, ' ')
      .replaceAll(/(?<=\S)\n(?=\S)/g, ' ');
    const order = [
      'Lab CERT, a computer security incident response team',
      '203.0.113[.]7:443',
      'seen 2026-11-20 10:00 UTC to 2026-11-23 09:00 UTC',
      'Named as a controller in configuration 1000512 (source: Lab feed; dated 2026-11-20 10:00 UTC to 2026-11-23 09:00 UTC)',
      'Preserve disk',
      'Null-route',
      'Suspend the server',
      'controller itself, not as an infected client',
      'This is a request, not an order.',
      'leave DSM-7K3Q9F in the subject',
      'contest@cert.example or call +1 555 0100',
    ].map((words) => text.indexOf(words));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((left, right) => left - right));
  });

  test('tells a victim, and never warns an operator', () => {
    const device = draft(sampleFacts({ items: [sampleItem({ kind: 'iot-device' })] })).text;
    expect(device).toContain('THE OWNER IS A VICTIM');
    expect(device).not.toContain('DO NOT FORWARD');
    expect(device).not.toMatch(/- Suspend|- Null-route/);
    const controller = draft(sampleFacts()).text;
    expect(controller).toContain('DO NOT FORWARD');
    expect(controller).not.toContain('VICTIM');
  });

  test('never names the operation, a case or an exact address', () => {
    const { text, subject } = draft(sampleFacts());
    for (const secret of ['secret name', 'case-1', '203.0.113.7']) expect(text + subject).not.toContain(secret);
  });

  test('holds at most 25 servers; the rest is in the table', () => {
    const items = Array.from({ length: 40 }, (_, index) => sampleItem({ host: `203.0.113.${index + 1}` }));
    const made = draft(sampleFacts({ items }));
    expect(made.text.match(/203\.0\.113\[\.\]\d+:443/g)).toHaveLength(25);
    expect(made.text).toContain('and 15 more, all of them in the attached items.csv');
    expect(made.itemsCsv?.split('\r\n')).toHaveLength(42);
    expect(made.text).toMatch(/40\s+of 40 servers/);
  });

  test('has the four elements of Article 16(2) of the Digital Services Act', () => {
    const made = draft(sampleFacts({ row: sampleRow({ method: 'dsa-notice', template: 'dsa-notice' }) }));
    for (const element of ['(a)', '(b)', '(c)', '(d)']) expect(made.text).toContain(`16(2)${element}`);
    expect(made.text).toContain('Lab CERT, soc@cert.example');
    expect(made.text.replaceAll('\n', ' ')).toContain(
      'we believe in good faith that the information and allegations in this notice are accurate and complete',
    );
    expect(made.text.replaceAll('\n', ' ')).toContain('not an order');
    expect(made.missing).toEqual([
      'what was observed, beyond a listing',
      'the law that it infringes, beside the Act itself, in the citation of the row of the method table',
    ]);
  });

  test('tells servers apart by their hosts where only the asks differ', () => {
    const items = [sampleItem({ asks: ['suspend'] }), sampleItem({ host: '203.0.113.8', asks: ['null-route'] })];
    const { text } = draft(sampleFacts({ items }));
    expect(text).toMatch(/For 203\.0\.113\[\.\]7:\n\n- Suspend/);
    expect(text).toMatch(/For 203\.0\.113\[\.\]8:\n\n- Null-route/);
  });

  test('states deadline and basis for each group where rows differ, and once where they do not', () => {
    const other = sampleRow({ id: 'other', law: 'Law two', binding: 'binding', deadlineHours: 48 });
    const items = [sampleItem(), sampleItem({ host: '203.0.113.8', row: other })];
    const flat = (text: string): string => text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ');
    const text = flat(draft(sampleFacts({ items })).text);
    const [opening = ''] = text.split('\n\n');
    expect(opening).toContain('by the times stated below, the first of which is 2026-11-24 10:00 UTC');
    expect(text).toMatch(/For 203\.0\.113\[\.\]7:\n\n(?:(?!For )[^])+Please act by 2026-11-24 10:00 UTC\./);
    expect(text).toMatch(/For 203\.0\.113\[\.\]8:\n\n(?:(?!For )[^])+Please act by 2026-11-25 10:00 UTC\./);
    expect(text).toContain('For 203.0.113[.]8:\n\nBasis: Law two. This is binding.');
    expect(text).toContain('service. This is a request, not an order.');
    const alike = draft(sampleFacts({ items: [sampleItem(), sampleItem({ host: '203.0.113.8' })] })).text;
    expect(alike.match(/Basis: /g)).toHaveLength(1);
    expect(alike.match(/Please act/g)).toHaveLength(1);
    const inGerman = flat(draft(sampleFacts({ items, languages: ['de'] })).text.split('ENGLISH VERSION')[0] ?? '');
    expect(inGerman).toContain('zu den unten genannten Zeiten, zuerst bis 2026-11-24 10:00 UTC');
    expect(inGerman).toContain('Bitte handeln Sie bis 2026-11-25 10:00 UTC.');
    expect(inGerman).toMatch(/Für 203\.0\.113\[\.\]8:\n\n.*Law two.*Dies ist verbindlich\./);
  });

  test('points to the rows of items.csv where it cannot name every host of a group', () => {
    const items = Array.from({ length: 60 }, (_, index) =>
      sampleItem({ host: `203.0.113.${index + 1}`, asks: index < 45 ? ['preserve', 'null-route'] : ['isolate'] }),
    );
    const made = draft(sampleFacts({ items }));
    expect(made.text.replaceAll('\n', ' ')).toContain(
      'and 35 more (all rows with ask = "preserve null-route" in items.csv)',
    );
    expect(made.itemsCsv?.match(/,preserve null-route,2026-11-24T10:00Z,the terms under/g)).toHaveLength(45);
    expect(payloadOf(object(made.xarf[0]))).toContain(
      'Asked: preserve, null-route; by: 2026-11-24T10:00Z; basis: the terms under',
    );
  });

  test('asks for nothing in a referral that asks for nothing', () => {
    const items = [sampleItem({ asks: ['none'] }), sampleItem({ kind: 'iot-device', asks: [] })];
    const { text } = draft(sampleFacts({ items, row: sampleRow({ template: 'law-enforcement-referral' }) }));
    expect(text.match(/No action on the servers/g)).toHaveLength(1);
    expect(text).not.toContain('when it is done');
  });

  test('says of a binding row that it binds, and offers no choice of measures', () => {
    const { text } = draft(sampleFacts({ row: sampleRow({ binding: 'binding' }) }));
    expect(text).toContain('This is binding.');
    expect(text).not.toContain('request, not an order');
    expect(text).not.toContain('is enough');
  });
});

describe('what is missing', () => {
  test('is nothing for a notice with contact, name and evidence', () => {
    expect(draft(sampleFacts()).missing).toEqual([]);
  });

  test.each<[string, Partial<NoticeFacts>]>([
    ['a known contact', { to: null }],
    ['form', { to: null, row: sampleRow({ channel: 'form' }) }],
    ['not one plain mailbox', { to: 'a@one.example, b@two.example' }],
    ["the botnet's name", { operation: { id: 'o', name: 'n', drill: false, malware: null } }],
    ['something observed for 1 of 1', { items: [sampleItem({ evidence: [] })] }],
    ['court, case number and date', { row: sampleRow({ method: 'court-order', template: 'court-order' }) }],
    ["sender's organisation", { sender: { ...sampleFacts().sender, organisation: ' ' } }],
    ['for contesting', { sender: { ...sampleFacts().sender, contestEmail: 'nobody' } }],
  ])('is said: %s', (words, change) => {
    expect(draft(sampleFacts(change)).missing.join('; ')).toContain(words);
  });

  test('is every element of 17 U.S.C. 512(c)(3)(A) that only the rights owner can state', () => {
    const row = sampleRow({ method: 'copyright-notice', template: 'copyright-notice' });
    const made = draft(sampleFacts({ row }));
    const missing = made.missing.join('; ');
    for (const words of ['signature', 'each copyrighted work', 'good faith belief', 'penalty of perjury', 'capacity']) {
      expect(missing).toContain(words);
    }
    expect(made.text).toContain('[MISSING: ');
  });
});

describe('the X-ARF report', () => {
  test('opens with what a desk must not get wrong', () => {
    const report = object(draft(sampleFacts()).xarf[0]);
    const opening = /^This address is reported as the controller itself, not as an infected client; do not forward/;
    expect(report['description']).toMatch(opening);
    expect(report['compromise_evidence']).toMatch(opening);
    expect(report).toMatchObject({
      category: 'infrastructure',
      type: 'botnet',
      c2_server: '203.0.113.7',
      source_port: 443,
      tags: ['botnet:command-and-control', 'malware:labbot'],
      timestamp: '2026-11-23T09:00:00.000Z',
    });
  });

  test.each([
    ['iot-device', 'http', 'infrastructure', 'compromised_server'],
    ['compromised-host', null, 'infrastructure', 'compromised_server'],
    ['compromised-host', 'http', 'content', 'remote_compromise'],
    ['dedicated', 'http', 'infrastructure', 'botnet'],
  ] as const)('of a %s with scheme %s is %s/%s', (kind, scheme, category, type) => {
    const item = sampleItem({ kind, endpoints: [{ port: 80, scheme, path: '/x' }] });
    expect(draft(sampleFacts({ items: [item] })).xarf[0]).toMatchObject({ category, type });
  });

  test(
    'rejects the types that do not exist, so that the schema check above can fail',
    { skip: !hasXarfSchemas },
    () => {
      const report = object(draft(sampleFacts()).xarf[0]);
      expect(xarfErrors(report)).toBe('');
      expect(xarfErrors({ ...report, type: 'c2' })).not.toBe('');
      expect(xarfErrors({ ...report, report_id: 'x' })).not.toBe('');
      expect(xarfErrors({ ...report, tags: ['Labbot'] })).not.toBe('');
    },
  );
});

test('gives days as days, and says where its timestamp is no time of observation', () => {
  const dated = { firstSeen: '2026-11-20T00:00:00.000Z', lastSeen: '2026-11-21T00:00:00.000Z' };
  const report = object(draft(sampleFacts({ items: [sampleItem({ evidence: [sampleEvidence(dated)] })] })).xarf[0]);
  expect(report).toMatchObject({ timestamp: '2026-11-23T10:00:00.000Z' });
  expect(report['description']).toContain(
    'Only the day is known on which it was seen last, 2026-11-21 (UTC): the timestamp is that of this report.',
  );
  expect(payloadOf(report)).toContain('first seen: 2026-11-20; last seen: 2026-11-21');
  expect(payloadOf(report)).not.toContain('T00:00');
  expect(object(draft(sampleFacts()).xarf[0])['description']).not.toContain('timestamp');
});

describe('the feedback report', () => {
  test('has the fields of RFC 5965 for one server', () => {
    expect(draft(sampleFacts()).feedbackReport).toBe(
      [
        'Feedback-Type: xarf',
        'User-Agent: dismantle/0.0.0',
        'Version: 1',
        'Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000',
        'Source-IP: 203.0.113.7',
        'Source-Port: 443',
        'Incidents: 1',
        '',
      ].join('\n'),
    );
  });

  test('names no single source for several, and a name as a domain', () => {
    const items = [sampleItem(), sampleItem({ hostType: 'domain', host: 'c2.example' })];
    const { feedbackReport } = draft(sampleFacts({ items }));
    expect(feedbackReport).not.toContain('Source-IP');
    expect(feedbackReport).toContain('Reported-Domain: c2.example\nIncidents: 2\n');
  });
});

describe('hostile facts', () => {
  test.each([
    'x\r\nBcc: everybody@one.example\r\n\r\nbody',
    'gpj.\u202Eexe',
    'x'.repeat(10_000),
    '{{law}}{{#groups}}{{/groups}}{{nothing}}',
    'see https://evil.example/pay or www.evil.example',
    '\u0000\u001B[31mred',
    '\uD800',
    '=cmd()',
    '   ',
  ])('do no harm: %j', (text) => {
    const facts = sampleFacts({
      operation: { id: 'o', name: text, drill: false, malware: text },
      provider: { ...sampleFacts().provider, name: text },
      items: [
        sampleItem({ evidence: [sampleEvidence({ observed: text, source: text })] }),
        sampleItem({ endpoints: [{ port: 1, scheme: 'http', path: `/${text}` }], kind: 'compromised-host' }),
      ],
    });
    expectSound(facts);
    const made = draft(facts);
    expect(made.text.length).toBeLessThan(8000);
    // Folding may put any word first in a line; what counts is where a paragraph begins.
    expect(made.text.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')).not.toMatch(/^Bcc:/m);
    expect(made.text).not.toContain('www.evil');
  });

  test('a contact that names two recipients is no contact', () => {
    for (const to of ['a@one.example,b@two.example', 'a@one.example\r\nBcc: b@two.example', 'A <a@one.example>', '']) {
      expect(draft(sampleFacts({ to })).to).toBeNull();
    }
  });

  test('a row that addresses nobody gives no draft, one with an unknown text says which there are', () => {
    expect(() => draft(sampleFacts({ row: sampleRow({ addressee: 'nobody' }) }))).toThrow('addresses nobody');
    expect(() => draft(sampleFacts({ row: sampleRow({ template: 'polite-letter' }) }))).toThrow('polite-letter');
  });
});

test('any facts give a sound draft', () => {
  const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 40 }));
  const moment = fc.option(
    fc
      .date({ min: new Date('2016-01-01'), max: new Date('2026-11-23'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  );
  const item: fc.Arbitrary<NoticeItem> = fc.constantFrom(...HOST_TYPES).chain((hostType) =>
    fc.record({
      caseId: fc.uuid(),
      hostType: fc.constant(hostType),
      host: fc.constantFrom(...HOSTS[hostType]),
      kind: fc.constantFrom(...SERVER_KINDS),
      asks: fc.subarray([...ASKS]),
      endpoints: fc.array(
        fc.record({
          port: fc.option(fc.integer({ min: 1, max: 65_535 })),
          scheme: fc.option(fc.constantFrom('http', 'https', 'tcp')),
          path: fc.option(words.map((text) => `/${text}`)),
        }),
        { maxLength: 12 },
      ),
      endpointsLeftOut: fc.nat({ max: 1_000_000 }),
      evidence: fc.array(
        fc.record({
          source: words,
          port: fc.option(fc.constantFrom(443, 8080)),
          observed: words,
          firstSeen: moment,
          lastSeen: moment,
        }),
        {
          maxLength: 6,
        },
      ),
    }),
  );
  const facts = fc
    .record({
      items: fc.array(item, { minLength: 1, maxLength: 30 }),
      template: fc.constantFrom(...TEMPLATES),
      malware: fc.option(words),
      law: fc.string({ maxLength: 100 }),
      phone: fc.option(words),
      capacity: fc.constantFrom(...CAPACITIES),
      deadlineHours: fc.option(fc.integer({ min: 1, max: 2000 })),
      drill: fc.boolean(),
      provider: words,
    })
    .map(({ items, template, malware, law, phone, capacity, deadlineHours, drill, provider }) =>
      sampleFacts({
        items,
        operation: { id: 'o', name: 'n', drill, malware },
        row: sampleRow({ template, law, deadlineHours }),
        sender: { ...sampleFacts().sender, phone, capacity },
        provider: { ...sampleFacts().provider, name: provider },
      }),
    );
  fc.assert(fc.property(facts, expectSound), { numRuns: runs(150, 40) });
});

describe('notice texts', () => {
  const files = (sources: Readonly<Record<string, string>>): readonly TextFile[] =>
    Object.entries(sources).map(([name, text]) => ({ language: 'en', name, text, file: `texts/en/${name}.txt` }));

  test.each([
    [{ a: 'no subject' }, 'texts/en/a.txt: line 1'],
    [{ a: 'Subject: x\nbody' }, 'texts/en/a.txt: line 2'],
    [{ a: 'Subject: {{wrong}}\n\nbody' }, '{{wrong}}'],
    [{ a: 'Subject: x\n\nfine\n{{wrong}}' }, 'texts/en/a.txt: line 4: nothing is called {{wrong}}'],
    [{ a: 'Subject: x\n\n{{> part-b}}' }, 'no piece called part-b'],
    [{ a: 'Subject: x\n\n{{> part-b}}', 'part-b': 'x\n{{y}}' }, 'texts/en/part-b.txt: line 2'],
    [{ a: 'Subject: x\n\n{{> b}}', b: 'Subject: y\n\nz' }, 'no piece called b'],
    [{ words: 'ask.clean: Clean {{it}}' }, 'texts/en/words.txt: line 1: ask.clean: nothing is called {{it}}'],
    [{ words: '# note\nask.cleen: Clean it' }, 'line 2: there is no key "ask.cleen"'],
    [{ words: 'list.or: or\nlist.or: or' }, 'line 2: the key "list.or" stands a second time'],
    [{ words: 'just words' }, 'line 1: it has to be written "key: words"'],
    [{ words: 'list.or: or' }, 'there are no words for '],
  ])('are refused with the reason: %j', (sources, reason) => {
    const prepared = prepareNoticeTexts(files(sources));
    expect(prepared.ok ? '' : prepared.problem.message).toContain(reason);
  });
});
