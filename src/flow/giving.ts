import { GIVEN_TLP, GIVING_FORMATS, LEFT_OUT_REASONS, recipientText } from '../domain/giving.ts';
import type {
  Given,
  GivenFile,
  GivenServer,
  GivenTlp,
  GivingFormat,
  LeftOutReason,
  Recipient,
} from '../domain/giving.ts';
import { problem } from '../domain/problem.ts';
import { findOperation } from '../flow.ts';
import { FORMAT_NATURES, filesOf, hasPlaceFor } from '../policy/giving/files-of.ts';
import { ceilingOf, formatReason, mayBeGiven } from '../policy/giving/may-be-given.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

/*
 * Giving out what is known of an operation's servers: the same for whoever asks, a command or a program.
 */

export interface GivingWish {
  readonly to: Recipient;
  readonly format: GivingFormat;
  /** Null: as strict as the recipient may have it. */
  readonly ceiling: GivenTlp | null;
  /** Only servers that our looks have found alive. */
  readonly live: boolean;
  /** Who gives, from the settings; null where they do not say. */
  readonly organisation: string | null;
}

export interface Giving {
  readonly operation: string;
  readonly drill: boolean;
  readonly to: string;
  readonly ceiling: GivenTlp;
  /** Servers, revoked ones among them. */
  readonly given: number;
  readonly revoked: number;
  /** How many were left out for each reason for which any was. */
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
  /** The same facts give the same bytes, so that a hash of them names what is given. */
  readonly files: readonly GivenFile[];
}

/** Reads what one recipient may have, and writes it as one format. */
export async function give(world: World, name: string, wish: GivingWish): Promise<Giving> {
  const { format, live, organisation } = wish;
  const ceiling = wish.ceiling ?? ceilingOf(wish.to);
  if (GIVEN_TLP.indexOf(ceiling) > GIVEN_TLP.indexOf(ceilingOf(wish.to))) {
    throw problem(
      'usage',
      `TLP:${ceiling.toUpperCase()} is not for the community`,
      'The community gets green and clear; amber goes to a provider or a country',
    );
  }
  const operation = await findOperation(world, name);
  const servers: GivenServer[] = [];
  const counts = new Map<LeftOutReason, number>();
  const leaveOut = (reason: LeftOutReason): void => void counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const { blocks, revokes } = FORMAT_NATURES[format];
  const read = await world.store.read(async (transaction) => {
    const now = world.clock.now();
    const told = await transaction.givingOperation(operation.id, now);
    const to = await knownRecipient(transaction, wish.to);
    let newestChange = told.changedAt;
    for await (const page of transaction.givingFacts(operation.id, now)) {
      for (const facts of page) {
        newestChange = Math.max(newestChange, facts.changedAt);
        const { given, leftOut } = mayBeGiven(facts, { to, ceiling });
        const reason = given === null ? leftOut : formatReason(given, { blocks, revokes, live });
        if (reason !== null) leaveOut(reason);
        else if (given !== null && !hasPlaceFor(given, format)) leaveOut('not-in-this-format');
        else if (given !== null) servers.push(given);
      }
      world.signal.throwIfAborted();
    }
    return { told, to, newestChange };
  });
  const { told, to, newestChange } = read;
  const given: Given = { operation: told, to, ceiling, organisation, servers, newestChange };
  return {
    operation: operation.name,
    drill: operation.drill,
    to: recipientText(to),
    ceiling,
    given: servers.length,
    revoked: servers.filter(({ revoked }) => revoked).length,
    leftOut: Object.fromEntries(
      LEFT_OUT_REASONS.flatMap((reason) => {
        const count = counts.get(reason);
        return count === undefined ? [] : [[reason, count]];
      }),
    ),
    files: filesOf(given, format),
  };
}

/** A provider by its key, for a person may have named it by its name. */
async function knownRecipient(transaction: ReadTransaction, to: Recipient): Promise<Recipient> {
  if (to.kind !== 'provider') return to;
  const [found, ...more] = await transaction.findProviders(to.key);
  if (found === undefined) {
    throw problem('not-found', `there is no provider "${to.key}"`, 'List them with: dismantle providers');
  }
  if (more.length > 0) {
    const keys = [found, ...more].map(({ key }) => key).join(', ');
    throw problem('input', `several providers are called "${to.key}"`, `Say which one by its key: ${keys}`);
  }
  return { kind: 'provider', key: found.key };
}

/** "community", "country:DE" or "provider:KEY". */
export function parseRecipient(text: string): Recipient {
  const [, kind, what = ''] = /^(community|country|provider)(?::(.+))?$/s.exec(text.trim()) ?? [];
  if (kind === 'community' && what === '') return { kind };
  if (kind === 'country' && /^[a-z]{2}$/i.test(what)) return { kind, country: what.toUpperCase() };
  if (kind === 'provider' && what !== '') return { kind, key: what };
  throw problem(
    'usage',
    `--to "${text}" is no recipient`,
    'Write it so: --to community, --to country:DE or --to provider:KEY, where its name does as well',
  );
}

/** Whether a format is a folder of files rather than one. */
export function isFolderFormat(format: GivingFormat): boolean {
  return FORMAT_NATURES[format].isFolder;
}

export { GIVEN_TLP, GIVING_FORMATS };
export type { GivenFile, GivenTlp, GivingFormat, LeftOutReason };
