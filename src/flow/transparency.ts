import type { TransparencyReport } from '../domain/transparency.ts';
import { transparencyCsv } from '../policy/transparency/transparency-csv.ts';
import type { World } from '../ports/world.ts';
import { transparencyPaper } from '../steps/report/papers/transparency-paper.ts';
import { readTransparency } from '../steps/report/transparency/read-transparency.ts';
import type { TransparencyWish } from '../steps/report/transparency/read-transparency.ts';

/** What the public may know of a year: counts, of no drill, without what leads to a server, a person or a provider. */
export function transparency(world: World, wish: TransparencyWish): Promise<TransparencyReport> {
  return readTransparency(world, wish);
}

export { transparencyCsv, transparencyPaper };
export type { TransparencyReport, TransparencyWish };
