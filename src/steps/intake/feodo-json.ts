import type { RawRow } from './format.ts';
import { readJsonElements } from '../../domain/json-elements.ts';
import type { JsonElement } from '../../domain/json-elements.ts';
import { objectOf, oneLine, portField, rejectedRow, seenBetween, textField } from './json-row.ts';

/**
 * Feodo Tracker's block list as JSON: a list of controllers. Its `hostname` is what the address's reverse entry says,
 * which the address's owner writes: no observable of the botnet.
 */
export async function* readFeodoJsonRows(text: AsyncIterable<string>): AsyncGenerator<RawRow> {
  for await (const element of readJsonElements(text, [['*']], { root: 'list' })) yield toRow(element);
}

function toRow(element: JsonElement): RawRow {
  const parsed = objectOf(element);
  if (!parsed.ok) return parsed.problem;
  const entry = parsed.value;
  const { line } = element;
  const value = oneLine(element.text ?? '');
  const observable = textField(entry, 'ip_address');
  if (observable === '') return rejectedRow(line, value, 'the entry has no ip_address');
  const status = textField(entry, 'status').toLowerCase();
  return {
    line,
    value,
    observable,
    port: portField(entry, 'port'),
    ...seenBetween(textField(entry, 'first_seen'), textField(entry, 'last_online')),
    status: status === 'online' || status === 'offline' ? status : null,
    label: textField(entry, 'malware'),
  };
}
