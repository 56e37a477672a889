import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReviewSources } from '../../src/flow/approvals.ts';
import { approve, review } from '../../src/flow/approvals.ts';
import type { Review } from '../../src/flow/approvals.ts';
import { arm, run } from '../../src/flow.ts';
import type { Sources } from '../../src/flow.ts';
import type { TestDatabase } from './database.ts';
import { deconflict, sayLook } from './deconfliction.ts';
import type { Enrolled } from './deconfliction.ts';
import { enrol } from './ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from './world.ts';
import type { TestSources, TestWorld } from './world.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const LOOKED_AT = '2026-11-23T12:00Z';

/** A drill with people, and notices about servers that two groups speak for. */
export interface ApprovalLab {
  readonly world: TestWorld;
  readonly sources: Sources;
  /** Admin and analyst. */
  readonly ada: Enrolled;
  /** Approvers. */
  readonly bo: Enrolled;
  readonly cy: Enrolled;
  /** Counsel. */
  readonly dee: Enrolled;
  /** Brings servers in, or lets a run decide anew. */
  readonly go: (hosts?: readonly string[], words?: Parameters<typeof drill>[1]) => Promise<void>;
  /** Has everybody asked, every server of the drill found alive, and the operation armed. */
  readonly clearTheWay: (hosts?: readonly string[]) => Promise<void>;
  readonly look: (reference?: string) => Promise<Review>;
  readonly yes: (person: Enrolled, reference?: string, hours?: number | null) => Promise<Review>;
}

export const HOSTS = ['192.0.2.11', '192.0.2.12'];

export async function openApprovalLab(
  database: TestDatabase,
  choice: { readonly hosts?: readonly string[]; readonly sources?: TestSources } = {},
): Promise<ApprovalLab> {
  const world = await openTestWorld(database);
  const ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst']);
  const bo = await enrol(world, database.directory, 'Bo Example', ['approver'], ada);
  const cy = await enrol(world, database.directory, 'Cy Example', ['approver'], ada);
  const dee = await enrol(world, database.directory, 'Dee Example', ['counsel'], ada);
  const sources = await openTestSources(database, {
    playbook: await fourEyesPlaybook(database),
    warningLists: { 'some-list': ['198.51.100.250/32'] },
    ...choice.sources,
  });
  const go: ApprovalLab['go'] = async (hosts, words) => {
    if (hosts === undefined) {
      await run(world, sources, drill([]));
      return;
    }
    for (const group of ['one', 'two']) {
      const rows = hosts.map((host) => `${host}:443,2026-11-22,sandbox-run,Examplebot`);
      const file = await openTestFile(database, `# ${group}\nserver,last_seen,evidence,malware\n${rows.join('\n')}\n`);
      await run(world, sources, drill([file], { group, source: `feed ${group}`, ...words }));
    }
  };
  const hosts = choice.hosts ?? HOSTS;
  await go(hosts);
  const reviewing: ReviewSources = sources;
  const look: ApprovalLab['look'] = async (reference) =>
    review(world, reviewing, reference ?? (await onlyReference(world)), null);
  return {
    world,
    sources,
    ada,
    bo,
    cy,
    dee,
    go,
    look,
    async clearTheWay(alive = hosts) {
      await deconflict(world, ada);
      for (const host of alive) await sayLook(world, ada.name, host, 'c2-live', LOOKED_AT);
      const until = world.clock.now() + DAY_MS;
      await arm(world, ada.key.signing, 'lab', { person: ada.name, reason: 'the lab', until });
    },
    async yes(person, reference, hours = null) {
      return approve(world, person.key.signing, reviewing, await look(reference), { person: person.name, hours });
    },
  };
}

/** Our own method table with two people for every notice: its abuse notices ask for one. */
async function fourEyesPlaybook(database: TestDatabase): Promise<string> {
  const ours = await readFile(fileURLToPath(new URL('../../playbooks/default.dmn', import.meta.url)), 'utf8');
  const file = join(database.directory, 'four-eyes.dmn');
  await writeFile(file, ours.replaceAll('<text>1</text>', '<text>2</text>'));
  return file;
}

async function onlyReference(world: TestWorld): Promise<string> {
  return world.store.read(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    const notices = (await transaction.notices(operation?.id ?? '')).filter(({ state }) => state !== 'withdrawn');
    const [only] = notices;
    if (only === undefined || notices.length > 1) throw new Error(`${notices.length} notices, not one`);
    return only.reference;
  });
}
