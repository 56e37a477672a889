import { describe, expect, test } from 'vitest';
import { defang } from '../../domain/defang.ts';
import { ASKS } from '../../domain/method.ts';
import type { NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { ownNoticeTexts, sampleFacts, sampleItem, sampleRow } from '../../../test/support/notice-facts.ts';
import { briefingText } from './compose-briefing.ts';
import type { BriefingFacts } from './compose-briefing.ts';
import { correctionText } from './correction-text.ts';
import type { CorrectionFacts } from './correction-text.ts';
import { draftNotice } from './draft-notice.ts';
import { csirtCopyText, nextContactText, reminderHours, reminderTexts } from './follow-up.ts';
import { FOLLOW_UP_NAMES } from './follow-up-shapes.ts';
import { lintDraft } from './lint-notice.ts';
import { englishOf, prepareNoticeTexts } from './notice-texts.ts';
import { namesIn } from './template.ts';
import { readNoticeTexts } from '../../texts/notices/read-notice-texts.ts';

const texts = await ownNoticeTexts();
const INFORMED = [{ name: 'CERT-Lab', contact: 'team@cert-lab.example' }];
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

const correction = (change: Partial<CorrectionFacts> = {}): CorrectionFacts => ({
  operation: { drill: false },
  sender: sampleFacts().sender,
  provider: 'Lab Hosting One',
  token: 'DSM-7K3Q9F',
  sentAt: Date.UTC(2026, 10, 23, 10),
  takenBack: [{ host: '203.0.113.7', hostType: 'address' }],
  stays: 0,
  to: 'addressee',
  languages: [],
  tlp: null,
  ...change,
});

describe('reminders', () => {
  test('are as many as planned, the last of which says so, at the soonest deadline of any server', () => {
    const facts = sampleFacts({
      items: [sampleItem(), sampleItem({ host: '203.0.113.8', row: { id: 'x', law: 'l', binding: 'courtesy', deadlineHours: 6 } })],
    }); // prettier-ignore
    const reminders = reminderTexts(facts, { texts });
    expect(reminders.map(({ afterHours }) => afterHours)).toEqual([7, 7]);
    expect(reminders.map(({ subject }) => subject)).toEqual([
      '[DSM-7K3Q9F] Reminder: 203.0.113[.]7 and 203.0.113[.]8',
      '[DSM-7K3Q9F] Last reminder: 203.0.113[.]7 and 203.0.113[.]8',
    ]);
    expect(flat(reminders[1]?.body ?? '')).toContain('This is our last reminder of our message DSM-7K3Q9F');
    expect(flat(reminders[0]?.body ?? '')).toContain('please act within 6 hours of this message');
    expect(reminderTexts(facts, { texts }, { reminderHours: 48, maxReminders: 1 })).toMatchObject([{ afterHours: 48 }]);
    expect(reminderHours(sampleFacts({ row: sampleRow({ deadlineHours: null }) }), { reminderHours: null, maxReminders: 1 })).toBe(24);
  }); // prettier-ignore

  test('follow no notice that asks for nothing', () => {
    const facts = sampleFacts({ items: [sampleItem({ asks: ['none'] })], row: sampleRow({ asks: ['none'] }) });
    expect(reminderTexts(facts, { texts })).toEqual([]);
    expect(nextContactText(facts, { texts })).toBeNull();
  });

  test('are in the languages of the notice', () => {
    const [first] = reminderTexts(sampleFacts({ languages: ['de'] }), { texts });
    expect(first?.subject).toBe('[DSM-7K3Q9F] Erinnerung: 203.0.113[.]7');
    expect(first?.body).toContain('ENGLISH VERSION');
    expect(flat(first?.body ?? '')).toContain('so handeln Sie bitte binnen 24 Stunden nach dieser Nachricht');
  });
});

describe('what goes with a notice', () => {
  test('names to the next contact whom we wrote to before, and nobody where that is no mailbox', () => {
    expect(flat(nextContactText(sampleFacts(), { texts })?.body ?? '')).toContain(
      'We wrote to abuse@one.example under',
    );
    expect(flat(nextContactText(sampleFacts({ to: null }), { texts })?.body ?? '')).toContain(
      'another mailbox of yours',
    );
  });

  test('tells of our look as of one before it was written: there may have been others since', () => {
    const look = { at: '2026-11-23T08:00:00.000Z', outcome: 'live' } as const;
    const facts = sampleFacts({ items: [sampleItem({ look })] });
    for (const text of [...reminderTexts(facts, { texts }), nextContactText(facts, { texts })]) {
      const body = flat(text?.body ?? '');
      expect(body).toContain(
        'our last look before this was written that told anything, 2026-11-23 08:00 UTC: it answered',
      );
      expect(body).not.toContain('has not changed.');
    }
    expect(flat(nextContactText(sampleFacts(), { texts })?.body ?? '')).toContain(
      'When this was written, we had not looked at it ourselves.',
    );
  });

  test('a reminder, which another colleague may open, says whom not to tell and whom not to suspend, and puts nothing off', () => {
    const reminderOf = (...items: readonly NoticeItem[]): string =>
      flat(reminderTexts(sampleFacts({ items }), { texts })[0]?.body ?? '');
    const controller = reminderOf(sampleItem());
    expect(controller).toContain('Please do not forward this to the customer before you have acted.');
    expect(controller).toContain(
      'What our first message announces counts from that message; this one does not put it off.',
    );
    expect(controller).not.toContain('victim');
    const device = sampleItem({ host: '203.0.113.8', kind: 'iot-device', asks: ['clean'] });
    expect(reminderOf(device)).toContain(
      'Its owner is a victim: please tell them, help to clean, and suspend nobody for it.',
    );
    expect(reminderOf(device)).not.toContain('Please do not forward');
    expect(reminderOf(sampleItem(), device)).toContain(
      'The owners of the devices and hacked hosts among them are victims: please tell them',
    );
  });

  test('the letter to the next mailbox, which has no attachment, points to none', () => {
    const items = Array.from({ length: 40 }, (_, index) =>
      sampleItem({ host: `198.51.100.${index + 1}`, asks: index % 2 === 0 ? ['suspend'] : ['preserve', 'null-route'] }),
    );
    const body = flat(nextContactText(sampleFacts({ items }), { texts })?.body ?? '');
    expect(body).not.toMatch(/items\.csv|attached/);
    expect(body).toContain('with us on request');
  });

  test('rows of the table that are asked alike are told apart by kind: a disk is kept, and a device is reset', () => {
    const asks = ['preserve', 'clean'] as const;
    const items = Array.from({ length: 30 }, (_, index) =>
      sampleItem({ host: `198.51.100.${index + 1}`, kind: index % 2 === 0 ? 'iot-device' : 'compromised-host', asks }),
    );
    const text = flat(draftNotice(sampleFacts({ items }), { texts, program: 'd/0' }).text);
    expect(text).toContain('(all rows with ask = "preserve clean", kind = "iot-device" in items.csv)');
    expect(text).toContain('(all rows with ask = "preserve clean", kind = "compromised-host" in items.csv)');
  });

  test('is told to the national CSIRT where there is one', () => {
    expect(csirtCopyText(sampleFacts(), { texts })).toBeNull();
    const copy = csirtCopyText(sampleFacts({ informed: INFORMED, tlp: 'amber' }), { texts });
    expect(copy?.subject).toBe('[DSM-7K3Q9F] TLP:AMBER For your information, notice to Lab Hosting One: 203.0.113[.]7');
    expect(flat(copy?.body ?? '')).toContain(
      'We ask them to preserve disk, memory and logs first, and then null-route it or suspend it, by 2026-11-24 10:00 UTC',
    );
  });

  test('passes lint, whatever servers it is about', () => {
    const all = SERVER_KINDS.map((kind, index) =>
      sampleItem({ kind, host: `203.0.113.${index + 1}`, asks: kind === 'iot-device' ? ['clean', 'isolate'] : ASKS }),
    );
    const samples: readonly Partial<NoticeFacts>[] = [
      { items: all },
      ...all.map((item) => ({ items: [item] })),
      { items: [sampleItem({ hostType: 'domain', host: 'c2.example', asks: ['suspend-domain'] })] },
      { items: Array.from({ length: 40 }, (_, index) => sampleItem({ host: `198.51.100.${index + 1}` })) },
      { operation: { id: 'o', name: 'secret name', drill: true, malware: null }, languages: ['de'] },
      { row: sampleRow({ method: 'csirt-referral', addressee: 'csirt', template: 'csirt-referral' }), tlp: 'amber' },
    ];
    for (const sample of samples) {
      const facts = sampleFacts({ informed: INFORMED, languages: ['de'], nextContacts: ['noc@one.example'], ...sample });
      const findings = lintDraft({ facts, draft: draftNotice(facts, { texts, program: 'd/0' }), texts, secrets: ['feed-of-ours.csv'] });
      const theirs = findings.filter(({ where }) => /^(reminder|next-contact|csirt-copy)/.test(where));
      const { reminders, nextContact, copy } = draftNotice(facts, { texts, program: 'd/0' });
      expect([reminders.length, nextContact !== null, copy !== null]).toEqual([2, true, true]);
      expect(theirs.filter(({ severity }) => severity !== 'missing')).toEqual([]);
    }
  }); // prettier-ignore

  test('does not pass lint without the reference, the servers, a time or a way to contest it', async () => {
    const { files } = await readNoticeTexts();
    const bad = files.map((file) =>
      file.language === 'en' && file.name === 'reminder'
        ? { ...file, text: 'Subject: Hello\n\nPlease act at 203.0.113.7 now.\n' }
        : file,
    );
    const prepared = prepareNoticeTexts(bad);
    if (!prepared.ok) throw new Error(prepared.problem.message);
    const facts = sampleFacts();
    const draft = draftNotice(facts, { texts: prepared.value, program: 'd/0' });
    const rules = lintDraft({ facts, draft, texts: prepared.value })
      .filter(({ where }) => where.startsWith('reminder-1'))
      .map(({ rule }) => rule);
    for (const rule of ['text-reference', 'text-contest', 'text-sender', 'text-defanged', 'follow-up-where', 'follow-up-deadline']) {
      expect(rules).toContain(rule);
    }
  }); // prettier-ignore
});

describe('a correction', () => {
  test('names exactly what is taken back, asks for it to be restored, and says what stays', () => {
    const one = correctionText(correction({ stays: 2 }), { texts });
    expect(one.subject).toBe('[DSM-7K3Q9F] Correction, please do not act on it: 203.0.113[.]7');
    const said = flat(one.body);
    for (const words of [
      'We take back what we told you under the reference DSM-7K3Q9F on 2026-11-23 10:00 UTC about this server.',
      'WHAT IS TAKEN BACK 203.0.113[.]7 WHAT WE ASK YOU TO RESTORE',
      'please undo it at once, within 24 hours of this message',
      'What that message says of the other 2 servers that it names stays as it is.',
      'contest@cert.example',
    ]) expect(said).toContain(words);
    expect(flat(correctionText(correction(), { texts }).body)).toContain('Nothing else of that message stays;');
  }); // prettier-ignore

  test('names every server that is taken back, however many', () => {
    const takenBack = Array.from({ length: 60 }, (_, index) => ({ host: `198.51.100.${index + 1}`, hostType: 'address' as const })); // prettier-ignore
    const { body } = correctionText(correction({ takenBack }), { texts });
    for (const { host } of takenBack) expect(body).toContain(`  ${defang(host)}\n`);
  });

  test('tells the CSIRT that the provider is told, too, and to take it off its lists', () => {
    const copy = correctionText(correction({ to: 'informed', tlp: 'amber', operation: { drill: true } }), { texts });
    expect(copy.subject).toBe('[DSM-7K3Q9F] TLP:AMBER DRILL: Correction of what you were told: 203.0.113[.]7');
    expect(flat(copy.body)).toContain('we told you on 2026-11-23 10:00 UTC of a server at Lab Hosting One');
    expect(flat(copy.body)).toContain('take it off');
  });
});

describe('the texts', () => {
  test('are there in both languages, speak of the same facts, and are no texts for the method table', () => {
    for (const name of FOLLOW_UP_NAMES) {
      const [english, german] = [englishOf(texts).followUps.get(name), texts.get('de')?.followUps.get(name)];
      if (english === undefined || german === undefined) throw new Error(name);
      expect([name, [...namesIn(german.body)].sort()]).toEqual([name, [...namesIn(english.body)].sort()]);
      expect(englishOf(texts).texts.has(name)).toBe(false);
    }
  });

  test('German has no English word in it', () => {
    const facts = sampleFacts({
      languages: ['de'],
      informed: INFORMED,
      items: SERVER_KINDS.map((kind, index) => sampleItem({ kind, host: `203.0.113.${index + 1}`, asks: ASKS })),
      sender: { ...sampleFacts().sender, organisation: 'Labor' },
      provider: { ...sampleFacts().provider, name: 'Rechenzentrum' },
      row: sampleRow({ law: '§ 100g StPO' }),
    });
    const said = [
      ...reminderTexts(facts, { texts }),
      nextContactText(facts, { texts }),
      ...(['addressee', 'informed'] as const).flatMap((to) =>
        [0, 1, 2].map((stays) => correctionText(correction({ to, stays, languages: ['de'], provider: 'Rechenzentrum', sender: facts.sender }), { texts })),
      ),
    ].map((each) => each?.body.split(/^-{72}$/m)[0]?.replace('The English version stands below.', '') ?? ''); // prettier-ignore
    for (const text of said) {
      expect(text.replaceAll(/Named as a controller in configuration \d+|Lab feed/g, '')).not.toMatch(
        /\b(the|is|are|this|that|please|you|your|not|and|server at|message)\b/,
      );
    }
  });
});

test('a desk that is told ahead is told how to verify who says so', () => {
  const { sender } = sampleFacts();
  const facts: BriefingFacts = {
    operation: { drill: false },
    sender: {
      ...sender,
      website: 'https://cert.example',
      dkimDomain: 'cert.example',
      keysAt: 'http://127.0.0.1:8080/keys',
    },
    references: ['DSM-7K3Q9F'],
    servers: 2,
    at: Date.UTC(2026, 10, 24, 10),
    local: null,
    languages: ['de'],
  };
  const body = flat(briefingText(facts, { texts }).body);
  expect(body).toContain('HOW TO VERIFY THAT IT IS US - Look up our website yourself');
  expect(body).toContain('Our mail is signed with DKIM for cert.example.');
  // A briefing that holds an address is refused.
  expect(body).not.toContain('127.0.0.1');
  expect(body).toContain('WIE SIE PRÜFEN, DASS WIR ES SIND');
  const nothing = { ...facts, sender: { ...sender, phone: null } };
  expect(briefingText(nothing, { texts }).body).not.toContain('HOW TO VERIFY');
});
