import { describe, expect, test } from 'vitest';
import { ASKS, CAPACITIES } from '../../domain/method.ts';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { readNoticeTexts } from '../../texts/notices/read-notice-texts.ts';
import {
  ownNoticeTexts,
  sampleEvidence,
  sampleFacts,
  sampleItem,
  sampleRow,
  TEMPLATES,
} from '../../../test/support/notice-facts.ts';
import { draftNotice } from './draft-notice.ts';
import { englishOf, prepareNoticeTexts } from './notice-texts.ts';
import { namesIn } from './template.ts';

const texts = await ownNoticeTexts();
const { files } = await readNoticeTexts();
const draft = (facts: NoticeFacts): ReturnType<typeof draftNotice> => draftNotice(facts, { texts, program: 'd/0' });
const german = texts.get('de');
const evidence = EVIDENCE_CLASSES.map((entry) =>
  sampleEvidence({ class: entry, observed: '', source: '', botnet: 'Labbot', version: '7', status: 'online' }),
);
const undated = { firstSeen: null, lastSeen: null, receivedAt: '2026-11-22T12:00:00.000Z' };
const unnamed = EVIDENCE_CLASSES.map((entry) =>
  sampleEvidence({ class: entry, observed: '', source: 'Labor', botnet: null, status: 'offline', ...undated }),
);

/** The German version alone: what stands above the rule with the English heading. */
function germanOf(facts: NoticeFacts): string {
  const { text } = draft({ ...facts, languages: ['de'] });
  const [before = ''] = text.split(/^-{72}$/m);
  return before.replace('The English version stands below.\n', '').replaceAll(/\[MISSING: [^\]]+\]/g, '');
}

describe('German', () => {
  test('has every word and every text of the English, speaking of the same facts', () => {
    expect(german?.words.lacking).toEqual([]);
    const names = (language: string): readonly string[] =>
      files.filter((file) => file.language === language).map(({ name }) => name);
    expect(names('de')).toEqual(names('en'));
    // "what a text speaks of" may differ where the grammar does, never in what a desk has to know.
    const told = ['where', 'measure', 'deadline', 'servers', 'observations', 'groups', 'reference', 'contestEmail', 'phone', 'organisation', 'email', 'informed', 'law', 'drill']; // prettier-ignore
    for (const [name, { body }] of englishOf(texts).texts) {
      const inGerman = german?.texts.get(name);
      if (inGerman === undefined) throw new Error(name);
      const spoken = (from: typeof body): readonly string[] => told.filter((entry) => namesIn(from).has(entry));
      expect([name, spoken(inGerman.body)]).toEqual([name, spoken(body)]);
    }
  });

  test('lacks the same statements as the English, by the same words', () => {
    for (const template of TEMPLATES) {
      const facts = sampleFacts({ row: sampleRow({ template }) });
      expect(draft({ ...facts, languages: ['de'] }).missing).toEqual(draft(facts).missing);
    }
  });

  test.each(TEMPLATES)('%s has no English word in it', (template) => {
    const kinds = SERVER_KINDS.map((kind, index) =>
      sampleItem({ kind, host: `203.0.113.${index + 1}`, asks: ASKS, evidence: index % 2 === 0 ? evidence : unnamed, endpointsLeftOut: index }),
    ); // prettier-ignore
    for (const items of [
      kinds,
      ...kinds.map((item) => [item]),
      [sampleItem({ hostType: 'domain', host: 'c2.example' })],
    ]) {
      for (const [index, capacity] of CAPACITIES.entries()) {
        const said = germanOf(
          sampleFacts({
            items: items.map((item) => ({ ...item, evidence: item.evidence.map((entry) => ({ ...entry, source: '', observed: entry.class === undefined ? 'x' : '' })) })),
            operation: { id: 'o', name: 'n', drill: index === 0, malware: index === 1 ? null : 'Labbot' },
            sender: { ...sampleFacts().sender, capacity, organisation: 'Labor' },
            provider: { ...sampleFacts().provider, name: 'Rechenzentrum' },
            row: sampleRow({ template, law: '§ 100g StPO', binding: index === 2 ? 'binding' : 'courtesy' }),
            informed: [{ name: 'CERT-Bund', contact: null }],
          }),
        ); // prettier-ignore
        const english =
          /\b(the|of|and|is|are|to|we|you|your|for|with|by|seen|source|please|within|hours?|this|that|it|from|ask|as|reported|listed|named|host|device|address|network)\b/i;
        expect(english.exec(said)?.[0]).toBeUndefined();
      }
    }
  });

  test('stands above the English, which follows whole; subject and header say so', () => {
    const facts = sampleFacts();
    const both = draft({ ...facts, languages: ['de'] });
    const english = draft(facts);
    expect(both.headers).toEqual({ 'Content-Language': 'de, en' });
    expect(both.subject).toBe('[DSM-7K3Q9F] Steuerungsserver eines Botnetzes in Ihrem Netz: 203.0.113[.]7');
    expect(both.text.startsWith('The English version stands below.\n\nEin Server in Ihrem Netz (AS64500)')).toBe(true);
    expect(both.text.endsWith(`\nENGLISH VERSION\n\n${english.text}`)).toBe(true);
    expect(english.headers).toEqual({ 'Content-Language': 'en' });
    expect({ ...both, subject: '', headers: {}, text: '', languages: [], reminders: [] }).toEqual({
      ...english,
      subject: '',
      headers: {},
      text: '',
      languages: [],
      reminders: [],
    });
  });

  test('marks a drill in its own word', () => {
    const drill = { id: 'o', name: 'n', drill: true, malware: 'Labbot' };
    const { subject, text } = draft(sampleFacts({ operation: drill, languages: ['de'] }));
    expect(subject).toMatch(/^\[DSM-7K3Q9F\] ÜBUNG: /);
    expect(text).toMatch(/^DIES IST EINE ÜBUNG: BITTE VERANLASSEN SIE NICHTS$/m);
    expect(text).toMatch(/^THIS IS A DRILL \(AN EXERCISE\): PLEASE DO NOTHING$/m);
  });
});

