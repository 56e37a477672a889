import { Command, Option } from 'commander';
import { readBytes } from '../../app.ts';
import { ROLES, parseRoles, personKey } from '../../domain/person.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { addPerson, peopleOf, removePerson } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { table } from '../table.ts';
import { safeText } from '../terminal.ts';
import { invitationCommands } from './invite.ts';
import { addCommonOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const MAX_KEY_FILE_BYTES = 64 * 1024;

const NOTES = `What people do goes into the ledger with a signature by their own OpenSSH key
(Ed25519; make one with: ssh-keygen -t ed25519). The private key stays with the
person: in a file, behind a passphrase, or in an agent. The first person has to
be admin and signs for itself; admins sign for everybody after that. Who has no
such key is invited, and signs with a passkey in the browser (dismantle serve).`;

const ROLE_NOTES = `Roles:
  analyst   vouches for servers, records answers of others
  counsel   adds authorities, rejects notices, retracts
  approver  approves and rejects notices, lets held servers go
  admin     adds and removes people, arms operations
  duty      on call: records answers, retracts`;

export function personCommand(face: Face): Command {
  const person = new Command('person').summary('who may do what, and whose key is whose');
  person.description('Puts people on record with their roles and keys, takes them off, and lists them.');
  person.addHelpText(
    'after',
    helpText({ notes: `${NOTES}\n\n${ROLE_NOTES}`, examples: [['dismantle person list', 'Lists who is on record.']] }),
  );
  for (const command of [addCommand, listCommand, showCommand, removeCommand]) person.addCommand(command(face));
  for (const command of invitationCommands(face)) person.addCommand(command);
  return person;
}

interface AddOptions extends CommonOptions {
  readonly role: readonly string[];
  readonly key: string;
  readonly as?: string;
  readonly signWith?: string;
}

function addCommand(face: Face): Command {
  return addCommonOptions(new Command('add'))
    .summary('put a person on record with roles and a key')
    .description('Records a name, its roles and its public key. An admin signs; the first person signs for itself.')
    .argument('<name>', 'the name; case and blanks make no difference later')
    .addOption(
      new Option('--role <role>', `${ROLES.join(', ')}; may be given several times`)
        .argParser((role: string, before: readonly string[] | undefined) => [...(before ?? []), role])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--key <file>', 'the public key of this person, FILE.pub').makeOptionMandatory())
    .addOption(new Option('--as <admin>', 'the admin who signs; not needed for the first person'))
    .addOption(
      new Option('--sign-with <file>', 'the private key that signs (default: agent, then ~/.ssh; else beside --key)'),
    )
    .addHelpText(
      'after',
      helpText({
        notes: `${NOTES}\n\n${ROLE_NOTES}`,
        examples: [
          [
            "dismantle person add 'Ada Example' --role admin --key ~/.ssh/id_ed25519.pub",
            'Begins with an admin, who signs for herself.',
          ],
          [
            "dismantle person add 'Ben Example' --role approver --key ben.pub --as 'Ada Example'",
            'Adds an approver; Ada signs.',
          ],
        ],
      }),
    )
    .action(async (name: string, options: AddOptions) => {
      const roles = parseRoles(options.role);
      const publicKey = await publicKeyIn(options.key);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const isFirst = (await peopleOf(world)).length === 0;
        // The first person's own key lies beside the public one that was named.
        const signing = app.openSigning(options.signWith ?? (isFirst ? options.key : null));
        const added = await addPerson(world, signing, { name, roles, publicKey, by: options.as ?? null });
        if (options.json === true) printJson(face.terminal, shown(added));
        else {
          face.terminal.out(
            `${safeText(added.name)} is on record as ${added.roles.join(', ')} with the key ${added.fingerprint}.\n`,
          );
        }
      });
    });
}

