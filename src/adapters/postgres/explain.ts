import { problem, ProblemError } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';

/** PostgreSQL's SQLSTATE or Node's error code; '' where there is neither. */
export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** pg tells of a connection that broke between two statements in words alone. */
export function isConnectionLost(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === '57P01' || code === '57P02' || code === '57P03' || code === '25P03' || code.startsWith('08'))
    return true;
  if (code === 'ECONNRESET' || code === 'EPIPE') return true;
  return (
    cause instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(cause.message)
  );
}

/** Raised by `assert_known_schema` (migrations/0011): a newer version has migrated. */
const OUTDATED = 'P0426';

/** A newer version of dismantle has made the database into what this one does not know. */
export function outdated(migration: string, version: string | null): ProblemError {
  const which = version === null ? 'a newer version of dismantle' : `dismantle ${version}`;
  return problem(
    'outdated',
    `the database was migrated by ${which} (${migration}), which this version does not know; it does nothing further`,
    `Use ${which} here, too`,
  );
}

/**
 * PostgreSQL's own words for what a person can see to; everything else goes on as the bug that it is. `whyGone` knows
 * more of a server that went away, where somebody does.
 */
export function explained(cause: unknown, whyGone: () => Problem | null = () => null): unknown {
  if (cause instanceof ProblemError) return cause;
  const code = codeOf(cause);
  if (code === '53100')
    return problem(
      'database',
      'the disk is full; nothing was changed',
      'Make room where the data directory lies, then run the command again',
      cause,
    );
  if (code === OUTDATED && cause instanceof Error) {
    const detail = 'detail' in cause && typeof cause.detail === 'string' ? cause.detail : '';
    return outdated(cause.message, detail === '' ? null : detail);
  }
  // Our own rules, where they stand in the database as well (migrations/0003).
  if (code === 'P0403' && cause instanceof Error) return problem('refused', cause.message, undefined, cause);
  if (code === '55P03') {
    return problem(
      'database',
      'another command has been working on this for a long time; nothing was changed',
      'Run the same command again when the other one has finished',
      cause,
    );
  }
  if (code === '57014') {
    return problem(
      'database',
      'PostgreSQL cancelled a statement; nothing is half-done',
      'Raise the statement_timeout that is set for this database or role',
      cause,
    );
  }
  if (isConnectionLost(cause)) {
    const reason = whyGone();
    if (reason !== null) return new ProblemError(reason, cause);
    return problem('database', 'PostgreSQL went away; nothing is half-done', 'Run the same command again', cause);
  }
  return cause;
}
