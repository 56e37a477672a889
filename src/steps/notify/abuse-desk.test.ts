import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import {
  ownNoticeTexts,
  sampleEvidence,
  sampleFacts,
  sampleItem,
  sampleRow,
} from '../../../test/support/notice-facts.ts';
import { object } from '../../../test/support/xarf-schemas.ts';
import type { ItemEvidence, NoticeDraft, NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { draftNotice } from './draft-notice.ts';
import { csirtCopyText } from './follow-up.ts';
import { lintDraft } from './lint-notice.ts';
import { infringedLaw } from './wording.ts';

/* What a hoster's abuse desk found wrong in drafts, each once. */

const texts = await ownNoticeTexts();
const draft = (facts: NoticeFacts): NoticeDraft => draftNotice(facts, { texts, program: 'dismantle/0.0.0' });
const said = (facts: NoticeFacts): string => draft(facts).text.replaceAll(/\s+/g, ' ');
const reportOf = (facts: NoticeFacts): ReturnType<typeof object> => object(draft(facts).xarf[0]);
const about = (...evidence: readonly Partial<ItemEvidence>[]): NoticeFacts =>
  sampleFacts({ items: [sampleItem({ evidence: evidence.map((entry) => sampleEvidence(entry)) })] });

describe('the timestamp', () => {
  test('is the newest exact moment, though a day stands after it', () => {
    const facts = about(
      { firstSeen: '2026-11-20T10:00:00.000Z', lastSeen: '2026-11-22T00:00:00.000Z' },
      { firstSeen: '2026-11-19T08:15:00.000Z', lastSeen: null },
    );
    const report = reportOf(facts);
    expect(report).toMatchObject({ timestamp: '2026-11-20T10:00:00.000Z' });
    expect(report['description']).toContain('It was last reported for the day 2026-11-22, without an hour');
    expect(draft(facts).feedbackReport).toContain('Arrival-Date: Fri, 20 Nov 2026 10:00:00 +0000\n');
  });

  test.each([
    ['a day alone is no moment', { firstSeen: null, lastSeen: '2026-11-21T00:00:00.000Z' }, '2026-11-23T10:00:00.000Z', 'Only the day is known on which it was seen last, 2026-11-21'],
    ['nothing stated is when it reached us', { firstSeen: null, lastSeen: null, receivedAt: '2026-11-22T07:30:00.000Z' }, '2026-11-22T07:30:00.000Z', 'No source states when it was seen'],
  ])('%s, said in words, and no Arrival-Date', (_, evidence, timestamp, words) => {
    const facts = about(evidence);
    expect(reportOf(facts)).toMatchObject({ timestamp });
    expect(reportOf(facts)['description']).toContain(words);
    expect(draft(facts).feedbackReport).not.toContain('Arrival-Date');
  }); // prettier-ignore
});

describe('a notice under Article 16', () => {
  const dsa = (citation: string): NoticeFacts =>
    sampleFacts({
      row: sampleRow({ method: 'dsa-notice', template: 'dsa-notice', binding: 'binding', law: 'Digital Services Act, Article 16', citation }),
      items: [sampleItem(), sampleItem({ host: '203.0.113.8' })],
      nextContacts: ['noc@one.example'],
    }); // prettier-ignore
  const DIRECTIVE =
    'Regulation (EU) 2022/2065, Article 16(2)(a) to (d) (what a notice contains), 17 (statement of reasons); Directive 2013/40/EU, Articles 4 (illegal system interference) and 5 (illegal data interference), as transposed in the Member State';

  test('is called binding nowhere', () => {
    const made = draft(dsa(DIRECTIVE));
    const rows: Record<string, string>[] = parse(made.itemsCsv ?? '', { columns: true });
    expect(rows.map(({ basis }) => basis)).toEqual(
      rows.map(() => 'Digital Services Act, Article 16 (a notice: it asks, and you decide)'),
    );
    const evidence = object(reportOf(dsa(DIRECTIVE)))['evidence'];
    const { payload } = object(Array.isArray(evidence) ? evidence[0] : undefined);
    expect(Buffer.from(typeof payload === 'string' ? payload : '', 'base64').toString()).not.toContain('(binding)');
    expect(made.nextContact?.body).not.toMatch(/is binding/);
    const order = draft({ ...dsa(DIRECTIVE), row: sampleRow({ method: 'court-order', binding: 'binding' }) });
    expect(order.itemsCsv).toContain('(binding)');
  });

  test('names the law that is infringed, by its name', () => {
    expect(said(dsa(DIRECTIVE))).toContain(
      'contrary to: Directive 2013/40/EU on attacks against information systems, Articles 4 (illegal system interference)',
    );
    expect(infringedLaw('Regulation (EU) 2022/2065, Article 16')).toBe('');
  });

  test.each(['Regulation (EU) 2022/2065, Article 16(2)(a) to (d)', 'none', ''])(
    'says to the drafter that no law is named where the row cites none: %j',
    (citation) => {
      expect(draft(dsa(citation)).missing).toContain(
        'the law that it infringes, beside the Act itself, in the citation of the row of the method table',
      );
    },
  );
});

describe('what is known of the sender', () => {
  const { sender } = sampleFacts();

  test('is told, so that a recipient can verify it', () => {
    const facts = sampleFacts({
      sender: {
        ...sender,
        website: 'https://cert.example/takedown',
        dkimDomain: 'cert.example',
        signsWithSmime: true,
        keysAt: 'https://notices.cert.example/api/v1/keys',
      },
    });
    const text = said(facts);
    for (const words of [
      'Website: https://cert.example/takedown',
      'HOW TO VERIFY THAT IT IS US',
      'Look up our website yourself',
      'Call +1 555 0100 and name this reference',
      'signed with DKIM for cert.example',
      'signed with S/MIME by soc@cert.example',
      'https://notices.cert.example/api/v1/keys',
    ])
      expect(text).toContain(words);
    const findings = lintDraft({ facts, draft: draft(facts), texts });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('and nothing that is not', () => {
    const text = said(sampleFacts({ sender: { ...sender, phone: null } }));
    expect(text).not.toMatch(/VERIFY|DKIM|S\/MIME|Website/);
  });
});

test('a report says no more than the mail: reported, not established', () => {
  for (const item of [sampleItem(), sampleItem({ hostType: 'domain', host: 'c2.example' }), sampleItem({ kind: 'shared-hosting', names: ['a.lab.example'] })]) {
    const report = reportOf(sampleFacts({ items: [item] }));
    expect(report['description']).not.toMatch(/is the controller|leads? to the controller(?! itself)[^;]*(?<!reported to lead to the controller);/);
    expect(report['description']).toMatch(/is reported (as the controller|to lead to the controller)/);
  }
}); // prettier-ignore

describe('what is asked of an access provider', () => {
  const facts = (kind: NoticeItem['kind']): NoticeFacts =>
    sampleFacts({
      row: sampleRow({ method: 'isp-remediation', template: 'isp-remediation', addressee: 'isp', deadlineHours: 168 }),
      items: [sampleItem({ kind, asks: ['preserve', 'clean', 'isolate'] })],
    });

  test('is one thing: to isolate, and then to clean', () => {
    const text = said(facts('unknown'));
    expect(text).toContain('isolate it, and once that is done have it cleaned, by');
    expect(text).not.toContain('the first that takes the controller out of service is enough');
  });

  test('and of a victim’s machine to clean, and to isolate where that takes time', () => {
    const text = said(facts('compromised-host'));
    expect(text).toContain('have it cleaned, and isolate it where that takes time');
    expect(text).toContain('Where that takes time, isolate the host');
    expect(text).not.toContain('the first that takes the controller out of service is enough');
  });

  test('and of a router what can be done with one: what reaches it from the internet, then reset and firmware', () => {
    const text = said(facts('iot-device'));
    expect(text).toContain(
      'preserve what the network recorded, and block connections to it from the internet at once, and have it cleaned, by',
    );
    expect(text).toContain("then reset it to the maker's settings, install the newest firmware, set a new password");
    // What keeps the device from its bots stands before what waits for the owner, and follows the line and not the address.
    expect(text.indexOf('At once, and until the device is clean, block')).toBeLessThan(
      text.indexOf('Have the device cleaned'),
    );
    expect(text).toContain('Where the address is dynamic, let the block follow the line');
    expect(text).not.toMatch(/disk|memory|wiped|reinstall|hole it came in by/);
    expect(text).not.toContain('the first that takes the controller out of service is enough');
    expect(reportOf(facts('iot-device'))['description']).toContain(
      'Asked: preserve the network records, block inbound on the ports listed at once, have the device reset and updated; by: 2026',
    );
  });

  test('and of a machine of which nothing is known no disk, unless it stands there', () => {
    const text = said(facts('unknown'));
    expect(text).toContain('Preserve what your own network recorded');
    expect(text).toContain('and disk and memory where the machine stands with you');
  });

  test('in the copy for the CSIRT it is the provider’s network, and not the reader’s', () => {
    const device = { ...facts('iot-device'), informed: [{ name: 'CERT-Lab', contact: 'team@cert-lab.example' }] };
    const copy = csirtCopyText(device, { texts })?.body.replaceAll(/\s+/g, ' ') ?? '';
    expect(copy).toContain('We ask them to preserve what the network recorded, and block connections to it');
    expect(copy).not.toContain('your network');
  });

  test('hacked hosts and devices of one notice are each asked their own, and their owners are spoken of once', () => {
    const asks = ['preserve', 'clean', 'isolate'] as const;
    const both = [
      sampleItem({ kind: 'compromised-host', asks }),
      sampleItem({ host: '203.0.113.8', kind: 'iot-device', asks }),
    ];
    const text = said(sampleFacts({ items: both }));
    expect(text).toContain('For the hacked hosts, whose owners are victims themselves:');
    expect(text).toContain("For the customers' devices, whose owners are victims themselves:");
    expect(text).toContain('They most likely belong to people who do not know that their machine controls others.');
    expect(text).not.toContain('among them belong');
  });

  test('nobody above it and no police are spoken of', () => {
    expect(said(facts('unknown'))).not.toMatch(/police|upstream/);
  });
});

describe('our last look', () => {
  const withLook = (change: Partial<NoticeItem>): NoticeFacts => sampleFacts({ items: [sampleItem(change)] });

  test('says at which ports, where a desk can see for itself: in text, report and table', () => {
    const at = '2026-11-23T08:00:00.000Z';
    const one = withLook({ look: { at, outcome: 'live', ports: [443] } });
    expect(said(one)).toContain(
      'our last look before this was written that told anything, 2026-11-23 08:00 UTC: it answered (port 443)',
    );
    expect(reportOf(one)['description']).toContain(
      'Our last look before this was written that told anything, 2026-11-23 08:00 UTC: it answered (port 443); that it answers does not show by itself what it is.',
    );
    const many = { at, outcome: 'dark', ports: Array.from({ length: 12 }, (_, index) => 440 + index) } as const;
    const two = [sampleItem({ look: many }), sampleItem({ host: '203.0.113.8' })];
    const text = said(sampleFacts({ items: two, languages: ['de'] }));
    const ten = '440, 441, 442, 443, 444, 445, 446, 447, 448, 449, …';
    expect(text).toContain(`it did not answer (ports ${ten})`);
    expect(text).toContain(`es antwortete nicht (Ports ${ten})`);
    expect(draft(sampleFacts({ items: two })).itemsCsv).toContain(`it did not answer (ports ${ten})`);
  });

  test('stands beside the server, in UTC, with what was seen', () => {
    const facts = withLook({ look: { at: '2026-11-23T08:00:00.000Z', outcome: 'c2-live' } });
    expect(said(facts)).toContain(
      'our last look before this was written that told anything, 2026-11-23 08:00 UTC: what answered looked like a controller',
    );
    expect(reportOf(facts)['description']).toContain(
      'Our last look before this was written that told anything, 2026-11-23 08:00 UTC: what answered looked like a controller.',
    );
    expect(said(facts)).not.toContain('all the same');
    const two = { ...facts, items: [...facts.items, sampleItem({ host: '203.0.113.8' })], reportIds: ['a', 'b'] };
    const rows: Record<string, string>[] = parse(draft(two).itemsCsv ?? '', { columns: true });
    expect(rows.map(({ our_look_utc, our_look_found }) => [our_look_utc, our_look_found])).toEqual([
      ['2026-11-23T08:00:00.000Z', 'what answered looked like a controller'],
      ['', 'when this was written, we had not looked at it ourselves'],
    ]);
  });

  test('that found nothing says that it is asked all the same', () => {
    expect(said(withLook({ look: { at: '2026-11-23T08:00:00.000Z', outcome: 'dark' } }))).toContain(
      '2026-11-23 08:00 UTC: it did not answer; we ask all the same that it stay off and that what is on it be preserved',
    );
    const device = withLook({ kind: 'iot-device', look: { at: '2026-11-23T08:00:00.000Z', outcome: 'dark' } });
    expect(said(device)).toContain('it did not answer; what we ask stands all the same');
  });

  test('a source’s "offline" is told as the source’s, where nothing newer says otherwise', () => {
    const offline = sampleEvidence({ status: 'offline', class: 'listing', lastSeen: '2026-11-22T06:00:00.000Z' });
    expect(said(withLook({ evidence: [offline] }))).toContain(
      'a source that last saw it 2026-11-22 06:00 UTC reports it offline; we ask all the same',
    );
    const undated = { ...offline, firstSeen: null, lastSeen: null, receivedAt: '2026-11-22T12:00:00.000Z' };
    expect(said(withLook({ evidence: [undated] }))).toContain(
      'reports it offline without saying since when, and we were told 2026-11-22 12:00 UTC',
    );
    const since = { look: { at: '2026-11-23T08:00:00.000Z', outcome: 'live' as const }, evidence: [offline] };
    expect(said(withLook(since))).not.toContain('offline;');
  });

  test('is part of what is approved', () => {
    expect(draft(withLook({ look: { at: '2026-11-23T08:00:00.000Z', outcome: 'live' } })).text).not.toBe(
      draft(sampleFacts()).text,
    );
  });
});

describe('what follows silence', () => {
  test('is said as the clock has it', () => {
    const made = draftNotice(sampleFacts({ nextContacts: ['noc@one.example'] }), {
      texts,
      program: 'dismantle/0.0.0',
      plan: { reminderHours: 12, maxReminders: 3, nextContactHours: 36, upstreamHours: 96, lawEnforcementHours: 120 },
    });
    const text = made.text.replaceAll(/\s+/g, ' ');
    for (const words of [
      '12 hours after this message we remind you in this thread, at most 3 times',
      '72 hours after this message we write to noc@one.example',
      '4 days after this message, if it goes on, a person of ours decides whether to ask your upstream provider to stop the traffic to it.',
      '5 days after this message, if it goes on, a person of ours decides whether to refer it to the police.',
    ])
      expect(text).toContain(words);
    expect(made.reminders).toHaveLength(3);
  });

  test('is not spoken of where nothing is asked', () => {
    const items = [sampleItem({ asks: ['none'] })];
    expect(said(sampleFacts({ row: sampleRow({ asks: ['none'] }), items }))).not.toContain('IF WE HEAR NOTHING');
  });
});

test('evidence is to be kept first: the first lines say so, for one group and for several', () => {
  const [opening = ''] = draft(sampleFacts()).text.split('\n\n');
  expect(opening.replaceAll('\n', ' ')).toContain('preserve disk, memory and logs first, and then null-route it');
  const items = [sampleItem(), sampleItem({ host: '203.0.113.8', kind: 'iot-device', asks: ['preserve', 'clean'] })];
  const [several = ''] = draft(sampleFacts({ items })).text.split('\n\n');
  expect(several.replaceAll('\n', ' ')).toContain('What we ask stands below, evidence first');
  const none = draft(sampleFacts({ items: [sampleItem({ asks: ['suspend'] })] })).text;
  expect(none.replaceAll('\n', ' ')).toContain('We ask you to suspend it, by');
});

test('nothing is said twice, and an exercise asks for nothing', () => {
  const unknown = sampleFacts({ items: [sampleItem({ kind: 'unknown' })] });
  expect(reportOf(unknown)['description']).toMatch(
    /DSM-7K3Q9F\. Asked: preserve, null-route or suspend; by: 2026-11-24T10:00Z\. Kind of host not established\. When/,
  );
  const drill = sampleFacts({ operation: { id: 'o', name: 'n', drill: true, malware: 'Labbot' } });
  expect(draft(drill).text).toMatch(/^THIS IS A DRILL \(AN EXERCISE\): PLEASE DO NOTHING\n/);
  expect(reportOf(drill)['description']).toMatch(/^DRILL \(an exercise\): please do nothing\./);
});
