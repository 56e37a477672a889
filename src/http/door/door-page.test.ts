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
