import { csvRow } from '../../domain/csv-row.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import type { SeveranceFacts } from '../../domain/severance.ts';
import { buildMatrix, isListed } from '../../policy/severance/matrix.ts';
import type { GivenLiveness } from './read-liveness.ts';
import { basisOf, named, shown, withGivenLiveness } from './severance-answer.ts';
import type { LivenessBasis, NamedConfiguration, ShownServer } from './severance-answer.ts';

/** Every configuration against every server; its keys are what --json prints. */
export interface SeveranceMatrix {
  readonly operation: string;
  readonly asOf: string;
  readonly liveness: LivenessBasis;
  /** The oldest first. */
  readonly configurations: readonly (NamedConfiguration & { readonly retiredAt: string | null })[];
  /** The live ones first, then those that most configurations list. */
  readonly servers: readonly (ShownServer & {
    /** Which configurations list it: indexes into `configurations`, ascending. */
    readonly listedIn: readonly number[];
  })[];
}

export function severanceMatrix(
  operation: Operation,
  given: SeveranceFacts,
  liveness: GivenLiveness | null,
  asOf: Instant,
): SeveranceMatrix {
  const facts = liveness === null ? given : withGivenLiveness(given, liveness);
  const matrix = buildMatrix(facts);
  return {
    operation: operation.name,
    asOf: isoInstant(asOf),
    liveness: basisOf(facts, liveness),
    configurations: facts.configurations.map((configuration) => ({
      ...named(configuration),
      retiredAt: configuration.retirement === null ? null : isoInstant(configuration.retirement.at),
    })),
    servers: matrix.order.flatMap((index) => {
      const server = facts.servers[index];
      if (server === undefined) return [];
      const listedIn: number[] = [];
      for (let column = 0; column < matrix.configurations; column += 1) {
        if (isListed(matrix, index, column)) listedIn.push(column);
      }
      return [{ ...shown(server), listedIn }];
    }),
  };
}

/** A line a server, a column a configuration: 1 where it lists the server, else 0. Hosts stand as they are. */
export function matrixCsv({ configurations, servers }: SeveranceMatrix): string {
  const header = configurations.map(({ version, tag }) => (tag === '' ? version : `${version} ${tag}`));
  const lines = servers.map(({ host, verdict, listedIn }) => {
    const cells = Array.from<number>({ length: configurations.length }).fill(0);
    for (const column of listedIn) cells[column] = 1;
    return csvRow([host, verdict, listedIn.length, ...cells]);
  });
  return [csvRow(['server', 'verdict', 'configurations', ...header]), ...lines].join('');
}
