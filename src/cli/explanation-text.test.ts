import { describe, expect, test } from 'vitest';
import type { Explanation } from '../flow.ts';
import { explanationText } from './explanation-text.ts';
import { roundStanding } from '../policy/deconfliction.ts';
import { weigh } from '../policy/corroboration.ts';
import type { Style } from './terminal.ts';

const same = (text: string): string => text;
const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

interface Change {
  readonly groundChecked?: boolean;
  readonly serverCountry?: string | null;
  readonly country?: string | null;
  readonly countryOf?: 'provider' | 'server' | null;
  readonly undecided?: boolean;
  readonly labels?: readonly (string | null)[];
  readonly looks?: Explanation['looks'];
  readonly deconfliction?: Explanation['deconfliction'];
}

const unrecorded = { rounds: [], handsOff: null } as const;

const sightingOf = (label: string | null): Explanation['sightings'][number] => ({
  source: 'partner', group: '', reliability: null, tlp: null, file: 'feed.csv', line: 2, port: 443, scheme: null,
  path: null, firstSeen: null, lastSeen: null, status: null, label, reference: null, configuration: null,
  importedAt: '2026-11-23T10:00:00.000Z', withdrawn: false,
}); // prettier-ignore

function textOf(change: Change = {}): string {
  const {
    groundChecked = true,
    serverCountry = 'FR',
    country = 'DE',
    countryOf = 'provider',
    undecided,
    labels = [],
  } = change;
  const known = { serverId: 's', hostType: 'address', host: '192.0.2.11', kind: 'dedicated' } as const;
  const placed = { providerKey: 'as64496', provider: 'Example Hosting', country: serverCountry } as const;
  const explanation: Explanation = {
    operation: 'lab',
    malware: 'Examplebot',
    sightings: labels.map(sightingOf),
    server: {
      ...known, ...placed,
      endpoints: [{ port: 443, scheme: null, path: null }],
      kindReasons: [], kindToCome: null, otherProviderKey: null, otherProvider: null, network: null,
      firstSeen: null, lastSeen: null, located: true, asn: 64496, holder: 'Example Hosting',
      locationSource: 'book.yaml + data 1', locationDate: '2026-06-17', caseId: 'c', state: 'drafted', heldBy: [],
      lastLook: 'live', lastLookAt: null, lastLiveAt: null, verdict: null, finding: null, darkAt: null, confirmedAt: null, handsOffBy: null, handsOffUntil: null,
    },
    case: {
      ...known, ...placed,
      caseId: 'c', episode: 1, state: 'drafted', stateSince: '2026-11-23T10:00:00.000Z', openedAt: '2026-11-23T10:00:00.000Z',
      heldBy: [], groups: ['a', 'b'], attestedBy: [], groundChecked, listHits: [], assessment: null,
      method: 'abuse-notice', rowId: 'a-row', playbook: 'p', missing: [], noticeId: null,
      lastLook: 'live', lastLookAt: null, handsOffUntil: null,
      closedAt: null, settlement: null, previousCaseId: null, verdict: null, finding: null, darkAt: null, confirmedAt: null,
    },
    weighing: weigh({ statements: [], attestations: [], attestedImports: [], probe: null }, 0),
    listHits: [],
    attestations: [],
    provider: null,
    looks: change.looks ?? [],
    deconfliction: change.deconfliction ?? { state: 'never-asked', ...unrecorded },
    decision: undecided === true ? null : {
      row: {
        id: 'a-row', method: 'abuse-notice', addressee: 'hosting', channel: 'mail', law: 'terms', binding: 'courtesy',
        asks: ['suspend'], evidence: 'any', approvals: 2, deadlineHours: 24, escalation: 'none', customerTold: 'may-be',
        nameShown: 'may-be', template: 'abuse-notice', citation: 'none', reviewedByCounsel: false,
      },
      explanation: 'a hosting provider',
      facts: {
        capacity: 'company', assetType: 'address', kind: 'dedicated', ground: 'open', country, providerType: 'hosting',
        trust: 'unknown', authority: 'none', contact: 'known',
      },
      countryOf,
      rows: [
        { rowId: 'narrow', method: 'abuse-notice', place: 'before', matched: false, failed: [{ column: 'ground', cell: '"hostname-only"', value: 'open' }] },
        { rowId: 'a-row', method: 'abuse-notice', place: 'decides', matched: true, failed: [] },
      ],
      playbookChanged: false,
    },
  }; // prettier-ignore
  return explanationText(explanation, plain);
}

