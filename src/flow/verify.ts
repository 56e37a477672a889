import type { Settlement } from '../domain/case.ts';
import type { Instant } from '../domain/instant.ts';
import type { Quorum, ServerVerdict } from '../domain/verdict.ts';
import { findOperation, spoken } from '../flow.ts';
import { quorumGap } from '../policy/verdict/fold-rounds.ts';
import type { QuorumGap } from '../policy/verdict/fold-rounds.ts';
import type { Signing } from '../ports/signing.ts';
import type { RecordedLook, VerdictFacts } from '../ports/verdicts.ts';
import type { World } from '../ports/world.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { neededSince, stateOf } from '../steps/verify/fold-verdicts.ts';
import { acceptance, namedVerdict, settlement } from '../steps/verify/settle-case.ts';

/*
 *     looks ─► round ─► verdict ─► dark, confirmed ─► the case is closed ─► watched ─► back? a new case
 *
 * Is it dark? Probes alone say so; people say what it is that answers instead.
 */

/** How one server stands, and by which looks. */
export interface ShownVerdict {
  readonly serverId: string;
  readonly host: string;
  readonly verdict: ServerVerdict | null;
  readonly newestCase: VerdictFacts['newestCase'];
  /** Since when it is confirmed dark and has not come back. */
  readonly confirmedDarkAt: Instant | null;
  /** What a dark run that is not confirmed still lacks; null where there is none. */
  readonly gap: QuorumGap | null;
  /** The newest look at each endpoint from each vantage. */
  readonly looks: readonly RecordedLook[];
}

/** How far back the looks that are shown may lie. */
const SHOWN_MS = 90 * 86_400_000;

export async function shownVerdict(world: World, name: string, server: string, quorum: Quorum): Promise<ShownVerdict> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const { facts } = await namedVerdict(transaction, operation, server);
    const { serverId, host, verdict, newestCase, confirmedDarkAt } = facts;
    const since = neededSince(facts);
    const recorded = await transaction.recordedLooks([{ serverId, since: world.clock.now() - SHOWN_MS }]);
    const run = since === null ? [] : recorded.filter(({ at, round }) => (round ?? at) >= since - RUN_MARGIN_MS);
    const newest = new Map(recorded.map((look) => [JSON.stringify([look.port, look.vantage.name]), look]));
    return {
      serverId,
      host,
      verdict,
      newestCase,
      confirmedDarkAt,
      gap: since === null ? null : quorumGap(stateOf(facts, run).run, quorum),
      looks: [...newest.values()].toSorted((one, other) => (one.port ?? 0) - (other.port ?? 0) || other.at - one.at),
    };
  });
}

/** A round begins a little before its first dark look. */
const RUN_MARGIN_MS = 600_000;

interface Words {
  readonly person: string;
  readonly reason: string;
}

/** Ends the case of a server that answers as something else. Returns the case. */
export async function settleServer(
  world: World,
  signing: Signing,
  name: string,
  server: string,
  words: Words & { readonly as: Settlement },
): Promise<string> {
  const operation = await findOperation(world, name);
  const { person, reason, as } = spoken(words);
  return (await actSigned(world, signing, settlement(operation, { name: person, server, reason, as }))).subject;
}

/** Holds further looks against what answers now. Returns the server. */
export async function acceptService(
  world: World,
  signing: Signing,
  name: string,
  server: string,
  words: Words & { readonly port: number },
): Promise<string> {
  const operation = await findOperation(world, name);
  const { person, reason, port } = spoken(words);
  return (await actSigned(world, signing, acceptance(operation, { name: person, server, reason, port }))).subject;
}
