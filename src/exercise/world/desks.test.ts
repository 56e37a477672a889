import { describe, expect, test } from 'vitest';
import {
  LITTLE_BEGINS,
  littleHabit,
  littleProvider,
  littleScenario,
  playUntil,
} from '../../../test/support/little-scenario.ts';
import type { Habit } from '../../domain/scenario.ts';
import { Agenda } from '../agenda.ts';
import { Chance } from '../chance.ts';
import { Desks } from './desks.ts';
import { Internet } from './internet.ts';
import type { Machine } from './internet.ts';
import type { ReadNotice } from './read-notice.ts';

const HOUR_MS = 3_600_000;
const DOMAIN = 'dyn.example';

/** A desk of this habit, whose provider has a controller by its address and one by a name on ground that others share. */
function deskOf(habit: Partial<Habit> = {}) {
  const scenario = littleScenario({
    habits: [littleHabit(habit)],
    providers: [littleProvider({ domains: [DOMAIN] })],
  });
  const chance = Chance.ofSeed(1);
  const internet = new Internet(scenario);
  const [provider] = internet.providers;
  if (provider === undefined) throw new Error('a world without providers');
  const time = { now: LITTLE_BEGINS };
  const agenda = new Agenda();
  const told: string[] = [];
  const letters: string[] = [];
  const warned: string[] = [];
  const desks = new Desks(internet, agenda, chance, {
    aimAt: LITTLE_BEGINS + HOUR_MS,
    now: () => time.now,
    tell: (what) => told.push(what),
    send: (bytes) => letters.push(Buffer.from(bytes).toString('utf8')),
    warned: ({ id }) => warned.push(id),
  });
  const place = (id: string, isC2: boolean, name: string | null, more: Partial<Machine> = {}): Machine =>
    internet.place({
      id, port: 443, name, provider, kind: 'unknown', isC2, wave: isC2 ? 'initial' : 'none',
      upAt: LITTLE_BEGINS - 24 * HOUR_MS, ...more,
    }); // prettier-ignore
  const ground = place('ground', false, null, { innocents: 50 });
  const domain = place('domain', false, DOMAIN, { innocents: 1000 });
  internet.shared.push(ground, domain);
  const server = place('c1', true, null);
  const named = place('c2', true, `c2.${DOMAIN}`, { address: ground.address });
  const until = (hours: number): void => playUntil(agenda, time, LITTLE_BEGINS + hours * HOUR_MS);
  return { desks, internet, provider, server, named, ground, domain, told, letters, warned, until, time };
}

const BLOCK_NAME = ['preserve', 'block-hostname'];

function notice(host: string, asks: readonly string[] = BLOCK_NAME, more: Partial<ReadNotice> = {}): ReadNotice {
  const reports = [{ host, sourceIdentifier: host, asks }];
  return {
    messageId: 'n1@cert.example',
    subject: 'C2',
    references: [],
    hosts: [host],
    isOrder: false,
    reports,
    ...more,
  };
}

const reminder = (more: Partial<ReadNotice> = {}): ReadNotice => ({
  messageId: 'r1@cert.example', subject: 'Reminder', references: ['n1@cert.example'], hosts: [], isOrder: false, reports: [], ...more,
}); // prettier-ignore

