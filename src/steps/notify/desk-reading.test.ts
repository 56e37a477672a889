import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import {
  ownNoticeTexts,
  sampleEvidence,
  sampleFacts,
  sampleItem,
  sampleRow,
  TEMPLATES,
} from '../../../test/support/notice-facts.ts';
import { object } from '../../../test/support/xarf-schemas.ts';
import { CLOCK_DEFAULTS } from '../../domain/clock.ts';
import type { ItemEvidence, JsonValue, NoticeDraft, NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { NO_MAILBOX, NO_ORGANISATION } from '../../domain/operation.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { draftNotice } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';
import { lintDraft } from './lint-notice.ts';

/* What an abuse desk found wrong in whole mails (text, table, X-ARF), read as they arrive; each once. */

const texts = await ownNoticeTexts();
const draft = (facts: NoticeFacts): NoticeDraft => draftNotice(facts, { texts, program: 'dismantle/0.0.0' });
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
const said = (facts: NoticeFacts): string => flat(draft(facts).text);
const table = (facts: NoticeFacts): readonly Record<string, string>[] =>
  parse(draft(facts).itemsCsv ?? '', { columns: true });
const reportOf = (facts: NoticeFacts): Readonly<Record<string, JsonValue>> => object(draft(facts).xarf[0]);
const payloadOf = (facts: NoticeFacts): string => {
  const { evidence } = reportOf(facts);
  const { payload } = object(Array.isArray(evidence) ? evidence[0] : undefined);
  return Buffer.from(typeof payload === 'string' ? payload : '', 'base64').toString();
};
const errorsIn = (facts: NoticeFacts): readonly unknown[] =>
  lintDraft({ facts, draft: draft(facts), texts }).filter(({ severity }) => severity === 'error');
const two = [sampleItem(), sampleItem({ host: '2001:db8::c2' })];

describe('a deadline', () => {
  const facts = sampleFacts({ items: two, draftedAt: '2026-11-23T10:00:12.345Z', languages: ['de'] });

  test('is one moment, a whole minute, in the text, the table and the report', () => {
    const text = said(facts);
    expect(text).toContain('suspend them, by 2026-11-24 10:01 UTC.');
    expect(text).toContain('Please act by 2026-11-24 10:01 UTC, and tell us when it is done.');
    expect(text).toContain('Bitte handeln Sie bis 2026-11-24 10:01 UTC');
    expect(text).not.toMatch(/within 24 hours|binnen 24 Stunden|2026-11-24 10:00/);
    expect(table(facts).map(({ deadline_utc }) => deadline_utc)).toEqual(['2026-11-24T10:01Z', '2026-11-24T10:01Z']);
    expect(payloadOf(facts)).toContain('by: 2026-11-24T10:01Z;');
    expect(errorsIn(facts)).toEqual([]);
  });
});

test('an IPv6 address with a port has no bracket within a bracket', () => {
  const facts = sampleFacts({
    items: [sampleItem({ host: '2001:db8::c2', endpoints: [{ port: 443, scheme: null, path: null }, { port: 8080, scheme: 'http', path: '/gate.php' }] })],
  }); // prettier-ignore
  expect(said(facts)).toContain('2001:db8[:]:c2 port 443, hxxp://2001:db8[:]:c2 port 8080/gate.php');
  expect(draft(facts).text).not.toMatch(/\[[^\]\s]*\[/);
  expect(errorsIn(facts)).toEqual([]);
});

describe('a drill', () => {
  const facts = sampleFacts({
    items: two,
    operation: { id: 'o', name: 'n', drill: true, malware: 'Labbot' },
    informed: [{ name: 'Lab CSIRT', contact: 'csirt@csirt.example' }],
    nextContacts: ['noc@one.example'],
    languages: ['de'],
  });

  test('says so first and last, where it asks, in each row, and at the head of each report', () => {
    const { text, xarf } = draft(facts);
    const [german = '', english = ''] = text.split('ENGLISH VERSION\n');
    expect(german).toMatch(/^The English version stands below\.\n\nDIES IST EINE ÜBUNG/);
    expect(flat(german)).toMatch(/eine Antwort ist nicht nötig\. -+ $/);
    expect(english).toMatch(/^\nTHIS IS A DRILL/);
    expect(flat(english)).toMatch(/This was a drill \(an exercise\)\. Nothing that stands above is asked of you, [^.]*\. $/);
    expect(flat(english)).toContain('WHAT WE ASK This is a drill: nothing of what is listed here is asked of you. - Preserve');
    expect(table(facts).map(({ drill }) => drill)).toEqual(two.map(() => 'a drill (an exercise), please do nothing'));
    for (const report of xarf.map(object)) {
      for (const name of ['description', 'compromise_evidence'])
        expect(report[name]).toMatch(/^DRILL \(an exercise\): please do nothing\. /);
    }
    expect(payloadOf(facts)).toContain('Asked in this drill: preserve');
    expect(errorsIn(facts)).toEqual([]);
  });

  test('says so at the end of what follows it, too', () => {
    const made = draft(facts);
    for (const { body } of [...made.reminders, made.nextContact, made.copy].filter((each) => each !== null && each !== undefined))
      expect(flat(body)).toMatch(/This was a drill \(an exercise\)\.[^.]*\. $/);
  });

  test('and what is none says nothing of it', () => {
    const real = { ...facts, operation: { ...facts.operation, drill: false } };
    expect(draft(real).text).not.toMatch(/drill|exercise|Übung/i);
    expect(table(real).map(({ drill }) => drill)).toEqual(['', '']);
  });
}); // prettier-ignore

test('how far it may go stands in the table and in each report as it does in the mail', () => {
  const facts = sampleFacts({ items: two, tlp: 'amber' });
  expect(draft(facts).text).toMatch(/^TLP:AMBER\n/);
  expect(table(facts).map(({ tlp }) => tlp)).toEqual(['TLP:AMBER', 'TLP:AMBER']);
  for (const report of draft(facts).xarf.map(object)) {
    expect(report['description']).toMatch(/^TLP:AMBER\. This address is reported/);
    expect(report['tags']).toContain('tlp:amber');
  }
  expect(errorsIn(facts)).toEqual([]);
  const unmarked = sampleFacts({ items: two });
  expect(table(unmarked).map(({ tlp }) => tlp)).toEqual(['', '']);
  expect(JSON.stringify(draft(unmarked))).not.toMatch(/TLP:|tlp:/);
});

describe('the sender', () => {
  const { sender } = sampleFacts();

  test.each(TEMPLATES)('stands near the top of %s, before the servers, with how to verify it', (template) => {
    const text = said(sampleFacts({ row: sampleRow({ template }) }));
    const places = ['WHO WE ARE', 'HOW TO VERIFY THAT IT IS US', 'WHICH SERVERS', 'HOW TO CONTEST IT'].map((words) =>
      text.indexOf(words),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(text.match(/WHO WE ARE/g)).toHaveLength(1);
  });

  test('that nobody has set is said to be missing, with what to set, and is called nothing else', () => {
    const unset = { ...sender, organisation: NO_ORGANISATION, email: NO_MAILBOX, contestEmail: NO_MAILBOX, capacity: 'company' as const };
    const facts = sampleFacts({ sender: unset, languages: ['de'] });
    const text = said(facts);
    expect(text).toContain('[MISSING: who we are, to be set as organisation.name in the settings]');
    expect(text).toContain('E-mail: [MISSING: our mailbox, to be set as organisation.email in the settings]');
    expect(text).not.toMatch(/a company|Unternehmen|not-set@|organisation not set/);
    expect(errorsIn(facts)).toEqual([]);
    const lacking = lintDraft({ facts, draft: draft(facts), texts }).filter(({ rule }) => rule === 'text-statement');
    expect(new Set(lacking.map(({ what }) => what)).size).toBe(2);
  });

  test('cannot look as if it were missing', () => {
    const text = said(sampleFacts({ sender: { ...sender, organisation: '[MISSING: us]' } }));
    expect(text).not.toContain('[MISSING:');
  });
}); // prettier-ignore

describe('what is known of a server that a source calls offline', () => {
  const offline = (change: Partial<ItemEvidence>): NoticeFacts =>
    sampleFacts({
      items: [sampleItem({ evidence: [sampleEvidence({ class: 'listing', status: 'offline', ...change })] })],
    });

  test.each<readonly [string, Partial<ItemEvidence>, string]>([
    ['when the source saw it last', { firstSeen: null, lastSeen: '2026-11-22T00:00:00.000Z' }, 'a source that last saw it 2026-11-22 reports it offline'],
    ['when it saw it first, where it says no more', { firstSeen: '2026-11-20T10:00:00.000Z', lastSeen: null }, 'a source that first saw it 2026-11-20 10:00 UTC, and does not say when last, reports it offline'],
    ['when we were told, where it gives no date', { firstSeen: null, lastSeen: null, receivedAt: '2026-11-22T12:00:00.000Z' }, 'a source reports it offline without saying since when, and we were told 2026-11-22 12:00 UTC'],
  ])('is dated by %s', (_, change, words) => {
    expect(said(offline(change))).toContain(words);
  });

  test('said again is the same draft; of one source the word that it said last counts', () => {
    const hashOf = (facts: NoticeFacts): string => hashNotice(draft(facts), canonicalJson);
    const day = { firstSeen: null, lastSeen: '2026-11-22T00:00:00.000Z', reachedUsAt: '2026-11-22T12:00:00.000Z' };
    const once = offline({ ...day, saidAt: '2026-11-22T12:00:00.000Z' });
    const again = offline({ ...day, saidAt: '2026-11-23T09:00:00.000Z' });
    expect(hashOf(again)).toBe(hashOf(once));
    const evidence = (onlineAt: string, source: string): readonly ItemEvidence[] => [
      sampleEvidence({ class: 'listing', status: 'offline', ...day, saidAt: '2026-11-23T09:00:00.000Z' }),
      sampleEvidence({ class: 'listing', status: 'online', ...day, saidAt: onlineAt, source }),
    ];
    const standing = (onlineAt: string, source = 'Lab feed'): string => said(sampleFacts({ items: [sampleItem({ evidence: evidence(onlineAt, source) })] }));
    expect(standing('2026-11-22T12:00:00.000Z')).toContain('last saw it 2026-11-22 reports it offline');
    expect(standing('2026-11-23T09:30:00.000Z')).not.toContain('reports it offline');
    // Two sources that contradict each other say the same whichever repeats itself last.
    expect(standing('2026-11-22T12:00:00.000Z', 'Other')).toBe(standing('2026-11-23T09:30:00.000Z', 'Other'));
  });

  test('a day is no moment: the timestamp is when we were told, and says which day is known', () => {
    const facts = offline({ firstSeen: null, lastSeen: '2026-11-21T00:00:00.000Z', reachedUsAt: '2026-11-22T07:30:00.000Z' });
    expect(reportOf(facts)).toMatchObject({ timestamp: '2026-11-22T07:30:00.000Z' });
    expect(reportOf(facts)['description']).toContain('Only the day is known on which it was seen last, 2026-11-21 (UTC): the timestamp is when the report of it reached us.');
    expect(draft(facts).feedbackReport).not.toContain('Arrival-Date');
    expect(JSON.stringify(draft(facts).xarf)).not.toContain('2026-11-21T00:00');
  });
}); // prettier-ignore

describe('several servers', () => {
  const seen = (firstSeen: string, lastSeen: string): readonly ItemEvidence[] => [
    sampleEvidence({ class: 'listing', botnet: 'Labbot', firstSeen, lastSeen }),
  ];
  const items = [
    sampleItem({ evidence: seen('2026-11-01T10:00:00.000Z', '2026-11-02T10:00:00.000Z') }),
    sampleItem({ host: '203.0.113.8', evidence: seen('2026-11-20T10:00:00.000Z', '2026-11-21T10:00:00.000Z') }),
  ];

  test('keep each its own dates; over all of them the earliest and the latest are said as that', () => {
    const text = said(sampleFacts({ items }));
    expect(text).toContain('dated between 2026-11-01 10:00 UTC (the earliest) and 2026-11-21 10:00 UTC (the latest), each server by its own dates as listed; 2 of 2 servers');
    expect(text).toContain('seen 2026-11-01 10:00 UTC to 2026-11-02 10:00 UTC');
    expect(text).toContain('seen 2026-11-20 10:00 UTC to 2026-11-21 10:00 UTC');
    expect(text).not.toContain('2026-11-01 10:00 UTC to 2026-11-21');
    const same = items.map((item) => ({ ...item, evidence: seen('2026-11-01T10:00:00.000Z', '2026-11-02T10:00:00.000Z') }));
    expect(said(sampleFacts({ items: same }))).toContain('dated 2026-11-01 10:00 UTC to 2026-11-02 10:00 UTC; 2 of 2 servers');
  });

  test('of which one list is the only source, and at which nobody of ours has looked, are said to be just that', () => {
    const facts = sampleFacts({ items, languages: ['de'] });
    expect(said(facts)).toContain('- For each of these 2 one list is the only source. - When this was written, we had not looked at any of them ourselves.');
    expect(said(facts)).toContain('Für jeden dieser 2 ist eine einzige Liste die Quelle, sonst nichts. - Als dies geschrieben wurde, hatten wir bei keinem davon selbst nachgesehen.');
    expect(table(facts).map(({ our_look_found }) => our_look_found)).toEqual(items.map(() => 'when this was written, we had not looked at it ourselves'));
    expect(reportOf(facts)['description']).toContain('One list is the only source for it. When this was written, we had not looked at it ourselves.');
  });

  test('that were looked at in part, or that more than a list tells of, say so one by one', () => {
    const [first = sampleItem(), second = sampleItem()] = items;
    const looked = { ...first, look: { at: '2026-11-23T08:00:00.000Z', outcome: 'live' as const } };
    const more = { ...second, evidence: [...second.evidence, sampleEvidence({ class: 'netflow', source: 'Other' })] };
    const text = said(sampleFacts({ items: [looked, more] }));
    expect(text).toContain('For 1 of these 2 one list is the only source.');
    expect(text).toMatch(/203\.0\.113\[\.\]8:443 dedicated server; [^;]+ when this was written, we had not looked at it ourselves/);
    expect(text).not.toContain('any of them ourselves');
  });
}); // prettier-ignore

describe('what follows silence', () => {
  test('stands in the order of time, and nothing of it falls on the hour of the deadline', () => {
    const facts = sampleFacts({
      row: sampleRow({ deadlineHours: 48 }),
      items: [
        sampleItem(),
        sampleItem({ host: '203.0.113.8', row: { id: 'r', law: 'any', binding: 'courtesy', deadlineHours: 72 } }),
      ],
      nextContacts: ['noc@one.example', 'third@one.example'],
    });
    const made = draft(facts);
    const [, list = ''] = /IF WE HEAR NOTHING AND IT GOES ON\n\n([^]+?)\n\n/.exec(made.text) ?? [];
    expect(
      flat(list)
        .split(/(?:^|(?<=\.) )- /)
        .filter((step) => step !== ''),
    ).toEqual([
      '49 hours after this message we remind you in this thread, at most 2 times, with the same time between.',
      '49 hours after this message, if it goes on, a person of ours decides whether to ask your upstream provider to stop the traffic to it.',
      '73 hours after this message, if it goes on, a person of ours decides whether to refer it to the police.',
      '5 days and 2 hours after this message we write to noc@one.example, the next mailbox of yours that we know.',
      '7 days and 2 hours after this message a person of ours calls you, where we know a number.',
      'While a question of yours is open, we send no reminder.',
    ]);
    expect(made.reminders.map(({ afterHours }) => afterHours)).toEqual([49, 49]);
    expect(flat(made.reminders[0]?.body ?? '')).toContain('please act within 48 hours of this message');
    expect(errorsIn(facts)).toEqual([]);
  });
});

test('what is to be preserved is said with for how long and for whom, and isolating is told apart from switching off and wiping', () => {
  const items = [sampleItem({ asks: ['preserve', 'clean', 'isolate', 'suspend'] })];
  const facts = sampleFacts({ items, languages: ['de'] });
  for (const words of [
    'Keep them with you until we come back to it under this reference, at most 90 days, for whoever may lawfully ask you for them',
    'cut off its network alone, and leave it running with disk, memory and logs as they are, neither switched off nor wiped',
    'switch it off, and neither delete nor reinstall it, so that its disk and logs stay',
    'höchstens 90 Tage, für alle, die sie rechtmäßig von Ihnen verlangen können',
    'weiterlaufen lassen, weder abschalten noch löschen',
  ])
    expect(said(facts)).toContain(words);
  const host = sampleFacts({ items: [sampleItem({ kind: 'compromised-host', asks: ['clean', 'isolate'] })] });
  expect(said(host)).toContain('To wipe or reinstall it is no first step: that takes the evidence away.');
  expect(said(host)).toContain('leave disk, memory and logs as they are, neither switched off nor wiped');
});

describe('the basis', () => {
  const US = "The provider's own terms of use; Computer Fraud and Abuse Act";
  const towards = (country: string | null): string =>
    said(sampleFacts({ row: sampleRow({ law: US }), provider: { ...sampleFacts().provider, country } }));

  test('says that an infringement is our view on what is listed, and no finding', () => {
    expect(said(sampleFacts())).toContain(
      'That a law is infringed is what we hold on what stands above, and no finding of a court.',
    );
  });

  test.each(['NL', null])(
    'names an act of another country as our ground, and not as one that the provider in %s is under',
    (country) => {
      expect(towards(country)).toContain(
        'The Computer Fraud and Abuse Act is the law of the United States, where the address is placed. We name it as the ground on which we write',
      );
      expect(towards('US')).not.toContain('is the law of the United States');
    },
  );

  test('of a notice under Article 16 holds nothing to be illegal that is only listed', () => {
    const dsa = (evidence: Partial<ItemEvidence>): string =>
      said(
        sampleFacts({
          row: sampleRow({ method: 'dsa-notice', template: 'dsa-notice' }),
          items: [sampleItem({ evidence: [sampleEvidence(evidence)] })],
        }),
      );
    expect(dsa({ class: 'listing' })).toMatch(
      /it is listed as a controller, [^.]+\[MISSING: what was observed, beyond a listing\]\. If that is so, it is illegal content/,
    );
    expect(dsa({ class: 'listing' })).not.toMatch(/we hold it to be illegal/i);
    expect(dsa({ class: 'netflow' })).toContain('On this evidence we hold it to be illegal content');
  });
});

describe('a registrar', () => {
  const name = sampleItem({ hostType: 'domain', host: 'c2.example', kind: 'unknown', asks: ['suspend-domain'] });
  const asked = (item: NoticeItem, date: string | null): string =>
    said(sampleFacts({
      row: sampleRow({ method: 'registrar-request', template: 'registrar-request', addressee: 'registrar', asks: ['suspend-domain'] }),
      provider: { ...sampleFacts().provider, contacts: [{ mailbox: 'abuse@one.example', source: 'book', where: 'providers.yaml', date, changedAt: null, score: 95, reasons: [], changedLately: false }] },
      items: [item],
      languages: ['de'],
    }));

  test('is told from where we have it that the domain is registered there, and of when that is', () => {
    expect(asked(name, '2026-11-01T00:00:00.000Z')).toContain('registered through you we have from our own list of providers, as of 2026-11-01, and it is only as sure as that.');
    expect(asked(name, null)).toContain('from our own list of providers, of which no date is on record, and it is');
    expect(asked(name, null)).toContain('Dass die Domain über Sie registriert ist, haben wir aus unserem eigenen Verzeichnis der Anbieter');
    expect(asked(name, null)).toContain('The domain c2[.]example, by our records registered through you');
    expect(asked(name, null)).not.toContain('providers.yaml');
  });

  test('is told that the owner may be a victim, unless that is known to be otherwise', () => {
    expect(asked(name, null)).toContain('The owner may be a victim whose site or account was taken over');
    expect(asked({ ...name, kind: 'dedicated' }, null)).not.toContain('may be a victim');
  });
}); // prettier-ignore

test('a reminder that a team has set to the hour of one of several deadlines is sound', () => {
  const later = sampleRow({ deadlineHours: 72 });
  const items = [sampleItem(), sampleItem({ host: '203.0.113.9', row: later })];
  const facts = sampleFacts({ items, row: sampleRow({ deadlineHours: 24 }) });
  const made = draftNotice(facts, {
    texts,
    program: 'dismantle/0.0.0',
    plan: { ...CLOCK_DEFAULTS, reminderHours: 72 },
  });
  expect(made.reminders[0]?.afterHours).toBe(73);
  expect(flat(made.reminders[0]?.body ?? '')).toContain('within 72 hours of this message');
  expect(lintDraft({ facts, draft: made, texts }).filter(({ severity }) => severity === 'error')).toEqual([]);
});
