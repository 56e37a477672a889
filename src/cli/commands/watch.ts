import { Command, Option } from 'commander';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { problem } from '../../domain/problem.ts';
import { lookNow, watch } from '../../flow/watch.ts';
import type { LookedAt, WatchSummary, WatchTelling } from '../../flow/watch.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost, shownText } from '../shown.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { UNWATCHED_WORDS } from '../wording.ts';
import { addCommonOptions, addOfflineOption, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { watchSources } from './watch-sources.ts';

interface WatchOptions extends CommonOptions {
  readonly operation?: string;
  readonly once?: boolean;
}

const NOTES = `A look is a TCP connect, a TLS handshake and a plain HTTP request, and nothing else. It
needs traffic.probe in the settings and an admin's "dismantle probing start". What
lists protect, others want left alone, was retracted or never judged is not looked at.`;

export function probeCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('probe')))
    .summary('look at servers now, from every vantage')
    .description('Takes one round at the named servers, records it, and prints how each stands by then.')
    .argument('<servers...>', 'hosts, host:port, URLs or server ids; defanged or not')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle probe 192.0.2.11', 'Looks at every way in to it that a source has named.'],
          ['dismantle probe 192.0.2.11 192.0.2.12 --json', 'Tells everything that was seen.'],
        ],
        exits: ['1    Looking is switched off, or nothing could be looked at.'],
      }),
    )
    .action(async (servers: readonly string[], options: WatchOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        world.outgoing.assertAllowed('probe');
        const looked = await lookNow(world, await watchSources(app), operation, servers, (telling) => {
          tellOnError(face, telling);
        });
        if (options.json === true) printJson(face.terminal, { operation, servers: looked.map(withoutBytes) });
        else face.terminal.out(table(looked, COLUMNS, face.terminal.style));
        if (looked.every(({ round }) => round === null)) {
          throw problem('refused', 'nothing was looked at', 'The list above says why');
        }
      });
    });
}

/** Certificates' bytes are kept in the database; their hashes stand in what was seen. */
function withoutBytes({ round, ...rest }: LookedAt): unknown {
  return {
    ...rest,
    round:
      round === null
        ? null
        : { at: isoInstant(round.at), looks: round.looks.map(({ certificates: _bytes, ...look }) => look) },
  };
}

const COLUMNS: readonly Column<LookedAt>[] = [
  { title: 'server', max: 45, value: ({ host }) => shownHost(host) },
  { title: 'verdict', value: ({ verdict }) => verdict?.verdict ?? null },
  { title: 'finding', value: ({ verdict }) => verdict?.finding ?? null },
  { title: 'since', value: ({ verdict }) => (verdict === null ? null : readableInstant(verdict.since)) },
  { title: 'confirmed', value: ({ verdict }) => readableOrNull(verdict?.confirmedAt ?? null) },
  { title: 'looks', right: true, value: ({ round }) => round?.looks.length ?? 0 },
  {
    title: 'not looked at',
    max: 60,
    value: ({ notBecause }) => (notBecause === null ? null : UNWATCHED_WORDS[notBecause]),
  },
];

function readableOrNull(moment: number | null): string | null {
  return moment === null ? null : readableInstant(moment);
}

export function watchCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('watch')))
    .summary('look at servers whenever they are due, and tell what changes')
    .description(
      'Looks at every tracked server when it is due: every minute after a notice, then every five minutes, then hourly; ' +
        'dark and closed ones hourly and later daily, until the watch is over. Goes on until Ctrl-C or ' +
        '"dismantle probing stop". One process at a time watches an operation.',
    )
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--once', 'look at everything that is due now, and end: for cron'))
    .addHelpText(
      'after',
      helpText({
        notes: `${NOTES}
With --json every change is one line, and the last line is the summary.`,
        examples: [
          ['dismantle watch', 'Stays, and says a line for each server that changes.'],
          ['dismantle watch --once --json', 'One pass, one JSON object a line.'],
        ],
        exits: ['1    Looking is switched off, or somebody watches already.'],
      }),
    )
    .action(async (options: WatchOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        world.outgoing.assertAllowed('probe');
        const summary = await watch(world, await watchSources(app), operation, {
          once: options.once === true,
          tell: (telling) => {
            if (options.json === true) face.terminal.out(`${lineOf(telling)}\n`);
            else tellText(face, telling);
          },
        });
        if (options.json === true)
          face.terminal.out(`${safeText(JSON.stringify({ kind: 'ended', operation, ...summary }))}\n`);
        else face.terminal.out(summaryText(operation, summary));
      });
    });
}

function lineOf({ at, event }: WatchTelling): string {
  return safeText(JSON.stringify({ at: isoInstant(at), ...event }));
}

function tellOnError(face: Face, { event }: WatchTelling): void {
  if (event.kind === 'vantage') face.terminal.err(`dismantle: ${vantageText(event)}\n`);
}

function tellText(face: Face, telling: WatchTelling): void {
  const { at, event } = telling;
  if (event.kind === 'vantage') {
    tellOnError(face, telling);
    return;
  }
  const when = readableInstant(at);
  if (event.kind === 'watching') {
    const others = Object.entries(event.unwatched).map(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the type of the keys
      ([reason, count]) => `${count} not: ${UNWATCHED_WORDS[reason as keyof typeof UNWATCHED_WORDS]}`,
    );
    face.terminal.out(
      `${when}  watching ${event.watched} of ${event.servers} servers${others.map((each) => `; ${each}`).join('')}\n`,
    );
    return;
  }
  face.terminal.out(`${when}  ${changeText(event, face.terminal.style)}\n`);
}

function changeText(
  {
    kind,
    host,
    from,
    to,
  }: {
    readonly kind: 'changed' | 'confirmed-dark' | 'returned';
    readonly host: string;
    readonly from: LookOutcome | null;
    readonly to: LookOutcome;
  },
  style: Style,
): string {
  const server = shownHost(host);
  if (kind === 'confirmed-dark') return style.green(`${server} is confirmed dark; its case is closed`);
  if (kind === 'returned') return style.red(`${server} is back (${to}); a new case is open`);
  return `${server} ${from === null ? 'is' : `was ${from}, is`} ${to}`;
}

function vantageText({ vantage, message }: { readonly vantage: string; readonly message: string | null }): string {
  return message === null
    ? `the vantage ${safeText(vantage)} works again`
    : `the vantage ${safeText(vantage)} fails: ${shownText(message)}. The others go on; it is tried again`;
}

const ENDS: Readonly<Record<WatchSummary['end'], string>> = {
  stopped: 'Probing was switched off, or the operation closed',
  interrupted: 'Ended',
  done: 'Everything that was due has been looked at',
};

function summaryText(operation: string, { end, rounds, looks, changes, givenUp, lateness }: WatchSummary): string {
  const late =
    end === 'done' || lateness.rounds === 0
      ? ''
      : `; late by ${seconds(lateness.p50Ms)} (median), at most ${seconds(lateness.maxMs)}`;
  const lost = givenUp === 0 ? '' : `; ${givenUp} rounds were given up`;
  return `${ENDS[end]}: ${rounds} rounds of ${safeText(operation)}, ${looks} looks, ${changes} changes${late}${lost}.\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
