import type { ServerFigure } from '../../../domain/report.ts';
import type { DocumentBlock, Words } from '../../../ports/documents.ts';
import type { PaperContext } from './paper-context.ts';
import { serverAnchor } from './server-list.ts';
import { count, countryName, moment, shortMoment } from './words.ts';

const VERDICTS = {
  'c2-live': "live, as the botnet's",
  live: 'live',
  'answers-other': 'answers as something else',
  dark: 'dark',
  inconclusive: 'inconclusive',
} as const;

/** Every server, numbered: what all figures count. */
export function serversSection(context: PaperContext): readonly DocumentBlock[] {
  const { list, shown, report } = context;
  const heading: DocumentBlock = { type: 'heading', text: 'The servers', id: 'servers' };
  if (list.servers.length === 0) return [heading, { type: 'paragraph', text: 'No server has been identified.' }];
  const left = list.servers.length - list.listed.length;
  return [
    heading,
    {
      type: 'paragraph',
      tone: 'small',
      text: [
        'By country, provider and host. Hosts are defanged: they are not to be opened. All times are UTC.',
        shown.withholds
          ? 'Addresses of devices, and the ids of their cases, are withheld: devices stand in homes and offices, and their addresses are personal data. --with-device-addresses writes them out; the JSON has them.'
          : report.servers.some(({ isDevice }) => isDevice)
            ? 'Addresses of devices are written out, as was asked for: they are personal data.'
            : '',
        left > 0 ? `The first ${count(list.listed.length)} are listed; ${count(left)} more are in the JSON.` : '',
      ]
        .filter((line) => line !== '')
        .join(' '),
    },
    {
      type: 'table',
      columns: [
        { title: 'No.', share: 1.1, align: 'right' },
        { title: 'Server', share: 4.7 },
        { title: 'Provider, country', share: 4.2 },
        { title: 'Identified', share: 2.4 },
        { title: 'Notified', share: 2.4 },
        { title: 'Last live', share: 2.4 },
        { title: 'Dark since', share: 2.4 },
        { title: 'State', share: 4 },
      ],
      rows: list.listed.map((server, index) => rowOf(server, index + 1, context)),
      ids: list.listed.map((_server, index) => serverAnchor(index + 1)),
    },
  ];
}

function rowOf(server: ServerFigure, number: number, { shown }: PaperContext): readonly Words[] {
  const [newest] = server.caseIds.slice(-1);
  const host = shown.isWithheld(server) ? 'address withheld' : shown.host(server.host);
  const about = [
    server.kind === 'unknown' ? null : server.kind,
    server.group === 'added' ? 'added later' : null,
    shown.isWithheld(server) || newest === undefined ? null : `case ${shown.name(newest.slice(0, 8))}`,
  ].filter((word) => word !== null);
  return [
    String(number),
    [{ text: host, strong: !server.isDisabled && !server.isWrong }, { text: `\n${about.join(', ')}` }],
    `${server.provider === null ? 'provider not known' : shown.name(server.provider)}\n${[server.country === null ? 'country not known' : countryName(shown.name(server.country)), server.method === null ? null : shown.name(server.method)].filter((word) => word !== null).join(', ')}`,
    shortMoment(server.identifiedAt),
    shortMoment(server.notifiedAt),
    shortMoment(server.lastLiveAt),
    shortMoment(server.darkAt),
    stateWords(server, shown.name),
  ];
}

/** How one server stands, in a few words. */
export function stateWords(server: ServerFigure, shownName: (text: string) => string): string {
  const words = stateOf(server, shownName);
  const further = [
    server.isDarkUnprompted ? 'unprompted' : null,
    server.hasReturned ? 'has returned before' : null,
  ].filter((word) => word !== null);
  return further.length === 0 ? words : `${words}; ${further.join('; ')}`;
}

function stateOf(server: ServerFigure, shownName: (text: string) => string): string {
  if (server.isWrong) return 'wrong: taken back';
  if (server.settledAs !== null) return `settled: ${shownName(server.settledAs)}`;
  if (server.isDisabled) return `disabled, confirmed ${moment(server.confirmedAt)}`;
  if (server.isProvisionallyDark) return 'provisionally dark, not confirmed';
  return server.verdict === null ? 'nobody has looked' : VERDICTS[server.verdict];
}
