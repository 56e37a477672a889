import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { mayBeNamed } from '../../policy/authority-coverage.ts';
import type { AuthorityRecord, CoverageServer } from '../../ports/authorities.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { coverageOf } from './coverage.ts';
import { namedAuthority } from './named-authority.ts';

/** Servers that no authority covers, as a court may be told of them. */
export interface Uncovered {
  readonly operation: Operation;
  readonly at: Instant;
  /** The order that is to be supplemented; null where a new one is asked for. */
  readonly order: AuthorityRecord | null;
  /** It is under seal, and so is a paper that names it. */
  readonly orderIsSealed: boolean;
  /** By country, provider and host; servers whose country nobody knows last. */
  readonly servers: readonly CoverageServer[];
  readonly covered: number;
  readonly leftOut: {
    /** Every source has kept it for us (TLP:RED, TLP:AMBER+STRICT). */
    readonly notToBeTold: number;
    /** Their addresses are personal data of their owners: they are counted, and go to their ISPs alone. */
    readonly devices: number;
    /** Whoever looked last found it dark, or answering as something else. */
    readonly gone: number;
    /** Outside of the countries that the order is for. */
    readonly otherCountries: number;
  };
  readonly ledger: { readonly entries: number; readonly root: string };
}

/** Everything of one moment. */
export async function readUncovered(
  transaction: ReadTransaction,
  operation: Operation,
  orderReference: string | null,
  now: Instant,
): Promise<Uncovered> {
  const order = orderReference === null ? null : await namedAuthority(transaction, operation, orderReference);
  const servers: CoverageServer[] = [];
  const leftOut = { notToBeTold: 0, devices: 0, gone: 0, otherCountries: 0 };
  let covered = 0;
  for await (const page of coverageOf(transaction, operation, now)) {
    for (const { server, authority, liveness } of page) {
      if (authority !== null) covered += 1;
      else if (!server.mayBeTold) leftOut.notToBeTold += 1;
      else if (server.kind === 'iot-device') leftOut.devices += 1;
      else if (liveness === 'gone') leftOut.gone += 1;
      else if (order !== null && (server.country === null || !order.jurisdictions.includes(server.country)))
        leftOut.otherCountries += 1;
      else servers.push(server);
    }
  }
  return {
    operation,
    at: now,
    order,
    orderIsSealed: order !== null && !mayBeNamed(order, now),
    servers: servers.toSorted(byPlace),
    covered,
    leftOut,
    ledger: await transaction.ledgerHead(),
  };
}

/** Hosts keep the order in which they came. */
function byPlace(left: CoverageServer, right: CoverageServer): number {
  return compare(placeKey(left), placeKey(right));
}

function placeKey({ country, provider }: CoverageServer): string {
  return JSON.stringify([country ?? '~', provider?.name ?? '~', provider?.key ?? '']);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
