import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { isoInstant, readableInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { workOverview } from '../../flow/work.ts';
import type { WorkCount, WorkerView, WorkOverview } from '../../flow/work.ts';
import { WORK_KINDS } from '../../worker/kinds.ts';
import type { WorkKind } from '../../worker/kind.ts';
import { settingsHash } from '../../worker/settings-hash.ts';
import { work } from '../../worker/worker.ts';
import type { WorkerEvent } from '../../worker/worker.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownText } from '../shown.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { safeLines, safeText } from '../terminal.ts';
import { addCommonOptions, addOfflineOption, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface WorkerOptions extends CommonOptions {
  readonly kinds?: string;
  readonly concurrency: string;
  readonly name?: string;
  readonly once?: boolean;
  readonly verbose?: boolean;
}

const KINDS = WORK_KINDS.map(({ name }) => name);
const MOST_AT_ONCE = 32;

const NOTES = `Start it on as many machines as you like, all with the same DATABASE_URL and the
same settings: they divide the work among themselves, no two are at the same at once,
and what one that dies was at is begun anew by another.
Kinds: ${KINDS.join(', ')}.
What a machine cannot do (traffic that is switched off there, no mail server, no
lists) it leaves to others, and says so. With --json every event is one line.`;

export function workerCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('worker')))
    .summary('do what is due, beside any number of other workers')
    .description(
      'Does what is due for every operation, again and again: runs over what is there, sends what may leave, watches where ' +
        'probing is on, takes answers in. Goes on until Ctrl-C or SIGTERM, which finishes what is under way.',
    )
    .addOption(new Option('--kinds <list>', 'only these kinds, with commas between (default: all that it can do)'))
    .addOption(new Option('--concurrency <n>', 'how much is done at once').default('4'))
    .addOption(new Option('--name <name>', 'what it is called in the ledger (default: the machine and its pid)'))
    .addOption(new Option('--once', 'do what is due now, and end: for cron'))
    .addOption(new Option('--verbose', 'a line for everything that is done, also where nothing came of it'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle worker', 'Works until Ctrl-C.'],
          ['dismantle worker --kinds send,mail --concurrency 8', 'For the machine that may reach the mail server.'],
          ['dismantle worker --once', 'One pass over what is due.'],
        ],
        exits: [
          '0    It was ended, or with --once all went well.',
          '1    It cannot do any kind, or with --once something failed.',
          '3    A newer version has migrated the database: that version is needed.',
        ],
      }),
    )
    .action(async (options: WorkerOptions) => {
      const wanted = kindsOf(options.kinds);
      const concurrency = concurrencyOf(options.concurrency);
      await withApp(face, options, async (app) => {
        const organisations = await app.openOrganisations();
        const name = nameOf(options.name);
        const world = organisations.worldOf(organisations.first, name);
        const judged = wanted.map((kind) => ({ kind, why: kind.cannot(app, world) }));
        const kinds = judged.flatMap(({ kind, why }) => (why === null ? [kind] : []));
        const cannot = judged.flatMap(({ kind, why }) => (why === null ? [] : [{ kind: kind.name, why }]));
        const [refused] = cannot;
        if (refused !== undefined && (options.kinds !== undefined || kinds.length === 0)) {
          throw problem(
            'settings',
            `this machine cannot do ${cannot.map(({ kind, why }) => `${kind} (${why})`).join('; ')}`,
            'Set what is missing, or leave it out of --kinds; dismantle config show tells what is in force',
          );
        }
        const settings = await settingsHash(app);
        const { done, failed } = await work(app, organisations, {
          name,
          kinds,
          cannot,
          concurrency,
          settings,
          once: options.once === true,
          signal: face.signal,
          tell: (event) => tell(face, options, { name, version: app.version, at: app.clock.now() }, event),
        });
        if (options.json === true) line(face, { at: isoInstant(app.clock.now()), kind: 'ended', name, done, failed });
        else face.terminal.out(`${safeText(name)} has ended: ${done} done, ${failed} failed.\n`);
        if (options.once === true && failed > 0) {
          throw problem('refused', `${failed} failed; the lines above say why`, 'dismantle workers lists what fails');
        }
      });
    });
}

function kindsOf(text: string | undefined): readonly WorkKind[] {
  if (text === undefined) return WORK_KINDS;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !KINDS.includes(name));
  if (unknown !== undefined) throw problem('usage', `--kinds: there is no "${unknown}"`, `Known: ${KINDS.join(', ')}`);
  return WORK_KINDS.filter(({ name }) => names.includes(name));
}

function concurrencyOf(text: string): number {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MOST_AT_ONCE) return number;
  throw problem('usage', `--concurrency "${text}" is no number from 1 to ${MOST_AT_ONCE}`, 'Example: --concurrency 4');
}

function nameOf(given: string | undefined): string {
  if (given === undefined) return `${hostname()}/${process.pid}`.slice(0, 60);
  if (/^[A-Za-z0-9][\w.:@/ -]{0,59}$/.test(given)) return given;
  throw problem(
    'usage',
    `--name "${given}" is no name of up to 60 letters, digits, "." "-" "_" "/" ":" "@" and blanks`,
  );
}

interface Teller {
  readonly name: string;
  readonly version: string;
  readonly at: number;
}

function tell(face: Face, options: WorkerOptions, { name, version, at }: Teller, event: WorkerEvent): void {
  const { terminal } = face;
  if (event.kind === 'failed' && event.fault !== null) {
    const words = event.fault instanceof Error ? (event.fault.stack ?? event.fault.message) : event.problem;
    terminal.err(`dismantle: ${event.work} failed by a fault of ours:\n${safeLines(words)}\n`);
  }
  if (options.json === true) {
    if (event.kind === 'done' && event.said === null && options.verbose !== true) return;
    line(face, jsonOf(name, at, event));
    return;
  }
  const words = wordsOf(event, version, options.verbose === true);
  if (words !== null) terminal.out(`${readableInstant(at)}  ${words}\n`);
}

