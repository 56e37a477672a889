import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { someOf } from '../../../test/support/runs.ts';
import type { JsonValue, NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { renderMail } from '../../adapters/mail/render-mail.ts';
import { madeUpFacts } from '../../../test/support/made-up-notices.ts';
import { lintFindings, makeNotice, schemaFindings } from '../../../test/support/notice-run.ts';
import {
  ownNoticeTexts,
  sampleEvidence,
  sampleFacts,
  sampleItem,
  sampleRow,
} from '../../../test/support/notice-facts.ts';
import { hasXarfSchemas, object, xarfValidator } from '../../../test/support/xarf-schemas.ts';
import { draftNotice } from './draft-notice.ts';
import { lintDraft, lintMessage } from './lint-notice.ts';
import { xarfErrors } from './lint/lint-xarf.ts';

const texts = await ownNoticeTexts();
const draftOf = (facts: NoticeFacts): NoticeDraft => draftNotice(facts, { texts, program: 'd/0' });
const two = sampleFacts({ items: [sampleItem(), sampleItem({ host: '203.0.113.8', caseId: 'case-2' })] });

const rendered = (await renderMail(draftOf(two))).toString('latin1');

/** The rules that are broken, errors and warnings. */
const rulesOf = (findings: ReturnType<typeof lintMessage>, severity = /error|warning/): readonly string[] => [
  ...new Set(findings.filter((entry) => severity.test(entry.severity)).map(({ rule }) => rule)),
];

describe('made-up notices over all methods, kinds, languages and hostile words', () => {
  test('300 of them, everyday each third of these, draw no finding, and pass the official schemas', async () => {
    for (const seed of someOf(300, 3)) {
      const facts = madeUpFacts(seed);
      const made = await makeNotice(facts);
      expect([...lintFindings(facts, made), ...schemaFindings(facts, made)]).toEqual([]);
    }
  });
});

describe('a draft', () => {
  const check = (facts: NoticeFacts, change: (draft: NoticeDraft) => Partial<NoticeDraft>): readonly string[] => {
    const draft = draftOf(facts);
    return rulesOf(lintDraft({ facts, draft: { ...draft, ...change(draft) }, texts }));
  };
  const replaced =
    (from: string | RegExp, to: string) =>
    ({ text }: NoticeDraft) => ({ text: text.replaceAll(from, to) });

  test('that is whole draws nothing', async () => {
    const draft = draftOf(two);
    expect(lintDraft({ facts: two, draft, texts, message: await renderMail(draft) })).toEqual([]);
  });

  test.each<[rule: string, change: (draft: NoticeDraft) => Partial<NoticeDraft>]>([
    ['text-reference', ({ subject }) => ({ subject: subject.replace('DSM-7K3Q9F', 'DSM-XXXXXX') })],
    ['text-where', replaced('203.0.113[.]8', 'somewhere')],
    ['text-defanged', replaced('203.0.113[.]7', '203.0.113.7')],
    ['text-link', replaced('WHO WE ARE', 'https://evil.example/')],
    ['text-zone', replaced('10:00 UTC', '10:00')],
    ['text-ask', replaced('Preserve disk', 'Forget disk')],
    ['text-deadline', replaced(/by\s+2026-11-24 10:00 UTC/g, 'soon')],
    ['text-contest', replaced('contest@cert.example', 'us')],
    ['text-sender', replaced('Lab CERT', 'us')],
    ['text-phone', replaced('+1 555 0100', '+1 555 0199')],
    ['text-placeholder', replaced('WHO WE ARE', '{{who}}')],
    ['text-unseen', replaced('WHO WE ARE', 'WHO\u202E WE ARE')],
    ['text-width', replaced('WHO WE ARE', 'WHO '.repeat(30))],
    ['text-leak', replaced('WHO WE ARE', 'secret name')],
    ['text-leak', replaced('WHO WE ARE', 'as in feed.csv')],
    ['text-drill', ({ subject }) => ({ subject: subject.replace('] ', '] DRILL: ') })],
    ['feedback-required', ({ feedbackReport }) => ({ feedbackReport: feedbackReport.replace(/^User-Agent.*\n/m, '') })],
    ['feedback-form', () => ({ feedbackReport: 'Version 1\n' })],
    ['feedback-agrees', ({ feedbackReport }) => ({ feedbackReport: feedbackReport.replace('Incidents: 2', 'Incidents: 3') })],
    ['feedback-once', ({ feedbackReport }) => ({ feedbackReport: `${feedbackReport}Incidents: 2\n` })],
    ['xarf-count', ({ xarf }) => ({ xarf: xarf.slice(1) })],
    ['xarf-schema', ({ xarf }) => ({ xarf: [{ ...object(xarf[0]), type: 'c2' }, ...xarf.slice(1)] })],
    ['xarf-internal', ({ xarf }) => ({ xarf: [{ ...object(xarf[0]), _internal: {} }, ...xarf.slice(1)] })],
    ['xarf-opening', ({ xarf }) => ({ xarf: [{ ...object(xarf[0]), description: 'An infected client.' }, ...xarf.slice(1)] })],
    ['xarf-type', ({ xarf }) => ({ xarf: [{ ...object(xarf[0]), c2_server: '203.0.113.9' }, ...xarf.slice(1)] })],
    ['xarf-evidence', ({ xarf }) => ({ xarf: [{ ...object(xarf[0]), evidence: [{ content_type: 'text/plain', payload: 'AAAA', size: 7 }] }, ...xarf.slice(1)] })],
    ['table-agrees', () => ({ itemsCsv: null })],
    ['table-agrees', ({ itemsCsv }) => ({ itemsCsv: (itemsCsv ?? '').replaceAll('203.0.113.8', '203.0.113.9') })],
    ['table-form', ({ itemsCsv }) => ({ itemsCsv: (itemsCsv ?? '').replaceAll('\r\n', '\n') })],
    ['table-formula', ({ itemsCsv }) => ({ itemsCsv: (itemsCsv ?? '').replaceAll('Lab feed', '=cmd()') })],
    ['ask-deadline', replaced(/2026-11-24\s+10:00 UTC/g, '2026-11-25 10:00 UTC')],
    ['ask-basis', replaced(/the\s+terms\s+under/g, 'the rules under')],
    ['table-ask', ({ itemsCsv }) => ({ itemsCsv: (itemsCsv ?? '').replaceAll('preserve null-route suspend', 'preserve') })],
    ['ask-harm', ({ asks: [basis] }) => ({ asks: [{ law: basis?.law ?? '', binding: 'courtesy', deadlineHours: 24, names: [], group: 'victims', asks: ['suspend'], hosts: ['203.0.113.7', '203.0.113.8'] }] })],
    ['ask-order', ({ asks: [basis] }) => ({ asks: [{ law: basis?.law ?? '', binding: 'courtesy', deadlineHours: 24, names: [], group: 'controllers', asks: ['suspend', 'preserve'], hosts: ['203.0.113.7', '203.0.113.8'] }] })],
    ['ask-covers', ({ asks: [basis] }) => ({ asks: [{ law: basis?.law ?? '', binding: 'courtesy', deadlineHours: 24, names: [], group: 'controllers', asks: ['suspend'], hosts: ['203.0.113.7'] }] })],
  ])('breaks %s, and lint says so', (rule, change) => {
    const draft = draftOf(two);
    const secrets = ['feed.csv'];
    expect(rulesOf(lintDraft({ facts: two, draft: { ...draft, ...change(draft) }, texts, secrets }))).toContain(rule);
  }); // prettier-ignore

  test('with a device in it may not be reported as a controller', () => {
    const facts = sampleFacts({ items: [sampleItem({ kind: 'iot-device' })] });
    expect(check(facts, () => ({ xarf: draftOf(sampleFacts()).xarf }))).toContain('xarf-type');
  });

  test.each<[string, string, Partial<NoticeFacts>]>([
    ['law-dsa', 'Art. 16(2)(d)', { row: sampleRow({ method: 'dsa-notice', template: 'dsa-notice' }) }],
    ['law-copyright', '(vi)', { row: sampleRow({ method: 'copyright-notice', template: 'copyright-notice' }), sender: { ...two.sender, capacity: 'rights-owner' } }],
  ])('breaks %s without its element %s', (rule, element, change) => {
    const facts = sampleFacts(change);
    expect(check(facts, () => ({}))).toEqual([]);
    expect(check(facts, replaced(element, 'x'))).toEqual([rule]);
  }); // prettier-ignore

  test.each<[string, Partial<NoticeFacts>]>([
    ['law-rights-owner', { row: sampleRow({ method: 'copyright-notice', template: 'copyright-notice' }) }],
    ['law-registrar', { row: sampleRow({ method: 'registrar-request', template: 'registrar-request', addressee: 'registrar' }) }],
    ['law-csirt', { provider: { ...two.provider, key: 'csirt:DE' } }],
    ['tlp-red', { tlp: 'red' }],
  ])('breaks %s by its facts', (rule, change) => {
    expect(check(sampleFacts(change), () => ({}))).toEqual([rule]);
  }); // prettier-ignore

  test('names each statement that only a person or a later step can supply', () => {
    const facts = sampleFacts({
      to: null,
      sender: { ...two.sender, phone: null },
      row: sampleRow({ method: 'court-order', template: 'court-order', addressee: 'csirt' }),
      items: [sampleItem({ evidence: [sampleEvidence({ firstSeen: null, lastSeen: null })] })],
    });
    const findings = lintDraft({ facts, draft: draftOf(facts), texts });
    expect(rulesOf(findings)).toEqual([]);
    expect(rulesOf(findings, /missing/)).toEqual(
      expect.arrayContaining(['sender-phone', 'text-statement', 'notice-missing', 'law-csirt']),
    );
  });

  test('keeps no secret of what its facts say anyway', () => {
    const facts = sampleFacts({ operation: { id: 'o', name: 'labbot', drill: false, malware: 'Labbot' } });
    expect(check(facts, () => ({}))).toEqual([]);
  });
});

describe('a message', () => {
  const lint = (text: string): readonly string[] => rulesOf(lintMessage(Buffer.from(text, 'latin1')));

  test('that is whole draws nothing, though nothing is known of it', () => {
    expect(lint(rendered)).toEqual([]);
  });

  test.each<[rule: string, from: string | RegExp, to: string]>([
    ['mail-structure', 'report-type=feedback-report', 'report-type=delivery-status'],
    ['mail-structure', 'multipart/report', 'multipart/mixed'],
    ['mail-structure', 'message/feedback-report', 'text/plain'],
    ['mail-html', 'Content-Type: application/json; name=xarf.json', 'Content-Type: text/html; name=xarf.json'],
    ['mail-field', /^Date: .*\r\n/m, ''],
    ['mail-field', /^(Subject: )/m, 'Subject: again\r\n$1'],
    ['mail-date', '+0000', '+0200'],
    ['mail-recipient', /^To: .*$/m, 'To: a@one.example, b@two.example'],
    ['mail-recipient', /^To: /m, 'Bcc: b@two.example\r\nTo: '],
    ['mail-sender', /^From: .*$/m, 'From: <no-reply@cert.example>'],
    ['mail-automatic', /^To: /m, 'Auto-Submitted: auto-generated\r\nTo: '],
    ['mail-automatic', /^To: /m, 'Precedence: bulk\r\nTo: '],
    ['mail-line-length', /^To: /m, `X-Long: ${'x'.repeat(1000)}\r\nTo: `],
    ['mail-folding', /^To: /m, `X-Long: ${'x'.repeat(90)}\r\nTo: `],
    ['mail-ascii', /^Subject: /m, 'Subject: \u00fc'],
    ['mail-charset', 'charset=utf-8', 'charset=utf-16'],
    ['mail-language', /^Content-Language: .*\r\n/m, ''],
    ['mail-line-ends', /\r\n/g, '\n'],
    ['mail-unreadable', /^[^]*$/, 'no mail at all'],
    ['text-drill', /^(Subject: \[DSM-7K3Q9F\]) /m, '$1 DRILL: '],
  ])('breaks %s when %s becomes %j', (rule, from, to) => {
    const changed = rendered.replace(from, to);
    expect(changed).not.toBe(rendered);
    expect(lint(changed)).toContain(rule);
  });

  test('that says something else than its draft is found', () => {
    const message = Buffer.from(rendered.replace('null-route', 'nullroute'), 'latin1');
    expect(rulesOf(lintDraft({ facts: two, draft: draftOf(two), texts, message }))).toContain('mail-agrees');
  });

  test('of any bytes is judged, never a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: rendered.length - 100 }), (bytes, at) => {
        const broken = Buffer.concat([Buffer.from(rendered.slice(0, at), 'latin1'), bytes]);
        expect(lintMessage(broken).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the check of X-ARF reports without the schemas', { skip: !hasXarfSchemas }, () => {
  const schemaErrors = xarfValidator();
  const reports = [0, 1, 2, 4, 5, 6].flatMap((seed) => draftOf(madeUpFacts(seed)).xarf.slice(0, 4));
  const junk: readonly JsonValue[] = [
    null,
    0,
    -1,
    70_000,
    1.5,
    '',
    'x',
    'two words',
    'http://',
    '2026-13-01T00:00:00Z',
    true,
    [],
    ['x'],
    {},
    'y'.repeat(1001),
  ];

  test('finds whatever the schemas find, in each field by itself', () => {
    let refused = 0;
    for (const report of reports) {
      const fields = object(report);
      expect([schemaErrors(report), ...xarfErrors(report)]).toEqual(['']);
      for (const name of Object.keys(fields)) {
        const { [name]: _gone, ...without } = fields;
        for (const changed of [without, ...junk.map((value) => ({ ...fields, [name]: value }))]) {
          if (schemaErrors(changed) === '') continue;
          refused += 1;
          expect([name, changed, xarfErrors(changed).length > 0]).toEqual([name, changed, true]);
        }
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});
