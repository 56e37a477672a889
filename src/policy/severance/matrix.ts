import type { SeveranceFacts } from '../../domain/severance.ts';
import { isAlive } from './circulation.ts';

/** Which configuration lists which server, a bit each: a row a server, a column a configuration in the order of the facts. */
export interface Matrix {
  readonly configurations: number;
  /** 32-bit words a row. */
  readonly words: number;
  readonly bits: Uint32Array;
  /** For each server how many configurations list it. */
  readonly listings: Int32Array;
  /** Servers in the order in which a person reads them: the live ones first, then those that most configurations list. */
  readonly order: readonly number[];
}

export function buildMatrix({ servers, configurations }: SeveranceFacts): Matrix {
  const words = Math.ceil(configurations.length / 32);
  const bits = new Uint32Array(servers.length * words);
  const listings = new Int32Array(servers.length);
  for (const [column, { lists }] of configurations.entries()) {
    const bit = 1 << (column & 31);
    for (const server of lists) {
      const at = server * words + (column >>> 5);
      bits[at] = (bits[at] ?? 0) | bit;
      listings[server] = (listings[server] ?? 0) + 1;
    }
  }
  const alive = Uint8Array.from(servers, ({ verdict }) => (isAlive(verdict) ? 1 : 0));
  const order = [...servers.keys()].sort(
    (a, b) => (alive[b] ?? 0) - (alive[a] ?? 0) || (listings[b] ?? 0) - (listings[a] ?? 0) || a - b,
  );
  return { configurations: configurations.length, words, bits, listings, order };
}

export function isListed({ words, bits }: Matrix, server: number, configuration: number): boolean {
  return ((bits[server * words + (configuration >>> 5)] ?? 0) & (1 << (configuration & 31))) !== 0;
}
