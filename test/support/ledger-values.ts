/* Values of an exported ledger's lines, read strictly. */

export type Fields = Readonly<Record<string, unknown>>;

export interface CaseState {
  readonly id: string;
  readonly server: string;
  state: string;
  heldBy: readonly string[];
  method: string | null;
  row: string | null;
  missing: readonly string[];
}

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return { ...value };
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}

export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Error('not a list');
  return value.map(text);
}

export function known<Value>(found: ReadonlyMap<string, Value>, id: unknown): Value {
  const value = found.get(text(id));
  if (value === undefined) throw new Error(`nothing is known of ${text(id)}`);
  return value;
}
