/** What stands below a command's options, always in this order. */
export interface HelpParts {
  /** Whole paragraphs, already broken into lines of at most 80 characters. */
  readonly notes?: string;
  /** A command line and what it does, one sentence. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Exit codes beyond the common ones. */
  readonly exits?: readonly string[];
}

const COMMON_EXITS = [
  '0    It is done.',
  '1    It failed; standard error says what is wrong and what to do next.',
  '2    The command line is wrong; nothing was done.',
  '130  Ctrl-C stopped it; nothing is half-done.',
];

export function helpText({ notes, examples, exits = [] }: HelpParts): string {
  const parts = [
    ...(notes === undefined ? [] : [notes]),
    ['Examples:', ...examples.map(([command, meaning]) => `  ${command}\n      ${meaning}`)].join('\n'),
    [
      'Exit codes:',
      ...COMMON_EXITS.map((line) => exits.find((own) => codeOf(own) === codeOf(line)) ?? line).map(indent),
    ].join('\n'),
  ];
  return `\n${parts.join('\n\n')}`;
}

const codeOf = (line: string): string => line.slice(0, line.indexOf(' '));
const indent = (line: string): string => `  ${line}`;

/** Files and variables, for the help of the whole program. */
export const OVERALL_HELP = `
A first look, on made-up data and documentation addresses only:
  dismantle run examples/first-look/feed.csv --operation first-look --drill \\
    --providers examples/first-look/providers.yaml \\
    --attest "Your Name" --reason "first look"

Then:
  dismantle servers                       Lists what came in.
  dismantle explain 192.0.2.11            Says why a server stands where it stands.
  dismantle ledger export ledger.jsonl    Writes the record of all of it.
  dismantle audit ledger.jsonl            Checks that record.
  dismantle completion --help             Says how Tab can complete all of this.

Files (DATA is the data directory: --data-dir, DISMANTLE_DATA_DIR, or
$XDG_DATA_HOME/dismantle, which is ~/.local/share/dismantle where that is unset;
%LOCALAPPDATA%\\dismantle on Windows):
  DATA/dismantle.yaml               The settings; --config names another file.
  DATA/postgres/                    The database, unless DATABASE_URL is set.
  DATA/out/OPERATION/outbox/*.eml   Drafted notices; --out puts them elsewhere.
  DATA/out/OPERATION/rejects.csv    Every row the last run rejected, and why.
  DATA/cache/                       Location data, prepared; may be deleted.
  ~/.cache/dismantle/               The program, compiled; may be deleted.

Environment:
  DISMANTLE_DATA_DIR   The data directory.
  DATABASE_URL         A PostgreSQL 18 of your own; also DISMANTLE_DATABASE_URL.
  DISMANTLE_…          Every setting has a variable, which goes before the file:
                       dismantle config show lists them. Options go before both.
  NO_COLOR             Set to anything, it keeps colours off the terminal.

Exit codes:
  0    It is done. Rejected rows do not make a run fail.
  1    It failed, or an audit found the ledger damaged.
  2    The command line is wrong; nothing was done.
  130  Ctrl-C stopped it; nothing is half-done.

Results go to standard output, everything else to standard error. Hosts are shown
defanged; --json gives them exactly. "dismantle help COMMAND" explains a command.`;
