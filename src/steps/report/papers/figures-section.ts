import type { ServerFigure } from '../../../domain/report.ts';
import { isAlive } from '../../../domain/look.ts';
import type { DocumentBlock, Words } from '../../../ports/documents.ts';
import { term } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, duration, moment, SEVERED_WORDS } from './words.ts';

/** A figure: the key of its definition, what it is called, its value, and the servers behind it. */
type Line = readonly [key: string, name: string, value: string, behind: Words];

/** Every count, each with its definition and with the servers that it counts. */
export function figuresSection({ report, list }: PaperContext): readonly DocumentBlock[] {
  const { total, initial, added, exposure, victimHours, victimHoursInterval, severed, wrongNotices } = report;
  const behind = (isCounted: (server: ServerFigure) => boolean): Words =>
    list.behind((server) => !server.isWrong && isCounted(server));
  const group = (name: 'initial' | 'added'): readonly Line[] => {
    const { identified, disabled, devices } = name === 'initial' ? initial : added;
    const isOf = (server: ServerFigure): boolean => server.group === name;
    return [
      [name, `${name === 'initial' ? 'Initial' : 'Added later'}: identified`, count(identified), behind(isOf)],
      ['disabled', 'of them disabled', count(disabled), behind((server) => isOf(server) && server.isDisabled)],
      [
        'devices',
        'of them devices: identified, disabled',
        `${count(devices.identified)}, ${count(devices.disabled)}`,
        behind((server) => isOf(server) && server.isDevice),
      ],
    ];
  };
  const lines: readonly Line[] = [
    ...group('initial'),
    ...group('added'),
    ['total', 'In all: identified', count(total.identified), behind(() => true)],
    ['disabled', 'of them disabled', count(total.disabled), behind(({ isDisabled }) => isDisabled)],
    [
      'provisionallyDark',
      'Provisionally dark',
      count(total.provisionallyDark),
      behind(({ isProvisionallyDark }) => isProvisionallyDark),
    ],
    [
      'darkUnprompted',
      'Dark unprompted',
      count(total.darkUnprompted),
      behind(({ isDarkUnprompted }) => isDarkUnprompted),
    ],
    ['live', 'Live', count(total.live), behind(({ verdict }) => verdict !== null && isAlive(verdict))],
    ['returned', 'Returned', count(total.returned), behind(({ hasReturned }) => hasReturned)],
    [
      'answersOther',
      'Answers as something else, waits for a person',
      count(total.answersOther),
      behind(({ verdict, settledAs }) => verdict === 'answers-other' && settledAs === null),
    ],
    [
      'settledOtherwise',
      'Settled: cleaned, re-let, sinkholed, parked',
      count(total.settledOtherwise),
      behind(({ settledAs }) => settledAs !== null),
    ],
    ['inconclusive', 'Inconclusive', count(total.inconclusive), behind(({ verdict }) => verdict === 'inconclusive')],
    ['notLookedAt', 'Not looked at', count(total.notLookedAt), behind(({ verdict }) => verdict === null)],
    ['held', 'Held before they are identified', count(total.held), 'not servers of this operation yet'],
    ['heldSince', 'Identified, and held since', count(total.heldSince ?? 0), 'a list or a person has named them since'],
    ['clearedAsWrong', 'Cleared as wrong', count(total.clearedAsWrong), list.behind(({ isWrong }) => isWrong)],
    ['wrongNotices', 'Wrong notices', count(wrongNotices), [{ text: 'listed below', to: 'wrong-notices' }]],
    [
      'exposure',
      'Exposure',
      exposure.minutes === null ? 'none yet' : `${duration(exposure.minutes)}${exposure.open ? ', open' : ''}`,
      exposure.firstDarkAt === null
        ? '–'
        : `${moment(exposure.firstDarkAt)} to ${exposure.open ? 'the moment of this report' : moment(exposure.lastDarkAt)}; ${count(exposure.targets)} targets`,
    ],
    [
      'victimHours',
      'Victim-hours',
      count(victimHours),
      `between ${count(victimHoursInterval.low)} (ended when last seen live) and ${count(victimHoursInterval.high)} (when first seen dark, where that is confirmed)`,
    ],
    ['severed', 'Severed', SEVERED_WORDS[severed.state], [{ text: 'coverage and reasons', to: 'severance' }]],
  ];
  return [
    { type: 'heading', text: 'The figures', id: 'figures' },
    {
      type: 'paragraph',
      tone: 'small',
      text: 'Figures count servers, never cases. Each name leads to its definition; the numbers on the right are those of the list of servers at the end.',
    },
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Figure', share: 5 },
        { title: 'Value', share: 2, align: 'right' },
        { title: 'Servers behind it', share: 8 },
      ],
      rows: lines.map(([key, name, value, servers]) => [term(report, key, name), value, servers]),
    },
  ];
}
