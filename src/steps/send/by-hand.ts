import type { DispatchChannel } from '../../domain/dispatch.ts';
import { problem } from '../../domain/problem.ts';
import type { DispatchNotice, DispatchRecord } from '../../ports/dispatches.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { readMessageTree, textOf } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';
import { followingMessageId, queueDispatch } from './queue-dispatch.ts';
import type { SendSetup } from './send-setup.ts';
import { whatKeepsIt } from './what-keeps-it.ts';

/** What a person did: filled in the provider's form, telephoned, handed it to the agent. */
export interface DoneByHand {
  readonly channel: Extract<DispatchChannel, 'form' | 'phone' | 'designated-agent' | 'api'>;
  /** What the provider gave as a receipt. */
  readonly ticket: string | null;
  /** With whom, and what was said. */
  readonly note: string;
  /** Whose act it is: a person's key where people are on record. */
  readonly by: string;
}

/**
 * The text that a person pastes into a provider's form; refused while something keeps the notice, since what is pasted has
 * left. The record of it is `doneByHand`.
 */
export async function textForForm(
  world: World,
  setup: SendSetup,
  reference: string,
): Promise<{ readonly dispatch: DispatchRecord; readonly notice: DispatchNotice; readonly text: string }> {
  return world.store.read(async (transaction) => {
    const { dispatch, notice } = await waiting(transaction, setup, reference);
    await assertFree(transaction, setup, dispatch, notice, world);
    const message = await transaction.noticeMessage(notice.messageSha256);
    if (message === null) throw problem('database', `the message of ${reference} is not there`, 'Run dismantle audit');
    return { dispatch, notice, text: dispatch.text?.body ?? plainTextOf(message) };
  });
}

/** Records that a person has carried a notice out by another way than mail. */
export async function doneByHand(world: World, setup: SendSetup, reference: string, done: DoneByHand): Promise<void> {
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(setup.operation.id);
    const { dispatch } = await forHand(world, transaction, setup, reference, done.channel);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'dispatch.submitted',
      subject: dispatch.dispatchId,
      body: {
        schema: 1,
        operation: setup.operation.id,
        notice: dispatch.noticeId,
        channel: done.channel,
        ticket: done.ticket,
        note: done.note,
        by: done.by,
      },
    });
  });
}

/** The dispatch that waits for a person; a call is a dispatch of its own beside what went or will go by mail. */
async function forHand(
  world: World,
  transaction: WriteTransaction,
  setup: SendSetup,
  reference: string,
  channel: DoneByHand['channel'],
): Promise<{ readonly dispatch: DispatchRecord }> {
  if (channel !== 'phone') {
    // What a person has done is put on record whatever has changed since the text was handed out.
    const { dispatch } = await waiting(transaction, setup, reference);
    return { dispatch };
  }
  const notice = await noticeOf(transaction, setup, reference);
  const earlier = await transaction.dispatches(setup.operation.id, notice.noticeId);
  const calls = earlier.filter((dispatch) => dispatch.channel === 'phone').length;
  const id = await queueDispatch(world, transaction, {
    operationId: setup.operation.id,
    noticeId: notice.noticeId,
    kind: 'reminder',
    channel: 'phone',
    contacts: [notice.provider],
    messageId: followingMessageId(notice.messageId, `call${calls + 1}`),
    inReplyTo: notice.messageId,
    references: [notice.messageId],
    notBefore: null,
    notAfter: null,
    hash: notice.hash,
    text: null,
  });
  const dispatch = id === null ? null : await transaction.dispatch(id);
  if (dispatch === null) throw new Error(`the call about ${reference} was not queued`);
  if (notice.sentAt === null) {
    throw problem('refused', `${reference} has not been sent, so there is nothing to telephone about yet`);
  }
  return { dispatch };
}

async function waiting(
  transaction: ReadTransaction,
  setup: SendSetup,
  reference: string,
): Promise<{ readonly dispatch: DispatchRecord; readonly notice: DispatchNotice }> {
  const notice = await noticeOf(transaction, setup, reference);
  const dispatches = await transaction.dispatches(setup.operation.id, notice.noticeId);
  // A correction goes first: it undoes harm.
  const atHand = dispatches.filter(({ state }) => state === 'waiting');
  const dispatch = atHand.find(({ kind }) => kind === 'correction') ?? atHand[0];
  if (dispatch !== undefined) return { dispatch, notice };
  throw problem(
    'not-found',
    `nothing of ${reference} waits for a person`,
    'What waits: dismantle outgoing. A notice that is approved is queued by: dismantle send',
  );
}

async function noticeOf(transaction: ReadTransaction, setup: SendSetup, reference: string): Promise<DispatchNotice> {
  const [view] = await transaction.notices(setup.operation.id, [reference]);
  const notice = view === undefined ? null : await transaction.noticeToSend(view.noticeId);
  if (notice !== null) return notice;
  throw problem('not-found', `there is no notice ${reference}`, 'List them with: dismantle notices');
}

async function assertFree(
  transaction: ReadTransaction,
  setup: SendSetup,
  dispatch: DispatchRecord,
  notice: DispatchNotice,
  world: World,
): Promise<void> {
  const kept = await whatKeepsIt(transaction, setup, { dispatch, notice }, world.clock.now());
  if (kept === null) return;
  throw problem('refused', `${notice.reference} must not leave: ${kept.reasons.join('; ')}`, 'See: dismantle review');
}

/** The text that a person reads, before the machine-readable parts. */
function plainTextOf(message: Uint8Array): string {
  const tree = readMessageTree(message);
  const text = tree.ok ? firstText(tree.value) : null;
  if (text === null) throw problem('database', 'the stored message has no text', 'Run dismantle audit');
  return text;
}

function firstText(part: MessagePart): string | null {
  if (part.parts.length === 0) return part.type === 'text/plain' ? textOf(part) : null;
  for (const child of part.parts) {
    const text = firstText(child);
    if (text !== null) return text;
  }
  return null;
}
