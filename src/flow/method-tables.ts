import type { Capacity, MethodFacts, MethodRow } from '../domain/method.ts';
import type { MethodTable } from '../domain/method-table.ts';
import { findOperation } from '../flow.ts';
import { prepareAuthorities } from '../policy/authority-coverage.ts';
import { decideMethod } from '../policy/method-table/decide-method.ts';
import type { World } from '../ports/world.ts';
import { methodFactsOf, underAuthority } from '../steps/decide/decide-case.ts';

/** A case over which another table decides otherwise. */
export interface OtherwiseDecided {
  readonly serverId: string;
  readonly host: string;
  readonly provider: string | null;
  readonly country: string | null;
  /** Null: the table has no row for it. */
  readonly before: Pick<MethodRow, 'id' | 'method' | 'asks'> | null;
  readonly after: Pick<MethodRow, 'id' | 'method' | 'asks'> | null;
}

export interface OtherwiseDecidedCases {
  /** Cases that a run would decide now: open, and not written about yet. */
  readonly cases: number;
  /** Those whose method would be another one. */
  readonly methods: number;
  /** Those whose notice would ask for something else, of somebody else or with other approvals, by the same method. */
  readonly otherwise: number;
  /** The first of both, methods first. */
  readonly first: readonly OtherwiseDecided[];
}

const MOST_SHOWN = 200;

/** Over which open cases of an operation another table would decide otherwise than the one in force. Nothing is recorded. */
export async function decidedOtherwise(
  world: World,
  name: string,
  {
    before,
    after,
    capacity,
  }: { readonly before: MethodTable; readonly after: MethodTable; readonly capacity: Capacity },
): Promise<OtherwiseDecidedCases> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  const [old, other] = [remembering(before), remembering(after)];
  return world.store.read(async (transaction) => {
    const authorities = prepareAuthorities(await transaction.authorities().list(operation.id));
    const methods: OtherwiseDecided[] = [];
    const rest: OtherwiseDecided[] = [];
    const counts = { cases: 0, methods: 0, otherwise: 0 };
    for await (const page of transaction.casesToDecide(operation.id, now)) {
      counts.cases += page.length;
      for (const facts of page) {
        const asked = methodFactsOf(underAuthority(facts, authorities, now), capacity);
        const [one, two] = [old(asked), other(asked)];
        if (isTheSame(one, two)) continue;
        const isMethod = one?.method !== two?.method;
        if (isMethod) counts.methods += 1;
        else counts.otherwise += 1;
        const into = isMethod ? methods : rest;
        if (into.length >= MOST_SHOWN) continue;
        const { serverId, host, provider, country } = facts;
        into.push({
          serverId,
          host,
          provider: provider?.name ?? null,
          country: provider?.country ?? country,
          before: shown(one),
          after: shown(two),
        });
      }
    }
    return { ...counts, first: [...methods, ...rest].slice(0, MOST_SHOWN) };
  });
}

/** Cases by the hundred thousand have few combinations of facts. */
function remembering(table: MethodTable): (facts: MethodFacts) => MethodRow | null {
  const known = new Map<string, MethodRow | null>();
  return (facts) => {
    const key = Object.values(facts).join('|');
    const found = known.get(key);
    if (found !== undefined) return found;
    const decided = decideMethod(table, facts);
    const row = decided.ok ? decided.value : null;
    known.set(key, row);
    return row;
  };
}

/** Whatever goes out or has to be done by it is the same; under which id it stands, and its prose, are nothing to a case. */
function isTheSame(one: MethodRow | null, other: MethodRow | null): boolean {
  if (one === null || other === null) return one === other;
  const fields = ['method', 'addressee', 'channel', 'law', 'binding', 'approvals', 'deadlineHours', 'template', 'customerTold', 'nameShown'] as const; // prettier-ignore
  return fields.every((field) => one[field] === other[field]) && one.asks.join() === other.asks.join();
}

function shown(row: MethodRow | null): OtherwiseDecided['before'] {
  return row === null ? null : { id: row.id, method: row.method, asks: row.asks };
}
