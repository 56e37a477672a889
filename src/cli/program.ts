import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { armCommands } from './commands/arm.ts';
import { approveCommand } from './commands/approve.ts';
import { assignmentCommand } from './commands/assignment.ts';
import { backupCommand } from './commands/backup.ts';
import { attestCommand, kindCommand } from './commands/attest.ts';
import { authorityCommand } from './commands/authority.ts';
import { candidatesCommand } from './commands/candidates.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { contributionsCommand } from './commands/contributions.ts';
import { coverageCommand } from './commands/coverage.ts';
import { deconflictCommand } from './commands/deconflict.ts';
import { doorCommand } from './commands/door.ts';
import { doctorCommand } from './commands/doctor.ts';
import { dueCommand, dutyCommand, handoverCommand } from './commands/due.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exerciseCommand } from './commands/exercise.ts';
import { explainCommand } from './commands/explain.ts';
import { fingerprintCommand } from './commands/fingerprint.ts';
import { giveCommand } from './commands/give.ts';
import { groundCommand } from './commands/ground.ts';
import { handsOffCommand } from './commands/hands-off.ts';
import { auditCommand, ledgerCommand } from './commands/ledger.ts';
import { listCommands } from './commands/lists.ts';
import { mailCommand } from './commands/mail.ts';
import { partnerCommand } from './commands/partner.ts';
import { sourceCommand } from './commands/source.ts';
import { webhookCommand } from './commands/webhook.ts';
import { personCommand } from './commands/person.ts';
import { lookCommand } from './commands/look.ts';
import { identityCommand } from './commands/identity.ts';
import { passkeyCommand } from './commands/passkey.ts';
import { sessionCommand } from './commands/session.ts';
import { providerCommand } from './commands/provider.ts';
import { reportCommand } from './commands/report.ts';
import { transparencyCommand } from './commands/transparency.ts';
import { statusCommand } from './commands/status.ts';
import { importCommand, runCommand } from './commands/run.ts';
import { retractCommand } from './commands/retract.ts';
import { reviewCommand } from './commands/review.ts';
import { retentionCommand } from './commands/retention.ts';
import { operationCommand } from './commands/operation.ts';
import { publishCommand } from './commands/publish.ts';
import { probingCommand } from './commands/probing.ts';
import { probeCommand, watchCommand } from './commands/watch.ts';
import { playbookCommand } from './commands/playbook.ts';
import type { Face } from './commands/shared.ts';
import { vantageCommand, vantagesCommand } from './commands/vantages.ts';
import { severanceCommand } from './commands/severance.ts';
import { serveCommand } from './commands/serve.ts';
import { strikeCommand } from './commands/strike.ts';
import { tokenCommand } from './commands/token.ts';
import { aimCommand, formCommand, outgoingCommand, phoneCommand, sendCommand } from './commands/send.ts';
import { takeBackCommands } from './commands/take-back.ts';
import { verdictCommand } from './commands/verdict.ts';
import { workerCommand, workersCommand } from './commands/worker.ts';
import { OVERALL_HELP } from './help-text.ts';
import { safeLines } from './terminal.ts';

const OVERVIEW =
  "dismantle takes a botnet's command-and-control servers offline by lawful means: feeds in, servers identified, " +
  'providers located, methods determined, notices drafted, and a tamper-evident ledger of all of it. Nothing leaves ' +
  'this machine unless it has been switched on, armed and approved.';

const PACKAGE_FILE = new URL('../../package.json', import.meta.url);

/** The whole command line. */
export function createProgram(face: Face): Command {
  const program = new Command('dismantle');
  program
    .description(OVERVIEW)
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    // The list of commands is read for their names; what each takes stands in its own help.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    // What stands behind a subcommand is the subcommand's: notices and notices lint both take --json.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => face.terminal.out(text),
      writeErr: (text) => face.terminal.err(text),
      outputError: (text, write) => {
        const [said = '', meant] = safeLines(text)
          .replace(/^error: /, '')
          .trim()
          .split('\n');
        // What was meant instead, where commander can guess it, goes with the sentence.
        write(`${face.terminal.errStyle.red('dismantle:')} ${said}${meant === undefined ? '' : ` ${meant}`}\n`);
      },
    })
    .showHelpAfterError('  Run the command again with --help to see what it takes')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', OVERALL_HELP);
  const commands = [
    runCommand(face),
    importCommand(face),
    ...listCommands(face),
    explainCommand(face),
    attestCommand(face),
    kindCommand(face),
    providerCommand(face),
    reviewCommand(face),
    approveCommand(face),
    ...takeBackCommands(face),
    lookCommand(face),
    probeCommand(face),
    watchCommand(face),
    probingCommand(face),
    vantagesCommand(face),
    vantageCommand(face),
    verdictCommand(face),
    fingerprintCommand(face),
    candidatesCommand(face),
    deconflictCommand(face),
    handsOffCommand(face),
    authorityCommand(face),
    coverageCommand(face),
    sendCommand(face),
    outgoingCommand(face),
    aimCommand(face),
    strikeCommand(face),
    formCommand(face),
    phoneCommand(face),
    mailCommand(face),
    doorCommand(face),
    webhookCommand(face),
    dueCommand(face),
    dutyCommand(face),
    handoverCommand(face),
    retractCommand(face),
    statusCommand(face),
    severanceCommand(face),
    reportCommand(face),
    transparencyCommand(face),
    operationCommand(face),
    evidenceCommand(face),
    giveCommand(face),
    publishCommand(face),
    contributionsCommand(face),
    exerciseCommand(face),
    serveCommand(face),
    workerCommand(face),
    workersCommand(face),
    backupCommand(face),
    personCommand(face),
    passkeyCommand(face),
    identityCommand(face),
    sessionCommand(face),
    tokenCommand(face),
    partnerCommand(face),
    sourceCommand(face),
    assignmentCommand(face),
    ...armCommands(face),
    groundCommand(face),
    ledgerCommand(face),
    auditCommand(face),
    retentionCommand(face),
    playbookCommand(face),
    configCommand(face),
    doctorCommand(face),
    completionCommand(face),
  ];
  for (const command of commands) program.addCommand(inherit(command, program));
  return program;
}

function ownVersion(): string {
  // Our own manifest, which npm has read before us.
  const manifest: { readonly version: string } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'));
  return manifest.version;
}

/** Commands that were made apart do not take over how their parent ends and where it writes. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
  return command;
}
