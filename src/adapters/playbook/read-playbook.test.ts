import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DmnModdle } from 'dmn-moddle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHOD_INPUTS } from '../../domain/method-table.ts';
import type { MethodInput, MethodTable } from '../../domain/method-table.ts';
import { buildMethodTable } from './build-method-table.ts';
import { readDecisionTable } from './decision-table.ts';
import { readPlaybook } from './read-playbook.ts';

const DEFAULT_FILE = join(import.meta.dirname, '../../../playbooks/default.dmn');

let folder: string;
let original: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playbook-'));
  original = await readFile(DEFAULT_FILE, 'utf8');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

let files = 0;
async function written(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${++files}.dmn`);
  await writeFile(path, content);
  return path;
}

/** The message of the problem that a path makes, or "accepted". */
async function refusal(path: string): Promise<string> {
  const read = await readPlaybook(path);
  if (read.ok) return 'accepted';
  expect(read.problem).toMatchObject({ code: 'input', hint: expect.stringContaining('docs/methods.md') });
  return read.problem.message;
}

async function reaction(content: string | Uint8Array): Promise<string> {
  return refusal(await written(content));
}

/** The default playbook with one thing changed, which must be there to be changed. */
function changed(from: string | RegExp, to: string): string {
  const text = original.replace(from, () => to);
  if (text === original) throw new Error(`nothing to change: ${String(from)}`);
  return text;
}

/** The default playbook with another text in one cell. */
function withCell(row: string, column: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return changed(new RegExp(`(?<=Entry id="${row}\\.${column}"><text>)[^<]*`), escaped);
}

describe('a good file', () => {
  it('gives a table with the hash of its bytes, its rows in order and their annotations', async () => {
    const read = await readPlaybook(DEFAULT_FILE);
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    expect(read.value.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(read.value.name).toBe('dismantle method table');
    expect(read.value.rows[0]?.result.id).toBe('sinkhole');
    expect(read.value.rows[0]?.explanation).toContain('sinkhole');
    expect(read.value.rows.find((row) => row.result.id === 'us-court-order')?.result.asks).toEqual([
      'preserve',
      'null-route',
      'suspend',
      'refuse-re-lease',
      'name-other-servers',
    ]);
  });

  it('reads the same after an editor of the bpmn.io family has saved it with its own attributes', async () => {
    const decorated = original
      .replace(
        '<definitions ',
        '<definitions xmlns:camunda="http://camunda.org/schema/1.0/dmn" xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0" exporter="an editor" ',
      )
      .replace('<decision ', '<decision camunda:historyTimeToLive="180" ')
      .replace('<input id="input-kind"', '<input id="input-kind" biodi:width="192"');
    const moddle = new DmnModdle();
    const { rootElement } = await moddle.fromXML(decorated);
    const { xml } = await moddle.toXML(rootElement);
    const saved = await readPlaybook(await written(xml));
    const first = await readPlaybook(DEFAULT_FILE);
    expect(saved.ok && first.ok).toBe(true);
    if (!saved.ok || !first.ok) return;
    expect(saved.value.rows).toEqual(first.value.rows);
    expect(saved.value.sha256).not.toBe(first.value.sha256);
  });

  it('takes an empty input cell for "anything", and orders the asks whatever order was typed', async () => {
    expect(await reaction(withCell('isp', 'providerType', ''))).toBe('accepted');
    const read = await readPlaybook(await written(withCell('us-court-order', 'asks', '"suspend,preserve"')));
    expect(read.ok && read.value.rows.find((row) => row.result.id === 'us-court-order')?.result.asks).toEqual([
      'preserve',
      'suspend',
    ]);
  });

  it('reads the same rows whatever the order of the columns', async () => {
    // Each pattern finds the "kind" element and the "ground" element that follows it.
    const swapped = original
      .replace(/(<input id="input-kind"[\s\S]*?<\/input>)(\s*)(<input id="input-ground"[\s\S]*?<\/input>)/, '$3$2$1')
      .replace(
        /(<inputEntry id="[^"]*\.kind">.*<\/inputEntry>)(\s*)(<inputEntry id="[^"]*\.ground">.*<\/inputEntry>)/g,
        '$3$2$1',
      );
    const read = await readPlaybook(await written(swapped));
    const first = await readPlaybook(DEFAULT_FILE);
    expect(read.ok && first.ok).toBe(true);
    if (!read.ok || !first.ok) return;
    expect(read.value.columns.slice(2, 4)).toEqual(['ground', 'kind']);
    const cellOf = (table: MethodTable, column: MethodInput): unknown =>
      table.rows.map((row) => row.cells[table.columns.indexOf(column)]);
    for (const column of METHOD_INPUTS) expect(cellOf(read.value, column)).toEqual(cellOf(first.value, column));
  });

  it('takes the annotation of editors that write annotationEntry', async () => {
    const text = changed(/<description>[^<]*<\/description>(?=\s*<inputEntry id="isp\.)/, '').replace(
      /(<outputEntry id="isp\.reviewedByCounsel">.*<\/outputEntry>)/,
      '$1<annotationEntry><text>Said here.</text></annotationEntry>',
    );
    const read = await readPlaybook(await written(text));
    expect(read.ok && read.value.rows.find((row) => row.result.id === 'isp')?.explanation).toBe('Said here.');
  });

  it('minds no drawing elements beside the decision', async () => {
    expect(await reaction(changed('</decision>', '</decision><inputData id="facts" name="facts" />'))).toBe('accepted');
  });

  it('accepts a row without a citation, which is for the check to find', async () => {
    expect(await reaction(withCell('isp', 'citation', '""'))).toBe('accepted');
  });
});

describe('a file that is not what it should be', () => {
  it('is refused when it is missing or a folder, and the path is named', async () => {
    const missing = join(folder, 'missing.dmn');
    expect(await refusal(missing)).toContain(`${missing}: cannot be read`);
    expect(await refusal(folder)).toContain(`${folder}: is not a file`);
  });

  it.skipIf(process.platform === 'win32')('is refused when it is a pipe, without waiting for a writer', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await refusal(pipe)).toContain('is not a file');
  });

  it('is refused when it is too large, not UTF-8, empty, cut short, or not XML', async () => {
    expect(await reaction(`${original}${' '.repeat(2 * 1024 * 1024)}`)).toContain('larger than');
    expect(await reaction(new Uint8Array([0x3c, 0xff, 0xfe]))).toContain('not UTF-8');
    expect(await reaction('')).toContain('not a DMN 1.3 document');
    expect(await reaction('{"rows": []}')).toContain('not a DMN 1.3 document');
    expect(await reaction(original.slice(0, original.length / 2))).toContain('not a DMN 1.3 document');
  });

  it('is refused when it is of another DMN version or another kind of document', async () => {
    expect(await reaction(changed('/DMN/20191111/MODEL/', '/DMN/20180521/MODEL/'))).toContain('not a DMN 1.3 document');
    expect(await reaction('<svg xmlns="http://www.w3.org/2000/svg"/>')).toContain('not a DMN 1.3 document');
  });

  it('is refused when it declares a document type or entities, before anything expands (billion laughs)', async () => {
    const bomb = `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>`;
    expect(await reaction(changed('?>', `?>${bomb}`))).toContain('document type');
    const external = '<!doctype x SYSTEM "file:///etc/hostname">';
    expect(await reaction(changed('?>', `?>${external}`))).toContain('document type');
    expect(await reaction(changed(/(?<=id="isp\.law"><text>)[^<]*/, '"&secret;"'))).toContain(
      'undeclared entity &secret;',
    );
  });

  it('survives elements nested a hundred thousand deep', async () => {
    const nested = `${'<x>'.repeat(100_000)}${'</x>'.repeat(100_000)}`;
    expect(await reaction(changed('</definitions>', `${nested}</definitions>`))).not.toBe('accepted');
  });

  it('is refused under any hit policy but FIRST', async () => {
    for (const policy of ['UNIQUE', 'COLLECT', 'PRIORITY', 'RULE ORDER']) {
      expect(await reaction(changed('hitPolicy="FIRST"', `hitPolicy="${policy}"`))).toContain(
        'hit policy must be FIRST',
      );
    }
    // Absent means UNIQUE (DMN 1.3 section 8.2.8).
    expect(await reaction(changed(' hitPolicy="FIRST"', ''))).toContain('hit policy must be FIRST');
  });

  it('is refused with no decision, two decisions, or one that is no table', async () => {
    const decision = /<decision [\s\S]*<\/decision>/;
    expect(await reaction(changed(decision, '<inputData id="method" name="a" />'))).toContain('exactly one decision');
    expect(await reaction(changed('</decision>', '</decision><decision id="second" name="second" />'))).toContain(
      'exactly one decision',
    );
    expect(
      await reaction(
        changed(
          decision,
          '<decision id="method" name="a"><literalExpression id="b"><text>1</text></literalExpression></decision>',
        ),
      ),
    ).toContain('must be a decision table');
  });

  it('is refused with unknown, missing or repeated columns, which are named', async () => {
    const unknown = await reaction(changed('<text>trust</text>', '<text>trusted</text>'));
    expect(unknown).toContain('input column "trusted" is unknown');
    expect(unknown).toContain('input column "trust" is missing');
    expect(await reaction(changed('name="escalation"', 'name="law"'))).toContain(
      'output column "law" stands there twice',
    );
    expect(await reaction(changed('name="escalation"', 'name="price"'))).toContain('output column "price" is unknown');
  });

  it('is refused when two rows share an id, or a row has none', async () => {
    expect(await reaction(changed('<rule id="isp">', '<rule id="sinkhole">'))).toContain('duplicate ID <sinkhole>');
    expect(await reaction(changed('<rule id="isp">', '<rule>'))).toMatch(/row \d+.*a row has no id/);
    expect(await reaction(changed('<rule id="isp">', '<rule id="../isp">'))).toContain('illegal ID <../isp>');
  });

  it('is refused for an id used twice even if the parser lets both rows through', async () => {
    const decision = await readDecisionTable(original);
    if (!decision.ok) throw new Error(decision.problem.join('\n'));
    const [first] = decision.value.rules;
    if (first === undefined) throw new Error('no rules');
    const built = buildMethodTable({ ...decision.value, rules: [...decision.value.rules, first] }, '00');
    expect(built).toEqual({ ok: false, problem: ['row 74 (sinkhole), its id is used twice'] });
  });

  it('is refused when it has more rows than anyone could review', async () => {
    const rows = Array.from({ length: 1001 }, (_, number) => `<rule id="extra-${number}" />`).join('');
    expect(await reaction(changed('</decisionTable>', `${rows}</decisionTable>`))).toContain('more than 1000 rows');
  });

  it('is refused when a row has a cell too few', async () => {
    expect(await reaction(changed(/<inputEntry id="isp\.trust">.*<\/inputEntry>/, ''))).toMatch(
      /row \d+ \(isp\), it has 8 input and 15 output cells instead of 9 and 15/,
    );
  });

  it('is refused when its cells are in another language than FEEL', async () => {
    expect(
      await reaction(changed('<inputEntry id="isp.trust"', '<inputEntry id="isp.trust" expressionLanguage="juel"')),
    ).toContain('must be FEEL');
  });

  it('shows the first few of many faults and counts the rest', async () => {
    const message = await reaction(
      original.replaceAll('"courtesy"</text></outputEntry>', '"rude"</text></outputEntry>'),
    );
    expect(message.split('\n')).toHaveLength(6);
    expect(message).toMatch(/and \d+ more$/);
  });
});

describe('a bad input cell, named by row and column', () => {
  it.each([
    ['trust', '"bulletprof"', 'is none of cooperative, unknown'],
    ['country', '"UK"', 'write "GB"'],
    ['country', '"Germany"', 'two capital letters'],
    ['country', '"ZZ"', 'null where the country is not known'],
    ['trust', 'null', 'trust is never null'],
    ['trust', 'bulletproof', 'is not allowed'],
    ['trust', '"unknown', 'is not allowed'],
    ['trust', '"unknown" "bulletproof"', 'is not allowed'],
    ['trust', '"unknown",-', 'is not allowed'],
    ['trust', 'not("unknown"', 'is not allowed'],
    ['trust', 'now()', 'is not allowed'],
    ['trust', '? = "unknown"', 'is not allowed'],
    ['trust', 'starts with(?, "un")', 'is not allowed'],
    ['trust', '5', 'is not allowed'],
  ])('%s: %s', async (column, cell, reason) => {
    const message = await reaction(withCell('isp', column, cell));
    expect(message).toContain(reason);
    expect(message).toMatch(/row \d+/);
    expect(message).toContain(`(isp), column ${column}`);
  });

  it('is refused when it is longer than any real one', async () => {
    const message = await reaction(withCell('isp', 'trust', `"${'x'.repeat(5000)}"`));
    expect(message).toMatch(/row \d+.*more than 4000 characters/);
  });
});

describe('a bad output cell, named by row and column', () => {
  it.each([
    ['method', '"hack-back"', 'is none of abuse-notice'],
    ['addressee', '"everybody"', 'is none of'],
    ['asks', '"preserve, destroy"', '"destroy" is none of'],
    ['asks', '"preserve, preserve"', 'names an ask twice'],
    ['asks', '"preserve, none"', 'must stand alone'],
    ['asks', '["preserve"]', 'must be one value'],
    ['approvals', '0', 'whole number from 1'],
    ['approvals', '1.5', 'whole number from 1'],
    ['approvals', '"2"', 'whole number from 1'],
    ['approvals', 'null', 'whole number from 1'],
    ['deadlineHours', '-24', 'must be one value'],
    ['deadlineHours', '100000', 'whole number from 1'],
    ['law', '""', 'must not be empty'],
    ['law', '', 'the cell is empty'],
    ['law', '"a" + "b"', 'must be one value'],
    ['law', 'string(now())', 'must be one value'],
    ['law', 'the law', 'must be one value'],
    ['template', '"../../etc/passwd"', 'must be a name'],
    ['template', '"none"', 'must both be "none"'],
    ['reviewedByCounsel', '"yes"', 'must be true or false'],
  ])('%s: %s', async (column, cell, reason) => {
    const message = await reaction(withCell('isp', column, cell));
    expect(message).toMatch(new RegExp(`row \\d+ \\(isp\\), column ${column}: `));
    expect(message).toContain(reason);
  });
});