describe('a language of the user', () => {
  const french = (name: string, text: string): (typeof files)[number] => ({
    language: 'fr', name, text, file: `texts/fr/${name}.txt`, origin: 'yours',
  }); // prettier-ignore
  const withFrench = prepareNoticeTexts([
    ...files,
    french('abuse-notice', 'Subject: Serveur {{where}}\n\n{{where}}. {{measure}}.\n\n{{> part-closing}}\n'),
    french('words', 'list.or: ou\nversion.heading: VERSION FRANÇAISE\n'),
  ]);
  if (!withFrench.ok) throw new Error(withFrench.problem.message);
  const drafting = { texts: withFrench.value, program: 'd/0' };

  test('takes English words and pieces where it has none, and the draft says which', () => {
    const made = draftNotice(sampleFacts({ languages: ['fr'] }), drafting);
    expect(made.text.replaceAll('\n', ' ')).toContain('null-route it ou suspend it');
    expect(made.languages).toEqual(['fr', 'en']);
    expect(made.fallbacks).toEqual(expect.arrayContaining(['fr: part-closing', 'fr: ask.clean']));
    expect(made.fallbacks).not.toContain('fr: list.or');
  });

  test('is left out of a notice that it has no text for, and the draft says so', () => {
    const made = draftNotice(
      sampleFacts({ languages: ['fr', 'de'], row: sampleRow({ template: 'dsa-notice' }) }),
      drafting,
    );
    expect(made.languages).toEqual(['de', 'en']);
    expect(made.fallbacks).toEqual(['fr: dsa-notice']);
  });

  test('may follow another one', () => {
    const { text } = draftNotice(sampleFacts({ languages: ['de', 'fr'] }), drafting);
    expect(text.match(/^[A-ZÇ]+ VERSION$|^VERSION FRAN.*$/gm)).toEqual(['VERSION FRANÇAISE', 'ENGLISH VERSION']);
  });
});

