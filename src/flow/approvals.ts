import type { Gates } from '../domain/gates.ts';
import type { Operation } from '../domain/operation.ts';
import { findOperation, mailingRows, operationNamed, spoken } from '../flow.ts';
import type { Sources } from '../flow.ts';
import type { NamedNotice, WaitingNotice } from '../ports/approvals.ts';
import type { Signing } from '../ports/signing.ts';
import type { World } from '../ports/world.ts';
import { approveNotice } from '../steps/approve/approve-notice.ts';
import { clearContact } from '../steps/approve/clear-contact.ts';
import { namedNotice } from '../steps/approve/gates-of.ts';
import { listWaiting } from '../steps/approve/list-waiting.ts';
import { releaseServer, releaseStanding } from '../steps/approve/release-server.ts';
import type { ReleaseStanding } from '../steps/approve/release-server.ts';
import { reviewNotice } from '../steps/approve/review-notice.ts';
import type { ReviewedNotice } from '../steps/approve/review-notice.ts';
import { rejectNotice, withdrawApproval } from '../steps/approve/take-back.ts';
import { judgeStoredNotices } from '../steps/notify/lint-stored.ts';
import { storedDraft, textOfMessage } from '../steps/notify/stored-draft.ts';
import { actSigned } from '../steps/people/act-signed.ts';

/*
 *     decide ─► notify (draft) ─► review ─► approve ─► send
 *
 * Between drafting and sending stand people. Each act here is signed by one of them.
 */

/** What a review consults besides the store. */
export type ReviewSources = Pick<Sources, 'methodTable' | 'notices'> & { readonly gates: Gates };

/** A person with a reason. */
export interface SpokenWords {
  readonly person: string;
  readonly reason: string;
}

/** What waits for approval or for leaving, the most harmful first. */
export async function waiting(world: World, operation: string): Promise<readonly WaitingNotice[]> {
  return world.store.read(async (transaction) =>
    listWaiting(transaction, (await operationNamed(transaction, operation)).id),
  );
}

/** A notice with everything that an approver needs, its text, and what lint finds wrong with it. */
export interface Review extends ReviewedNotice {
  readonly text: string | null;
  readonly errors: readonly string[];
}

/** `operation` null: whichever operation has a notice of this name. */
export async function review(
  world: World,
  sources: ReviewSources,
  name: string,
  operation: string | null,
): Promise<Review> {
  const setup = { ...sources.notices, rows: mailingRows(sources.methodTable) };
  // All as of one moment: what was judged is what is shown.
  return world.store.read(async (transaction) => {
    const { noticeId, reference, state, operation: its } = await namedNotice(transaction, name, operation);
    const isJudged = state === 'drafted' || state === 'approved';
    const known = await operationNamed(transaction, its);
    const [judged] = isJudged ? await judgeStoredNotices(world, transaction, known, setup, [reference]) : [];
    const now = world.clock.now();
    const reviewed = await reviewNotice(transaction, noticeId, {
      gates: sources.gates,
      now,
      rows: setup.rows,
      draft: isJudged ? (judged?.draft ?? null) : await storedDraft(transaction, known, setup, noticeId),
    });
    const message = judged?.message ?? (await transaction.noticeMessage(reviewed.notice.messageSha256));
    const errors = (judged?.findings ?? []).filter(({ severity }) => severity === 'error');
    return {
      ...reviewed,
      errors: errors.map(({ where, what }) => `${where}: ${what}`),
      text: message === null ? null : textOfMessage(message),
    };
  });
}

export interface Approval {
  readonly person: string;
  /** Null: three days, or until the order that it stands on ends. */
  readonly hours: number | null;
}

/** Signs a person's yes to exactly what the review showed, and shows how it stands then. */
export async function approve(
  world: World,
  signing: Signing,
  sources: ReviewSources,
  shown: Review,
  approval: Approval,
): Promise<Review> {
  await signApproval(world, signing, sources, shown, approval);
  return review(world, sources, shown.notice.reference, shown.notice.operation);
}

/** Signs a person's yes to exactly what the review showed. */
export async function signApproval(
  world: World,
  signing: Signing,
  sources: ReviewSources,
  shown: Review,
  { person, hours }: Approval,
): Promise<void> {
  const act = approveNotice({
    name: person,
    notice: shown.notice,
    hash: shown.notice.hash,
    hours,
    gates: sources.gates,
    now: world.clock.now(),
    errors: shown.errors,
  });
  await actSigned(world, signing, act);
}

/** Signs a person's no. Returns the notice. */
export function reject(...words: TakeBackArguments): Promise<NamedNotice> {
  return takeBack(rejectNotice, ...words);
}

/** Takes a person's own approval back. Returns the notice. */
export function withdraw(...words: TakeBackArguments): Promise<NamedNotice> {
  return takeBack(withdrawApproval, ...words);
}

/** `operation` null: whichever operation has a notice of this name. */
type TakeBackArguments = readonly [
  world: World,
  signing: Signing,
  name: string,
  operation: string | null,
  words: SpokenWords,
];

async function takeBack(
  act: typeof rejectNotice,
  ...[world, signing, name, operation, words]: TakeBackArguments
): Promise<NamedNotice> {
  const notice = await world.store.read((transaction) => namedNotice(transaction, name, operation));
  const { person, reason } = spoken(words);
  await actSigned(world, signing, act({ name: person, notice, reason }));
  return notice;
}

/** One of two words that let a server go which lists hold. Returns how many different people have said so by now. */
export async function release(
  world: World,
  signing: Signing,
  operation: string,
  server: string,
  words: SpokenWords,
): Promise<{ readonly operation: Operation; readonly host: string; readonly people: number }> {
  const known = await findOperation(world, operation);
  const { person, reason } = spoken(words);
  const { subject } = await actSigned(
    world,
    signing,
    releaseServer({ name: person, operation: known, server, reason }),
  );
  return world.store.read(async (transaction) => {
    const releases = await transaction.releases(subject);
    const holding = (await transaction.caseOf(subject))?.listHits.filter(({ effect }) => effect === 'hold') ?? [];
    const counts = holding.map(
      ({ list, entry }) => releases.find((each) => each.list === list && each.entry === entry)?.persons.length ?? 0,
    );
    const view = await transaction.server(known.id, subject);
    return { operation: known, host: view?.host ?? server, people: Math.min(...counts) };
  });
}

/** How letting a server go stands that lists hold. */
export async function releaseOf(world: World, operation: string, server: string): Promise<ReleaseStanding> {
  return world.store.read(async (transaction) =>
    releaseStanding(transaction, await operationNamed(transaction, operation), server),
  );
}

/** A person has made sure that a mailbox is the provider's own. Returns the provider's key. */
export async function clear(
  world: World,
  signing: Signing,
  provider: string,
  mailbox: string,
  words: SpokenWords,
): Promise<string> {
  const { person, reason } = spoken(words);
  return (await actSigned(world, signing, clearContact({ name: person, provider, mailbox, reason }))).subject;
}

export type { ReviewedNotice } from '../steps/approve/review-notice.ts';
export { APPROVAL_HOURS, MAX_APPROVAL_HOURS } from '../steps/approve/approve-notice.ts';
export { RELEASES_NEEDED } from '../policy/released-hits.ts';
