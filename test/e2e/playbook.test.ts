import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';

const { run, done, json, write, close, dataDirectory } = createInstallation();
afterAll(close);

const DEFAULT = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
const EXAMPLES = join(REPOSITORY, 'examples/counsel/examples.yaml');

/** The default table with another text in one cell. */
function tableWith(row: string, column: string, text: string): string {
  const changed = DEFAULT.replace(
    new RegExp(`(?<=Entry id="${row}\\.${column}"><text>)[^<]*`),
    text.replaceAll('&', '&amp;'),
  );
  if (changed === DEFAULT) throw new Error(`nothing to change: ${row}.${column}`);
  return write(`${row}-${column}.dmn`, changed);
}

const checked = z.object({
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sound: z.boolean(),
  rows: z.number(),
  combinations: z.number(),
  findings: z.array(
    z.object({ code: z.string(), rowId: z.string().nullable(), sentence: z.string(), facts: z.unknown() }),
  ),
});

describe('playbook check', () => {
  test('finds the table that comes with the program sound', async () => {
    const report = await json(checked, ['playbook', 'check']);
    expect(report).toMatchObject({ sound: true, findings: [] });
    expect(report.combinations).toBeGreaterThan(1_000_000);
    const said = await done(['playbook', 'check']);
    expect(said).toContain('Sound.');
    expect(said).toContain('2,867,200 combinations');
  });

  test('exits with 1 and names rule, row and an example of facts where a table is not', async () => {
    const file = tableWith('bulletproof-referral', 'trust', '"unresponsive"');
    const { code, stdout, stderr } = await run(['playbook', 'check', file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/bulletproof-mailed {2}row isp: mails a known bulletproof provider/);
    expect(stdout).toMatch(/combinations, such as: .*trust = bulletproof/);
    const answer = await run(['playbook', 'check', file, '--json']);
    expect(answer.code).toBe(1);
    const report = checked.parse(JSON.parse(answer.stdout));
    expect(report.sound).toBe(false);
    expect(report.findings.map(({ rowId }) => rowId)).toContain('isp');
  });

  test('finds a text that does not exist, a citation that is missing, a gap', async () => {
    for (const [file, finding] of [
      [
        tableWith('isp', 'template', '"no-such-text"'),
        'unknown-template  row isp: names the notice text "no-such-text"',
      ],
      [tableWith('isp', 'citation', '""'), 'uncited  row isp: has no citation'],
      [tableWith('abuse-notice', 'contact', '"none"'), 'gap  no row decides over'],
    ] as const) {
      const { code, stdout } = await run(['playbook', 'check', file]);
      expect({ code, found: stdout.includes(finding) }).toEqual({ code: 1, found: true });
    }
  });

  test('refuses a file that is no method table', async () => {
    const { code, stdout, stderr } = await run(['playbook', 'check', EXAMPLES]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('is not a DMN 1.3 document');
  });
});

describe('playbook test', () => {
  test("finds that counsel's examples pass", async () => {
    expect(await done(['playbook', 'test', EXAMPLES])).toMatch(/^\d+ examples against .*default\.dmn: all pass\n$/);
  });

  test('exits with 1 and says what was expected, what came, and why the expected row did not apply', async () => {
    const file = write(
      'failing.yaml',
      'examples:\n  - name: A host in Brazil\n    facts: { country: BR }\n    expect: { row: eu-dsa-notice, approvals: 1 }\n',
    );
    const { code, stdout } = await run(['playbook', 'test', file]);
    expect(code).toBe(1);
    expect(stdout).toContain(`FAIL  A host in Brazil  (${file}:2)`);
    expect(stdout).toContain('expected eu-dsa-notice; got br-abuse-notice');
    expect(stdout).toMatch(/decided {4}by row br-abuse-notice: /);
    expect(stdout).toContain('instead of eu-dsa-notice: country is BR, not "AT"');
    expect(stdout).toContain('0 pass, 1 fails');
    const answer = await run(['playbook', 'test', file, '--json']);
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      passed: false,
      examples: [{ name: 'A host in Brazil', line: 2, passed: false, differences: [{ what: 'row' }] }],
    });
  });

  test('tests the table that is named', async () => {
    const other = tableWith('br-abuse-notice', 'approvals', '2');
    const { code, stdout } = await run(['playbook', 'test', EXAMPLES, '--playbook', other]);
    expect({ code, named: stdout.includes('A server in Brazil of which nobody knows what it is') }).toEqual({
      code: 1,
      named: true,
    });
  });

  test('exits with 2 for examples that cannot be read, naming file and line', async () => {
    const file = write(
      'wrong.yaml',
      'examples:\n  - name: one\n    facts: { land: BR }\n    expect: { approvals: 1 }\n',
    );
    const { code, stdout, stderr } = await run(['playbook', 'test', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${file}:3: unknown fact "land"`);
    expect((await run(['playbook', 'test', `${file}.gone`])).code).toBe(2);
    expect((await run(['playbook', 'test'])).code).toBe(2);
  });
});

describe('playbook show', () => {
  test('lists every row in its order, and one in full', async () => {
    const listed = await done(['playbook', 'show']);
    expect(listed).toMatch(/^row +method +addressee/);
    expect(listed.split('\n')[1]).toMatch(/^sinkhole +not-seizable +nobody/);
    const rows = await json(z.array(z.object({ id: z.string(), where: z.array(z.unknown()) })), ['playbook', 'show']);
    expect(rows).toHaveLength(listed.trim().split('\n').length - 1);
    const row = await done(['playbook', 'show', 'co-csirt-referral']);
    expect(row).toContain('country: "CO"');
    expect(row).toContain('contact: "none"');
    expect(row).toContain('ColCERT');
    expect(row).toContain('not reviewed by counsel');
  });

  test('exits with 1 for a row that is not there', async () => {
    const { code, stderr } = await run(['playbook', 'show', 'gone']);
    expect(code).toBe(1);
    expect(stderr).toContain('has no row "gone"');
  });
});

describe('playbook decide', () => {
  test('says which row decides over made-up facts, and why no other', async () => {
    const said = await done(['playbook', 'decide', '--country', 'KG', '--kind', 'dedicated']);
    expect(said).toMatch(/row +kg-abuse-notice-dedicated: /);
    expect(said).toMatch(/Why the other \d+ rows do not apply/);
    expect(said).toContain('country is KG: ');
    const all = await done(['playbook', 'decide', '--country', 'KG', '--kind', 'dedicated', '--all-rows']);
    expect(all).toContain('us-abuse-notice: country is KG, not "US"');
    expect(all).toContain('abuse-notice: would apply too, but stands after the deciding row');
  });

  test('takes the capacity from the settings, and refuses words that are none', async () => {
    const env = { DISMANTLE_ORGANISATION_CAPACITY: 'rights-owner' };
    expect(await done(['playbook', 'decide', '--country', 'US', '--kind', 'dedicated'], { env })).toContain(
      'Method: copyright-notice',
    );
    expect((await run(['playbook', 'decide', '--country', 'brazil'])).code).toBe(2);
    expect((await run(['playbook', 'decide', '--kind', 'rented'])).code).toBe(2);
  });
});

test('none of this opens a database', () => {
  expect(existsSync(join(dataDirectory, 'postgres'))).toBe(false);
});

test('a run refuses a table that would do harm, before anything is done', async () => {
  const feed = write('feed.csv', 'ip,port\n192.0.2.5,443\n');
  const bad = tableWith('compromised-host', 'asks', '"preserve, suspend"');
  const { code, stderr } = await run(['run', feed, '--operation', 'lab', '--drill', '--playbook', bad]);
  expect(code).toBe(1);
  expect(stderr).toContain('row compromised-host cuts off a victim');
  expect(stderr).toContain('dismantle playbook check FILE');
});
