import { Command, Option } from 'commander';
import { isoInstant } from '../../domain/instant.ts';
import { isOpen } from '../../domain/session.ts';
import type { SessionRecord } from '../../domain/session.ts';
import { endSession, sessionsOf } from '../../flow/sign-in.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

const NOTES = `A session is a browser that somebody has signed in with. It ends after 12 hours without a
sign of life, after 7 days in any case, and with the person. It is in no ledger: what is
signed is signed by a key, whoever is signed in.`;

export function sessionCommand(face: Face): Command {
  const session = new Command('session').summary('who is signed in with a browser');
  session.description('Lists the browsers that people are signed in with, and ends them.');
  session.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle session list', 'Who is signed in.']] }));
  for (const command of [listCommand, endCommand]) session.addCommand(command(face));
  return session;
}

const COLUMNS: readonly Column<SessionRecord>[] = [
  { title: 'person', max: 30, value: ({ person }) => safeText(person) },
  { title: 'by', value: ({ method }) => method },
  { title: 'browser', max: 50, value: ({ agent }) => safeText(agent) },
  { title: 'began', value: ({ beganAt }) => beganAt.slice(0, 16).replace('T', ' ') },
  { title: 'last seen', value: ({ seenAt }) => seenAt.slice(0, 16).replace('T', ' ') },
  { title: 'ended', value: ({ endedAt }) => endedAt?.slice(0, 16).replace('T', ' ') ?? null },
  { title: 'id', value: ({ id }) => id },
];

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list sessions')
    .description('Lists the sessions that are open. --all lists those that ended within a month as well.')
    .addOption(new Option('--all', 'those that have ended as well'))
    .addOption(new Option('--person <name>', 'of one person'))
    .addHelpText('after', helpText({ examples: [["dismantle session list --person 'Ada Example'", 'Hers.']] }))
    .action(async (options: CommonOptions & { readonly all?: boolean; readonly person?: string }) => {
      await withApp(face, options, async (app) => {
        const now = isoInstant(app.clock.now());
        const all = await sessionsOf(await app.openWorld(), options.person ?? null);
        const sessions = all.filter((session) => options.all === true || isOpen(session, now));
        if (options.json === true) printJson(face.terminal, sessions);
        else if (sessions.length === 0) face.terminal.err('Nobody is signed in.\n');
        else face.terminal.out(table(sessions, COLUMNS, face.terminal.style));
      });
    });
}

function endCommand(face: Face): Command {
  return addCommonOptions(new Command('end'))
    .summary('end a session at once')
    .description('The browser is signed out; whoever it was signs in again. No key is needed: it lets nobody in.')
    .argument('<session>', 'its id')
    .addHelpText('after', helpText({ examples: [['dismantle session end ID', 'Ends it.']] }))
    .action(async (id: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const session = await endSession(await app.openWorld(), id, null);
        if (options.json === true) printJson(face.terminal, { id, person: session.person, ended: true });
        else face.terminal.out(`A session of ${safeText(session.person)} has ended.\n`);
      });
    });
}
