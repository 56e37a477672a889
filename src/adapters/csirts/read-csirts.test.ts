import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCsirts } from './read-csirts.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-csirts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const path = join(folder, 'csirts.csv');
  await writeFile(path, text);
  return readCsirts(path);
}

test('reads one CSIRT a country; of several the first with a mailbox', async () => {
  const read_ = await read(
    '\ufeffcountry,csirt,url,email\n# ours\nDE,First,https://first.example/,\nde,Second,,desk@second.example\nDE,Third,,desk@third.example\nAT,Other,,\n',
  );
  if (!read_.ok) throw new Error(read_.problem.message);
  expect([...read_.value.values()].map(({ key, name, contact }) => [key, name, contact])).toEqual([
    ['csirt:DE', 'Second', 'desk@second.example'],
    ['csirt:AT', 'Other', null],
  ]);
});

test.each([
  ['UK,Ours,,\n', 'country "UK" is not two letters of ISO 3166-1, such as GB'],
  ['Germany,Ours,,\n', 'country "GERMANY" is not two letters'],
  ['DE,,,\n', 'csirt must be a name'],
  ['DE,Ours,,"a@b.example, c@d.example"\n', 'is not one plain mailbox'],
  ['DE,"Ours\u202e",,\n', 'csirt must be a name'],
])('refuses %j with file and line', async (row, reason) => {
  const result = await read(`country,csirt,url,email\n${row}`);
  expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining(reason) } });
  expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining('csirts.csv:2: ') } });
});

test('an empty file, none and a broken one are refused', async () => {
  expect((await read('')).ok).toBe(false);
  expect((await read('country,csirt\n')).ok).toBe(false);
  expect((await read('country,csirt\n"DE,x\n')).ok).toBe(false);
  expect((await readCsirts(join(folder, 'none.csv'))).ok).toBe(false);
});

const REAL = '../shared/data/csirt/eu-csirts-network.csv';
if (!existsSync(REAL)) process.stderr.write('skipped: the EU network of CSIRTs, for ../shared/data is not there\n');

test.skipIf(!existsSync(REAL))(
  'the EU network of CSIRTs has one for each of the 27 (skipped without ../shared/data)',
  async () => {
    const result = await readCsirts(REAL);
    if (!result.ok) throw new Error(result.problem.message);
    expect(result.value.size).toBeGreaterThanOrEqual(27);
  },
);
