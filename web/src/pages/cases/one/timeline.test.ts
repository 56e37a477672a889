import { describe, expect, test } from 'vitest';
import type { Explained, LookRecord, Mail } from './contract.ts';
import { runsOf, timelineOf } from './timeline.ts';

const EXPLAINED: Explained = {
  operation: 'lab',
  server: {
    host: '198.18.0.1', kind: 'unknown', kindReasons: [], endpoints: [], firstSeen: null, lastSeen: null, provider: null, providerKey: null,
    country: null, asn: null, holder: null, locationSource: null, locationDate: null, verdict: 'dark', finding: null, darkAt: minute(60),
    confirmedAt: null, handsOffBy: null, handsOffUntil: null,
  },
  sightings: [],
  case: null,
  attestations: [],
  weighing: null,
  decision: null,
}; // prettier-ignore

function minute(minutes: number): string {
  return new Date(Date.UTC(2026, 10, 23, 12) + minutes * 60_000).toISOString();
}

function look(minutes: number, outcome: string, name = 'desk'): LookRecord {
  return {
    port: 443,
    at: minute(minutes),
    outcome,
    finding: null,
    how: `at ${minutes}`,
    person: 'Ada',
    vantage: { name, country: null },
  };
}

function mail(minutes: number, is: string): Mail {
  return { sha256: `${minutes}`, noticeId: 'n1', fromAddress: 'abuse@host.example', subject: '', receivedAt: minute(minutes), class: is, reasons: [] }; // prettier-ignore
}

function rows(looks: readonly LookRecord[], mails: readonly Mail[] = []): readonly string[] {
  return runsOf(timelineOf(EXPLAINED, null, [], mails, looks)).map(([first, ...others]) =>
    others.length === 0 ? `${first?.what}` : `${others.length + 1} × ${first?.together}`,
  );
}

describe('what happened over and over', () => {
  test('is one line until something else happens, and a milestone of the same moment comes before it', () => {
    const looks = [
      ...Array.from({ length: 10 }, (_, at) => look(at * 5, 'live')),
      ...Array.from({ length: 4 }, (_, at) => look(60 + at * 5, 'dark')),
    ];
    expect(rows(looks)).toEqual(['10 × Looked at: answered', 'First looked at dark', '4 × Looked at: silent']);
  });

  test('is one line, too, where one place sees it and another does not, time after time', () => {
    const looks = Array.from({ length: 5 }, (_, at) => [look(at * 5, 'live'), look(at * 5 + 0.5, 'dark', 'abroad')]).flat(); // prettier-ignore
    expect(rows(looks)).toEqual(['10 × Looked at: silent or answered', 'First looked at dark']);
  });

  test('two are no run, and messages of another class are no part of one', () => {
    const auto = [1, 2, 3].map((at) => mail(at, 'auto-acknowledgement'));
    expect(rows([look(-9, 'live'), look(-5, 'live')], [...auto, mail(4, 'question')])).toEqual([
      'Looked at from desk: answered',
      'Looked at from desk: answered',
      '3 × abuse@host.example wrote',
      'abuse@host.example wrote',
      'First looked at dark',
    ]);
  });

  test('loses nothing: every look is in a line, with what it says', () => {
    const looks = Array.from({ length: 600 }, (_, at) => look(at, ['live', 'dark', 'dark'][at % 3] ?? ''));
    const said = runsOf(timelineOf(EXPLAINED, null, [], [], looks)).flat();
    expect(said.flatMap(({ facts }) => facts['how'] ?? [])).toEqual(looks.map(({ how }) => how));
  });
});
