import { isMap, isNode, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { BrokenBook, WrittenEntry } from './written-entry.ts';

/**
 * Reads the entries of a YAML (or JSON) book: a list of entries, or a mapping with such a list under `providers`.
 * Aliases and tags are refused: a list of providers needs neither, and both are how YAML is made to explode or to
 * build surprising values.
 */
export function readYamlEntries(text: string): Result<readonly WrittenEntry[], BrokenBook> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.2', schema: 'core', merge: false });
  const [document] = documents;
  if (document === undefined) return failure({ line: null, reason: 'the file is empty' });
  if (documents.length > 1) return failure({ line: null, reason: 'the file holds more than one YAML document' });
  const lineAt = (node: unknown, otherwise: number): number =>
    isNode(node) && node.range ? lines.linePos(node.range[0]).line : otherwise;

  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    return failure({
      line: lines.linePos(error.pos[0]).line,
      reason: `not readable as YAML: ${firstLine(error.message)}`,
    });
  }
  const forbidden = forbiddenNode(document);
  if (forbidden !== null) return failure({ line: lineAt(forbidden.node, 1), reason: forbidden.reason });

  const { contents } = document;
  if (isMap(contents)) {
    const other = contents.items.find(({ key }) => String(key) !== 'providers');
    if (other !== undefined) {
      return failure({
        line: lineAt(other.key, 1),
        reason: `the key ${String(other.key)} is unknown; allowed is: providers`,
      });
    }
  }
  const list = isMap(contents) ? contents.get('providers', true) : contents;
  if (!isSeq(list)) {
    return failure({
      line: lineAt(list, 1),
      reason: 'a list of entries was expected, or one under the key "providers"',
    });
  }
  return success(
    list.items.map((item) => ({
      value: isNode(item) ? item.toJS(document, { maxAliasCount: 0 }) : item,
      lineOf: (path) => {
        const entryLine = lineAt(item, 1);
        if (!isMap(item)) return entryLine;
        const [key, ...rest] = path;
        const pair = item.items.find((candidate) => String(candidate.key) === key);
        if (pair === undefined) return entryLine;
        const within = isSeq(pair.value) && rest.length > 0 ? pair.value.items[Number(rest[0])] : undefined;
        return lineAt(within, lineAt(pair.key, entryLine));
      },
    })),
  );
}

function forbiddenNode(document: Document): { node: Node; reason: string } | null {
  let found: { node: Node; reason: string } | null = null;
  visit(document, {
    Alias(_key, node) {
      found = { node, reason: 'aliases (*name) are not taken; write the value out' };
      return visit.BREAK;
    },
    Value(_key, node) {
      if (node.tag === undefined) return undefined;
      found = { node, reason: `the tag ${node.tag} is not taken; write a plain value` };
      return visit.BREAK;
    },
  });
  return found;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/:$/, '') ?? '';
}
