import { createHash } from 'node:crypto';
import { isArray, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import { HOLD_APPROVED_KIND, PERSON_REMOVED_KIND } from './signed-act.ts';

type Act = Pick<Entry, 'kind' | 'subject' | 'recordedAt'>;

const DAY_MS = 86_400_000;
const PEOPLE = 2;

interface Approval {
  readonly person: string;
  readonly isCounsel: boolean;
  readonly at: number;
  readonly until: number;
  /** Until the person is taken off the record. */
  stands: boolean;
}

/** What a plan says of one notice. */
export interface PlannedItem {
  readonly provider: JsonValue;
  readonly notifyAt: number;
  readonly mayForward: boolean;
  readonly isDevice: boolean;
  readonly trust: JsonValue;
}

interface Plan {
  readonly hash: JsonValue;
  readonly strategy: JsonValue;
  readonly aim: number;
  readonly items: ReadonlyMap<string, PlannedItem>;
  /** By notice: until when it is to be held back. */
  readonly notices: ReadonlyMap<string, number>;
  readonly approvals: Approval[];
  isReleased: boolean;
}

/**
 * Follows strikes, and tells what they hold back: by two different people, one of them counsel, for a day at most, counted over
 * all strikes that name a notice. Takes only acts whose signatures hold. What is wrong with a plan or a hold is found, too.
 */
export class StrikeAudit {
  readonly #plans = new Map<string, Plan>();
  /** Plans that a bundle keeps back: of what follows on them nobody can tell. */
  readonly #withheld = new Set<string>();
  /** By notice: the strikes that name it. */
  readonly #naming = new Map<string, Plan[]>();

  /** An entry whose body a bundle keeps back. */
  followWithheld({ kind, subject }: Act): void {
    if (kind === 'strike.planned') this.#withheld.add(subject);
  }

  isWithheld(strike: string): boolean {
    return this.#withheld.has(strike);
  }

  /** Takes the next entry. What is wrong with it, a sentence each. */
  follow({ kind, subject, recordedAt }: Act, body: JsonObject): readonly string[] {
    switch (kind) {
      case 'strike.planned':
        return this.#plan(subject, recordedAt, body);
      case HOLD_APPROVED_KIND:
        return this.#hold(subject, recordedAt, body);
      case 'strike.released': {
        const plan = this.#plans.get(subject);
        if (plan === undefined) return this.#unknown(subject);
        plan.isReleased = true;
        return [];
      }
      case PERSON_REMOVED_KIND:
        for (const { approvals } of this.#plans.values()) {
          for (const approval of approvals) if (approval.person === subject) approval.stands = false;
        }
        return [];
      default:
        return [];
    }
  }

  /** What was planned; null where there is no such strike. */
  planOf(strike: string): { readonly hash: JsonValue; readonly items: ReadonlyMap<string, PlannedItem> } | null {
    return this.#plans.get(strike) ?? null;
  }

  /** Whether two people hold a strike at a moment, whatever becomes of its notices. */
  isHeld(strike: string, recordedAt: string): boolean {
    const plan = this.#plans.get(strike);
    if (plan === undefined || plan.isReleased || plan.strategy === 'rolling') return false;
    const standing = plan.approvals.filter(({ stands }) => stands);
    if (!isEnough(standing)) return false;
    const ends = [plan.aim, firstOf(standing) + DAY_MS, ...standing.map(({ until }) => until)];
    return Math.min(...ends) > Date.parse(recordedAt);
  }

  /** Until when a notice is held back at a moment, ISO 8601; null where it is not. */
  heldUntil(notice: string, recordedAt: string): string | null {
    const now = Date.parse(recordedAt);
    const naming = this.#naming.get(notice) ?? [];
    const firsts = naming.filter(({ approvals }) => isEnough(approvals)).map(({ approvals }) => firstOf(approvals));
    let held = 0;
    for (const { notices, approvals, isReleased } of naming) {
      const standing = approvals.filter(({ stands }) => stands);
      if (isReleased || !isEnough(standing)) continue;
      const ends = [firstOf(standing) + DAY_MS, Math.min(...firsts) + DAY_MS, ...standing.map(({ until }) => until)];
      held = Math.max(held, Math.min(notices.get(notice) ?? 0, ...ends));
    }
    return held > now ? new Date(held).toISOString() : null;
  }

  #unknown(subject: string): readonly string[] {
    return this.#withheld.has(subject) ? [] : ['there is no such strike'];
  }

  #plan(subject: string, recordedAt: string, { plan, planHash = null }: JsonObject): readonly string[] {
    if (!isObject(plan)) return ['it holds no plan'];
    const faults: string[] = [];
    const hash = createHash('sha256').update(canonicalJson(plan)).digest('hex');
    if (hash !== planHash) faults.push('its hash is not that of its plan');
    const aim = momentOf(plan['aim']);
    const notices = new Map<string, number>();
    const items = new Map<string, PlannedItem>();
    const named = plan['items'];
    for (const item of isArray(named) ? named : []) {
      if (!isObject(item) || typeof item['notice'] !== 'string') continue;
      const { notice, notifyAt, mayForward, device, reference } = item;
      const at = momentOf(notifyAt);
      notices.set(notice, at);
      const { provider = null, trust = null } = item;
      items.set(notice, { provider, notifyAt: at, mayForward: mayForward !== false, isDevice: device === true, trust });
      if (device === true && at > Date.parse(recordedAt)) faults.push(`it holds back ${said(reference)}, of devices`);
      if (mayForward === true && device !== true && plan['strategy'] !== 'rolling' && at < aim) {
        faults.push(`it notifies ${said(reference)} before the aim, whose provider may tell its customer`);
      }
    }
    if (this.#plans.has(subject)) return [...faults, 'a strike is planned once'];
    const { strategy = null } = plan;
    const followed: Plan = { hash: planHash, strategy, aim, items, notices, approvals: [], isReleased: false };
    this.#plans.set(subject, followed);
    for (const notice of notices.keys()) this.#naming.set(notice, [...(this.#naming.get(notice) ?? []), followed]);
    return faults;
  }

  #hold(subject: string, recordedAt: string, { person, role, until, planHash = null }: JsonObject): readonly string[] {
    const plan = this.#plans.get(subject);
    if (plan === undefined) return this.#unknown(subject);
    const approval = {
      person: said(person),
      isCounsel: role === 'counsel',
      at: Date.parse(recordedAt),
      until: momentOf(until),
      stands: true,
    };
    if (plan.hash !== planHash) return ['another plan was approved'];
    if (plan.approvals.some((each) => each.person === approval.person))
      return ['the same person has approved it before'];
    plan.approvals.push(approval);
    const faults: string[] = [];
    if (approval.until > firstOf(plan.approvals) + DAY_MS) faults.push('it holds back for more than 24 hours');
    if (approval.until < plan.aim) faults.push('it ends before the aim');
    return faults;
  }
}

/** Two different people, one of them counsel. */
export function isEnough(approvals: readonly Pick<Approval, 'person' | 'isCounsel'>[]): boolean {
  const people = new Set(approvals.map(({ person }) => person));
  return people.size >= PEOPLE && approvals.some(({ isCounsel }) => isCounsel);
}

function firstOf(approvals: readonly Approval[]): number {
  return Math.min(...approvals.map(({ at }) => at));
}

/** 0 for what is no moment: it holds nothing back. */
function momentOf(value: JsonValue | undefined): number {
  const moment = typeof value === 'string' ? Date.parse(value) : 0;
  return Number.isFinite(moment) ? moment : 0;
}

function said(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
