import { parseAddress, prefixContains } from '../../domain/address.ts';
import type { Address, Prefix } from '../../domain/address.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { NO_LOOKUPS } from '../../domain/lookups.ts';
import type { Lookups } from '../../domain/lookups.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertGoesOn } from '../../domain/problem.ts';
import { findInBook } from '../../domain/provider-book.ts';
import type { RegistrationRow } from '../../domain/rows.ts';
import { createRegistryProviders, neighbourhoodOf, prefixesOfAnswer } from '../../policy/registry-providers.ts';
import type { AutnumRegistration } from '../../domain/registration.ts';
import type { Registry, RegistryAnswer } from '../../ports/registry.ts';
import type { KnownAnswer } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import type { LocateSources } from './locate-servers.ts';

/** An answer is good for a day, as registries ask of those who ask them. */
const FRESH_MS = 86_400_000;
/** Registries limit each for himself, so that several are asked at once. */
const AT_ONCE = 6;
/** So many answers are kept at once: whoever stops the run loses no more. */
const ANSWERS_A_BATCH = 50;
const REASONS_TOLD = 5;
/** A registry answers some 48 a minute, and LACNIC 8: what is more waits for the next run, and all else goes on. */
const QUESTIONS_A_RUN = 1000;
/** Where not one of so many questions is answered, the rest waits for the next run: something is wrong on our side. */
const HOPELESS_AFTER = 24;

type Question =
  { readonly asked: string; readonly address: Address } | { readonly asked: string; readonly asn: number };

/**
 * Asks the registries about servers that the provider book does not know, each network and AS once a day. Outside of any
 * transaction: an answer may take minutes, and nobody else has to wait for it. A drill's addresses belong to nobody, so
 * that nobody is asked but a registry of a simulated internet, which in turn knows no others.
 */
export async function lookUpRegistrations(
  world: World,
  operation: Operation,
  sources: LocateSources,
  registry: Registry | null,
): Promise<Lookups> {
  if (registry === null || operation.drill !== (registry.knowsDrills ?? false)) return NO_LOOKUPS;
  const questions = await openQuestions(world, operation, sources);
  const count = { asked: 0, answered: 0, notFound: 0, refused: 0, failed: 0 };
  const reasons = new Set<string>();
  const covered = new Covered();
  let answers: RegistrationRow[] = [];
  let waiting = questions.slice(0, QUESTIONS_A_RUN);
  if (questions.length > QUESTIONS_A_RUN) {
    reasons.add(`${questions.length - QUESTIONS_A_RUN} further questions wait for the next run`);
  }
  const isHopeless = (): boolean =>
    count.refused + count.failed >= HOPELESS_AFTER && count.answered + count.notFound === 0;
  while (waiting.length > 0 && !isHopeless()) {
    assertGoesOn(world.signal);
    world.progress.step('asking registries', questions.length - waiting.length, questions.length);
    // What an answer of this run covers already is not asked again.
    waiting = waiting.filter((question) => !covered.has(question));
    const open = firstApart(waiting);
    waiting = waiting.filter((question) => !open.includes(question));
    for (const row of await Promise.all(open.map((question) => ask(world, registry, question)))) {
      count.asked += 1;
      if (row.outcome === 'answered') count.answered += 1;
      else if (row.outcome === 'not-found') count.notFound += 1;
      else if (row.outcome === 'refused') count.refused += 1;
      else count.failed += 1;
      if (row.reason !== null && reasons.size < REASONS_TOLD) reasons.add(row.reason);
      covered.add(row);
      answers.push(row);
    }
    if (answers.length < ANSWERS_A_BATCH) continue;
    await record(world, operation, answers);
    answers = [];
  }
  await record(world, operation, answers);
  if (waiting.length > 0) reasons.add(`${waiting.length} further questions were not asked, since nobody answered`);
  return { ...count, reasons: [...reasons] };
}

/** The first questions that one answer cannot settle two of. */
function firstApart(questions: readonly Question[]): readonly Question[] {
  const apart = new Map<string, Question>();
  for (const question of questions) {
    const key = 'asn' in question ? question.asked : neighbourhoodOf(question.address).text;
    if (!apart.has(key)) apart.set(key, question);
    if (apart.size === AT_ONCE) break;
  }
  return [...apart.values()];
}

/**
 * Every network and AS that has a server which the book cannot reach, and no fresh answer. Of what is held, or what its
 * sources keep for us, no registry is told.
 */
