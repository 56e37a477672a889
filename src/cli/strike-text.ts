import { isoInstant, readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { Forecast } from '../domain/strike.ts';
import type { BriefedStrike, PlannedStrike, StrikeStanding } from '../flow/strike.ts';
import { timeLeft } from './duration.ts';
import { safeText } from './terminal.ts';
import { table } from './table.ts';
import type { Style } from './terminal.ts';

const ITEMS_SHOWN = 40;

/** A plan, with all strategies side by side and the chosen one marked. */
export function planText(planned: PlannedStrike, next: string, style: Style): string {
  const { number, plan, planHash } = planned;
  const held = plan.items.filter(({ notifyAt }) => notifyAt > plan.plannedAt).length;
  return [
    `${style.bold(`Strike ${number}`)}  ${plan.strategy}, aim ${readableInstant(plan.aim)} (${timeLeft(plan.aim, plan.plannedAt)})`,
    '',
    itemsText(plan.items, plan.plannedAt, style),
    forecastText(plan.forecasts, plan.strategy, style),
    `seed ${plan.seed}; plan ${planHash}`,
    held === 0
      ? `It holds nothing back: everything rolls as found. Send with: dismantle send${next}\n`
      : `${held} of ${plan.items.length} would be held back. Nothing is, before two people approve it, one of them counsel:\n` +
        `Next: dismantle strike hold ${number} --as PERSON --reason TEXT${next}\n`,
  ].join('\n'); // prettier-ignore
}

function itemsText(items: PlannedStrike['plan']['items'], now: Instant, style: Style): string {
  const rows = table(
    items.slice(0, ITEMS_SHOWN),
    [
      { title: 'notice', value: ({ reference }) => reference },
      { title: 'provider', max: 30, value: ({ provider }) => provider },
      { title: 'servers', right: true, value: ({ cases }) => cases.length },
      { title: 'notify', value: ({ notifyAt }) => (notifyAt <= now ? 'now' : readableInstant(notifyAt)) },
      { title: 'may tell', value: ({ mayForward }) => (mayForward ? 'yes' : 'no') },
      { title: 'why', max: 200, value: ({ reasons }) => reasons.join('; ') },
    ],
    style,
  );
  return items.length > ITEMS_SHOWN ? `${rows}… and ${items.length - ITEMS_SHOWN} more: --json gives all\n` : rows;
}

function forecastText(forecasts: readonly Forecast[], chosen: string, style: Style): string {
  const rows = table(
    forecasts,
    [
      { title: '', value: ({ strategy }) => (strategy === chosen ? '▸' : ' ') },
      { title: 'strategy', value: ({ strategy }) => strategy },
      {
        title: 'exposure, minutes (p10 to p90)',
        value: ({ exposureMinutes: e }) => (e === null ? 'none lost' : `${whole(e.p50)} (${whole(e.p10)} to ${whole(e.p90)})`),
      },
      { title: 'still open', right: true, value: ({ stillOpen }) => percent(stillOpen) },
      {
        title: 'victim-hours (p10 to p90)',
        value: ({ victimHours: v }) => `${whole(v.p50)} (${whole(v.p10)} to ${whole(v.p90)})`,
      },
      {
        title: 'none left alive (95 %)',
        value: ({ noneLeftAlive: n }) => `${percent(n.chance)} (${percent(n.low)} to ${percent(n.high)})`,
      },
    ],
    style,
  ); // prettier-ignore
  return `By simulation, followed for a week, medians:\n${rows}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const STATES: Readonly<Record<StrikeStanding['state'], string>> = {
  planned: 'planned; holds nothing',
  'half-approved': 'one of two has approved; holds nothing',
  held: 'held',
  struck: 'its aim has come',
  released: 'released',
  expired: 'its aim has passed; it never held anything',
};

const STANDINGS: Readonly<Record<StrikeStanding['briefings'][number]['standing'], string>> = {
  'to-approve': 'waits for two approvals, one of counsel',
  'half-approved': 'one of two has approved; it does not leave',
  approved: 'approved; it leaves with the next send',
  sent: 'sent',
  'in doubt': 'begun, its outcome is not known',
  failed: 'not taken, or in doubt: telephone instead',
  cancelled: 'did not leave, and leaves no more',
};

/** What desks are told ahead, word for word, for those who approve it. */
export function briefingsText(strike: BriefedStrike, next: string, style: Style): string {
  const { number, briefings, others } = strike;
  const open = briefings.filter(({ standing }) => standing === 'to-approve' || standing === 'half-approved').length;
  return [
    ...briefings.map(({ provider, recipient, text, hash, standing }) =>
      [
        `${style.bold(safeText(provider))}  ${safeText(recipient)}: ${STANDINGS[standing]}`,
        `  Subject: ${safeText(text.subject)}`,
        ...text.body.split('\n').map((line) => (line === '' ? '' : `  ${safeText(line)}`)),
        `  hash ${hash}`,
        '',
      ].join('\n'),
    ),
    ...others.map(({ provider, why }) => `Not told ahead: ${safeText(provider)}: ${safeText(why)}`),
    ...(briefings.length === 0 ? ['Nobody is told ahead of this strike.'] : []),
    ...(open === 0
      ? []
      : [
          `${open === 1 ? '1 briefing waits' : `${open} briefings wait`} for two people, one of them counsel:`,
          `Next: dismantle strike brief ${number} --as PERSON --reason TEXT${next}`,
        ]),
    '',
  ].join('\n');
}

/** One strike: who has approved what, and what becomes of it. */
export function strikeText(strike: StrikeStanding, now: Instant, next: string, style: Style): string {
  const { number, strategy, aim, state, items, approvals, briefings, released, planHash, plannedBy, plannedAt } =
    strike;
  const held = items.filter(({ notifyAt }) => notifyAt > now).length;
  const people = (of: boolean): readonly string[] =>
    approvals.filter(({ stands }) => stands === of).map(({ person }) => person);
  return [
    `${style.bold(`Strike ${number}`)}  ${strategy}, aim ${readableInstant(aim)} (${timeLeft(aim, now)}): ${STATES[state]}`,
    `  planned by ${safeText(plannedBy)}, ${readableInstant(plannedAt)}; plan ${planHash}`,
    `  ${items.length} notices, ${held} with a moment to come`,
    ...approvals
      .filter(({ stands }) => stands)
      .map(({ person, role, until, reason }) => `  approved by ${safeText(person)} as ${role}, until ${readableInstant(until)}: ${safeText(reason)}`),
    ...people(false).map((person) => `  ${safeText(person)}'s approval counts no longer: not on record as then`),
    ...briefings.map(
      ({ provider, recipient, reference, standing }) =>
        `  briefing of ${safeText(provider)} (${safeText(recipient)}) ahead of ${reference}: ${STANDINGS[standing]}`,
    ),
    ...(released === null
      ? []
      : [`  released by ${safeText(released.by)}, ${readableInstant(released.at)}${released.isHarm ? ', harm is imminent' : ''}: ${safeText(released.reason)}`]),
    ...(state === 'planned' || state === 'half-approved'
      ? [`Next: dismantle strike hold ${number} --as PERSON --reason TEXT${next}`]
      : []),
    ...(state === 'held'
      ? [`It ends by itself. Harm that is imminent ends it at once: dismantle strike release ${number} --harm TEXT --as PERSON${next}`]
      : []),
    ...(state === 'released' ? [`Next: dismantle send${next}`] : []),
    '',
  ].join('\n'); // prettier-ignore
}

