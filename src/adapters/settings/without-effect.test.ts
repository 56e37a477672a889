import { describe, expect, test } from 'vitest';
import { SETTING_KEYS, variableOf } from './setting-keys.ts';
import { unknownVariables, weakenedEffects } from './without-effect.ts';

describe('a variable that nothing reads', () => {
  test.each([
    ['DISMANTLE_ORGANISATON_NAME', 'DISMANTLE_ORGANISATION_NAME'],
    ['DISMANTLE_ORGANIZATION_EMAIL', 'DISMANTLE_ORGANISATION_EMAIL'],
    ['DISMANTLE_DATADIR', 'DISMANTLE_DATA_DIR'],
    ['DISMANTLE_WARNING_LISTS', 'DISMANTLE_WARNINGLISTS'],
    ['DISMANTLE_TRAFFIC_SENT', 'DISMANTLE_TRAFFIC_SEND'],
    ['DISMANTLE_PROVIDER', 'DISMANTLE_PROVIDERS'],
    ['DISMANTLE_organisation_name', 'DISMANTLE_ORGANISATION_NAME'],
  ])('%s is told, and %s is what was meant', (name, meant) => {
    const [sentence, ...more] = unknownVariables({ [name]: 'x', PATH: '/bin' });
    expect(more).toEqual([]);
    expect(sentence).toContain(`${name} has no effect`);
    expect(sentence).toMatch(new RegExp(`${meant}$`));
  });

  test('is no other: not what settings, launcher and tests read, not an empty one, not another program’s', () => {
    const read = SETTING_KEYS.map(({ key }) => variableOf(key));
    const others = ['DISMANTLE_DATA_DIR', 'DISMANTLE_REEXECUTED', 'DISMANTLE_FULL', 'DISMANTLE_KILLS', 'DISMANTLED'];
    const environment = Object.fromEntries([...read, ...others].map((name) => [name, 'x']));
    expect(unknownVariables({ ...environment, DISMANTLE_EMPTY: '', DISMANTLE_UNSET: undefined })).toEqual([]);
  });

  test('is told in one short line, whatever its name is', () => {
    const [sentence = ''] = unknownVariables({ [`DISMANTLE_\u001b[2J\n${'a'.repeat(100_000)}`]: 'x' });
    expect(sentence).toMatch(/^DISMANTLE_[^\u0000-\u001f]{10,300}$/);
  });
});

test('an effect that weakens a list of what must never be touched is told with where it was set', () => {
  const effects = { 'root-servers': 'note', 'vpn-ipv4': 'hold', 'csirt-addresses': 'never' };
  const [sentence = '', ...more] = weakenedEffects(effects, 'dismantle.yaml: line 3');
  expect(more).toEqual([]);
  expect(sentence).toMatch(/^dismantle\.yaml: line 3: protectedGround\.effects: "root-servers": note has no effect/);
});
