import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { namedServer, noSuchServer } from '../../domain/server-id.ts';
import { defang } from '../../domain/defang.ts';
import type { Queue } from '../../ports/queueing.ts';
import type { Sharing } from '../../ports/sharing.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { CaseView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';
import { queueCorrections } from './queue-corrections.ts';
import type { ComposeCorrection } from './queue-corrections.ts';

export interface RetractionRequest {
  /** The person who signs, as typed with --as. */
  readonly name: string;
  /** A server (host, host:port, URL, id) or the id of its case. */
  readonly target: string;
  readonly reason: string;
}

export interface RetractionSetup {
  readonly queue: Queue;
  readonly compose: ComposeCorrection;
  /** By what others learn of servers. */
  readonly sharing: readonly Sharing[];
}

/** What came of a retraction. */
export interface Retraction {
  readonly caseId: string;
  readonly serverId: string;
  readonly host: string;
  /** Its case before it came back, which stands still: what was sent of that is taken back for itself. Null: none stands. */
  readonly earlierCase: string | null;
  /** References of the notices that had told of it. */
  readonly notices: readonly string[];
  /** Corrections that were queued, one a recipient. */
  readonly corrections: number;
  /** Messages that had not left and do not any more. */
  readonly stopped: number;
}

/**
 * Takes one case back. One signature is enough: harm is being done meanwhile. What has not left stays, everybody whom
 * something reached is told and asked to restore, and nothing that is shared holds the server from now on. The server's
 * other notices and the notice's other servers stand.
 */
export function retractCase(
  world: World,
  operation: Operation,
  { name, target, reason }: RetractionRequest,
  setup: RetractionSetup,
): { readonly act: SignedAct; readonly result: () => Retraction } {
  let done: Retraction | null = null;
  const act: SignedAct = {
    name,
    act: 'case.retracted',
    lock: operation.id,
    async prepare(transaction) {
      const caseView = await namedCase(transaction, operation, target);
      if (caseView.state === 'retracted') {
        throw problem('refused', `the case of ${defang(caseView.host)} was retracted before`, 'See: dismantle status');
      }
      const notices = await transaction.clockNotices(operation.id, caseView.caseId);
      return {
        subject: caseView.caseId,
        terms: {
          operation: operation.id,
          server: caseView.serverId,
          notices: notices.map(({ noticeId }) => noticeId).sort(),
          reason,
        },
      };
    },
    async also(transaction) {
      const { caseId, serverId, host, previousCaseId } = await namedCase(transaction, operation, target);
      const stopped = await stopWhatHasNotLeft(world, transaction, operation, caseId);
      for (const shared of setup.sharing) {
        await shared.withdraw(transaction, { caseId, serverId, operationId: operation.id, reason });
      }
      const corrections = await queueCorrections(transaction, operation.id, { caseId }, setup.queue, setup.compose);
      const notices = (await transaction.clockNotices(operation.id, caseId)).map(({ reference }) => reference);
      const earlier = previousCaseId === null ? null : await transaction.caseById(operation.id, previousCaseId);
      const earlierCase = earlier === null || earlier.state === 'retracted' ? null : earlier.caseId;
      done = { caseId, serverId, host, earlierCase, notices, corrections, stopped };
    },
  };
  return {
    act,
    result() {
      if (done === null) throw new Error('nothing has been retracted yet');
      return done;
    },
  };
}

async function namedCase(transaction: ReadTransaction, operation: Operation, target: string): Promise<CaseView> {
  const named = namedServer(operation.id, target);
  const byServer = await transaction.caseOf(named.id);
  if (byServer !== null && (await transaction.server(operation.id, byServer.serverId)) !== null) return byServer;
  const byCase = await transaction.caseById(operation.id, named.id);
  if (byCase !== null) return byCase;
  if ((await transaction.server(operation.id, named.id)) === null) throw noSuchServer(operation, named);
  throw problem('refused', `${named.shown} has no case yet, so there is nothing to take back`);
}

/** Everything of every notice about the case that is not certain to have left: its words name the server. */
async function stopWhatHasNotLeft(
  world: World,
  transaction: WriteTransaction,
  { id }: Operation,
  caseId: string,
): Promise<number> {
  const open = await transaction.openDispatches(caseId);
  for (const { dispatchId, noticeId } of open) {
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'dispatch.cancelled',
      subject: dispatchId,
      body: { schema: 1, operation: id, notice: noticeId, reason: 'a server that it names was taken back' },
    });
  }
  return open.length;
}
