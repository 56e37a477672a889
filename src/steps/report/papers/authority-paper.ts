import { readableInstant } from '../../../domain/instant.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { DocumentBlock, PaperDocument, Words } from '../../../ports/documents.ts';
import type { AuthorityReport, AuthorityServer } from './authority-report.ts';
import { createShown } from './shown.ts';
import type { Shown } from './shown.ts';
import { count, counted, countryName, instantOfIso, moment, shortMoment } from './words.ts';

const MAX_LISTED = 2000;
const MAX_ENTRIES = 200;

const OUTCOMES = {
  disabled: 'disabled',
  provisional: 'dark, not confirmed',
  settled: 'settled',
  'not-done': 'not disabled',
  wrong: 'wrong, taken back',
} as const;

/** A status report on an authority, to be filed: what was ordered, served, done, and what was not and why. */
export function authorityPaper(
  report: AuthorityReport,
  { organisation, withDeviceAddresses }: { readonly organisation: string; readonly withDeviceAddresses: boolean },
): PaperDocument {
  const shown = createShown(report, withDeviceAddresses);
  const { authority, asOf } = report;
  const name = shown.name(authority.reference);
  const docket = [authority.court, authority.docket].filter((word) => word !== null).map((word) => shown.name(word));
  return {
    title: `${report.drill ? 'DRILL: ' : ''}Status report on ${name}`,
    subtitle: `${docket.length === 0 ? authority.kind : docket.join(', ')}, as of ${moment(asOf)}`,
    author: shown.name(organisation),
    createdAt: instantOfIso(asOf),
    look: 'report',
    blocks: [
      ...opening(report),
      ...ordered(report, shown),
      ...served(report, shown),
      ...done(report, shown),
      ...notDone(report, shown),
      ...check(report),
    ],
    footer: [
      'Decision support, not legal advice.',
      `${name} · as of ${moment(asOf)} · ledger: ${count(report.ledger.entries)} entries, root ${report.ledger.root.slice(0, 16)}…`,
    ],
  };
}

function opening(report: AuthorityReport): readonly DocumentBlock[] {
  const { counts, servers, drill, isSingleVantage, mayBeNamed, notReached } = report;
  const standing = servers.length - counts.wrong;
  const items: (string | false)[] = [
    drill && 'This is a drill. Its servers are made up, on documentation addresses; nothing in it happened.',
    !mayBeNamed && 'UNDER SEAL: this instrument may not be told of yet.',
    isSingleVantage &&
      'Single vantage: no two places in different networks and countries have looked, so that nothing is confirmed.',
    counts.provisional > 0 &&
      `${counted(counts.provisional, 'server was', 'servers were')} seen dark without confirmation, and ${counts.provisional === 1 ? 'does' : 'do'} not count as disabled.`,
    counts.wrong > 0 &&
      `${counted(counts.wrong, 'server was', 'servers were')} taken back as wrong, and left out of the counts.`,
    notReached.length > 0 &&
      `${counted(notReached.length, 'further server is', 'further servers are')} named by the scope and not reached by it; they are listed with the reason.`,
    'That a server is disabled says that it was found dark. It does not say who switched it off, nor for what reason.',
  ];
  return [
    {
      type: 'paragraph',
      tone: 'lead',
      text: `${count(counts.disabled)} of ${count(standing)} servers that it reaches disabled · ${count(counts.provisional)} dark, not confirmed · ${count(counts['not-done'])} not disabled · ${count(counts.settled)} settled otherwise`,
    },
    { type: 'notice', title: 'What this report does not claim', items: items.filter((item) => item !== false) },
  ];
}

function ordered(
  { authority, inForce, notInForce, withoutServer }: AuthorityReport,
  shown: Shown,
): readonly DocumentBlock[] {
  const { scope, providers } = authority;
  const when = (at: Instant | null): string => (at === null ? '–' : readableInstant(at));
  const entries = [...scope.addresses, ...scope.prefixes, ...scope.domains];
  const lines: readonly (readonly [string, string])[] = [
    ['Kind', authority.kind],
    ['Court, docket', [authority.court, authority.docket].map((word) => shown.name(word ?? '–')).join(', ')],
    ['Stands on', shown.name(authority.parent ?? '–')],
    ['Relied on for', authority.jurisdictions.map(countryName).join(', ')],
    ['Issued', when(authority.issuedAt)],
    ['Valid until', when(authority.expiresAt)],
    [
      'Ended before its time',
      authority.endsAt === null ? 'no' : `${when(authority.endsAt)}: ${shown.text(authority.endReason ?? '')}`,
    ],
    ['In force at the moment of this report', inForce ? 'yes' : `no: ${notInForce.map(shown.text).join('; ')}`],
    ['Seal', authority.sealed ? `sealed; may be told of from ${when(authority.unsealAt)}` : 'none'],
    ['Bond', shown.text(authority.bond ?? '–')],
    ['Addressed to', providers.length === 0 ? 'not limited to any provider' : providers.map(shown.name).join('\n')],
    [
      'Scope',
      `${counted(entries.length, 'entry', 'entries')}${scope.standing ? ', and every server of the operation, also later ones' : ''}`,
    ],
    ['Document', `${shown.name(authority.documentName)}\nSHA-256 ${authority.documentSha256}`],
    ['Signed for by', `${shown.name(authority.person)}, ${when(authority.addedAt)}`],
  ];
  return [
    { type: 'heading', text: 'What was ordered', id: 'ordered' },
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Of the instrument', share: 3 },
        { title: 'On record', share: 7 },
      ],
      rows: lines,
    },
    ...(entries.length === 0 ? [] : [scopeParagraph('Named in it', entries, shown)]),
    ...(withoutServer.length === 0 || entries.length === 0
      ? []
      : [scopeParagraph('Of these, no server of the operation stands under', withoutServer, shown)]),
  ];
}

