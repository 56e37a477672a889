import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { givenTo, givingFacts, OPENED, textOf } from '../../../test/support/giving-facts.ts';
import { CASE_STATES } from '../../domain/case.ts';
import { GIVING_FORMATS } from '../../domain/giving.ts';
import type { GivingFacts, LeftOutReason, Recipient } from '../../domain/giving.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { TLP_LABELS } from '../../domain/tlp.ts';
import { ceilingOf, formatReason, mayBeGiven } from './may-be-given.ts';
import { reversedAddress } from './rpz-zone.ts';

const COMMUNITY: Recipient = { kind: 'community' };
const GERMANY: Recipient = { kind: 'country', country: 'DE' };
const HOST: Recipient = { kind: 'provider', key: 'host-example' };
const EVERYBODY = [COMMUNITY, GERMANY, HOST];
const RESOLVER = { list: 'public-dns', version: '1', effect: 'hold', entry: '203.0.113.7' } as const;
const CDN = { list: 'cdn', version: '1', effect: 'hostname-only', entry: '203.0.113.0/24' } as const;
const isp = (type = 'isp'): GivingFacts['provider'] => ({ key: 'host-example', name: 'Net Example', type });

function answer(changes: Partial<GivingFacts>, to: Recipient = COMMUNITY) {
  return mayBeGiven(givingFacts(changes), { to, ceiling: ceilingOf(to) });
}

function saying(marking: GivingFacts['sayings'][number]['marking'], port: number | null = 443) {
  return { marking, port, schemes: [], firstSeen: null, lastSeen: null };
}

