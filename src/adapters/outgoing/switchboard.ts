import { problem } from '../../domain/problem.ts';
import type { Outgoing, TrafficKind } from '../../ports/outgoing.ts';

/** Lets traffic of a kind out only where its switch is on. */
export function createSwitchboard(switches: Readonly<Record<TrafficKind, boolean>>): Outgoing {
  return {
    switches: () => switches,
    assertAllowed(kind) {
      if (switches[kind]) return;
      throw problem(
        'switched-off',
        `traffic of the kind "${kind}" is switched off`,
        `Set traffic.${kind}: true in dismantle.yaml to switch it on`,
      );
    },
  };
}
