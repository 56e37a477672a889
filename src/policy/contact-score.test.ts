import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTACT_ROLES } from '../domain/registration.ts';
import type { RegisteredContact } from '../domain/registration.ts';
import { registeredCandidates, scoreContacts } from './contact-score.ts';
import { CONTACT_SOURCES } from '../domain/provider.ts';
import type { ContactCandidate } from './contact-score.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function candidate(changes: Partial<ContactCandidate>): ContactCandidate {
  return {
    mailbox: 'abuse@hoster.example',
    source: 'rdap-network',
    role: 'abuse',
    recordedAt: '2026-11-23T11:00:00.000Z',
    changedAt: '2019-03-01T00:00:00.000Z',
    objectChangedAt: '2018-03-01T00:00:00.000Z',
    unvalidated: false,
    ...changes,
  };
}

function order(...candidates: readonly ContactCandidate[]): readonly string[] {
  return scoreContacts(candidates, NOW).map(({ candidate: { mailbox } }) => mailbox);
}

describe('a contact’s score', () => {
  test('puts the book first, the network’s abuse desk before the AS’s, the CSIRT last', () => {
    const found = order(
      candidate({ mailbox: 'cert@state.example', source: 'csirt' }),
      candidate({ mailbox: 'abuse@transit.example', source: 'rdap-autnum' }),
      candidate({ mailbox: 'abuse@hoster.example' }),
      candidate({ mailbox: 'desk@hoster.example', source: 'book' }),
    );
    expect(found).toEqual([
      'desk@hoster.example',
      'abuse@hoster.example',
      'abuse@transit.example',
      'cert@state.example',
    ]);
  });

  test('puts abuse before noc, technical, administrative and the rest', () => {
    const contacts = CONTACT_ROLES.map((role) => candidate({ mailbox: `${role}@hoster.example`, role }));
    expect(order(...contacts.toReversed())).toEqual(CONTACT_ROLES.map((role) => `${role}@hoster.example`));
  });

  test('prefers the AS’s abuse desk to a technical contact of the network', () => {
    const found = order(
      candidate({ mailbox: 'noc@hoster.example', role: 'noc' }),
      candidate({ mailbox: 'abuse@transit.example', source: 'rdap-autnum' }),
    );
    expect(found[0]).toBe('abuse@transit.example');
  });

  test.each([
    ['the contact', { changedAt: '2026-11-01T00:00:00.000Z' }],
    ['the registration that points to the contact', { objectChangedAt: '2026-11-22T00:00:00.000Z' }],
    ['the contact', { changedAt: '2027-01-01T00:00:00.000Z' }],
  ])('is lowered and flagged when %s was changed within 30 days: %j', (what, changes) => {
    const [lately] = scoreContacts([candidate(changes)], NOW);
    const [before] = scoreContacts([candidate({})], NOW);
    expect(lately?.changedLately).toBe(true);
    expect(lately?.score).toBeLessThan((before?.score ?? 0) - 20);
    expect(lately?.reasons.join('; ')).toContain(`${what} was changed`);
    expect(before?.changedLately).toBe(false);
  });

  test('counts 30 days to the millisecond', () => {
    const at = (ago: number): boolean | undefined =>
      scoreContacts([candidate({ changedAt: new Date(NOW - ago).toISOString() })], NOW)[0]?.changedLately;
    expect(at(30 * 86_400_000 - 1)).toBe(true);
    expect(at(30 * 86_400_000)).toBe(false);
  });

  test('a mailbox of the AS that is old goes before one of the network that was put there yesterday', () => {
    const found = order(
      candidate({ mailbox: 'new@hoster.example', changedAt: '2026-11-22T12:00:00.000Z' }),
      candidate({ mailbox: 'abuse@transit.example', source: 'rdap-autnum' }),
    );
    expect(found[0]).toBe('abuse@transit.example');
  });

  test('is lowered, not flagged, where the mailbox is unvalidated or its date is not told', () => {
    const [sound] = scoreContacts([candidate({})], NOW);
    const [doubtful] = scoreContacts([candidate({ unvalidated: true })], NOW);
    const [undated] = scoreContacts([candidate({ changedAt: null, objectChangedAt: null })], NOW);
    expect(doubtful).toMatchObject({ score: (sound?.score ?? 0) - 20, changedLately: false });
    expect(undated).toMatchObject({ score: (sound?.score ?? 0) - 5, changedLately: false });
  });

  test('names a mailbox once, by its best source, and says who else names it', () => {
    const found = scoreContacts(
      [candidate({ mailbox: 'Abuse@hoster.example', source: 'rdap-autnum' }), candidate({ source: 'book' })],
      NOW,
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.candidate.source).toBe('book');
    expect(found[0]?.reasons).toContain('also registered for the AS that announces the network');
  });

  test('is never a bare number, stays within 0 to 100, and follows from the set of facts alone', () => {
    const moment = fc.option(
      fc.date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const any = fc.record({
      mailbox: fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example'),
      source: fc.constantFrom(...CONTACT_SOURCES),
      role: fc.constantFrom(...CONTACT_ROLES),
      recordedAt: moment,
      changedAt: moment,
      objectChangedAt: moment,
      unvalidated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (candidates) => {
        const found = scoreContacts(candidates, NOW);
        for (const [
          index,
          {
            score,
            reasons,
            candidate: { source },
          },
        ] of found.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(100);
          expect(reasons.length).toBeGreaterThan(0);
          // Nothing but CSIRTs comes after a CSIRT.
          if (source === 'csirt')
            expect(found.slice(index).every((next) => next.candidate.source === 'csirt')).toBe(true);
        }
        const scores = found.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        const again = scoreContacts(candidates.toReversed(), NOW).map(({ score }) => score);
        expect(again).toEqual(scores);
      }),
    );
  });
});

test('a registry’s answer brings all its contacts, each with the dates of both', () => {
  const contact: RegisteredContact = {
    email: 'abuse@hoster.example',
    role: 'abuse',
    handle: 'AB1',
    name: 'Abuse',
    where: 'entities[0]',
    changedAt: '2019-03-01T00:00:00.000Z',
    unvalidated: true,
    remark: 'Unvalidated POC',
  };
  const registration = {
    abuse: [contact],
    otherContacts: [{ ...contact, email: 'noc@hoster.example', role: 'noc' as const }],
    changedAt: '2026-11-20T00:00:00.000Z',
  };
  const found = registeredCandidates(registration, 'rdap-network', '2026-11-23T11:00:00.000Z');
  expect(found.map(({ mailbox, role }) => `${role} ${mailbox}`)).toEqual([
    'abuse abuse@hoster.example',
    'noc noc@hoster.example',
  ]);
  expect(found[0]).toMatchObject({
    objectChangedAt: registration.changedAt,
    changedAt: contact.changedAt,
    unvalidated: true,
  });
});
