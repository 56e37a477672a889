import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { installJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { endAll, passOnErrors } from '../support/children.ts';
import { openOwnTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { readyOperation } from '../support/sending.ts';
import type { SendWorkerRequest } from '../support/send-worker.ts';
import type { FaultPlan, MessageFault } from '../support/smtp-faults.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';
import { openTestWorld, seededRandom } from '../support/world.ts';

// Rule 1: nothing lost, nothing under two Message-IDs, whoever dies when. By hand in full: npm run test:full.

const IS_FULL = process.env['DISMANTLE_FULL'] === '1';
const KILLS = Number(process.env['DISMANTLE_SEND_KILLS'] ?? (IS_FULL ? 200 : 5));
const NOTICES = Number(process.env['DISMANTLE_SEND_NOTICES'] ?? (IS_FULL ? 1000 : 40));
const SEED = Number(process.env['DISMANTLE_SEND_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);
const WORKER = fileURLToPath(new URL('../support/send-worker.ts', import.meta.url));

let database: TestDatabase;
let laboratory: SmtpLaboratory;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  database = await openOwnTestDatabase();
  await installJobs(database.access.owner, APP_ROLE);
  laboratory = await openSmtpLaboratory({ security: 'none' });
});

afterEach(() => endAll(workers));

afterAll(async () => {
  await laboratory?.close();
  await database?.close();
});

function upTo(limit: number): number {
  const [high = 0, middle = 0, low = 0] = random.bytes(3);
  return ((high << 16) | (middle << 8) | low) % limit;
}

/** Refuses, hangs, drops, says 4xx and 5xx, each in a few of a hundred messages. */
const badServer: FaultPlan<MessageFault> = () => {
  const die = upTo(100);
  if (die < 5) return { at: 'rcpt', code: 451 };
  if (die < 10) return { at: 'data', code: 452 };
  if (die < 15) return 'drop-after-data';
  if (die < 20) return 'drop-in-data';
  if (die < 22) return { at: 'data', hang: true };
  if (die < 24) return { at: 'rcpt', code: 550 };
  return null;
};

interface Aftermath {
  readonly kills: number;
  readonly midway: number;
}

/** Starts a worker again and again, and kills it after a random time, until it says that it is done. */
async function killLoop(request: Omit<SendWorkerRequest, 'startAt'>, startAt: number): Promise<Aftermath> {
  let [kills, midway] = [0, 0];
  for (let from = startAt; ;) {
    const before = laboratory.received.length;
    // Each worker's clock begins where the one before it can have got to at most; a day of it would make looks too old.
    const words: SendWorkerRequest = { ...request, startAt: from };
    const began = performance.now();
    const worker = spawn(process.execPath, [WORKER, JSON.stringify(words)], { stdio: ['ignore', 'pipe', 'pipe'] });
    workers.push(worker);
    passOnErrors(worker);
    const ended = once(worker, 'exit');
    await ready(worker);
    if (kills < KILLS) {
      // By what has arrived and not by the clock: a busy machine must not make all kills too early.
      const enough = before + upTo(Math.max(2, Math.ceil((2 * NOTICES) / KILLS)));
      await Promise.race([ended, arrived(enough)]);
      await sleep(upTo(30));
      if (worker.exitCode === null) {
        worker.kill('SIGKILL');
        kills += 1;
        if (laboratory.received.length > before) midway += 1;
      }
      await ended;
      if (worker.exitCode === 0) return { kills, midway };
      from += Math.ceil((performance.now() - began) * request.hasten) + 1000;
      continue;
    }
    const [code] = await ended;
    expect(code).toBe(0);
    return { kills, midway };
  }
}

async function arrived(count: number): Promise<void> {
  while (laboratory.received.length < count) await sleep(2);
}

async function ready(worker: ChildProcess): Promise<void> {
  const { stdout } = worker;
  if (stdout === null) throw new Error('no output');
  await once(stdout, 'data');
  stdout.resume();
}

describe.each([
  ['a server that takes everything', null],
  ['a server that refuses, hangs, drops after DATA and says 4xx and 5xx', badServer],
] as const)('%s', (_, plan) => {
  test(`${NOTICES} notices under ${KILLS} kills, seed ${SEED}: none lost, none under two Message-IDs`, async () => {
    laboratory.reset();
    const world = await openTestWorld(database);
    world.setClock(Date.now());
    const ready = await readyOperation(database, world, { providers: NOTICES });
    if (plan !== null) laboratory.planMessages(plan);
    const { kills, midway } = await killLoop(
      {
        access: database.access,
        organisationId: world.organisationId,
        operation: ready.operation.name,
        smtp: { host: laboratory.host, port: laboratory.port },
        output: database.directory,
        hasten: plan === null ? 1 : 60,
      },
      world.clock.now() + 60_000,
    );
    const notices = await world.store.read((transaction) => transaction.notices(ready.operation.id));
    const dispatches = await world.store.read((transaction) => transaction.dispatches(ready.operation.id));
    expect(midway).toBeGreaterThan(0);
    expect(notices).toHaveLength(NOTICES);
    expect(dispatches).toHaveLength(NOTICES);
    const idsByRecipient = new Map<string, Set<string>>();
    for (const { to, message } of laboratory.received) {
      const id = /^Message-ID: <(.*)>$/im.exec(message.toString('latin1'))?.[1] ?? '';
      for (const mailbox of to) idsByRecipient.set(mailbox, (idsByRecipient.get(mailbox) ?? new Set()).add(id));
    }
    for (const { to, messageId, state, reference } of notices) {
      const dispatch = dispatches.find((each) => each.messageId === messageId);
      // Refused for good is on record as that, and waits for a person; everything else has arrived.
      if (dispatch?.state === 'failed') expect([dispatch.code, state]).toEqual([550, 'approved']);
      else expect([reference, state, dispatch?.state]).toEqual([reference, 'sent', 'sent']);
      const ids = [...(idsByRecipient.get(to ?? '') ?? [])];
      if (state === 'sent') expect(ids).toEqual([messageId]);
      else expect(ids.every((id) => id === messageId)).toBe(true);
    }
    const doubled = laboratory.received.length - idsByRecipient.size;
    process.stdout.write(
      `${NOTICES} notices, ${kills} kills (${midway} of them with mail under way), ${laboratory.received.length} messages taken, ` +
        `${doubled} of them repeats under the same Message-ID, ${dispatches.filter(({ state }) => state === 'failed').length} refused for good\n`,
    );
    expect(await auditOf(world.store)).toMatchObject({ findings: [] });
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  }, 1_800_000);
});
