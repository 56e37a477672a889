import type { RejectionRow, SightingRow } from '../../domain/rows.ts';
import type { NormalisedRow } from './normalise.ts';

/** Folds lines that say the very same into one sighting with a count, so that repeats cost no row. */
export class SightingFold {
  private readonly sightings = new Map<string, { row: NormalisedRow; serverId: string; repeats: number }>();
  private readonly rejections: RejectionRow[] = [];

  add(row: NormalisedRow, serverIdOf: (row: NormalisedRow) => string): void {
    const key = JSON.stringify([
      row.hostType, row.host, row.port, row.scheme, row.path, row.firstSeen, row.lastSeen, row.status, row.label,
    ]); // prettier-ignore
    const known = this.sightings.get(key);
    if (known === undefined) this.sightings.set(key, { row, serverId: serverIdOf(row), repeats: 1 });
    else known.repeats += 1;
  }

  reject(row: RejectionRow): void {
    this.rejections.push(row);
  }

  /** Sightings and rejections in the order of the file's lines. */
  *rows(): Generator<SightingRow | RejectionRow> {
    let next = 0;
    for (const { row, serverId, repeats } of this.sightings.values()) {
      let rejected = this.rejections[next];
      while (rejected !== undefined && rejected.line < row.line) {
        yield rejected;
        next += 1;
        rejected = this.rejections[next];
      }
      yield { type: 'sighting', ...row, serverId, repeats };
    }
    yield* this.rejections.slice(next);
  }
}