describe('a desk that is asked for more than a name on shared ground takes what it is asked for', () => {
  const WHOLE_DOMAIN = ['preserve', 'suspend-domain'];

  test('by a form', () => {
    const { desks, provider, named, domain, ground, until } = deskOf();
    expect(desks.takeForm(provider, notice(named.name ?? '', WHOLE_DOMAIN))).toMatch(/^F-\d+$/);
    until(2);
    expect([named.downBy, domain.downBy, ground.downBy]).toEqual(['suspend', 'suspend', null]);
    expect(desks.innocentsHit).toEqual(new Set(['domain']));
  });

  test('on the telephone', () => {
    const { desks, named, domain, ground, until } = deskOf();
    desks.takeCall(notice(named.name ?? '', ['null-route']), [named.name ?? '']);
    until(2);
    expect([named.downBy, domain.downBy, ground.downBy]).toEqual(['suspend', null, 'suspend']);
  });

  test('in a thread, by what it began with', () => {
    // It lies where it is until somebody reminds it.
    const { desks, provider, named, domain, until } = deskOf({ acts: 0, actsOnReminder: 1 });
    desks.takeForm(provider, notice(named.name ?? '', WHOLE_DOMAIN));
    until(2);
    expect(named.downBy).toBeNull();
    desks.receive(provider, reminder());
    until(4);
    expect([named.downBy, domain.downBy]).toEqual(['suspend', 'suspend']);
  });

  test('and nothing else where it is asked for the name', () => {
    const { desks, provider, named, domain, ground, until } = deskOf();
    desks.takeForm(provider, notice(named.name ?? ''));
    until(2);
    expect([named.downBy, domain.downBy, ground.downBy]).toEqual(['suspend', null, null]);
    expect(desks.innocentsHit.size).toBe(0);
  });
});

describe('a desk that wants an order', () => {
  const REFUSING = { refuses: 1, actsOnReminder: 1, answers: 1 };

  test('says so, and is not moved by being asked again', () => {
    const { desks, provider, server, letters, until } = deskOf(REFUSING);
    desks.receive(provider, notice(server.address));
    desks.receive(provider, reminder());
    until(12);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toContain('We require a court order');
    expect(server.downBy).toBeNull();
  });

  test('does as its habit is when one comes later', () => {
    const { desks, provider, server, letters, until } = deskOf(REFUSING);
    desks.receive(provider, notice(server.address));
    until(1);
    desks.receive(provider, notice(server.address, ['null-route'], { messageId: 'n2@cert.example', isOrder: true }));
    until(3);
    expect(server.downBy).toBe('suspend');
    expect(letters.at(-1)).toContain('the server has been suspended');
  });

  test('may do nothing about that one either, and then be reminded of it', () => {
    const { desks, provider, server, until } = deskOf({ ...REFUSING, acts: 0 });
    desks.receive(provider, notice(server.address));
    desks.receive(provider, notice(server.address, ['null-route'], { messageId: 'n2@cert.example', isOrder: true }));
    until(3);
    expect(server.downBy).toBeNull();
    desks.receive(provider, reminder({ references: ['n2@cert.example'] }));
    until(6);
    expect(server.downBy).toBe('suspend');
  });

  test('takes one that comes first', () => {
    const { desks, provider, server, letters, until } = deskOf(REFUSING);
    desks.receive(provider, notice(server.address, ['null-route'], { isOrder: true }));
    until(3);
    expect(letters.join('\n')).not.toContain('We require a court order');
    expect(server.downBy).toBe('suspend');
  });
});

describe('what is told of a desk that acts', () => {
  test('is what it took down', () => {
    const { desks, provider, named, told, until } = deskOf();
    desks.receive(provider, notice(named.name ?? '', ['suspend-domain']));
    until(2);
    expect(told).toEqual(['Hosting One took c2.dyn.example down', 'Hosting One took dyn.example down']);
  });

  test('is nothing where the operators had left', () => {
    const { desks, internet, provider, server, told, letters, time, until } = deskOf({ answers: 1 });
    desks.receive(provider, notice(server.address));
    internet.takeDown(server, time.now, 'moved');
    until(2);
    expect([server.downBy, told]).toEqual(['moved', []]);
    expect(letters).toHaveLength(1);
  });
});

test('a server goes at a whole millisecond, whatever the desk’s time is', () => {
  const { desks, provider, server, until } = deskOf({ minutes: { median: 20, p90: 90 }, action: 're-let' });
  desks.receive(provider, notice(server.address));
  until(24);
  expect(Number.isInteger(server.downAt)).toBe(true);
});
