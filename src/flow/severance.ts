import { findOperation } from '../flow.ts';
import { problem } from '../domain/problem.ts';
import type { InputFile } from '../ports/input-files.ts';
import type { ConfigurationView } from '../ports/views.ts';
import type { World } from '../ports/world.ts';
import { oneLine } from '../steps/intake/import-options.ts';
import { readLiveness } from '../steps/severance/read-liveness.ts';
import {
  namedConfiguration,
  restoreConfiguration,
  retireConfiguration,
} from '../steps/severance/retire-configuration.ts';
import { severanceAnswer } from '../steps/severance/severance-answer.ts';
import type { SeveranceAnswer } from '../steps/severance/severance-answer.ts';
import { severanceMatrix } from '../steps/severance/severance-matrix.ts';
import type { SeveranceMatrix } from '../steps/severance/severance-matrix.ts';
import { speakerName } from './deconflict.ts';

/*
 * Whether the botnet is severed: what its configurations still reach, and what to take down next.
 */

/** How many of the newest configurations count as recent where nobody says otherwise. */
export const NEWEST = 5;
/** Up to how many servers to take down next are looked for where nobody says otherwise. */
export const UP_TO = 10;

export interface SeveranceOptions {
  readonly staleDays: number;
  readonly newest: number;
  readonly upTo: number;
  /** A list of liveness in place of our verdicts; null: our verdicts. */
  readonly liveness: InputFile | null;
}

export async function severance(
  world: World,
  name: string,
  { liveness, ...question }: SeveranceOptions,
): Promise<SeveranceAnswer> {
  const operation = await findOperation(world, name);
  const given = liveness === null ? null : await readLiveness(liveness, operation.id);
  const facts = await world.store.read((transaction) =>
    transaction.severanceFacts(operation.id, [...(given?.outcomes.keys() ?? [])]),
  );
  return severanceAnswer(operation, facts, given, { ...question, asOf: world.clock.now() });
}

export async function matrixOf(world: World, name: string, liveness: InputFile | null): Promise<SeveranceMatrix> {
  const operation = await findOperation(world, name);
  const given = liveness === null ? null : await readLiveness(liveness, operation.id);
  const facts = await world.store.read((transaction) =>
    transaction.severanceFacts(operation.id, [...(given?.outcomes.keys() ?? [])]),
  );
  return severanceMatrix(operation, facts, given, world.clock.now());
}

/** Takes a configuration out of circulation, or puts it back. */
export async function circulate(
  world: World,
  name: string,
  configuration: string,
  words: { readonly as: string; readonly reason: string; readonly to: 'retired' | 'in-circulation' },
): Promise<ConfigurationView> {
  const operation = await findOperation(world, name);
  const said = { as: speakerName(words.as), reason: oneLine(words.reason, '--reason', 1000) };
  const work = words.to === 'retired' ? retireConfiguration : restoreConfiguration;
  return work(world, operation, configuration, said);
}

/** One configuration with the servers that it lists and how they stand. */
export async function showConfiguration(
  world: World,
  name: string,
  text: string,
): Promise<{ readonly configuration: ConfigurationView; readonly servers: SeveranceMatrix['servers'] }> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const configuration = await namedConfiguration(transaction, operation, text);
    const matrix = severanceMatrix(operation, await transaction.severanceFacts(operation.id), null, world.clock.now());
    const column = matrix.configurations.findIndex(
      ({ configurationId }) => configurationId === configuration.configurationId,
    );
    return { configuration, servers: matrix.servers.filter(({ listedIn }) => listedIn.includes(column)) };
  });
}

/** A whole number of an option, within bounds. */
export function countOf(text: string, option: string, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw problem('usage', `${option} "${text}" is not a whole number from 1 to ${most}`, `Write it so: ${option} 5`);
}

export { matrixCsv } from '../steps/severance/severance-matrix.ts';
export type { SeveranceAnswer, ShownServer } from '../steps/severance/severance-answer.ts';
export type { SeveranceMatrix } from '../steps/severance/severance-matrix.ts';
