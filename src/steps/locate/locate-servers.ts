import { parseAddress } from '../../domain/address.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { isPlainMailbox } from '../../domain/notice.ts';
import type { ContactSource, Provider } from '../../domain/provider.ts';
import { findInBook } from '../../domain/provider-book.ts';
import type { BookFind, ProviderBook } from '../../domain/provider-book.ts';
import type { KindRow, LocationRow, ProviderRow } from '../../domain/rows.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { scoreContacts } from '../../policy/contact-score.ts';
import { groundClassOf } from '../../policy/list-classes.ts';
import { createRegistryProviders } from '../../policy/registry-providers.ts';
import type { Registered, RegisteredAnswer, RegistryProviders } from '../../policy/registry-providers.ts';
import { judgeKind } from '../../policy/server-kind.ts';
import type { AddressLocator } from '../../ports/locator.ts';
import type {
  LocateFacts,
  ProviderCorrection,
  ProviderWords,
  ReadTransaction,
  WriteTransaction,
} from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { placeServer } from './place-server.ts';
import type { Placed } from './place-server.ts';

export interface LocateSources {
  readonly locator: AddressLocator;
  /** Null where the user named none: then servers that a book has placed before stay where they are. */
  readonly book: ProviderBook | null;
  /** The national CSIRTs by country; null where the user named no file. */
  readonly csirts: ReadonlyMap<string, Provider> | null;
}

/**
 * Finds who can switch each server off, and what each one is; records what has changed as one batch. Returns how many
 * were placed anew.
 */
export async function locateServers(world: World, operation: Operation, sources: LocateSources): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const now = world.clock.now();
    const batchId = world.ids.uuid();
    const batch = await transaction.openBatch('locate', operation.id, batchId, now);
    const [registries, words] = await Promise.all([registryProviders(transaction, now), transaction.providerWords()]);
    const providers = new Providers(transaction, words);
    let seen = 0;
    let placed = 0;
    let kinds = 0;
    for await (const page of transaction.serversToLocate(operation.id)) {
      assertGoesOn(world.signal);
      const rows: (ProviderRow | LocationRow | KindRow)[] = [];
      for (const facts of page) {
        let location = facts.current;
        // Without the book at hand nobody can say that what it told is wrong.
        if (sources.book !== null || facts.current.providerKey?.includes('book:') !== true) {
          const found = placeOne(facts, sources, registries, words, operation.drill, now);
          if (found.provider !== null) providers.note(found.provider, found.related);
          for (const provider of [found.other, csirtOf(found, sources, operation.drill, now)]) {
            if (provider !== null) providers.note(provider, []);
          }
          location = await providers.merged(found.location);
          if (!isSame(facts.current, location)) {
            rows.push(location);
            placed += 1;
          }
        }
        const kind = await kindOf(facts, location, providers);
        if (kind === null) continue;
        rows.push(kind);
        kinds += 1;
      }
      await batch.add(rows);
      seen += page.length;
      world.progress.step('locating', seen);
    }
    await batch.add(await providers.changed());
    if (batch.count === 0) return 0;
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'locate.recorded',
      subject: batchId,
      body: { schema: 1, operation: operation.id, located: placed, kinds, providers: batch.count - placed - kinds },
    });
    return placed;
  });
}

async function registryProviders(transaction: ReadTransaction, now: Instant): Promise<RegistryProviders> {
  const answers: RegisteredAnswer[] = [];
  for await (const page of transaction.registryAnswers()) {
    for (const { asked, registration, url, fetchedAt } of page) {
      if (registration !== null) answers.push({ asked, registration, url: url ?? '', fetchedAt });
    }
  }
  return createRegistryProviders(answers, now);
}

/** A drill's made-up contacts must never become those of a real operation: its providers have keys of their own. */
function keyed<Subject extends Provider | null>(provider: Subject, drill: boolean): Subject {
  return provider === null || !drill ? provider : { ...provider, key: `drill:${provider.key}` };
}