describe('ground that no list was held against', () => {
  test('is said to be unchecked wherever it is named, and not open', () => {
    const text = textOf({ groundChecked: false });
    expect(text).toContain('not checked: no warning lists have been given');
    expect(text).toMatch(/facts .*ground = not checked \(taken for open\)/);
    expect(text).toContain('narrow: ground is not checked (taken for open), not "hostname-only"');
    expect(text).not.toContain('ground = open');
  });

  test('is open where lists were held against it', () => {
    const text = textOf();
    expect(text).toMatch(/facts .*ground = open,/);
    expect(text).toContain('narrow: ground is open, not "hostname-only"');
  });
});

describe('the country', () => {
  test.each<[Change, string]>([
    [{}, "DE, the provider's, which decides; the server itself is in FR"],
    [{ serverCountry: null }, "DE, the provider's, which decides; where the server is, is not known"],
    [{ serverCountry: 'DE' }, 'DE, of provider and server alike'],
    [{ country: 'FR', countryOf: 'server' }, "FR, the server's, which decides; the provider's is not known"],
    [{ serverCountry: null, country: null, countryOf: null }, 'not known'],
    [{ undecided: true }, 'FR, where the server is'],
    [{ undecided: true, serverCountry: null }, 'not known'],
  ])('of %j is named with whose it is: %s', (change, words) => {
    expect(textOf(change)).toContain(`  country    ${words}\n`);
  });

  test('stands among the facts with whose it is', () => {
    expect(textOf()).toContain("country = DE (the provider's),");
    expect(textOf({ country: 'FR', countryOf: 'server' })).toContain("country = FR (the server's),");
    expect(textOf({ serverCountry: null, country: null, countryOf: null })).toContain('country = not known,');
  });
});

test("a source's own word for the malware is shown, and said to be another's where it is", () => {
  const text = textOf({ labels: ['examplebot', 'win.example-bot v2', 'Otherbot', 'c2.other.example', null] });
  expect(text).toMatch(/named examplebot;/);
  expect(text).toMatch(/named win\[?\.?\]?example-bot v2;/);
  expect(text).toContain('named Otherbot, not Examplebot;');
  expect(text).toContain('named c2[.]other[.]example, not Examplebot;');
  expect(text).toMatch(/partner: port 443, no date; feed\.csv/);
});

describe('others who may be at work on it', () => {
  test('are told as not asked yet, waited for, to be asked again, or done', () => {
    const standing = roundStanding({ parties: [], skips: [{ partyKind: 'csirt', person: 'bo' }] });
    expect(textOf()).toContain('nobody has been asked: dismantle deconflict open');
    const waiting = textOf({ deconfliction: { state: 'waiting', round: 2, standing, ...unrecorded } });
    expect(waiting).toContain(
      'round 2 is not complete: law-enforcement: nobody has been asked; csirt: nobody has been asked, skipped by one person',
    );
    const until = Date.parse('2026-12-24T00:00:00Z');
    const again = textOf({ deconfliction: { state: 'ask-again', party: 'Police \u001b[2J', until, ...unrecorded } });
    expect(again).toContain('the "hands off" of Police \ufffd[2J ran out on 2026-12-24 00:00 UTC: ask again');
    expect(textOf({ deconfliction: { state: 'deconflicted', round: 1, ...unrecorded } })).toContain(
      'asked in round 1, which is complete',
    );
  });

  test('and whoever wants it left alone is named with the end of it', () => {
    const handsOff = {
      party: 'Police Example',
      until: Date.parse('2026-12-24T00:00:00Z'),
      recordedAt: 0,
      liftedAt: null,
    };
    const text = textOf({ deconfliction: { state: 'deconflicted', round: 1, rounds: [], handsOff } });
    expect(text).toContain('hands off  Police Example wants it left alone until 2026-12-24 00:00 UTC');
  });
});

test('looks are shown newest first, with who saw what from where, and nothing in them is a link', () => {
  const at = Date.parse('2026-11-25T07:30:00Z');
  const seen = { serverId: 's', port: 443, at, vantage: 'our line', outcome: 'c2-live', person: 'Ada' } as const;
  expect(textOf({ looks: [{ ...seen, how: 'certificate of gate.examplebot.example' }] })).toContain(
    'c2-live on 2026-11-25 07:30 UTC, port 443, from our line, says Ada: certificate of gate[.]examplebot[.]example',
  );
  expect(textOf()).toContain('nobody has recorded a look');
});
