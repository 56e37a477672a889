import { describe, expect, test } from 'vitest';
import { LITTLE_BEGINS, littleProvider, littleScenario, playUntil } from '../../../test/support/little-scenario.ts';
import type { Scenario } from '../../domain/scenario.ts';
import { Agenda } from '../agenda.ts';
import { Chance } from '../chance.ts';
import { Internet } from './internet.ts';
import type { Machine } from './internet.ts';
import { Operators } from './operators.ts';

const HOUR_MS = 3_600_000;

/** Operators of so many servers, which stand at a provider's since some days before the beginning. */
function operatorsOf(servers: number, more: Partial<Scenario> = {}, daysUp = 30) {
  const scenario = littleScenario(more);
  const chance = Chance.ofSeed(scenario.seed);
  const internet = new Internet(scenario);
  const [provider] = internet.providers;
  if (provider === undefined) throw new Error('a world without providers');
  const time = { now: LITTLE_BEGINS };
  const agenda = new Agenda();
  const told: string[] = [];
  const rented: Machine[] = [];
  const operators = new Operators(scenario, internet, agenda, chance, {
    now: () => time.now,
    tell: (what) => told.push(what),
    pushed: () => undefined,
    rented: (machine) => rented.push(machine),
  });
  internet.onLoss = (machine) => {
    if (machine.isC2) operators.lost(time.now);
  };
  const place = (id: string, isC2: boolean): Machine =>
    internet.place({
      id, port: 443, name: null, provider, kind: 'unknown', isC2, wave: isC2 ? 'initial' : 'none',
      upAt: LITTLE_BEGINS - daysUp * 24 * HOUR_MS,
    }); // prettier-ignore
  const machines = Array.from({ length: servers }, (_, index) => place(`c${index + 1}`, true));
  const innocent = place('web', false);
  const until = (hours: number): void => playUntil(agenda, time, LITTLE_BEGINS + hours * HOUR_MS);
  const takeAll = (): void => {
    for (const machine of internet.aliveAt(time.now)) internet.takeDown(machine, time.now, 'suspend');
  };
  return { operators, internet, machines, innocent, told, rented, until, takeAll, time };
}

const gone = (told: readonly string[]): readonly string[] =>
  told.filter((what) => what.startsWith('no server was left'));

describe('operators', () => {
  test('name each server of the beginning in some list, dated before it', () => {
    const { operators, machines } = operatorsOf(25);
    operators.begin();
    expect(new Set(operators.pushed.flatMap((list) => list.machines))).toEqual(new Set(machines));
    expect(operators.pushed.every(({ at }) => at < LITTLE_BEGINS)).toBe(true);
  });

  test('of servers that came up after an old list have lost nothing by that', () => {
    const { operators, told, until, internet } = operatorsOf(3, {}, 1 / 24);
    operators.begin();
    until(1);
    expect(gone(told)).toEqual([]);
    until(5);
    // The lists of the day go on.
    expect(operators.pushed.filter(({ at }) => at > LITTLE_BEGINS)).not.toEqual([]);
    expect(internet.aliveAt(LITTLE_BEGINS + 5 * HOUR_MS)).toHaveLength(3);
  });

  test('notice a loss after a while, rent others, and name them', () => {
    const { operators, internet, machines, told, rented, until, time } = operatorsOf(3);
    operators.begin();
    const [first] = machines;
    if (first !== undefined) internet.takeDown(first, time.now, 'suspend');
    until(0.4);
    expect(told).toEqual([]);
    until(12);
    expect(told).toContain('the operators noticed that they lose servers');
    const [replacement] = rented;
    const naming = operators.pushed.filter(({ machines: named }) => named.some((each) => each === replacement));
    expect(naming[0]?.at).toBe(replacement?.upAt);
  });

  test('that lose their last server are done at that moment: no list and no rental after it', () => {
    const { operators, told, rented, until, takeAll, internet, time } = operatorsOf(3);
    operators.begin();
    until(3);
    takeAll();
    expect(gone(told)).toHaveLength(1);
    const before = operators.pushed.length;
    until(24);
    expect([rented.length, operators.pushed.length]).toEqual([0, before]);
    expect(internet.aliveAt(time.now)).toEqual([]);
  });

  test('name nothing any more that was rented before they lost the last one, and comes up after', () => {
    const { operators, internet, machines, told, rented, until, takeAll } = operatorsOf(3);
    operators.begin();
    const [first] = machines;
    if (first !== undefined) internet.takeDown(first, LITTLE_BEGINS, 'suspend');
    for (let minute = 1; rented.length === 0 && minute < 600; minute++) until(minute / 60);
    const already = [...rented];
    expect(already).not.toEqual([]);
    takeAll();
    expect(gone(told)).toHaveLength(1);
    const before = operators.pushed.length;
    until(24);
    expect([rented, operators.pushed.length]).toEqual([already, before]);
    expect(internet.aliveAt(LITTLE_BEGINS + 24 * HOUR_MS)).toEqual(already);
  });

  test('lose the last server also where they push nothing and rent nothing', () => {
    const base = littleScenario().operators;
    const quiet = { ...base, noticeMinutes: null, replacementsPerDay: 0, configurationEveryHours: 0 };
    const { operators, told, until, takeAll } = operatorsOf(2, { operators: quiet });
    operators.begin();
    until(2);
    takeAll();
    expect(gone(told)).toHaveLength(1);
  });

  test('rent nothing where the scenario says so, warned or not', () => {
    const base = littleScenario().operators;
    const { operators, internet, machines, rented, until } = operatorsOf(3, {
      operators: { ...base, replacementsPerDay: 0 },
    });
    operators.begin();
    const [first] = machines;
    if (first !== undefined) operators.warned(first);
    until(24);
    expect([first?.downBy, rented.length]).toEqual(['moved', 0]);
    expect(internet.aliveAt(LITTLE_BEGINS + 24 * HOUR_MS)).toHaveLength(2);
  });

  test('rent nothing where nobody lets to them', () => {
    const { operators, machines, rented, internet, until } = operatorsOf(3, {
      providers: [littleProvider({ rented: 0 })],
    });
    operators.begin();
    const [first] = machines;
    if (first !== undefined) internet.takeDown(first, LITTLE_BEGINS, 'suspend');
    until(24);
    expect(rented).toEqual([]);
  });

  test('leave a server that they were warned about, and know from then on', () => {
    const { operators, machines, told, rented, until } = operatorsOf(3);
    operators.begin();
    const [first] = machines;
    if (first !== undefined) operators.warned(first);
    until(1);
    expect(first?.downBy).toBe('moved');
    expect(rented).not.toEqual([]);
    expect(told).toContain('the operators noticed that they lose servers');
  });

  test('learn nothing from a warning that went to somebody else', () => {
    const { operators, innocent, told, until } = operatorsOf(3);
    operators.begin();
    operators.warned(innocent);
    until(24);
    expect([innocent.downAt, told]).toEqual([null, []]);
  });
});
