import { readFile, stat } from 'node:fs/promises';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { EXPECTABLE, NEUTRAL_FACTS } from '../../domain/method-example.ts';
import type { MethodExample } from '../../domain/method-example.ts';
import { METHOD_INPUTS, METHOD_INPUT_VALUES, METHOD_OUTPUT_VALUES } from '../../domain/method-table.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_EXAMPLES = 5000;
const MAX_NAME_CHARACTERS = 200;
const MAX_COMPLAINTS = 10;

/**
 * Reads counsel's examples from YAML or JSON (docs/methods.md shows the format). One faulty example refuses the whole
 * file, for a test that was skipped looks like one that passed. Every complaint names file, line, value and what is
 * allowed. Aliases, tags and keys that stand twice are refused. The problem's code is `usage`: nothing was tested.
 */
export async function readExamples(path: string): Promise<Result<readonly MethodExample[]>> {
  const text = await readText(path);
  if (!text.ok) return refuse([`${path}: ${text.problem}`]);
  return parseExamples(path, text.value);
}

/** The same from a text; `path` is what messages call it. */
export function parseExamples(path: string, text: string): Result<readonly MethodExample[]> {
  const complaints: string[] = [];
  const examples = examplesIn(text, (line, reason) => {
    complaints.push(line === null ? `${path}: ${reason}` : `${path}:${line}: ${reason}`);
  });
  return complaints.length > 0 ? refuse(complaints) : success(examples);
}

type Complain = (line: number | null, reason: string) => void;
type LineOf = (node: unknown) => number;

async function readText(path: string): Promise<Result<string, string>> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return failure('is not a file');
    if (facts.size > MAX_BYTES) return failure(`has ${facts.size} bytes; at most ${MAX_BYTES} are taken`);
    return success(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (cause) {
    if (cause instanceof TypeError) return failure('is not UTF-8 text');
    return failure(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function examplesIn(text: string, complain: Complain): readonly MethodExample[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, version: '1.2', schema: 'core', merge: false });
  const [document] = documents;
  if (document === undefined || documents.length > 1) {
    complain(null, document === undefined ? 'the file is empty' : 'the file holds more than one YAML document');
    return [];
  }
  const lineOf: LineOf = (node) => (isNode(node) && node.range ? counter.linePos(node.range[0]).line : 1);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    complain(counter.linePos(error.pos[0]).line, `not readable as YAML: ${error.message.split('\n', 1)[0] ?? ''}`);
    return [];
  }
  const forbidden = forbiddenNode(document);
  if (forbidden !== null) {
    complain(lineOf(forbidden), 'aliases and tags are not taken; write the value out');
    return [];
  }
  const { contents } = document;
  if (isMap(contents)) unknownKeys(contents, ['examples'], lineOf, complain);
  const list = isMap(contents) ? contents.get('examples', true) : contents;
  if (!isSeq(list) || list.items.length === 0) {
    complain(lineOf(list), 'a list of examples was expected under the key "examples"');
    return [];
  }
  if (list.items.length > MAX_EXAMPLES) {
    complain(null, `${list.items.length} examples; at most ${MAX_EXAMPLES} are taken`);
    return [];
  }
  const examples: MethodExample[] = [];
  const lines = new Map<string, number>();
  for (const item of list.items) {
    const line = lineOf(item);
    const example = readExample(item, lineOf, complain);
    if (example === null) continue;
    const earlier = lines.get(example.name);
    if (earlier !== undefined) complain(line, `the name ${quoted(example.name)} stands in line ${earlier} already`);
    lines.set(example.name, line);
    examples.push(example);
  }
  return examples;
}

function forbiddenNode(document: Document): Node | null {
  let found: Node | null = null;
  visit(document, {
    Alias(_key, node) {
      found = node;
      return visit.BREAK;
    },
    Value(_key, node) {
      if (node.tag === undefined) return undefined;
      found = node;
      return visit.BREAK;
    },
  });
  return found;
}

function readExample(item: unknown, lineOf: LineOf, complain: Complain): MethodExample | null {
  const line = lineOf(item);
  if (!isMap(item)) {
    complain(line, 'an example has name, facts and expect');
    return null;
  }
  unknownKeys(item, ['name', 'facts', 'expect'], lineOf, complain);
  const name: unknown = item.get('name');
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_CHARACTERS) {
    complain(line, `an example needs a name of at most ${MAX_NAME_CHARACTERS} characters`);
    return null;
  }
  const facts = readFacts(item.get('facts', true), line, lineOf, complain);
  const expect = readExpectation(item.get('expect', true), line, lineOf, complain);
  return { name: name.trim(), line, facts, expect };
}

