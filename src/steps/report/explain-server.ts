import { defang, refang } from '../../domain/defang.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { independentGroups } from '../../policy/corroboration.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { CaseView, ServerView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';

/** How one row of the method table stood to a case. */
export interface RowVerdict {
  readonly rowId: string;
  readonly matched: boolean;
  /** The cells that did not take their fact; empty where the row matched. */
  readonly failed: readonly { readonly column: string; readonly cell: string; readonly value: string | null }[];
}

/** Why a server stands where it stands, and what is still missing. */
export interface Explanation {
  readonly operation: string;
  readonly server: ServerView;
  readonly case: CaseView | null;
  /** How many of the groups that named it are known to be independent. */
  readonly independentGroups: number;
  /** Set where the case has been decided. */
  readonly decision: {
    readonly row: MethodRow | null;
    readonly explanation: string;
    readonly facts: MethodFacts;
    /** Rows in the order of the table up to the deciding one: each says why it did not apply. */
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
  const wanted = hostOf(text);
  return world.store.read(async (transaction) => {
    const server = await findServer(
      transaction.servers(operation.id),
      (view) => view.host === wanted || view.serverId === wanted,
    );
    if (server === null) {
      throw problem(
        'not-found',
        `the operation ${operation.name} has no server ${defang(wanted)}`,
        `List them with: dismantle servers --operation ${operation.name}`,
      );
    }
    const caseView = await findServer(transaction.cases(operation.id), (view) => view.serverId === server.serverId);
    return {
      operation: operation.name,
      server,
      case: caseView,
      independentGroups: independentGroups(caseView?.groups ?? []),
      decision: await decisionOf(transaction, server, caseView, explainer),
    };
  });
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
  const deciding = trace.findIndex(({ matched }) => matched);
  const rows = deciding < 0 ? trace : trace.slice(0, deciding + 1);
  return {
    row,
    explanation,
    facts,
    rows,
    playbookChanged: row?.id !== caseView.rowId || explainer.playbook !== caseView.playbook,
  };
}

function hostOf(text: string): string {
  const refanged = refang(text.trim());
  const parsed = parseIndicator(refanged);
  return parsed.ok ? parsed.value.host : refanged.toLowerCase();
}

async function findServer<View>(
  pages: AsyncIterable<readonly View[]>,
  matches: (view: View) => boolean,
): Promise<View | null> {
  for await (const page of pages) {
    const found = page.find(matches);
    if (found !== undefined) return found;
  }
  return null;
}
