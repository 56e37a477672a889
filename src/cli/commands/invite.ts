import { Command, Option } from 'commander';
import { ROLES, parseRoles } from '../../domain/person.ts';
import type { InvitationRecord } from '../../domain/session.ts';
import { acceptInvited, invitationsOf, invite, withdrawInvitation } from '../../flow/sign-in.ts';
import { linkOf } from '../../http/sign-in-link.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { keyOption, signingOf } from './signer.ts';
import { DEFAULT_PORT } from './serve.ts';

const NOTES = `The person opens the link in a browser and registers a passkey, once, within 7 days. Then
the person tells you its fingerprint by another way, and an admin signs for it:
dismantle person accept NAME. Until then it opens nothing. Whoever has the link can
register: that admin's approval and one by this passkey never count as two.`;

/** dismantle person invite, invitations, accept, uninvite. */
export function invitationCommands(face: Face): readonly Command[] {
  return [inviteCommand(face), listCommand(face), acceptCommand(face), uninviteCommand(face)];
}

function inviteCommand(face: Face): Command {
  return addCommonOptions(new Command('invite'))
    .summary('make a link with which a person registers a passkey')
    .description('Prints a link, once, for a person who is to sign in and sign with a passkey in the browser.')
    .argument('<name>', 'the name of the person')
    .addOption(
      new Option('--role <role>', `${ROLES.join(', ')}; may be given several times`)
        .argParser((role: string, before: readonly string[] | undefined) => [...(before ?? []), role])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--as <admin>', 'the admin who invites').makeOptionMandatory())
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle person invite 'Ben Example' --role approver --as 'Ada Example'", 'Prints his link.']],
      }),
    )
    .action(
      async (name: string, options: CommonOptions & { readonly role: readonly string[]; readonly as: string }) => {
        const roles = parseRoles(options.role);
        await withApp(face, options, async (app) => {
          const { first, worldOf } = await app.openOrganisations();
          const made = await invite(worldOf(first, app.localActor), first, { name, roles, by: options.as });
          const link = linkOf(app.settings.http.origin ?? `http://localhost:${DEFAULT_PORT}`, made.secret);
          if (options.json === true) printJson(face.terminal, { ...made.invitation, link });
          else {
            face.terminal.err(`For ${safeText(name)} alone, good once and until ${made.invitation.endsAt}:\n`);
            face.terminal.out(`${link}\n`);
          }
        });
      },
    );
}

const COLUMNS: readonly Column<InvitationRecord>[] = [
  { title: 'name', max: 40, value: ({ name }) => safeText(name ?? '(the first admin)') },
  { title: 'roles', value: ({ roles }) => roles.join(', ') },
  { title: 'invited by', max: 30, value: ({ invitedBy }) => (invitedBy === null ? null : safeText(invitedBy)) },
  { title: 'until', value: ({ endsAt }) => endsAt.slice(0, 16).replace('T', ' ') },
  { title: 'key', max: 60, value: ({ fingerprint }) => fingerprint },
  { title: 'settled', value: ({ settledAt }) => settledAt?.slice(0, 10) ?? null },
  { title: 'id', value: ({ id }) => id },
];

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('invitations'))
    .summary('list who was invited')
    .description('Lists the invitations that are open, with the key that was registered where one was.')
    .addOption(new Option('--all', 'those that were used up or taken back as well'))
    .addHelpText('after', helpText({ examples: [['dismantle person invitations', 'Who waits for a signature.']] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await invitationsOf(await app.openWorld());
        const listed = all.filter(({ settledAt }) => options.all === true || settledAt === null);
        if (options.json === true) printJson(face.terminal, listed);
        else if (listed.length === 0) face.terminal.err('Nobody is invited.\n');
        else face.terminal.out(table(listed, COLUMNS, face.terminal.style));
      });
    });
}

function acceptCommand(face: Face): Command {
  return addCommonOptions(new Command('accept'))
    .summary('sign for the passkey that somebody has registered')
    .description('Puts a person who was invited on record with the passkey that was registered. An admin signs for it.')
    .argument('<name>', 'the name of the person, or the id of the invitation')
    .addOption(new Option('--as <admin>', 'the admin who signs').makeOptionMandatory())
    .addOption(keyOption())
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [["dismantle person accept 'Ben Example' --as 'Ada Example'", 'Ada signs for his passkey.']],
      }),
    )
    .action(async (named: string, options: CommonOptions & { readonly as: string; readonly key?: string }) => {
      await withApp(face, options, async (app) => {
        const added = await acceptInvited(await app.openWorld(), signingOf(app, options), named, options.as);
        const { person, name, roles, publicKey, fingerprint } = added;
        if (options.json === true) printJson(face.terminal, { person, name, roles, publicKey, fingerprint });
        else {
          face.terminal.out(`${safeText(name)} is on record as ${roles.join(', ')} with the passkey ${fingerprint}.\n`);
        }
      });
    });
}

function uninviteCommand(face: Face): Command {
  return addCommonOptions(new Command('uninvite'))
    .summary('take an invitation back')
    .description('The link opens nothing any more, and what was registered with it is not signed for.')
    .argument('<name>', 'the name of the person, or the id of the invitation')
    .addHelpText('after', helpText({ examples: [["dismantle person uninvite 'Ben Example'", 'Takes it back.']] }))
    .action(async (named: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const { id, name } = await withdrawInvitation(await app.openWorld(), named);
        if (options.json === true) printJson(face.terminal, { id, name, withdrawn: true });
        else face.terminal.out(`The invitation of ${safeText(name ?? 'the first admin')} was taken back.\n`);
      });
    });
}
