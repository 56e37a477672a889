import type { Instant } from '../../domain/instant.ts';
import { personKey } from '../../domain/person.ts';
import type { MethodRow } from '../../domain/method.ts';
import type { Scenario } from '../../domain/scenario.ts';
import type { Exercise } from '../play.ts';
import { isUp } from '../world/internet.ts';
import type { Books, Handed, KnownDispatch, KnownNotice, Written } from './books.ts';
import { momentOf, textOf } from './books.ts';
import type { Fault } from './fault.ts';

/*
 * What must always hold (DESIGN.md), a function a rule, by its number there. Each is asked at every commit about the entries that
 * are new, at every message that is handed over, and once at the end. They judge by the second book-keeping and by the world's truth.
 */

export interface Judged {
  readonly exercise: Exercise;
  readonly scenario: Scenario;
  readonly books: Books;
  readonly faults: readonly Fault[];
  readonly rows: ReadonlyMap<string, MethodRow>;
}

/** What only the end can tell. */
export interface EndFacts {
  /** The ledger as the store has it. */
  readonly stored: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly recordedAt: string;
    readonly body: string;
  }[];
  /** The same entries as the second book-keeping has them, bodies in canonical JSON. */
  readonly written: readonly { readonly kind: string; readonly subject: string; readonly body: string }[];
  readonly imports: readonly { readonly file: string; readonly rows: number }[];
  readonly auditFindings: readonly string[];
  readonly stateDifferences: readonly string[];
  /** Why the product keeps what it keeps, by dispatch. */
  readonly kept: ReadonlyMap<string, readonly string[]>;
}

export type Moment =
  | { readonly moment: 'commit'; readonly fresh: readonly Written[] }
  | { readonly moment: 'handed'; readonly handed: Handed }
  | { readonly moment: 'end'; readonly end: EndFacts };

/** Sentences of what does not hold; empty where all does. */
export type Invariant = (judged: Judged, moment: Moment) => readonly string[];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** 1: what is about to be done is on record before; every intent comes to an outcome; nothing goes under two Message-IDs; none is lost. */
export const rule1IntentFirst: Invariant = ({ books, exercise }, moment) => {
  if (moment.moment === 'handed') {
    const { handed } = moment;
    const intent = books.entries
      .slice(0, handed.entries)
      .find(
        ({ draft }) =>
          (draft.kind === 'dispatch.attempted' || draft.kind === 'briefing.attempted') &&
          draft.body['messageSha256'] === handed.sha256 &&
          draft.body['recipient'] === handed.to,
      );
    if (intent === undefined) return [`a message for ${handed.to} left without an intent on record`];
    if (intent.draft.kind === 'briefing.attempted')
      return briefingFaults(books, intent.draft.subject, handed, exercise.time.now());
    const dispatch = books.dispatches.get(intent.draft.subject);
    if (dispatch?.messageId !== handed.messageId)
      return [
        `the dispatch ${intent.draft.subject} left under ${handed.messageId} instead of ${dispatch?.messageId ?? 'none'}`,
      ];
    const notice = books.notices.get(dispatch.noticeId);
    if (dispatch.kind === 'notice' && notice?.messageId !== handed.messageId)
      return [`the notice ${notice?.reference ?? ''} left under a Message-ID that is not its own`];
    return [];
  }
  if (moment.moment !== 'end') return [];
  const now = exercise.time.now();
  const broken: string[] = [];
  for (const dispatch of books.dispatches.values()) {
    if (dispatch.isOpen && !moment.end.kept.has(dispatch.dispatchId))
      broken.push(
        `the intent of ${dispatch.kind} ${dispatch.messageId} has neither an outcome nor a reason that keeps it`,
      );
  }
  for (const notice of books.notices.values()) {
    const own = [...books.dispatches.values()].filter(
      (each) => each.noticeId === notice.noticeId && each.kind === 'notice',
    );
    const hasLeft = own.some(({ state }) => state !== 'queued');
    if (hasLeft || approvalsOf(notice, now) < notice.approvals) continue;
    if (obstacles({ books }, notice, now).length > 0) continue;
    broken.push(`the notice ${notice.reference} is approved, nothing obstructs it, and it has not left`);
  }
  return broken;
};

