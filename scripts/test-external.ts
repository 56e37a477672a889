import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { withClient } from '../src/adapters/postgres/connect.ts';
import { startExternalServer } from '../test/support/external-server.ts';

/**
 * The contract suite on a PostgreSQL that is not ours: over TCP, with passwords, as an ordinary role that may make
 * neither databases nor roles. Everything that such a role needs of its administrator is written here.
 */
const ROLE = 'Takedown Desk';
// What a password may hold, and a connection string has to spell in other ways.
const PASSWORD = `p@ss/w:rd #1%?ö-${randomBytes(6).toString('hex')}`;
const DATABASE = 'for-dismantle';
const WHOLE = ['test/contract', 'test/security/row-level-security'];
/**
 * With --telling: the files in which it makes a difference whose the server is, each with what tells. The others look
 * at steps and policies through the same store; that the whole story of an operation gives the same ledger on such a
 * server is in test/contract/external-database, which starts one of its own in the everyday suite, too.
 */
const TELLING: Readonly<Record<string, string>> = {
  'test/contract/migrations': 'the schema made by a role without powers, two starters at once',
  'test/contract/ledger': 'who may write what, turns taken behind locks, a connection cut off in the midst',
  'test/contract/jobs': "pg-boss's own schema, made and used by the one role",
  'test/contract/imports': 'COPY over TCP, tables for staging, the same file twice at once',
  'test/contract/merging': 'rows sorted and compared in SQL under an ICU collation',
  'test/contract/projections': 'state replayed from the ledger, table by table, in the order that the collation gives',
  'test/contract/people': 'texts compared and found as an ICU collation has them: names, spellings, keys',
  'test/contract/approvals': 'what the database itself refuses to the working role',
  'test/contract/races-and-redrafts': 'locks between sessions over TCP',
  'test/contract/kept-messages': 'names told apart by case under an ICU collation, large bytes over TCP',
  'test/contract/operation-report': 'figures read and sorted in SQL under an ICU collation',
  'test/contract/watching': 'a lock that lasts as long as its session, over TCP',
  'test/security/row-level-security': 'roles, rights and row-level security with one login for owner and work',
};
const TELLING_ONLY = '--telling';

const server = await startExternalServer();
try {
  await withClient(server.administrator, async (session) => {
    await session.run(`create role "${ROLE}" login nosuperuser nocreatedb nocreaterole password '${PASSWORD}'`);
    for (const role of ['dismantle_app', 'dismantle_partner']) {
      await session.run(`create role ${role} nologin nosuperuser nobypassrls nocreatedb nocreaterole`);
      await session.run(`grant ${role} to "${ROLE}" with inherit ${role === 'dismantle_app'}, set true`);
    }
    await session.run(`create database "${DATABASE}" owner "${ROLE}"`);
  });
  const given = process.argv.slice(2);
  const suite = given.includes(TELLING_ONLY) ? Object.keys(TELLING) : WHOLE;
  console.log(`${suite === WHOLE ? 'the contract suite' : 'what tells of it'} on ${server.program}, over TCP`);
  const { user, password } = server.administrator;
  const run = spawnSync('vitest', ['run', ...suite, ...given.filter((word) => word !== TELLING_ONLY)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_DATABASE_URL: server.urlOf(ROLE, PASSWORD, DATABASE),
      TEST_DATABASE_ADMIN_URL: server.urlOf(user, password, 'postgres'),
    },
    shell: process.platform === 'win32',
  });
  process.exitCode = run.status ?? 1;
} finally {
  await server.stop();
}
