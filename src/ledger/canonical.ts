/** What JSON can say (RFC 8259). */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deeper values are refused: they would end in a stack overflow, here or at whoever audits. */
export const MAX_DEPTH = 100;

/** A value that has no canonical form. */
export class NotCanonicalizable extends Error {
  constructor(what: string) {
    super(`${what} has no canonical JSON form`);
    this.name = 'NotCanonicalizable';
  }
}

/**
 * The canonical text of a JSON value (RFC 8785): no white space, keys sorted by UTF-16 code units (section 3.2.3),
 * numbers and strings as ECMAScript writes them (sections 3.2.2.2 and 3.2.2.3).
 *
 * Throws NotCanonicalizable for everything that is not JSON: NaN, infinities, undefined (missing properties too),
 * bigint, functions, lone surrogates, objects other than plain ones and arrays, and nesting beyond MAX_DEPTH.
 */
export function canonicalJson(value: unknown): string {
  const found = { isPlain: true };
  const sorted = inOrder(value, 0, found);
  // ECMAScript's own serializer is many times faster than ours, and takes keys in the order in which they stand.
  return found.isPlain ? JSON.stringify(sorted) : write(value);
}

/**
 * The value with the keys of all objects inside in canonical order: itself where they are so already, otherwise a copy. Throws for
 * what is not JSON. Not plain is what has keys whose place in an object is not ours to choose: whole numbers and `__proto__`.
 */
function inOrder(value: unknown, depth: number, found: { isPlain: boolean }): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new NotCanonicalizable('a lone surrogate');
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalizable(String(value));
      return value;
    case 'boolean':
      return value;
    case 'object':
      break;
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new NotCanonicalizable(typeof value);
  }
  if (value === null) return value;
  if (depth >= MAX_DEPTH) throw new NotCanonicalizable(`nesting beyond ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    // By index, not by iteration: a hole must be seen as undefined, and refused.
    for (let index = 0; index < value.length; index++) {
      const member: unknown = value[index];
      const sorted = inOrder(member, depth + 1, found);
      if (sorted !== member) (copy ??= [...value])[index] = sorted;
    }
    return copy ?? value;
  }
  if (!isPlainObject(value)) throw new NotCanonicalizable('an object of a class');
  const keys = Object.keys(value);
  let isSame = true;
  let last = '';
  for (const key of keys) {
    if (!key.isWellFormed()) throw new NotCanonicalizable('a lone surrogate');
    if (key < last) isSame = false;
    last = key;
    const first = key.charCodeAt(0);
    if ((first >= DIGIT_0 && first <= DIGIT_9) || key === '__proto__') found.isPlain = false;
  }
  if (!isSame) keys.sort();
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    const member = value[key];
    const sorted = inOrder(member, depth + 1, found);
    if (sorted !== member) isSame = false;
    copy[key] = sorted;
  }
  return isSame ? value : copy;
}

const DIGIT_0 = 48;
const DIGIT_9 = 57;

function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The slow way, for values that `inOrder` has found to be JSON. */
function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`;
}