/** 2: two groups that name it, evidence of C2 of the last 7 days, a look of the last 24 hours that found it alive. */
export const rule2Evidence: Invariant = (judged, moment) =>
  firstDeliveries(judged, moment).flatMap(({ notice, at }) =>
    judged.books.hostsOf(notice).flatMap(({ host }) => evidenceObstacles(judged, host, at)),
  );

/** What is told ahead of a strike: under one Message-ID, signed by two, before its notice, and naming no server. */
function briefingFaults(books: Books, briefing: string, handed: Handed, now: Instant): readonly string[] {
  const before = books.entries.slice(0, handed.entries).map(({ draft }) => draft);
  const composed = before.findLast(({ kind, subject }) => kind === 'briefing.composed' && subject === briefing);
  if (composed === undefined) return [`a briefing for ${handed.to} left that nobody had written`];
  const { hash = null, messageId, recipient, leaveBefore, strike } = composed.body;
  const signers = before.flatMap(({ kind, body }) =>
    kind === 'strike.briefings-approved' && JSON.stringify(body['briefings']).includes(textOf(hash))
      ? [textOf(body['person'])]
      : [],
  );
  const tracked = [...books.hostOf.values()];
  return [
    ...(messageId === handed.messageId ? [] : [`the briefing ${briefing} left under ${handed.messageId}`]),
    ...(recipient === handed.to ? [] : [`the briefing for ${textOf(recipient)} went to ${handed.to}`]),
    ...(new Set(signers).size >= 2 ? [] : [`a briefing left with ${new Set(signers).size} approvals`]),
    ...(momentOf(leaveBefore) > now ? [] : [`a briefing for ${handed.to} left when its notice might`]),
    ...(before.some(({ kind, subject }) => kind === 'strike.released' && subject === strike)
      ? [`a briefing for ${handed.to} left after its strike was released`]
      : []),
    ...tracked
      .filter((host) => handed.text.includes(host) || handed.text.includes(host.replaceAll('.', '[.]')))
      .map((host) => `a briefing for ${handed.to} names ${host}`),
  ];
}

/** 3: what is protected is never named to anybody; on shared ground no more is asked for than a name. */
export const rule3ProtectedGround: Invariant = ({ books, scenario, rows }, moment) => {
  if (moment.moment !== 'handed') return [];
  const { handed } = moment;
  const broken: string[] = [];
  if (handed.hosts.some((host) => host.endsWith('protected.example')) || handed.text.includes('protected[.]example'))
    broken.push(`a message to ${handed.to} names protected.example`);
  const shared = scenario.providers.flatMap(({ domains }) => domains);
  const notice = books.notices.get(books.dispatchOf(handed.messageId)?.noticeId ?? '');
  for (const { host, caseId } of notice === undefined ? [] : books.hostsOf(notice)) {
    if (!shared.some((domain) => host.endsWith(`.${domain}`))) continue;
    const tooMuch = (rows.get(books.rowOf.get(caseId) ?? '')?.asks ?? []).filter((ask) => MORE_THAN_A_NAME.has(ask));
    if (tooMuch.length > 0) broken.push(`${tooMuch.join(', ')} is asked for ${host}, which stands on shared ground`);
  }
  return broken;
};

const MORE_THAN_A_NAME: ReadonlySet<string> = new Set(['isolate', 'null-route', 'suspend']);

