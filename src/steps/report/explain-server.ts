import type { Method, MethodFacts, MethodRow } from '../../domain/method.ts';
import { botnetNames } from '../../domain/operation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Provider } from '../../domain/provider.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import type { HandsOff } from '../../domain/deconfliction.ts';
import type { Instant } from '../../domain/instant.ts';
import { weigh } from '../../policy/corroboration.ts';
import { handsOffInForce, serverDeconfliction } from '../../policy/deconfliction.ts';
import type { ServerDeconfliction } from '../../policy/deconfliction.ts';
import type { LookRecord, RoundRecord } from '../../ports/deconfliction.ts';
import type { ServerAttestation } from '../../domain/statement.ts';
import type { Weighing } from '../../policy/corroboration.ts';
import type { IdentifyFacts, ReadTransaction } from '../../ports/store.ts';
import type { CaseView, ServerView, SightingView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';

/** How one row of the method table stood to a case. */
export interface RowVerdict {
  readonly rowId: string;
  readonly method: Method;
  /** The first row that matches decides; one that stands after it does not apply even where it would match. */
  readonly place: 'before' | 'decides' | 'after';
  readonly matched: boolean;
  /** The cells that did not take their fact; empty where the row matched. */
  readonly failed: readonly { readonly column: string; readonly cell: string; readonly value: string | null }[];
}

/** Why a server stands where it stands, and what is still missing. */
export interface Explanation {
  readonly operation: string;
  /** The botnet that the operation is against; null until stated. */
  readonly malware: string | null;
  readonly server: ServerView;
  /** What the sources say of it, the latest word first, at most 200. */
  readonly sightings: readonly SightingView[];
  /** Who can switch it off, with all known contacts; null where nobody is known. */
  readonly provider: Provider | null;
  readonly case: CaseView | null;
  /** Who has vouched for this very server, with what words. */
  readonly attestations: readonly ServerAttestation[];
  /** What counts for it now, what does not, and why. */
  readonly weighing: Weighing;
  /** What people saw of it by hand, the newest look first, at most LOOKS_SHOWN. */
  readonly looks: readonly LookRecord[];
  /** Whether others who may be at work on it have been asked, and who wants it left alone. */
  readonly deconfliction: ServerDeconfliction & {
    readonly rounds: readonly RoundRecord[];
    /** The one in force that lasts longest; null where none is. */
    readonly handsOff: HandsOff | null;
  };
  /** Set where the case has been decided. */
  readonly decision: {
    readonly row: MethodRow | null;
    readonly explanation: string;
    readonly facts: MethodFacts;
    /** Whose country the facts name: the provider's goes before the server's; null where neither is known. */
    readonly countryOf: 'provider' | 'server' | null;
    /** Every row in the order of the table: each but the deciding one says why it does not apply. */
    readonly rows: readonly RowVerdict[];
    /** The case was decided by another playbook, or on other facts, than explain it here: the next run decides anew. */
    readonly playbookChanged: boolean;
  } | null;
}

export interface MethodExplainer {
  readonly playbook: string;
  factsOf(
    server: ServerView,
    caseView: CaseView,
    provider: Awaited<ReturnType<ReadTransaction['provider']>>,
  ): MethodFacts;
  explain(facts: MethodFacts): {
    readonly row: MethodRow | null;
    readonly explanation: string;
    readonly trace: readonly RowVerdict[];
  };
}

/** Finds one server of an operation by host, host:port or id, defanged or not. */
export async function explainServer(
  world: World,
  operation: Operation,
  text: string,
  explainer: MethodExplainer,
): Promise<Explanation> {
  const wanted = namedServer(operation.id, text);
  return world.store.read(async (transaction) => {
    const server = await transaction.server(operation.id, wanted.id);
    if (server === null) throw noSuchServer(operation, wanted);
    const caseView = await transaction.caseOf(server.serverId);
    const judgedBy: Omit<IdentifyFacts, 'current' | 'serverId' | 'host' | 'hostType'> =
      (await transaction.statements(operation.id, server.serverId)) ?? NOTHING_SAID;
    return {
      operation: operation.name,
      malware: operation.malware,
      server,
      sightings: await transaction.sightings(server.serverId, SIGHTINGS_SHOWN),
      provider: server.providerKey === null ? null : await transaction.provider(server.providerKey),
      case: caseView,
      attestations: judgedBy.attestations,
      weighing: weigh({ ...judgedBy, probe: judgedBy.probe ?? null }, world.clock.now(), botnetNames(operation)),
      looks: await transaction.looks().looks([server.serverId], 0, LOOKS_SHOWN),
      deconfliction: await deconflictionOf(transaction, server.serverId, world.clock.now()),
      decision: await decisionOf(transaction, server, caseView, explainer),
    };
  });
}

async function deconflictionOf(
  transaction: ReadTransaction,
  serverId: string,
  now: Instant,
): Promise<Explanation['deconfliction']> {
  const rounds = await transaction.deconfliction().roundsOfServer(serverId);
  const handsOffs = await transaction.deconfliction().handsOffs({ serverId });
  return {
    ...serverDeconfliction({ rounds, handsOffs }, now),
    rounds,
    handsOff: handsOffInForce(handsOffs, now),
  };
}

async function decisionOf(
  transaction: ReadTransaction,
  server: ServerView,
  caseView: CaseView | null,
  explainer: MethodExplainer,
): Promise<Explanation['decision']> {
  if (caseView === null || caseView.method === null || caseView.state === 'held') return null;
  const provider = server.providerKey === null ? null : await transaction.provider(server.providerKey);
  const facts = explainer.factsOf(server, caseView, provider);
  const { row, explanation, trace } = explainer.explain(facts);
  return {
    row,
    explanation,
    facts,
    countryOf: facts.country === null ? null : (provider?.country ?? null) === null ? 'server' : 'provider',
    rows: trace,
    playbookChanged: row?.id !== caseView.rowId || explainer.playbook !== caseView.playbook,
  };
}

const NOTHING_SAID = { statements: [], names: [], attestations: [], attestedImports: [] };

const LOOKS_SHOWN = 20;

/** The latest words of its sources; a popular server has been named a thousand times. */
const SIGHTINGS_SHOWN = 200;
