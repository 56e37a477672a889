import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProblemError } from '../domain/problem.ts';
import type { Problem } from '../domain/problem.ts';
import { openExerciseSources } from './open-exercise.ts';
import type { ExerciseSources } from './open-exercise.ts';

/** A method table that an exercise can be played with, read already: what its file becomes later changes nothing. */
export interface ExercisePlaybook {
  /** "default", "settings", or the name of a file in DATA/playbooks. */
  readonly name: string;
  readonly sources: ExerciseSources;
}

interface Places {
  readonly ownFile: string;
  /** What --playbook or the settings name; null: nothing. */
  readonly named: string | null;
  readonly dataDirectory: string;
  readonly noticeTexts: string | null;
  readonly version: string;
  /** Told of each file that cannot be offered; the others are. */
  readonly leftOut: (file: string, why: Problem) => void;
}

const MOST = 100;

/** The usual one first: that of the settings, else our own; then those of DATA/playbooks by name. Of equal tables the first. */
export async function exercisePlaybooks(places: Places): Promise<readonly ExercisePlaybook[]> {
  const { ownFile, named, dataDirectory } = places;
  const folder = join(dataDirectory, 'playbooks');
  const files = await readdir(folder).catch(() => []);
  const further = files.filter((file) => file.endsWith('.dmn')).toSorted().slice(0, MOST); // prettier-ignore
  const found: ExercisePlaybook[] = [];
  const add = async (name: string, file: string): Promise<void> => {
    const sources = await openExerciseSources(file, places.noticeTexts, places.version);
    if (!found.some((each) => each.sources.methodTable.sha256 === sources.methodTable.sha256)) found.push({ name, sources }); // prettier-ignore
  };
  if (named !== null) await add('settings', named);
  await add('default', ownFile);
  for (const name of further) {
    const file = join(folder, name);
    try {
      await add(name, file);
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause;
      places.leftOut(file, cause.problem);
    }
  }
  return found;
}
