import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.ts';
import { ASKS } from '../../domain/method.ts';
import type { NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { HOSTILE_WORDS } from '../../../test/support/made-up-notices.ts';
import { lintFindings, makeNotice, schemaFindings } from '../../../test/support/notice-run.ts';
import { sampleFacts, sampleRow, TEMPLATES } from '../../../test/support/notice-facts.ts';
import { everyPart } from '../../steps/notify/lint/lint-mail.ts';
import { decodeWords, fieldOf, readMessageTree, textOf } from '../../domain/message-tree.ts';

const words = fc.oneof(
  fc.constantFrom(...HOSTILE_WORDS),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.tuple(fc.constantFrom(...HOSTILE_WORDS), fc.constantFrom(...HOSTILE_WORDS)).map((pair) => pair.join('\r\n')),
);
/** Our own settings and playbook may be hostile in form; a link that we put there ourselves is for lint to find. */
const ownWords = words.filter((text) => !/https?:|www\.|203\.0\.113/i.test(text));
const moment = fc.constantFrom(null, '2026-11-20T10:00:00.000Z', '2026-11-21T00:00:00.000Z');
const item = (index: number): fc.Arbitrary<NoticeItem> =>
  fc.record({
    caseId: fc.constant(`case-${index}`),
    hostType: fc.constant('address' as const),
    host: fc.constant(index % 2 === 0 ? `203.0.113.${index + 1}` : `2001:db8::${index + 1}`),
    kind: fc.constantFrom(...SERVER_KINDS),
    endpoints: fc.array(
      fc.record({ port: fc.constantFrom(80, 443), scheme: fc.constantFrom(null, 'http', 'https'), path: fc.option(words.map((text) => `/${text}`)) }),
      { maxLength: 3 },
    ),
    endpointsLeftOut: fc.nat({ max: 9 }),
    asks: fc.subarray([...ASKS], { minLength: 1 }),
    evidence: fc.array(fc.record({ source: words, port: fc.constant(null), firstSeen: moment, lastSeen: moment, observed: words }), { minLength: 1, maxLength: 3 }),
  }); // prettier-ignore
const facts: fc.Arbitrary<NoticeFacts> = fc
  .record({
    items: fc.integer({ min: 1, max: 6 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_none, index) => item(index)))),
    template: fc.constantFrom(...TEMPLATES),
    malware: words,
    organisation: ownWords,
    law: ownWords,
    provider: words,
    phone: ownWords,
    informed: fc.array(fc.record({ name: words, contact: fc.option(words) }), { maxLength: 2 }),
    languages: fc.constantFrom<readonly string[]>([], ['de']),
    drill: fc.boolean(),
  })
  .map(({ items, template, malware, organisation, law, provider, phone, informed, languages, drill }) =>
    sampleFacts({
      items,
      operation: { id: 'o', name: 'a campaign', drill, malware },
      sender: { ...sampleFacts().sender, organisation, phone },
      provider: { ...sampleFacts().provider, name: provider },
      // A referral to the police asks for nothing, so for nothing by any time.
      row: sampleRow({ template, law, deadlineHours: template === 'law-enforcement-referral' ? null : 24 }),
      informed,
      languages,
    }),
  ); // prettier-ignore

test('whatever words come in: one recipient, no field or part more, and nothing that lint or the schemas object to', async () => {
  await fc.assert(
    fc.asyncProperty(facts, async (about) => {
      const made = await makeNotice(about);
      const mail = await PostalMime.parse(Buffer.from(made.message));
      expect(mail.headers.map(({ key }) => key)).toEqual([
        'from', 'to', 'reply-to', 'subject', 'message-id', 'date', 'content-language', 'mime-version', 'content-type',
      ]); // prettier-ignore
      expect(mail.to).toEqual([{ name: '', address: 'abuse@one.example' }]);
      const files = made.draft.itemsCsv === null ? 2 : 2 + about.items.length;
      expect(mail.attachments).toHaveLength(files);
      expect(mail.html).toBeUndefined();

      // Our own reader, by which lint judges, sees what postal-mime sees.
      const tree = readMessageTree(made.message);
      if (!tree.ok) throw new Error(tree.problem);
      const leaves = everyPart(tree.value).filter(({ parts, type }) => parts.length === 0 && type !== 'text/plain');
      expect(leaves.map(({ type, filename }) => [type, filename])).toEqual(
        mail.attachments.map(({ mimeType, filename }) => [mimeType, filename]),
      );
      for (const [index, leaf] of leaves.entries()) {
        const content = mail.attachments[index]?.content ?? '';
        if (leaf.encoding !== 'base64' || typeof content === 'string') continue;
        expect(Buffer.from(leaf.content).equals(new Uint8Array(content))).toBe(true);
      }
      const [text] = tree.value.parts;
      expect(text === undefined ? '' : textOf(text).trimEnd()).toBe(mail.text?.trimEnd());
      expect(decodeWords(fieldOf(tree.value.fields, 'subject') ?? '')).toBe(mail.subject);

      const errors = lintFindings(about, made).filter((finding) => finding.includes(': error '));
      const caused = about.sender.organisation.trim() === '' ? /text-sender|law-dsa/ : /^$/;
      expect(errors.filter((finding) => !caused.test(finding))).toEqual([]);
      expect(schemaFindings(about, made)).toEqual([]);
    }),
    { numRuns: runs(150, 40) },
  );
});
