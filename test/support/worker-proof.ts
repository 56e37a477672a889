import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../src/app.ts';
import { installJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { DEFAULT_ORGANISATION } from '../../src/adapters/postgres/migrate.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { beginOperation, findOperation, parseImportOptions, run } from '../../src/flow.ts';
import { COMPILED, REPOSITORY } from './cli.ts';
import { openOwnTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { auditOf } from './ledger.ts';
import { killHard, orNull, serverPid } from './processes.ts';
import { approveAll, armIt, deconflictAll, enrolStaff, lookAt } from './sending.ts';
import type { Staff } from './sending.ts';
import { openSmtpLaboratory } from './smtp-laboratory.ts';
import type { SmtpLaboratory } from './smtp-laboratory.ts';
import { openTestFile, openTestWorld, seededRandom } from './world.ts';
import type { TestWorld } from './world.ts';

/**
 * Worker processes as their users start them, over one PostgreSQL: killed with SIGKILL at random, and PostgreSQL stopped at once
 * (SIGQUIT to its postmaster, which is what `pg_ctl stop -m immediate` sends), while approved notices leave over real SMTP and
 * small jobs come in. Afterwards nothing is lost and nothing doubled.
 */
export interface ProofWish {
  readonly workers: number;
  readonly kills: number;
  readonly stops: number;
  /** With as many notices each. */
  readonly sending: { readonly operations: number; readonly notices: number };
  /** Operations in which a run finds nothing to do: what a job costs. */
  readonly small: number;
  readonly seed: number;
  readonly report: (text: string) => void;
}

export interface ProofFigures {
  readonly workers: number;
  /** Small jobs a second, with nobody killed. */
  readonly jobsPerSecond: number;
  readonly kills: number;
  /** Of them, how many came while the worker was at something. */
  readonly midway: number;
  readonly stops: number;
  /** Times that somebody asked for a job. */
  readonly asked: number;
  readonly done: number;
  readonly notices: number;
  /** Messages that the mail server took. */
  readonly taken: number;
  /** Of them, how many were the same once more, under the same Message-ID: a worker that died before it knew. */
  readonly repeats: number;
  /** What is wrong, in sentences; empty is what has to be shown. */
  readonly findings: readonly string[];
}

interface Scene {
  readonly database: TestDatabase;
  readonly laboratory: SmtpLaboratory;
  readonly world: TestWorld;
  readonly staff: Staff;
  readonly operations: readonly Operation[];
  readonly small: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Builds one scene and takes each number of workers through it, one after the other. */
export async function proveWorkers(
  wish: Omit<ProofWish, 'workers'> & { readonly workers: readonly number[] },
): Promise<readonly ProofFigures[]> {
  const figures: ProofFigures[] = [];
  for (const [index, workers] of wish.workers.entries()) {
    figures.push(await proveOne({ ...wish, workers, seed: wish.seed + index }));
  }
  return figures;
}

async function proveOne(wish: ProofWish): Promise<ProofFigures> {
  const scene = await prepare(wish);
  const fleet = new Fleet(scene, wish);
  try {
    await fleet.start();
    const jobsPerSecond = await measured(scene, wish);
    wish.report(`${wish.workers} workers: ${jobsPerSecond.toFixed(1)} jobs/s with nobody killed`);
    const asked = await underFire(scene, wish, fleet);
    await settled(scene, fleet, asked);
    await fleet.end();
    const findings = [...fleet.findings, ...(await lookedOver(scene, asked))];
    const notices = scene.operations.length * wish.sending.notices;
    const { received } = scene.laboratory;
    const distinct = new Set(
      received.flatMap(({ to, message }) => to.map((mailbox) => `${mailbox} ${messageIdOf(message)}`)),
    );
    return {
      workers: wish.workers,
      jobsPerSecond,
      kills: fleet.kills,
      midway: fleet.midway,
      stops: fleet.stops,
      asked: asked.times,
      done: (await counts(scene)).reduce((sum, { done }) => sum + done, 0),
      notices,
      taken: received.length,
      repeats: received.length - distinct.size,
      findings,
    };
  } finally {
    await fleet.end();
    await scene.world.store.close();
    await scene.laboratory.close();
    await scene.database.close();
  }
}

async function prepare({ sending, small, report }: ProofWish): Promise<Scene> {
  const database = await openOwnTestDatabase();
  const laboratory = await openSmtpLaboratory({ security: 'none' });
  await installJobs(database.access.owner, APP_ROLE);
  const made = await openTestWorld(database);
  await made.store.close();
  // Workers have the machine's clock, and so must what they find.
  const opened = await openTestWorld(database, { ...made, organisationId: DEFAULT_ORGANISATION });
  const world: TestWorld = { ...opened, clock: { now: () => Date.now() } };
  const hosts = Array.from({ length: sending.notices }, (_, index) => `198.18.${(index >> 8) + 1}.${index & 255}`);
  const book = join(database.directory, 'book.yaml');
  writeFileSync(book, `providers:\n${hosts.map((host, index) => entryOf(host, index)).join('\n')}\n`);
  const lists = join(database.directory, 'lists');
  mkdirSync(join(lists, 'other'), { recursive: true });
  const list = { name: 'other', description: 'other', version: 1, type: 'cidr', matching_attributes: ['ip-dst'] };
  writeFileSync(join(lists, 'other', 'list.json'), JSON.stringify({ ...list, list: ['192.0.2.99'] }));
  const environment = {
    DISMANTLE_ORGANISATION_NAME: 'Example CERT',
    DISMANTLE_ORGANISATION_EMAIL: 'desk@cert.example',
    DISMANTLE_TRAFFIC_SEND: 'true',
    DISMANTLE_MAIL_SMTP_HOST: laboratory.host,
    DISMANTLE_MAIL_SMTP_PORT: String(laboratory.port),
    DISMANTLE_MAIL_SMTP_SECURITY: 'none',
    DISMANTLE_MAIL_RATE_PER_PROVIDER_PER_HOUR: '10000',
    DISMANTLE_MAIL_RATE_PER_DOMAIN_PER_HOUR: '10000',
    DISMANTLE_PROVIDERS: book,
    DISMANTLE_WARNINGLISTS: lists,
  };
  // From the very settings that the workers get, so that a worker's run changes no draft.
  const app = await createApp({
    dataDirectory: database.directory,
    configFile: null,
    environment,
    offline: false,
    progress: { step: () => undefined },
    signal: new AbortController().signal,
    overrides: {},
  });
  const sources = await app.openSources(null);
  const staff = await enrolStaff(world);
  const operations: Operation[] = [];
  for (let number = 1; number <= sending.operations; number++) {
    const name = `sends-${number}`;
    const operation = { name, drill: true, malware: 'Examplebot' };
    const seen = isoInstant(Date.now() - 3_600_000);
    for (const source of ['alpha', 'beta']) {
      const rows = hosts.map((host) => `${host},443,${seen},netflow,Examplebot`);
      const text = `host,port,last_seen,evidence,malware\n${rows.join('\n')}\n# ${source} ${number}\n`;
      const options = parseImportOptions({ source, group: source, reliability: 'B' });
      await run(world, sources, { operation, files: [await openTestFile(database, text)], options });
    }
    const found = await findOperation(world, name);
    await lookAt(world, found, hosts);
    await deconflictAll(world, found, staff);
    await run(world, sources, { operation, files: [], options: parseImportOptions({}) });
    await approveAll(world, found, staff);
    operations.push(found);
    report(`${number} of ${sending.operations} operations are ready to send`);
  }
  const ids: string[] = [];
  for (let number = 1; number <= small; number++) {
    ids.push((await beginOperation(world, { name: `small-${number}`, drill: true, malware: null, aliases: [] })).id);
  }
  await app.close();
  return { database, laboratory, world, staff, operations, small: ids, environment };
}

function entryOf(host: string, index: number): string {
  return [
    `  - name: Host ${index + 1}`,
    `    prefixes: [${host}/32]`,
    `    contact: abuse@host-${index + 1}.example`,
    '    checked: 2026-11-20',
    '    country: DE',
    '    type: hosting',
    '    trust: cooperative',
  ].join('\n');
}

/** The worker processes, as many as there shall be at any time. */
class Fleet {
  kills = 0;
  midway = 0;
  stops = 0;
  readonly findings: string[] = [];
  private readonly scene: Scene;
  private readonly wish: ProofWish;
  private readonly workers = new Set<ChildProcess>();
  /** When each said that it works. */
  private readonly ready = new Map<ChildProcess, boolean>();
  private readonly wanted = new Set<ChildProcess>();
  private isEnding = false;
  private begun = 0;

  constructor(scene: Scene, wish: ProofWish) {
    this.scene = scene;
    this.wish = wish;
  }

  async start(): Promise<void> {
    while (this.workers.size < this.wish.workers) this.add();
    await this.whenReady();
  }

  /** All of them are there and at work. */
  async whenReady(): Promise<void> {
    while (
      this.workers.size < this.wish.workers ||
      [...this.workers].some((worker) => this.ready.get(worker) !== true)
    ) {
      await sleep(10);
    }
  }

  kill(pick: number): void {
    const worker = [...this.workers][pick % this.workers.size];
    if (worker?.pid === undefined) return;
    if (this.ready.get(worker) === true) this.midway += 1;
    this.kills += 1;
    this.wanted.add(worker);
    killHard(worker.pid);
  }

  /** What `pg_ctl stop -m immediate` does; its keeper starts it again, as a service manager would. */
  async stopDatabase(): Promise<void> {
    const pid = orNull(() => serverPid(this.scene.database.directory));
    if (pid === null) return;
    process.kill(pid, 'SIGQUIT');
    this.stops += 1;
    while (orNull(() => serverPid(this.scene.database.directory)) === pid) await sleep(20);
  }

  async end(): Promise<void> {
    this.isEnding = true;
    for (const worker of this.workers) {
      const ended = once(worker, 'exit');
      this.wanted.add(worker);
      worker.kill('SIGTERM');
      await ended;
      if (worker.exitCode !== 0) this.findings.push(`a worker ended with ${worker.exitCode} at SIGTERM`);
    }
  }

  private add(): void {
    const { scene } = this;
    const words = [
      'worker',
      '--kinds',
      'run,send',
      '--name',
      `w${++this.begun}`,
      '--data-dir',
      scene.database.directory,
    ];
    const worker = spawn(process.execPath, [join(REPOSITORY, 'src/cli/main.ts'), ...words], {
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: COMPILED,
        HOME: scene.database.directory,
        ...scene.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    worker.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('works: run, send')) this.ready.set(worker, true);
      // What failed is a finding: nothing here is meant to fail but what is killed.
      for (const line of text.split('\n')) if (/ failed( for|:)/.test(line)) this.findings.push(line);
    });
    worker.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-2000)));
    this.workers.add(worker);
    worker.once('exit', (code) => {
      this.workers.delete(worker);
      this.ready.delete(worker);
      // A start in the midst of a stop of the database is told as that, and whoever started it starts it again.
      if (!this.wanted.has(worker) && !/PostgreSQL|database/.test(said)) {
        this.findings.push(`a worker ended by itself with ${code}: ${said}`);
      }
      if (!this.isEnding) this.add();
    });
  }
}

