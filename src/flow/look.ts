import { findOperation } from '../flow.ts';
import type { InputFile } from '../ports/input-files.ts';
import { QUORUM } from '../domain/verdict.ts';
import type { Quorum } from '../domain/verdict.ts';
import type { World } from '../ports/world.ts';
import { readLook, readLooks } from '../steps/look/read-looks.ts';
import type { LookWords } from '../steps/look/read-looks.ts';
import { recordLooks } from '../steps/look/record-looks.ts';
import type { JudgeByHand, RecordedLooks } from '../steps/look/record-looks.ts';
import { settleVerdicts } from '../steps/verify/settle-verdicts.ts';
import { speakerName } from './deconflict.ts';

/*
 * What people saw of servers, recorded by hand.
 */

/** Records looks of a file, or those said one by one. */
export async function look(
  world: World,
  name: string,
  looks: InputFile | readonly LookWords[],
  as: string,
  quorum: Quorum = QUORUM,
): Promise<RecordedLooks> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  const judge: JudgeByHand = async (transaction, rounds) => {
    const settled = await settleVerdicts(transaction, operation.id, rounds, quorum);
    return () => settled.append(world);
  };
  if ('chunks' in looks) {
    return recordLooks(world, operation, looks.name, await readLooks(looks, now), speakerName(as), judge);
  }
  const lines = looks.map((words) => ({ line: 0, value: words.server, look: readLook(words, now) }));
  return recordLooks(world, operation, 'command line', lines, speakerName(as), judge);
}

export type { RecordedLooks } from '../steps/look/record-looks.ts';