/** 4: others were asked and have answered; hands off blocks; a contest pauses; a retraction reaches everybody within the hour. */
export const rule4FirstDoNoHarm: Invariant = (judged, moment) => {
  const { books, scenario, faults, exercise } = judged;
  const broken = firstDeliveries(judged, moment).flatMap(({ notice, at }) =>
    books.hostsOf(notice).flatMap(({ serverId, host }) => {
      const found: string[] = [];
      const isCleared = [...books.rounds.values()].some(
        ({ servers, asked }) =>
          servers.has(serverId) && scenario.parties.every(({ name }) => asked.get(name)?.isAnswered === true),
      );
      if (!isCleared) found.push(`${notice.reference} names ${host}, about which not everybody has answered`);
      if (isHandsOff(books, serverId, at)) found.push(`${notice.reference} names ${host}: hands off`);
      return found;
    }),
  );
  if (moment.moment === 'handed') {
    const dispatch = books.dispatchOf(moment.handed.messageId);
    const notice = books.notices.get(dispatch?.noticeId ?? '');
    if (dispatch?.kind !== 'correction' && notice?.isContested === true)
      broken.push(`${dispatch?.kind ?? 'a message'} of ${notice.reference} left although it is contested`);
  }
  if (moment.moment !== 'end') return broken;
  for (const { caseId, at, notices } of books.retracted) {
    for (const { recipient, noticeId, before } of reached(books, notices, at)) {
      const corrected = books.entries.find(
        (entry) =>
          entry.draft.kind === 'dispatch.delivered' &&
          entry.draft.body['recipient'] === recipient &&
          books.dispatches.get(entry.draft.subject)?.kind === 'correction' &&
          books.dispatches.get(entry.draft.subject)?.noticeId === noticeId &&
          entry.at >= before,
      );
      // A mailbox that takes nothing more is put before a person, and nobody here takes that up.
      const isRefused = books.entries.some(
        ({ draft }) =>
          draft.kind === 'dispatch.failed' &&
          draft.body['recipient'] === recipient &&
          draft.body['next'] === 'person' &&
          books.dispatches.get(draft.subject)?.kind === 'correction' &&
          books.dispatches.get(draft.subject)?.noticeId === noticeId,
      );
      if (corrected === undefined && isRefused) continue;
      const from = Math.max(at, before);
      const late = (corrected?.at ?? exercise.time.now()) - from;
      if (late > HOUR_MS + delaysWithin(faults, scenario.begins, from))
        broken.push(
          `${recipient} ${corrected === undefined ? 'has never been' : `was, ${Math.round(late / MINUTE_MS)} minutes later,`} told that ${caseId} was retracted`,
        );
    }
  }
  return broken;
};

/** 5: verdicts come from looks alone; who is known to be dark or another is not reminded. */
export const rule5RepliesChangeNoVerdict: Invariant = ({ books }, moment) => {
  if (moment.moment === 'commit') {
    const looked = new Set(
      moment.fresh.filter(({ draft }) => draft.kind === 'probe.recorded').map(({ transaction }) => transaction),
    );
    return moment.fresh
      .filter(({ draft, transaction }) => VERDICTS.has(draft.kind) && !looked.has(transaction))
      .map(({ draft }) => `${draft.kind} of ${books.hostOf.get(draft.subject) ?? draft.subject} follows from no look`);
  }
  if (moment.moment !== 'handed') return [];
  const dispatch = books.dispatchOf(moment.handed.messageId);
  const notice = books.notices.get(dispatch?.noticeId ?? '');
  if (dispatch?.kind !== 'reminder' || notice === undefined) return [];
  const verdicts = books.hostsOf(notice).map(({ serverId }) => books.verdictOf.get(serverId) ?? '');
  return verdicts.every((verdict) => verdict === 'answers-other' || verdict === 'dark')
    ? [`a reminder of ${notice.reference} left although nothing of it is alive: ${verdicts.join(', ')}`]
    : [];
};

const VERDICTS: ReadonlySet<string> = new Set(['server.verdict-changed', 'server.confirmed-dark', 'server.returned']);

/** 6: so many different approvers as the draft wants have signed this very text, in force when it leaves. */
export const rule6Approvals: Invariant = (judged, moment) =>
  firstDeliveries(judged, moment).flatMap(({ notice, dispatch, at }) => {
    const given = [...notice.approved].filter(
      ([person, { hash, expiresAt }]) =>
        hash === dispatch.hash &&
        hash === notice.hash &&
        expiresAt + slackOf(judged.faults) > at &&
        (judged.books.roles.get(personKey(person)) ?? []).includes('approver'),
    );
    return given.length >= Math.max(1, notice.approvals)
      ? []
      : [`${notice.reference} left with ${given.length} approvals of its text instead of ${notice.approvals}`];
  });

