import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProblemError } from '../../domain/problem.ts';
import { ownScenarios, readScenario } from './read-scenario.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scenario-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const SOUND = `scenario: little
title: A little one
about: Nothing much.
malware: Examplebot
seed: 1
begins: '2026-01-05T08:00Z'
ends: '2026-01-05T20:00Z'
aimMinutes: 60
habits:
  - { name: steady, minutes: { median: 60, p90: 200 } }
providers:
  - { name: Hosting One, country: DE, asn: 64512, habit: steady, servers: 2, domains: [dyn.example] }
  - { name: Hosting Two, country: FR, asn: 64513, habit: steady }
feeds:
  - { name: one, group: one, lagMinutes: { median: 1, p90: 2 } }
  - name: two
    group: two
    lagMinutes: { median: 1, p90: 2 }
    decoys:
      - { kind: dead, count: 3, alsoIn: [one] }
operators: { noticeMinutes: null }
parties:
  - { name: Police, kind: law-enforcement, answerMinutes: { median: 1, p90: 2 } }
  - { name: CSIRT, kind: csirt, answerMinutes: { median: 1, p90: 2 } }
  - { name: Sinkholes, kind: sinkhole-operator, answerMinutes: { median: 1, p90: 2 } }
team:
  importMinutes: { median: 1, p90: 2 }
  approveMinutes: { median: 1, p90: 2 }
  byHandMinutes: { median: 1, p90: 2 }
vantages:
  - { name: oslo, network: AS64496, country: 'NO' }
