import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { ConfigurationView } from '../../ports/views.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

export interface CirculationWords {
  /** Who says so. */
  readonly as: string;
  readonly reason: string;
}

/** A configuration that is not distributed any more: from now on it says nothing about whether the botnet is severed. */
export function retireConfiguration(world: World, operation: Operation, text: string, words: CirculationWords) {
  return changeCirculation(world, operation, text, words, 'configuration.retired');
}

/** Takes a retirement back. */
export function restoreConfiguration(world: World, operation: Operation, text: string, words: CirculationWords) {
  return changeCirculation(world, operation, text, words, 'configuration.restored');
}

function changeCirculation(
  world: World,
  operation: Operation,
  text: string,
  { as, reason }: CirculationWords,
  kind: 'configuration.retired' | 'configuration.restored',
): Promise<ConfigurationView> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const by = speakerOf(await transaction.people(), as);
    const configuration = await namedConfiguration(transaction, operation, text);
    const { configurationId, retiredAt } = configuration;
    if (kind === 'configuration.retired' && retiredAt !== null) {
      throw problem(
        'refused',
        `${shownName(configuration)} is retired already, since ${retiredAt}`,
        `See why: dismantle configurations show ${configurationId} --operation ${operation.name}`,
      );
    }
    if (kind === 'configuration.restored' && retiredAt === null) {
      throw problem(
        'refused',
        `${shownName(configuration)} is in circulation`,
        `List the retired ones: dismantle configurations --filter retiredAt!=- --operation ${operation.name}`,
      );
    }
    const now = world.clock.now();
    await transaction.append({
      actor: world.actor,
      recordedAt: now,
      kind,
      subject: configurationId,
      body: { schema: 1, operation: operation.id, reason, by },
    });
    return kind === 'configuration.retired'
      ? { ...configuration, retiredAt: isoInstant(now), retiredBy: by, retirement: reason }
      : { ...configuration, retiredAt: null, retiredBy: null, retirement: null };
  });
}

/** The configuration that a person means: by its id, its version, or version/tag where several tags share one. */
export async function namedConfiguration(
  transaction: ReadTransaction,
  { id, name }: Operation,
  text: string,
): Promise<ConfigurationView> {
  const all = await transaction.configurations(id);
  const wanted = text.trim();
  const found = all.filter(
    ({ configurationId, version, tag }) =>
      configurationId === wanted.toLowerCase() || version === wanted || `${version}/${tag}` === wanted,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    throw problem(
      'usage',
      `${found.length} configurations have the version ${wanted}`,
      `Say which: ${found.map(({ version, tag }) => `${version}/${tag}`).slice(0, 5).join(', ')}`,
    );
  }
  throw problem(
    'not-found',
    `the operation ${name} has no configuration ${wanted}`,
    `List them with: dismantle configurations --operation ${name}`,
  );
} // prettier-ignore

function shownName({ version, tag }: ConfigurationView): string {
  return tag === '' ? version : `${version} (${tag})`;
}
