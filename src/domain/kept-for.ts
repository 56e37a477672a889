/** What is costly to read, for so many milliseconds of `ticks`; what failed is not kept. */
export function keptFor<Value>(ms: number, ticks: () => number, read: () => Promise<Value>): () => Promise<Value> {
  let kept: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    if (kept !== null && ticks() - kept.at < ms) return kept.value;
    const value = read();
    kept = { at: ticks(), value };
    value.catch(() => (kept = null));
    return value;
  };
}