function placeOne(
  { serverId, hostType, host }: LocateFacts,
  { locator, book }: LocateSources,
  registries: RegistryProviders,
  words: ProviderWords,
  drill: boolean,
  now: Instant,
): Placed {
  const parsed = hostType === 'address' ? parseAddress(host) : null;
  const address = parsed?.ok === true ? parsed.value : null;
  const location = address === null ? null : locator.locate(address);
  const inBook = book === null ? null : findInBook(book, { hostType, host, address, location });
  const asn = location?.asn ?? null;
  const network = address === null ? null : registries.networkOf(address);
  const autnum = asn === null ? null : registries.autnumOf(asn);
  const named = <Subject>(found: Registered<Subject> | null): Registered<Subject> | null =>
    found === null ? null : { ...found, provider: keyed(found.provider, drill) };
  return placeServer(
    serverId,
    {
      location,
      inBook: inBook === null ? null : keyed(reached(inBook, [autnum?.provider, network?.provider], now), drill),
      network: named(network),
      autnum: named(autnum),
      keyPrefix: drill ? 'drill:' : '',
    },
    words,
  );
}

/** The book's provider with its contact; where the book knows none, with what registries name for it. */
function reached(
  { provider, further, checked }: BookFind,
  registered: readonly (Provider | null | undefined)[],
  now: Instant,
): Provider {
  if (provider.contact !== null) return withContact(provider, 'book', checked, now, further);
  const known = registered.find((each) => (each?.contact ?? null) !== null);
  if (known === undefined || known === null || provider.channel !== 'mail') return provider;
  return { ...provider, contact: known.contact, contacts: known.contacts ?? [] };
}

function csirtOf(
  { provider, location }: Placed,
  { csirts }: LocateSources,
  drill: boolean,
  now: Instant,
): Provider | null {
  const country = provider?.country ?? location.country;
  const csirt = country === null || csirts === null ? undefined : csirts.get(country);
  return csirt === undefined ? null : keyed(withContact(csirt, 'csirt', null, now), drill);
}

/** A provider with its contact and those that are tried after it, scored: where the contact is a mailbox. */
function withContact(
  provider: Provider,
  source: ContactSource,
  recordedAt: string | null,
  now: Instant,
  further: readonly string[] = [],
): Provider {
  const { contact, channel } = provider;
  if (contact === null || !isPlainMailbox(contact) || (channel !== 'mail' && channel !== 'designated-agent'))
    return provider;
  // In the keeper's own order, whatever the scores.
  const contacts = [contact, ...further].flatMap((mailbox) => {
    const candidate = { mailbox, source, role: 'abuse', recordedAt, changedAt: null } as const;
    const scored = scoreContacts([{ ...candidate, objectChangedAt: null, unvalidated: false }], now);
    return scored.map(({ score, reasons, changedLately }) => ({
      mailbox,
      source,
      where: provider.source,
      date: recordedAt,
      changedAt: null,
      score,
      reasons,
      changedLately,
    }));
  });
  return { ...provider, contacts };
}

/** The providers of a run, each with what people have said of it. */
class Providers {
  readonly #transaction: WriteTransaction;
  readonly #words: ProviderWords;
  readonly #stored = new Map<string, Provider | null>();
  readonly #noted = new Map<string, Provider>();

  constructor(transaction: WriteTransaction, words: ProviderWords) {
    this.#transaction = transaction;
    this.#words = words;
  }

  async get(key: string): Promise<Provider | null> {
    const noted = this.#noted.get(key);
    if (noted !== undefined) return noted;
    const known = this.#stored.get(key);
    if (known !== undefined) return known;
    const stored = await this.#transaction.provider(key);
    this.#stored.set(key, stored);
    return stored;
  }

