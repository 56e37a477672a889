/**
 * The tokens of interest in a JSON text: strings, brackets, braces and commas; numbers and words are skipped. By hand,
 * since a pattern for strings runs out of stack on one of some megabytes.
 */
function* tokens(text: string): Generator<string> {
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '"') {
      const start = index;
      index = text.indexOf('"', index + 1);
      while (index >= 0 && isEscaped(text, index)) index = text.indexOf('"', index + 1);
      if (index < 0) return;
      yield text.slice(start, index + 1);
    } else if ('[]{},'.includes(character)) {
      yield character;
    }
  }
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, index: number): boolean {
  let before = index - 1;
  while (text.charAt(before) === '\\') before -= 1;
  return (index - before) % 2 === 0;
}

/**
 * The first key that stands twice in one object of a JSON text, or null. `JSON.parse` keeps the last of the two in
 * silence, so two readers may see different values (RFC 8259 section 4). The text must be valid JSON.
 */
export function duplicateKey(text: string): string | null {
  /** The keys seen in each open object; null stands for an open array. */
  const open: (Set<string> | null)[] = [];
  let keyIsNext = false;
  for (const token of tokens(text)) {
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
