import type { OperationReport } from '../../../domain/report.ts';
import type { DocumentBlock, HeadlineFigure, Words } from '../../../ports/documents.ts';
import { definitionAnchor } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, counted, duration, moment, percent, SEVERED_WORDS } from './words.ts';

/** The sentence that everybody quotes. */
export function headlineOf(report: OperationReport): string {
  const { total, severed, exposure, victimHours } = report;
  const listed = severed.coverage.live;
  const alive = `${counted(total.live, 'server')} live${listed === 0 ? '' : `, ${count(listed)} of them in configurations in circulation`}`;
  return [
    `${count(total.disabled)} of ${count(total.identified)} disabled`,
    percent(total.percent),
    `severed: ${SEVERED_WORDS[severed.state]}, ${alive}`,
    exposure.minutes === null
      ? 'exposure: no target dark yet'
      : `exposure ${duration(exposure.minutes)}${exposure.open ? ', still open' : ''}`,
    `${count(victimHours)} victim-hours`,
  ].join(' · ');
}

/** The first page: the sentence, its figures, and what they do not say. */
export function headlineBlocks({ report }: PaperContext): readonly DocumentBlock[] {
  return [
    { type: 'paragraph', text: headlineOf(report), tone: 'lead', id: 'headline' },
    { type: 'figures', items: headlineFigures(report) },
    { type: 'notice', title: 'What this report does not claim', items: notClaimed(report), id: 'not-claimed' },
  ];
}

function headlineFigures(report: OperationReport): readonly HeadlineFigure[] {
  const { total, severed, exposure, victimHours, victimHoursInterval, initial, added } = report;
  const to = (key: string): { readonly to?: string } =>
    Object.hasOwn(report.definitions, key) ? { to: definitionAnchor(key) } : {};
  const devices = {
    identified: initial.devices.identified + added.devices.identified,
    disabled: initial.devices.disabled + added.devices.disabled,
  };
  return [
    {
      label: 'Disabled',
      value: `${count(total.disabled)} of ${count(total.identified)}`,
      note: `${percent(total.percent)}${devices.identified === 0 ? '' : `; devices ${count(devices.disabled)} of ${count(devices.identified)}`}`,
      ...to('disabled'),
    },
    {
      label: 'Severed',
      value: SEVERED_WORDS[severed.state],
      note: `${counted(total.live, 'server')} live, ${count(severed.coverage.live)} in configurations in circulation`,
      ...to('severed'),
    },
    {
      label: 'Exposure',
      value: duration(exposure.minutes),
      note:
        exposure.minutes === null
          ? 'no target is dark yet'
          : `${exposure.open ? 'still open' : 'closed'}, ${counted(exposure.targets, 'target')}`,
      ...to('exposure'),
    },
    {
      label: 'Victim-hours',
      value: count(victimHours),
      note: `between ${count(victimHoursInterval.low)} and ${count(victimHoursInterval.high)}`,
      ...to('victimHours'),
    },
  ];
}

function notClaimed(report: OperationReport): readonly Words[] {
  const { noLongerKnown, total, drill, isSingleVantage, baselineAt, notifyToDark, identifyToDark, severed, asOf } =
    report;
  const lines: (string | false)[] = [
    drill && 'This is a drill. Its servers are made up, on documentation addresses; nothing in it happened.',
    isSingleVantage &&
      'Single vantage: no two places in different networks and countries have looked, so nothing is confirmed, and no server counts as disabled.',
    total.identified === 0 && 'No server has been identified: there is nothing yet to be disabled.',
    total.provisionallyDark > 0 &&
      `${counted(total.provisionallyDark, 'server is', 'servers are')} provisionally dark: seen dark, not confirmed yet, and not counted as disabled.`,
    total.darkUnprompted > 0 &&
      `${counted(total.darkUnprompted, 'server')} went dark before any notice went out: disabled, but not by this operation.`,
    total.live > 0 &&
      `${counted(total.live, 'server still answers', 'servers still answer')}. One server is enough to give a botnet a new list of controllers.`,
    total.returned > 0 &&
      `${counted(total.returned, 'server')} came back after having been dark. None of them counts as disabled while it answers.`,
    total.inconclusive + total.notLookedAt > 0 &&
      `Of ${count(total.inconclusive)} servers the looks say nothing certain, and at ${count(total.notLookedAt)} nobody has looked.`,
    total.answersOther > 0 &&
      `${counted(total.answersOther, 'server answers', 'servers answer')} as something else and ${total.answersOther === 1 ? 'waits' : 'wait'} for a person to say what it is.`,
    censored(report) > 0 &&
      `Durations are not averages of what has ended: ${count(notifyToDark.censored)} cases from notice to dark, and ${count(identifyToDark.censored)} from identification to dark, were still open and are counted as open (Kaplan-Meier). Looks come in rounds, so that each end is known as an interval.`,
    total.clearedAsWrong > 0 &&
      `${counted(total.clearedAsWrong, 'server was', 'servers were')} taken back as wrong, and left out of every count; they are listed.`,
    noLongerKnown !== undefined && noLongerKnown.sentence,
    baselineAt === null && 'Nothing has been served yet: every server counts as one of the initial ones.',
    severed.state === 'none-observed-live'
      ? 'That no live server was observed does not say that the botnet is cut off: a configuration may have been pushed to bots unseen.'
      : '"Severed" is never "yes": a configuration may have been pushed to bots unseen.',
    `Everything stands as of ${moment(asOf)}, by what was recorded until then. What was not seen is not in it.`,
  ];
  return lines.filter((line) => line !== false);
}

function censored({ notifyToDark, identifyToDark }: OperationReport): number {
  return notifyToDark.censored + identifyToDark.censored;
}