/** 7: of one provider, method and episode there is one open notice. */
export const rule7OneOpenNotice: Invariant = (judged, moment) =>
  firstDeliveries(judged, moment).flatMap(({ notice }) => {
    const { books } = judged;
    const others = [...books.dispatches.values()].flatMap((each) => {
      const other = books.notices.get(each.noticeId);
      const hasLeft = each.kind === 'notice' && (each.state === 'delivered' || each.isOpen);
      const isSame = other?.provider === notice.provider && other.method === notice.method;
      return hasLeft && isSame && other.noticeId !== notice.noticeId ? [other] : [];
    });
    return others
      .filter((other) => other.cases.some((caseId) => notice.cases.includes(caseId)))
      .map((other) => `${notice.reference} and ${other.reference} both ask ${notice.provider} about one episode`);
  });

/** 8 and the ledger: nothing is before what is before it, and what was committed is what is there, no more and no less. */
export const rule8OneHistory: Invariant = (_judged, moment) => {
  if (moment.moment !== 'end') return [];
  const { stored, written } = moment.end;
  const broken: string[] = [];
  for (const [index, entry] of stored.entries()) {
    const before = stored[index - 1];
    if (before !== undefined && entry.recordedAt < before.recordedAt)
      broken.push(`entry ${index + 1} is recorded before the one before it`);
    const own = written[index];
    if (own?.kind !== entry.kind || own.subject !== entry.subject || own.body !== entry.body) {
      broken.push(
        `entry ${index + 1} of the ledger, ${entry.kind}, is not what was committed (${own?.kind ?? 'nothing'})`,
      );
      return broken;
    }
  }
  if (stored.length < written.length)
    broken.push(`${written.length - stored.length} committed entries are not in the ledger`);
  return broken;
};

/** 10: an import shows whole or not at all. */
export const rule10WholeImports: Invariant = ({ books }, moment) => {
  if (moment.moment === 'commit') {
    return moment.fresh
      .filter(({ draft }) => draft.kind === 'import.recorded')
      .flatMap(({ draft, rows }) => {
        const edition = books.editions.get(textOf(draft.body['file']));
        if (edition === undefined) return [`${textOf(draft.body['file'])} was imported, and nobody has published it`];
        const { counts } = draft.body;
        const repeated =
          typeof counts === 'object' && counts !== null && 'repeated' in counts ? Number(counts['repeated']) : 0;
        const kept = rows.filter(({ type }) => type !== 'configuration').length;
        return kept + repeated === edition.length
          ? []
          : [`${textOf(draft.body['file'])} has ${edition.length} rows, and ${kept + repeated} were taken`];
      });
  }
  if (moment.moment !== 'end') return [];
  const recorded = books.entries
    .filter(({ draft }) => draft.kind === 'import.recorded')
    .map(({ draft }) => textOf(draft.body['file']));
  const shown = moment.end.imports.map(({ file }) => file);
  return [
    ...shown
      .filter((file) => !recorded.includes(file))
      .map((file) => `${file} shows although it was not imported whole`),
    ...recorded.filter((file) => !shown.includes(file)).map((file) => `${file} was imported and does not show`),
    ...recorded.filter((file, index) => recorded.indexOf(file) < index).map((file) => `${file} was imported twice`),
  ];
};

/** 12: no dispatch is tried without end, nobody is written to without end. */
export const rule12Bounded: Invariant = ({ books }, moment) => {
  if (moment.moment !== 'handed') return [];
  const dispatch = books.dispatchOf(moment.handed.messageId);
  if (dispatch === null) return [];
  const ofNotice = books.handed.filter(({ messageId }) => books.dispatchOf(messageId)?.noticeId === dispatch.noticeId);
  return [
    ...(dispatch.attempts > 12 * Math.max(1, dispatch.contacts.length)
      ? [`${dispatch.messageId} was tried ${dispatch.attempts} times`]
      : []),
    ...(ofNotice.length > 60 ? [`${ofNotice.length} messages of one notice`] : []),
  ];
};

