import { derivedId } from '../../src/domain/derived-id.ts';
import type { Ask, Method, MethodRow } from '../../src/domain/method.ts';
import { EVIDENCE_CLASSES } from '../../src/domain/evidence.ts';
import type { ItemEvidence, ItemRow, NoticeFacts, NoticeItem } from '../../src/domain/notice.ts';
import type { Endpoint, ServerKind } from '../../src/domain/server.ts';
import { sampleFacts, sampleRow } from './notice-facts.ts';

/** What somebody might put into a feed to harm whoever reads a notice, or the program that writes it. */
export const HOSTILE_WORDS: readonly string[] = [
  'Labbot',
  'x\r\nBcc: everybody@one.example\r\n\r\nbody',
  'gpj.\u202Eexe \u2066hidden\u2069',
  '{{law}}{{#groups}}{{/groups}}{{nothing}} {{{x}}}',
  'see https://evil.example/pay or www.evil.example',
  '\u0000\u001B[31mred\u0007',
  'half \uD800 a pair',
  '=cmd|calc!A1',
  '@SUM(1;2)\t-3',
  '--=_dismantle-00000000-=_Part_1',
  '[MISSING: everything] [ missing : more]',
  '<b onclick=alert(1)>bold</b> <!-- x -->',
  'Ünïcødé 東京 قاهرة 😀',
  'w'.repeat(2000),
  '.\r\n.\r\nQUIT',
  '=?utf-8?B?QmNjOiBhQGIuZXhhbXBsZQ==?=',
  '"quoted", \'single\' and \\back\\slash',
  '203.0.113.250 and 2001:db8::ffff and c2.evil.example',
];

interface Kind {
  readonly method: Method;
  readonly template: string;
  readonly addressee: MethodRow['addressee'];
  readonly asks: readonly Ask[];
  readonly kinds: readonly ServerKind[];
  readonly hosts: 'addresses' | 'names' | 'both';
}

const ALL_KINDS: readonly ServerKind[] = [
  'dedicated',
  'compromised-host',
  'iot-device',
  'shared-hosting',
  'cdn-fronted',
  'tor-exit',
  'unknown',
];

const METHOD_KINDS: readonly Kind[] = [
  { method: 'abuse-notice', template: 'abuse-notice', addressee: 'hosting', asks: ['preserve', 'null-route', 'suspend'], kinds: ALL_KINDS, hosts: 'both' },
  { method: 'abuse-notice', template: 'abuse-notice', addressee: 'hosting', asks: ['preserve', 'suspend', 'refuse-re-lease', 'name-other-servers'], kinds: ['dedicated'], hosts: 'addresses' },
  { method: 'dsa-notice', template: 'dsa-notice', addressee: 'hosting', asks: ['preserve', 'block-hostname', 'suspend'], kinds: ALL_KINDS, hosts: 'both' },
  { method: 'court-order', template: 'court-order', addressee: 'hosting', asks: ['preserve', 'null-route', 'suspend', 'refuse-re-lease'], kinds: ['dedicated', 'unknown'], hosts: 'addresses' },
  { method: 'copyright-notice', template: 'copyright-notice', addressee: 'hosting', asks: ['preserve', 'suspend'], kinds: ['dedicated'], hosts: 'addresses' },
  { method: 'isp-remediation', template: 'isp-remediation', addressee: 'isp', asks: ['preserve', 'clean', 'isolate'], kinds: ['iot-device', 'unknown'], hosts: 'addresses' },
  { method: 'registrar-request', template: 'registrar-request', addressee: 'registrar', asks: ['preserve', 'suspend-domain'], kinds: ['dedicated', 'unknown'], hosts: 'names' },
  { method: 'abuse-notice', template: 'csirt-referral', addressee: 'csirt', asks: ['preserve', 'clean'], kinds: ALL_KINDS, hosts: 'both' },
  { method: 'law-enforcement-referral', template: 'law-enforcement-referral', addressee: 'law-enforcement', asks: ['none'], kinds: ALL_KINDS, hosts: 'both' },
]; // prettier-ignore

const LANGUAGES: readonly (readonly string[])[] = [[], [], ['de'], ['de', 'en'], ['en']];

