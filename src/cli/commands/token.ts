import { Command, Option } from 'commander';
import { SERVICE_ROLES, TOKEN_SCOPES, parseScopes } from '../../domain/access.ts';
import type { ApiToken, ServiceRole, TokenHolder } from '../../domain/access.ts';
import { isoInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { LONGEST_TOKEN_DAYS, issueToken, revokeToken, tokensOf } from '../../flow/access.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;

const NOTES = `A token is for one person on record, one partner, or a program of yours. It says what it
may be used for (read, write, metrics) and when it ends. Its secret is shown once, here,
and kept nowhere: whoever has it is who it was issued for. What a person's token may do
follows the person's roles as they are then; signatures it never gives.`;

export function tokenCommand(face: Face): Command {
  const token = new Command('token').summary('tokens for the service: who may come over HTTP');
  token.description('Issues tokens for people, programs and partners, lists them, and revokes them.');
  token.addHelpText('after', helpText({ notes: NOTES, examples: [['dismantle token list', 'Lists what is good.']] }));
  for (const command of [issueCommand, listCommand, revokeCommand]) token.addCommand(command(face));
  return token;
}

interface IssueOptions extends CommonOptions, SignerOptions {
  readonly person?: string;
  readonly partner?: string;
  readonly role?: readonly string[];
  readonly scope: readonly string[];
  readonly days: string;
}

const gather = (word: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), word];

function issueCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('issue')))
    .summary('issue a token; an admin signs')
    .description('Puts a new token on record and prints its secret, once.')
    .argument('<name>', 'what it is called in lists')
    .addOption(new Option('--person <name>', 'for a person on record').conflicts(['partner', 'role']))
    .addOption(new Option('--partner <key>', 'for a partner').conflicts(['role']))
    .addOption(
      new Option('--role <role>', `for a program of yours: ${SERVICE_ROLES.join(', ')}; several times`).argParser(
        gather,
      ),
    )
    .addOption(
      new Option('--scope <scope>', `${TOKEN_SCOPES.join(', ')}; several times`)
        .argParser(gather)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--days <n>', `for how long, at most ${LONGEST_TOKEN_DAYS}`).default(String(DEFAULT_DAYS)))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            'dismantle token issue grafana --role auditor --scope metrics --as Ada --reason charts',
            'For a program that reads the metrics.',
          ],
          [
            'dismantle token issue de --partner cert-de --scope read --as Ada --reason TAXII',
            'For a partner, who reads what is given to it.',
          ],
        ],
      }),
    )
    .action(async (name: string, options: IssueOptions) => {
      const holder = holderOf(options);
      const days = Number(options.days);
      if (!/^\d{1,3}$/.test(options.days) || days < 1 || days > LONGEST_TOKEN_DAYS) {
        throw problem('usage', `--days "${options.days}" is not a number from 1 to ${LONGEST_TOKEN_DAYS}`);
      }
      const scopes = parseScopes(options.scope);
      await withApp(face, options, async (app) => {
        const { first, worldOf } = await app.openOrganisations();
        const world = worldOf(first, app.localActor);
        const issued = await issueToken(world, first, signingOf(app, options), {
          name,
          holder,
          scopes,
          expiresAt: app.clock.now() + days * DAY_MS,
          reason: options.reason,
          by: options.as,
        });
        if (options.json === true) printJson(face.terminal, { ...issued.token, secret: issued.secret });
        else {
          face.terminal.err(
            `Issued for ${safeText(holderText(issued.token))}, good until ${issued.token.expiresAt}. Its secret, shown this once:\n`,
          );
          face.terminal.out(`${issued.secret}\n`);
        }
      });
    });
}

function holderOf({ person, partner, role }: IssueOptions): TokenHolder {
  if (person !== undefined) return { kind: 'person', person };
  if (partner !== undefined) return { kind: 'partner', partner };
  if (role === undefined) {
    throw problem(
      'usage',
      'whom the token is for is not said',
      'Say it: --person NAME, --partner KEY, or --role ROLE for a program',
    );
  }
  const roles = role.map((word): ServiceRole => {
    const known = SERVICE_ROLES.find((each) => each === word);
    if (known !== undefined) return known;
    throw problem(
      'usage',
      `"${word}" is no role for a program`,
      `Known: ${SERVICE_ROLES.join(', ')}; people have tokens of their own`,
    );
  });
  return { kind: 'service', roles };
}

function holderText({ holder }: ApiToken): string {
  if (holder.kind === 'person') return holder.person;
  return holder.kind === 'partner' ? `the partner ${holder.partner}` : `a program (${holder.roles.join(', ')})`;
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list tokens')
    .description('Lists the tokens that are good. --all lists those that were revoked or are past their time as well.')
    .addOption(new Option('--all', 'those that open nothing any more as well'))
    .addHelpText(
      'after',
      helpText({ examples: [['dismantle token list --all', 'Lists everything that was ever issued.']] }),
    )
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const now = isoInstant(app.clock.now());
        const all = await tokensOf(await app.openWorld());
        const tokens = all.filter(
          (token) => options.all === true || (token.revokedAt === null && token.expiresAt > now),
        );
        if (options.json === true) printJson(face.terminal, tokens);
        else if (tokens.length === 0) {
          face.terminal.err('No token is good. An admin issues one: dismantle token issue NAME --help\n');
        } else face.terminal.out(table(tokens, COLUMNS, face.terminal.style));
      });
    });
}

const COLUMNS: readonly Column<ApiToken>[] = [
  { title: 'name', max: 30, value: ({ name }) => safeText(name) },
  { title: 'for', max: 40, value: (token) => safeText(holderText(token)) },
  { title: 'scopes', value: ({ scopes }) => scopes.join(', ') },
  { title: 'issued by', max: 20, value: ({ issuedBy }) => safeText(issuedBy) },
  { title: 'expires', value: ({ expiresAt }) => expiresAt.slice(0, 10) },
  { title: 'revoked', value: ({ revokedAt }) => revokedAt?.slice(0, 10) ?? null },
  { title: 'id', value: ({ id }) => id },
];

function revokeCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('revoke')))
    .summary('end a token at once')
    .description('From now on it opens nothing. Anybody on record may; no key is needed, since it lets nobody in.')
    .argument('<token>', 'its name or id')
    .addHelpText(
      'after',
      helpText({
        examples: [['dismantle token revoke grafana --as Ada --reason leaked', 'Ends it.']],
      }),
    )
    .action(async (named: string, options: CommonOptions & SpeakerOptions) => {
      await withApp(face, options, async (app) => {
        const token = await revokeToken(await app.openWorld(), named, { person: options.as, reason: options.reason });
        if (options.json === true) printJson(face.terminal, { id: token.id, name: token.name });
        else face.terminal.out(`${safeText(token.name)} opens nothing any more.\n`);
      });
    });
}