export function strikesText(strikes: readonly StrikeStanding[], next: string, style: Style): string {
  if (strikes.length === 0) return `No strike is planned. Plan one with: dismantle strike plan${next}\n`;
  return table(
    strikes,
    [
      { title: 'strike', right: true, value: ({ number }) => number },
      { title: 'strategy', value: ({ strategy }) => strategy },
      { title: 'aim', value: ({ aim }) => readableInstant(aim) },
      { title: 'notices', right: true, value: ({ items }) => items.length },
      {
        title: 'briefed',
        right: true,
        value: ({ briefings }) =>
          briefings.length === 0
            ? ''
            : `${briefings.filter(({ standing }) => standing === 'sent').length} of ${briefings.length}`,
      },
      { title: 'approved by', value: ({ approvals }) => approvals.map(({ person }) => person).join(', ') },
      { title: 'state', value: ({ state }) => STATES[state] },
    ],
    style,
  );
}

/** A strike as scripts get it: moments in ISO 8601. */
export function shownStrike(strike: StrikeStanding): unknown {
  const { released, approvals, briefings, items } = strike;
  return {
    ...strike,
    briefings: briefings.map((each) => ({
      ...each,
      leaveBefore: isoInstant(each.leaveBefore),
      nextAt: isoInstant(each.nextAt),
      sentAt: each.sentAt === null ? null : isoInstant(each.sentAt),
      approvals: each.approvals.map((given) => ({ ...given, approvedAt: isoInstant(given.approvedAt) })),
    })),
    aim: isoInstant(strike.aim),
    plannedAt: isoInstant(strike.plannedAt),
    items: items.map((item) => ({ ...item, notifyAt: isoInstant(item.notifyAt) })),
    approvals: approvals.map((each) => ({
      ...each,
      until: isoInstant(each.until),
      approvedAt: isoInstant(each.approvedAt),
    })),
    released: released === null ? null : { ...released, at: isoInstant(released.at) },
  };
}

/** The same with those who are not told ahead. */
export function shownBriefed({ others, ...strike }: BriefedStrike): unknown {
  return { strike: shownStrike(strike), others };
}

/** A plan as scripts get it. */
export function shownPlan(operation: string, { strikeId, number, planHash, plan }: PlannedStrike): unknown {
  return {
    operation,
    strike: number,
    strikeId,
    planHash,
    ...plan,
    plannedAt: isoInstant(plan.plannedAt),
    aim: isoInstant(plan.aim),
    items: plan.items.map((item) => ({ ...item, notifyAt: isoInstant(item.notifyAt) })),
  };
}
