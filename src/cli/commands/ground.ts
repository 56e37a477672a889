import { Command } from 'commander';
import { checkGround, listsInForce } from '../../flow.ts';
import type { GroundAnswer, ListInForce } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost, shownText } from '../shown.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { effectFromName, effectName, listAge } from '../wording.ts';
import { addCommonOptions, addListOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const NOTES = `Effects: never (held, nobody can override it), hold (held until two people have
cleared it), hostname-only (goes on, only a host name may be asked for), note (goes
on, noted), reserved (nothing: intake refuses such ground).

Held is not cleared: real C2 hides behind such lists. What a list does is a setting,
protectedGround.effects; how soon it is stale is protectedGround.staleDays.`;

export function groundCommand(face: Face): Command {
  const ground = new Command('ground').summary('protected ground: the lists in force, and what they say of a host');
  ground.description('Shows which lists protect what, how old they are, and what they say of a host.');
  ground.addHelpText(
    'after',
    helpText({
      notes: NOTES,
      examples: [['dismantle ground check 192.0.2.11 --warninglists lists', 'Says which lists name an address.']],
    }),
  );
  ground.addCommand(listsCommand(face));
  ground.addCommand(checkCommand(face));
  return ground;
}

function listsCommand(face: Face): Command {
  return addListOptions(addCommonOptions(new Command('lists')))
    .summary('list what protects, with its date and its effect')
    .description(
      'Lists every warning list in force: the built-in names, and those of the options and settings. It needs no database.',
    )
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle ground lists --warninglists lists --tor-exits exits.txt', 'Lists what these bring.'],
          ['dismantle ground lists --json | jq ".[] | select(.stale) | .list"', 'Names the stale ones for a script.'],
        ],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const lists = listsInForce(await app.openWarningLists(), app.clock.now());
        if (options.json === true) printJson(face.terminal, lists);
        else face.terminal.out(listsText(lists, face.terminal.style));
      });
    });
}

function checkCommand(face: Face): Command {
  return addListOptions(addCommonOptions(new Command('check')))
    .summary('say which lists name a host')
    .description(
      'Asks every list in force about hosts, as a row of a feed would be: addresses, names, URLs, defanged or not. What ' +
        'intake would refuse is asked about as well, in every way that it can be read. It needs no database.',
    )
    .argument('<hosts...>', 'addresses, names, URLs, prefixes')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ["dismantle ground check '192.0.2[.]11' --warninglists lists", 'Says which lists name an address.'],
          [
            'dismantle ground check c2.example --protect own.csv --json | jq ".[0].effect"',
            'Gives the strictest effect.',
          ],
        ],
        exits: ['0    It is done, whether or not a list names one.'],
      }),
    )
    .action(async (hosts: string[], options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const given = await app.openWarningLists();
        const answers = checkGround(given, hosts, app.clock.now());
        const lists = listsInForce(given, app.clock.now());
        if (options.json === true) printJson(face.terminal, answers);
        else face.terminal.out(answers.map((answer) => answerText(answer, lists, face.terminal.style)).join('\n'));
      });
    });
}

function listsText(lists: readonly ListInForce[], style: Style): string {
  const rows = table(
    lists,
    [
      { title: 'list', max: 40, value: ({ list }) => list },
      { title: 'effect', value: ({ effect }) => effect },
      { title: 'because', max: 40, value: ({ effectFrom }) => effectFromName(effectFrom) },
      { title: 'date', value: ({ date }) => date },
      { title: 'age', max: 50, value: (list) => listAge(list) },
      { title: 'entries', right: true, value: ({ entries }) => entries },
      { title: 'unusable', right: true, value: ({ unusable }) => (unusable === 0 ? null : unusable) },
      { title: 'expired', right: true, value: ({ expired }) => (expired === 0 ? null : expired) },
    ],
    style,
  );
  const notes = lists.flatMap(({ list, firstUnusable, firstExpired, unusable, expired }) => [
    ...firstUnusable.map(({ entry, reason }) => `${safeText(list)}: "${shownText(entry)}" protects nothing: ${reason}`),
    ...(unusable > firstUnusable.length ? [`${safeText(list)}: … and ${unusable - firstUnusable.length} more`] : []),
    ...firstExpired.map(({ entry, expires }) => `${safeText(list)}: ${shownText(entry)} protected until ${expires}`),
    ...(expired > firstExpired.length ? [`${safeText(list)}: … and ${expired - firstExpired.length} more`] : []),
  ]);
  return notes.length === 0 ? rows : `${rows}\n${notes.map((note) => style.yellow(note)).join('\n')}\n`;
}

function answerText(answer: GroundAnswer, lists: readonly ListInForce[], style: Style): string {
  const { asked, host, intake, refusal, hits, addressesChecked } = answer;
  const lines = [style.bold(host === null ? shownText(asked) : shownHost(host))];
  if (intake === 'refused') lines.push(`  intake refuses it: ${refusal ?? ''}`);
  if (intake === 'drill') lines.push('  only a drill takes it');
  for (const { list, title, version, effect, entry, reason } of hits) {
    const age = lists.find((candidate) => candidate.list === list && candidate.version === version);
    const because = reason === null ? '' : ` (${shownText(reason)})`;
    lines.push(`  ${safeText(list)}: ${effectName(effect)}; its entry ${shownText(entry)}${because}`);
    lines.push(
      style.dim(`    ${safeText(title)}, version ${safeText(version)}, ${age === undefined ? '' : listAge(age)}`),
    );
  }
  if (hits.length === 0) {
    const given = lists.some(({ origin }) => origin === 'warninglists');
    lines.push(given ? '  no list names it' : style.yellow('  no list names it, but no --warninglists were given'));
  }
  if (host !== null && !addressesChecked)
    lines.push('  not checked: the name was not resolved, so its addresses are not known');
  return `${lines.join('\n')}\n`;
}
