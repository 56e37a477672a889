import { expect, test } from 'vitest';
import { TRAFFIC_KINDS } from '../../ports/outgoing.ts';
import { createSwitchboard } from './switchboard.ts';

const ALL_OFF = { lookup: false, fetch: false, timestamp: false, probe: false, send: false };

test('lets nothing out that is not switched on, and names the switch', () => {
  const outgoing = createSwitchboard(ALL_OFF);
  for (const kind of TRAFFIC_KINDS) {
    expect(() => outgoing.assertAllowed(kind)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'switched-off', hint: expect.stringContaining(`traffic.${kind}`) }),
      }),
    );
  }
});

test('each switch is for its own kind alone', () => {
  for (const kind of TRAFFIC_KINDS) {
    const outgoing = createSwitchboard({ ...ALL_OFF, [kind]: true });
    const allowed = TRAFFIC_KINDS.filter((other) => {
      try {
        outgoing.assertAllowed(other);
        return true;
      } catch {
        return false;
      }
    });
    expect(allowed).toEqual([kind]);
    expect(outgoing.switches()[kind]).toBe(true);
  }
});
