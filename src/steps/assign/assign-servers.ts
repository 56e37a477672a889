import { parsePartnerKey } from '../../domain/access.ts';
import type { Partner } from '../../domain/access.ts';
import { LEFT_OUT_REASONS } from '../../domain/giving.ts';
import type { GivenServer, GivingFacts, LeftOutReason, Recipient } from '../../domain/giving.ts';
import type { Operation } from '../../domain/operation.ts';
import { hasRole, speakerOf } from '../../domain/person.ts';
import type { Role } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer } from '../../domain/server-id.ts';
import { ceilingOf, mayBeGiven } from '../../policy/giving/may-be-given.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** Which servers: those of a country, of a provider, or single ones. */
export interface AssignmentWish {
  readonly partner: string;
  readonly country: string | null;
  /** Its key. */
  readonly provider: string | null;
  readonly servers: readonly string[];
  readonly person: string;
  readonly reason: string;
}

/** What came of it, server by server. */
export interface AssignedServers {
  readonly operation: string;
  readonly partner: string;
  readonly assigned: readonly { readonly serverId: string; readonly host: string }[];
  /** How many of those that were meant stay ours, by reason. */
  readonly leftOut: Readonly<Partial<Record<LeftOutReason | 'notified-already' | 'with-a-partner' | 'over', number>>>;
}

/** Whoever hands a server over keeps notices of ours from leaving. */
export const ASSIGNERS: readonly Role[] = ['counsel', 'approver', 'admin', 'duty'];

const MOST_AT_ONCE = 10_000;
const GONE: ReadonlySet<string> = new Set(['dark', 'settled', 'retracted']);

/**
 * Hands servers over to a partner, who sees to them in our place. Only what the partner may have is told; what a notice of ours has
 * gone out about stays ours until its case is closed, so that nobody is written to twice.
 */
export async function assignServers(
  world: World,
  operation: Operation,
  wish: AssignmentWish,
): Promise<AssignedServers> {
  const key = parsePartnerKey(wish.partner);
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const people = await transaction.people();
    const by = speakerOf(people, wish.person);
    const speaker = people.find(({ person }) => person === by);
    if (speaker !== undefined && !hasRole(speaker, ASSIGNERS)) {
      throw problem('refused', `${speaker.name} is ${speaker.roles.join(', ')}; this needs ${ASSIGNERS.join(' or ')}`);
    }
    const partner = await transaction.partner(key);
    if (partner === null || partner.removedAt !== null) {
      throw problem('not-found', `${key} is no partner`, 'Make it one first: dismantle partner set KEY --name NAME');
    }
    const meant = await meantServers(transaction, world, operation, wish);
    const notified = new Map(
      (await transaction.noticesAbout(meant.map(({ serverId }) => serverId))).map((each) => [
        each.serverId,
        each.reference,
      ]),
    );
    const taken = new Set(
      (await transaction.assignments(operation.id))
        .filter(({ endedAt }) => endedAt === null)
        .map(({ serverId }) => serverId),
    );
    const counts = new Map<string, number>();
    const told: { readonly server: GivenServer; readonly host: string }[] = [];
    for (const facts of meant) {
      const answer = notified.has(facts.serverId)
        ? 'notified-already'
        : taken.has(facts.serverId)
          ? 'with-a-partner'
          : toldTo(partner, facts);
      if (typeof answer === 'string') counts.set(answer, (counts.get(answer) ?? 0) + 1);
      else told.push({ server: answer, host: facts.host });
    }
    if (told.length > 0) {
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'servers.assigned',
        subject: operation.id,
        body: {
          schema: 1,
          operation: operation.id,
          name: operation.name,
          partner: key,
          servers: told.map(({ server, host }) => toldRow(server, host)),
          reason: wish.reason,
          by,
        },
      });
    }
    return {
      operation: operation.name,
      partner: key,
      assigned: told.map(({ server: { serverId }, host }) => ({ serverId, host })),
      leftOut: Object.fromEntries(counts),
    };
  });
}

function toldRow(
  server: GivenServer,
  host: string,
): Record<string, string | null | { host: string; port: number | null }[]> {
  return {
    server: server.serverId,
    host,
    kind: server.kind,
    endpoints: server.endpoints.map(({ host: name, port }) => ({ host: name, port })),
    country: server.country,
    provider: server.provider?.name ?? null,
  };
}

/** What the partner may have of a server, in any of the roles that it has it in; a reason where in none. */
function toldTo(partner: Partner, facts: GivingFacts): GivenServer | LeftOutReason | 'over' {
  if (facts.state !== null && GONE.has(facts.state)) return 'over';
  let reason: LeftOutReason = 'not-theirs';
  for (const to of recipientsOf(partner)) {
    const { given, leftOut } = mayBeGiven(facts, { to, ceiling: ceilingOf(to) });
    if (given !== null) return given;
    // The most telling one: that it is somebody else's is true of most.
    if (leftOut !== 'not-theirs' && LEFT_OUT_REASONS.includes(leftOut)) reason = leftOut;
  }
  return reason;
}

function recipientsOf({ recipients }: Partner): readonly Recipient[] {
  return recipients.flatMap((text): readonly Recipient[] => {
    const [, kind, what = ''] = /^(country|provider):(.+)$/s.exec(text) ?? [];
    if (kind === 'country') return [{ kind, country: what }];
    return kind === 'provider' ? [{ kind, key: what }] : [];
  });
}

async function meantServers(
  transaction: ReadTransaction,
  world: World,
  operation: Operation,
  { country, provider, servers }: AssignmentWish,
): Promise<readonly GivingFacts[]> {
  const ids = new Set(servers.map((text) => namedServer(operation.id, text).id));
  const meant: GivingFacts[] = [];
  for await (const page of transaction.givingFacts(operation.id, world.clock.now())) {
    for (const facts of page) {
      const isMeant =
        ids.delete(facts.serverId) ||
        (country !== null && facts.country === country) ||
        (provider !== null && facts.provider?.key === provider);
      if (isMeant) meant.push(facts);
    }
    world.signal.throwIfAborted();
  }
  if (ids.size > 0)
    throw problem(
      'not-found',
      `${ids.size} of the servers are not in ${operation.name}`,
      'List them with: dismantle servers',
    );
  if (meant.length > MOST_AT_ONCE)
    throw problem('usage', `at most ${MOST_AT_ONCE} servers at once`, 'Name a provider, or single servers');
  return meant;
}
