import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';
import { explainFailure } from './start-problem.ts';

const layout = layoutOf('/srv/data/postgres');

test.each([
  ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'Free some room'],
  ['FATAL:  data directory "/srv/data/postgres/18" has wrong ownership', 'Give /srv/data/postgres'],
  ['FATAL:  lock file "postmaster.pid" already exists', 'end the process named in'],
  ['initdb: error: could not look up effective user ID 12345: user does not exist', 'a name in /etc/passwd'],
  ['postgres: error while loading shared libraries: libicui18n.so.60', 'set DATABASE_URL'],
  ['PANIC:  could not locate a valid checkpoint record', 'Read /srv/data/postgres/postgres.log'],
])('%s is told with what to do next', (line, hint) => {
  const problem = explainFailure('PostgreSQL did not start', ['an earlier line', line], layout);
  expect(problem.code).toBe('database');
  expect(problem.message).toContain(line);
  expect(problem.hint).toContain(hint);
});

test('a server that dies without a word is told too', () => {
  expect(explainFailure('PostgreSQL did not start', [], layout).message).toContain('it said nothing');
});