/** Numbers that look like chance and follow from the seed alone (mulberry32). */
function seeded(seed: number): { next(below: number): number; of<Value>(choices: readonly Value[]): Value } {
  let state = seed >>> 0;
  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    next,
    of(choices) {
      const chosen = choices[next(choices.length)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
  };
}

/** The facts of one notice, made up: over all methods, kinds, addresses, languages and hostile words. */
export function madeUpFacts(seed: number): NoticeFacts {
  const chance = seeded(seed * 7919 + 17);
  const kind = METHOD_KINDS[seed % METHOD_KINDS.length] ?? METHOD_KINDS[0];
  if (kind === undefined) throw new Error('no method');
  // Most notices are about a few servers, some about many: as at real providers.
  const count = chance.next(3) === 0 ? 1 : 1 + chance.next(chance.of([3, 8, 8, 30, 200]));
  const used = new Set<string>();
  const items: NoticeItem[] = [];
  while (items.length < count) {
    const item = madeUpItem(chance, kind, items.length);
    if (used.has(item.host)) continue;
    used.add(item.host);
    items.push(item);
  }
  const words = (): string => chance.of(HOSTILE_WORDS);
  const drill = chance.next(4) === 0;
  const addressee = kind.addressee;
  const sample = sampleFacts();
  return sampleFacts({
    operation: { id: `operation-${seed}`, name: `campaign ${seed} of ours`, drill, malware: words() },
    sender: {
      organisation: chance.of(['Lab CERT', 'Läb "CERT" 東京', 'Example Takedown Team <desk>, Ltd.']),
      email: 'soc@cert.example',
      contestEmail: 'contest@cert.example',
      phone: '+1 555 0100',
      capacity: kind.method === 'copyright-notice' ? 'rights-owner' : chance.of(['company', 'csirt', 'authority']),
    },
    provider: {
      ...sample.provider,
      key: addressee === 'csirt' ? 'csirt:DE' : 'as64500',
      name: words(),
      asn: chance.next(5) === 0 ? null : 64_500,
      type: addressee === 'csirt' ? 'government' : 'hosting',
    },
    to: addressee === 'law-enforcement' ? null : 'abuse@one.example',
    row: sampleRow({
      method: kind.method,
      template: kind.template,
      addressee,
      asks: kind.asks,
      binding: kind.method === 'court-order' ? 'binding' : 'courtesy',
      deadlineHours: chance.of([1, 24, 72, null]),
    }),
    items,
    messageId: `${derivedId('notice', seed)}@cert.example`,
    token: `DSM-${String(seed).padStart(6, '0')}`,
    reportIds: items.map((_item, index) => derivedId('report', seed, index)),
    informed: chance.next(2) === 0 ? [] : [{ name: 'CERT-XX', contact: chance.of(['reports@cert-xx.example', null]) }],
    languages: chance.of(LANGUAGES),
    tlp: chance.of([null, null, 'clear', 'green', 'amber', 'amber+strict']),
  });
}

type Chance = ReturnType<typeof seeded>;

function madeUpItem(chance: Chance, kind: Kind, index: number): NoticeItem {
  const isName = kind.hosts === 'names' || (kind.hosts === 'both' && chance.next(5) === 0);
  const host = isName
    ? `${chance.of(['c2', 'panel', 'xn--bcher-kva'])}-${index}.${chance.of(['lab.example', 'bad.test', 'x.invalid'])}`
    : chance.next(4) === 0
      ? `2001:db8::${(index + 1).toString(16)}:${(chance.next(60_000) + 2).toString(16)}`
      : `${chance.of(['192.0.2', '198.51.100', '203.0.113', '198.18.7', '198.19.9'])}.${chance.next(254) + 1}`;
  const serverKind = chance.of(kind.kinds);
  const ports = [...new Set(Array.from({ length: chance.next(4) }, () => chance.of([80, 443, 447, 449, 8080, 4443])))];
  const endpoints = ports.map((port): Endpoint => {
    const scheme = chance.of([null, 'http', 'https', 'tcp']);
    const hasPath = scheme !== null && scheme !== 'tcp' && chance.next(2) === 0;
    return { port, scheme, path: hasPath ? `/gate.php?${chance.of(HOSTILE_WORDS)}` : null };
  });
  return {
    caseId: derivedId('case', index, host),
    hostType: isName ? 'domain' : 'address',
    host,
    kind: serverKind,
    ...(isName || chance.next(3) > 0
      ? {}
      : { names: Array.from({ length: 1 + chance.next(10) }, (_none, n) => `n${n}-${index}.lab.example`) }),
    endpoints,
    endpointsLeftOut: chance.next(10) === 0 ? chance.next(1000) : 0,
    asks: kind.asks,
    // One provider's servers are often decided by several rows.
    ...(chance.next(4) === 0 ? { row: otherRow(chance) } : {}),
    evidence: Array.from({ length: 1 + chance.next(3) }, () => madeUpEvidence(chance, ports)),
  };
}

function otherRow(chance: Chance): ItemRow {
  return {
    id: 'another-row',
    law: chance.of(['18 U.S.C. §1030(a)(5)(A)', 'Law {{two}} [MISSING: x]', 'w '.repeat(400)]),
    binding: chance.of(['binding', 'courtesy']),
    deadlineHours: chance.of([24, 48, null]),
  };
}

function madeUpEvidence(chance: Chance, ports: readonly number[]): ItemEvidence {
  const day = String(1 + chance.next(22)).padStart(2, '0');
  const last = `2026-11-${day}T0${chance.next(10)}:15:00.000Z`;
  const dated = chance.next(5) !== 0;
  const words = {
    source: chance.of([...HOSTILE_WORDS, '', 'Partner feed']),
    port: ports.length === 0 ? null : chance.of([null, ...ports]),
    firstSeen: dated ? `2026-11-01T00:00:00.000Z` : null,
    lastSeen: dated ? last : null,
  };
  if (chance.next(5) === 0) return { ...words, observed: chance.of(HOSTILE_WORDS) };
  const evidenceClass = chance.of(EVIDENCE_CLASSES);
  return {
    ...words,
    observed: '',
    class: evidenceClass,
    botnet: chance.of([null, ...HOSTILE_WORDS]),
    version: evidenceClass === 'configuration' ? '1000512' : null,
    status: chance.of([null, 'online', 'offline']),
    receivedAt: dated ? null : '2026-11-22T12:00:00.000Z',
    ...(chance.next(6) === 0 ? { own: true } : {}),
  };
}
