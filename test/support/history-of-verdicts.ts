import { QUORUM } from '../../src/domain/verdict.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import { findOperation } from '../../src/flow.ts';
import { accept, settle, verdictOf } from '../../src/flow/verify.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import type { Enrolled } from './deconfliction.ts';
import { BERLIN, OSLO, roundAt, serverOf } from './rounds.ts';
import type { Behaviour } from './rounds.ts';
import type { TestWorld } from './world.ts';

const HOUR_MS = 3_600_000;

/** By the hour: what both vantages met at each server. */
const STORY: readonly (readonly [hour: number, met: Readonly<Record<string, Behaviour>>])[] = [
  [0, { '198.18.9.1': 'tls own', '198.18.9.3': 'tls own', '192.0.2.130': 'tls own', '203.0.113.5': 'accepts' }],
  [1, { '198.18.9.1': 'closed', '198.18.9.3': 'tls a shop', '192.0.2.130': 'tls renewed', '203.0.113.5': 'silent' }],
  [4, { '198.18.9.1': 'closed', '203.0.113.5': 'silent' }],
  [8, { '198.18.9.1': 'silent', '203.0.113.5': 'silent' }],
  [9, { '198.18.9.1': 'tls own', '192.0.2.130': 'tls renewed' }],
];

/** One goes dark and comes back, one stays dark, one is let anew and settled, one has another certificate that is accepted. */
export async function beWatched(world: TestWorld, { name: person, key: { signing } }: Enrolled): Promise<void> {
  const operation = await findOperation(world, 'lab');
  const begin = world.clock.now();
  const words = { person, reason: 'seen in the lab' };
  const from: readonly Vantage[] = [BERLIN, OSLO];
  for (const [hour, met] of STORY) {
    const at = begin + hour * HOUR_MS;
    world.setClock(at);
    const rounds = Object.entries(met).map(([host, behaviour]) =>
      roundAt(
        serverOf(operation, host),
        at,
        from.map((vantage) => [vantage, behaviour]),
      ),
    );
    await recordRounds(world, operation, rounds, { quorum: QUORUM });
    if (hour === 1) await settle(world, signing, 'lab', '198.18.9.3', { ...words, as: 're-let' });
    if (hour === 1) {
      const [other] = (await verdictOf(world, 'lab', '192.0.2.130', QUORUM)).others;
      await accept(world, 'lab', '192.0.2.130:443', { ...words, service: other?.service ?? null });
    }
  }
}