/** What a key may hold: the value to take it for, or what is allowed there. */
type ReadValue = Result<unknown, string>;

function readFacts(node: unknown, line: number, lineOf: LineOf, complain: Complain): MethodExample['facts'] {
  const values = readKeys(node, METHOD_INPUTS, 'fact', line, lineOf, complain, (input, value): ReadValue => {
    const vocabulary: readonly string[] | null = METHOD_INPUT_VALUES[input];
    if (vocabulary !== null) return oneOf(vocabulary, value);
    if (value === null || (typeof value === 'string' && /^[A-Z]{2}$/.test(value) && !NO_COUNTRIES.includes(value))) {
      return success(value);
    }
    return failure('two capital letters of ISO 3166-1 (GB, not UK; GR, not EL), or null where it is not known');
  });
  // Each value stands in its column's vocabulary, which is what MethodFacts is made of.
  return { ...NEUTRAL_FACTS, ...values };
}

const NO_COUNTRIES: readonly string[] = ['UK', 'EL', 'ZZ'];

function readExpectation(node: unknown, line: number, lineOf: LineOf, complain: Complain): MethodExample['expect'] {
  const keys = ['row', ...EXPECTABLE] as const;
  const values = readKeys(node, keys, 'expectation', line, lineOf, complain, (key, value): ReadValue => {
    if (key === 'row' || key === 'template') {
      return typeof value === 'string' && value !== '' ? success(value) : failure('a name');
    }
    if (key === 'approvals' || key === 'deadlineHours') {
      if (key === 'deadlineHours' && value === null) return success(value);
      return typeof value === 'number' && Number.isInteger(value) ? success(value) : failure('a whole number');
    }
    if (key !== 'asks') return oneOf(METHOD_OUTPUT_VALUES[key], value);
    const words: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = words.find((word) => !oneOf(METHOD_OUTPUT_VALUES.asks, word).ok);
    if (wrong !== undefined || words.length === 0) return oneOf(METHOD_OUTPUT_VALUES.asks, wrong);
    // As the row has them: least intrusive first.
    return success(METHOD_OUTPUT_VALUES.asks.filter((ask) => words.includes(ask)));
  });
  if (isMap(node) && node.items.length === 0) complain(line, 'expect has to say something');
  return values;
}

/** Reads a mapping key by key; complains of what it is not, of unknown keys and of values that are not allowed. */
function readKeys<Key extends string>(
  node: unknown,
  keys: readonly Key[],
  noun: string,
  line: number,
  lineOf: LineOf,
  complain: Complain,
  read: (key: Key, value: unknown) => ReadValue,
): object {
  if (!isMap(node)) {
    complain(isNode(node) ? lineOf(node) : line, `${noun === 'fact' ? 'facts' : 'expect'} has to be a mapping`);
    return {};
  }
  const values = new Map<Key, unknown>();
  for (const pair of node.items) {
    const key = keys.find((each) => each === keyOf(pair));
    if (key === undefined) {
      complain(lineOf(pair.key), `unknown ${noun} ${quoted(keyOf(pair))}; allowed are: ${keys.join(', ')}`);
      continue;
    }
    const plain = isSeq(pair.value) ? pair.value.items.map(plainOf) : plainOf(pair.value);
    const value = read(key, plain);
    if (value.ok) values.set(key, value.value);
    else complain(lineOf(pair.key), `${key} ${quoted(plain)}; allowed is: ${value.problem}`);
  }
  return Object.fromEntries(values);
}

function unknownKeys(map: YAMLMap, allowed: readonly string[], lineOf: LineOf, complain: Complain): void {
  for (const pair of map.items) {
    if (allowed.includes(keyOf(pair))) continue;
    complain(lineOf(pair.key), `unknown key ${quoted(keyOf(pair))}; allowed are: ${allowed.join(', ')}`);
  }
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** A scalar's value; undefined for anything that holds more. */
function plainOf(node: unknown): unknown {
  return isScalar(node) ? node.value : node === null ? null : undefined;
}

function oneOf(words: readonly string[], value: unknown): ReadValue {
  return words.some((word) => word === value) ? success(value) : failure(words.join(', '));
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'something else';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function refuse(complaints: readonly string[]): Result<never> {
  const more = complaints.length - MAX_COMPLAINTS;
  const shown = more > 0 ? [...complaints.slice(0, MAX_COMPLAINTS), `… and ${more} more`] : complaints;
  return failure({
    code: 'usage',
    message: shown.join('\n'),
    hint: 'Correct the examples; examples/counsel/examples.yaml shows the format, and docs/methods.md explains it',
  });
}
