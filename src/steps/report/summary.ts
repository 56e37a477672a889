import type { ImportOutcome, Rejection } from '../../domain/import-outcome.ts';
import type { Lookups } from '../../domain/lookups.ts';
import type { Operation } from '../../domain/operation.ts';
import { isoInstant } from '../../domain/instant.ts';
import { heldNotices } from '../../policy/strike/hold.ts';
import type { HeldNotice } from '../../policy/strike/hold.ts';
import type { ListInForce } from '../../policy/lists-in-force.ts';
import type { World } from '../../ports/world.ts';
import { readRetractions } from './retractions.ts';
import type { RetractionFigures } from './retractions.ts';

export interface IntakeSummary {
  readonly files: readonly Omit<ImportOutcome, 'importId' | 'rejections'>[];
  /** The first 1,000 over all files. */
  readonly rejects: readonly Rejection[];
  /** The file with all of them; null where nothing was rejected. */
  readonly rejectsFile: string | null;
}

export interface NoticeSummary {
  readonly provider: string;
  readonly to: string | null;
  /** The address of the provider's form or interface, where a person carries it. */
  readonly form: string | null;
  readonly state: string;
  readonly approvals: { readonly given: number; readonly needed: number };
  readonly method: string;
  readonly items: number;
  readonly file: string;
  readonly reference: string;
  readonly missing: readonly string[];
  /** The strike that holds it back for its moment; null where none does. */
  readonly held: { readonly strike: number; readonly until: string } | null;
}

/** The object that `dismantle run --json` prints (README, "For scripts"). */
export interface RunSummary {
  readonly operation: string;
  readonly drill: boolean;
  readonly intake: IntakeSummary;
  readonly servers: {
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
    readonly located: number;
    readonly held: number;
    readonly heldBy: Readonly<Record<string, number>>;
  };
  /** What registries were asked in this run. */
  readonly lookups: Lookups;
  readonly protectedGround: {
    readonly checked: boolean;
    /** What the lists said at each server's last judgement; date and staleness where such a list was given to this run. */
    readonly hits: readonly {
      readonly list: string;
      readonly effect: string;
      readonly servers: number;
      readonly date: string | null;
      readonly stale: boolean | null;
    }[];
    /** The built-in lists, and those that this run was given; a report is given none. */
    readonly lists: readonly ListInForce[];
  };
  readonly providers: number;
  /** Providers that a person has corrected and that no server stands at: renamed in the book, or known better since. */
  readonly idleCorrections: readonly { readonly key: string; readonly trust: string | null }[];
  readonly cases: {
    readonly total: number;
    readonly byState: Readonly<Record<string, number>>;
    /** Decided cases in no notice, by what they miss. */
    readonly notDrafted: Readonly<Record<string, number>>;
  };
  readonly methods: Readonly<Record<string, number>>;
  /** Those that have not left: drafted, or approved. */
  readonly notices: readonly NoticeSummary[];
  readonly noticesSent: number;
  /** What was wrong, and how long it stood. */
  readonly retractions: RetractionFigures;
  readonly ledger: LedgerSummary;
}

export interface LedgerSummary {
  readonly entries: number;
  readonly root: string;
}

export interface ImportSummary {
  readonly operation: string;
  readonly intake: IntakeSummary;
  readonly ledger: LedgerSummary;
}

const REJECTS_SHOWN = 1000;

export function summariseIntake(outcomes: readonly ImportOutcome[], rejectsFile: string | null): IntakeSummary {
  return {
    files: outcomes.map(({ importId: _importId, rejections: _rejections, ...file }) => file),
    rejects: outcomes.flatMap(({ rejections }) => rejections).slice(0, REJECTS_SHOWN),
    rejectsFile,
  };
}

/** The figures of an operation as it now stands, with what this run's files came to. */
export async function summariseRun(
  world: World,
  operation: Operation,
  intake: IntakeSummary,
  { lookups, lists }: { readonly lookups: Lookups; readonly lists: readonly ListInForce[] },
): Promise<RunSummary> {
  return world.store.read(async (transaction) => {
    const figures = await transaction.figures(operation.id);
    const notices = await transaction.notices(operation.id);
    const held = heldNotices(await transaction.strikes(operation.id), world.clock.now());
    return {
      operation: operation.name,
      drill: operation.drill,
      intake,
      servers: {
        total: figures.servers,
        byKind: figures.byKind,
        located: figures.located,
        held: figures.held,
        heldBy: figures.heldBy,
      },
      lookups,
      protectedGround: {
        checked: figures.groundChecked,
        hits: figures.listHits.map((hit) => ({ ...hit, ...ageOf(hit.list, lists) })),
        lists,
      },
      providers: figures.providers,
      idleCorrections: await transaction.idleCorrections(),
      cases: { total: figures.cases, byState: figures.byState, notDrafted: figures.notDrafted },
      methods: figures.methods,
      notices: notices
        .filter(({ state }) => state === 'drafted' || state === 'approved')
        .map(
          ({ noticeId, provider, to, form, state, given, approvals, method, items, fileName, reference, missing }) => ({
            provider,
            to,
            form,
            state,
            approvals: { given: given.length, needed: approvals },
            method,
            items,
            file: world.output.locate(operation.name, fileName),
            reference,
            missing,
            held: shownHold(held.get(noticeId)),
          }),
        ),
      noticesSent: notices.filter(({ state }) => state === 'sent' || state === 'retracted').length,
      retractions: await readRetractions(transaction, operation),
      ledger: await transaction.ledgerHead(),
    };
  });
}

function shownHold(held: HeldNotice | undefined): NoticeSummary['held'] {
  return held === undefined ? null : { strike: held.strike, until: isoInstant(held.until) };
}

/** Of several lists that share a name, the newest. */
function ageOf(name: string, lists: readonly ListInForce[]): { date: string | null; stale: boolean | null } {
  const [newest] = lists
    .filter(({ list }) => list === name)
    .toSorted((one, other) => ((one.date ?? '') < (other.date ?? '') ? 1 : -1));
  return { date: newest?.date ?? null, stale: newest?.stale ?? null };
}
