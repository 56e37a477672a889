import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';
import { explainFailure, explainLoss } from './start-problem.ts';

const layout = layoutOf('/srv/data/postgres');

test.each([
  ['FATAL:  ', 'could not write lock file "postmaster.pid": No space left on device', 'Free some room'],
  ['FATAL:  ', 'data directory "/srv/data/postgres/18" has wrong ownership', 'Give /srv/data/postgres'],
  ['FATAL:  ', 'lock file "postmaster.pid" already exists', 'end the process named in'],
  ['', 'initdb: error: could not look up effective user ID 12345: user does not exist', 'a name in /etc/passwd'],
  ['', 'postgres: error while loading shared libraries: libicui18n.so.60', 'set DATABASE_URL'],
  ['PANIC:  ', 'could not locate a valid checkpoint record', 'Read /srv/data/postgres/postgres.log'],
])('%s%s is told with what to do next', (level, words, hint) => {
  const problem = explainFailure('PostgreSQL did not start', ['an earlier line', `${level}${words}`], layout);
  expect(problem.code).toBe('database');
  expect(problem.message).toContain(words);
  expect(problem.hint).toContain(hint);
});

const FULL = [
  '2026-11-25 03:36:20.960 UTC [9] FATAL:  the database system is starting up',
  '2026-11-25 03:36:20.969 UTC [15756] FATAL:  could not write to file "pg_wal/xlogtemp.15756": No space left on device',
  '2026-11-25 03:36:20.974 UTC [15750] LOG:  startup process (PID 15756) exited with exit code 1',
  '2026-11-25 03:36:20.992 UTC [15750] LOG:  database system is shut down',
];

test('the one line that says why stands for all of them, in plain words first', () => {
  expect(explainFailure('PostgreSQL did not start', FULL, layout).message).toBe(
    'PostgreSQL did not start: the disk is full: could not write to file "pg_wal/xlogtemp.15756": No space left on device',
  );
});

test('a server that dies without a word is told too', () => {
  expect(explainFailure('PostgreSQL did not start', [], layout).message).toContain('it said nothing');
});

test('a server that went away for want of room is told from one that was killed', () => {
  expect(explainLoss(FULL, layout)).toMatchObject({ message: expect.stringContaining('the disk is full') });
  const killed = [
    '2026-11-25 03:36:09.749 UTC [1] LOG:  WAL writer process (PID 2) was terminated by signal 9: Killed',
  ];
  expect(explainLoss(killed, layout)).toBeNull();
});
