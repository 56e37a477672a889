import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readWarningLists } from './read-warning-lists.ts';

/** Deeper than a walk that calls itself can go. */
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const REAL_LISTS = path.resolve('../shared/data/warninglists');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dismantle-lists-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: unknown): Promise<void> {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(
    path.join(folder, name, 'list.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

async function refusal(): Promise<string> {
  const lists = await readWarningLists(folder);
  if (lists.ok) throw new Error('expected a refusal');
  expect(lists.problem.code).toBe('input');
  return lists.problem.message;
}

it('reads every list by name, passing over what is none', async () => {
  await write('beta', { name: 'B list', type: 'hostname', version: 20260811, list: ['.shop.example'] });
  await write('alpha', { type: 'cidr', list: [] });
  await mkdir(path.join(folder, '.git'));
  await writeFile(path.join(folder, 'README.md'), '');
  await symlink(path.join(folder, 'beta'), path.join(folder, 'gamma'));
  const lists = await readWarningLists(folder);
  if (!lists.ok) throw new Error(lists.problem.message);
  expect(lists.value.map(({ folder: name, title, version, type }) => [name, title, version, type])).toEqual([
    ['alpha', 'alpha', 'unknown', 'cidr'],
    ['beta', 'B list', '20260811', 'hostname'],
    ['gamma', 'B list', '20260811', 'hostname'],
  ]);
  expect(lists.value[1]?.entries).toEqual([{ covers: 'name-and-below', text: '.shop.example', name: 'shop.example' }]);
});

it('counts odd entries, keeps the first with their reason, and goes on', async () => {
  const list = [
    '198.51.100.0/24',
    7,
    null,
    'x'.repeat(1001),
    ...Array.from({ length: 200 }, () => '010.1.1.1'),
    '192.0.2.1',
  ];
  await write('one', { type: 'cidr', list });
  const lists = await readWarningLists(folder);
  if (!lists.ok) throw new Error(lists.problem.message);
  const [one] = lists.value;
  expect(one?.entries).toHaveLength(2);
  expect(one?.oddCount).toBe(203);
  expect(one?.odd).toHaveLength(100);
  expect(one?.odd[0]).toEqual({ entry: '7', reason: 'not a text' });
  expect(one?.odd[3]).toEqual({ entry: '010.1.1.1', reason: 'not four plain decimal numbers from 0 to 255' });
});

it.each([
  ['{"list": [', 'is not JSON'],
  ['[]', 'is not a JSON object'],
  ['null', 'is not a JSON object'],
  ['{"type": "cidr"}', 'has no "list"'],
  ['{"type": "cidr", "list": {}}', 'has no "list"'],
  ['{"list": []}', 'has the type none'],
  ['{"list": [], "type": "magic"}', 'has the type magic; known are cidr, string, hostname, substring, regex'],
  [JSON.stringify({ type: 'string', list: Array.from({ length: 1_000_001 }, () => 0) }), 'above 1000000'],
  [DEEP, 'is not a JSON object'],
  [`{"type": "cidr", "list": ${DEEP}}`, 'has an array among its entries'],
  [`{"type": "cidr", "list": ["192.0.2.1", {"entry": "192.0.2.2"}]}`, 'has an object among its entries'],
  [`{"type": ${DEEP}, "list": []}`, 'has the type (an array)'],
])('refuses them all for one broken list, naming the file and why', async (content, reason) => {
  await write('good', { type: 'cidr', list: [] });
  await write('broken', content);
  const message = await refusal();
  expect(message).toContain(path.join(folder, 'broken', 'list.json'));
  expect(message).toContain(reason);
});

it('refuses a folder without lists, and a list folder without its file', async () => {
  expect(await refusal()).toContain('holds no folders');
  await mkdir(path.join(folder, 'empty'));
  expect(await refusal()).toContain(path.join('empty', 'list.json'));
  await rm(folder, { recursive: true });
  expect(await refusal()).toContain('cannot be read');
});

it.skipIf(!existsSync(REAL_LISTS))(
  'reads all 28 real lists with no odd entry (skipped without ../shared/data)',
  async () => {
    const lists = await readWarningLists(REAL_LISTS);
    if (!lists.ok) throw new Error(lists.problem.message);
    expect(lists.value).toHaveLength(28);
    expect(lists.value.filter((list) => list.oddCount > 0).map((list) => list.folder)).toEqual([]);
    expect(lists.value.find((list) => list.folder === 'public-dns-v4')?.entries).toHaveLength(62_745);
  },
);
