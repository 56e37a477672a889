import { expect, test } from 'vitest';
import type { FetchAnswer } from '../../ports/fetcher.ts';
import { readManifest } from './misp-manifest.ts';
import { readObjectsPage } from './taxii-answers.ts';

const MIB = 1024 * 1024;

function answer(text: string): FetchAnswer {
  const headers = { 'content-type': 'application/taxii+json;version=2.1' };
  return {
    status: 200,
    headers,
    body: Buffer.from(text),
    url: 'https://feed.example/',
    address: '192.0.2.1',
    retryAfterMs: null,
  };
}

/** How often everything else had its turn meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return turns;
}

const uuid = (index: number): string => `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

test.each<[string, string]>([
  ['of nothing but brackets', `{"objects":[${'['.repeat(4 * MIB - 20)}${']'.repeat(4 * MIB - 20)}]}`],
  ['of one object with very many keys', `{"objects":[{${Array.from({ length: 500_000 }, (_, index) => `"k${index}":1`).join(',')}}]}`],
  ['of a thousand long objects', `{"objects":[${Array.from({ length: 1000 }, () => `{"type":"tool","x":"${'x'.repeat(7000)}"}`).join(',')}]}`],
])('a page %s is read with turns for everything else', async (_what, page) => {
  expect(await turnsDuring(() => readObjectsPage(answer(page)))).toBeGreaterThan(page.length / MIB * 10);
}); // prettier-ignore

test('a manifest is read with turns for everything else, and so are its entries', async () => {
  const manifest = `{${Array.from({ length: 200_000 }, (_, index) => `"${uuid(index)}":{"timestamp":"1"}`).join(',')}}`;
  expect(await turnsDuring(() => readManifest(Buffer.from(manifest)))).toBeGreaterThan(300);
});

test('a page is its objects as they stand there, what cannot be taken left out, and where to go on', async () => {
  const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
  const page = await readObjectsPage(answer(`{"objects":[{"a": 1.0},7,"x",[] , nul,${deep},"${'x'.repeat(2 * MIB)}"],"more":true,"next":"a\\u0062"}`));
  expect(page).toEqual({
    ok: true,
    value: {
      objects: ['{"a": 1.0}', '7', '"x"', '[]', 'nul'],
      leftOut: ['an object is nested deeper than 100 levels', 'an object is longer than 1048576 characters'],
      more: true,
      next: 'ab',
      lastAdded: null,
    },
  });
  expect(await readObjectsPage(answer('{}'))).toMatchObject({ ok: true, value: { objects: [], more: false, next: null } });
  for (const [text, problem] of [
    ['', /not JSON: there is no JSON document/],
    ['[]', /not JSON: the document is not a JSON object/],
    ['{"objects":[1', /not JSON: the file ends/],
    ['{"objects":{}}', /"objects" is no list/],
    ['{"objects":7}', /"objects" is no list/],
    ['{"more":1}', /does not say whether there is more/],
    ['{"more":true,"next":{"toString":1}}', /names no place/],
    [`{"more":true,"next":"${'x'.repeat(4001)}"}`, /names no place/],
    [`{"objects":[${'1,'.repeat(100_001)}1]}`, /more than 100000 entries/],
  ] as const) {
    const read = await readObjectsPage(answer(text));
    expect(read.ok ? 'it was read' : read.problem, text.slice(0, 40)).toMatch(problem);
  }
}); // prettier-ignore

test('a manifest is its events, the last of the same name, and a sentence for each that is none', async () => {
  const entries = [
    [uuid(1), '{"timestamp":"1"}'], [uuid(2), '{"timestamp":2}'], [uuid(1), '{"timestamp":"3"}'], ['../../secret', '{"timestamp":"1"}'],
    [uuid(3), '{}'], [uuid(4), '{"timestamp":{"toString":1}}'], [uuid(5), 'nul'], [uuid(6), '7'],
  ]; // prettier-ignore
  const read = await readManifest(Buffer.from(`{${entries.map(([name, entry]) => `"${name}":${entry}`).join(',')}}`));
  expect(read).toMatchObject({ ok: true, value: { events: [{ uuid: uuid(1), stamp: '3' }, { uuid: uuid(2), stamp: '2' }] } });
  expect(read.ok ? read.value.leftOut.length : 0).toBe(5);
  for (const text of ['[]', '', '{"a"', 'x']) expect((await readManifest(Buffer.from(text))).ok).toBe(false);
}); // prettier-ignore
