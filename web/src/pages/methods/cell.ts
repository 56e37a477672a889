/*
 * A cell of the method table in words: anything, one of these, none of these. Its source is FEEL (DMN 1.3); the service judges it, and
 * what this does not understand stays as it is written.
 */

export interface Condition {
  readonly mode: 'any' | 'is' | 'not';
  /** Null: not known. Empty for anything. */
  readonly values: readonly (string | null)[];
}

const ITEM = /^\s*(?:"([^"\\]*)"|(null))\s*$/;

/** Null: it is written in a way that has no words here. */
export function readCell(text: string): Condition | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '-') return { mode: 'any', values: [] };
  const negated = /^not\(([^()]*)\)$/.exec(trimmed)?.[1];
  const values: (string | null)[] = [];
  for (const item of (negated ?? trimmed).split(',')) {
    const found = ITEM.exec(item);
    if (found === null) return null;
    values.push(found[1] ?? null);
  }
  return { mode: negated === undefined ? 'is' : 'not', values };
}

export function writeCell({ mode, values }: Condition): string {
  if (mode === 'any' || values.length === 0) return '-';
  const list = values.map((value) => (value === null ? 'null' : `"${value}"`)).join(',');
  return mode === 'not' ? `not(${list})` : list;
}

/** What an output cell says: a text in quotes, a number, yes or no, or nothing; null where it says nothing. */
export function readOutput(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === 'null') return null;
  if (!trimmed.startsWith('"')) return trimmed;
  return trimmed.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}

export function writeText(text: string): string {
  return `"${text.replaceAll(/\s+/g, ' ').replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
