import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

/* Workers as their users start them: once from cron, until SIGTERM as a unit, and too old for the database. */

let installation: Installation;

beforeAll(async () => {
  installation = createInstallation();
  const { done, write, folder } = installation;
  const list = { name: 'some', description: 'some', version: 1, type: 'cidr', matching_attributes: ['ip-dst'] };
  write('lists/some/list.json', JSON.stringify({ ...list, list: ['192.0.2.250/32'] }));
  write('data/dismantle.yaml', JSON.stringify({ warninglists: join(folder, 'lists') }));
  const rows = 'server,evidence,malware\n198.51.100.7:443,sandbox-run,Examplebot\n';
  for (const group of ['one', 'two']) {
    const file = write(`${group}.csv`, `# ${group}\n${rows}`);
    await done(['import', file, '--operation', 'lab', '--drill', '--malware', 'Examplebot', '--source', group, '--group', group]); // prettier-ignore
  }
});

afterAll(() => installation?.close());

const overview = z.object({
  workers: z.array(z.looseObject({ name: z.string(), kinds: z.array(z.string()), isSilent: z.boolean() })),
  settingsDiffer: z.boolean(),
  work: z.array(z.object({ kind: z.string(), things: z.int(), due: z.int(), failing: z.int(), done: z.int() })),
  failing: z.array(z.unknown()),
});

test('an import asks for a run, and one pass does it; a second has nothing to do', async () => {
  const { json, run } = installation;
  expect((await json(overview, ['workers'])).work).toMatchObject([{ kind: 'run', things: 1, due: 1 }]);
  const first = await run(['worker', '--once', '--verbose']);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('run lab: done in') });
  expect(first.stdout).toContain('not send: traffic.send is off here');
  expect(await json(z.array(z.looseObject({ state: z.string() })), ['cases', '--operation', 'lab'])).toHaveLength(1);
  expect(await run(['worker', '--once', '--verbose'])).toMatchObject({
    code: 0,
    stdout: expect.not.stringContaining('run lab'),
  });
  expect((await json(overview, ['workers'])).work).toMatchObject([
    // Whether it was done before the run or after, and is due again by what that wrote, is left to chance.
    { kind: 'publish', things: 1, failing: 0 },
    { kind: 'run', things: 1, due: 0, failing: 0, done: 1 },
  ]);
});

test('what a machine cannot do is refused where it is asked for by name', async () => {
  const { run } = installation;
  expect(await run(['worker', '--kinds', 'run,send'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot do send (traffic.send is off here)'),
  });
  expect(await run(['worker', '--kinds', 'everything'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Known: run, send, watch, mail'),
  });
});

test('two work side by side, are listed, and end in peace at SIGTERM', async () => {
  const { start, json, done } = installation;
  const workers = ['left', 'right'].map((name) => start(['worker', '--name', name, '--json']));
  for (const worker of workers) await worker.printed(/"kind":"started"/);
  const listed = async (): Promise<z.infer<typeof overview>> => json(overview, ['workers']);
  for (;;) if ((await listed()).workers.length === 2) break;
  const { workers: both, settingsDiffer } = await listed();
  expect(both).toMatchObject([{ name: 'left', isSilent: false, kinds: ['run', 'publish'] }, { name: 'right' }]);
  expect(settingsDiffer).toBe(false);
  expect(await done(['workers'])).toMatch(/^WORKER +VERSION/);
  for (const worker of workers) worker.kill('SIGTERM');
  for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0, signal: null });
  expect((await listed()).workers).toEqual([]);
});

test('a newer version that migrates ends workers, services and commands with its number and exit code 3', async () => {
  const { start, run, dataDirectory } = installation;
  const worker = start(['worker', '--name', 'old']);
  await worker.printed(/works: run/);
  const postgres = await openEmbeddedPostgres({
    dataDirectory,
    graceMs: 60_000,
    startTimeoutMs: 60_000,
    report: () => undefined,
  });
  if (!postgres.ok) throw new Error(postgres.problem.message);
  await sleep(300);
  await withClient({ ...postgres.value.connection, database: 'dismantle' }, (session) =>
    session.run(`insert into public.dismantle_migration (name, sha256, version) values ('9000_new.sql', 'x', '9.1.0')`),
  );
  const told = expect.stringMatching(/migrated by dismantle 9\.1\.0.*\n {2}Use dismantle 9\.1\.0 here, too\n/);
  expect(await worker.ended).toMatchObject({ code: 3, stderr: told });
  expect(await run(['status', '--operation', 'lab'])).toMatchObject({ code: 3, stderr: told });
  await postgres.value.close();
});
