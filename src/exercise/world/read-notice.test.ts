import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ownNoticeTexts, sampleFacts, sampleItem } from '../../../test/support/notice-facts.ts';
import { renderMail } from '../../adapters/mail/render-mail.ts';
import { draftNotice } from '../../steps/notify/draft-notice.ts';
import { rawMail } from './raw-mail.ts';
import { readNotice } from './read-notice.ts';

const TEXTS = fileURLToPath(new URL('../../texts/notices/', import.meta.url));

/** A mail that says this. */
function isOrder(text: string): boolean | undefined {
  const words = {
    from: 'a@cert.example',
    to: 'b@host.example',
    subject: 'C2',
    messageId: 'n@cert.example',
    at: 0,
    text,
  };
  return readNotice(rawMail({ ...words, inReplyTo: null, isAutomatic: false }))?.isOrder;
}

test('an order is known by how its own text begins, in each language, and no other text begins so', async () => {
  const languages = (await readdir(TEXTS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(languages.length).toBeGreaterThan(1);
  for (const { name: language } of languages) {
    for (const file of (await readdir(`${TEXTS}${language}`)).filter((each) => each.endsWith('.txt'))) {
      const text = await readFile(`${TEXTS}${language}/${file}`, 'utf8');
      // Placeholders and all: the sentence has none in front of it.
      expect(isOrder(text), `${language}/${file}`).toBe(file === 'court-order.txt');
    }
  }
});

test('a notice that speaks of a court and of an order is none', () => {
  expect(isOrder('This is a request, not an order. No court has been asked, in order to lose no time.')).toBe(false);
  expect(isOrder('You may say that\n> Under the order of a court that is named below,')).toBe(false);
});

test.each([true, false])(
  'what the product’s own mail asks for each server is read out of its reports (a drill: %s)',
  async (drill) => {
    const asks = ['preserve', 'null-route', 'suspend', 'refuse-re-lease'] as const;
    const items = [sampleItem({ asks }), sampleItem({ host: '203.0.113.8', asks: ['suspend'] })];
    const facts = sampleFacts({ items, operation: { id: 'o', name: 'n', drill, malware: 'Labbot' } });
    const mail = await renderMail(draftNotice(facts, { texts: await ownNoticeTexts(), program: 'd/0' }));
    // Where they are not, a desk of the world would leave innocents alone whom it was asked to cut off.
    expect(readNotice(mail)?.reports.map(({ host, asks: read }) => [host, read])).toEqual([
      ['203.0.113.7', asks],
      ['203.0.113.8', ['suspend']],
    ]);
  },
);
