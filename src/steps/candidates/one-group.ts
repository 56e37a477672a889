import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { sourceKey } from '../../domain/source-key.ts';
import { groupKey } from '../../policy/corroboration.ts';
import type { World } from '../../ports/world.ts';

/** One source told under two groups would corroborate itself: here and at every import. */
export async function assertOneGroup(
  world: World,
  operation: Operation,
  { source, group }: { readonly source: string; readonly group: string },
): Promise<void> {
  const key = sourceKey(source);
  const before = await world.store.read(async (transaction) => {
    const imported = await transaction.groupOfSource(operation.id, key);
    const told = [
      ...(await transaction.fingerprintViews(operation.id)),
      ...(await transaction.candidates(operation.id)),
    ].find((each) => sourceKey(each.source) === key && each.group !== '');
    return imported === null || imported === '' ? (told?.group ?? null) : imported;
  });
  if (before === null || groupKey(before) === groupKey(group)) return;
  throw problem(
    'refused',
    `the source ${source} belongs to the group "${before}" in this operation, not to "${group}"`,
    `Give the group's own name: --group "${before}"`,
  );
}
