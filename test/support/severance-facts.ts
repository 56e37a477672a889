import * as fc from 'fast-check';
import type { LookOutcome } from '../../src/domain/look.ts';
import type { SeveranceConfiguration, SeveranceFacts, SeveranceServer } from '../../src/domain/severance.ts';

export const DAY = 86_400_000;
/** 2026-11-23T12:00Z. */
export const NOW = Date.UTC(2026, 10, 23, 12);

/** One server of made-up facts; a lab address by its number. */
export function server(number: number, words: Partial<SeveranceServer> = {}): SeveranceServer {
  return {
    serverId: `server ${number}`,
    hostType: 'address',
    host: `198.18.${number >> 8}.${number & 255}`,
    kind: 'unknown',
    country: null,
    provider: null,
    verdict: 'dark',
    confirmedAt: NOW - DAY,
    isNamedElsewhere: false,
    ...words,
  };
}

export function onion(number: number, words: Partial<SeveranceServer> = {}): SeveranceServer {
  return server(number, { hostType: 'onion', host: `lab${number}.onion`, verdict: null, confirmedAt: null, ...words });
}

/** A configuration collected `daysAgo` and recorded an hour later. */
export function configuration(
  version: number,
  lists: readonly number[],
  { daysAgo = 1, ...words }: Partial<SeveranceConfiguration> & { readonly daysAgo?: number } = {},
): SeveranceConfiguration {
  const collected = NOW - daysAgo * DAY;
  return {
    configurationId: `configuration ${version}`,
    version: String(version),
    tag: 'lab1',
    collectedAt: collected,
    lastCollectedAt: collected,
    recordedAt: collected + 3_600_000,
    lastListedAt: collected + 3_600_000,
    entries: lists.length,
    accepted: lists.length,
    sources: ['Lab'],
    retirement: null,
    earlierRetirements: [],
    lists,
    retracted: 0,
    ...words,
  };
}

export function facts(
  servers: readonly SeveranceServer[],
  configurations: readonly SeveranceConfiguration[],
  changes: SeveranceFacts['changes'] = [],
): SeveranceFacts {
  return { servers, configurations, changes };
}

const OUTCOMES: readonly (LookOutcome | null)[] = [
  'c2-live',
  'live',
  'live',
  'answers-other',
  'dark',
  'dark',
  'inconclusive',
  null,
];

/** Facts of any shape: lists of any servers, retired and restored ones, undated and future ones, fallbacks, histories of verdicts. */
export function anyFacts(most: {
  readonly servers: number;
  readonly configurations: number;
}): fc.Arbitrary<SeveranceFacts> {
  return fc
    .record({
      servers: fc.array(
        fc.record({
          history: fc.array(fc.record({ hours: fc.integer({ min: 0, max: 480 }), to: fc.constantFrom(...OUTCOMES.filter((one) => one !== null)) }), { maxLength: 3 }),
          hostType: fc.constantFrom('address', 'address', 'address', 'address', 'address', 'domain', 'onion', 'blockchain-name'),
          isNamedElsewhere: fc.boolean(),
          isConfirmed: fc.boolean(),
        }),
        { maxLength: most.servers },
      ),
      configurations: fc.array(
        fc.record({
          collected: fc.option(fc.integer({ min: -480, max: 480 })),
          again: fc.integer({ min: 0, max: 200 }),
          recorded: fc.integer({ min: 0, max: 480 }),
          retired: fc.option(fc.integer({ min: 0, max: 480 }), { freq: 3 }),
          wasRetired: fc.boolean(),
          seed: fc.array(fc.nat(1000), { maxLength: 6 }),
        }),
        { maxLength: most.configurations },
      ),
    })
    .map(({ servers, configurations }): SeveranceFacts => {
      const ago = (hours: number): number => NOW - hours * 3_600_000;
      return {
        servers: servers.map(({ history, hostType, isNamedElsewhere, isConfirmed }, index) => {
          const verdict = history.at(-1)?.to ?? null;
          return server(index, {
            hostType,
            verdict,
            confirmedAt: verdict === 'dark' && isConfirmed ? NOW : null,
            isNamedElsewhere: isNamedElsewhere && (hostType === 'onion' || hostType === 'blockchain-name'),
          });
        }),
        configurations: configurations.map(({ collected, again, recorded, retired, wasRetired, seed }, index) => {
          const recordedAt = ago(recorded);
          const left = retired === null ? null : Math.max(recordedAt, ago(retired));
          return configuration(1000 + index, [...new Set(seed.filter(() => servers.length > 0).map((n) => n % servers.length))].toSorted((a, b) => a - b), {
            collectedAt: collected === null ? null : ago(collected),
            lastCollectedAt: collected === null ? null : ago(collected - again),
            recordedAt,
            lastListedAt: Math.min(NOW, recordedAt + again * 3_600_000),
            earlierRetirements: wasRetired ? [{ from: recordedAt, until: Math.min(left ?? NOW, recordedAt + 7_200_000) }] : [],
            retirement: left === null ? null : { at: left, by: 'Ada', reason: 'not seen any more' },
          });
        }),
        // As they were recorded: server by server or mixed makes no difference to any one server.
        changes: servers.flatMap(({ history }, index) => history.map(({ hours, to }) => ({ server: index, at: ago(hours), to }))),
      };
    }); // prettier-ignore
}
