import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../ledger/canonical.ts';
import { createDoorKey } from '../../domain/door-key.ts';
import { ownNoticeTexts, sampleFacts, sampleItem, sampleRow, TEMPLATES } from '../../../test/support/notice-facts.ts';
import { doorCsv } from './door-files.ts';
import { draftNotice } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';
import { lintDraft } from './lint-notice.ts';
import { englishOf } from './notice-texts.ts';

const drafting = { texts: await ownNoticeTexts(), program: 'dismantle/test' };
const key = createDoorKey(Buffer.alloc(32, 7));
const END = '2027-02-21T10:00:00.000Z';
const door = key.offer('https://notices.of.a.cert.with.a.very.long.name.cert.example', 'notice-1', END);

describe('a notice with a door', () => {
  test.each(TEMPLATES)('%s names link, code and end in each language, whole, and passes lint', (template) => {
    const row = sampleRow({ template });
    const draft = draftNotice(sampleFacts({ row, door, languages: ['de'] }), drafting);
    const lines = draft.text.split('\n');
    expect(lines.filter((line) => line.trim() === door.link)).toHaveLength(2);
    expect(draft.text.split(door.code)).toHaveLength(3);
    expect(draft.text.replaceAll(/\s+/g, ' ').split('2027-02-21 10:00 UTC')).toHaveLength(3);
    const found = lintDraft({ facts: sampleFacts({ row, door, languages: ['de'] }), draft, texts: drafting.texts });
    const errors = found.filter(({ rule }) => rule.startsWith('text-') && rule !== 'text-statement');
    expect(errors).toEqual([]);
  });

  test('is another statement than without, and than with another door', () => {
    const hashes = [null, door, { ...door, code: key.offer('https://x.example', 'notice-2', END).code }].map((offer) =>
      hashNotice(draftNotice(sampleFacts({ door: offer }), drafting), canonicalJson),
    );
    expect(new Set(hashes).size).toBe(3);
  });

  test('shows nothing of who saw it or of what we call the operation', () => {
    const draft = draftNotice(sampleFacts({ door }), drafting);
    expect(JSON.stringify(draft.door)).not.toContain('secret name');
    expect(draft.door?.content.items).toMatchObject([
      { host: '203.0.113.7', asks: ['preserve', 'null-route', 'suspend'], deadlineAt: '2026-11-24T10:00Z' },
    ]);
  });

  test('keeps what hostile words could do to JSON and to pages out of its content', () => {
    const item = sampleItem({
      endpoints: [{ port: 443, scheme: 'https', path: '/\ud800<script>' }],
      evidence: [
        {
          source: 'feed\u202e\u0000',
          port: null,
          firstSeen: null,
          lastSeen: null,
          observed: 'a\nb',
          botnet: '\ud800',
        },
      ],
    });
    const draft = draftNotice(sampleFacts({ items: [item], door }), drafting);
    expect(() => hashNotice(draft, canonicalJson)).not.toThrow();
    expect(JSON.stringify(draft.door)).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

test('where nobody has set an address for doors, nothing in a notice speaks of one', () => {
  const draft = draftNotice(sampleFacts({ languages: ['de'] }), drafting);
  expect(draft.door).toBeNull();
  expect(draft.text).not.toMatch(/\/door|https?:\/\/|code/i);
  expect(draft.text).toContain('A person reads it.\n\nIF WE HEAR NOTHING AND IT GOES ON\n');
});

test('the table behind a door has the columns of the table in the mail, and says of a DSA notice that it asks', () => {
  const row = sampleRow({ method: 'dsa-notice', binding: 'binding', law: 'Digital Services Act, Article 16' });
  const look = { at: '2026-11-23T08:00:00.000Z', outcome: 'live' as const };
  const { door: made } = draftNotice(sampleFacts({ row, door, items: [sampleItem({ look })] }), drafting);
  if (made === null) throw new Error('no door was made');
  const [entry]: Record<string, string>[] = parse(doorCsv(made.content, englishOf(drafting.texts).words), {
    columns: true,
  });
  expect(entry).toMatchObject({
    basis: 'Digital Services Act, Article 16 (a notice: it asks, and you decide)',
    our_look_utc: look.at,
    our_look_found: 'it answered',
  });
});
