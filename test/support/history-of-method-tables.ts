import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExamples } from '../../src/adapters/playbook/read-examples.ts';
import { parsePlaybook } from '../../src/adapters/playbook/read-playbook.ts';
import { approveTable, proposeTable, rejectTable, withdrawTable } from '../../src/flow/proposed-tables.ts';
import type { ProposedTableView } from '../../src/flow/proposed-tables.ts';
import { REPOSITORY } from './cli.ts';
import type { Enrolled } from './deconfliction.ts';
import { unwrap } from './world.ts';
import type { TestWorld } from './world.ts';

/** What is written into a table that somebody proposes. */
export interface ProposedWords {
  readonly name: string;
  readonly reason: string;
}

/** Proposes our own table, named otherwise. */
export async function proposeOurs(
  world: TestWorld,
  { name: person, key }: Enrolled,
  { name, reason }: ProposedWords,
): Promise<ProposedTableView> {
  const ours = await readFile(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
  const text = await readFile(join(REPOSITORY, 'examples/counsel/examples.yaml'), 'utf8');
  const inForce = unwrap(await parsePlaybook('ours', Buffer.from(ours)));
  const bytes = Buffer.from(ours.replace(inForce.name, () => name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'))); // prettier-ignore
  const table = unwrap(await parsePlaybook('a proposed table', bytes));
  const examples = { list: unwrap(parseExamples('test cases', text)), text, isOurs: true };
  return proposeTable(world, key.signing, { table, bytes, inForce, examples }, { person, reason });
}

/** Tables that were proposed: one rejected, one taken back, one approved and withdrawn. In the end the settings' decides again. */
export async function changeTables(world: TestWorld, proposer: Enrolled, counsel: Enrolled): Promise<void> {
  const words = ({ name: person }: Enrolled): { person: string; reason: string } => ({ person, reason: 'in the lab' });
  const propose = async (name: string): Promise<string> =>
    (await proposeOurs(world, proposer, { name, reason: 'in the lab' })).sha256;
  await rejectTable(world, counsel.key.signing, await propose('rejected'), words(counsel));
  await withdrawTable(world, proposer.key.signing, await propose('taken back'), words(proposer));
  const approved = await propose('approved');
  await propose('waiting');
  await approveTable(world, counsel.key.signing, approved, words(counsel));
  await withdrawTable(world, counsel.key.signing, approved, words(counsel));
}
