import { unwrap } from '../../domain/result.ts';
import type { WarningList } from '../../domain/warning-list.ts';
import type { Settings } from '../../ports/settings.ts';
import { readOwnList } from './read-own-list.ts';
import { readTorExits } from './read-tor-exits.ts';
import { readWarningLists } from './read-warning-lists.ts';

/** The lists that the settings name, and what the settings say of them. */
type Given = Pick<Settings['protectedGround'], 'effects' | 'staleDays'> & { readonly lists: readonly WarningList[] };

/** Null where nobody has given a list; what the program itself knows of is in force all the same. */
export async function readGivenLists({
  warninglists,
  torExits,
  protect,
  protectedGround,
}: Pick<Settings, 'warninglists' | 'torExits' | 'protect' | 'protectedGround'>): Promise<Given | null> {
  if (warninglists === null && torExits.length === 0 && protect.length === 0) return null;
  const lists: WarningList[] = [];
  for (const file of protect) lists.push(unwrap(await readOwnList(file)));
  for (const file of torExits) lists.push(unwrap(await readTorExits(file)));
  if (warninglists !== null) lists.push(...unwrap(await readWarningLists(warninglists)));
  return { lists, effects: protectedGround.effects, staleDays: protectedGround.staleDays };
}
