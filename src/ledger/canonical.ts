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
  // ECMAScript's own serializer is many times faster, and right for every value whose keys are in order already.
  return isInOrder(value, 0) ? JSON.stringify(value) : write(value);
}

/** Whether the keys of all objects inside stand in canonical order; throws for what is not JSON. */
function isInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new NotCanonicalizable('a lone surrogate');
      return true;
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalizable(String(value));
      return true;
    case 'boolean':
      return true;
    case 'object':
      break;
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new NotCanonicalizable(typeof value);
  }
  if (value === null) return true;
  if (depth >= MAX_DEPTH) throw new NotCanonicalizable(`nesting beyond ${MAX_DEPTH} levels`);
  let inOrder = true;
  if (Array.isArray(value)) {
    // By index, not by iteration: a hole must be seen as undefined, and refused.
    for (let index = 0; index < value.length; index++) {
      if (!isInOrder(value[index], depth + 1)) inOrder = false;
    }
    return inOrder;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonicalizable('an object of a class');
  let last = '';
  for (const [key, member] of Object.entries(value)) {
    if (!key.isWellFormed()) throw new NotCanonicalizable('a lone surrogate');
    if (key < last) inOrder = false;
    last = key;
    if (!isInOrder(member, depth + 1)) inOrder = false;
  }
  return inOrder;
}

/** The slow way, for values that `isInOrder` has found to be JSON. */
function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(',')}}`;
}
