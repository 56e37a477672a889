import { isoInstant, readableInstant } from '../domain/instant.ts';
import type { Explanation } from '../flow.ts';
import type { OpenedRound, RoundList, RoundStatus } from '../flow/deconflict.ts';
import type { HandsOffRecord } from '../ports/deconfliction.ts';
import { shownHost, shownText } from './shown.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

type KindStanding = RoundStatus['standing']['kinds'][number];

export function openedText({ round, notToBeTold }: OpenedRound, options: string): string {
  const kept =
    notToBeTold === 0
      ? ''
      : `Left out: ${servers(notToBeTold)} that every source has kept for us (TLP:RED or AMBER+STRICT).\n`;
  if (round === null) return `Nothing new: every server that may be asked about is in a round.\n${kept}`;
  return (
    `Round ${round.number} asks about ${servers(round.servers)}. Nobody has been told anything yet.\n${kept}` +
    `Next: dismantle deconflict list ${round.number} --kind csirt --out FILE.csv${options}\n`
  );
}

function servers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}

/** How many servers a terminal shows of a list that goes into a file anyway. */
const SERVERS_SHOWN = 50;

export function roundListText(list: RoundList, file: string | null, style: Style): string {
  const { marking, operation, round, partyKind, leftOut } = list;
  const head = [
    style.bold(marking),
    `Round ${round} of ${operation}, as ${partyKind === null ? 'anybody who is asked' : `a party of the kind ${partyKind}`} may get it: ${servers(list.servers.length)}`,
    ...(leftOut.notToBeTold === 0
      ? []
      : [`  left out: ${servers(leftOut.notToBeTold)} that every source has kept for us`]),
    ...(leftOut.devices === 0
      ? []
      : [
          `  left out: ${leftOut.devices} devices; their addresses are personal data, for --kind law-enforcement and csirt alone`,
        ]),
  ];
  if (file !== null) return `${[...head, `Written to ${safeText(file)}`].join('\n')}\n`;
  const shown = list.servers.slice(0, SERVERS_SHOWN);
  const more = list.servers.length - shown.length;
  const rows = table(
    shown,
    [
      { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
      { title: 'ports', max: 24, value: ({ ports }) => ports.join(' ') },
      { title: 'provider', max: 36, value: ({ provider }) => provider },
      { title: 'country', value: ({ country }) => country },
      { title: 'first seen', value: ({ firstSeen }) => firstSeen?.slice(0, 10) ?? null },
      { title: 'last seen', value: ({ lastSeen }) => lastSeen?.slice(0, 10) ?? null },
    ],
    style,
  );
  return `${head.join('\n')}\n\n${rows}${more > 0 ? `… and ${more} more: --out FILE.csv\n` : ''}`;
}

export function statusText(rounds: readonly RoundStatus[], operation: string, style: Style): string {
  if (rounds.length === 0) {
    return `Nobody has been asked about ${operation} yet.\nNext: dismantle deconflict open --operation ${operation}\n`;
  }
  return rounds.map((round) => roundText(round, style)).join('\n');
}

function roundText(round: RoundStatus, style: Style): string {
  const { number, openedAt, openedBy, standing } = round;
  const state = standing.isComplete ? style.green('complete') : style.yellow('not complete');
  const lines = [
    `${style.bold(`Round ${number}`)}  ${servers(round.servers)}, opened ${readableInstant(openedAt)} by ${safeText(openedBy)}: ${state}`,
  ];
  for (const kind of standing.kinds) {
    lines.push(`  ${kind.kind.padEnd(18)} ${kindWords(kind)}`);
    for (const { party, partyKind, channel, askedAt, answer, answeredAt, note } of round.parties) {
      if (partyKind !== kind.kind) continue;
      const said = answer === null ? 'waited for' : `${answer}, ${readableInstant(answeredAt ?? askedAt)}`;
      const why = note === null ? '' : style.dim(` (${safeText(note)})`);
      lines.push(`    ${safeText(party)}, asked ${readableInstant(askedAt)} by ${safeText(channel)}: ${said}${why}`);
    }
    for (const { partyKind, person, reason } of round.skips) {
      if (partyKind === kind.kind) lines.push(`    skipped by ${safeText(person)}: ${safeText(reason)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** How a kind of party stands in a round, and what is missing. */
export function kindWords({ state, waitingFor, skippedBy }: KindStanding): string {
  const half = skippedBy.length === 1 ? ', skipped by one person; a second one has to say so, too' : '';
  if (state === 'answered') return 'answered';
  if (state === 'skipped') return 'skipped by two people';
  if (state === 'waiting') return `waits for ${waitingFor.map(safeText).join(', ')}${half}`;
  return `nobody has been asked${half}`;
}

/** How a hands-off stands at a moment. */
export function handsOffState({ until, liftedAt, isAskedAgain }: HandsOffRecord, now: number): string {
  if (liftedAt !== null) return `lifted ${isoInstant(liftedAt).slice(0, 10)}`;
  if (until > now) return isAskedAgain ? 'in force, asked again' : 'in force';
  return isAskedAgain ? 'ran out, asked again' : 'ran out: ask again with dismantle deconflict open';
}

export function handsOffsText(records: readonly HandsOffRecord[], now: number, style: Style): string {
  if (records.length === 0) return 'Nobody has asked that a server be left alone.\n';
  return table(
    records,
    [
      { title: 'server', max: 60, value: ({ host, serverId }) => (host === null ? serverId : shownHost(host)) },
      { title: 'party', max: 36, value: ({ party }) => party },
      { title: 'until', value: ({ until }) => readableInstant(until) },
      { title: 'state', max: 60, value: (record) => handsOffState(record, now) },
      { title: 'recorded by', max: 24, value: ({ person }) => person },
      { title: 'why', max: 48, value: ({ note }) => note },
    ],
    style,
  );
}

const LOOKS_SHOWN = 5;

/** What people saw of a server by hand. */
export function lookLines({ looks, server }: Explanation, style: Style): string[] {
  const lines = ['', style.bold('Looks')];
  if (looks.length === 0) return [...lines, '  nobody has recorded a look: dismantle look SERVER'];
  for (const { at, outcome, port, vantage, how, person } of looks.slice(0, LOOKS_SHOWN)) {
    const where = port === null ? '' : `, port ${port}`;
    const done = how === '' ? '' : `: ${shownText(how)}`;
    lines.push(
      `  ${outcome} on ${readableInstant(at)}${where}, from ${shownText(vantage)}, says ${safeText(person)}${done}`,
    );
  }
  if (looks.length > LOOKS_SHOWN) lines.push(style.dim('  … earlier ones: --json'));
  if (server.lastLiveAt === null) lines.push('  never found alive by a look');
  return lines;
}

/** Whether others who may be at work on a server have been asked, and who wants it left alone. */
export function othersLines({ deconfliction }: Explanation, style: Style): string[] {
  const { handsOff } = deconfliction;
  const blocked =
    handsOff === null
      ? []
      : [
          style.yellow(
            `  hands off  ${safeText(handsOff.party)} wants it left alone until ${readableInstant(handsOff.until)}`,
          ),
        ];
  return ['', style.bold('Others at work on it'), ...blocked, `  ${askedWords(deconfliction)}`];
}

function askedWords(deconfliction: Explanation['deconfliction']): string {
  if (deconfliction.state === 'deconflicted') return `asked in round ${deconfliction.round}, which is complete`;
  if (deconfliction.state === 'waiting') {
    const open = deconfliction.standing.kinds.filter(({ state }) => state === 'nobody-asked' || state === 'waiting');
    return `round ${deconfliction.round} is not complete: ${open.map((kind) => `${kind.kind}: ${kindWords(kind)}`).join('; ')}`;
  }
  if (deconfliction.state === 'ask-again') {
    return `the "hands off" of ${safeText(deconfliction.party)} ran out on ${readableInstant(deconfliction.until)}: ask again with dismantle deconflict open`;
  }
  return 'nobody has been asked: dismantle deconflict open';
}