describe('evidence', () => {
  test('is said by its class', () => {
    const { text } = draft(sampleFacts({ items: [sampleItem({ evidence })] }));
    const joined = text.replaceAll(/\s+/g, ' ');
    for (const words of [
      'named as a controller in the own configuration of the botnet Labbot (version 7)',
      'contacted by the malware Labbot in a sandbox run',
      'seen in network flow data as a controller of Labbot',
      'answers with the service fingerprint of the botnet Labbot',
      'listed as a command-and-control server of Labbot (version 7), reported online (source: not named; dated 2026-11-20 10:00 UTC to 2026-11-23 09:00 UTC)',
    ]) {
      expect(joined).toContain(words);
    }
  });

  test('beyond a listing is the reason that Article 16 wants; a listing is not', () => {
    const row = sampleRow({ method: 'dsa-notice', template: 'dsa-notice', citation: 'Lab Act, section 1' });
    const seen = draft(sampleFacts({ row, items: [sampleItem({ evidence })] }));
    expect(seen.missing).toEqual([]);
    const lacks = (changes: Parameters<typeof sampleEvidence>[0]): readonly string[] =>
      draft(sampleFacts({ row, items: [sampleItem({ evidence: [sampleEvidence({ class: 'netflow', ...changes })] })] }))
        .missing;
    expect(lacks({ firstSeen: null, lastSeen: '2026-11-16T10:00:00.000Z' })).toEqual([]);
    expect(lacks({ firstSeen: null, lastSeen: '2026-11-21T00:00:00.000Z', own: true })).toEqual([]);
    for (const stale of [
      { firstSeen: null, lastSeen: '2026-11-16T09:59:00.000Z' },
      { firstSeen: null, lastSeen: null },
      { firstSeen: null, lastSeen: '2026-11-24T10:00:00.000Z' },
    ])
      expect(lacks(stale)).toEqual(['what was observed, beyond a listing']);
    const listed = [sampleItem({ evidence }), sampleItem({ host: '203.0.113.8', evidence: evidence.slice(-1) })];
    expect(draft(sampleFacts({ row, items: listed })).missing).toEqual(['what was observed, beyond a listing']);
  });
});

test('says what our own people established as theirs, with its date beside it and nowhere else', () => {
  const own = sampleEvidence({
    class: 'netflow',
    observed: '',
    source: '',
    own: true,
    firstSeen: '2026-11-22T00:00:00.000Z',
    lastSeen: null,
  });
  const items = [
    sampleItem({ evidence: [sampleEvidence({ firstSeen: '2026-01-02T00:00:00.000Z', lastSeen: null }), own] }),
  ];
  const made = draft(
    sampleFacts({ items: [...items, sampleItem({ host: '203.0.113.8', evidence: [own] })], languages: ['de'] }),
  );
  const text = made.text.replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    'established by an analyst of Lab CERT (class network flow data) (source: Lab CERT; dated 2026-11-22; 2 of 2 servers)',
  );
  expect(text).toContain(
    'von einer Fachkraft von Lab CERT festgestellt (Klasse Netzwerk-Flussdaten) (Quelle: Lab CERT; vom 2026-11-22;',
  );
  expect(text).toContain('dedicated server; seen 2026-01-02 ');
  expect(text).toContain('203.0.113[.]8:443 dedicated server; time of observation not stated by the source');
  expect(made.itemsCsv).toContain(',2026-01-02,,dedicated,203.0.113.7:443,');
  expect(made.itemsCsv).toContain('established by an analyst of Lab CERT (class network flow data), dated 2026-11-22');
});

test('says who else is told, how it may be passed on, and for how long an address is to stay unused', () => {
  const items = [sampleItem({ asks: ['preserve', 'suspend', 'refuse-re-lease'] })];
  const informed = [{ name: 'CERT-XX', contact: 'reports@cert-xx.example' }];
  const { text, subject } = draft(sampleFacts({ items, informed, tlp: 'amber' }));
  expect(text).toContain('The national CSIRT, CERT-XX (reports@cert-xx.example), is informed in');
  expect(text).toContain('- Keep the address out of use for 30 days');
  expect(text.startsWith('TLP:AMBER\n\n')).toBe(true);
  expect(subject).toMatch(/^\[DSM-7K3Q9F\] TLP:AMBER Botnet/);
});

