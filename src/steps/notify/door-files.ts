import { csvRow } from '../../domain/csv-row.ts';
import type { DoorContent, DoorItem } from '../../domain/door.ts';
import { observableId, stableId } from '../../domain/giving-ids.ts';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import { readMessageTree } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';
import { exactMinute } from './deadline.ts';
import { basisCell, cellOf, ITEMS_HEADER } from './items-csv.ts';
import { endpointExact, seenExact, spanOf } from './item-facts.ts';
import { foundWords } from './look-words.ts';
import type { NoticeWords } from './notice-words.ts';
import { observedWords, sourceWords } from './wording.ts';
import { noticeItem, senderOf } from './door-view.ts';

/** The X-ARF reports as they went out with the message, one JSON array. Null where the message is not there any more. */
export function xarfOfMessage(message: Uint8Array): string | null {
  const tree = readMessageTree(message);
  if (!tree.ok) return null;
  const reports: unknown[] = [];
  const collect = (part: MessagePart): void => {
    if (part.type === 'application/json' && /^xarf(?:-\d+)?\.json$/.test(part.filename ?? '')) {
      reports.push(JSON.parse(Buffer.from(part.content).toString('utf8')));
    }
    for (const below of part.parts) collect(below);
  };
  collect(tree.value);
  return reports.length === 0 ? null : `${JSON.stringify(reports, null, 2)}\n`;
}

/** The table that goes with notices about several servers, for any. `words` are English: programs read it. */
export function doorCsv(content: DoorContent, words: NoticeWords): string {
  const sender = senderOf(content);
  const rows = content.items.flatMap((item) => {
    const { endpoints, ...told } = noticeItem(item);
    const all = endpoints.length === 0 ? [{ port: null, scheme: null, path: null }] : endpoints;
    return all.map((endpoint) => {
      const about = told.evidence.filter(
        ({ port, own }) => own === true || port === null || endpoint.port === null || port === endpoint.port,
      );
      const { first, last } = spanOf(about.filter(({ own }) => own !== true));
      return csvRow([
        content.reference,
        item.host,
        endpoint.port,
        endpoint.scheme,
        first === null ? null : seenExact(first),
        last === null ? null : seenExact(last),
        item.kind,
        endpointExact(noticeItem(item), endpoint),
        cellOf(about.map((entry) => sourceWords(words, entry, sender))),
        cellOf(about.map((entry) => observedWords(words, entry, sender))),
        item.reportId,
        item.names.join(' '),
        item.asks.join(' '),
        deadlineCell(item.deadlineAt),
        basisCell(content.method, item),
        item.look?.at ?? null,
        item.look === undefined ? words.say('look.none') : foundWords(words, item.look),
        content.tlp,
        content.drill ? words.say('drill.row') : null,
      ]);
    });
  });
  return csvRow(ITEMS_HEADER) + rows.join('');
}

/** To the minute, whatever the door of a notice drafted before holds. */
function deadlineCell(deadlineAt: string | null): string {
  const moment = deadlineAt === null ? null : parseInstant(deadlineAt);
  return moment === null ? '' : exactMinute(moment);
}

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421';
const TLP_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d';

/**
 * The servers of one notice as STIX 2.1: an infrastructure for each way in, of what it consists, and what the notice asks. Marked
 * TLP:AMBER, for a provider was told and nobody else. Ids follow from the notice alone: the same bytes each time.
 */
export function doorStix(content: DoorContent, noticeId: string, at: number): string {
  const moment = isoInstant(at);
  const author = `identity--${stableId('door-author', noticeId)}`;
  const common = { spec_version: '2.1', created: moment, modified: moment, object_marking_refs: [AMBER] };
  const made = { ...common, created_by_ref: author, ...(content.drill ? { labels: ['drill'] } : {}) };
  const objects = new Map<string, Json>();
  const add = (type: string, id: string, more: { readonly [key: string]: Json }): string => {
    objects.set(id, { type, id, ...more });
    return id;
  };
  add('marking-definition', AMBER, {
    spec_version: '2.1',
    created: '2022-10-01T00:00:00.000Z',
    name: 'TLP:AMBER',
    extensions: { [TLP_EXTENSION]: { extension_type: 'property-extension', tlp_2_0: 'amber' } },
  });
  add('identity', author, { ...common, name: content.organisation, identity_class: 'organization' });
  for (const item of content.items) {
    for (const [index, endpoint] of endpointsOf(item).entries()) {
      const type = item.hostType !== 'address' ? 'domain-name' : item.host.includes(':') ? 'ipv6-addr' : 'ipv4-addr';
      const marked = { spec_version: '2.1', object_marking_refs: [AMBER] };
      const host = add(type, observableId(type, { value: item.host }), { ...marked, value: item.host });
      const infrastructure = add(
        'infrastructure',
        `infrastructure--${stableId('door-item', noticeId, item.reportId, index)}`,
        {
          ...made,
          name: endpoint.port === null ? item.host : `${item.host}:${endpoint.port}`,
          infrastructure_types: ['command-and-control'],
          description: `Asked in ${content.reference}: ${item.asks.join(', ')}`,
          ...seenIn(item),
        },
      );
      const parts = [host];
      if (endpoint.port !== null) {
        const traffic = { dst_ref: host, dst_port: endpoint.port, protocols: ['tcp'] };
        parts.push(add('network-traffic', observableId('network-traffic', traffic), { ...marked, ...traffic }));
      }
      for (const part of parts) {
        add('relationship', `relationship--${stableId('door-part', infrastructure, part)}`, {
          ...made,
          relationship_type: 'consists-of',
          source_ref: infrastructure,
          target_ref: part,
        });
      }
    }
  }
  const bundle = {
    type: 'bundle',
    id: `bundle--${stableId('door', noticeId, moment)}`,
    objects: [...objects.values()],
  };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

function endpointsOf({ endpoints }: DoorItem): readonly { readonly port: number | null }[] {
  const ports = [...new Set(endpoints.map(({ port }) => port))];
  return ports.length === 0 ? [{ port: null }] : ports.map((port) => ({ port }));
}

function seenIn({ evidence }: DoorItem): { readonly [key: string]: Json } {
  const moments = evidence
    .filter(({ own }) => !own)
    .flatMap(({ firstSeen, lastSeen }) => [firstSeen, lastSeen])
    .map((text) => (text === null ? null : parseInstant(text)))
    .filter((moment) => moment !== null);
  if (moments.length === 0) return {};
  return { first_seen: isoInstant(Math.min(...moments)), last_seen: isoInstant(Math.max(...moments)) };
}
