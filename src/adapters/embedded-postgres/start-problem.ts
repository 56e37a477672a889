import type { Problem } from '../../domain/problem.ts';
import type { Layout } from './layout.ts';

const SHOWN_LINES = 5;

/** What PostgreSQL says (in the C locale) when it cannot start, and what to do about it. */
const KNOWN: readonly { readonly pattern: RegExp; readonly hint: (layout: Layout) => string }[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/,
    hint: (layout) =>
      `Free some room on the disk that holds ${layout.folder}, then run again; nothing committed is lost.`,
  },
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

/** A Problem from the last lines that initdb or the server wrote. */
export function explainFailure(what: string, lines: readonly string[], layout: Layout): Problem {
  const text = lines.join('\n');
  const known = KNOWN.find(({ pattern }) => pattern.test(text));
  const said = lines.length === 0 ? 'it said nothing' : lines.slice(-SHOWN_LINES).join(' / ');
  return {
    code: 'database',
    message: `${what}: ${said}`,
    hint: known?.hint(layout) ?? `Read ${layout.log} for more, or set DATABASE_URL to a PostgreSQL 18 that you run.`,
  };
}
