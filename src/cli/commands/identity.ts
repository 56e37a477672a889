import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { identitiesOf, linkIdentity, unlinkIdentity } from '../../flow/sign-in.ts';
import type { IdentityRecord } from '../../ports/people.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, keyOption, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const NOTES = `The OpenID provider of the settings (oidc.issuer) signs people in, and nothing more: what
is signed is signed by a key. It knows an account by its "sub"; names and mail addresses
change hands. A person links an account in the browser, or here, and signs for it with a
key that is on record; nobody does for somebody else. Whoever has the account comes in as
that person.`;

export function identityCommand(face: Face): Command {
  const identity = new Command('identity').summary('accounts at the identity provider that sign people in');
  identity.description('Lists accounts that sign people in, links them and takes them off.');
  identity.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle identity list', 'Lists them.']] }));
  for (const command of [listCommand, linkCommand, unlinkCommand]) identity.addCommand(command(face));
  return identity;
}

const COLUMNS: readonly Column<IdentityRecord>[] = [
  { title: 'person', max: 30, value: ({ person }) => safeText(person) },
  { title: 'account', max: 60, value: ({ subject }) => safeText(subject) },
  { title: 'at', max: 60, value: ({ issuer }) => safeText(issuer) },
  { title: 'since', value: ({ linkedAt }) => linkedAt.slice(0, 10) },
  { title: 'until', value: ({ unlinkedAt }) => unlinkedAt?.slice(0, 10) ?? null },
];

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list accounts')
    .description('Lists the accounts that sign people in. --all lists those that were taken off as well.')
    .addOption(new Option('--all', 'those that were taken off as well'))
    .addHelpText('after', helpText({ examples: [['dismantle identity list', "Lists everybody's."]] }))
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await identitiesOf(await app.openWorld());
        const identities = all.filter(({ unlinkedAt }) => options.all === true || unlinkedAt === null);
        if (options.json === true) printJson(face.terminal, identities);
        else if (identities.length === 0) face.terminal.err('No account signs anybody in.\n');
        else face.terminal.out(table(identities, COLUMNS, face.terminal.style));
      });
    });
}

interface IssuerOption {
  readonly issuer?: string;
}

const issuerOption = (): Option =>
  new Option('--issuer <url>', 'the provider, as it writes itself (default: oidc.issuer)');

function issuerOf(app: App, { issuer }: IssuerOption): string {
  const named = issuer ?? app.settings.oidc.issuer;
  if (named !== null) return named;
  throw problem('usage', 'no identity provider is set', 'Set oidc.issuer, or name one: --issuer https://sso.example');
}

function linkCommand(face: Face): Command {
  return addCommonOptions(new Command('link'))
    .summary('have an account sign you in')
    .description('From now on whoever has the account is signed in as you. You sign for it.')
    .argument('<account>', 'its "sub", as the provider tells it')
    .addOption(new Option('--as <person>', 'whose it is; signs').makeOptionMandatory())
    .addOption(issuerOption())
    .addOption(keyOption())
    .addHelpText(
      'after',
      helpText({ examples: [["dismantle identity link 7f3c-1190 --as 'Ben Example'", 'Links it; Ben signs.']] }),
    )
    .action(
      async (
        account: string,
        options: CommonOptions & IssuerOption & { readonly as: string; readonly key?: string },
      ) => {
        await withApp(face, options, async (app) => {
          const words = { person: options.as, issuer: issuerOf(app, options), subject: account };
          const linked = await linkIdentity(await app.openWorld(), signingOf(app, options), words);
          if (options.json === true) printJson(face.terminal, linked);
          else face.terminal.out(`${safeText(account)} signs ${safeText(linked.person)} in.\n`);
        });
      },
    );
}

function unlinkCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('unlink')))
    .summary('take an account off')
    .description('From now on it signs nobody in, and all sessions of its person end. Its person signs, or an admin.')
    .argument('<name>', 'whom it signs in')
    .argument('<account>', 'its "sub"')
    .addOption(issuerOption())
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            "dismantle identity unlink 'Ben Example' 7f3c-1190 --as 'Ada Example' --reason left",
            'Takes it off; Ada signs.',
          ],
        ],
      }),
    )
    .action(async (of: string, account: string, options: CommonOptions & SignerOptions & IssuerOption) => {
      await withApp(face, options, async (app) => {
        const issuer = issuerOf(app, options);
        const words = { of, issuer, subject: account, person: options.as, reason: options.reason };
        const person = await unlinkIdentity(await app.openWorld(), signingOf(app, options), words);
        if (options.json === true) printJson(face.terminal, { person, issuer, account, unlinked: true });
        else face.terminal.out(`${safeText(account)} signs ${safeText(person)} in no more.\n`);
      });
    });
}
