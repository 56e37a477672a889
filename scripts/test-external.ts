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
const SUITE = ['test/contract', 'test/security/row-level-security'];

const server = await startExternalServer();
try {
  await withClient(server.administrator, async (session) => {
    await session.run(`create role "${ROLE}" login nosuperuser nocreatedb nocreaterole password '${PASSWORD}'`);
    await session.run('create role dismantle_app nologin nosuperuser nobypassrls nocreatedb nocreaterole');
    await session.run(`grant dismantle_app to "${ROLE}"`);
    await session.run(`create database "${DATABASE}" owner "${ROLE}"`);
  });
  console.log(`the contract suite on ${server.program}, over TCP`);
  const { user, password } = server.administrator;
  const run = spawnSync('vitest', ['run', ...SUITE, ...process.argv.slice(2)], {
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
