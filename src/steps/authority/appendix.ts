import { createHash } from 'node:crypto';
import { csvRow } from '../../domain/csv-row.ts';
import { isoInstant, parseInstant, readableInstant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { CoverageServer } from '../../ports/authorities.ts';
import type { DocumentBlock, PaperDocument } from '../../ports/documents.ts';
import type { Uncovered } from './uncovered.ts';

/** What counsel attaches to a request, in a form that programs read and in one that people read. */
export interface Appendix {
  /** RFC 4180, UTF-8, one row a server. */
  readonly csv: Uint8Array;
  /** Of the CSV's bytes, lower-case hex: it stands at the foot of every page. */
  readonly sha256: string;
  readonly paper: PaperDocument;
  readonly servers: number;
}

const COLUMNS = [
  'country',
  'provider',
  'asn',
  'host',
  'type',
  'ports',
  'kind',
  'evidence',
  'independent_sources',
  'attested_by_us',
  'first_seen_utc',
  'last_seen_utc',
  'last_look_utc',
  'look',
  'server_id',
];

const MAX_NAME = 120;
const MAX_PORTS = 20;

export function appendixOf(facts: Uncovered, organisation: string): Appendix {
  const csv = Buffer.from([csvRow(COLUMNS), ...facts.servers.map(csvLine)].join(''));
  const sha256 = createHash('sha256').update(csv).digest('hex');
  return { csv, sha256, paper: paperOf(facts, organisation, sha256), servers: facts.servers.length };
}

function csvLine(server: CoverageServer): string {
  const { country, asn, host, hostType, kind, groups, isAttested, firstSeen, lastSeen, look, serverId } = server;
  return csvRow([
    country,
    providerName(server),
    asn === null ? null : `AS${asn}`,
    host,
    hostType,
    server.ports.join(' '),
    kind,
    server.evidence.join(' '),
    groups,
    isAttested ? 'yes' : 'no',
    firstSeen,
    lastSeen,
    look === null ? null : isoInstant(look.at),
    look === null ? null : look.outcome,
    serverId,
  ]);
}

function providerName({ provider }: CoverageServer): string {
  return provider === null ? '' : plainText(provider.name, MAX_NAME);
}

function paperOf(facts: Uncovered, organisation: string, sha256: string): PaperDocument {
  const { operation, at, servers, ledger } = facts;
  const botnet = operation.malware === null ? 'a botnet' : plainText(operation.malware, MAX_NAME);
  const byCountry = Map.groupBy(servers, ({ country }) => country ?? 'not known');
  return {
    title: `${operation.drill ? 'DRILL: ' : ''}Appendix: command-and-control servers of ${botnet} not named in any order`,
    author: plainText(organisation, MAX_NAME),
    createdAt: at,
    blocks: [
      ...opening(facts, botnet),
      { type: 'heading', text: 'By country and provider' },
      countTable(servers),
      ...[...byCountry].flatMap(([country, theirs]) => countryBlocks(country, theirs)),
      ...explanations(facts),
    ],
    footer: [
      `Operation ${plainText(operation.name, MAX_NAME)} · ${readableInstant(at)} · SHA-256 of appendix.csv: ${sha256}`,
      `Ledger: ${ledger.entries} entries, root ${ledger.root}`,
    ],
  };
}

function opening(
  { order, orderIsSealed, operation, at, servers }: Uncovered,
  botnet: string,
): readonly DocumentBlock[] {
  const paragraph = (text: string): DocumentBlock => ({ type: 'paragraph', text });
  const asked =
    order === null
      ? 'Prepared for counsel, for an order.'
      : `Prepared for counsel, to supplement the order ${[order.reference, order.court, order.docket]
          .filter((word) => word !== null)
          .map((word) => plainText(word, 200))
          .join(', ')}, issued ${isoInstant(order.issuedAt).slice(0, 10)}, for ${order.jurisdictions.join(', ')}.`;
  return [
    ...(orderIsSealed ? [paragraph('UNDER SEAL: the order named here may not be told of.')] : []),
    ...(operation.drill ? [paragraph('This is a drill: the servers are made up, on documentation addresses.')] : []),
    paragraph(
      `${servers.length} servers taken for command-and-control servers of ${botnet}, which no order in force covers on ${readableInstant(at)}. Addresses are exact and not defanged: do not open them.`,
    ),
    paragraph(asked),
  ];
}

function countTable(servers: readonly CoverageServer[]): DocumentBlock {
  const groups = [
    ...Map.groupBy(servers, (server) =>
      JSON.stringify([server.country ?? 'not known', providerName(server) || 'not known']),
    ),
  ];
  return {
    type: 'table',
    columns: [
      { title: 'Country', share: 1 },
      { title: 'Provider', share: 6 },
      { title: 'AS', share: 2 },
      { title: 'Servers', share: 1 },
    ],
    rows: groups.map(([, theirs]) => {
      const [first] = theirs;
      const numbers = [...new Set(theirs.flatMap(({ asn }) => (asn === null ? [] : [`AS${asn}`])))];
      const provider = first === undefined ? '' : providerName(first);
      return [first?.country ?? 'not known', provider || 'not known', shortList(numbers, 5), String(theirs.length)];
    }),
  };
}

function countryBlocks(country: string, servers: readonly CoverageServer[]): readonly DocumentBlock[] {
  return [
    { type: 'heading', text: `${country}: ${servers.length} ${servers.length === 1 ? 'server' : 'servers'}` },
    {
      type: 'table',
      columns: [
        { title: 'Provider', share: 5 },
        { title: 'Server', share: 5 },
        { title: 'Ports', share: 3 },
        { title: 'Kind', share: 3 },
        { title: 'Evidence', share: 4 },
        { title: 'Independent sources', share: 2.4 },
        { title: 'First seen (UTC)', share: 3 },
        { title: 'Last seen (UTC)', share: 3 },
        { title: 'Last look (UTC)', share: 4 },
      ],
      rows: servers.map((server) => [
        providerName(server) || 'not known',
        server.host,
        shortList(server.ports.map(String), MAX_PORTS),
        server.kind,
        [...server.evidence, ...(server.isAttested ? ['attested by us'] : [])].join(', ') || 'none that may be told',
        String(server.groups),
        shortMoment(server.firstSeen),
        shortMoment(server.lastSeen),
        server.look === null
          ? 'nobody has looked'
          : `${shortMoment(isoInstant(server.look.at))}: ${server.look.outcome}`,
      ]),
    },
  ];
}

function explanations({ covered, leftOut }: Uncovered): readonly DocumentBlock[] {
  const counted: readonly (readonly [number, string])[] = [
    [covered, 'covered by an order or another authority in force'],
    [leftOut.otherCountries, 'in countries that the order is not for, or nobody knows where'],
    [leftOut.devices, 'devices of private people or offices, whose addresses are personal data'],
    [leftOut.gone, 'dark, or answering as something else, when somebody looked last'],
    [leftOut.notToBeTold, 'known only from sources that let nobody else be told'],
  ];
  return [
    { type: 'heading', text: 'What is not listed, and what the words mean' },
    ...counted
      .filter(([count]) => count > 0)
      .map(([count, what]): DocumentBlock => ({ type: 'paragraph', text: `Not listed: ${count} ${what}.` })),
    {
      type: 'paragraph',
      text: "Evidence: configuration – the malware's own configuration names the server; sandbox-run – the malware contacted it; netflow – infected machines were seen to; fingerprint – it answers as the botnet's servers do; listing – a source lists it and does not say how it knows. Sources are counted, those that share an origin once, and not named.",
    },
  ];
}

function shortList(words: readonly string[], max: number): string {
  const rest = words.length - max;
  return rest <= 0 ? words.join(', ') : `${words.slice(0, max).join(', ')} and ${rest} more`;
}

function shortMoment(iso: string | null): string {
  const moment = iso === null ? null : parseInstant(iso);
  return moment === null ? '–' : readableInstant(moment).slice(0, 16);
}
