import type { Problem } from '../../domain/problem.ts';
import type { Layout } from './layout.ts';

const SHOWN_LINES = 5;

interface Known {
  readonly pattern: RegExp;
  /** In plain words, where PostgreSQL's own are not plain. */
  readonly meaning?: string;
  readonly hint: (layout: Layout) => string;
}

const DISK_FULL: Known = {
  pattern: /No space left on device|Disk quota exceeded/,
  meaning: 'the disk is full',
  hint: (layout) =>
    `Free some room on the disk that holds ${layout.folder}, then run again; nothing committed is lost.`,
};

/** What PostgreSQL says (in the C locale) when it cannot start, and what to do about it. */
const KNOWN: readonly Known[] = [
  DISK_FULL,
  {
    pattern: /Permission denied|wrong ownership|invalid permissions|must be owned by/i,
    hint: (layout) =>
      `Give ${layout.folder} and all below it to the user who runs dismantle, with no access for others.`,
  },
  {
    pattern: /database files are incompatible|initialized by PostgreSQL version/,
    hint: () => 'Use the program that made this database, or another --data-dir, or set DATABASE_URL.',
  },
  {
    pattern: /lock file .* already exists|pre-existing shared memory block/,
    hint: (layout) =>
      `Another PostgreSQL uses this database: end the process named in ${layout.cluster}/postmaster.pid, then run again.`,
  },
  {
    pattern: /could not look up effective user ID/,
    hint: () => 'Give this user a name in /etc/passwd, or run as one that has a name, or set DATABASE_URL.',
  },
  {
    pattern: /Cannot allocate memory|could not map anonymous shared memory|could not resize shared memory/,
    hint: () => 'Give this machine or container about a gigabyte of memory, or set DATABASE_URL.',
  },
  {
    pattern: /error while loading shared libraries|symbol lookup error|GLIBC_|ENOENT/,
    hint: () => 'These binaries do not run on this system (they need glibc): set DATABASE_URL to a PostgreSQL 18.',
  },
  {
    pattern: /administrative permissions/,
    hint: () => 'Run as an ordinary user: PostgreSQL refuses to run as administrator.',
  },
];

/** The lines that tell why; those around them tell what PostgreSQL then did. */
const TELLING = /\b(?:FATAL|PANIC): +(.*)$/;
/** Said to clients that came too early. */
const TOO_EARLY = /the database system is (?:starting up|in recovery mode|shutting down|not yet accepting connections)/;

/** A Problem from the last lines that initdb or the server wrote. */
export function explainFailure(what: string, lines: readonly string[], layout: Layout): Problem {
  const text = lines.join('\n');
  const known = KNOWN.find(({ pattern }) => pattern.test(text));
  const telling = tellingLines(lines).slice(-1);
  const shown = telling.length > 0 ? telling : lines.slice(-SHOWN_LINES);
  const said = shown.length === 0 ? 'it said nothing' : shown.join(' / ');
  return {
    code: 'database',
    message: `${what}: ${known?.meaning === undefined ? '' : `${known.meaning}: `}${said}`,
    hint: known?.hint(layout) ?? `Read ${layout.log} for more, or set DATABASE_URL to a PostgreSQL 18 that you run.`,
  };
}

/** The disk that holds the folder is full: PostgreSQL, or the keeper, could not write what it had to. */
export function diskFull(layout: Layout): Problem {
  return { code: 'database', message: 'the disk is full; nothing is half-done', hint: DISK_FULL.hint(layout) };
}

/** Why a server that went away did so, from the lines that it wrote; null where they name nothing to be seen to. */
export function explainLoss(lines: readonly string[], layout: Layout): Problem | null {
  return tellingLines(lines).some((line) => DISK_FULL.pattern.test(line)) ? diskFull(layout) : null;
}

function tellingLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const said = TELLING.exec(line)?.[1];
    return said === undefined || TOO_EARLY.test(said) ? [] : [said];
  });
}
