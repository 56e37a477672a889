import type { Instant } from '../../domain/instant.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import type { BatchRow } from '../../domain/rows.ts';
import type { EntryDraft } from '../../ports/store.ts';

/*
 * The second book-keeping of a simulation: what was committed to the ledger, entry by entry, and what the world saw. It knows
 * nothing of the product's tables and asks none of its functions, so that invariants judge by something else than what they judge.
 */

/** An entry as it was handed to the store, with the rows that it commits to. */
export interface Written {
  /** 1 for the first; counted here. */
  readonly sequence: number;
  /** Of one transaction. */
  readonly transaction: number;
  /** By the world's clock, which no fault touches. */
  readonly at: Instant;
  readonly draft: EntryDraft;
  readonly rows: readonly BatchRow[];
}

/** A message or a form that reached the world, or our mail server at least. */
export interface Handed {
  readonly at: Instant;
  readonly by: 'mail' | 'form';
  readonly to: string;
  readonly messageId: string;
  readonly sha256: string;
  readonly hosts: readonly string[];
  readonly text: string;
  /** Of the entries that were committed when it was handed over. */
  readonly entries: number;
}

/** What a vantage saw, and whether it was made to see it. */
export interface Looked {
  readonly at: Instant;
  readonly host: string;
  readonly answered: boolean;
  readonly isTrue: boolean;
}

/** One row of an edition that the team has imported, as anybody can read it. */
export interface SaidRow {
  readonly feed: string;
  readonly group: string;
  readonly host: string;
  readonly seen: Instant;
  readonly isEvidence: boolean;
  readonly isWithdrawn: boolean;
}

export interface KnownNotice {
  readonly noticeId: string;
  readonly reference: string;
  readonly provider: string;
  readonly method: string;
  readonly rowIds: readonly string[];
  readonly messageId: string;
  readonly hash: string;
  readonly cases: readonly string[];
  readonly approvals: number;
  readonly missing: readonly string[];
  /** Texts of it that were approved and are not taken back, by person. */
  readonly approved: Map<string, { readonly hash: string; readonly expiresAt: Instant }>;
  isContested: boolean;
  isRejected: boolean;
  isWithdrawn: boolean;
}

export interface KnownDispatch {
  readonly dispatchId: string;
  readonly noticeId: string;
  readonly kind: string;
  readonly channel: string;
  readonly contacts: readonly string[];
  readonly messageId: string;
  readonly hash: string;
  attempts: number;
  /** An intent without outcome. */
  isOpen: boolean;
  state: 'queued' | 'attempted' | 'delivered' | 'failed' | 'cancelled' | 'submitted';
}

export interface KnownRound {
  readonly servers: ReadonlySet<string>;
  /** By kind of party: whether each that was asked has answered. */
  readonly asked: Map<string, { readonly kind: string; isAnswered: boolean }>;
}

export class Books {
  readonly entries: Written[] = [];
  readonly handed: Handed[] = [];
  readonly looked: Looked[] = [];
  /** Rows by the name of the edition, kept until it is imported. */
  readonly editions = new Map<string, readonly SaidRow[]>();
  readonly said: SaidRow[] = [];
  readonly roles = new Map<string, readonly string[]>();
  readonly notices = new Map<string, KnownNotice>();
  readonly dispatches = new Map<string, KnownDispatch>();
  readonly rounds = new Map<string, KnownRound>();
  readonly handsOff = new Map<string, { readonly until: Instant; readonly entry: number }[]>();
  readonly hostOf = new Map<string, string>();
  readonly serverOfCase = new Map<string, string>();
  /** By case: the row of the method table that decided last. */
  readonly rowOf = new Map<string, string>();
  readonly verdictOf = new Map<string, string>();
  readonly retracted: { readonly caseId: string; readonly at: Instant; readonly notices: readonly string[] }[] = [];
  /** Until when mail may leave; an instant in the past where it was disarmed. */
  armedUntil: Instant = -Infinity;
  private transactions = 0;

  /** A transaction has been committed with these entries. */
  commit(
    at: Instant,
    drafts: readonly { readonly draft: EntryDraft; readonly rows: readonly BatchRow[] }[],
  ): readonly Written[] {
    this.transactions += 1;
    return drafts.map(({ draft, rows }) => {
      const written = { sequence: this.entries.length + 1, transaction: this.transactions, at, draft, rows };
      this.entries.push(written);
      this.note(written);
      return written;
    });
  }

  dispatchOf(messageId: string): KnownDispatch | null {
    return [...this.dispatches.values()].find((each) => each.messageId === messageId) ?? null;
  }

  hostsOf(
    notice: KnownNotice,
  ): readonly { readonly serverId: string; readonly host: string; readonly caseId: string }[] {
    return notice.cases.map((caseId) => {
      const serverId = this.serverOfCase.get(caseId) ?? '';
      return { caseId, serverId, host: this.hostOf.get(serverId) ?? '' };
    });
  }