function listCommand(face: Face): Command {
  return addCommonOptions(new Command('list'))
    .summary('list who is on record')
    .description('Lists the people on record with their roles and keys. --all lists those who were removed as well.')
    .addOption(new Option('--all', 'those who are not on record any more as well'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle person list', 'Lists who may do what.'],
          [
            'dismantle person list --json | jq -r \'.[] | "\\(.person|@json) \\(.publicKey)"\' > allowed',
            'Writes the file with which ssh-keygen -Y verify checks signatures.',
          ],
        ],
      }),
    )
    .action(async (options: CommonOptions & { readonly all?: boolean }) => {
      await withApp(face, options, async (app) => {
        const all = await peopleOf(await app.openWorld());
        const people = options.all === true ? all : all.filter(({ removedAt }) => removedAt === null);
        if (options.json === true) printJson(face.terminal, people);
        else if (people.length === 0) {
          face.terminal.out(
            'Nobody is on record.\nNext: dismantle person add NAME --role admin --key ~/.ssh/id_ed25519.pub\n',
          );
        } else {
          face.terminal.out(
            table(
              people,
              [
                { title: 'name', max: 40, value: (person) => person.name },
                { title: 'roles', value: ({ roles }) => roles.join(', ') },
                { title: 'key', max: 60, value: ({ fingerprint }) => fingerprint },
                { title: 'since', value: ({ addedAt }) => addedAt.slice(0, 10) },
                ...(options.all === true
                  ? [{ title: 'until', value: ({ removedAt }: PersonRecord) => removedAt?.slice(0, 10) ?? null }]
                  : []),
              ],
              face.terminal.style,
            ),
          );
        }
      });
    });
}

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('show one person')
    .description('Shows the roles and the key of one person, on record or not any more.')
    .argument('<name>', 'the name, in any case')
    .addHelpText('after', helpText({ examples: [["dismantle person show 'Ada Example'", 'Shows her key.']] }))
    .action(async (name: string, options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const people = await peopleOf(await app.openWorld());
        const person = people.find((each) => each.person === personKey(name));
        if (person === undefined) {
          throw problem('not-found', `${name} was never on record here`, 'See who is: dismantle person list --all');
        }
        if (options.json === true) printJson(face.terminal, person);
        else face.terminal.out(personText(person));
      });
    });
}

function removeCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('remove')))
    .summary('take a person off the record')
    .description('What the person has signed stands; from now on the key signs nothing here. An admin signs for it.')
    .argument('<name>', 'the name, in any case')
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle person remove 'Ben Example' --as 'Ada Example' --reason 'has left'", 'Takes Ben off the record.'],
        ],
      }),
    )
    .action(async (name: string, options: CommonOptions & SignerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const words = { person: options.as, reason: options.reason };
        const person = await removePerson(world, signingOf(app, options), name, words);
        if (options.json === true) printJson(face.terminal, { person, removed: true });
        else face.terminal.out(`${safeText(name)} is not on record any more.\n`);
      });
    });
}

async function publicKeyIn(file: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readBytes(file)) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_KEY_FILE_BYTES) throw problem('input', `${file}: this is too large for a key`);
  }
  return Buffer.concat(pieces).toString('utf8').trim();
}

/** What was just recorded: the moment stands in the ledger. */
function shown({ person, name, roles, publicKey, fingerprint }: PersonRecord): object {
  return { person, name, roles, publicKey, fingerprint };
}

function personText(record: PersonRecord): string {
  const { person, name, roles, publicKey, fingerprint, keys, vouchedBy, addedAt, removedAt } = record;
  return `${[
    safeText(name),
    `  in the ledger  ${safeText(person)}`,
    `  roles          ${roles.join(', ')}`,
    `  fingerprint    ${fingerprint}`,
    `  public key     ${publicKey}`,
    ...keys.filter((key) => key.publicKey !== publicKey).map((key) => `  and            ${safeText(key.publicKey)}`),
    ...(vouchedBy === null ? [] : [`  vouched by     ${safeText(vouchedBy)}`]),
    `  on record      since ${addedAt}${removedAt === null ? '' : `, until ${removedAt}`}`,
  ].join('\n')}\n`;
}
