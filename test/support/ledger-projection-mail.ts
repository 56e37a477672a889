import { fields, known, text, texts } from './ledger-values.ts';
import type { CaseState, Fields } from './ledger-values.ts';

/* The part of the plain projection that tells what left, what came back, and what was taken back. */

/** States in which nothing has left for a case. */
export const BEFORE_NOTICE: ReadonlySet<string> = new Set([
  'held', 'identified', 'located', 'decided', 'drafted', 'approved',
]); // prettier-ignore
const ANSWERED: ReadonlySet<string> = new Set(['notified', 'acknowledged', 'refused', 'contested']);

interface Approval {
  readonly hash: string;
  readonly person: string;
  readonly expiresAt: string;
  isWithdrawn: boolean;
}

export interface NoticeState {
  readonly id: string;
  state: string;
  hash: string;
  cases: string[];
  needed: number;
  isSent: boolean;
  approvals: Approval[];
  rejected: string[];
}

interface Dispatch {
  readonly notice: string;
  readonly kind: string;
  attempts: number;
}

interface Told {
  readonly kind: string;
  readonly subject: string;
  readonly recordedAt: string;
  readonly body: Fields;
}

export class WhatLeft {
  private readonly cases: ReadonlyMap<string, CaseState>;
  private readonly notices: Map<string, NoticeState>;
  private readonly dispatches = new Map<string, Dispatch>();

  constructor(cases: ReadonlyMap<string, CaseState>, notices: Map<string, NoticeState>) {
    this.cases = cases;
    this.notices = notices;
  }

  carryOut({ kind, subject, recordedAt, body }: Told): void {
    if (kind === 'notice.drafted') this.draft(subject, recordedAt, body);
    if (kind === 'notice.withdrawn') Object.assign(known(this.notices, subject), { state: 'withdrawn', cases: [] });
    if (kind === 'notice.approved') {
      const approval = { hash: text(body['hash']), person: text(body['person']), expiresAt: text(body['expiresAt']) };
      known(this.notices, subject).approvals.push({ ...approval, isWithdrawn: false });
      this.settle(subject, recordedAt);
    }
    if (kind === 'notice.approval-withdrawn') {
      for (const approval of known(this.notices, subject).approvals) {
        if (approval.person === body['person'] && approval.hash === body['hash']) approval.isWithdrawn = true;
      }
      this.settle(subject, recordedAt);
    }
    if (kind === 'notice.rejected') this.reject(subject, text(body['hash']));
    if (kind === 'dispatch.queued') {
      const dispatch = { notice: text(body['notice']), kind: text(body['dispatchKind']), attempts: 0 };
      if (!this.dispatches.has(subject)) this.dispatches.set(subject, dispatch);
    }
    if (kind === 'dispatch.attempted') known(this.dispatches, subject).attempts += 1;
    if (kind === 'dispatch.delivered' || kind === 'dispatch.submitted') this.deliver(subject);
    if (kind === 'mail.received' && body['isConfirmed'] === true) this.converse(body['conversation']);
    if (kind === 'mail.reclassified') {
      this.converse(body['left']);
      this.converse(body['conversation']);
    }
    if (kind === 'case.retracted') this.retract(subject);
  }

  private draft(id: string, recordedAt: string, body: Fields): void {
    const before = this.notices.get(id);
    const cases = [...texts(body['cases'])].sort();
    const needed = typeof body['approvals'] === 'number' ? body['approvals'] : 2;
    const drafted = { id, state: 'drafted', hash: text(body['hash']), cases, needed };
    const kept = before ?? { isSent: false, approvals: [], rejected: [] };
    const notice: NoticeState = { ...drafted, isSent: kept.isSent, approvals: kept.approvals, rejected: kept.rejected };
    this.notices.set(id, notice);
    for (const item of this.itemsOf(notice)) {
      if (item.state === 'decided' || item.state === 'approved') item.state = 'drafted';
    }
    if (notice.rejected.includes(notice.hash)) notice.state = 'rejected';
    this.settle(id, recordedAt);
  }

  private settle(id: string, recordedAt: string): void {
    const notice = known(this.notices, id);
    if (notice.state !== 'drafted' && notice.state !== 'approved') return;
    const standing = notice.approvals.filter(
      ({ hash, expiresAt, isWithdrawn }) => hash === notice.hash && !isWithdrawn && expiresAt > recordedAt,
    );
    notice.state = new Set(standing.map(({ person }) => person)).size >= notice.needed ? 'approved' : 'drafted';
    for (const item of this.itemsOf(notice)) {
      if (item.state === 'drafted' || item.state === 'approved') item.state = notice.state;
    }
  }

  private reject(id: string, hash: string): void {
    const notice = known(this.notices, id);
    notice.rejected.push(hash);
    if (notice.hash !== hash || (notice.state !== 'drafted' && notice.state !== 'approved')) return;
    notice.state = 'rejected';
    for (const item of this.itemsOf(notice)) if (item.state === 'approved') item.state = 'drafted';
  }

  private deliver(dispatchId: string): void {
    const dispatch = known(this.dispatches, dispatchId);
    const notice = known(this.notices, dispatch.notice);
    if (dispatch.kind !== 'notice' || notice.isSent) return;
    notice.isSent = true;
    if (notice.state !== 'retracted') notice.state = 'sent';
    for (const item of this.itemsOf(notice)) {
      if (['held', 'decided', 'drafted', 'approved'].includes(item.state)) item.state = 'notified';
    }
  }

  private converse(conversation: unknown): void {
    if (conversation === null || conversation === undefined) return;
    const { notice, state } = fields(conversation);
    for (const item of this.itemsOf(known(this.notices, notice)))
      if (ANSWERED.has(item.state)) item.state = text(state);
  }

  private retract(caseId: string): void {
    known(this.cases, caseId).state = 'retracted';
    for (const notice of this.notices.values()) {
      if (!notice.cases.includes(caseId)) continue;
      const begun = [...this.dispatches.values()].some(
        ({ notice: id, kind, attempts }) => id === notice.id && kind === 'notice' && attempts > 0,
      );
      const isAll = this.itemsOf(notice).every(({ state }) => state === 'retracted');
      if (notice.isSent ? isAll : begun) notice.state = 'retracted';
    }
  }

  private itemsOf({ cases }: NoticeState): readonly CaseState[] {
    return cases.map((id) => known(this.cases, id));
  }
}
