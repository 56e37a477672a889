import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, afterEach, describe, expect, test } from 'vitest';
import { createInputFiles } from './input-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-folder-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function open(name: string): Promise<readonly string[]> {
  const files = createInputFiles({ spoolDirectory: join(folder, 'spool'), stdin: () => Readable.from([]) });
  const found = await files.open([name]);
  if (!found.ok) {
    expect(found.problem).toMatchObject({ code: 'input', hint: expect.any(String) });
    throw new Error(`${found.problem.message} (${found.problem.hint})`);
  }
  return found.value.map(({ name }) => name);
}

const write = (name: string, content: string | Uint8Array = 'x\n'): Promise<void> =>
  writeFile(join(folder, name), content);

describe('a pattern', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'more', 'deep.csv'), { recursive: true });
    await write('b.csv');
    await write('a.csv', gzipSync('x\n'));
    await write('c.txt');
    await write('.hidden.csv');
    await write('more/d.csv');
    await write('more/deep.csv/e.csv');
    await symlink('..', join(folder, 'more', 'circle'));
  });

  test('gives the files that match, sorted, and passes over folders', async () => {
    const at = (names: string): string[] => names.split(' ').map((name) => join(folder, name));
    expect(await open(join(folder, '*.csv'))).toEqual(at('a.csv b.csv'));
    expect(await open(join(folder, '?.{csv,txt}'))).toEqual(at('a.csv b.csv c.txt'));
    expect(await open(join(folder, '[ab].csv'))).toEqual(at('a.csv b.csv'));
    expect(await open(join(folder, '**', '*.csv'))).toEqual(at('a.csv b.csv more/d.csv more/deep.csv/e.csv'));
  });

  test('that is the name of a file is that file', async () => {
    await write('[a].csv');
    await write('*.csv');
    expect(await open(join(folder, '[a].csv'))).toEqual([join(folder, '[a].csv')]);
    expect(await open(join(folder, '*.csv'))).toEqual([join(folder, '*.csv')]);
  });

  test('that matches nothing is a problem', async () => {
    for (const name of ['*.json', 'nowhere/*.csv', '[', 'more/de*']) {
      await expect(open(join(folder, name))).rejects.toThrow('none that matches it as a pattern');
    }
  });

  test('that matches what cannot be read is a problem that names it', async () => {
    await symlink('nowhere', join(folder, 'dead.csv'));
    await expect(open(join(folder, '*.csv'))).rejects.toThrow(`${join(folder, 'dead.csv')}: there is no such file`);
  });
});

describe('a folder', () => {
  const FIRST = '5d5b9e3a-0f3c-4c1e-9b8e-0a1b2c3d4e5f';
  const SECOND = '0c9f7c1e-7d65-4d6f-8a1b-9e8d7c6b5a40';
  const feed = (name: string): string => join(folder, name);

  test('that is a MISP feed gives the events that its manifest lists', async () => {
    await write('manifest.json', JSON.stringify({ [FIRST]: { info: 'one' }, [SECOND]: { info: 'two' } }));
    await write(`${FIRST}.json`, '{}');
    await write(`${SECOND}.json`, '{}');
    await write('hashes.csv', 'not listed');
    const events = [feed(`${FIRST}.json`), feed(`${SECOND}.json`)];
    expect(await open(folder)).toEqual(events);
    expect(await open(`${folder}/`)).toEqual(events);
  });

  test('whose manifest lists what is not there is a problem', async () => {
    await write('manifest.json', JSON.stringify({ [FIRST]: {}, [SECOND]: {} }));
    await write(`${FIRST}.json`, '{}');
    await expect(open(folder)).rejects.toThrow(`${SECOND}.json: the manifest lists it, and there is no such file`);
    await mkdir(feed(`${SECOND}.json`));
    await expect(open(folder)).rejects.toThrow(`${SECOND}.json: the manifest lists it`);
  });

  test.each([
    ['', 'it is not JSON'],
    ['{', 'it is not JSON'],
    ['[]', 'it is not an object of events'],
    ['null', 'it is not an object of events'],
    ['{"name":"app"}', 'it does not list events by their UUID'],
    [`{"${FIRST}":1}`, 'it does not list events by their UUID'],
    ['{"../../etc/passwd":{}}', 'it does not list events by their UUID'],
    ['{"__proto__":{}}', 'it does not list events by their UUID'],
    ['{}', 'lists no event'],
  ])('whose manifest is %j is no MISP feed', async (manifest, message) => {
    await write('manifest.json', manifest);
    await expect(open(folder)).rejects.toThrow(message);
  });

  test('whose manifest is larger than any is not read', async () => {
    await write('manifest.json', '{}');
    await truncate(feed('manifest.json'), 64 * 1024 ** 2 + 1);
    await expect(open(folder)).rejects.toThrow('larger than 64 MiB');
  });

  test('without a manifest is a problem that says what to name instead', async () => {
    await write('feed.csv');
    await expect(open(folder)).rejects.toThrow(/is a folder, and no MISP feed .*\*\.csv/s);
  });
});