`;

let files = 0;
async function fileWith(text: string): Promise<string> {
  const path = join(folder, `${(files += 1)}.yaml`);
  await writeFile(path, text);
  return path;
}

/** What is complained of, without the path. */
async function complaints(text: string): Promise<readonly string[]> {
  const path = await fileWith(text);
  try {
    await readScenario(path);
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    expect(cause.problem.code).toBe('input');
    expect(cause.problem.message.split('\n').every((line) => line.startsWith(`${path}:`) || line.startsWith('…'))).toBe(
      true,
    );
    return cause.problem.message.replaceAll(`${path}:`, '').split('\n');
  }
  return [];
}

const changed = (from: string, to: string): string => {
  expect(SOUND).toContain(from);
  return SOUND.replace(from, to);
};

test('every scenario that comes with the program can be read, and its name is its file’s', async () => {
  const names = await ownScenarios();
  expect(names).toEqual(expect.arrayContaining(['emotet-2021', 'no-ip-2014', 'poisoned', 'trickbot-2020']));
  for (const name of names) expect((await readScenario(name)).name).toBe(name);
});

test('a file of one’s own is read with every default', async () => {
  const scenario = await readScenario(await fileWith(SOUND));
  expect(scenario).toMatchObject({ name: 'little', strategy: 'simultaneous', port: 443, court: null });
  expect(scenario.begins).toBe(Date.parse('2026-01-05T08:00:00Z'));
  expect(scenario.habits[0]).toMatchObject({ hours: null, acts: 1, atAim: false, action: 'null-route' });
  expect(scenario.feeds[1]?.decoys[0]).toEqual({
    kind: 'dead', count: 3, daysOld: 1, alsoIn: ['one'], alsoDaysOld: null,
  }); // prettier-ignore
});

describe('a field that cannot be is told with its line, its path, its value and what is allowed', () => {
  test.each([
    ["begins: '2026-01-05T08:00Z'", "begins: 'tomorrow'", '6: begins: "tomorrow"; a moment such as 2020-10-12T00:00Z'],
    ["ends: '2026-01-05T20:00Z'", "ends: '2026-01-05T07:00Z'", '7: ends: "2026-01-05T07:00Z"; ends is after begins, by at most 60 days'],
    ['asn: 64512', 'asn: 3320', '12: providers.0.asn: 3320; an AS number for documentation or private use: 64496 to 64511, 64512 to 65534, 65536 to 65551 or from 4200000000'],
    ['asn: 64513', 'asn: 64512', '13: providers.1.asn: 64512; an AS number of its own'],
    ['domains: [dyn.example]', 'domains: [dyndns.org]', '12: providers.0.domains.0: "dyndns.org"; a name below .example, .test or .invalid (RFC 2606)'],
    ['country: DE', 'country: de', '12: providers.0.country: "de"; two capital letters of ISO 3166-1, such as DE'],
    ['habit: steady, servers: 2', 'habit: quick, servers: 2', '12: providers.0.habit: "quick"; one of the habits: steady'],
    ['servers: 2', 'servers: 2, names: 3', '12: providers.0: '],
    ['servers: 2', 'servers: -1', '12: providers.0.servers: -1; '],
    ['servers: 2', 'servers: 2, unlistedDomains: 2', '12: providers.0: '],
    ['alsoIn: [one]', 'alsoIn: [three]', '20: feeds.1.decoys.0.alsoIn.0: "three"; the name of another feed'],
    ['alsoIn: [one]', 'alsoIn: [two]', '20: feeds.1.decoys.0.alsoIn.0: "two"; the name of another feed'],
    ['kind: dead, count: 3', 'kind: shared-domain, count: 3', '20: feeds.1.decoys.0.count: 3; at most as many as there are domains: 1'],
    ['kind: dead, count: 3', 'kind: shared-address, count: 3', '20: feeds.1.decoys.0.count: 3; at most as many as there are shared addresses: 0'],
    ['kind: dead', 'kind: odd', '20: feeds.1.decoys.0.kind: "odd"; '],
    ['group: one,', 'group: one, reference: https://blog.example.com/1,', '15: feeds.0.reference: "https://blog.example.com/1"; a web address below .example, .test or .invalid, such as https://lab.example/reports/7'],
    ['group: one,', 'group: one, mirrors: one,', '15: feeds.0.mirrors: "one"; the name of another feed'],
    ['group: one,', 'group: one, sees: 1.5,', '15: feeds.0.sees: 1.5; '],
    ['{ median: 60, p90: 200 }', '{ median: 60, p90: 20 }', '10: habits.0.minutes: {"median":60,"p90":20}; p90 is not below median'],
    ['kind: csirt', 'kind: csirts', '24: parties.1.kind: "csirts"; '],
    ['network: AS64496', 'network: 64496', '31: vantages.0.network: 64496; '],
    ['title: A little one', "title: ''", '2: title: ""; text that is not empty'],
    ['aimMinutes: 60', 'aimMinutes: 60\nspeed: 7', '1: the scenario: '],
    ['servers: 2', 'servers: 2, colour: red', '12: providers.0: '],
    ['servers: 2', 'servers: 241', '12: providers.0.networks: is missing; room for 241 addresses, and 242 are needed: more networks'],
    ['servers: 2', 'networks: 2, servers: 480, sharedAddresses: 2, names: 2, innocents: 2', '12: providers.0.networks: 2; room for 482 addresses, and 483 are needed: more networks'],
    ['count: 3', 'count: 480', '19: feeds.1.decoys: '],
    ['name: Hosting Two', "name: 'Hosting, one'", '13: providers.1.name: "Hosting, one"; another name: its mail domain would be that of Hosting One, hosting-one.example'],
    ['name: Hosting Two', 'name: Хостинг', '13: providers.1.name: "Хостинг"; a name of which 1 to 63 letters a to z and digits are left for its mail domain'],
    ['name: CSIRT', 'name: Police', '24: parties.1.name: "Police"; another name: Police stands there already'],
    ["country: 'NO' }", "country: 'NO' }\n  - { name: oslo, network: AS64497, country: PE }", '32: vantages.1.name: "oslo"; another name: oslo stands there already'],
    ['noticeMinutes: null', 'noticeMinutes: null, replacementsPerDay: 3', '21: operators.replacementsPerDay: 3; 0 where no provider has `rented`: there is nobody to rent from'],
    ['[dyn.example]', '[Dyn_a.example]', '12: providers.0.domains.0: "Dyn_a.example"; a name below .example'],
    ['habit: steady, servers: 2', 'habit: *nowhere, servers: 2', '12: *nowhere; an alias of an anchor that stands before it'],
  ])('%s as %s', async (from, to, told) => {
    const said = await complaints(changed(from, to));
    expect(said[0]?.slice(0, told.length)).toBe(told);
  }); // prettier-ignore

  test('an unknown key is named', async () => {
    expect((await complaints(changed('servers: 2', 'servers: 2, colour: red')))[0]).toContain('colour');
  });

  test('a party of each kind has to be there, for each is asked first', async () => {
    const without = SOUND.replace(/ {2}- \{ name: Sinkholes.*\n/, '');
    expect((await complaints(without))[0]).toMatch(/parties: .*; somebody of the kind sinkhole-operator/);
  });

  test('what is missing is told at the nearest thing that is there', async () => {
    expect((await complaints(changed(', habit: steady, servers: 2', '')))[0]).toMatch(
      /^12: providers\.0\.habit: is missing; /,
    );
  });

  test('ten of many complaints are told, and the others counted', async () => {
    const said = await complaints(changed('servers: 2', 'servers: 2, ' + 'abcdefghijklmno'.split('').map((key) => `in${key}: 1`).join(', ')).replaceAll('median: 1,', 'median: -1,'));
    expect(said.length).toBeLessThanOrEqual(11);
  }); // prettier-ignore
});

describe('what is no scenario is refused', () => {
  test.each([
    ['no YAML', 'a: [1', /^1: /],
    ['a key twice', SOUND.replace('seed: 1', 'seed: 1\nseed: 2'), /^6: /],
    ['another shape', '- 1\n', /^1: the scenario: /],
    [
      'what aliases make large',
      `a: &a [${'x,'.repeat(20)}x]\nb: &b [${'*a,'.repeat(20)}*a]\nc: [${'*b,'.repeat(20)}*b]\n`,
      /^2: aliases that stand for more than 100 values/,
    ],
  ])('%s', async (_, text, told) => {
    expect((await complaints(text))[0]).toMatch(told);
  });

  test('what cannot be found is told with what there is', async () => {
    await expect(readScenario(join(folder, 'none.yaml'))).rejects.toThrow(/there is no scenario/);
  });

  test('more than 1 MiB is not read', async () => {
    expect((await complaints(`# ${'x'.repeat(1_100_000)}`))[0]).toContain('larger than 1 MiB');
  });
});
