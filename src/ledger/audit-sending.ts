import { createHash } from 'node:crypto';
import { isArray, isObject } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import { BriefingAudit } from './audit-briefings.ts';
import { StrikeAudit } from './audit-strikes.ts';
import { APPROVAL_WITHDRAWN_KIND, APPROVED_KIND } from './signed-act.ts';

type Act = Pick<Entry, 'kind' | 'subject' | 'recordedAt'>;

/** What a notice needed when it was drafted last. */
interface Draft {
  /** How many have to approve. Of an erased draft nobody can tell; one of them has to be there still. */
  readonly approvals: number;
  /** Null: erased. */
  readonly hash: JsonValue;
  readonly messageSha256: JsonValue;
  /** What goes after it and was signed with it, by subject and body; and the hash of all of it (`followUps` of an approval). */
  readonly followUps: ReadonlySet<string>;
  readonly followUpsSha256: string;
}

/** What somebody approved besides the text: to whom it goes, and who is told. */
interface Leave {
  readonly recipients: readonly JsonValue[];
  readonly informed: readonly JsonValue[];
}

/** A notice that was offered as its own message: whoever has both can hold them against each other. */
export interface Offered {
  /** SHA-256 of the draft's bytes, and of those that were offered. */
  readonly draft: string;
  readonly offered: string;
}

interface Dispatch {
  readonly kind: JsonValue | undefined;
  readonly operation: JsonValue;
  readonly notice: string;
  readonly contacts: readonly JsonValue[];
  readonly hash: JsonValue;
  /** Null: the notice's own message. */
  readonly text: JsonValue;
}

const DRAFTED_KIND = 'notice.drafted';
/** What drafts of the first version said nothing of. */
const USUAL_APPROVALS = 2;

/**
 * Follows notices and what left of them, and finds what left without the approvals, the arming or the intent on record that
 * it needs (rules 1 and 6). Takes only acts whose signatures hold: an approval that is forged is none here. Whether a mail
 * server was ever spoken to past the ledger, no ledger can tell.
 */
