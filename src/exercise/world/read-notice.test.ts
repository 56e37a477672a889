import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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
