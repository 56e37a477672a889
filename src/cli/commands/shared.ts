import type { Command } from 'commander';
import { Option } from 'commander';
import { createApp } from '../../app.ts';
import type { App, AppOptions } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import type { Operation } from '../../domain/operation.ts';
import type { InputFile } from '../../ports/input-files.ts';
import type { World } from '../../ports/world.ts';
import { faultText } from '../fault-text.ts';
import { createProgressLine } from '../progress-line.ts';
import { safeText } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

/** What every command gets: where to write, how it is told to stop. */
export interface Face {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The options that every command takes, as commander gives them. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly config?: string;
  readonly offline?: boolean;
  readonly json?: boolean;
  readonly providers?: string;
  readonly csirts?: string;
  readonly warninglists?: string;
  readonly torExits?: readonly string[];
  readonly protect?: readonly string[];
  readonly playbook?: string;
  readonly out?: string;
  readonly texts?: string;
}

export function addCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--data-dir <dir>',
        'where everything is kept (default: DISMANTLE_DATA_DIR, or the place that dismantle --help names)',
      ),
    )
    .addOption(new Option('--config <file>', 'the settings file (default: dismantle.yaml in the data directory)'))
    .addOption(new Option('--json', 'print one JSON value on standard output, and nothing else there'));
}

/** Who says something that goes into the ledger, and why. */
export interface SpeakerOptions {
  readonly as: string;
  readonly reason: string;
}

export function addSpeaker(command: Command): Command {
  return command
    .addOption(new Option('--as <person>', 'who says it; goes into the ledger').makeOptionMandatory())
    .addOption(new Option('--reason <text>', 'why; goes into the ledger').makeOptionMandatory());
}

/** The options that open the network or keep it shut. */
export function addOfflineOption(command: Command): Command {
  return command.addOption(new Option('--offline', 'let no traffic out, whatever the settings switch on'));
}

/** The options that say what protected ground is. */
export function addListOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--warninglists <dir>', 'a folder of MISP warning lists: protected ground is held or narrowed'),
    )
    .addOption(
      gathering(new Option('--tor-exits <file>', 'a list of Tor exits, which are held; may be given several times')),
    )
    .addOption(
      gathering(
        new Option('--protect <file>', 'a list of your own of what is to be protected; may be given several times'),
      ),
    );
}

function gathering(option: Option): Option {
  return option.argParser((file: string, before: readonly string[]) => [...before, file]).default([], 'none');
}

/** Builds the application, hands it to the command's work, and closes it whatever happens. */
export async function withApp<Value>(
  face: Face,
  options: CommonOptions,
  work: (app: App) => Promise<Value>,
): Promise<Value> {
  const progress = createProgressLine(face.terminal);
  const app = await createApp({
    dataDirectory: options.dataDir ?? null,
    configFile: options.config ?? null,
    environment: face.environment,
    offline: options.offline ?? false,
    progress,
    signal: face.signal,
    overrides: overridesOf(options),
  });
  tellWithoutEffect(face, app.inForce.withoutEffect);
  let value: Value;
  try {
    value = await work(app);
  } catch (cause) {
    progress.end();
    // What the work met decides the exit code, and what cannot be closed after it must not stand in its place.
    await app.close().catch((fault: unknown) => face.terminal.err(faultText('closing', fault)));
    throw cause;
  }
  progress.end();
  await app.close();
  return value;
}

/** What somebody has set or written and nothing heeds. */
export function tellWithoutEffect({ terminal }: Face, sentences: readonly string[]): void {
  for (const sentence of sentences) {
    terminal.err(`${terminal.errStyle.yellow('dismantle:')} ${safeText(sentence)}\n`);
  }
}

function overridesOf({
  providers,
  csirts,
  warninglists,
  torExits = [],
  protect = [],
  playbook,
  out,
  texts,
}: CommonOptions): AppOptions['overrides'] {
  return {
    ...(providers === undefined ? {} : { providers }),
    ...(csirts === undefined ? {} : { csirts }),
    ...(warninglists === undefined ? {} : { warninglists }),
    ...(torExits.length === 0 ? {} : { torExits }),
    ...(protect.length === 0 ? {} : { protect }),
    ...(playbook === undefined ? {} : { playbook }),
    ...(out === undefined ? {} : { out }),
    ...(texts === undefined ? {} : { noticeTexts: texts }),
  };
}

/** The options that a suggested command needs to find the same data, with a blank before; "" where none are needed. */
export function suggestedOptions({ dataDir, config }: CommonOptions): string {
  const named = [['--data-dir', dataDir] as const, ['--config', config] as const];
  return named.map(([option, value]) => (value === undefined ? '' : ` ${option} ${shellWord(value)}`)).join('');
}

/** One word of a POSIX shell, quoted where that is needed. */
export function shellWord(text: string): string {
  const safe = safeText(text);
  return /^[\w./~:@%+=-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}

/** The operation that a command means: the one named, or the only one there is. */
export async function chosenOperation(world: World, name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const operations = await world.store.read((transaction) => transaction.operations());
  const [only] = operations;
  if (only !== undefined && operations.length === 1) return only.name;
  throw problem(
    'usage',
    operations.length === 0
      ? 'there is no operation here yet'
      : 'several operations are here; say which one with --operation',
    operations.length === 0
      ? 'Begin one with: dismantle run FILE --operation NAME'
      : `Known ones: ${operationNames(operations)}`,
  );
}

function operationNames(operations: readonly Operation[]): string {
  return operations.map(({ name }) => name).join(', ');
}

/** One file where an option or argument stands for one. */
export function onlyFile(files: readonly InputFile[]): InputFile {
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  throw problem('usage', `the name stands for ${files.length} files`, 'Name one file at a time');
}