function jsonOf(name: string, at: number, event: WorkerEvent): unknown {
  const head = { at: isoInstant(at), name };
  if (event.kind === 'done') return { ...head, ...event, tookMs: Math.round(event.tookMs) };
  if (event.kind !== 'failed') return { ...head, ...event };
  const { fault: _fault, nextAt, ...rest } = event;
  return { ...head, ...rest, nextAt: isoInstant(nextAt) };
}

function wordsOf(event: WorkerEvent, version: string, isVerbose: boolean): string | null {
  switch (event.kind) {
    case 'started': {
      const not = event.cannot.map(({ kind, why }) => `; not ${kind}: ${why}`).join('');
      return `dismantle ${version} works: ${event.does.join(', ')}${safeText(not)} — Ctrl-C ends it.`;
    }
    case 'said':
      return `${event.work} ${safeText(event.about)}: ${shownText(event.words)}`;
    case 'done':
      if (event.said !== null) return `${event.work} ${safeText(event.about)}: ${safeText(event.said)}`;
      return isVerbose ? `${event.work} ${safeText(event.about)}: done in ${Math.round(event.tookMs)} ms` : null;
    case 'failed': {
      const tries = event.failures === 1 ? '' : ` for the ${event.failures}th time`;
      const { work: kind, about, problem: words, nextAt } = event;
      return `${kind} ${safeText(about)} failed${tries}: ${shownText(words)}; again at ${isoInstant(nextAt).slice(11, 19)} UTC`;
    }
    case 'away':
      return `the database is away: ${safeText(event.problem)}; goes on when it is back`;
    case 'back':
      return 'the database is back';
    default:
      return null;
  }
}

function line({ terminal }: Face, value: unknown): void {
  terminal.out(`${safeText(JSON.stringify(value))}\n`);
}

export function workersCommand(face: Face): Command {
  return addCommonOptions(new Command('workers'))
    .summary('list who works here, what waits for them, and what fails')
    .description(
      'Lists the workers that have said within a day that they are there, how much of each kind of work there is, and ' +
        'what failed when it was last tried.',
    )
    .addHelpText(
      'after',
      helpText({
        notes: `A worker says every five seconds that it is there; one that has not for thirty is
silent: killed, cut off, or on a machine whose clock is wrong. SETTINGS is a hash over
what decisions are made by; workers that differ in it decide differently.`,
        examples: [
          ['dismantle workers', 'Lists them.'],
          ["dismantle workers --json | jq '.failing'", 'Prints what fails, for a monitor.'],
        ],
      }),
    )
    .action(async (options: CommonOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const overview = await workOverview(world);
        if (options.json === true) printJson(face.terminal, overviewJson(overview));
        else face.terminal.out(overviewText(overview, face));
      });
    });
}

function overviewJson({ workers, failing, ...rest }: WorkOverview): unknown {
  return {
    workers: workers.map((worker) => ({
      ...worker,
      startedAt: isoInstant(worker.startedAt),
      seenAt: isoInstant(worker.seenAt),
    })),
    ...rest,
    failing: failing.map((record) => ({
      ...record,
      dueAt: isoInstant(record.dueAt),
      doneAt: record.doneAt === null ? null : isoInstant(record.doneAt),
    })),
  };
}

const WORKER_COLUMNS: readonly Column<WorkerView>[] = [
  { title: 'WORKER', value: ({ name }) => name },
  { title: 'VERSION', value: ({ version }) => version },
  { title: 'DOES', value: ({ kinds }) => kinds.join(', ') },
  { title: 'AT', right: true, value: ({ busy }) => busy.length },
  { title: 'SINCE', value: ({ startedAt }) => readableInstant(startedAt) },
  { title: 'SEEN', value: ({ seenAt, isSilent }) => `${readableInstant(seenAt)}${isSilent ? ', silent since' : ''}` },
  { title: 'SETTINGS', value: ({ settings }) => settings },
];

const WORK_COLUMNS: readonly Column<WorkCount>[] = [
  { title: 'WORK', value: ({ kind }) => kind },
  { title: 'THINGS', right: true, value: ({ things }) => things },
  { title: 'DUE', right: true, value: ({ due }) => due },
  { title: 'FAILING', right: true, value: ({ failing }) => failing },
  { title: 'DONE', right: true, value: ({ done }) => done },
];

const FAILING_COLUMNS: readonly Column<WorkOverview['failing'][number]>[] = [
  { title: 'FAILING', value: ({ kind }) => kind },
  { title: 'ABOUT', value: ({ about }) => about },
  { title: 'TRIES', right: true, value: ({ failures }) => failures },
  { title: 'AGAIN', value: ({ dueAt }) => readableInstant(dueAt) },
  { title: 'WHY', max: 90, value: ({ problem: words }) => words },
];

function overviewText({ workers, settingsDiffer, work: counts, failing }: WorkOverview, face: Face): string {
  const { style } = face.terminal;
  const parts = [
    workers.length === 0 ? 'Nobody works here: dismantle worker\n' : table(workers, WORKER_COLUMNS, style),
  ];
  if (settingsDiffer) {
    parts.push(
      `${style.yellow('Workers differ in what they decide by.')} Give all the same settings, lists and playbook.\n`,
    );
  }
  if (counts.length > 0) parts.push(table(counts, WORK_COLUMNS, style));
  if (failing.length > 0) parts.push(table(failing, FAILING_COLUMNS, style));
  return parts.join('\n');
}