/** Everything that was asked for, so that each can be held against what was done. */
interface Asked {
  times: number;
  readonly lastAt: Map<string, number>;
}

async function askAll({ world, small }: Scene, asked: Asked): Promise<void> {
  const at = Date.now();
  await world.store.write(async (transaction) => {
    for (const subject of small) await transaction.askFor({ kind: 'run', subject }, at);
  });
  for (const subject of small) asked.lastAt.set(subject, at);
  asked.times += small.length;
}

async function counts({ world }: Scene): Promise<readonly { kind: string; due: number; done: number }[]> {
  return world.store.read((transaction) => transaction.workCounts(Date.now()));
}

async function dueRuns(scene: Scene): Promise<number> {
  return (await counts(scene)).find(({ kind }) => kind === 'run')?.due ?? 0;
}

async function measured(scene: Scene, { small }: ProofWish): Promise<number> {
  // What is planned at the start is done first.
  while ((await counts(scene)).length === 0 || (await dueRuns(scene)) > 0) await sleep(50);
  const began = performance.now();
  await askAll(scene, { times: 0, lastAt: new Map() });
  while ((await dueRuns(scene)) > 0) await sleep(20);
  return small / ((performance.now() - began) / 1000);
}

const LONGEST_WAIT_MS = 1500;

