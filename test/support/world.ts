import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCsirts } from '../../src/adapters/csirts/read-csirts.ts';
import { localFiles } from '../../src/adapters/files/input-files.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { createOutputFolder } from '../../src/adapters/output/output-folder.ts';
import { renderMail } from '../../src/adapters/mail/render-mail.ts';
import { readPlaybook } from '../../src/adapters/playbook/read-playbook.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { readProviderBook } from '../../src/adapters/provider-book/read-provider-book.ts';
import { createIds } from '../../src/adapters/system/time-sorted-ids.ts';
import { readWarningLists } from '../../src/adapters/warning-lists/read-warning-lists.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import type { Result } from '../../src/domain/result.ts';
import { parseImportOptions } from '../../src/flow.ts';
import type { RunRequest, Sources } from '../../src/flow.ts';
import type { InputFile } from '../../src/ports/input-files.ts';
import type { AddressLocator } from '../../src/ports/locator.ts';
import type { Registry } from '../../src/ports/registry.ts';
import type { Random } from '../../src/ports/random.ts';
import type { World } from '../../src/ports/world.ts';
import { addOrganisation } from './database.ts';
import type { TestDatabase } from './database.ts';
import { ownNoticeTexts } from './notice-facts.ts';

export interface TestWorld extends World {
  readonly organisationId: string;
  /** The clock goes on by one second each time it is read; this sets it. */
  setClock(instant: Instant): void;
  /** What Ctrl-C does. */
  interrupt(): void;
}

const START: Instant = Date.UTC(2026, 10, 23, 12);
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

let organisations = 0;

/**
 * A world over the real store, with a clock and chance of its own, in a new organisation or in that of `sibling`. Two
 * of the same seed live through the same in the same way.
 */
export async function openTestWorld(
  database: TestDatabase,
  sibling?: TestWorld,
  seed: number = organisations + 1,
): Promise<TestWorld> {
  organisations += 1;
  const organisationId = sibling?.organisationId ?? organisationIdOf(organisations);
  if (sibling === undefined) await addOrganisation(database, organisationId, `organisation ${organisations}`);
  let now = START;
  const clock = { now: () => (now += 1000) };
  const random = seededRandom(seed);
  const interruption = new AbortController();
  return {
    organisationId,
    clock,
    random,
    ids: createIds(clock, random),
    store: openPostgresStore(database.access, organisationId, random),
    outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: false }),
    output: sibling?.output ?? createOutputFolder(await mkdtemp(join(database.directory, 'out-'))),
    progress: { step: () => undefined },
    actor: 'a test',
    signal: interruption.signal,
    setClock(instant) {
      now = instant;
    },
    interrupt() {
      interruption.abort();
    },
  };
}

function organisationIdOf(number: number): string {
  return `00000000-0000-8000-8000-${String(number).padStart(12, 'a')}`;
}

/** The same seed gives the same bytes: SHA-256 over seed and counter. */
export function seededRandom(seed: number): Random {
  let counter = 0;
  return {
    bytes(size) {
      const blocks: Buffer[] = [];
      for (let length = 0; length < size; length += 32) {
        blocks.push(createHash('sha256').update(`${seed}/${++counter}`).digest());
      }
      return Buffer.concat(blocks).subarray(0, size);
    },
  };
}

/**
 * A file of these words, opened as the command line opens it. The same words always make the same file, under a name
 * that does not tell where it lies: names go into the ledger.
 */
export async function openTestFile(database: TestDatabase, text: string): Promise<InputFile> {
  const name = `input-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.txt`;
  const path = join(database.directory, name);
  await writeFile(path, text);
  return { ...unwrap(await localFiles.open(path)), name };
}

/** Which AS announces each of the lab's networks: real data knows none of them. Keys are the first characters of addresses. */
export function labLocator(
  networks: Readonly<Record<string, { readonly asn: number; readonly holder: string }>>,
): AddressLocator {
  return {
    attribution: 'made up',
    dataDate: '2026-11-01',
    locate({ text }) {
      const found = Object.entries(networks).find(([start]) => text.startsWith(start))?.[1];
      const known = { source: 'lab', dataDate: '2026-11-01' };
      if (found === undefined) return { asn: null, holder: null, country: null, ...known };
      return { asn: found.asn, holder: found.holder, country: 'DE', ...known };
    },
  };
}

export interface TestSources {
  readonly locator?: AddressLocator;
  /** A path; null for none. The first look's provider book where nothing is said. */
  readonly book?: string | null;
  /** Warning lists by folder name: the networks that each names. None were at hand where nothing is said. */
  readonly warningLists?: Readonly<Record<string, readonly string[]>>;
  /** Nobody is asked where nothing is said. */
  readonly registry?: Registry;
  /** A path; none where nothing is said. */
  readonly csirts?: string;
  /** A path; the product's own where nothing is said. */
  readonly playbook?: string;
}

/** What the steps consult, from the product's own files. */
export async function openTestSources(database: TestDatabase, choice: TestSources = {}): Promise<Sources> {
  const book = choice.book === undefined ? join(REPOSITORY, 'examples/first-look/providers.yaml') : choice.book;
  return {
    warningLists:
      choice.warningLists === undefined
        ? null
        : {
            lists: unwrap(await readWarningLists(await writeWarningLists(database, choice.warningLists))),
            effects: {},
          },
    locate: {
      locator: choice.locator ?? labLocator({}),
      book: book === null ? null : unwrap(await readProviderBook(book)),
      csirts: choice.csirts === undefined ? null : unwrap(await readCsirts(choice.csirts)),
    },
    registry: choice.registry ?? null,
    methodTable: unwrap(await readPlaybook(choice.playbook ?? join(REPOSITORY, 'playbooks/default.dmn'))),
    capacity: 'company',
    gates: { evidenceDays: 7, probeHours: 24 },
    notices: {
      sender: {
        organisation: 'Example CERT',
        email: 'desk@cert.example',
        contestEmail: 'contest@cert.example',
        phone: null,
        capacity: 'company',
      },
      senderSet: true,
      drafting: { texts: await ownNoticeTexts(), program: 'dismantle/test' },
      renderer: { render: renderMail },
    },
  };
}

async function writeWarningLists(
  database: TestDatabase,
  lists: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const folder = await mkdtemp(join(database.directory, 'lists-'));
  for (const [name, list] of Object.entries(lists)) {
    await mkdir(join(folder, name));
    await writeFile(
      join(folder, name, 'list.json'),
      JSON.stringify({ name, description: name, version: 1, type: 'cidr', matching_attributes: ['ip-dst'], list }),
    );
  }
  return folder;
}

/** A request for a drill. `words` are the options of the command line. */
export function drill(
  inputs: readonly InputFile[],
  words: Parameters<typeof parseImportOptions>[0] = {},
  name = 'lab',
): RunRequest {
  return {
    operation: { name, drill: true, malware: 'Examplebot' },
    files: inputs,
    options: parseImportOptions(words),
  };
}

export function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}
