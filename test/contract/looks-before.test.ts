import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Operation } from '../../src/domain/operation.ts';
import { success } from '../../src/domain/result.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import type { LookTaken, Round } from '../../src/domain/verdict.ts';
import { QUORUM } from '../../src/domain/verdict.ts';
import { findOperation, run } from '../../src/flow.ts';
import type { LookBefore } from '../../src/ports/store.ts';
import { recordLooks } from '../../src/steps/look/record-looks.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { BERLIN, OSLO, roundAt, serverOf, switchProbingOn } from '../support/rounds.ts';
import type { Behaviour } from '../support/rounds.ts';
import { enrolStaff } from '../support/sending.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What a notice may say of our looks: one whole look, and the ports at which it found what it found. */

const HOST = '127.66.0.1';
const HOUR_MS = 3_600_000;

let database: TestDatabase;
let world: TestWorld;
let operation: Operation;
let serverId: string;
let caseId: string;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database?.close());

beforeEach(async () => {
  world = await openTestWorld(database);
  const file = await openTestFile(database, `${HOST}:443\n`);
  await run(world, await openTestSources(database), drill([file], { attest: 'Cy Example', reason: 'seen in the lab' }));
  operation = await findOperation(world, 'lab');
  await enrolStaff(world);
  await switchProbingOn(world, operation);
  serverId = serverOf(operation, HOST);
  [{ caseId } = { caseId: '' }] = await world.store.read(async (transaction) => {
    for await (const page of transaction.cases(operation.id)) return page;
    return [];
  });
});

type Met = readonly (readonly [number, Vantage, Behaviour])[];

/** One round, at several ports. */
async function look(met: Met): Promise<void> {
  world.setClock(world.clock.now() + HOUR_MS);
  const at = world.clock.now();
  const looks = met.flatMap(([port, vantage, behaviour]): readonly LookTaken[] =>
    roundAt(serverId, at, [[vantage, behaviour]], HOST).looks.map((each) => ({ ...each, port })),
  );
  const round: Round = { ...roundAt(serverId, at, [], HOST), looks };
  await recordRounds(world, operation, [round], { quorum: QUORUM });
}

async function told(ports: readonly number[] | null = null): Promise<Omit<LookBefore, 'at'> | null> {
  const before = world.clock.now() + HOUR_MS;
  const [found, same] = await world.store.read((transaction) =>
    transaction.looksBefore([
      { caseId, before, ports },
      { caseId, before: before + 1, ports },
    ]),
  );
  expect(same).toEqual(found);
  if (found === null || found === undefined) return null;
  return { outcome: found.outcome, ports: found.ports };
}

test('of a round of several vantages the ports are told at which it was found so, each once', async () => {
  expect(await told()).toBeNull();
  await look([[443, BERLIN, 'tls one'], [8443, BERLIN, 'closed'], [443, OSLO, 'tls one'], [8443, OSLO, 'closed']]); // prettier-ignore
  expect(await told()).toEqual({ outcome: 'live', ports: [443] });
  await look([[8443, BERLIN, 'closed'], [443, BERLIN, 'closed'], [443, OSLO, 'failed'], [8443, OSLO, 'failed']]); // prettier-ignore
  // One vantage saw all of it closed; the other saw nothing.
  expect(await told()).toEqual({ outcome: 'dark', ports: [443, 8443] });
  await look([[443, BERLIN, 'failed'], [443, OSLO, 'failed']]); // prettier-ignore
  // What told nothing stands only where no other has ever told more.
  expect(await told()).toEqual({ outcome: 'dark', ports: [443, 8443] });
});

test('a round that is too large to be read whole is not told by the part that was', async () => {
  const many = Array.from({ length: 300 }, (_, index) => 10_000 + index);
  const dark = many.flatMap((port): Met => [[port, BERLIN, 'closed'], [port, OSLO, 'closed']]); // prettier-ignore
  await look([[443, BERLIN, 'tls one'], [443, OSLO, 'tls one'], ...dark]);
  await look(many.flatMap((port): Met => [[port, BERLIN, 'failed'], [port, OSLO, 'failed']])); // prettier-ignore
  // Read in part the first would be dark.
  expect(await told()).toEqual({ outcome: 'inconclusive', ports: many });
});

test('of looks by hand at one moment all the ports are told, whichever line stood first', async () => {
  const at = world.clock.now();
  const seen = (port: number | null, line: number) => ({
    line,
    value: HOST,
    look: success({
      server: HOST,
      port,
      at,
      vantage: `office ${line}`,
      outcome: 'live',
      how: 'a TCP connect',
    } as const),
  });
  await recordLooks(world, operation, 'looks.csv', [seen(8443, 1), seen(443, 2), seen(null, 3)], 'Cleo');
  expect(await told()).toEqual({ outcome: 'live', ports: [443, 8443] });
});

test('what another port answered is nothing that is told of these', async () => {
  await look([[443, BERLIN, 'closed'], [22, BERLIN, 'tls one'], [443, OSLO, 'closed'], [22, OSLO, 'tls one']]); // prettier-ignore
  expect(await told()).toEqual({ outcome: 'live', ports: [22] });
  expect(await told([443])).toEqual({ outcome: 'dark', ports: [443] });
  expect(await told([443, 22])).toEqual({ outcome: 'live', ports: [22] });
  expect(await told([8443])).toBeNull();
});
