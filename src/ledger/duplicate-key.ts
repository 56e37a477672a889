/** One token of interest: a string, or a bracket, brace or comma. Numbers and words are skipped. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},]/gs;

/**
 * The first key that stands twice in one object of a JSON text, or null. `JSON.parse` keeps the last of the two in
 * silence, so two readers may see different values (RFC 8259 section 4). The text must be valid JSON.
 */
export function duplicateKey(text: string): string | null {
  /** The keys seen in each open object; null stands for an open array. */
  const open: (Set<string> | null)[] = [];
  let keyIsNext = false;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') {
      open.push(new Set());
      keyIsNext = true;
    } else if (token === '[') {
      open.push(null);
      keyIsNext = false;
    } else if (token === '}' || token === ']') {
      open.pop();
      keyIsNext = false;
    } else if (token === ',') {
      keyIsNext = (open.at(-1) ?? null) !== null;
    } else if (keyIsNext) {
      // Parsed, because "a" and "\u0061" are the same key.
      const key: unknown = JSON.parse(token);
      const keys = open.at(-1) ?? new Set();
      if (typeof key === 'string') {
        if (keys.has(key)) return key;
        keys.add(key);
      }
      keyIsNext = false;
    }
  }
  return null;
}
