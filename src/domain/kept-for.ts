/**
 * What is costly to read, for so many milliseconds of `ticks`, and while what it follows from (`by`) is the same; what failed is not
 * kept.
 */
export function keptFor<Of extends readonly unknown[], Value>(
  ms: number,
  ticks: () => number,
  by: (...of: Of) => Promise<string | null>,
  read: (...of: Of) => Promise<Value>,
): (...of: Of) => Promise<Value> {
  let kept: { readonly at: number; readonly by: string | null; readonly value: Promise<Value> } | null = null;
  return async (...of) => {
    const now = await by(...of);
    if (kept !== null && kept.by === now && ticks() - kept.at < ms) return kept.value;
    const value = read(...of);
    kept = { at: ticks(), by: now, value };
    value.catch(() => (kept = null));
    return value;
  };
}