/** Figures: who is confirmed dark did not answer a vantage that told the truth since the first dark look. */
export const ruleFiguresDark: Invariant = ({ books, exercise }, moment) => {
  if (moment.moment !== 'commit') return [];
  return moment.fresh
    .filter(({ draft }) => draft.kind === 'server.confirmed-dark')
    .flatMap(({ draft, at }) => {
      const host = books.hostOf.get(draft.subject) ?? '';
      const machine = exercise.internet.at(host);
      if (machine === null || !machine.isC2 || !isUp(machine, at)) return [];
      const darkAt = Date.parse(textOf(draft.body['darkAt']));
      const wasSeen = books.looked.some(
        (look) => look.host === host && look.isTrue && look.answered && look.at > darkAt,
      );
      const truthful = books.looked.some(
        (look) => look.host === host && look.isTrue && !look.answered && look.at >= darkAt,
      );
      return wasSeen || !truthful ? [`${host} is confirmed dark and answers`] : [];
    });
};

/** The whole: an audit of the exported ledger passes, and the state tables are what the ledger makes them. */
export const ruleWholeLedger: Invariant = (_judged, moment) =>
  moment.moment === 'end' ? [...moment.end.auditFindings, ...moment.end.stateDifferences] : [];

/** A server that only one group names, or none, is nobody's: naming it would be a wrong takedown. */
export const ruleNoWrongTakedown: Invariant = (judged, moment) =>
  firstDeliveries(judged, moment).flatMap(({ notice }) =>
    judged.books
      .hostsOf(notice)
      .filter(({ host }) => judged.exercise.internet.at(host)?.isC2 !== true)
      .map(({ host }) => `${notice.reference} names ${host}, which never served the botnet`),
  );

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  '1 intent first': rule1IntentFirst,
  '2 evidence': rule2Evidence,
  '3 protected ground': rule3ProtectedGround,
  '4 first do no harm': rule4FirstDoNoHarm,
  '5 replies change no verdict': rule5RepliesChangeNoVerdict,
  '6 approvals': rule6Approvals,
  '7 one open notice': rule7OneOpenNotice,
  '8 one history': rule8OneHistory,
  '10 whole imports': rule10WholeImports,
  '12 bounded': rule12Bounded,
  'figures: dark': ruleFiguresDark,
  'whole ledger': ruleWholeLedger,
  'no wrong takedown': ruleNoWrongTakedown,
};

/** By how much the machine's clock may differ from the world's: what it stamped is off by as much. */
function slackOf(faults: readonly Fault[]): number {
  return faults.reduce(
    (most, fault) => most + (fault.fault === 'clock' ? Math.abs(fault.byMinutes) * MINUTE_MS : 0),
    MINUTE_MS,
  );
}

interface FirstDelivery {
  readonly notice: KnownNotice;
  readonly dispatch: KnownDispatch;
  readonly at: Instant;
}

/** The notices that are handed over at this moment and have not been delivered before: by mail, or by a person's hand. */
function firstDeliveries({ books }: Pick<Judged, 'books'>, moment: Moment): readonly FirstDelivery[] {
  if (moment.moment === 'end') return [];
  const dispatches =
    moment.moment === 'handed'
      ? [books.dispatchOf(moment.handed.messageId)]
      : moment.fresh.flatMap(({ draft }) =>
          draft.kind === 'dispatch.submitted' ? [books.dispatches.get(draft.subject) ?? null] : [],
        );
  const at = moment.moment === 'handed' ? moment.handed.at : (moment.fresh[0]?.at ?? 0);
  return dispatches.flatMap((dispatch) => {
    const notice = books.notices.get(dispatch?.noticeId ?? '');
    if (dispatch?.kind !== 'notice' || notice === undefined) return [];
    const wasDelivered = books.entries.some(
      ({ draft }) => draft.kind === 'dispatch.delivered' && draft.subject === dispatch.dispatchId,
    );
    return wasDelivered ? [] : [{ notice, dispatch, at }];
  });
}

function approvalsOf(notice: KnownNotice, now: Instant): number {
  return [...notice.approved.values()].filter(({ hash, expiresAt }) => hash === notice.hash && expiresAt > now).length;
}

function isHandsOff(books: Books, serverId: string, at: Instant): boolean {
  return (books.handsOff.get(serverId) ?? []).some(({ until }) => until > at);
}

