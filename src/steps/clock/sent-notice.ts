import type { MethodRow } from '../../domain/method.ts';
import { noticeSteps } from '../../policy/clock/notice-steps.ts';
import type { ClockServer, LastAnswer, SentNotice } from '../../policy/clock/notice-steps.ts';
import type { ClockSettings, ClockStep } from '../../domain/clock.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { ClockDispatch, ClockNotice, NamedCase } from '../../ports/clock-facts.ts';

/** What servers that are dark and not confirmed yet still lack, in words by server. */
export type Lacks = (
  transaction: ReadTransaction,
  serverIds: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/** What the clock works with, besides the notices. */
export interface ClockSetup {
  readonly settings: ClockSettings;
  /** Rows of the method table, by id: they say by when was asked. */
  readonly rows: ReadonlyMap<string, Pick<MethodRow, 'deadlineHours'>>;
  readonly lacks?: Lacks;
}

/** What is still to do about one notice; nothing where none of it is certain to have left. */
export function stepsOf(notice: ClockNotice, { settings, rows }: ClockSetup): readonly ClockStep[] {
  const sent = sentNotice(notice, rows);
  return sent === null ? [] : noticeSteps(sent, settings);
}

export function sentNotice(notice: ClockNotice, rows: ClockSetup['rows']): SentNotice | null {
  const { sentAt } = notice;
  if (sentAt === null) return null;
  return {
    sentAt,
    deadlineHours: deadlineOf(notice, rows),
    servers: notice.cases.map((each) => clockServer(each, sentAt)),
    answer: lastAnswer(notice),
    wantsReminders: notice.wantsReminders,
    isCleaning: notice.method === 'isp-remediation',
    // What went by a form or a call is followed up in the same way, by a person.
    signedReminders: reachedMailbox(notice) === null ? [] : notice.reminders.map(({ afterHours }) => afterHours),
    nextContactSigned: reachedMailbox(notice) !== null && notice.nextContact !== null,
    csirt: csirtOf(notice),
    contacts: 1 + furtherContacts(notice).length,
    followUps: notice.dispatches.flatMap(followUpOf),
  };
}

/** The mailbox that has taken the notice, which need not be the first of the list; null where it went another way. */
export function reachedMailbox({ dispatches }: ClockNotice): string | null {
  const sent = dispatches.find(({ kind, state }) => kind === 'notice' && state === 'sent');
  return sent?.attemptedAt.at(-1) ?? null;
}

/** Approved contacts that the notice has not been tried at: whoever was tried because the one before bounced is no new desk. */
export function furtherContacts({ contacts, dispatches }: ClockNotice): readonly string[] {
  const tried = new Set(
    dispatches
      .filter(({ kind }) => kind === 'notice')
      .flatMap(({ attemptedAt }) => attemptedAt)
      .map((mailbox) => mailbox.toLowerCase()),
  );
  return contacts.filter((contact) => !tried.has(contact.toLowerCase()));
}

/** The soonest that any row asked for; null where none set a time. */
function deadlineOf({ rowId, cases }: ClockNotice, rows: ClockSetup['rows']): number | null {
  const asked = [rowId, ...cases.map((each) => each.rowId)]
    .map((id) => (id === null ? null : (rows.get(id)?.deadlineHours ?? null)))
    .filter((hours) => hours !== null);
  return asked.length === 0 ? null : Math.min(...asked);
}

const STATES: Readonly<Record<string, ClockServer['state']>> = {
  contested: 'contested',
  retracted: 'retracted',
  dark: 'closed',
  settled: 'closed',
};

function clockServer({ serverId, state, look }: NamedCase, sentAt: number): ClockServer {
  return {
    serverId,
    state: STATES[state] ?? 'open',
    // What was seen before the notice left is why it left.
    look: look !== null && look.at > sentAt ? look : null,
  };
}

const ANSWERS = ['acknowledgement', 'action-claimed', 'refusal', 'question', 'contest'] as const;

function lastAnswer({ contestedAt, conversation, lastReplyAt }: ClockNotice): LastAnswer | null {
  if (contestedAt !== null) return { class: 'contest', at: contestedAt };
  const known = ANSWERS.find((answer) => answer === conversation);
  // A contest that has been settled stands in the conversation still, and pauses nothing any more.
  return known === undefined || known === 'contest' || lastReplyAt === null ? null : { class: known, at: lastReplyAt };
}

function csirtOf({ copy, informed }: ClockNotice): SentNotice['csirt'] {
  if (copy === null || informed.length === 0) return 'nobody';
  return informed.some(({ contact }) => contact !== null) ? 'mailbox' : 'by-hand';
}

/** The letter to the next contact is a reminder to another desk; its Message-ID tells which. */
export const NEXT_CONTACT = /\.next\d+@/;

function followUpOf({ kind, channel, messageId, state, queuedAt, sentAt }: ClockDispatch): SentNotice['followUps'] {
  if (state === 'cancelled') return [];
  const at = sentAt ?? queuedAt;
  if (channel === 'phone') return [{ kind: 'telephone', at }];
  if (kind === 'csirt-copy' || kind === 'upstream') return [{ kind, at }];
  if (kind === 'referral') return [{ kind: 'law-enforcement', at }];
  if (kind === 'reminder') return [{ kind: NEXT_CONTACT.test(messageId) ? 'next-contact' : 'reminder', at }];
  return [];
}
