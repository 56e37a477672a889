import { expect, test } from 'vitest';
import type { DoorView } from '../../domain/door-view.ts';
import { chooseWords } from '../../texts/door/choose-words.ts';
import { doorPage } from './door-page.ts';

/** Every word that a feed, a registry, a partner or a person could have brought in, as an attack on a page. */
const EVIL = `"'></textarea><script>alert(1)</script><img src=x onerror=alert(1)>&`;

function hostileView(change: Partial<DoorView> = {}): DoorView {
  return {
    state: 'open',
    language: 'en',
    content: {
      reference: EVIL,
      organisation: EVIL,
      capacity: 'csirt',
      email: EVIL,
      contestEmail: EVIL,
      phone: EVIL,
      provider: EVIL,
      malware: EVIL,
      drill: true,
      method: 'court-order',
      tlp: EVIL,
      order: { court: EVIL, docket: EVIL, issuedAt: EVIL },
      items: [],
    },
    capacity: EVIL,
    malware: EVIL,
    sentAt: 0,
    expiresAt: 1,
    isContested: true,
    isProbingOn: true,
    deadlineAt: 0,
    items: Array.from({ length: 7 }, (_, index) => ({
      id: `${index}${EVIL}`,
      host: EVIL,
      hostType: 'domain',
      place: EVIL,
      names: [EVIL],
      kind: EVIL,
      endpoints: [{ shown: EVIL, exact: EVIL }],
      leftOut: EVIL,
      asks: [EVIL],
      law: EVIL,
      binding: true,
      deadlineAt: 0,
      evidence: [{ observed: EVIL, source: EVIL, dated: EVIL }],
      standing: 'dark',
      lookedAt: 0,
      darkAt: 0,
      confirmedAt: null,
      check: 'pending',
    })),
    said: [{ class: 'contest', at: 0 }],
    found: 2,
    silence: [EVIL],
    ways: [EVIL],
    check: { askedAt: 0, isDone: false, nextAt: 1 },
    ...change,
  };
}

test.each([
  ['open', hostileView()],
  ['open with few servers', hostileView({ items: hostileView().items.slice(0, 1) })],
  ['closed', hostileView({ state: 'closed' })],
  ['retracted', hostileView({ state: 'retracted' })],
])('whatever others wrote stays text on a page that is %s', async (_name, view) => {
  for (const language of ['en', 'de']) {
    const { words } = chooseWords(language);
    const refusal = { message: EVIL, action: 'wrong' as const, text: EVIL };
    const page = await doorPage({ view, token: 'A'.repeat(24), pageWord: EVIL, words, now: 2, noted: 'done', refusal });
    const html = await page.text();
    expect(html).not.toMatch(/<script|<img|on\w+=alert\(1\)>/i);
    expect(html.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, '')).not.toContain('"\'>');
    expect(html).toContain('&lt;script&gt;');
  }
});

/** As a desk sees it: the words, in their order. */
async function shown(change: Partial<DoorView>, content: Partial<DoorView['content']> = {}): Promise<string> {
  const { words } = chooseWords('en');
  const hostile = hostileView(change);
  const view = {
    ...hostile,
    content: { ...hostile.content, organisation: 'Lab CERT', phone: '+1 555 0100', ...content },
  };
  const page = await doorPage({
    view,
    token: 'A'.repeat(24),
    pageWord: 'x',
    words,
    now: 2,
    noted: null,
    refusal: null,
  });
  return (await page.text()).replaceAll(/\s+/g, ' ');
}

test('says first who asks and how to verify that, then what, which servers and why, and then takes an answer', async () => {
  const html = await shown(
    { ways: ['Find us by our website.'], silence: ['After 24 hours we remind you.'] },
    { website: 'https://cert.example', keysAt: 'https://notices.cert.example/api/v1/keys' },
  );
  const order = [
    'href="#answer"',
    'id="who"',
    'https://cert.example',
    'Find us by our website.',
    'id="asked"',
    'id="servers"',
    'How it is known',
    'id="answer"',
    'After 24 hours we remind you.',
  ].map((words) => html.indexOf(words));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((left, right) => left - right));
});

test('a door of a notice that was drafted before there were ways to verify and steps after silence opens as ever', async () => {
  const html = await shown({ ways: [], silence: [] });
  expect(html).toContain('id="answer"');
  expect(html).not.toMatch(/How to verify|If we hear nothing|undefined/);
});

test('a notice under Article 16 is called neither binding nor an order', async () => {
  const items = hostileView().items.map((item) => ({ ...item, binding: false }));
  expect(await shown({ items }, { method: 'dsa-notice' })).toContain('a notice: it asks, and you decide');
  expect(await shown({ items }, { method: 'abuse-notice' })).toContain('(a request)');
});

test('no look is promised where looks are not switched on', async () => {
  expect(await shown({ isProbingOn: true })).toContain('A look of ours is asked for');
  const off = await shown({ isProbingOn: false, check: null });
  expect(off).not.toContain('A look of ours is asked for');
  expect(off).toContain('a person sees to it');
});

test('of several servers one press is for all, and some can be chosen', async () => {
  const several = await shown({});
  expect(several).toContain('All of it is done');
  expect(several).toContain('Some of them are done');
  const one = await shown({ items: hostileView().items.slice(0, 1) });
  expect(one).toContain('It is done');
  expect(one).not.toContain('Some of them are done');
});
