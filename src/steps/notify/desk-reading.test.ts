import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { ownNoticeTexts, sampleFacts, sampleItem, sampleRow, TEMPLATES } from '../../../test/support/notice-facts.ts';
import { object } from '../../../test/support/xarf-schemas.ts';
import type { JsonValue, NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { NO_MAILBOX, NO_ORGANISATION } from '../../domain/operation.ts';
import { draftNotice } from './draft-notice.ts';
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
