/** So many are asked for before they are needed. */
const DEPTH = 8;
/** What has more rows is read page by page when its turn has come. */
const FEW_ROWS = 512;

/**
 * What is read for each item, in order; while one is worked on, the next few are being read. `read` must hold little: so many
 * of its answers lie in memory.
 */
export async function* ahead<Item, Value>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Value>,
): AsyncGenerator<Value> {
  const coming: Promise<Value>[] = [];
  for (const item of items) {
    const value = read(item);
    // Told when its turn has come; where somebody stops before, nobody asks for it any more.
    value.catch(() => {});
    if (coming.push(value) <= DEPTH) continue;
    const first = coming.shift();
    if (first !== undefined) yield await first;
  }
  for (const value of coming) yield await value;
}

/** All rows of a batch that says that it has few; null where they are many, whatever it says. */
export async function fewRows(
  count: number,
  rows: () => AsyncIterable<readonly string[]>,
): Promise<readonly string[] | null> {
  if (count > FEW_ROWS) return null;
  const few: string[] = [];
  for await (const page of rows()) {
    if (few.length + page.length > FEW_ROWS) return null;
    few.push(...page);
  }
  return few;
}