  /**
   * A provider as it was found. What a person has said of its AS, or of the organisation that a network is registered for,
   * holds for it as well where it is known as bulletproof: books are renamed, and registries asked, after the word was said.
   */
  note(found: Provider, related: readonly string[]): void {
    const known = this.#noted.get(found.key);
    const trusts = [found.key, ...related]
      .flatMap(withOrganisation)
      .map((key) => this.#words.corrections.get(key)?.trust);
    const isBulletproof = known?.trust === 'bulletproof' || trusts.includes('bulletproof');
    // One provider is described in the same words for all of its servers, so the first of them tells; the strictest trust counts.
    const provider = known ?? { contacts: [], ...found, ...describing(this.#words.corrections.get(found.key)) };
    this.#noted.set(found.key, isBulletproof ? { ...provider, trust: 'bulletproof' } : provider);
  }

  /** What has changed of those that were found, and of those that were not and that a person has corrected. */
  async changed(): Promise<readonly ProviderRow[]> {
    const rows: ProviderRow[] = [];
    for (const [key, correction] of this.#words.corrections) {
      const stored = this.#noted.has(key) ? null : await this.get(key);
      if (stored !== null) this.#noted.set(key, { ...stored, ...describing(correction) });
    }
    for (const [part, into] of this.#words.merges) {
      if (this.#words.corrections.get(part)?.trust !== 'bulletproof') continue;
      const whole = await this.get(into);
      if (whole !== null) this.#noted.set(into, { ...whole, trust: 'bulletproof' });
    }
    const stored = await this.#transaction.providersOf([...this.#noted.keys()]);
    for (const [key, provider] of this.#noted) {
      const before = stored.get(key);
      if (before === undefined || !isSame(withoutDates(before), withoutDates(provider)))
        rows.push({ type: 'provider', provider });
    }
    return rows;
  }

  /** A location under the provider that a person has said its own is a part of. */
  async merged(location: LocationRow): Promise<LocationRow> {
    const { otherProvider, ...row } = location;
    const providerKey = await this.#into(location.providerKey);
    const other = await this.#into(otherProvider ?? null);
    return { ...row, providerKey, ...(other === null || other === providerKey ? {} : { otherProvider: other }) };
  }

  async #into(key: string | null): Promise<string | null> {
    const into = key === null ? undefined : this.#words.merges.get(key);
    return into === undefined || (await this.get(into)) === null ? key : into;
  }
}

/** A desk's key with that of its organisation: "org:ripe:ORG-EX1/abuse@desk.example" has "org:ripe:ORG-EX1" before it. */
function withOrganisation(key: string): readonly string[] {
  return [key, ...[...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index))];
}

/** That the same was learnt again today is no change: the answer itself is kept, with its moment. */
function withoutDates(provider: Provider): object {
  const contacts = (provider.contacts ?? []).map(({ mailbox, source, where, changedAt, score, changedLately }) => [
    mailbox, source, where, changedAt, score, changedLately,
  ]); // prettier-ignore
  return { ...provider, contacts };
}

async function kindOf(facts: LocateFacts, { providerKey }: LocationRow, providers: Providers): Promise<KindRow | null> {
  const provider = providerKey === null ? null : await providers.get(providerKey);
  const judged = judgeKind({
    hostType: facts.hostType,
    ports: facts.ports,
    names: facts.names,
    ground: facts.listHits.map(({ list }) => ({ list, class: groundClassOf(list) })),
    networkType: provider?.type ?? 'unknown',
    stated: facts.statedKinds,
    correction: facts.kindCorrection,
  });
  return isSame(judged, facts.currentKind) ? null : { type: 'kind', serverId: facts.serverId, ...judged };
}

function isSame(one: object, other: object): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** What a correction says of the provider itself; how its desk takes repeats is the clock's to know. */
function describing(correction: ProviderCorrection | undefined): Omit<ProviderCorrection, 'reminders'> {
  const { reminders: _reminders, ...described } = correction ?? {};
  return described;
}
