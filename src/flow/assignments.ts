import type { Assignment } from '../domain/assignment.ts';
import { isoInstant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import { namedServer } from '../domain/server-id.ts';
import { findOperation, spoken } from '../flow.ts';
import type { World } from '../ports/world.ts';
import { answerAssignment as answer, endAssignments } from '../steps/assign/answer-assignment.ts';
import type { PartnersAnswer } from '../steps/assign/answer-assignment.ts';
import { assignServers } from '../steps/assign/assign-servers.ts';
import type { AssignedServers, AssignmentWish } from '../steps/assign/assign-servers.ts';

/*
 *     ours ─► assigned ─► accepted, working, done ─► dark, by our looks
 *               └─► declined, or ended: ours again
 *
 * Servers that partners see to. While one has a server, no notice of ours about it leaves.
 */

/** Hands servers over to a partner. */
export async function assign(world: World, name: string, wish: AssignmentWish): Promise<AssignedServers> {
  const isMeant = wish.country !== null || wish.provider !== null || wish.servers.length > 0;
  if (!isMeant) throw problem('usage', 'which servers is not said', 'Name them, or --country XX, or --provider KEY');
  return assignServers(world, await findOperation(world, name), { ...wish, ...spoken(wish) });
}

export interface TakenBack {
  readonly hosts: readonly string[];
  /** Those that somebody wants left alone still. Taking a server back ends nobody's "hands off": that is lifted by a signature. */
  readonly handsOff: readonly { readonly host: string; readonly party: string; readonly until: string }[];
}

/** Takes servers back. */
export async function unassign(
  world: World,
  name: string,
  servers: readonly string[],
  words: { readonly person: string; readonly reason: string },
): Promise<TakenBack> {
  const operation = await findOperation(world, name);
  const ids = servers.map((text) => namedServer(operation.id, text).id);
  const hosts = await endAssignments(world, operation, ids, spoken(words));
  const now = world.clock.now();
  const recorded = await world.store.read((transaction) =>
    transaction.deconfliction().handsOffs({ operationId: operation.id }),
  );
  const handsOff = recorded
    .filter(({ serverId, liftedAt, until }) => ids.includes(serverId) && liftedAt === null && until > now)
    .map(({ host, party, until }) => ({ host: host ?? '', party, until: isoInstant(until) }));
  return { hosts, handsOff };
}

/** The newest word on each server that ever was with a partner. */
export async function assignmentsOf(world: World, name: string): Promise<readonly Assignment[]> {
  const { id } = await findOperation(world, name);
  return world.store.read((transaction) => transaction.assignments(id));
}

/** What a partner has, by its own rights. */
export function ownAssignmentsOf(world: World, partner: string): Promise<readonly Assignment[]> {
  return world.store.readAsPartner(partner, (reads) => reads.assignments());
}

/** A partner's answer on one server that it has; null where it has no such server. */
export async function answerAssignment(
  world: World,
  partner: string,
  serverId: string,
  words: PartnersAnswer,
): Promise<Assignment | null> {
  // What it may know of is read by its own rights; what it says is recorded by ours.
  const own = await world.store.readAsPartner(partner, (reads) => reads.assignment(serverId));
  if (own === null) return null;
  await answer(world, partner, own.serverId, own.operationId, words);
  return world.store.readAsPartner(partner, (reads) => reads.assignment(serverId));
}

export { ASSIGNERS } from '../steps/assign/assign-servers.ts';
export type { AssignedServers, AssignmentWish } from '../steps/assign/assign-servers.ts';
export type { PartnersAnswer } from '../steps/assign/answer-assignment.ts';