async function openQuestions(
  world: World,
  operation: Operation,
  { locator, book }: LocateSources,
): Promise<readonly Question[]> {
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    const fresh: KnownAnswer[] = [];
    for await (const page of transaction.registryAnswers())
      fresh.push(...page.filter((answer) => isFresh(answer, now)));
    const asked = new Set(fresh.map((answer) => answer.asked));
    const registries = createRegistryProviders(
      fresh.flatMap(({ asked: question, registration, fetchedAt }) =>
        registration === null ? [] : [{ asked: question, registration, url: '', fetchedAt }],
      ),
      now,
    );
    const questions = new Map<string, Question>();
    for await (const page of transaction.serversToLookUp(operation.id)) {
      // Whether a server may be told of takes going through its sightings: asked only of those about whom something is open.
      const open = new Map<string, Question[]>();
      for (const { serverId, hostType, host } of page) {
        const parsed = hostType === 'address' ? parseAddress(host) : null;
        if (parsed === null || !parsed.ok) continue;
        const address = parsed.value;
        const location = locator.locate(address);
        const inBook = book === null ? null : findInBook(book, { hostType, host, address, location });
        // Whom the book knows how to reach need not be asked for; whom it merely names, has to be.
        if (inBook !== null && inBook.provider.contact !== null) continue;
        const about: Question[] = [];
        if (!asked.has(address.text) && registries.networkOf(address) === null)
          about.push({ asked: address.text, address });
        const { asn } = location;
        if (asn !== null && !asked.has(`AS${asn}`) && registries.autnumOf(asn) === null)
          about.push({ asked: `AS${asn}`, asn });
        if (about.length > 0) open.set(serverId, about);
      }
      if (open.size === 0) continue;
      const allowed = await transaction.mayBeAskedAbout(operation.id, [...open.keys()]);
      for (const [serverId, about] of open) {
        if (!allowed.has(serverId)) continue;
        for (const question of about) questions.set(question.asked, question);
      }
    }
    return [...questions.values()];
  });
}

function isFresh({ outcome, fetchedAt }: KnownAnswer, now: Instant): boolean {
  return (outcome === 'answered' || outcome === 'not-found') && now - fetchedAt < FRESH_MS;
}

async function ask(world: World, registry: Registry, question: Question): Promise<RegistrationRow> {
  const answer: RegistryAnswer | RegistryAnswer<AutnumRegistration> =
    'address' in question
      ? await registry.network(question.address, world.signal)
      : await registry.autnum(question.asn, world.signal);
  const { evidence } = answer;
  return {
    type: 'registration',
    asked: question.asked,
    outcome: answer.outcome,
    reason: answer.outcome === 'answered' ? null : answer.reason,
    registration: answer.outcome === 'answered' ? answer.registration : null,
    url: evidence?.url ?? null,
    finalUrl: evidence?.finalUrl ?? null,
    status: evidence?.status ?? null,
    fetchedAt: isoInstant(evidence?.fetchedAt ?? world.clock.now()),
    sha256: evidence?.sha256 ?? null,
    // The one character that no text column takes; the hash is of what came.
    body: evidence?.body.replaceAll('\0', '\ufffd') ?? null,
  };
}

async function record(world: World, operation: Operation, answers: readonly RegistrationRow[]): Promise<void> {
  if (answers.length === 0) return;
  await world.store.write(async (transaction) => {
    const batchId = world.ids.uuid();
    const batch = await transaction.openBatch('lookup', operation.id, batchId, world.clock.now());
    await batch.add(answers);
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'lookup.recorded',
      subject: batchId,
      body: {
        schema: 1,
        operation: operation.id,
        answered: answers.filter(({ outcome }) => outcome === 'answered').length,
        unanswered: answers.filter(({ outcome }) => outcome !== 'answered').length,
      },
    });
  });
}

/** The networks and AS numbers that answers of this run tell of. */
class Covered {
  /** By neighbourhood: an answer never covers more than that of what was asked. */
  readonly #networks = new Map<string, Prefix[]>();
  readonly #autnums = new Set<number>();

  add({ asked, registration }: RegistrationRow): void {
    if (registration === null) return;
    if ('asn' in registration) {
      this.#autnums.add(registration.asn);
      return;
    }
    for (const prefix of prefixesOfAnswer(asked, registration)) {
      const key = neighbourhoodOf(prefix.address).text;
      const known = this.#networks.get(key);
      if (known === undefined) this.#networks.set(key, [prefix]);
      else known.push(prefix);
    }
  }

  has(question: Question): boolean {
    if ('asn' in question) return this.#autnums.has(question.asn);
    const { address } = question;
    return (
      this.#networks.get(neighbourhoodOf(address).text)?.some((prefix) => prefixContains(prefix, address)) ?? false
    );
  }
}