async function underFire(scene: Scene, wish: ProofWish, fleet: Fleet): Promise<Asked> {
  const random = seededRandom(wish.seed);
  const upTo = (limit: number): number => {
    const [high = 0, low = 0] = random.bytes(2);
    return ((high << 8) | low) % Math.max(1, limit);
  };
  const asked: Asked = { times: 0, lastAt: new Map() };
  const total = wish.kills + wish.stops;
  const everyStop = wish.stops === 0 ? Infinity : Math.max(1, Math.floor(total / wish.stops));
  let armed = 0;
  for (let blow = 1; blow <= total; blow++) {
    // Work for the whole of it: one operation after the other may send, and small jobs are asked for again.
    while (armed < scene.operations.length && armed * total <= (blow - 1) * scene.operations.length) {
      const operation = scene.operations[armed++];
      if (operation !== undefined) await onceTheDatabaseIsBack(() => armIt(scene.world, operation, scene.staff));
    }
    await onceTheDatabaseIsBack(async () => {
      if ((await dueRuns(scene)) < scene.small.length / 4) await askAll(scene, asked);
    });
    await sleep(upTo(LONGEST_WAIT_MS));
    if (fleet.stops < wish.stops && (blow % everyStop === 0 || fleet.kills >= wish.kills)) await fleet.stopDatabase();
    else fleet.kill(upTo(65_536));
    if (blow % 20 === 0)
      wish.report(`${fleet.kills} kills, ${fleet.stops} stops, ${scene.laboratory.received.length} messages taken`);
    // Not all of them at once, for ever: there have to be some that work.
    if (blow % wish.workers === 0) await fleet.whenReady();
  }
  return asked;
}

