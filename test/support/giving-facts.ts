import type { Given, GivingFacts, GivingOperation, GivingFormat, Recipient } from '../../src/domain/giving.ts';
import { filesOf, FORMAT_NATURES, hasPlaceFor } from '../../src/policy/giving/files-of.ts';
import { ceilingOf, formatReason, mayBeGiven } from '../../src/policy/giving/may-be-given.ts';

export const DAY = 86_400_000;
export const OPENED = Date.parse('2026-11-20T08:00:00Z');

/** A server that everybody may have; a test says what is different about it. */
export function givingFacts(changes: Partial<GivingFacts> = {}): GivingFacts {
  return {
    serverId: '00000000-0000-8000-8000-000000000001',
    hostType: 'address',
    host: '203.0.113.7',
    kind: 'dedicated',
    correctedKind: null,
    state: 'notified',
    heldBy: [],
    listHits: [],
    releases: [],
    groundChecked: true,
    basis: 'two-groups',
    isAttested: false,
    isDecided: true,
    isHandsOff: false,
    isDeconflicted: true,
    identifiedAt: OPENED + DAY,
    settledAt: null,
    verdict: 'live',
    verdictSince: OPENED + 2 * DAY,
    darkAt: null,
    confirmedAt: null,
    provider: { key: 'host-example', name: 'Host Example', type: 'hosting' },
    asn: 64500,
    holder: 'Host Example AS',
    country: 'DE',
    networks: [{ asn: 64500, from: '2026-11-01', to: '2026-11-20' }],
    sayings: [{ marking: null, port: 443, schemes: [], firstSeen: OPENED, lastSeen: OPENED + DAY }],
    names: [],
    changedAt: OPENED + 3 * DAY,
    ...changes,
  };
}

export const GIVING_OPERATION: GivingOperation = {
  id: '00000000-0000-7000-8000-00000000000a',
  name: 'lab',
  drill: false,
  malware: 'LabBot',
  openedAt: OPENED,
  changedAt: OPENED,
};

/** What one recipient gets of these servers in one format, as flow/giving.ts has it. */
export function givenTo(
  to: Recipient,
  format: GivingFormat,
  facts: readonly GivingFacts[],
  changes: Partial<Given> = {},
): Given {
  const ceiling = changes.ceiling ?? ceilingOf(to);
  const nature = FORMAT_NATURES[format];
  const servers = facts.flatMap((each) => {
    const { given } = mayBeGiven(each, { to, ceiling });
    if (given === null || formatReason(given, { ...nature, live: false }) !== null) return [];
    return hasPlaceFor(given, format) ? [given] : [];
  });
  const newestChange = Math.max(OPENED, ...facts.map(({ changedAt }) => changedAt));
  return { operation: GIVING_OPERATION, to, ceiling, organisation: 'CERT Example', servers, newestChange, ...changes };
}

/** The text of each file, by name. */
export function textsOf(given: Given, format: GivingFormat): Readonly<Record<string, string>> {
  return Object.fromEntries(filesOf(given, format).map(({ name, pieces }) => [name, [...pieces()].join('')]));
}

/** The text of the only file, or of all. */
export function textOf(given: Given, format: GivingFormat): string {
  return Object.values(textsOf(given, format)).join('');
}
