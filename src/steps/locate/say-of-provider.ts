import { problem } from '../../domain/problem.ts';
import type { Provider } from '../../domain/provider.ts';
import type { ProviderCorrection, ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** Who says something of a provider, and why. */
export interface ProviderSpeaker {
  readonly person: string;
  readonly reason: string;
}

/** What a person corrects; null takes an earlier correction of that field back. */
export type CorrectedFields = { readonly [Field in keyof ProviderCorrection]?: ProviderCorrection[Field] | null };

/** Records what a person says that a provider is. It goes before what book and registries say, from the next run on. */
export function correctProvider(
  world: World,
  text: string,
  fields: CorrectedFields,
  speaker: ProviderSpeaker,
): Promise<Provider> {
  return world.store.write(async (transaction) => {
    // Words of two people at once go one after the other, so that no chain of merges comes about.
    await transaction.lockLedger();
    const provider = await namedProvider(transaction, text);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'provider.corrected',
      subject: provider.key,
      body: { schema: 1, provider: provider.key, fields: { ...fields }, ...speaker },
    });
    return provider;
  });
}

/** Records that one provider is a part of another: what is located at the first belongs to the second from now on. */
export function mergeProviders(
  world: World,
  text: string,
  intoText: string,
  speaker: ProviderSpeaker,
): Promise<readonly [Provider, Provider]> {
  return world.store.write(async (transaction) => {
    // Words of two people at once go one after the other, so that no chain of merges comes about.
    await transaction.lockLedger();
    const provider = await namedProvider(transaction, text);
    const into = await namedProvider(transaction, intoText);
    const { merges } = await transaction.providerWords();
    if (provider.key === into.key) throw problem('usage', `${provider.name} cannot be merged into itself`);
    if (isDrill(provider) !== isDrill(into)) {
      throw problem('refused', 'a provider of a drill and one of a real operation are never one');
    }
    if (provider.trust === 'bulletproof' && into.trust !== 'bulletproof') {
      throw problem(
        'refused',
        `${provider.name} is known as bulletproof, and ${into.name} is not: its servers would be written about before an order`,
        'Say of both what they are first: dismantle provider set KEY --trust TRUST',
      );
    }
    const further = merges.get(into.key);
    if (further !== undefined) {
      throw problem(
        'refused',
        `${into.key} is itself a part of ${further}`,
        `Merge into ${further}, or split ${into.key} first`,
      );
    }
    const parts = [...merges].filter(([, target]) => target === provider.key).map(([key]) => key);
    if (parts.length > 0) {
      throw problem(
        'refused',
        `${parts.join(', ')} ${parts.length === 1 ? 'is' : 'are'} merged into ${provider.key}`,
        'Split that first, then merge each into the other',
      );
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'provider.merged',
      subject: provider.key,
      body: { schema: 1, provider: provider.key, into: into.key, ...speaker },
    });
    return [provider, into];
  });
}

/** Takes a merge back. */
export function splitProvider(world: World, text: string, speaker: ProviderSpeaker): Promise<Provider> {
  return world.store.write(async (transaction) => {
    // Words of two people at once go one after the other, so that no chain of merges comes about.
    await transaction.lockLedger();
    const provider = await namedProvider(transaction, text);
    const { merges } = await transaction.providerWords();
    if (!merges.has(provider.key)) {
      throw problem(
        'not-found',
        `${provider.key} is a part of no other provider`,
        'See what is: dismantle provider show KEY',
      );
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'provider.split',
      subject: provider.key,
      body: { schema: 1, provider: provider.key, ...speaker },
    });
    return provider;
  });
}

/** Records whom to ask first where one announces what is registered for the other. */
export function preferProvider(
  world: World,
  text: string,
  overText: string,
  speaker: ProviderSpeaker,
): Promise<readonly [Provider, Provider]> {
  return world.store.write(async (transaction) => {
    // Words of two people at once go one after the other, so that no chain of merges comes about.
    await transaction.lockLedger();
    const provider = await namedProvider(transaction, text);
    const over = await namedProvider(transaction, overText);
    if (provider.key === over.key) throw problem('usage', `${provider.name} cannot be asked before itself`);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'provider.preferred',
      subject: provider.key,
      body: { schema: 1, provider: provider.key, over: over.key, ...speaker },
    });
    return [provider, over];
  });
}

function isDrill({ key }: Provider): boolean {
  return key.startsWith('drill:');
}

/** A provider by key or by name. A name that several have is refused, with their keys. */
export async function namedProvider(transaction: ReadTransaction, text: string): Promise<Provider> {
  const found = await transaction.findProviders(text.trim());
  const [only] = found;
  if (only === undefined) {
    throw problem(
      'not-found',
      `there is no provider "${text.trim().slice(0, 100)}" here`,
      'List them with: dismantle providers --json',
    );
  }
  if (found.length > 1) {
    throw problem(
      'usage',
      `several providers are called that: ${found.map(({ key }) => key).join(', ')}`,
      'Name one by its key',
    );
  }
  return only;
}
