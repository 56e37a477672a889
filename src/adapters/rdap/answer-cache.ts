import { maskAddress, parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import type { Instant } from '../../domain/instant.ts';
import { rangeContains, rangeSize } from '../../domain/rdap/registered-range.ts';
import type { AddressRange } from '../../domain/rdap/registered-range.ts';
import type { RegistryAnswer } from '../../ports/registry.ts';

/** Answers of this run, by what they are about. */
export interface AnswerCache {
  find(address: Address, now: Instant): RegistryAnswer | null;
  keep(address: Address, answer: RegistryAnswer, now: Instant): void;
}

interface Kept {
  readonly answer: RegistryAnswer;
  readonly keptAt: Instant;
}

const KEPT_MS = 24 * 60 * 60_000;
const MAX_KEPT = 20_000;

/**
 * The largest network whose answer speaks for all its addresses. Of a larger one a part may be registered to somebody
 * else: the answer for one address names the smallest network around *it*, and its neighbour may sit in a smaller one.
 */
const SHARED_V4 = 2n ** 8n;
const SHARED_V6 = 2n ** 80n;

/** The /24 or /48 around an address: no network that is shared reaches beyond. */
export function neighbourhood(address: Address): string {
  return maskAddress(address, address.version === 4 ? 24 : 48).text;
}

export function createAnswerCache(): AnswerCache {
  const byAddress = new Map<string, Kept>();
  const byNeighbourhood = new Map<string, { readonly range: AddressRange; readonly kept: Kept }[]>();

  return {
    find(address, now) {
      const isFresh = ({ keptAt }: Kept): boolean => now >= keptAt && now - keptAt < KEPT_MS;
      const own = byAddress.get(address.text);
      if (own !== undefined && isFresh(own)) return own.answer;
      const found = byNeighbourhood
        .get(neighbourhood(address))
        ?.filter(({ range, kept }) => rangeContains(range, address) && isFresh(kept))
        .toSorted((a, b) => (rangeSize(a.range) < rangeSize(b.range) ? -1 : 1))[0];
      return found?.kept.answer ?? null;
    },
    keep(address, answer, now) {
      if (answer.outcome !== 'answered' && answer.outcome !== 'not-found') return;
      // Beyond any run seen; to begin anew costs questions, nothing else.
      if (byAddress.size >= MAX_KEPT) {
        byAddress.clear();
        byNeighbourhood.clear();
      }
      const kept = { answer, keptAt: now };
      byAddress.set(address.text, kept);
      if (answer.outcome !== 'answered') return;
      const start = parseAddress(answer.registration.start);
      const end = parseAddress(answer.registration.end);
      if (!start.ok || !end.ok) return;
      const range = { start: start.value, end: end.value };
      if (rangeSize(range) > (address.version === 4 ? SHARED_V4 : SHARED_V6)) return;
      const key = neighbourhood(address);
      byNeighbourhood.set(key, [...(byNeighbourhood.get(key) ?? []), { range, kept }]);
    },
  };
}
