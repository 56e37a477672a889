import type { DoorContent, DoorEvidence, DoorItem } from '../../domain/door.ts';
import type { ItemEvidence, JsonValue, NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import type { Silence } from '../../domain/silence.ts';
import { askedOf } from './asks.ts';
import { cleanValue } from './clean-value.ts';
import { deadlineExact, deadlineFrom } from './deadline.ts';

/** What the notice's door shows: the same facts as its text and attachments, and none besides. */
export function doorContent(facts: NoticeFacts, silence: Silence | null): DoorContent {
  const { sender, operation, provider } = facts;
  const named = facts.authority?.named ?? null;
  const tlp = facts.tlp ?? null;
  return {
    reference: cleanValue(facts.token, 40),
    organisation: cleanValue(sender.organisation, 120),
    capacity: sender.capacity,
    email: sender.email,
    contestEmail: sender.contestEmail,
    phone: sender.phone === null ? null : cleanValue(sender.phone, 40),
    provider: cleanValue(provider.name, 120),
    malware: operation.malware === null ? null : cleanValue(operation.malware, 80),
    drill: operation.drill,
    method: facts.row.method,
    tlp: tlp === null ? null : `TLP:${tlp.toUpperCase()}`,
    order:
      named === null
        ? null
        : { court: cleanValue(named.court, 200), docket: cleanValue(named.docket, 200), issuedAt: named.issuedAt },
    website: sender.website ?? null,
    dkimDomain: sender.dkimDomain ?? null,
    signsWithSmime: sender.signsWithSmime ?? false,
    keysAt: sender.keysAt ?? null,
    silence,
    items: facts.items.map((item, index) => doorItem(facts, item, facts.reportIds[index] ?? '')),
  };
}

/** As an entry of the ledger and a statement hold it. */
export function doorJson({ items, order, silence, ...content }: DoorContent): { readonly [key: string]: JsonValue } {
  return {
    ...content,
    // Doors of notices drafted before say nothing of it, and their statement is what it was.
    ...(silence === undefined ? {} : { silence: silence === null ? null : { ...silence } }),
    order: order === null ? null : { ...order },
    items: items.map(({ look, ...item }) => ({
      ...item,
      ...(look === undefined ? {} : { look: { ...look } }),
      endpoints: item.endpoints.map((endpoint) => ({ ...endpoint })),
      evidence: item.evidence.map((entry) => ({ ...entry })),
    })),
  };
}

function doorItem(facts: NoticeFacts, item: NoticeItem, reportId: string): DoorItem {
  const { group, asks, law, binding, deadlineHours } = askedOf(item, facts.row);
  const deadline = deadlineExact(deadlineFrom(facts), deadlineHours);
  return {
    caseId: item.caseId,
    reportId,
    hostType: item.hostType,
    host: item.host,
    kind: item.kind,
    names: item.names ?? [],
    endpoints: item.endpoints.map(({ port, scheme, path }) => ({ port, scheme, path: path?.toWellFormed() ?? null })),
    endpointsLeftOut: item.endpointsLeftOut,
    group,
    asks,
    law: cleanValue(law, 300),
    binding,
    deadlineAt: deadline === '' ? null : deadline,
    evidence: item.evidence.map(doorEvidence),
    ...(item.look === undefined ? {} : { look: item.look }),
  };
}

function doorEvidence(entry: ItemEvidence): DoorEvidence {
  return {
    source: cleanValue(entry.source, 120),
    port: entry.port,
    firstSeen: entry.firstSeen,
    lastSeen: entry.lastSeen,
    observed: cleanValue(entry.observed),
    class: entry.class ?? null,
    botnet: entry.botnet === undefined || entry.botnet === null ? null : cleanValue(entry.botnet, 120),
    version: entry.version === undefined || entry.version === null ? null : cleanValue(entry.version, 60),
    status: entry.status ?? null,
    receivedAt: entry.receivedAt ?? null,
    own: entry.own ?? false,
  };
}
