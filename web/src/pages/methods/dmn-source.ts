/*
 * The DMN file of a method table, as rows of cells. The file stays the source: whatever else stands in it comes back as it was.
 */

export interface SourceRow {
  readonly id: string;
  /** The row of the file that it was copied from; null: it stands in the file itself. */
  readonly copyOf: string | null;
  readonly explanation: string;
  /** As they are written, in the order of the file's columns. */
  readonly cells: readonly string[];
  readonly outputs: readonly string[];
}

export interface DmnSource {
  readonly text: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly rows: readonly SourceRow[];
}

/** Null where it is no decision table. What is wrong with one the service says. */
export function readSource(text: string): DmnSource | null {
  const table = tableIn(text)?.table;
  if (table === undefined) return null;
  return {
    text,
    inputs: children(table, 'input').map((input) =>
      (first(first(input, 'inputExpression'), 'text')?.textContent ?? '').trim(),
    ),
    outputs: children(table, 'output').map((output) => output.getAttribute('name') ?? ''),
    rows: children(table, 'rule').map((rule) => ({
      id: rule.getAttribute('id') ?? '',
      copyOf: null,
      explanation: (explanationOf(rule)?.textContent ?? '').trim(),
      cells: textsOf(rule, 'inputEntry').map((each) => (each.textContent ?? '').trim()),
      outputs: textsOf(rule, 'outputEntry').map((each) => (each.textContent ?? '').trim()),
    })),
  };
}

/** The file with these rows in this order. The same bytes where nothing is different. */
export function writeSource(source: DmnSource, rows: readonly SourceRow[]): string {
  if (JSON.stringify(rows) === JSON.stringify(source.rows)) return source.text;
  const parsed = tableIn(source.text);
  if (parsed === null) throw new Error('it was read before');
  const { document, table } = parsed;
  const rules = new Map(children(table, 'rule').map((rule) => [rule.getAttribute('id') ?? '', rule]));
  const written = rows.map((row) => ruleOf(row, rules));
  for (const rule of rules.values()) {
    if (rule.previousSibling?.nodeType === Node.TEXT_NODE) rule.previousSibling.remove();
    rule.remove();
  }
  const behind = table.lastChild;
  for (const rule of written) table.insertBefore(rule, behind);
  for (const rule of written) table.insertBefore(document.createTextNode('\n      '), rule);
  const xml = new XMLSerializer().serializeToString(document);
  return xml.startsWith('<?xml') ? xml : `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;
}

function ruleOf(row: SourceRow, rules: ReadonlyMap<string, Element>): Element {
  const original = rules.get(row.copyOf ?? row.id);
  if (original === undefined) throw new Error(`${row.id} stands on no row`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a copy of an element is one
  const rule = original.cloneNode(true) as Element;
  if (row.copyOf !== null) {
    rule.setAttribute('id', row.id);
    // An id stands once in a file; those of its cells follow the row's.
    for (const each of rule.querySelectorAll('[id]'))
      each.setAttribute('id', (each.getAttribute('id') ?? '').replace(row.copyOf, row.id));
  }
  const explanation = explanationOf(rule);
  if (explanation !== null) say(explanation, row.explanation);
  for (const [index, each] of textsOf(rule, 'inputEntry').entries()) say(each, row.cells[index] ?? '-');
  for (const [index, each] of textsOf(rule, 'outputEntry').entries()) say(each, row.outputs[index] ?? '');
  return rule;
}

function say(element: Element, text: string): void {
  if ((element.textContent ?? '').trim() !== text) element.textContent = text;
}

function tableIn(text: string): { readonly document: Document; readonly table: Element } | null {
  const document = new DOMParser().parseFromString(text, 'application/xml');
  const table = document.getElementsByTagNameNS('*', 'decisionTable')[0];
  const isBroken = document.getElementsByTagNameNS('*', 'parsererror').length > 0;
  return table === undefined || isBroken ? null : { document, table };
}

function children(element: Element, name: string): readonly Element[] {
  return [...element.children].filter(({ localName }) => localName === name);
}

function first(element: Element | undefined, name: string): Element | undefined {
  return element === undefined ? undefined : children(element, name)[0];
}

function textsOf(rule: Element, entry: string): readonly Element[] {
  return children(rule, entry).flatMap((each) => first(each, 'text') ?? []);
}

/** Editors of one family keep it in the rule's description, others in its first annotation. */
function explanationOf(rule: Element): Element | null {
  return first(rule, 'description') ?? first(first(rule, 'annotationEntry'), 'text') ?? null;
}
