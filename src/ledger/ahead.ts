/** So many are asked for before they are needed. */
const DEPTH = 8;
/** What has more rows is read page by page when its turn has come. */
const FEW_ROWS = 512;
/** Rows with whole answers of registries in them. */
const LARGE_ROWS: ReadonlySet<string> = new Set(['lookup.recorded']);

/**
 * What is read for each item, in order; while one is worked on, the next few are being read. `read` must hold little: so many
 * of its answers lie in memory.
 */
export async function* ahead<Item, Value>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Value>,
): AsyncGenerator<Value> {
  const coming: Promise<Value>[] = [];
  // The first in time: what fails after it may fail because of it, and says nothing of why.
  let failed: { readonly cause: unknown } | null = null;
  const next = async (): Promise<Value> => {
    const first = coming.shift();
    if (first === undefined) throw new Error('nothing is being read');
    try {
      return await first;
    } catch (cause) {
      throw failed === null ? cause : failed.cause;
    }
  };
  try {
    for (const item of items) {
      const value = read(item);
      value.catch((cause: unknown) => {
        failed ??= { cause };
      });
      if (coming.push(value) > DEPTH) yield await next();
    }
    while (coming.length > 0) yield await next();
  } finally {
    // Nobody asks for anything any more once this has ended, whoever stopped it.
    await Promise.allSettled(coming);
  }
}

/** All rows of a batch that says that it has few, and small ones; null where they are many, whatever it says. */
export async function fewRows(
  { kind, count }: { readonly kind: string; readonly count: number },
  rows: () => AsyncIterable<readonly string[]>,
): Promise<readonly string[] | null> {
  if (count > FEW_ROWS || LARGE_ROWS.has(kind)) return null;
  const few: string[] = [];
  for await (const page of rows()) {
    if (few.length + page.length > FEW_ROWS) return null;
    few.push(...page);
  }
  return few;
}
