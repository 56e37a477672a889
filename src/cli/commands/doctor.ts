import { Command } from 'commander';
import type { App } from '../../app.ts';
import { ProblemError } from '../../domain/problem.ts';
import { NEVER_LISTS } from '../../domain/never-lists.ts';
import { listsInForce } from '../../flow.ts';
import type { ListInForce } from '../../flow.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { listAge } from '../wording.ts';
import { quorumOf, quorumText } from '../vantage-text.ts';
import { addCommonOptions, addOfflineOption, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface Finding {
  readonly what: string;
  /** `note` is worth knowing and no fault. */
  readonly state: 'good' | 'note' | 'bad';
  readonly says: string;
}

export function doctorCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('doctor')))
    .summary('check what works here, and what does not')
    .description(
      'Looks at this installation: Node, data directory, database, location data, playbook, settings (those without ' +
        'effect, too) and switches. It changes nothing, save that it makes the database where there is none yet.',
    )
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle doctor', 'Looks at everything, one line each: good, note or BAD.'],
          ['dismantle doctor --json | jq .ok', 'Says true or false to a script.'],
        ],
        exits: ['0    All of it works.', '1    Something does not work; its line says BAD and what to do.'],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const findings = [
          ...installation(app),
          ...(await opened(app)),
          ...settings(app),
          ...(await protectedGround(app)),
          ...vantages(app),
        ];
        const isWell = findings.every(({ state }) => state !== 'bad');
        const { style } = face.terminal;
        if (options.json === true) printJson(face.terminal, { ok: isWell, findings });
        else {
          const marks = { good: style.green('good'), note: style.yellow('note'), bad: style.red('BAD ') };
          for (const { what, state, says } of findings)
            face.terminal.out(`${marks[state]}  ${what.padEnd(18)} ${safeText(says)}\n`);
        }
        if (!isWell) process.exitCode = 1;
      });
    });
}

function installation(app: App): Finding[] {
  return [
    {
      what: 'program',
      state: 'good',
      says: `dismantle ${app.version} on Node ${process.versions.node}, ${process.platform}-${process.arch}`,
    },
    { what: 'data directory', state: 'good', says: app.dataDirectory },
    {
      what: 'settings file',
      state: app.inForce.file === null ? 'note' : 'good',
      says: app.inForce.file ?? 'none: every setting is at its default or from the environment',
    },
  ];
}

async function opened(app: App): Promise<Finding[]> {
  const database = await tried('database', async () => {
    const world = await app.openWorld();
    const { operations, head } = await world.store.read(async (transaction) => ({
      operations: await transaction.operations(),
      head: await transaction.ledgerHead(),
    }));
    const kind = app.settings.database.url === null ? 'our own PostgreSQL' : 'the PostgreSQL of DATABASE_URL';
    return `${kind}; operations: ${operations.length}, ledger entries: ${head.entries}`;
  });
  const jobs = await tried('jobs', async () => {
    if (database.state === 'bad') return 'not tried without a database';
    await app.openJobs();
    return 'the queue of jobs is there';
  });
  const sources = await tried('sources', async () => {
    const approved = database.state === 'bad' ? null : await approvedTable(await app.openWorld());
    const { locate, methodTable, warningLists } = await app.openSources(approved);
    return (
      `location data of ${locate.locator.dataDate}; method table "${methodTable.name}" with ${methodTable.rows.length} rows` +
      `${approved === null ? '' : `, approved as number ${approved.number}`}; ` +
      (warningLists === null ? 'no warning lists' : `${warningLists.lists.length} warning lists`)
    );
  });
  return [database, jobs, sources];
}

async function tried(what: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { what, state: 'good', says: await work() };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { message, hint } = error.problem;
    return { what, state: 'bad', says: hint === undefined ? message : `${message}. ${hint}` };
  }
}

/** What protects whom, and how far it can be relied on. */
async function protectedGround(app: App): Promise<Finding[]> {
  const what = 'protected ground';
  let lists: readonly ListInForce[];
  try {
    lists = listsInForce(await app.openWarningLists(), app.clock.now());
  } catch (error) {
    // "sources" has told it.
    if (error instanceof ProblemError) return [];
    throw error;
  }
  const given = lists.filter(({ origin }) => origin !== 'built-in');
  const names = (list: readonly ListInForce[]): string => list.map((one) => `${one.list} (${listAge(one)})`).join(', ');
  const note = (says: string): Finding => ({ what, state: 'note', says });
  const findings: Finding[] = [
    app.settings.warninglists === null
      ? note('no warning lists by default: give --warninglists or set warninglists')
      : {
          what,
          state: 'good',
          says: `${given.length} lists with what is built in besides; ${app.settings.warninglists}`,
        },
  ];
  const stale = given.filter(({ stale: isStale }) => isStale);
  if (stale.length > 0) findings.push(note(`stale, so get newer ones: ${names(stale)}`));
  const broken = given.filter(({ unusable, expired }) => unusable + expired > 0);
  if (broken.length > 0)
    findings.push(note(`with entries that protect nothing: ${names(broken)}; see dismantle ground lists`));
  if (!given.some(({ class: name }) => name === 'never')) {
    findings.push(
      note(
        `no list of addresses that must never be touched: names are built in, addresses come from lists called ${NEVER_LISTS.join(', ')}`,
      ),
    );
  }
  if (!given.some(({ class: name }) => name === 'tor-exit'))
    findings.push(note('no list of Tor exits: give --tor-exits or set torExits'));
  return findings;
}

/** From where servers are looked at; nothing to tell while nobody looks. */
function vantages(app: App): Finding[] {
  if (!app.settings.traffic.probe) return [];
  const all = app.vantages();
  return [{ what: 'vantages', state: quorumOf(all).possible ? 'good' : 'note', says: quorumText(all) }];
}

function settings({ settings: inForce, inForce: { withoutEffect } }: App): Finding[] {
  const { organisation, traffic } = inForce;
  const on = Object.entries(traffic).filter(([, isOn]) => isOn);
  const isNamed = organisation.name !== null && organisation.email !== null;
  return [
    {
      what: 'who we are',
      state: isNamed ? 'good' : 'note',
      says: isNamed
        ? `${organisation.name} <${organisation.email}>, ${organisation.capacity}`
        : 'not set: organisation.name and organisation.email go into every notice',
    },
    ...withoutEffect.map((says): Finding => ({ what: 'without effect', state: 'note', says })),
    {
      what: 'traffic',
      state: 'good',
      says:
        on.length === 0
          ? 'every switch is off: nothing leaves this machine'
          : `switched on: ${on.map(([kind]) => kind).join(', ')}`,
    },
  ];
}
