import { csvRow } from '../../domain/csv-row.ts';
import type { Method } from '../../domain/method.ts';
import type { AskGroup, ItemEvidence, NoticeFacts } from '../../domain/notice.ts';
import { askedOf } from './asks.ts';
import type { Sender } from '../../domain/operation.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { cleanValue } from './clean-value.ts';
import { deadlineExact, deadlineFrom } from './deadline.ts';
import { foundWords } from './look-words.ts';
import type { NoticeWords } from './notice-words.ts';
import { basisExact, observedWords, sourceWords } from './wording.ts';
import { datedWords, endpointExact, leftOutWords, seenExact, spanOf, statedSpan } from './item-facts.ts';

export const ITEMS_HEADER = [
  'reference',
  'host',
  'port',
  'scheme',
  'first_seen_utc',
  'last_seen_utc',
  'kind',
  'endpoint',
  'source',
  'observed',
  'report_id',
  'known_by_name',
  'ask',
  'deadline_utc',
  'basis',
  'our_look_utc',
  'our_look_found',
  'tlp',
  'drill',
];

/** The marks of the mail, in each row: a row that is copied out alone still says them. */
export function markCells(tlp: Tlp | null, drill: boolean, words: NoticeWords): readonly string[] {
  return [tlp === null ? '' : `TLP:${tlp.toUpperCase()}`, drill ? words.say('drill.row') : ''];
}

/** The columns of times are those of sources; what our own people established brings its date along. */
function observedWithDate(words: NoticeWords, entry: ItemEvidence, sender: Sender): string {
  const observed = observedWords(words, entry, sender);
  const dated = entry.own === true ? datedWords(words, spanOf([entry])) : '';
  return dated === '' ? observed : `${observed}, ${dated}`;
}

const MOST_IN_A_CELL = 5;

/** The law that a row's ask stands on, as its cell has it. */
export function basisCell(method: Method, { law, binding }: Pick<AskGroup, 'law' | 'binding'>): string {
  return cellOf([basisExact(method, law, binding)]);
}

/** Each once, in one cell: a semicolon stands between them and nowhere else, so that a program can take them apart. */
export function cellOf(values: readonly string[]): string {
  return differentIn(values).join('; ');
}

function differentIn(values: readonly string[]): readonly string[] {
  return [...new Set(values.map((value) => value.replaceAll(';', ',')))];
}

/** The same, some of them where they are many: that there are more is said, and where. */
function someOf(values: readonly string[]): string {
  const different = differentIn(values);
  const more = different.length - MOST_IN_A_CELL;
  const shown = different.slice(0, MOST_IN_A_CELL);
  return [...shown, ...(more > 0 ? [`and ${more} more, in the report`] : [])].join('; ');
}

/** Every server and endpoint of the notice, exact, one row an endpoint (RFC 4180: header line, CRLF line ends). `words` are English: programs read it. */
export function itemsCsv(facts: NoticeFacts, words: NoticeWords): string {
  const reference = cleanValue(facts.token, 40);
  const marks = markCells(facts.tlp ?? null, facts.operation.drill, words);
  const rows = facts.items.flatMap((item, index) => {
    const reportId = facts.reportIds[index] ?? '';
    const { asks, deadlineHours, law, binding } = askedOf(item, facts.row);
    const asked = [
      asks.join(' '),
      deadlineExact(deadlineFrom(facts), deadlineHours),
      basisCell(facts.row.method, { law, binding }),
    ];
    const looked =
      item.look === undefined ? ['', words.say('look.none')] : [item.look.at, foundWords(words, item.look)];
    const endpoints = item.endpoints.length === 0 ? [{ port: null, scheme: null, path: null }] : item.endpoints;
    const named = endpoints.map((endpoint) => {
      const { port } = endpoint;
      const { first, last } = statedSpan(item, port);
      const evidence = item.evidence.filter((entry) => port === null || entry.port === null || entry.port === port);
      const sources = someOf(evidence.map((entry) => cleanValue(sourceWords(words, entry, facts.sender), 120)));
      const observed = someOf(evidence.map((entry) => cleanValue(observedWithDate(words, entry, facts.sender))));
      return [
        reference,
        item.host,
        endpoint.port === null ? '' : String(endpoint.port),
        endpoint.scheme ?? '',
        first === null ? '' : seenExact(first),
        last === null ? '' : seenExact(last),
        item.kind,
        endpointExact(item, endpoint),
        sources,
        observed,
        reportId,
        (item.names ?? []).join(' '),
        ...asked,
        ...looked,
        ...marks,
      ];
    });
    const leftOut = cellOf([leftOutWords(words, item)]);
    return leftOut === ''
      ? named
      : [
          ...named,
          [
            reference,
            item.host,
            '',
            '',
            '',
            '',
            item.kind,
            '',
            '',
            leftOut,
            reportId,
            '',
            ...asked,
            ...looked,
            ...marks,
          ],
        ];
  });
  return [ITEMS_HEADER, ...rows].map(csvRow).join('');
}
