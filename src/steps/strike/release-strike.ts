import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { strikeState } from '../../policy/strike/hold.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { World } from '../../ports/world.ts';
import { namedStrike } from './named-strike.ts';

export interface ReleaseWords {
  readonly strike: string;
  readonly person: string;
  readonly reason: string;
  /** Somebody would be harmed by waiting. */
  readonly isHarm: boolean;
}

/** Lets everything go that a strike holds, at once: one person's word, since it gives back what was approved. */
export function releaseAct(world: World, operation: Operation, words: ReleaseWords): SignedAct {
  return {
    name: words.person,
    act: 'strike.released',
    lock: operation.id,
    async prepare(transaction) {
      const strike = await namedStrike(transaction, operation, words.strike);
      if (strike.released !== null) {
        throw problem('refused', `strike ${strike.number} was released already`, 'Send with: dismantle send');
      }
      const state = strikeState(strike, world.clock.now());
      if (state === 'struck' || state === 'expired') {
        throw problem('refused', `the time of strike ${strike.number} is over: it holds nothing`, 'See: dismantle due');
      }
      return {
        subject: strike.strikeId,
        terms: { operation: operation.id, number: strike.number, reason: words.reason, harm: words.isHarm },
      };
    },
  };
}
