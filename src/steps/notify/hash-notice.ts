import { createHash } from 'node:crypto';
import type { JsonValue, NoticeDraft, NoticeInstrument } from '../../domain/notice.ts';
import { doorJson } from './door-content.ts';

/** Canonical JSON (RFC 8785). */
export type Canonicalise = (value: JsonValue) => string;

/**
 * What an approval binds to (rule 6): SHA-256, hex, over the canonical JSON of what the recipient is told and asked,
 * on what authority, where it may go, when, who else is told, and what follows. Date, Message-ID, DKIM and the SMTP envelope lie outside.
 */
export function hashNotice(draft: NoticeDraft, canonicalJson: Canonicalise): string {
  const statement: JsonValue = {
    schema: 'notice-4',
    subject: draft.subject,
    text: draft.text,
    feedbackReport: draft.feedbackReport,
    xarf: draft.xarf,
    itemsCsv: draft.itemsCsv,
    method: draft.method,
    approvals: draft.approvals,
    asks: draft.asks.map(({ group, asks, law, binding, deadlineHours, names, hosts }) => ({
      group,
      asks,
      law: wellFormed(law),
      binding,
      deadlineHours,
      names,
      hosts,
    })),
    authority: {
      law: wellFormed(draft.authority.law),
      binding: draft.authority.binding,
      citation: wellFormed(draft.authority.citation),
      ...(draft.authority.instrument === undefined ? {} : { instrument: instrumentOf(draft.authority.instrument) }),
    },
    contacts: draft.contacts,
    informed: draft.informed.map(({ name, contact }) => ({ name: name.toWellFormed(), contact })),
    aim: { notBefore: draft.aim.notBefore, notAfter: draft.aim.notAfter },
    reminders: draft.reminders.map(({ afterHours, subject, body }) => ({ afterHours, subject, body })),
    nextContact:
      draft.nextContact === null ? null : { subject: draft.nextContact.subject, body: draft.nextContact.body },
    copy: draft.copy === null ? null : { subject: draft.copy.subject, body: draft.copy.body },
    // Where there is none, the statement is what it was before there were doors.
    ...(draft.door === null ? {} : { door: doorOf(draft.door) }),
    items: draft.items.map((item) => ({
      caseId: item.caseId,
      hostType: item.hostType,
      host: item.host,
      kind: item.kind,
      names: item.names ?? [],
      endpoints: item.endpoints.map(({ port, scheme, path }) => ({ port, scheme, path: wellFormed(path) })),
      evidence: item.evidence.map((entry) => ({
        source: wellFormed(entry.source),
        port: entry.port,
        firstSeen: entry.firstSeen,
        lastSeen: entry.lastSeen,
        observed: wellFormed(entry.observed),
        class: entry.class ?? null,
        botnet: wellFormed(entry.botnet ?? null),
        version: wellFormed(entry.version ?? null),
        status: entry.status ?? null,
        receivedAt: entry.receivedAt ?? null,
        own: entry.own ?? false,
      })),
    })),
  };
  return createHash('sha256').update(canonicalJson(statement)).digest('hex');
}

function instrumentOf({ id, named, sealed }: NoticeInstrument): JsonValue {
  return { id, sealed, named: named === null ? null : { ...named, served: named.served && { ...named.served } } };
}

/** What is shown behind the door is approved with the link to it. */
function doorOf({ link, place, code, expiresAt, content }: NonNullable<NoticeDraft['door']>): JsonValue {
  return { link, place, code, expiresAt, content: doorJson(content) };
}

/** Foreign words as they came, save half a surrogate pair, which canonical JSON refuses (RFC 8785 section 3.2.2.2). */
function wellFormed(words: string | null): string | null {
  return words?.toWellFormed() ?? null;
}
