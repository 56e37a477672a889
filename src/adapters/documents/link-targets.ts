import type { DocumentBlock } from '../../ports/documents.ts';

/** Every id that a link in a document may lead to, in the order in which they stand. */
export function linkTargets(blocks: readonly DocumentBlock[]): ReadonlySet<string> {
  const ids = blocks.flatMap((block): readonly (string | null | undefined)[] => {
    if (block.type === 'table') return block.ids ?? [];
    if (block.type === 'terms') return block.items.map(({ id }) => id);
    return block.type === 'figures' ? [] : [block.id];
  });
  return new Set(ids.filter((id) => id !== null && id !== undefined));
}
