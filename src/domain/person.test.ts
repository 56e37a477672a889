import { expect, test } from 'vitest';
import { ROLES as LEDGER_ROLES } from '../ledger/signed-act.ts';
import { ROLES, assertTwoHands, parsePersonName, parseRoles, personKey, personNamed, speakerOf } from './person.ts';
import type { PersonRecord } from './person.ts';

const record = (name: string, removedAt: string | null = null): PersonRecord => ({
  person: personKey(name),
  name,
  roles: ['analyst'],
  publicKey: 'ssh-ed25519 A',
  fingerprint: 'SHA256:A',
  keys: [{ publicKey: 'ssh-ed25519 A', fingerprint: 'SHA256:A', credentialId: null }],
  vouchedBy: null,
  addedAt: '2026-11-23T12:00:00.000Z',
  removedAt,
});

test('one person is one key under all spellings of the name', () => {
  const spellings = ['Änne Example', '  änne   EXAMPLE ', 'A\u0308nne\u00a0Example', 'Änne Ｅxample', 'Änne\tExample'];
  expect(new Set(spellings.map(personKey))).toEqual(new Set(['änne example']));
  expect(personKey('Anne Example')).not.toBe(personKey('Änne Example'));
});

test('a name is kept as it was written, its blanks apart', () => {
  expect(parsePersonName('  Ada   O’Neil-Example (desk 4) ')).toBe('Ada O’Neil-Example (desk 4)');
  expect(parsePersonName('Анна Пример')).toBe('Анна Пример');
  expect(parsePersonName('山田 太郎')).toBe('山田 太郎');
});

test.each([
  ['', /empty/],
  ['   ', /empty/],
  ['x'.repeat(101), /at most 100/],
  ['Ada\u200bExample', /U\+200B/],
  ['Ada\u202eelpmaxE', /U\+202E/],
  ['Ada\u0000', /U\+0000/],
  ['Ada; Example', /U\+003B/],
  ['- Ada', /begins with/],
  ['Аda Example', /one of Latin, Greek and Cyrillic/],
])('%j is no name', (text, message) => {
  expect(() => parsePersonName(text)).toThrow(message);
});

test('roles are the known ones, each once, in their order', () => {
  expect(parseRoles(['admin', 'analyst', 'admin'])).toEqual(['analyst', 'admin']);
  expect(() => parseRoles(['king'])).toThrow(/"king" is no role/);
  expect(() => parseRoles([])).toThrow(/needs a role/);
});

test('the ledger and the domain know the same roles', () => {
  expect(LEDGER_ROLES).toEqual(ROLES);
});

test('whoever speaks is on record once anybody is', () => {
  expect(speakerOf([], 'Somebody')).toBe('Somebody');
  const people = [record('Ada Example'), record('Ben Example', '2026-11-24T12:00:00.000Z')];
  expect(speakerOf(people, ' ADA  example')).toBe('ada example');
  expect(personNamed(people, 'Ada Example').name).toBe('Ada Example');
  expect(() => speakerOf(people, 'Eve')).toThrow(/Eve is not on record here/);
  expect(() => speakerOf(people, 'Ben Example')).toThrow(/Ben Example was removed on 2026-11-24/);
});

test('an admin and whoever the admin has vouched for are not two, whoever speaks first', () => {
  const [ada, dora, gone] = [record('Ada'), record('Dora'), record('Gone', '2026-11-24T12:00:00.000Z')];
  const ben = { ...record('Ben'), vouchedBy: 'ada' };
  const cleo = { ...record('Cleo'), vouchedBy: 'gone' };
  const people = [ada, ben, cleo, dora, gone];
  expect(() => assertTwoHands(people, ben, ['dora', 'ada'])).toThrow(/Ben and Ada do not count as two/);
  expect(() => assertTwoHands(people, ada, ['ben'])).toThrow(/Ada and Ben do not count as two/);
  expect(() => assertTwoHands(people, ben, ['dora', 'cleo'])).not.toThrow();
  expect(() => assertTwoHands(people, cleo, ['gone'])).not.toThrow();
  expect(() => assertTwoHands(people, ada, [])).not.toThrow();
  // Whoever is removed in between unties nobody.
  const eve = { ...record('Eve'), vouchedBy: 'mid' };
  const mid = { ...record('Mid', '2026-11-24T12:00:00.000Z'), vouchedBy: 'ada' };
  expect(() => assertTwoHands([...people, mid, eve], eve, ['ada'])).toThrow(/Eve and Ada do not count as two/);
  // One more invitation in between changes nothing.
  const farid = { ...record('Farid'), vouchedBy: 'ben' };
  expect(() => assertTwoHands([...people, farid], ada, ['farid'])).toThrow(/Ada and Farid do not count as two/);
  expect(() => assertTwoHands([...people, farid], farid, ['ada'])).toThrow(/Farid and Ada do not count as two/);
});