export class SendingAudit {
  readonly #drafts = new Map<string, Draft>();
  /** By notice and text: who has approved it, and until when. */
  readonly #approvals = new Map<string, Map<string, string>>();
  /** By notice and text: what each approval that was ever given lets go, by person. */
  readonly #leave = new Map<string, Map<string, Leave>>();
  readonly #rejected = new Set<string>();
  /** Until when each operation is armed for sending. */
  readonly #armed = new Map<JsonValue, string>();
  readonly #dispatches = new Map<string, Dispatch>();
  /** By dispatch and number: whom the attempts went to whose outcome is not on record. */
  readonly #open = new Map<string, JsonValue>();
  /** Notices that have reached somebody: expiry does not bind what follows them. */
  readonly #sent = new Set<string>();
  /** Notice and recipient, where an attempt was made. */
  readonly #written = new Set<string>();
  readonly #offered: Offered[] = [];
  readonly #strikes = new StrikeAudit();
  /** Where each notice goes first, by its newest draft; null: nobody can tell. */
  readonly #contacts = new Map<string, JsonValue>();
  readonly #briefings = new BriefingAudit({
    strikes: this.#strikes,
    armedUntil: (operation) => this.#armed.get(operation) ?? '',
    contactOf: (notice) => this.#contacts.get(notice) ?? null,
  });

  /** Since it was asked last. */
  takeOffered(): readonly Offered[] {
    return this.#offered.splice(0);
  }

  /** An entry whose body is erased. */
  followErased({ kind, subject }: Act): void {
    if (kind !== DRAFTED_KIND) return;
    this.#drafts.set(subject, {
      approvals: 1,
      hash: null,
      messageSha256: null,
      followUps: new Set(),
      followUpsSha256: '',
    });
    this.#contacts.set(subject, null);
  }

  /** An entry whose body a bundle keeps back. */
  followWithheld(entry: Act): void {
    this.#strikes.followWithheld(entry);
    this.#briefings.followWithheld(entry);
  }

  /** A row that a batch commits to. */
  followRow(row: JsonValue): void {
    this.#briefings.followRow(row);
  }

  /** Takes the next entry. What is wrong with it, a sentence each. */
  follow(entry: Act, body: JsonObject): readonly string[] {
    switch (entry.kind) {
      case 'dispatch.attempted':
        return this.#attempt(entry, body);
      case 'dispatch.delivered':
      case 'dispatch.failed':
        return this.#settle(entry, body);
      case 'dispatch.submitted':
        return this.#submit(entry);
      case 'dispatch.queued':
        this.#queue(entry.subject, body);
        return [];
      default:
        return [
          ...this.#decide(entry, body),
          ...this.#strikes.follow(entry, body),
          ...this.#briefings.follow(entry, body),
        ];
    }
  }

  /** What people have decided, and about which text. */
  #decide({ kind, subject }: Act, body: JsonObject): readonly string[] {
    const text = tuple(subject, body['hash']);
    const { person, expiresAt, until, traffic } = body;
    if (kind === DRAFTED_KIND) {
      const {
        approvals,
        hash,
        contacts,
        messageSha256 = null,
        reminders = null,
        nextContact = null,
        copy = null,
      } = body;
      const following = [...(isArray(reminders) ? reminders : []), nextContact, copy];
      this.#contacts.set(subject, isArray(contacts) ? (contacts[0] ?? null) : null);
      this.#drafts.set(subject, {
        // Nothing leaves without anybody, whatever a method table says.
        approvals: typeof approvals === 'number' ? Math.max(approvals, 1) : USUAL_APPROVALS,
        hash: hash ?? null,
        messageSha256,
        followUps: new Set(following.filter(isObject).map(textKey)),
        followUpsSha256: createHash('sha256').update(canonicalJson({ reminders, nextContact, copy })).digest('hex'),
      });
    } else if (kind === APPROVED_KIND && typeof person === 'string' && typeof expiresAt === 'string') {
      const given = this.#approvals.get(text) ?? new Map<string, string>();
      this.#approvals.set(text, given.set(person, expiresAt));
      const { recipients, informed } = body;
      const leave = this.#leave.get(text) ?? new Map<string, Leave>();
      const told = isArray(informed)
        ? informed.map((party) => (isObject(party) ? (party['contact'] ?? null) : null))
        : [];
      this.#leave.set(text, leave.set(person, { recipients: isArray(recipients) ? recipients : [], informed: told }));
      return this.#otherThanDrafted(subject, body);
    } else if (kind === APPROVAL_WITHDRAWN_KIND && typeof person === 'string') {
      this.#approvals.get(text)?.delete(person);
    } else if (kind === 'notice.rejected') {
      this.#rejected.add(text);
    } else if (kind === 'operation.armed') {
      // The newest word counts, so that arming for something else ends it as well.
      if (typeof until === 'string' && isArray(traffic) && traffic.includes('send')) this.#armed.set(subject, until);
      else this.#armed.delete(subject);
    } else if (kind === 'operation.disarmed') {
      this.#armed.delete(subject);
    }
    return [];
  }

  /** What was shown for approval is what the draft's entry says: the message, and what follows it. */
  #otherThanDrafted(subject: string, { hash, messageSha256, followUps }: JsonObject): readonly string[] {
    const draft = this.#drafts.get(subject);
    if (draft === undefined || draft.hash === null || draft.hash !== hash) return [];
    const faults: string[] = [];
    if (messageSha256 !== undefined && messageSha256 !== draft.messageSha256)
      faults.push('it approves another message than the one that was drafted');
    if (followUps !== undefined && followUps !== draft.followUpsSha256)
      faults.push('it approves other texts to follow than those that were drafted');
    return faults;
  }

  #queue(subject: string, body: JsonObject): void {
    const { dispatchKind, operation = null, notice, contacts, hash = null, text = null } = body;
    if (typeof notice !== 'string') return;
    const to = isArray(contacts) ? contacts : [];
    this.#dispatches.set(subject, { kind: dispatchKind, operation, notice, contacts: to, hash, text });
  }

  #attempt({ subject, recordedAt }: Act, { attempt, recipient = null, messageSha256 }: JsonObject): string[] {
    this.#open.set(tuple(subject, attempt), recipient);
    const faults: string[] = [];
    if (!isDigest(messageSha256)) faults.push('it does not name the bytes that were offered');
    const dispatch = this.#dispatches.get(subject);
    if (dispatch === undefined) return [...faults, 'it was never queued'];
    if (!dispatch.contacts.includes(recipient)) faults.push('its recipient is not among those it was queued for');
    const to = tuple(dispatch.notice, recipient);
    if (dispatch.kind === 'correction') {
      // It undoes harm, and needs no leave to; but it is no other way around the leave.
      if (!this.#written.has(to)) faults.push('a correction went to somebody who was not written to before');
      return faults;
    }
    this.#written.add(to);
    const draft = this.#drafts.get(dispatch.notice);
    if (
      dispatch.kind === 'notice' &&
      draft?.hash === dispatch.hash &&
      isDigest(draft.messageSha256) &&
      isDigest(messageSha256)
    )
      this.#offered.push({ draft: draft.messageSha256, offered: messageSha256 });
    if (!((this.#armed.get(dispatch.operation) ?? '') > recordedAt)) faults.push('its operation was not armed then');
    // What follows a notice that has left is not held back: whoever got it knows.
    const held = this.#sent.has(dispatch.notice) ? null : this.#strikes.heldUntil(dispatch.notice, recordedAt);
    if (held !== null) faults.push(`its notice was held back by a strike until ${held}`);
    return [...faults, ...this.#approvalFaults(dispatch, recordedAt), ...this.#otherThanApproved(dispatch, recipient)];
  }

  /** Approved was where it goes, to whom a copy goes, and each text that follows. */
  #otherThanApproved({ kind, notice, hash, text }: Dispatch, recipient: JsonValue): readonly string[] {
    const draft = this.#drafts.get(notice);
    const leave = [...(this.#leave.get(tuple(notice, hash))?.values() ?? [])];
    // That nobody approved it is said elsewhere, and of an erased draft nobody can tell.
    if (draft === undefined || draft.hash === null || leave.length === 0) return [];
    const isCopy = kind === 'csirt-copy';
    if (!isCopy && kind !== 'notice' && kind !== 'reminder') return [];
    const faults: string[] = [];
    if (!leave.some((given) => (isCopy ? given.informed : given.recipients).includes(recipient)))
      faults.push('its recipient is not among those that were approved');
    if (kind === 'notice' && text !== null)
      faults.push('it has a text of its own beside the message that was approved');
    if (kind !== 'notice' && draft.hash === hash && !draft.followUps.has(textKey(text)))
      faults.push('its text is none of those that were approved with the notice');
    return faults;
  }

  #approvalFaults({ notice, hash }: Dispatch, recordedAt: string): readonly string[] {
    const draft = this.#drafts.get(notice);
    if (draft === undefined) return ['its notice was never drafted'];
    if (draft.hash !== null && draft.hash !== hash) return ['its notice had changed since it was approved'];
    const text = tuple(notice, hash);
    if (this.#rejected.has(text)) return ['its notice was rejected'];
    const given = [...(this.#approvals.get(text)?.values() ?? [])];
    const standing = given.filter((expiresAt) => expiresAt > recordedAt || this.#sent.has(notice));
    if (standing.length >= draft.approvals) return [];
    const late = given.length - standing.length;
    const expired = late === 0 ? '' : `, and ${late} that had expired`;
    return [`its notice had ${standing.length} of the ${draft.approvals} approvals that it needs${expired}`];
  }

  /** What a person carried out by hand is held back as well. */
  #submit({ subject, recordedAt }: Act): readonly string[] {
    const dispatch = this.#dispatches.get(subject);
    const isFirst = dispatch?.kind === 'notice' && !this.#sent.has(dispatch.notice);
    const held = isFirst ? this.#strikes.heldUntil(dispatch.notice, recordedAt) : null;
    const faults = isFirst ? this.#carriedOutWithoutLeave(dispatch) : [];
    this.#arrive(subject);
    return held === null ? faults : [...faults, `its notice was held back by a strike until ${held}`];
  }

  /** What has changed since a person took the text in hand undoes nothing of it: that nobody had ever approved it is found. */
  #carriedOutWithoutLeave({ notice, hash }: Dispatch): readonly string[] {
    const draft = this.#drafts.get(notice);
    if (draft === undefined) return ['its notice was never drafted'];
    const given = this.#leave.get(tuple(notice, hash))?.size ?? 0;
    return given >= draft.approvals
      ? []
      : [`its notice had ${given} of the ${draft.approvals} approvals that it needs when a person carried it out`];
  }

  #settle({ kind, subject }: Act, { attempt, recipient = null, certain, next }: JsonObject): string[] {
    const key = tuple(subject, attempt);
    const begun = this.#open.get(key);
    if (kind === 'dispatch.delivered') this.#arrive(subject);
    if (begun === undefined) return ['there is no attempt of that number without an outcome'];
    // What may have arrived is settled once it is given up.
    if (certain !== false || next === 'person') this.#open.delete(key);
    return begun === recipient ? [] : ['the attempt of that number went to somebody else'];
  }

  #arrive(subject: string): void {
    const dispatch = this.#dispatches.get(subject);
    if (dispatch?.kind === 'notice') this.#sent.add(dispatch.notice);
  }
}

function isDigest(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^[\da-f]{64}$/.test(value);
}

/** A text that goes out, by what is read of it. */
function textKey(text: JsonValue): string {
  return isObject(text) ? tuple(text['subject'], text['body']) : tuple(null);
}

/** Values as one text that no others give. */
function tuple(...values: readonly (JsonValue | undefined)[]): string {
  return JSON.stringify(values);
}
