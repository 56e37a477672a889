import { createHash } from 'node:crypto';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { DoorFind } from '../../ports/door.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/** The one find whose id begins so. */
export async function namedFind(transaction: ReadTransaction, text: string): Promise<DoorFind> {
  const start = text.trim().toLowerCase();
  const found = /^[0-9a-f-]{6,36}$/.test(start) ? await transaction.doorFindsNamed(start) : [];
  const [only] = found;
  if (only === undefined)
    throw problem('not-found', `there is no find "${text}"`, 'See them with: dismantle door finds');
  if (found.length > 1) throw problem('usage', `several finds begin with ${text}`, 'Give more of the id');
  return only;
}

/** What was found as a file that intake takes: a list, as it was typed. */
export function findFile({ reference, lines }: Pick<DoorFind, 'reference' | 'lines'>): InputFile {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  return {
    name: `found at the door of ${reference}.txt`,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: bytes.subarray(0, 4096),
    async *chunks() {
      yield await Promise.resolve(bytes);
    },
  };
}

/** Records what a person has made of a find. Returns it as it stands then. */
export async function settleFind(
  world: World,
  id: string,
  words: {
    readonly as: 'taken' | 'dismissed';
    readonly person: string;
    readonly reason: string;
    readonly importId: string | null;
  },
): Promise<DoorFind> {
  return world.store.write(async (transaction) => {
    const { operationId, findId } = await namedFind(transaction, id);
    await transaction.lockOperation(operationId);
    const by = speakerOf(await transaction.people(), words.person);
    const find = await namedFind(transaction, findId);
    if (find.settledAs !== null) {
      throw problem('refused', `${find.settledBy ?? 'somebody'} has settled it already: ${find.settledAs}`);
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'door.find-settled',
      subject: findId,
      body: { schema: 1, operation: operationId, as: words.as, import: words.importId, by, reason: words.reason },
    });
    return namedFind(transaction, findId);
  });
}