/** What speaks against a host by what was published and seen. */
function evidenceObstacles(
  { books, faults }: Pick<Judged, 'books' | 'faults'>,
  host: string,
  at: Instant,
): readonly string[] {
  const slack = slackOf(faults);
  const standing = new Map<string, { group: string; evidenceAt: Instant }>();
  for (const row of books.said) {
    if (row.host !== host) continue;
    if (row.isWithdrawn) standing.delete(row.feed);
    else {
      const before = standing.get(row.feed)?.evidenceAt ?? -Infinity;
      standing.set(row.feed, { group: row.group, evidenceAt: Math.max(before, row.isEvidence ? row.seen : -Infinity) });
    }
  }
  const groups = new Set([...standing.values()].map(({ group }) => group));
  const newest = Math.max(-Infinity, ...[...standing.values()].map(({ evidenceAt }) => evidenceAt));
  const seenAlive = books.looked.some((look) => look.host === host && look.answered && at - look.at <= DAY_MS + slack);
  return [
    ...(groups.size < 2 ? [`${host} is named by ${groups.size} independent groups`] : []),
    ...(at - newest > 7 * DAY_MS + slack ? [`the evidence against ${host} is older than 7 days`] : []),
    ...(seenAlive ? [] : [`no look of the last 24 hours found ${host} alive`]),
  ];
}

/** What may keep an approved notice, by our own books. */
function obstacles({ books }: Pick<Judged, 'books'>, notice: KnownNotice, now: Instant): readonly string[] {
  const found: string[] = [];
  if (notice.isWithdrawn || notice.isContested || notice.isRejected) found.push('taken back, rejected or contested');
  if (books.armedUntil <= now) found.push('not armed');
  for (const { serverId, host, caseId } of books.hostsOf(notice)) {
    const alive = ['live', 'c2-live'].includes(books.verdictOf.get(serverId) ?? '');
    const newest = books.looked.filter((look) => look.host === host && look.answered).at(-1);
    if (!alive || newest === undefined || now - newest.at > DAY_MS) found.push(`${host} is not seen alive`);
    if (isHandsOff(books, serverId, now)) found.push(`hands off ${host}`);
    if (books.retracted.some((each) => each.caseId === caseId)) found.push(`${host} was retracted`);
    found.push(...evidenceObstacles({ books, faults: [] }, host, now));
  }
  return found;
}

/** Whom a notice, or what went beside it, had reached when it was retracted; or reached after that, having been begun before. */
function reached(
  books: Books,
  notices: readonly string[],
  retractedAt: Instant,
): readonly { readonly recipient: string; readonly noticeId: string; readonly before: Instant }[] {
  return books.entries.flatMap(({ draft, at }) => {
    const dispatch = books.dispatches.get(draft.subject);
    if (draft.kind !== 'dispatch.delivered' || dispatch === undefined || dispatch.kind === 'correction') return [];
    if (!notices.includes(dispatch.noticeId)) return [];
    return [
      { recipient: textOf(draft.body['recipient']), noticeId: dispatch.noticeId, before: Math.max(at, retractedAt) },
    ];
  });
}

/** How long mail or the database could not work after a moment; a crash costs its restart, a refusal the wait after it. */
function delaysWithin(faults: readonly Fault[], begins: Instant, from: Instant): number {
  return faults.reduce((sum, fault) => sum + delayBy(fault, begins, from), 0);
}

function delayBy(fault: Fault, begins: Instant, from: Instant): number {
  const { fault: kind } = fault;
  if (kind === 'no-database' || kind === 'no-mail-server') {
    const isOver = begins + (fault.atMinute + fault.minutes) * MINUTE_MS < from;
    return isOver ? 0 : (fault.minutes + 65) * MINUTE_MS;
  }
  if (kind === 'crash' || kind === 'crash-at-mail' || kind === 'lost-answer') return 10 * MINUTE_MS;
  if (kind === 'mail-server') return 65 * MINUTE_MS;
  return kind === 'clock' ? Math.abs(fault.byMinutes) * MINUTE_MS : 0;
}
