import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/domain/person.ts';
import { addPerson, arm, findOperation, parseImportOptions, run } from '../../src/flow.ts';
import { openDeconfliction, skipDeconfliction } from '../../src/flow/deconflict.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import { approveNotice } from '../../src/steps/approve/approve-notice.ts';
import { namedNotice } from '../../src/steps/approve/gates-of.ts';
import type { DoorSetup } from '../../src/steps/notify/draft-notices.ts';
import { recordLooks } from '../../src/steps/look/record-looks.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { success } from '../../src/domain/result.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { Sources } from '../../src/flow.ts';
import type { TestDatabase } from './database.ts';
import { seededKey } from './seeded-key.ts';
import { openTestFile, openTestSources } from './world.ts';
import type { TestWorld } from './world.ts';

type QuickKey = ReturnType<typeof seededKey>;

/** Everybody whom an operation needs, with their keys. */
export interface Staff {
  readonly admin: QuickKey;
  readonly erika: QuickKey;
  readonly farid: QuickKey;
  readonly cleo: QuickKey;
}

/** Who admits them, where somebody is on record already. */
export interface Admitter {
  readonly name: string;
  readonly key: QuickKey;
}

export const GATES = { evidenceDays: 7, probeHours: 24 };

export interface ReadyOperation {
  readonly operation: Operation;
  readonly staff: Staff;
  readonly sources: Sources;
  /** Hosts, one a provider. */
  readonly hosts: readonly string[];
  /** Runs the flow again over what is there. */
  runAgain(): Promise<void>;
}

export interface ReadyWish {
  /** One server and one notice each; at most 60,000. */
  readonly providers: number;
  readonly name?: string;
  /** Sends nothing before it is armed; armed where nothing is said. */
  readonly armed?: boolean;
  readonly approved?: boolean;
  readonly admitter?: Admitter;
  /** Each provider has further mailboxes: night@host-N.example, or as many as are named, in that order. */
  readonly further?: boolean | readonly string[];
  /** Its notices have doors. */
  readonly door?: DoorSetup;
}

/** On record: an admin, two approvers (Erika, Farid) and counsel (Cleo). */
export async function enrolStaff(world: TestWorld, admitter: Admitter | null = null): Promise<Staff> {
  const staff = {
    admin: seededKey('Admin'),
    erika: seededKey('Erika'),
    farid: seededKey('Farid'),
    cleo: seededKey('Cleo'),
  };
  const roles: readonly (readonly [keyof Staff, string, readonly Role[]])[] = [
    ['admin', 'Admin', ['admin']],
    ['erika', 'Erika', ['approver']],
    ['farid', 'Farid', ['approver']],
    ['cleo', 'Cleo', ['counsel']],
  ];
  for (const [key, name, held] of roles) {
    const first = admitter === null && key === 'admin';
    await addPerson(world, (admitter?.key ?? staff.admin).signing, {
      name,
      roles: held,
      publicKey: staff[key].publicLine,
      by: first ? null : (admitter?.name ?? 'Admin'),
    });
  }
  return staff;
}

/** A drill all of whose notices may leave: two independent sources, a look, deconfliction, approvals, arming. */
export async function readyOperation(
  database: TestDatabase,
  world: TestWorld,
  wish: ReadyWish,
): Promise<ReadyOperation> {
  const { providers, name = 'lab' } = wish;
  const hosts = Array.from({ length: providers }, (_, index) => `198.18.${(index >> 8) + 1}.${index & 255}`);
  const own = await openTestSources(database, {
    book: await writeBook(database, hosts, furtherOf(wish)),
    warningLists: { other: ['192.0.2.99'] },
  });
  const sources = { ...own, notices: { ...own.notices, door: wish.door ?? null } };
  const seen = isoInstant(world.clock.now() - 3_600_000);
  for (const source of ['alpha', 'beta']) {
    const rows = hosts.map((host) => `${host},443,${seen},netflow,Examplebot`);
    const file = await openTestFile(
      database,
      `host,port,last_seen,evidence,malware\n${rows.join('\n')}\n# ${source}\n`,
    );
    await run(world, sources, {
      operation: { name, drill: true, malware: 'Examplebot' },
      files: [file],
      options: parseImportOptions({ source, group: source, reliability: 'B' }),
    });
  }
  const operation = await findOperation(world, name);
  const staff = await enrolStaff(world, wish.admitter ?? null);
  await lookAt(world, operation, hosts);
  await deconflictAll(world, operation, staff);
  const runAgain = async (): Promise<void> => {
    await run(world, sources, {
      operation: { name, drill: true, malware: 'Examplebot' },
      files: [],
      options: parseImportOptions({}),
    });
  };
  await runAgain();
  if (wish.approved !== false) await approveAll(world, operation, staff);
  if (wish.armed !== false) await armIt(world, operation, staff);
  return { operation, staff, sources, hosts, runAgain };
}

