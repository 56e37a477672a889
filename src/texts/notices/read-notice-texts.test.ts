import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyNoticeTexts, readNoticeTexts, unknownTexts } from './read-notice-texts.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dismantle-texts-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(root, 'texts-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

test('a folder of the user goes before ours, one text at a time', async () => {
  const folder = await folderOf({ 'en/abuse-notice.txt': '\ufeffSubject: x\n\ny', 'fr/words.txt': 'list.or: ou' });
  const { files, withoutEffect } = await readNoticeTexts(folder);
  const mine = files.findLast(({ language, name }) => language === 'en' && name === 'abuse-notice');
  expect(mine).toMatchObject({
    origin: 'yours',
    text: 'Subject: x\n\ny',
    file: join(folder, 'en', 'abuse-notice.txt'),
  });
  expect(files.findLast(({ name }) => name === 'dsa-notice')).toMatchObject({ origin: 'ours' });
  expect(withoutEffect).toEqual([]);
});

test('what has no effect is told', async () => {
  const folder = await folderOf({
    'abuse-notice.txt': 'x', 'notes/a.txt': 'x', 'en/README.md': 'x', 'en/Bad Name.txt': 'x', '.git/x': 'x',
    'en/abuse-notce.txt': 'x', 'en/my-letter.txt': 'x{{> part-mine}}', 'en/part-mine.txt': 'x',
  }); // prettier-ignore
  const { files, withoutEffect } = await readNoticeTexts(folder);
  expect(withoutEffect).toHaveLength(4);
  expect(withoutEffect.join('\n')).toContain(
    'abuse-notice.txt has no effect: texts stand in a folder for each language',
  );
  expect(unknownTexts(files, new Set(['my-letter']))).toEqual([
    `${join(folder, 'en', 'abuse-notce.txt')} has no effect: no row of the method table and no text names "abuse-notce"`,
  ]);
});

test('a folder that is not there is a problem, not our texts in its place', async () => {
  await expect(readNoticeTexts(join(root, 'nowhere'))).rejects.toThrow('cannot be read');
});

test('ours can be copied to begin with, and nothing is ever written over', async () => {
  const folder = await folderOf({ 'en/abuse-notice.txt': 'mine' });
  const { written, left } = await copyNoticeTexts(folder);
  expect(left).toEqual([join(folder, 'en', 'abuse-notice.txt')]);
  expect(await readFile(join(folder, 'en', 'abuse-notice.txt'), 'utf8')).toBe('mine');
  expect(written).toContain(join(folder, 'de', 'words.txt'));
  expect(await copyNoticeTexts(folder)).toMatchObject({ written: [] });
  await expect(copyNoticeTexts(join(folder, 'en', 'abuse-notice.txt'))).rejects.toThrow('cannot be written');
});
