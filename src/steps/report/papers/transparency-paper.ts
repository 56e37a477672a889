import type {
  OperationYear,
  Outcome,
  ToldCount,
  ToldRow,
  TransparencyReport,
  YearFigures,
} from '../../../domain/transparency.ts';
import { OUTCOMES } from '../../../domain/transparency.ts';
import type { DocumentBlock, DocumentTable, PaperDocument } from '../../../ports/documents.ts';
import { count, counted, countryName, duration, instantOfIso, moment } from './words.ts';

const WITHHELD = 'withheld';

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  disabled: 'Disabled, confirmed',
  darkNotConfirmed: 'Dark, not confirmed',
  contested: 'Contested',
  refused: 'Refused',
  answersOtherwise: 'Answers as something else',
  open: 'Open',
  wrong: 'Wrong: taken back and corrected',
};

/** The report of a year for the public: what went wrong stands where what went well stands. */
export function transparencyPaper(report: TransparencyReport): PaperDocument {
  const { year, organisation, asOf, isWholeYear, ledger, total, operations, orders, byProvider } = report;
  return {
    title: `Transparency report ${year}`,
    subtitle: `Notices about C2 servers, as of ${moment(asOf)}${isWholeYear ? '' : ': the year is not over'}`,
    author: organisation,
    createdAt: instantOfIso(asOf),
    look: 'report',
    blocks: [
      { type: 'paragraph', tone: 'lead', text: headline(total) },
      { type: 'notice', title: 'What went wrong', items: wentWrong(total) },
      heading('What became of the servers', 'outcomes'),
      outcomeTable(total),
      { type: 'paragraph', text: darkness(total) },
      ...rows('By method', 'Method', total.byMethod, (key) => key),
      ...rows('By country', 'Country', total.byCountry, nameOfCountry),
      ...(orders.length === 0 ? [] : rows('Orders', 'Kind', orders, (key) => key)),
      ...(byProvider === null ? [] : rows('By provider', 'Provider', byProvider, (key) => key)),
      ...(operations.length === 0 ? [] : [heading('By operation', 'operations'), operationTable(operations)]),
      heading('What the words mean', 'definitions'),
      { type: 'terms', items: Object.entries(report.definitions).map(([term, text]) => ({ id: `means-${term}`, term, text })) },
    ],
    footer: [
      'Counts of one or two are withheld, so that nobody is found out, and with them noughts and larger numbers from which they would follow; what we got wrong is told in full. A 0 is a nought.',
      `As of ${moment(asOf)} · ledger: ${count(ledger.entries)} entries, root ${ledger.root.slice(0, 16)}…`,
    ],
  };
} // prettier-ignore

const heading = (text: string, id: string): DocumentBlock => ({ type: 'heading', text, id });
const shown = (value: ToldCount): string => (value === null ? WITHHELD : count(value));
const nameOfCountry = (key: string): string => (/^[A-Z]{2}$/.test(key) ? countryName(key) : key || 'not known');

function headline({ notices, servers, outcomes, mistakes, cameBack }: YearFigures): string {
  return (
    `Notices sent: ${shown(notices)} · servers named: ${shown(servers)} · disabled: ${shown(outcomes.disabled)} · ` +
    `wrong and taken back: ${count(mistakes.serversTakenBack)} · came back: ${count(cameBack)}`
  );
}

function wentWrong({ mistakes, cameBack, outcomes }: YearFigures): readonly string[] {
  const { serversTakenBack, told, wrongNotices, corrections, correctionsDelivered } = mistakes;
  const stood =
    mistakes.medianStandingMinutes === null
      ? ''
      : ` From the first notice to the retraction it took ${duration(mistakes.medianStandingMinutes)} in the median, ${duration(mistakes.longestStandingMinutes)} at most.`;
  return [
    serversTakenBack === 0
      ? 'No server was taken back as wrong in the year.'
      : `${counted(serversTakenBack, 'server was', 'servers were')} taken back as wrong. Of ${count(told)} of them somebody had been told, in ${counted(wrongNotices, 'notice')}; ${count(correctionsDelivered)} of ${counted(corrections, 'correction')} were delivered.${stood}`,
    cameBack === 0
      ? 'No server that was disabled came back.'
      : `${counted(cameBack, 'server that was disabled', 'servers that were disabled')} came back.`,
    `Contested: ${shown(outcomes.contested)}. Refused: ${shown(outcomes.refused)}. Open: ${shown(outcomes.open)}.`,
    'That a server is disabled says that it was found dark. It does not say who switched it off, nor for what reason.',
  ];
}

function darkness({ timeToDark }: YearFigures): string {
  if (timeToDark === null) return 'Too few have gone dark to say how long it took.';
  return `From the first notice to dark: ${duration(timeToDark.medianMinutes)} in the median, ${duration(timeToDark.p90Minutes)} for nine of ten; what is still open counts, devices do not.`;
}

function outcomeTable({ outcomes, servers }: YearFigures): DocumentTable {
  return {
    type: 'table',
    hasRowHeads: true,
    columns: [
      { title: 'Outcome', share: 5 },
      { title: 'Servers', share: 4, align: 'right' },
    ],
    rows: [
      ...OUTCOMES.map((outcome) => [OUTCOME_WORDS[outcome], shown(outcomes[outcome])]),
      ['All that were named', shown(servers)],
    ],
  };
}

function rows(
  title: string,
  column: string,
  told: readonly ToldRow[],
  nameOf: (key: string) => string,
): readonly DocumentBlock[] {
  return [
    heading(title, title.toLowerCase().replaceAll(' ', '-')),
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: column, share: 5 },
        { title: 'How many', share: 4, align: 'right' },
      ],
      rows: told.map(({ key, count: value }) => [nameOf(key), shown(value)]),
    },
  ];
}

function operationTable(operations: readonly OperationYear[]): DocumentTable {
  const short = (value: ToldCount): string => (value === null ? '*' : count(value));
  return {
    type: 'table',
    hasRowHeads: true,
    caption: '* withheld: one or two, or a number from which such a one would follow',
    columns: [
      { title: 'Operation', share: 4 },
      { title: 'Notices', share: 1.6, align: 'right' },
      { title: 'Servers', share: 1.6, align: 'right' },
      { title: 'Providers', share: 1.7, align: 'right' },
      { title: 'Disabled', share: 1.7, align: 'right' },
      { title: 'Wrong', share: 1.3, align: 'right' },
      { title: 'Came back', share: 1.8, align: 'right' },
      { title: 'Contested', share: 1.7, align: 'right' },
      { title: 'Refused', share: 1.6, align: 'right' },
      { title: 'To dark, median', share: 2.4, align: 'right' },
    ],
    rows: operations.map((each) => [
      each.operations === 1 ? each.operation : `${each.operation} (${count(each.operations)})`,
      short(each.notices),
      short(each.servers),
      short(each.providers),
      short(each.outcomes.disabled),
      count(each.mistakes.serversTakenBack),
      count(each.cameBack),
      short(each.outcomes.contested),
      short(each.outcomes.refused),
      each.timeToDark === null ? '–' : duration(each.timeToDark.medianMinutes),
    ]),
  };
}
