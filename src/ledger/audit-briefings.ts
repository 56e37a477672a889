import { isArray, isObject } from './batch.ts';
import { briefingHash } from './briefing-hash.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import { isEnough } from './audit-strikes.ts';
import type { StrikeAudit } from './audit-strikes.ts';
import { BRIEFINGS_APPROVED_KIND, PERSON_REMOVED_KIND } from './signed-act.ts';

type Act = Pick<Entry, 'kind' | 'subject' | 'recordedAt'>;

const MARKING = 'TLP:RED';
/** The same words as in src/policy/strike/briefing.ts; this folder imports nothing. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ADDRESS = new RegExp(
  `(?<![\\d.])${OCTET}(?:\\.${OCTET}){3}(?!\\.?\\d)|(?<![\\w:])(?:[\\da-f]{0,4}:){2,7}[\\da-f]{0,4}(?![\\w:])`,
  'i',
);

interface Approval {
  readonly person: string;
  readonly isCounsel: boolean;
  /** Until the person is taken off the record. */
  stands: boolean;
}

interface Briefing {
  readonly operation: JsonValue;
  readonly strike: string;
  readonly provider: JsonValue;
  readonly notices: readonly string[];
  readonly recipient: JsonValue;
  readonly hash: string;
  readonly leaveBefore: number;
  readonly text: string;
}

/** What else of the ledger a briefing is held against. */
export interface Surroundings {
  readonly strikes: StrikeAudit;
  /** Until when an operation is armed for sending, ISO 8601; "" where it is not. */
  armedUntil(operation: JsonValue): string;
  /** Where a notice goes first, by its newest draft; null where nobody can tell any more. */
  contactOf(notice: string): JsonValue;
}

/**
 * Follows what desks were told ahead of strikes: under TLP:RED, naming no server, to the mailbox of the notice, on two people's
 * signatures, while the strike was held. Takes only acts whose signatures hold.
 */
export class BriefingAudit {
  readonly #around: Surroundings;
  readonly #briefings = new Map<string, Briefing>();
  /** By briefing and text. */
  readonly #approvals = new Map<string, Approval[]>();
  /** By briefing and number: whom the attempts went to whose outcome is not on record. */
  readonly #open = new Map<string, JsonValue>();
  readonly #delivered = new Set<string>();
  /** Providers whom somebody trusts no more. */
  readonly #distrusted = new Set<string>();
  /** Briefings that a bundle keeps back: of what follows on them nobody can tell. */
  readonly #withheld = new Set<string>();
  /** Every host that the rows of the ledger name. */
  readonly #hosts = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** An entry whose body a bundle keeps back. */
  followWithheld({ kind, subject }: Act): void {
    if (kind === 'briefing.composed') this.#withheld.add(subject);
  }

  /** A row that a batch commits to. */
  followRow(row: JsonValue): void {
    if (isObject(row) && typeof row['host'] === 'string') this.#hosts.add(row['host'].toLowerCase());
  }

  /** Takes the next entry. What is wrong with it, a sentence each. */
  follow(entry: Act, body: JsonObject): readonly string[] {
    const { kind, subject } = entry;
    const { strike } = body;
    if (this.#withheld.has(subject) || this.#around.strikes.isWithheld(said(strike ?? subject))) return [];
    switch (kind) {
      case 'briefing.composed':
        return this.#compose(entry, body);
      case BRIEFINGS_APPROVED_KIND:
        return this.#approve(entry, body);
      case 'briefing.attempted':
        return this.#attempt(entry, body);
      case 'briefing.delivered':
      case 'briefing.failed':
        return this.#settle(entry, body);
      case PERSON_REMOVED_KIND:
        for (const given of this.#approvals.values()) {
          for (const approval of given) if (approval.person === subject) approval.stands = false;
        }
        return [];
      case 'provider.corrected':
        this.#correct(subject, body['fields']);
        return [];
      default:
        return [];
    }
  }

  #correct(provider: string, fields: JsonValue | undefined): void {
    if (!isObject(fields) || fields['trust'] === undefined) return;
    const { trust } = fields;
    if (trust === null || trust === 'cooperative') this.#distrusted.delete(provider);
    else this.#distrusted.add(provider);
  }

