import { plainText } from '../plain-text.ts';

/*
 * Reading JSON that a stranger wrote: each of these takes any value and gives what is asked for or nothing.
 */

/** An object's own property. What is inherited (`constructor`, `__proto__`) is nobody's word. */
export function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const own: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return own;
}

/** At most `max` elements; a single object where a list is due counts as a list of one. */
export function list(value: unknown, max: number): readonly unknown[] {
  if (Array.isArray(value)) return value.slice(0, max);
  return typeof value === 'object' && value !== null ? [value] : [];
}

/** One line of text of at most `max` characters, or null. */
export function line(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null;
  const text = plainText(value, max);
  return text === '' ? null : text;
}

/** Lines of text: a list of strings, or one string. */
export function lines(value: unknown, maxLines: number, maxLength: number): readonly string[] {
  const values = typeof value === 'string' ? [value] : list(value, maxLines);
  return values.map((entry) => line(entry, maxLength)).filter((text) => text !== null);
}

/** Lower-case words: roles, types, statuses. */
export function words(value: unknown, max: number): readonly string[] {
  return lines(value, max, 100).map((text) => text.toLowerCase());
}