function scopeParagraph(title: string, entries: readonly string[], shown: Shown): DocumentBlock {
  const left = entries.length - MAX_ENTRIES;
  const listed = entries.slice(0, MAX_ENTRIES).map((entry) => {
    const [host = '', bits] = entry.split('/');
    return bits === undefined ? shown.host(host) : `${shown.host(host)}/${bits}`;
  });
  return {
    type: 'paragraph',
    tone: 'small',
    text: `${title}: ${listed.join(', ')}${left > 0 ? ` and ${count(left)} more` : ''}.`,
  };
}

function served({ authority }: AuthorityReport, shown: Shown): readonly DocumentBlock[] {
  const heading: DocumentBlock = { type: 'heading', text: 'What was served', id: 'served' };
  if (authority.services.length === 0) {
    return [heading, { type: 'paragraph', text: 'No service is on record: notices that rest on it wait for that.' }];
  }
  return [
    heading,
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'On whom', share: 3 },
        { title: 'When', share: 2.4 },
        { title: 'How', share: 3 },
        { title: 'Proof', share: 4 },
        { title: 'Recorded by', share: 2 },
      ],
      rows: authority.services.map(({ provider, servedAt, method, proof, person }) => [
        provider === null ? 'all that it concerns' : shown.name(provider),
        readableInstant(servedAt),
        shown.text(method),
        shown.text(proof),
        shown.name(person),
      ]),
    },
  ];
}

function done(report: AuthorityReport, shown: Shown): readonly DocumentBlock[] {
  const finished = report.servers.filter(({ outcome }) => outcome !== 'not-done');
  return [
    { type: 'heading', text: 'What was done', id: 'done' },
    ...(finished.length === 0
      ? [
          {
            type: 'paragraph',
            text: 'No server that it reaches is disabled, dark or settled up to that moment.',
          } as const,
        ]
      : [serverTable(finished, shown), ...rest(finished.length)]),
  ];
}

function notDone(report: AuthorityReport, shown: Shown): readonly DocumentBlock[] {
  const open = report.servers.filter(({ outcome }) => outcome === 'not-done');
  return [
    { type: 'heading', text: 'What was not done, and why', id: 'not-done' },
    ...(open.length === 0
      ? [{ type: 'paragraph', text: 'Nothing is left open.' } as const]
      : [serverTable(open, shown), ...rest(open.length)]),
    ...(report.notReached.length === 0
      ? []
      : ([
          { type: 'heading', level: 3, text: 'Named by its scope, and not reached' },
          {
            type: 'table',
            hasRowHeads: true,
            columns: [
              { title: 'Server', share: 3 },
              { title: 'Provider, country', share: 4 },
              { title: 'Why', share: 7 },
            ],
            rows: report.notReached
              .slice(0, MAX_LISTED)
              .map(({ server, reasons }) => [
                hostOf(server, shown),
                placeOf(server, shown),
                reasons.map(shown.text).join('; '),
              ]),
          },
          ...rest(report.notReached.length),
        ] as const)),
  ];
}

function rest(length: number): readonly DocumentBlock[] {
  if (length <= MAX_LISTED) return [];
  return [{ type: 'paragraph', tone: 'small', text: `And ${count(length - MAX_LISTED)} more; the JSON lists all.` }];
}

function serverTable(servers: readonly AuthorityServer[], shown: Shown): DocumentBlock {
  return {
    type: 'table',
    hasRowHeads: true,
    columns: [
      { title: 'Server', share: 3.4 },
      { title: 'Provider, country', share: 3.6 },
      { title: 'Named by', share: 2.4 },
      { title: 'Notified (UTC)', share: 2.2 },
      { title: 'Dark since (UTC)', share: 2.2 },
      { title: 'Confirmed (UTC)', share: 2.2 },
      { title: 'State, and why', share: 4 },
    ],
    rows: servers
      .slice(0, MAX_LISTED)
      .map(({ server, by, outcome, reasons }): readonly Words[] => [
        hostOf(server, shown),
        placeOf(server, shown),
        by === 'standing' ? by : shown.isWithheld(server) ? 'its address' : shown.text(by),
        shortMoment(server.notifiedAt),
        shortMoment(server.darkAt),
        shortMoment(server.confirmedAt),
        [
          { text: OUTCOMES[outcome], strong: outcome === 'not-done' },
          { text: reasons.length === 0 ? '' : `\n${reasons.map(shown.text).join('; ')}` },
        ],
      ]),
  };
}

function hostOf(server: AuthorityServer['server'], shown: Shown): string {
  return shown.isWithheld(server) ? 'device, address withheld' : shown.host(server.host);
}

function placeOf({ provider, country }: AuthorityServer['server'], shown: Shown): string {
  return `${provider === null ? 'provider not known' : shown.name(provider)}\n${country === null ? 'country not known' : countryName(shown.name(country))}`;
}

function check({ ledger, asOf }: AuthorityReport): readonly DocumentBlock[] {
  return [
    { type: 'heading', text: 'How to check this', id: 'check' },
    {
      type: 'paragraph',
      text: `Disabled: found dark from at least two places in different networks and countries, in at least three rounds over at least six hours, none of them live. "Dark since" is the first dark look of that unbroken run; "confirmed" the moment at which it was enough. All of it comes from the first ${count(ledger.entries)} entries of an append-only ledger, as of ${moment(asOf)}; the root of their hash tree is ${ledger.root}. "dismantle audit" checks an export of it without any database. Hosts are defanged; addresses of devices are withheld unless they were asked for.`,
    },
  ];
}
