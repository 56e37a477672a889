import { parseInstant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { kindOfTags } from '../../domain/stated-kind.ts';
import type { RawRow } from './format.ts';
import type { JsonElement } from '../../domain/json-elements.ts';

/** An object as a source wrote it: any field may be missing or of another kind than its format says. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** More than rejects.csv shows, so that a cut can be seen there. */
const MAX_VALUE_CHARACTERS = 1000;

/** The object that an element holds, or the row that tells why there is none. */
export function objectOf(element: JsonElement): Result<JsonObject, RawRow> {
  if (element.text === null) return failure(rejectedRow(element.line, '', element.reason));
  const value = parseJson(element.text);
  if (isJsonObject(value)) return success(value);
  const reason = value === undefined ? 'this entry is not JSON' : 'this entry is not an object';
  return failure(rejectedRow(element.line, oneLine(element.text), reason));
}

/** What the text says, or undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function rejectedRow(line: number, value: string, reason: string): RawRow {
  return { line, value, observable: null, reason };
}

/** A field's text or number; "" where there is none. */
export function textField(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

/** A port as text. What is neither text nor number stays visible, so that it is refused later and not passed over. */
export function portField(object: JsonObject, name: string): string {
  const value = object[name];
  if (value === undefined || value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : typeof value;
}

/** A field's list; an empty one where there is none. */
export function listField(object: JsonObject, name: string): readonly unknown[] {
  const value = object[name];
  return Array.isArray(value) ? value : [];
}

/** The texts in a field's list. */
export function textsField(object: JsonObject, name: string): readonly string[] {
  return listField(object, name).filter((entry) => typeof entry === 'string');
}

/** When a source saw something first and last; a date that cannot be read is told. */
export function seenBetween(first: string, last: string): Pick<RawRow, 'firstSeen' | 'lastSeen' | 'dateNotRead'> {
  const firstSeen = parseInstant(first);
  const lastSeen = parseInstant(last);
  const dateNotRead = firstSeen === null && first !== '' ? first : lastSeen === null ? last : '';
  return dateNotRead === '' ? { firstSeen, lastSeen } : { firstSeen, lastSeen, dateNotRead: shownWord(dateNotRead) };
}

/** What tags say that the host is; nothing where they say nothing. */
export function statedBy(tags: readonly string[]): Pick<RawRow, 'statedKind'> {
  const statedKind = kindOfTags(tags);
  return statedKind === null ? {} : { statedKind };
}

/** The text of an element for rejects.csv: one line, and not more than is shown there. */
export function oneLine(text: string): string {
  return text.slice(0, MAX_VALUE_CHARACTERS).replaceAll(/\s+/g, ' ');
}

/** A source's own word for something, fit to stand in a reason. */
export function shownWord(word: string): string {
  return plainText(word, 80);
}