describe('what may be given', () => {
  test.each<[LeftOutReason, Partial<GivingFacts>]>([
    ['never-told', { state: null }],
    ['held', { state: 'held', heldBy: ['needs-corroboration'] }],
    ['held', { state: 'notified', heldBy: ['public-dns'] }],
    ['not-through-the-gates', { state: 'identified', isDecided: false }],
    ['not-through-the-gates', { state: 'located' }],
    ['not-through-the-gates', { basis: 'attested-import' }],
    ['not-through-the-gates', { basis: 'attested-server' }],
    ['contested', { state: 'contested' }],
    ['hands-off', { isHandsOff: true }],
    ['not-deconflicted', { isDeconflicted: false }],
    ['protected', { listHits: [RESOLVER] }],
    ['protected', { listHits: [{ ...RESOLVER, effect: 'never' }], releases: [{ ...RESOLVER, persons: ['a', 'b'] }] }],
    ['ground-unchecked', { groundChecked: false }],
    ['no-controller', { kind: 'sinkhole' }],
    ['no-controller', { correctedKind: 'tor-exit' }],
    ['withdrawn', { sayings: [] }],
    ['shared-address', { kind: 'cdn-fronted' }],
    ['shared-address', { listHits: [CDN] }],
    ['shared-name', { hostType: 'domain', host: 'dyn.example', listHits: [{ ...CDN, entry: '.dyn.example' }] }],
  ])('leaves out as %s: %o', (reason, changes) => {
    for (const to of EVERYBODY) expect(answer(changes, to)).toEqual({ given: null, leftOut: reason });
  });

  test('gives what two people have released from a list, and what a person vouches for by itself', () => {
    const releases = [{ list: 'public-dns', entry: '203.0.113.7', persons: ['ada', 'bo'] }];
    expect(answer({ listHits: [RESOLVER], releases }).leftOut).toBeNull();
    expect(answer({ basis: 'attested-server', isAttested: true }).leftOut).toBeNull();
  });

  test('gives a provider its own servers alone, and a country those that stand in it', () => {
    expect(answer({}, HOST).leftOut).toBeNull();
    expect(answer({}, { kind: 'provider', key: 'other' }).leftOut).toBe('not-theirs');
    expect(answer({ provider: null }, HOST).leftOut).toBe('not-theirs');
    expect(answer({}, GERMANY).leftOut).toBeNull();
    expect(answer({ country: null }, GERMANY).leftOut).toBe('not-theirs');
  });

  test('gives the address of a device to its own ISP and its country alone', () => {
    for (const device of [{ kind: 'iot-device' }, { correctedKind: 'iot-device' }] as const) {
      expect(answer({ ...device, provider: isp() }).leftOut).toBe('device');
      expect(answer({ ...device, provider: isp('hosting') }, HOST).leftOut).toBe('device');
      expect(answer({ ...device, provider: isp() }, HOST).leftOut).toBeNull();
      expect(answer({ ...device, provider: isp() }, GERMANY).leftOut).toBeNull();
    }
  });

  test('takes for a device what stands in an access network and nobody knows for something else', () => {
    expect(answer({ kind: 'unknown', provider: isp() }).leftOut).toBe('device');
    expect(answer({ kind: 'unknown', correctedKind: 'dedicated', provider: isp() }).leftOut).toBe('device');
    expect(answer({ kind: 'unknown', provider: isp() }, HOST).leftOut).toBeNull();
    expect(answer({ kind: 'dedicated', provider: isp() }).leftOut).toBeNull();
    expect(answer({ kind: 'unknown' }).leftOut).toBeNull();
  });

  test('gives the community nothing above GREEN, providers and countries nothing above AMBER, and unmarked as GREEN', () => {
    const given = (marking: GivingFacts['sayings'][number]['marking']) =>
      EVERYBODY.map((to) => answer({ sayings: [saying(marking)] }, to).given?.endpoints[0]?.tlp ?? null);
    expect(given('clear')).toEqual(['clear', 'clear', 'clear']);
    expect(given(null)).toEqual(['green', 'green', 'green']);
    expect(given('amber')).toEqual([null, 'amber', 'amber']);
    expect(given('amber+strict')).toEqual([null, null, null]);
    expect(given('red')).toEqual([null, null, null]);
  });

  test('gives of one server the ports that may be told, with nothing that only a stricter word says', () => {
    const at = (day: number) => OPENED + day * 86_400_000;
    const sayings = [
      { ...saying('green', 443), firstSeen: at(2), lastSeen: at(3) },
      { ...saying('amber', 443), firstSeen: at(1), lastSeen: at(4), schemes: ['https'] },
      saying('red', 8443),
      saying('amber', 449),
    ];
    expect(answer({ sayings }).given?.endpoints).toMatchObject([
      { port: 443, tlp: 'green', firstSeen: at(2), lastSeen: at(3), schemes: [] },
    ]);
    expect(answer({ sayings }, HOST).given?.endpoints.map(({ port, tlp }) => [port, tlp])).toEqual([
      [443, 'green'],
      [449, 'amber'],
    ]);
  });

  test('names the host as a whole only where more people may know of it than of its ports', () => {
    const ports = (sayings: GivingFacts['sayings']) =>
      answer({ sayings }, HOST).given?.endpoints.map(({ port }) => port);
    expect(ports([saying('green', null), saying('green')])).toEqual([443]);
    expect(ports([saying('clear', null), saying('green')])).toEqual([null, 443]);
  });

  test('gives on shared ground the name that two groups or a source of record know, never the address', () => {
    const name = { name: 'c2.example', marking: null, group: 'one', isReliable: false };
    const shared = { listHits: [CDN], names: [name] };
    expect(answer(shared).leftOut).toBe('shared-address');
    const two = { ...shared, names: [name, { ...name, group: 'two' }] };
    expect(answer(two).given?.endpoints).toMatchObject([
      { host: 'c2.example', hostType: 'domain', port: null, withNamesBelow: false },
    ]);
    expect(answer(two).given?.networks).toEqual([]);
    expect(answer({ ...shared, names: [{ ...name, isReliable: true, marking: 'amber' }] }).leftOut).toBe('marking');
    const platform = { listHits: [{ ...CDN, entry: '*.c2.example' }], names: two.names };
    expect(answer(platform).leftOut).toBe('shared-address');
  });

  test('takes back what may have been given, address and names, whatever a list says by now', () => {
    const names = [{ name: 'c2.example', marking: null, group: 'one', isReliable: true }];
    const wrong = { state: 'retracted', listHits: [CDN, RESOLVER], names, isDeconflicted: false } as const;
    expect(answer(wrong).given).toMatchObject({ revoked: true, state: 'retracted' });
    expect(answer(wrong).given?.endpoints.map(({ host }) => host)).toEqual(['203.0.113.7', 'c2.example']);
    // What never went through the gates was given to nobody: to revoke it would be to name it for the first time.
    expect(answer({ ...wrong, isDecided: false }).leftOut).toBe('retracted');
    expect(answer({ ...wrong, identifiedAt: null }).leftOut).toBe('never-told');
    expect(answer({ ...wrong, sayings: [saying('red')], names: [] }).leftOut).toBe('marking');
  });

  test('keeps out of what machines block by whatever is no controller any more', () => {
    const stands = (changes: Partial<GivingFacts>, blocks: boolean, live = false) => {
      const { given } = answer(changes);
      return given === null ? 'not given' : formatReason(given, { blocks, revokes: false, live });
    };
    const dark = { verdict: 'dark', darkAt: OPENED, confirmedAt: null } as const;
    expect(stands(dark, true)).toBeNull();
    expect(stands({ ...dark, confirmedAt: OPENED + 1 }, true)).toBe('over');
    expect(stands({ ...dark, confirmedAt: OPENED + 1 }, false)).toBeNull();
    expect(stands({ verdict: 'answers-other' }, true)).toBe('over');
    expect(stands({ state: 'settled' }, true)).toBe('over');
    expect(stands({ state: 'retracted' }, false)).toBe('retracted');
    expect(stands(dark, false, true)).toBe('not-live');
    expect(stands({ verdict: 'c2-live' }, false, true)).toBeNull();
  });
});

