import type { Instant } from '../../domain/instant.ts';
import { findOperation } from '../../flow.ts';
import { sendDue } from '../../flow/sending.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { World } from '../../ports/world.ts';
import { Exercise } from '../play.ts';
import type { ExerciseParts, Happening } from '../play.ts';
import { Books, readEdition } from './books.ts';
import { enterDeeds } from './deeds.ts';
import { INVARIANTS } from './invariants.ts';
import type { EndFacts, Judged, Moment } from './invariants.ts';
import { scenarioOf } from './small-scenario.ts';
import type { SimulationPlan } from './small-scenario.ts';
import { Trouble } from './trouble.ts';
import type { Sabotage } from './trouble.ts';

const HOUR_MS = 3_600_000;
/** What may still be tried again after the end, in hours. */
const SETTLING_HOURS = 4;
/** A history with more than this is broken through and through. */
const MOST_BREACHES = 20;

/** A rule that did not hold. */
export interface Breach {
  readonly rule: string;
  readonly at: Instant;
  readonly what: string;
}

export interface SimulationOutcome {
  readonly plan: SimulationPlan;
  readonly breaches: readonly Breach[];
  /** The ledger's root at the end, before anybody looked into it. */
  readonly root: string;
  readonly entries: number;
  readonly happenings: readonly Happening[];
  readonly books: Books;
  readonly noticesSent: number;
}

export interface SimulationOptions {
  readonly sabotage?: Sabotage;
  /** Findings of an audit of the exported ledger. */
  readonly audit: (world: World) => Promise<readonly string[]>;
}

/** The rule that is broken where the program throws what it should not. */
export const UNEXPECTED = 'unexpected error';

/** Plays one plan over an empty database and judges it by every invariant. */
export async function simulate(
  parts: ExerciseParts,
  plan: SimulationPlan,
  { sabotage = {}, audit }: SimulationOptions,
): Promise<SimulationOutcome> {
  const scenario = scenarioOf(plan.world);
  const books = new Books();
  const breaches: Breach[] = [];
  const judge = (moment: Moment): void => {
    const judged: Judged = { exercise, scenario, books, faults: plan.faults, rows };
    for (const [rule, holds] of Object.entries(INVARIANTS)) {
      for (const what of holds(judged, moment)) {
        if (breaches.length < MOST_BREACHES) breaches.push({ rule, at: exercise.time.now(), what });
      }
    }
  };
  const rows = new Map(parts.methodTable.rows.map(({ result }) => [result.id, result]));
  const trouble = new Trouble(
    plan.faults,
    scenario.begins,
    books,
    {
      committed: (fresh) => judge({ moment: 'commit', fresh }),
      handed: (handed) => judge({ moment: 'handed', handed }),
      tell: (what) => exercise.tell(what),
    },
    sabotage,
  );
  const exercise = new Exercise(parts, {
    scenario,
    seed: plan.world.seed,
    strategy: scenario.strategy,
    told: () => undefined,
    passes: () => undefined,
    surroundings: trouble.surroundings,
  });
  trouble.attach(exercise);
  const published = exercise.team.published.bind(exercise.team);
  exercise.team.published = (edition) => {
    books.editions.set(edition.name, readEdition(edition.feed, edition.text, edition.at));
    published(edition);
  };
  enterDeeds(exercise, books, plan.faults);
  try {
    await exercise.play();
    trouble.end();
    const kept = await settle(exercise);
    const { root, entries } = await exercise.world.store.read((transaction) => transaction.ledgerHead());
    judge({ moment: 'end', end: await endFacts(exercise, books, kept, audit) });
    return outcome(root, entries);
  } catch (cause) {
    if (parts.signal.aborted) throw cause;
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    breaches.push({ rule: UNEXPECTED, at: exercise.time.now(), what });
    return outcome('', books.entries.length);
  } finally {
    await exercise.close();
  }

  function outcome(root: string, entries: number): SimulationOutcome {
    const sent = new Set(
      books.entries.filter(({ draft }) => draft.kind === 'dispatch.delivered').map(({ draft }) => draft.subject),
    );
    const noticesSent = [...sent].filter((id) => books.dispatches.get(id)?.kind === 'notice').length;
    return { plan, breaches, root, entries, happenings: exercise.happenings, books, noticesSent };
  }
}

/** What was to be tried again is tried again. Says what the product still keeps, and why. */
async function settle(exercise: Exercise): Promise<ReadonlyMap<string, readonly string[]>> {
  let kept: ReadonlyMap<string, readonly string[]> = new Map();
  for (let hour = 0; hour < SETTLING_HOURS; hour++) {
    const { world, setupFor, sources } = exercise.desktop;
    const operations = await world.store.read((transaction) => transaction.operations());
    if (operations.length === 0) return kept;
    const summary = await sendDue(world, setupFor(await findOperation(world, exercise.scenario.name)), sources, false);
    kept = new Map(summary.kept.map(({ dispatchId, reasons }) => [dispatchId, reasons]));
    // After a clock that ran ahead, what was queued waits until the time has caught up with the ledger: late, and not lost.
    const last = (await world.store.read((transaction) => transaction.ledgerTime())) ?? 0;
    exercise.time.advanceTo(Math.max(exercise.time.now() + HOUR_MS / 2, last + 1));
  }
  return kept;
}

async function endFacts(
  exercise: Exercise,
  books: Books,
  kept: EndFacts['kept'],
  audit: SimulationOptions['audit'],
): Promise<EndFacts> {
  const { store } = exercise.world;
  const facts = await store.read(async (transaction) => {
    const stored: EndFacts['stored'][number][] = [];
    for await (const page of transaction.ledgerReader().entries()) {
      for (const { entry, content } of page) {
        const { kind, subject, recordedAt } = entry;
        stored.push({ kind, subject, recordedAt, body: content === 'erased' ? '' : content.body });
      }
    }
    const operation = await transaction.findOperation(exercise.scenario.name);
    const imports = operation === null ? [] : await transaction.imports(operation.id);
    return { stored, imports };
  });
  // A batch's summary of its rows is the store's own work; all else has to be what was handed to it.
  const written = books.entries.map(({ draft }, index) => {
    const own = facts.stored[index];
    const sealed: unknown = own === undefined || own.body === '' ? null : JSON.parse(own.body);
    const rows =
      typeof sealed === 'object' && sealed !== null && 'rows' in sealed && !('rows' in draft.body) ? sealed.rows : null;
    const body =
      rows === null ? canonicalJson(draft.body) : canonicalJson(JSON.parse(JSON.stringify({ ...draft.body, rows })));
    return { kind: draft.kind, subject: draft.subject, body };
  });
  const stateDifferences = await store.write((transaction) => transaction.stateDifferences());
  return { ...facts, written, kept, stateDifferences, auditFindings: await audit(exercise.world) };
}
