import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEUTRAL_FACTS } from '../../domain/method-example.ts';
import type { MethodExample } from '../../domain/method-example.ts';
import { readExamples } from './read-examples.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'examples-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const file = (): string => join(folder, 'examples.yaml');

async function read(text: string | Uint8Array): Promise<readonly MethodExample[]> {
  await writeFile(file(), text);
  const examples = await readExamples(file());
  if (!examples.ok) throw new Error(examples.problem.message);
  return examples.value;
}

/** What is said of a file that is refused, without its folder. */
async function refusal(text: string | Uint8Array): Promise<string> {
  await writeFile(file(), text);
  const examples = await readExamples(file());
  if (examples.ok) return 'accepted';
  expect(examples.problem).toMatchObject({ code: 'usage', hint: expect.stringContaining('examples/counsel') });
  return examples.problem.message.replaceAll(`${folder}/`, '');
}

const ONE = '  - name: one\n    facts: { kind: dedicated }\n    expect: { approvals: 2 }\n';

describe('examples', () => {
  it('take neutral values for the facts that they leave out, and know their lines', async () => {
    const examples = await read(
      `# by counsel\nexamples:\n${ONE}  - name: two\n    facts: { country: NO, contact: none }\n    expect:\n      row: csirt-referral\n      asks: [isolate, preserve]\n      deadlineHours: null\n`,
    );
    expect(examples).toEqual([
      { name: 'one', line: 3, facts: { ...NEUTRAL_FACTS, kind: 'dedicated' }, expect: { approvals: 2 } },
      {
        name: 'two',
        line: 6,
        facts: { ...NEUTRAL_FACTS, country: 'NO', contact: 'none' },
        expect: { row: 'csirt-referral', asks: ['preserve', 'isolate'], deadlineHours: null },
      },
    ]);
  });

  it('may be a plain list, JSON, and name one ask without a list', async () => {
    expect(await read(ONE.replaceAll(/^ {2}/gm, ''))).toHaveLength(1);
    const [example] = await read('[{"name": "one", "facts": {"country": null}, "expect": {"asks": "none"}}]');
    expect(example).toMatchObject({ facts: { country: null }, expect: { asks: ['none'] } });
  });
});

describe('a file that is refused, with file and line', () => {
  it.each([
    ['an unknown fact', ONE.replace('kind:', 'sort:'), 'examples.yaml:3: unknown fact "sort"; allowed are: capacity,'],
    ['an unknown value', ONE.replace('dedicated', 'rented'), 'examples.yaml:3: kind "rented"; allowed is: dedicated,'],
    [
      'a made-up country',
      ONE.replace('kind: dedicated', 'country: UK'),
      'examples.yaml:3: country "UK"; allowed is: two',
    ],
    ['a country in words', ONE.replace('kind: dedicated', 'country: Brazil'), 'country "Brazil"; allowed is'],
    ['a fact that is a list', ONE.replace('dedicated', '[dedicated]'), 'kind ["dedicated"]; allowed is'],
    ['an unknown expectation', ONE.replace('approvals', 'approval'), 'examples.yaml:4: unknown expectation "approval"'],
    ['a wrong number', ONE.replace('approvals: 2', 'approvals: two'), 'approvals "two"; allowed is: a whole number'],
    ['an unknown ask', ONE.replace('approvals: 2', 'asks: [destroy]'), 'asks ["destroy"]; allowed is: preserve,'],
    ['no asks at all', ONE.replace('approvals: 2', 'asks: []'), 'asks'],
    [
      'an unknown method',
      ONE.replace('approvals: 2', 'method: hack-back'),
      'method "hack-back"; allowed is: abuse-notice',
    ],
    ['nothing expected', ONE.replace('{ approvals: 2 }', '{}'), 'examples.yaml:2: expect has to say something'],
    ['no expect', ONE.replace(/ {4}expect.*\n/, ''), 'examples.yaml:2: expect has to be a mapping'],
    ['no facts', ONE.replace(/ {4}facts.*\n/, ''), 'examples.yaml:2: facts has to be a mapping'],
    ['no name', ONE.replace('name: one', 'title: one'), 'unknown key "title"'],
    ['an empty name', ONE.replace('name: one', 'name: ""'), 'an example needs a name'],
    ['a name that stands twice', ONE + ONE, 'examples.yaml:5: the name "one" stands in line 2 already'],
    [
      'a key that stands twice',
      ONE.replace('{ kind: dedicated }', '{ kind: dedicated, kind: unknown }'),
      'not readable',
    ],
    [
      'an alias',
      ONE.replace('dedicated', '&x dedicated') + ONE.replace('one', 'two').replace('dedicated', '*x'),
      'aliases',
    ],
    ['a tag', ONE.replace('dedicated', '!secret dedicated'), 'examples.yaml:3'],
    ['something that is no mapping', '  - one\n', 'an example has name, facts and expect'],
    ['no example', '', 'a list of examples was expected'],
  ])('%s', async (_what, examples, reason) => {
    expect(await refusal(`examples:\n${examples}`)).toContain(reason);
  });

  it('is refused when it is broken, of another kind, too large or not there', async () => {
    expect(await refusal('')).toContain('examples.yaml');
    expect(await refusal('examples: [')).toContain('not readable as YAML');
    expect(await refusal('examples: []\nmore: 1\n')).toContain('unknown key "more"');
    expect(await refusal(`examples:\n${ONE}---\nexamples:\n${ONE}`)).toContain('more than one YAML document');
    expect(await refusal(new Uint8Array([0xff, 0xfe, 0x00]))).toContain('is not UTF-8 text');
    expect(await refusal('#'.repeat(1024 * 1024 + 1))).toContain('at most 1048576');
    const gone = await readExamples(join(folder, 'gone.yaml'));
    expect(gone).toMatchObject({ ok: false, problem: { code: 'usage' } });
    expect(await readExamples(folder)).toMatchObject({ ok: false });
  });

  it('shows the first few of many faults and counts the rest', async () => {
    const many = Array.from({ length: 30 }, (_, number) => ONE.replace('one', `n${number}`).replace('kind', 'sort'));
    const lines = (await refusal(`examples:\n${many.join('')}`)).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('… and 20 more');
  });
});
