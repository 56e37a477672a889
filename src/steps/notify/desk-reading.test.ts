import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { ownNoticeTexts, sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import { object } from '../../../test/support/xarf-schemas.ts';
import type { JsonValue, NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
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