describe('what is said to whom', () => {
  const said = (facts: NoticeFacts): string => draft(facts).text.replaceAll(/\s+/g, ' ');

  test('a CSIRT counts as informed where it has a mailbox that is not our own', () => {
    const device = sampleFacts({
      row: sampleRow({ template: 'isp-remediation', method: 'isp-remediation' }),
      items: [sampleItem({ kind: 'iot-device' })],
    });
    const other = said({ ...device, informed: [{ name: 'CERT-XX', contact: 'reports@cert-xx.example' }] });
    expect(other).toContain('go to you, to the national CSIRT where there is one, and to nobody else.');
    expect(other).toContain('is informed in parallel');
    for (const contact of ['desk@CERT.example', 'soc@cert.example', null]) {
      const own = said({ ...device, informed: [{ name: 'CERT-XX', contact }] });
      expect(own).not.toContain('CERT-XX');
    }
  });

  test('on shared ground the name is named, and the address is called no controller', () => {
    const facts = sampleFacts({
      items: [
        sampleItem({ kind: 'shared-hosting', names: ['shop.lab.example'], asks: ['preserve', 'block-hostname'] }),
      ],
    });
    const text = said(facts);
    expect(text).toContain(
      'shop[.]lab[.]example on 203.0.113[.]7. We ask you to preserve disk, memory and logs first, and then stop serving the name',
    );
    expect(text).toContain('Stop serving the host names listed: shop[.]lab[.]example.');
    expect(text).not.toContain('the controller itself');
    const [report] = draft(facts).xarf;
    expect(report).toMatchObject({ source_identifier: '203.0.113.7', c2_server: 'shop.lab.example' });
    expect(JSON.stringify(report)).toContain(
      'The name shop.lab.example on this address is reported to lead to the controller; the address serves others as well and is not to be blocked. Do not forward',
    );
  });

  test('a registrar is asked about the domain, with the names below it, and about no network', () => {
    const row = sampleRow({
      template: 'registrar-request',
      method: 'registrar-request',
      addressee: 'registrar',
      asks: ['preserve', 'suspend-domain'],
    });
    const name = (host: string): NoticeFacts['items'][number] =>
      sampleItem({ hostType: 'domain', host, asks: ['preserve', 'suspend-domain'] });
    const facts = sampleFacts({
      row,
      items: [name('gate.examplebot.example'), name('b.examplebot.example')],
      languages: ['de'],
    });
    const text = said(facts);
    expect(text).toContain(
      'The domain examplebot[.]example, by our records registered through you (reported names: gate[.]examplebot[.]example, b[.]examplebot[.]example), is reported',
    );
    expect(text).toContain(
      'We ask you to preserve registration, payment and login records first, and then suspend the domain,',
    );
    expect(text).not.toMatch(/your network|Ihrem Netz/);
    const two = said({
      ...facts,
      items: [name('gate.examplebot.example'), name('b.lab.example'), name('lab.example')],
      reportIds: ['1', '2', '3'],
    });
    expect(two).toContain(
      '2 domains that are by our records registered through you (examplebot[.]example and lab[.]example; reported names: 3)',
    );
    expect(draft({ ...facts, items: [name('bot.duckdns.org')], reportIds: ['1'] }).missing.join()).toContain(
      'a domain of its own for 1 of 1',
    );
    const order = sampleFacts({
      row: sampleRow({ ...row, template: 'court-order', method: 'court-order' }),
      items: [name('gate.examplebot.example')],
    });
    expect(said(order)).not.toContain('network');
  });

  test('a CSIRT and the police are asked to have it done', () => {
    for (const template of ['csirt-referral', 'law-enforcement-referral']) {
      const text = said(
        sampleFacts({
          row: sampleRow({ template }),
          items: [sampleItem(), sampleItem({ host: '203.0.113.8', kind: 'iot-device' })],
        }),
      );
      expect(text).not.toMatch(/BEFORE ACTING|Please tell them/);
      expect(text).toContain('hand this on to whoever runs the network or keeps the name, not to the customer');
      expect(text).toContain('please have them done there');
    }
  });

  test('who may be the operator is isolated before he hears of a cleaning', () => {
    const row = sampleRow({ template: 'isp-remediation', method: 'isp-remediation', addressee: 'isp' });
    const text = said(
      sampleFacts({ row, items: [sampleItem({ kind: 'unknown', asks: ['preserve', 'clean', 'isolate'] })] }),
    );
    expect(text).toContain(
      'We ask you to preserve what the network recorded, and isolate it, and once that is done have it cleaned,',
    );
    expect(text.indexOf('- Isolate the host')).toBeLessThan(
      text.indexOf('- Once it is isolated, have the host cleaned'),
    );
  });

  test('no code is said to infringe but by the owner', () => {
    const row = sampleRow({ template: 'copyright-notice', method: 'copyright-notice' });
    const made = draft(sampleFacts({ row, languages: ['de'] }));
    expect(made.text).not.toMatch(/serve infringing|rechtsverletzend/);
    expect(made.missing).toContain(
      'the infringing code that is served there, as the owner states it under penalty of perjury',
    );
  });
});
