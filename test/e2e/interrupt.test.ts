import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInstallation } from '../support/cli.ts';
import { importObject, runObject } from '../support/run-contract.ts';

const installation = createInstallation();
const { run, done, json, start, write } = installation;
afterAll(() => installation.close());

const ROWS = 400_000;
const INTO = ['--operation', 'big', '--drill'];
const REPORT = ['status', '--operation', 'big'];

describe('an import of 400,000 rows', () => {
  let big: string;
  let before: unknown;

  beforeAll(async () => {
    const lines = Array.from(
      { length: ROWS },
      (_none, index) => `198.${18 + ((index >> 16) & 1)}.${(index >> 8) & 255}.${index & 255}:${443 + (index >> 17)}`,
    );
    big = write('big.txt', lines.join('\n'));
    await done(['import', write('small.txt', '192.0.2.1:443\n192.0.2.2:443\n'), ...INTO]);
    before = await json(runObject, REPORT);
  });

  test('that Ctrl-C stops in the middle exits with 130 and leaves everything as it was', async () => {
    const running = start(['import', big, ...INTO]);
    await running.said(/reading .*big\.txt/);
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/dismantle: stopped; nothing is half-done\n {2}Run the same command again to go on\n$/);
    expect(await json(runObject, REPORT)).toEqual(before);
  });

  test('that is killed in the middle leaves everything as it was, and the ledger whole', async () => {
    const running = start(['import', big, ...INTO]);
    await running.said(/reading .*big\.txt/);
    running.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
    expect(await json(runObject, REPORT)).toEqual(before);
    expect(await done(['audit'])).toContain('The ledger is whole');
  });

  test('completes when the same command runs again, and says what it does meanwhile', async () => {
    const { code, stdout, stderr } = await run(['import', big, ...INTO, '--json']);
    expect(code).toBe(0);
    const { intake } = importObject.parse(JSON.parse(stdout));
    expect(intake.files).toMatchObject([{ rows: ROWS, accepted: ROWS, rejected: 0, duplicate: false }]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    // Each line says something, and none says what the one before it said.
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(/^(opening the database|(reading|merging) .*big\.txt( [\d,]+)?) …$/);
      expect(line).not.toBe(lines[index - 1]);
    }
    const { servers, ledger } = await json(runObject, REPORT);
    expect(servers.total).toBe(2 + 131_072);
    expect(await done(['audit'])).toContain(`The ledger is whole: ${ledger.entries} entries, ${ROWS + 2} rows`);
  });
});
