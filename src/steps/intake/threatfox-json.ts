import type { RawRow } from './format.ts';
import { MAX_ELEMENT_CHARACTERS, readJsonElements } from '../../domain/json-elements.ts';
import type { JsonElement } from '../../domain/json-elements.ts';
import { objectOf, oneLine, parseJson, rejectedRow, seenBetween, shownWord, statedBy, textField } from './json-row.ts';

const SERVER_TYPES: ReadonlySet<string> = new Set(['ip:port', 'domain', 'url']);

/**
 * ThreatFox: what its API answers, `{"query_status": "ok", "data": [{…}]}` (one object where one entry was asked for by
 * its number), and what it exports, `{"<number>": [{…}], …}`. The two name the same fields differently.
 */
export async function* readThreatfoxRows(text: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const single = new SingleEntry();
  for await (const element of readJsonElements(text, [['query_status'], ['*', '*']], { root: 'object' })) {
    const [key, entry] = element.path;
    if (element.text === null) single.discard();
    if (key === 'query_status' && element.text !== null) yield* refusal(element);
    else if (key === 'data' && typeof entry === 'string' && element.text !== null) single.add(element, entry);
    else yield toRow(element, typeof key === 'string' && /^\d+$/.test(key) ? key : '');
  }
  const element = single.element();
  if (element !== null) yield toRow(element, '');
}

/** An answer that is a list, or says that there was nothing to list, is no refusal. */
function* refusal(element: JsonElement): Generator<RawRow> {
  const status: unknown = parseJson(element.text ?? '');
  if (status === 'ok' || status === 'no_result') return;
  const word = typeof status === 'string' ? shownWord(status) : 'something else than text';
  yield rejectedRow(element.line, oneLine(element.text ?? ''), `ThreatFox answered ${word} and no list`);
}

/** The fields of an answer that is one entry, put together again; the scanner has cut it into its fields. */
class SingleEntry {
  private readonly fields: string[] = [];
  private characters = 0;
  private line = 0;
  private isWhole = true;

  /** What is not whole might lack the very field that speaks against it. */
  discard(): void {
    this.isWhole = false;
  }

  add(element: JsonElement, key: string): void {
    const field = `${JSON.stringify(key)}:${element.text ?? 'null'}`;
    if (this.fields.length === 0) ({ line: this.line } = element);
    this.characters += field.length;
    if (this.characters <= MAX_ELEMENT_CHARACTERS) this.fields.push(field);
  }

  element(): JsonElement | null {
    if (this.fields.length === 0 || !this.isWhole) return null;
    const { line } = this;
    if (this.characters <= MAX_ELEMENT_CHARACTERS) return { path: ['data'], line, text: `{${this.fields.join(',')}}` };
    return { path: ['data'], line, text: null, reason: `longer than ${MAX_ELEMENT_CHARACTERS} characters` };
  }
}

/** The API gives a list, the export a text with commas. */
function tagsOf(tags: unknown): readonly string[] {
  if (typeof tags === 'string') return tags.split(',');
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

function toRow(element: JsonElement, number: string): RawRow {
  const parsed = objectOf(element);
  if (!parsed.ok) return parsed.problem;
  const entry = parsed.value;
  const field = (...names: readonly string[]): string =>
    names.map((name) => textField(entry, name)).find((text) => text !== '') ?? '';
  const { line } = element;
  const value = oneLine(element.text ?? '');
  const observable = field('ioc_value', 'ioc');
  if (observable === '') return rejectedRow(line, value, 'the entry has no ioc');
  const type = field('ioc_type');
  if (type !== '' && !SERVER_TYPES.has(type)) return rejectedRow(line, value, `${shownWord(type)} names no server`);
  const threat = field('threat_type');
  if (threat !== '' && threat !== 'botnet_cc') {
    return rejectedRow(line, value, `${shownWord(threat)} is not the threat of a command-and-control server`);
  }
  return {
    line,
    value,
    observable,
    ...seenBetween(field('first_seen_utc', 'first_seen'), field('last_seen_utc', 'last_seen')),
    label: field('malware_printable', 'malware'),
    reference: field('reference', 'id') || number || null,
    ...statedBy(tagsOf(entry['tags'])),
  };
}