/** Somebody has found all of them alive just now. */
export async function lookAt(world: TestWorld, operation: Operation, hosts: readonly string[]): Promise<void> {
  const at = world.clock.now();
  await recordLooks(
    world,
    operation,
    'looks.csv',
    hosts.map((server, index) => ({
      line: index + 1,
      value: server,
      look: success({ server, port: 443, at, vantage: 'office', outcome: 'live' as const, how: 'a TCP connect' }),
    })),
    'Cleo',
  );
}

/** A round over everything that no round covers, in which two people pass over every kind of party. */
export async function deconflictAll(world: TestWorld, { name }: Operation, staff: Staff): Promise<void> {
  const { round } = await openDeconfliction(world, name, 'Cleo');
  if (round === null) return;
  for (const partyKind of ['law-enforcement', 'csirt', 'sinkhole-operator'] as const) {
    for (const [as, key] of [
      ['Cleo', staff.cleo],
      ['Farid', staff.farid],
    ] as const) {
      const words = { round: String(round.number), partyKind, as, reason: 'a drill' };
      await skipDeconfliction(world, key.signing, name, words);
    }
  }
}

/** A method table whose rows say this of whether the customer is told: "may-be" leaves it to the desk. */
export function tellingCustomers(
  { methodTable }: Pick<Sources, 'methodTable'>,
  customerTold: 'may-be' | 'yes',
): Sources['methodTable'] {
  return { ...methodTable, rows: methodTable.rows.map((row) => ({ ...row, result: { ...row.result, customerTold } })) };
}

/** As many approvals as each notice needs, by Erika and by Farid. */
export async function approveAll(world: TestWorld, operation: Operation, staff: Staff): Promise<void> {
  const notices = await world.store.read((transaction) => transaction.notices(operation.id));
  for (const { reference, approvals, hash, state } of notices) {
    if (state !== 'drafted') continue;
    const people = [
      ['Erika', staff.erika],
      ['Farid', staff.farid],
    ] as const;
    for (const [person, key] of people.slice(0, approvals)) {
      await approveOne(world, operation, person, key, reference, hash);
    }
  }
}

export async function approveOne(
  world: TestWorld,
  operation: Operation,
  person: string,
  key: QuickKey,
  reference: string,
  hash: string,
): Promise<void> {
  const notice = await world.store.read((transaction) => namedNotice(transaction, reference, operation.name));
  const now = world.clock.now();
  const request = { name: person, notice, hash, hours: null, gates: GATES, now, errors: [] };
  await actSigned(world, key.signing, approveNotice(request));
}

export async function armIt(world: TestWorld, { name }: Operation, staff: Staff): Promise<void> {
  const until = world.clock.now() + 24 * 3_600_000;
  await arm(world, staff.admin.signing, name, { person: 'Admin', reason: 'the drill', until });
}

function furtherOf({ further = [] }: Pick<ReadyWish, 'further'>): readonly string[] {
  if (typeof further !== 'boolean') return further;
  return further ? ['night'] : [];
}

async function writeBook(
  database: TestDatabase,
  hosts: readonly string[],
  further: readonly string[],
): Promise<string> {
  const path = join(database.directory, `book-${[hosts.length, ...further].join('-')}.yaml`);
  const entries = hosts.map((host, index) =>
    [
      `  - name: Host ${index + 1}`,
      `    prefixes: [${host}/32]`,
      `    contact: abuse@host-${index + 1}.example`,
      ...(further.length === 0
        ? []
        : [`    further: [${further.map((name) => `${name}@host-${index + 1}.example`).join(', ')}]`]),
      '    checked: 2026-11-20',
      '    country: DE',
      '    type: hosting',
      '    trust: cooperative',
    ].join('\n'),
  );
  await writeFile(path, `providers:\n${entries.join('\n')}\n`);
  return path;
}
