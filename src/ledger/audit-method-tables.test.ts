import { expect, test } from 'vitest';
import { MethodTableAudit } from './audit-method-tables.ts';

const [ONE, TWO] = ['a'.repeat(64), 'b'.repeat(64)];

/** Follows entries, each a line: what happened, the number, the table, and who. */
function found(
  ...entries: readonly (readonly [string, number, string, string?, object?])[]
): readonly (string | null)[] {
  const audit = new MethodTableAudit();
  return entries.map(([kind, number, subject, person = 'ada', more = {}]) =>
    audit.follow({ kind: `playbook.${kind}`, subject }, { schema: 1, number, person, replaces: null, ...more }),
  );
}

test('two people are two, and a proposal is settled once', () => {
  expect(found(['proposed', 1, ONE], ['approved', 1, ONE, 'dee'])).toEqual([null, null]);
  expect(found(['proposed', 1, ONE], ['approved', 1, ONE])[1]).toBe('whoever proposed it has approved it');
  expect(found(['proposed', 1, ONE], ['rejected', 1, ONE, 'dee'], ['approved', 1, ONE, 'dee'])[2]).toBe(
    'it was settled before',
  );
  expect(found(['approved', 1, ONE, 'dee'])).toEqual(['no such method table was proposed']);
  expect(found(['proposed', 1, ONE], ['approved', 1, TWO, 'dee'])[1]).toBe('no such method table was proposed');
  expect(found(['proposed', 1, ONE], ['proposed', 1, TWO])[1]).toBe('a method table 1 was proposed before');
});

test('what was proposed against another table than is in force is not approved', () => {
  const said = found(
    ['proposed', 1, ONE],
    ['proposed', 2, TWO],
    ['approved', 1, ONE, 'dee'],
    ['approved', 2, TWO, 'dee'],
  );
  expect(said.at(-1)).toBe('it was proposed against another table than was in force then');
});

test('what waits is taken back by the proposer, what is in force as such, and nothing else', () => {
  const waiting = { was: 'waiting' };
  const inForce = { was: 'in-force' };
  expect(found(['proposed', 1, ONE], ['withdrawn', 1, ONE, 'ada', waiting])[1]).toBeNull();
  expect(found(['proposed', 1, ONE], ['withdrawn', 1, ONE, 'dee', waiting])[1]).toBe(
    'what waits is taken back by whoever proposed it',
  );
  expect(found(['proposed', 1, ONE], ['withdrawn', 1, ONE, 'dee', inForce])[1]).toBe('it was not in force then');
  const approved = [
    ['proposed', 1, ONE],
    ['approved', 1, ONE, 'dee'],
  ] as const;
  expect(found(...approved, ['withdrawn', 1, ONE, 'eve', inForce])[2]).toBeNull();
  expect(found(...approved, ['withdrawn', 1, ONE, 'ada', waiting])[2]).toBe('it was not in force then');
});

test('decisions are by the one in force, and while none is by any that was not withdrawn', () => {
  const audit = new MethodTableAudit();
  const decide = (playbook: string): string | null =>
    audit.follow({ kind: 'decide.recorded', subject: 'batch' }, { schema: 1, playbook });
  const say = (what: string, number: number, subject: string, person: string, more: object = {}): string | null =>
    audit.follow({ kind: `playbook.${what}`, subject }, { schema: 1, number, person, replaces: null, ...more });
  expect(decide(TWO)).toBeNull();
  say('proposed', 1, ONE, 'ada');
  expect(decide(TWO)).toBeNull();
  say('approved', 1, ONE, 'dee');
  expect([decide(ONE), decide(TWO)]).toEqual([null, expect.stringContaining('was in force')]);
  say('proposed', 2, TWO, 'ada', { replaces: 1 });
  say('approved', 2, TWO, 'dee');
  expect([decide(TWO), decide(ONE)]).toEqual([null, expect.stringContaining('was in force')]);
  say('withdrawn', 2, TWO, 'dee', { was: 'in-force' });
  expect([decide(ONE), decide(TWO)]).toEqual([null, expect.stringContaining('was in force')]);
  say('withdrawn', 1, ONE, 'dee', { was: 'in-force' });
  expect([decide('c'.repeat(64)), decide(TWO)]).toEqual([null, expect.stringContaining('which was withdrawn')]);
});
