/** What this folder returns where a stranger's input may be wrong: a value, or the reason why there is none. */
export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };
