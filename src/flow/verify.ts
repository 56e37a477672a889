import type { Quorum } from '../domain/verdict.ts';
import { problem } from '../domain/problem.ts';
import { SETTLEMENTS } from '../domain/case.ts';
import type { Settlement } from '../domain/case.ts';
import type { Signing } from '../ports/signing.ts';
import type { World } from '../ports/world.ts';
import { findOperation, spoken } from '../flow.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { acceptService } from '../steps/verify/accept-service.ts';
import type { AcceptedService } from '../steps/verify/accept-service.ts';
import { namedVerdict } from '../steps/verify/named-verdict.ts';
import { settlement } from '../steps/verify/settle-case.ts';
import { showVerdict } from '../steps/verify/show-verdict.ts';
import type { VerdictView } from '../steps/verify/show-verdict.ts';

/*
 *     looked at ─► judged ─► a verdict ─► dark, provisionally ─► confirmed: the case is closed ─► watched ─► back: a new case
 *                                     └─► answers as something else ─► a person: settle, accept, or retract
 */

/** How a server stands, and what its dark run still lacks. */
export async function verdictOf(world: World, name: string, server: string, quorum: Quorum): Promise<VerdictView> {
  const operation = await findOperation(world, name);
  return world.store.read((transaction) => showVerdict(transaction, operation, server, quorum));
}

/** Closes the case of a server that answers as something else. Returns its host. */
export async function settle(
  world: World,
  signing: Signing,
  name: string,
  server: string,
  words: { readonly person: string; readonly reason: string; readonly as: Settlement },
): Promise<string> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, settlement(operation, server, { ...words, ...spoken(words) }));
  return (await world.store.read((transaction) => namedVerdict(transaction, operation, server))).server.host;
}

/** Takes the service that is named, and answers by now, for the botnet's own. Null: refused, with what there is. */
export async function accept(
  world: World,
  name: string,
  server: string,
  words: { readonly person: string; readonly reason: string; readonly service: string | null },
): Promise<AcceptedService> {
  return acceptService(world, await findOperation(world, name), server, spoken(words));
}

export function settlementOf(text: string): Settlement {
  const found = SETTLEMENTS.find((each) => each === text);
  if (found !== undefined) return found;
  throw problem('usage', `"${text}" is none of ${SETTLEMENTS.join(', ')}`);
}

export type { AcceptedService } from '../steps/verify/accept-service.ts';
export type { EndpointLooks, VerdictView } from '../steps/verify/show-verdict.ts';