  #compose({ subject, recordedAt }: Act, body: JsonObject): readonly string[] {
    const { strike, operation = null, provider, recipient, messageId, leaveBefore, planHash, hash } = body;
    const { messageSubject, messageBody } = body;
    const notices = isArray(body['notices']) ? body['notices'].filter((each) => typeof each === 'string') : [];
    if (
      typeof strike !== 'string' || typeof provider !== 'string' || typeof recipient !== 'string' || typeof messageId !== 'string' ||
      typeof leaveBefore !== 'string' || typeof planHash !== 'string' || typeof messageSubject !== 'string' || typeof messageBody !== 'string'
    ) {
      return ['what it says of the briefing is malformed'];
    }
    const faults: string[] = [];
    const statement = { strike, planHash, provider, notices, recipient, messageId, leaveBefore, subject: messageSubject, body: messageBody };
    const own = briefingHash(statement);
    if (own !== hash) faults.push('its hash is not that of its text');
    if (this.#around.strikes.planOf(strike)?.hash !== planHash) faults.push('it is about another plan');
    if (!messageSubject.includes(MARKING) || !messageBody.startsWith(MARKING)) faults.push(`it is not marked ${MARKING}`);
    if (this.#delivered.has(subject)) faults.push('it was written anew after it had left');
    const text = `${messageSubject} ${messageBody}`;
    const briefing = { operation, strike, provider, notices, recipient, hash: own, leaveBefore: Date.parse(leaveBefore), text };
    this.#briefings.set(subject, briefing);
    return [...faults, ...this.#faultsOf(briefing, recordedAt)];
  } // prettier-ignore

  /** What has to hold when it is written, and still when it leaves. */
  #faultsOf({ strike, provider, notices, recipient, leaveBefore, text }: Briefing, recordedAt: string): readonly string[] {
    const faults: string[] = [];
    const { strikes } = this.#around;
    if (!strikes.isHeld(strike, recordedAt)) faults.push('its strike was not held then');
    if (!(leaveBefore > Date.parse(recordedAt))) faults.push('its notice might leave already');
    const items = [...(strikes.planOf(strike)?.items ?? [])].filter(([, item]) => item.provider === provider && !item.isDevice);
    const planned = items.map(([notice]) => notice).sort();
    if (planned.length === 0 || planned.join() !== [...notices].sort().join()) {
      faults.push('it is not about what its strike holds back for the provider');
    }
    const isTrusted = items.every(([, { trust }]) => trust === 'cooperative') && !this.#distrusted.has(said(provider));
    if (!isTrusted) faults.push('the provider is not trusted');
    if (items.some(([, { mayForward }]) => mayForward)) faults.push('the provider may tell its customer');
    if (items.some(([, { notifyAt }]) => notifyAt < leaveBefore)) faults.push('a notice of its leaves earlier than it says');
    for (const notice of planned) {
      const contact = this.#around.contactOf(notice);
      if (contact !== null && contact !== recipient) faults.push('it goes to another mailbox than its notice');
    }
    const named = this.#namedIn(text);
    if (named !== null) faults.push(`it names ${named}`);
    return faults;
  } // prettier-ignore

  /** An address, or a host of the ledger, defanged or not: a leak must cost nothing. */
  #namedIn(text: string): string | null {
    const plain = text.toLowerCase().replaceAll(/\[(.|:)\]|\(\.\)/g, (_, sign?: string) => sign ?? '.');
    const address = ADDRESS.exec(plain);
    if (address !== null) return 'an address';
    for (const [token] of plain.matchAll(/[^\s,;<>()"'/@]+/g)) {
      const labels = token.replace(/^\.+|[.:]+$/g, '').split('.');
      for (let from = 0; from < labels.length; from += 1) {
        if (this.#hosts.has(labels.slice(from).join('.').replace(/:\d+$/, ''))) return 'a server';
      }
    }
    return null;
  }

  #approve({ subject }: Act, { person, role, planHash = null, briefings }: JsonObject): readonly string[] {
    const faults: string[] = [];
    if (this.#around.strikes.planOf(subject)?.hash !== planHash) faults.push('another plan was approved');
    for (const each of isArray(briefings) ? briefings : []) {
      if (!isObject(each)) continue;
      const { briefing, hash, recipient } = each;
      const known = typeof briefing === 'string' ? this.#briefings.get(briefing) : undefined;
      if (typeof briefing === 'string' && this.#withheld.has(briefing)) continue;
      if (known === undefined || known.hash !== hash || known.recipient !== recipient || known.strike !== subject) {
        faults.push('it approves a briefing that was not written so');
        continue;
      }
      const key = tuple(briefing, hash);
      const given = this.#approvals.get(key) ?? [];
      if (given.some((one) => one.person === person)) faults.push('the same person has approved it before');
      else given.push({ person: said(person), isCounsel: role === 'counsel', stands: true });
      this.#approvals.set(key, given);
    }
    return faults;
  }

  #attempt({ subject, recordedAt }: Act, { attempt, recipient = null, messageSha256 }: JsonObject): readonly string[] {
    this.#open.set(tuple(subject, attempt), recipient);
    const faults: string[] = [];
    if (typeof messageSha256 !== 'string' || !/^[\da-f]{64}$/.test(messageSha256)) {
      faults.push('it does not name the bytes that were offered');
    }
    const briefing = this.#briefings.get(subject);
    if (briefing === undefined) return [...faults, 'it was never written'];
    if (briefing.recipient !== recipient) faults.push('it went to another mailbox than it was written for');
    if (this.#delivered.has(subject)) faults.push('it had left before');
    if (!(this.#around.armedUntil(briefing.operation) > recordedAt)) faults.push('its operation was not armed then');
    const given = (this.#approvals.get(tuple(subject, briefing.hash)) ?? []).filter(({ stands }) => stands);
    if (!isEnough(given)) faults.push(`it had ${given.length} of the 2 approvals that it needs, one of them counsel's`);
    return [...faults, ...this.#faultsOf(briefing, recordedAt)];
  }

  #settle({ kind, subject }: Act, { attempt, recipient = null, certain, next }: JsonObject): readonly string[] {
    const key = tuple(subject, attempt);
    const begun = this.#open.get(key);
    if (kind === 'briefing.delivered') this.#delivered.add(subject);
    if (begun === undefined) return ['there is no attempt of that number without an outcome'];
    // What may have arrived is settled once it is tried again, or given up.
    if (certain !== false || next === 'person') this.#open.delete(key);
    return begun === recipient ? [] : ['the attempt of that number went to somebody else'];
  }
}

function said(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Values as one text that no others give. */
function tuple(...values: readonly (JsonValue | undefined)[]): string {
  return JSON.stringify(values);
}