async function onceTheDatabaseIsBack(task: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await task();
      return;
    } catch (cause) {
      if (tries >= 100) throw cause;
      await sleep(200);
    }
  }
}

const LONGEST_SETTLING_MS = 600_000;

async function settled(scene: Scene, fleet: Fleet, asked: Asked): Promise<void> {
  await fleet.whenReady();
  // Everything once more, with nobody killed: what was asked for in the last moment, too.
  await onceTheDatabaseIsBack(() => askAll(scene, asked));
  const deadline = performance.now() + LONGEST_SETTLING_MS;
  for (;;) {
    const open = await scene.world.store.read(async (transaction) => {
      let count = 0;
      for (const { id } of scene.operations) {
        count += (await transaction.notices(id)).filter(({ state }) => state !== 'sent').length;
      }
      return count;
    });
    if (open === 0 && (await dueRuns(scene)) === 0) return;
    if (performance.now() > deadline) {
      fleet.findings.push(`${open} notices have not left, ${await dueRuns(scene)} runs are still due`);
      return;
    }
    await sleep(500);
  }
}

async function lookedOver(scene: Scene, asked: Asked): Promise<readonly string[]> {
  const { world, laboratory, operations } = scene;
  const findings: string[] = [];
  const records = await world.store.read((transaction) => transaction.workRecords(1_000_000));
  const byKey = new Map(records.map((record) => [`${record.kind} ${record.subject}`, record]));
  for (const [subject, at] of asked.lastAt) {
    const record = byKey.get(`run ${subject}`);
    if (record === undefined || record.asked !== 0 || (record.doneAt ?? 0) < at)
      findings.push(`the run of ${subject} was lost`);
  }
  for (const { kind, subject, failures, problem } of records) {
    if (failures > 0) findings.push(`${kind} ${subject} failed: ${problem ?? ''}`);
  }
  const idsOf = new Map<string, Set<string>>();
  for (const { to, message } of laboratory.received) {
    const id = messageIdOf(message);
    for (const mailbox of to) idsOf.set(mailbox, (idsOf.get(mailbox) ?? new Set()).add(id));
  }
  const expected = new Map<string, Set<string>>();
  for (const { id } of operations) {
    for (const { to, messageId, state, reference } of await world.store.read((transaction) =>
      transaction.notices(id),
    )) {
      if (state !== 'sent') findings.push(`${reference} is ${state}`);
      expected.set(to ?? '', (expected.get(to ?? '') ?? new Set()).add(messageId));
    }
  }
  for (const [mailbox, ids] of expected) {
    const got = idsOf.get(mailbox) ?? new Set();
    for (const id of ids) if (!got.has(id)) findings.push(`${id} never arrived at ${mailbox}`);
    for (const id of got) if (!ids.has(id)) findings.push(`${mailbox} got ${id}, which is no notice`);
  }
  for (const mailbox of idsOf.keys()) if (!expected.has(mailbox)) findings.push(`${mailbox} was written to`);
  const { findings: audit } = await auditOf(world.store);
  findings.push(...audit.map((finding) => `audit: ${JSON.stringify(finding)}`));
  findings.push(...(await world.store.write((transaction) => transaction.stateDifferences())));
  return findings;
}

function messageIdOf(message: Buffer): string {
  return /^Message-ID: <(.*)>$/im.exec(message.toString('latin1'))?.[1] ?? '';
}
