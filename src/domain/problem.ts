/**
 * The one vocabulary of what can go wrong. Everything below the faces speaks it; each face maps it once
 * (the CLI to an exit code, HTTP to a status).
 */
export type ProblemCode =
  /** The caller's words are off: an unknown option value, a missing argument, a contradiction. */
  | 'usage'
  /** A settings file or variable does not validate. */
  | 'settings'
  /** A file that the user named cannot be read or is not what it should be. */
  | 'input'
  /** Something named does not exist here. */
  | 'not-found'
  /** A rule of the product forbids it. */
  | 'refused'
  /** The database cannot be started, reached or migrated. */
  | 'database'
  /** A newer version has migrated the database; this one does nothing further. */
  | 'outdated'
  /** A kind of traffic is switched off. */
  | 'switched-off'
  /** The person pressed Ctrl-C. */
  | 'interrupted';

/** What went wrong, in a sentence a person can act on. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** What to do next, one sentence. */
  readonly hint?: string;
}

/** Carries a Problem through code that cannot go on; caught once, at the face. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.message, cause === undefined ? undefined : { cause });
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** Throws a ProblemError: `throw problem('usage', …)` reads better than building both by hand. */
export function problem(code: ProblemCode, message: string, hint?: string, cause?: unknown): ProblemError {
  return new ProblemError({ code, message, ...(hint === undefined ? {} : { hint }) }, cause);
}

/** Throws the `interrupted` problem once the person has pressed Ctrl-C; whatever transaction is open rolls back. */
export function assertGoesOn(signal: AbortSignal): void {
  if (signal.aborted)
    throw problem('interrupted', 'stopped; nothing is half-done', 'Run the same command again to go on');
}

/** In its own words what a step would refuse, or finds damaged; null where it goes through. For whoever tells it before it is tried. */
export async function refusalOf(step: () => Promise<void>): Promise<string | null> {
  try {
    await step();
    return null;
  } catch (cause) {
    if (cause instanceof ProblemError && (cause.problem.code === 'refused' || cause.problem.code === 'database'))
      return cause.problem.message;
    throw cause;
  }
}
