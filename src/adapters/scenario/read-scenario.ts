import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document } from 'yaml';
import { problem } from '../../domain/problem.ts';
import type { Scenario } from '../../domain/scenario.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** Those that come with the program; the folder stands at the package's root, for src/ and dist/ alike. */
const OWN_SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const MAX_BYTES = 1024 * 1024;
const MAX_COMPLAINTS = 10;
const MAX_ALIASES = 100;

/** The names of the scenarios that come with the program. */
export async function ownScenarios(): Promise<readonly string[]> {
  const files = await readdir(OWN_SCENARIOS);
  return files
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .toSorted();
}

/**
 * Reads a scenario by its name, or from a file of the user's own. Every complaint names file, line, field, value and what is
 * allowed. @throws a problem where there is none, or it cannot be played
 */
export async function readScenario(named: string): Promise<Scenario> {
  const own = await ownScenarios();
  const path = own.includes(named) ? join(OWN_SCENARIOS, `${named}.yaml`) : named;
  const text = await textOf(path, named, own);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw broken([`${path}:${lines.linePos(fault.pos[0]).line}: ${fault.message.split('\n')[0] ?? ''}`]);
  }
  const value = valueOf(document, path, lines);
  const read = scenarioSchema.safeParse(value);
  if (!read.success) {
    const lineOf = (steps: readonly PropertyKey[]): number => lines.linePos(offsetOf(document.contents, steps)).line;
    throw broken(
      read.error.issues.map(
        ({ path: steps, message }) =>
          `${path}:${lineOf(steps)}: ${steps.length === 0 ? 'the scenario' : steps.join('.')}: ${shown(valueAt(value, steps))}; ${message}`,
      ),
    );
  }
  const { scenario: name, ...rest } = read.data;
  return { name, ...rest };
}

/** What the document says. Aliases can make a short file a very long one, and may name what is nowhere. */
function valueOf(document: Document.Parsed, path: string, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    const aliases: Alias[] = [];
    visit(document, { Alias: (_, alias) => void aliases.push(alias) });
    const lost = aliases.find((alias) => alias.resolve(document) === undefined);
    const line = lines.linePos((lost ?? aliases[0])?.range?.[0] ?? 0).line;
    throw broken([
      lost === undefined
        ? `${path}:${line}: aliases that stand for more than ${MAX_ALIASES} values; write them out`
        : `${path}:${line}: *${lost.source}; an alias of an anchor that stands before it`,
    ]);
  }
}

/** Where a field stands in the text, or the nearest thing around it that is there. */
function offsetOf(contents: unknown, steps: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const step of steps) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      if (isNode(pair.key) && Array.isArray(pair.key.range)) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node) && Array.isArray(node.range)) offset = node.range[0];
    } else return offset;
  }
  return offset;
}

async function textOf(path: string, named: string, own: readonly string[]): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw broken([`${path}: larger than 1 MiB; this is no scenario`]);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof Error && 'problem' in cause) throw cause;
    throw problem(
      'not-found',
      `there is no scenario "${named}", and no file of that name can be read`,
      `Known ones: ${own.join(', ')}; or give the path of a file (docs/scenarios.md says what stands in it)`,
      cause,
    );
  }
}

function broken(complaints: readonly string[]): Error {
  const more = complaints.length - MAX_COMPLAINTS;
  const shownOnes = more > 0 ? [...complaints.slice(0, MAX_COMPLAINTS), `… and ${more} more`] : complaints;
  return problem('input', shownOnes.join('\n'), 'Correct the scenario; docs/scenarios.md says what each field takes');
}

function valueAt(value: unknown, steps: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return found;
    found = Object.entries(found).find(([key]) => key === String(step))?.[1];
  }
  return found;
}

function shown(value: unknown): string {
  if (value === undefined) return 'is missing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