/** Most of the time what lets a server out, so that what must keep it in is tried alone as well. */
function mostly<Good, Other>(good: Good, ...others: readonly Other[]): fc.Arbitrary<Good | Other> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const anyFacts = fc
  .record({
    state: mostly('notified' as const, null, ...CASE_STATES),
    heldBy: mostly<readonly string[], readonly string[]>([], ['public-dns']),
    kind: mostly('dedicated' as const, ...SERVER_KINDS),
    correctedKind: mostly(null, ...SERVER_KINDS),
    groundChecked: mostly(true, false),
    basis: mostly('two-groups', null, 'none', 'attested-import', 'attested-server'),
    isDecided: mostly(true, false),
    isHandsOff: mostly(false, true),
    isDeconflicted: mostly(true, false),
    listHits: mostly<GivingFacts['listHits'], GivingFacts['listHits']>(
      [],
      [RESOLVER],
      [CDN],
      [{ ...RESOLVER, list: 'root', effect: 'never' }],
      [{ ...CDN, effect: 'note' }],
    ),
    sayings: fc.array(
      fc.record({
        marking: fc.constantFrom(null, ...TLP_LABELS),
        port: fc.constantFrom(null, 443, 4443),
        schemes: fc.constant([]),
        firstSeen: fc.constant(null),
        lastSeen: fc.constant(null),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    provider: fc.constantFrom(isp(), isp('hosting'), null),
    country: fc.constantFrom('DE', 'FR', null),
    identifiedAt: mostly(OPENED, null),
  })
  .map((changes) => givingFacts({ ...changes, host: '198.51.100.99' }));

test('nothing that is held, taken back, protected, hands-off or marked too strictly comes out, in any format, for anybody', () => {
  let out = 0;
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...EVERYBODY), fc.constantFrom(...GIVING_FORMATS), (facts, to, format) => {
      const text = textOf(givenTo(to, format, [facts]), format);
      const isOut = text.includes('198.51.100.99') || text.includes(reversedAddress('198.51.100.99'));
      const { state, sayings, listHits, kind, correctedKind } = facts;
      const labels = to.kind === 'community' ? [null, 'clear', 'green'] : [null, 'clear', 'green', 'amber'];
      const told = sayings.filter(({ marking }) => labels.includes(marking));
      const isDevice = kind === 'iot-device' || correctedKind === 'iot-device';
      const forbidden =
        state === null ||
        ['held', 'identified', 'located', 'contested'].includes(state) ||
        told.length === 0 ||
        (isDevice && (to.kind === 'community' || (to.kind === 'provider' && facts.provider?.type !== 'isp'))) ||
        (to.kind === 'provider' && facts.provider === null) ||
        (to.kind === 'country' && facts.country !== 'DE') ||
        (state === 'retracted'
          ? format !== 'stix' && format !== 'misp'
          : facts.heldBy.length > 0 ||
            facts.isHandsOff ||
            !facts.isDeconflicted ||
            !facts.groundChecked ||
            listHits.some(({ effect }) => effect !== 'note') ||
            [kind, correctedKind].some(
              (each) =>
                each === 'cdn-fronted' || each === 'shared-hosting' || each === 'sinkhole' || each === 'tor-exit',
            ));
      if (isOut) out += 1;
      if (isOut) expect(forbidden).toBe(false);
      // A port of which only a stricter word tells stands nowhere.
      if (isOut && !told.some(({ port }) => port === 4443))
        expect(text).not.toMatch(/198\.51\.100\.99[:|]4443|dst_port":4443/);
      if (isOut && state === 'retracted') expect(text).toMatch(/"revoked":true|"deleted":true/);
    }),
    { numRuns: 3000 },
  );
  // Else it would hold of nothing.
  expect(out).toBeGreaterThan(200);
});