  private note({ at, draft: { kind, subject, body }, rows, sequence }: Written): void {
    switch (kind) {
      case 'person.added':
        this.roles.set(subject, textsOf(body['roles']));
        return;
      case 'import.recorded':
        this.said.push(...(this.editions.get(textOf(body['file'])) ?? []));
        for (const row of rows) if (row.type === 'sighting') this.hostOf.set(row.serverId, row.host);
        return;
      case 'identify.recorded':
        for (const row of rows) if (row.type === 'identification') this.serverOfCase.set(row.caseId, row.serverId);
        return;
      case 'decide.recorded':
        for (const row of rows) if (row.type === 'decision') this.rowOf.set(row.caseId, row.rowId);
        return;
      case 'server.returned':
        this.serverOfCase.set(textOf(body['case']), subject);
        this.verdictOf.set(subject, textOf(body['verdict']));
        return;
      case 'server.verdict-changed':
        this.verdictOf.set(subject, textOf(body['to']));
        return;
      case 'deconfliction.opened':
        this.rounds.set(subject, { servers: new Set(textsOf(body['servers'])), asked: new Map() });
        return;
      case 'deconfliction.asked': {
        const asked = this.rounds.get(subject)?.asked;
        asked?.set(textOf(body['party']), { kind: textOf(body['partyKind']), isAnswered: false });
        return;
      }
      case 'deconfliction.answered': {
        const asked = this.rounds.get(subject)?.asked.get(textOf(body['party']));
        if (asked !== undefined) asked.isAnswered = true;
        return;
      }
      case 'hands-off.recorded': {
        const known = this.handsOff.get(subject) ?? [];
        this.handsOff.set(subject, [...known, { until: momentOf(body['until']), entry: sequence }]);
        return;
      }
      case 'operation.armed':
        this.armedUntil = momentOf(body['until']);
        return;
      case 'operation.disarmed':
        this.armedUntil = -Infinity;
        return;
      case 'case.retracted':
        this.retracted.push({ caseId: subject, at, notices: textsOf(body['notices']) });
        return;
      case 'mail.received': {
        const notice = this.notices.get(textOf(body['notice']));
        if (notice !== undefined && body['class'] === 'contest' && body['isConfirmed'] === true)
          notice.isContested = true;
        return;
      }
      default:
        if (kind.startsWith('notice.')) this.noteNotice(kind, subject, body);
        if (kind.startsWith('dispatch.')) this.noteDispatch(kind, subject, body);
    }
  }

  private noteNotice(kind: string, noticeId: string, body: EntryDraft['body']): void {
    const before = this.notices.get(noticeId);
    if (kind === 'notice.drafted') {
      this.notices.set(noticeId, {
        noticeId,
        reference: textOf(body['reference']),
        provider: textOf(body['provider']),
        method: textOf(body['method']),
        rowIds: textsOf(body['rowIds']),
        messageId: textOf(body['messageId']),
        hash: textOf(body['hash']),
        cases: textsOf(body['cases']),
        approvals: Number(body['approvals']),
        missing: textsOf(body['missing']),
        approved: before?.approved ?? new Map(),
        isContested: before?.isContested ?? false,
        isRejected: false,
        isWithdrawn: false,
      });
      return;
    }
    if (before === undefined) return;
    const person = textOf(body['person']);
    if (kind === 'notice.approved')
      before.approved.set(person, { hash: textOf(body['hash']), expiresAt: momentOf(body['expiresAt']) });
    if (kind === 'notice.approval-withdrawn') before.approved.delete(person);
    if (kind === 'notice.withdrawn') before.isWithdrawn = true;
    if (kind === 'notice.rejected') {
      before.approved.clear();
      before.isRejected = true;
    }
  }

  private noteDispatch(kind: string, dispatchId: string, body: EntryDraft['body']): void {
    if (kind === 'dispatch.queued') {
      this.dispatches.set(dispatchId, {
        dispatchId,
        noticeId: textOf(body['notice']),
        kind: textOf(body['dispatchKind']),
        channel: textOf(body['channel']),
        contacts: textsOf(body['contacts']),
        messageId: textOf(body['messageId']),
        hash: textOf(body['hash']),
        attempts: 0,
        isOpen: false,
        state: 'queued',
      });
      return;
    }
    const dispatch = this.dispatches.get(dispatchId);
    if (dispatch === undefined) return;
    if (kind === 'dispatch.attempted') {
      dispatch.attempts += 1;
      dispatch.isOpen = true;
      dispatch.state = 'attempted';
      return;
    }
    dispatch.isOpen = false;
    if (kind === 'dispatch.delivered') dispatch.state = 'delivered';
    if (kind === 'dispatch.submitted') dispatch.state = 'submitted';
    if (kind === 'dispatch.cancelled') dispatch.state = 'cancelled';
    if (kind === 'dispatch.failed' || kind === 'dispatch.bounced')
      dispatch.state = body['next'] === 'person' ? 'failed' : 'queued';
    if (kind === 'dispatch.retried') dispatch.state = 'queued';
  }
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((each) => textOf(each)) : [];
}

export function momentOf(value: JsonValue | undefined): Instant {
  return typeof value === 'string' ? Date.parse(value) : Infinity;
}

/** Reads an edition as anybody would: a CSV with a header, or lists in XML. */
export function readEdition(
  feed: { readonly name: string; readonly group: string; readonly evidence: string },
  text: string,
  now: Instant,
): readonly SaidRow[] {
  const base = { feed: feed.name, group: feed.group };
  if (text.startsWith('<')) {
    return [...text.matchAll(/<date>([^<]*)<\/date>|<srv>([^<]*):\d+<\/srv>/g)].reduce<{
      rows: SaidRow[];
      at: Instant;
    }>(
      ({ rows, at }, [, date, host]) => {
        if (date !== undefined) return { rows, at: Date.parse(date) };
        if (host !== undefined) rows.push({ ...base, host, seen: at, isEvidence: true, isWithdrawn: false });
        return { rows, at };
      },
      { rows: [], at: now },
    ).rows;
  }
  const [head = '', ...lines] = text.trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    const field = (name: string): string => fields[columns.indexOf(name)] ?? '';
    return {
      ...base,
      host: field('host'),
      seen: Date.parse(field('last_seen')),
      isEvidence: (field('evidence') || feed.evidence) !== 'listing',
      isWithdrawn: field('change') === 'removed',
    };
  });
}
