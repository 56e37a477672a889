import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOCK_DEFAULTS, HOUR_MS } from '../../src/domain/clock.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { LookOutcome } from '../../src/domain/look.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { QUORUM } from '../../src/domain/verdict.ts';
import type { ServerVerdict } from '../../src/domain/verdict.ts';
import type { Vantage } from '../../src/domain/vantage.ts';
import { findOperation, parseImportOptions, run } from '../../src/flow.ts';
import { clockQueue, due } from '../../src/flow/clock.ts';
import { look } from '../../src/flow/look.ts';
import { verdictOf } from '../../src/flow/verify.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import { probingStart } from '../../src/steps/watch/probing-switch.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import type { RecordedRounds } from '../../src/steps/verify/record-rounds.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { VerdictFacts } from '../../src/ports/verdicts.ts';
import type { TestDatabase } from './database.ts';
import { setupOf } from './history-of-mail.ts';
import { BERLIN, OSLO, roundAt, serverOf } from './rounds.ts';
import type { Behaviour } from './rounds.ts';
import { approveAll, armIt, deconflictAll, enrolStaff } from './sending.ts';
import { openTestFile, openTestSources } from './world.ts';
import type { TestWorld } from './world.ts';

export const HOST = '127.66.0.1';
export const DESK = 'abuse@host-9.example';

export type Met = readonly (readonly [Vantage, Behaviour])[];
export const both = (behaviour: Behaviour): Met => [
  [BERLIN, behaviour],
  [OSLO, behaviour],
];

/** An operation against one server, whose notices may leave once a look has found it alive. */
export async function openVerdictLab(database: TestDatabase, world: TestWorld, name = 'lab') {
  const book = join(database.directory, 'book-of-verdicts.yaml');
  await writeFile(
    book,
    `providers:\n  - name: Host 9\n    prefixes: [127.66.0.0/16]\n    contact: ${DESK}\n    checked: 2026-11-20\n` +
      '    country: DE\n    type: hosting\n    trust: cooperative\n',
  );
  const sources = {
    ...(await openTestSources(database, { book, warningLists: { other: ['192.0.2.99'] } })),
    clock: CLOCK_DEFAULTS,
  };
  const request = { name, drill: true, malware: 'Examplebot' };
  /** Two sources say that it served the botnet an hour ago; and everything is judged anew. */
  const say = async (): Promise<void> => {
    const seen = isoInstant(world.clock.now() - HOUR_MS);
    for (const source of ['alpha', 'beta']) {
      const text = `host,port,last_seen,evidence,malware\n${HOST},443,${seen},netflow,Examplebot\n# ${source}\n`;
      await run(world, sources, {
        operation: request,
        files: [await openTestFile(database, text)],
        options: parseImportOptions({ source, group: source, reliability: 'B' }),
      });
    }
  };
  await say();
  const operation = await findOperation(world, name);
  const staff = await enrolStaff(world);
  await actSigned(world, staff.admin.signing, probingStart(operation, { person: 'Admin', reason: 'a test' }));
  const serverId = serverOf(operation, HOST);
  const begin = world.clock.now();
  const at = (hours: number): number => begin + hours * HOUR_MS;
  return {
    world, operation, staff, sources, serverId, begin, at, say,
    /** A round in this hour. */
    look(hours: number, met: Met): Promise<RecordedRounds> {
      world.setClock(at(hours));
      return recordRounds(world, operation, [roundAt(serverId, at(hours), met)], { quorum: QUORUM });
    },
    /** What a person saw in this hour, written down now. */
    write: (hours: number, outcome: LookOutcome, vantage = 'office') =>
      look(world, name, [{ server: `${HOST}:443`, port: '', at: isoInstant(at(hours)), vantage, outcome, how: 'by hand' }], 'Cleo'),
    async send(): Promise<number> {
      await deconflictAll(world, operation, staff);
      await run(world, sources, { operation: request, files: [], options: parseImportOptions({}) });
      await approveAll(world, operation, staff);
      await armIt(world, operation, staff);
      const { sent } = await sendDue(world, setupOf(world, { operation, sources }), clockQueue(world, operation, sources));
      return sent;
    },
    due: async () => (await due(world, sources, name)).steps,
    cases: () => casesOf(world, operation),
    facts: () => factsOf(world, operation, serverId),
    verdict: async (): Promise<ServerVerdict | null> => (await factsOf(world, operation, serverId)).verdict,
    view: () => verdictOf(world, name, HOST, QUORUM),
    differences: () => world.store.write((transaction) => transaction.stateDifferences()),
  }; // prettier-ignore
}

export type VerdictLab = Awaited<ReturnType<typeof openVerdictLab>>;

async function factsOf(world: TestWorld, operation: Operation, serverId: string): Promise<VerdictFacts> {
  const [found] = await world.store.read((transaction) => transaction.verdictFacts(operation.id, [serverId]));
  if (found === undefined) throw new Error('there is no such server');
  return found;
}

/** "1 dark", "2 notified": every episode. */
async function casesOf(world: TestWorld, operation: Operation): Promise<readonly string[]> {
  return world.store.read(async (transaction) => {
    const told: string[] = [];
    for await (const page of transaction.cases(operation.id)) {
      told.push(...page.map(({ episode, state }) => `${episode} ${state}`));
    }
    return told.toSorted();
  });
}
