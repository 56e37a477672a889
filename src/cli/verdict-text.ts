import { isoInstant, readableInstant } from '../domain/instant.ts';
import type { EndpointLooks, VerdictView } from '../flow/verify.ts';
import { shownHost, shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { findingName, stateName } from './wording.ts';

const VANTAGES_SHOWN = 12;

/** What `dismantle verdict show` tells a person. */
export function verdictText(view: VerdictView, style: Style): string {
  return `${[...standingLines(view, style), ...endpointLines(view, style), ...runLines(view, style), ...nextLines(view)].join('\n')}\n`;
}

function standingLines(
  { host, operation, verdict, standing, case: caseView, ...view }: VerdictView,
  style: Style,
): string[] {
  const why = verdict === null || verdict.finding === null ? '' : `: ${findingName(verdict.finding)}`;
  const lines = [
    `${style.bold(shownHost(host))}  in operation ${safeText(operation)}`,
    `  verdict    ${standing === null ? 'none: nobody has looked at it' : `${standing}${why}`}`,
  ];
  if (verdict !== null) {
    lines.push(`  since      ${readableInstant(verdict.since)}`);
    const { lastLiveAt, darkAt, confirmedAt } = verdict;
    lines.push(`  last alive ${lastLiveAt === null ? 'never found alive' : readableInstant(lastLiveAt)}`);
    if (darkAt !== null) {
      const how = confirmedAt === null ? 'provisionally: not confirmed' : `confirmed ${readableInstant(confirmedAt)}`;
      lines.push(`  dark since ${readableInstant(darkAt)}, ${how}`);
    }
  }
  if (view.confirmedDarkAt !== null && verdict?.darkAt !== view.confirmedDarkAt) {
    lines.push(`  dark since ${readableInstant(view.confirmedDarkAt)}, confirmed; it has not been found alive since`);
  }
  if (caseView === null) return [...lines, '  case       none: run dismantle run'];
  lines.push(
    `  case       ${stateName(caseView.state)}${caseView.episode === 1 ? '' : `, episode ${caseView.episode}`}`,
  );
  const { settlement } = caseView;
  if (settlement !== null) lines.push(`  settled    ${settlement.as}: ${shownText(settlement.reason)}`);
  return lines;
}

function endpointLines({ endpoints }: VerdictView, style: Style): string[] {
  if (endpoints.length === 0) return [];
  const lines = ['', style.bold('Newest looks')];
  for (const endpoint of endpoints) {
    const { port, looks, firewalledFrom } = endpoint;
    lines.push(`  ${port === null ? 'the host as a whole' : `port ${port}`}`, ...looksOf(endpoint));
    if (firewalledFrom.length > 0) {
      lines.push(
        style.yellow(`    a firewall stands before it: dark from ${firewalledFrom.map(safeText).join(', ')} alone`),
      );
    }
    if (looks.length > VANTAGES_SHOWN) lines.push(style.dim(`    … and ${looks.length - VANTAGES_SHOWN} more: --json`));
  }
  return lines;
}

function looksOf({ looks }: EndpointLooks): string[] {
  return looks.slice(0, VANTAGES_SHOWN).map(({ vantage, at, outcome, finding, how, person }) => {
    const where = [vantage.network, vantage.country].filter((word) => word !== null);
    const from = `${safeText(vantage.name)}${where.length === 0 ? '' : ` (${where.map(safeText).join(', ')})`}`;
    const by = finding === null ? `, says ${safeText(person)}` : '';
    return `    ${readableInstant(at)}  ${outcome}  from ${from}${by}${how === '' ? '' : `: ${shownText(how)}`}`;
  });
}

function runLines({ run, quorum }: VerdictView, style: Style): string[] {
  if (run === null) return [];
  const { vantages, rounds, hours } = quorum;
  return [
    '',
    style.bold('What is lacking to confirm it'),
    `  wanted     ${vantages} vantages in different networks and countries, ${rounds} rounds, ${hours} hours, none alive`,
    `  so far     ${run.rounds.length} dark ${run.rounds.length === 1 ? 'round' : 'rounds'} of our own`,
    `  quorum     ${run.lacks}`,
  ];
}

function nextLines({ standing, case: caseView, host, others }: VerdictView): string[] {
  if (standing !== 'answers-other' || caseView === null || caseView.state === 'settled') return [];
  return [
    '',
    ...others.map(({ port, service }) => `  other      port ${port}: --service ${service}`),
    `Next: dismantle verdict settle ${shownHost(host)} --is …, verdict accept if it is the botnet's own, or retract`,
  ];
}

/** The same for a script: moments as ISO 8601, the evidence as it was seen. */
export function verdictJson(view: VerdictView): unknown {
  const { verdict, run, confirmedDarkAt, baselines, others, endpoints } = view;
  return {
    ...view,
    verdict:
      verdict === null
        ? null
        : {
            ...verdict,
            since: isoInstant(verdict.since),
            lastLiveAt: iso(verdict.lastLiveAt),
            darkAt: iso(verdict.darkAt),
            confirmedAt: iso(verdict.confirmedAt),
          },
    confirmedDarkAt: iso(confirmedDarkAt),
    others: others.map((other) => ({ ...other, at: isoInstant(other.at) })),
    endpoints: endpoints.map((endpoint) => ({
      ...endpoint,
      looks: endpoint.looks.map(({ serverId: _serverId, ...look }) => ({
        ...look,
        at: isoInstant(look.at),
        round: iso(look.round),
      })),
    })),
    baselines: baselines.map(({ port, at, acceptedBy, seen }) => ({ port, at: isoInstant(at), acceptedBy, seen })),
    run:
      run === null
        ? null
        : {
            rounds: run.rounds.map(({ at, vantages }) => ({ at: isoInstant(at), vantages })),
            counted: run.gap.rounds,
            earliestAt: iso(run.gap.earliestAt),
            lacks: run.lacks,
          },
  };
}

function iso(moment: number | null): string | null {
  return moment === null ? null : isoInstant(moment);
}
