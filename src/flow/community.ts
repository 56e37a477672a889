import { findOperation } from '../flow.ts';
import type { World } from '../ports/world.ts';

/** How an operation stands, for whoever takes part: no address, no name of a server, no provider. */
export interface CommunityView {
  readonly operation: string;
  readonly drill: boolean;
  readonly malware: string | null;
  /** Distinct servers that passed *identify* and were not taken back. */
  readonly servers: number;
  /** Of them, confirmed dark by our looks. */
  readonly disabled: number;
  readonly countries: readonly {
    readonly country: string | null;
    readonly servers: number;
    readonly disabled: number;
  }[];
}

const NOT_COUNTED: ReadonlySet<string> = new Set(['held', 'retracted']);

export async function communityView(world: World, name: string): Promise<CommunityView> {
  const operation = await findOperation(world, name);
  const countries = new Map<string | null, { servers: number; disabled: number }>();
  await world.store.read(async (transaction) => {
    for await (const page of transaction.cases(operation.id)) {
      for (const { state, country, confirmedAt, verdict } of page) {
        if (NOT_COUNTED.has(state)) continue;
        const sum = countries.get(country) ?? { servers: 0, disabled: 0 };
        const isDisabled = verdict === 'dark' && confirmedAt !== null;
        countries.set(country, { servers: sum.servers + 1, disabled: sum.disabled + (isDisabled ? 1 : 0) });
      }
    }
  });
  const rows = [...countries].map(([country, sums]) => ({ country, ...sums }));
  return {
    operation: operation.name,
    drill: operation.drill,
    malware: operation.malware,
    servers: rows.reduce((sum, { servers }) => sum + servers, 0),
    disabled: rows.reduce((sum, { disabled }) => sum + disabled, 0),
    countries: rows.toSorted(
      (one, other) => other.servers - one.servers || (one.country ?? '').localeCompare(other.country ?? ''),
    ),
  };
}
