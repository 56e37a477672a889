import { Command, Option } from 'commander';
import { SETTLEMENTS } from '../../domain/case.ts';
import { accept, settle, settlementOf, verdictOf } from '../../flow/verify.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { safeText } from '../terminal.ts';
import { verdictJson, verdictText } from '../verdict-text.ts';
import { addCommonOptions, addSpeaker, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

const OPERATION = '--operation <name>';
const WHICH = 'which operation (needed where there are several)';
const SERVER = 'a host, host:port, URL or server id; defanged or not';

export function verdictCommand(face: Face): Command {
  const verdict = new Command('verdict').summary('how a server stands by our own looks, and what a person says of it');
  verdict.description(
    'Shows whether a server is alive, dark or something else by now, and what is lacking before it is confirmed dark; ' +
      'and records what a person says of one that answers as something else.',
  );
  verdict.addHelpText(
    'after',
    helpText({ examples: [['dismantle verdict show 192.0.2.11', 'Shows how one stands.']] }),
  );
  verdict.addCommand(showCommand(face));
  verdict.addCommand(settleCommand(face));
  verdict.addCommand(acceptCommand(face));
  return verdict;
}

interface ServerOptions extends CommonOptions {
  readonly operation?: string;
}

const SHOW_NOTES = `c2-live    answers, and bears a fingerprint that a source has tied to the botnet
live       answers as before, or answers and nothing is known to hold it against
answers-other  another certificate or service, a sinkhole, a parked name, a page gone
dark       closed, silent, unreachable, or a name without an address: everywhere
inconclusive   the looks tell nothing; it changes nothing that was told before
One vantage that finds it alive keeps it alive. Only looks of the program confirm.`;

function showCommand(face: Face): Command {
  return addCommonOptions(new Command('show'))
    .summary('show how a server stands, each endpoint by vantage, and what the quorum lacks')
    .description('Shows the verdict on one server, the newest looks behind it, and when it can be confirmed dark.')
    .argument('<server>', SERVER)
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        notes: SHOW_NOTES,
        examples: [
          ['dismantle verdict show 192.0.2.11', 'Shows how one stands.'],
          ['dismantle verdict show 192.0.2.11 --json | jq .run.earliestAt', 'Says when it can be confirmed.'],
        ],
      }),
    )
    .action(async (server: string, options: ServerOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const view = await verdictOf(world, operation, server, app.settings.verify);
        if (options.json === true) printJson(face.terminal, verdictJson(view));
        else face.terminal.out(verdictText(view, face.terminal.style));
      });
    });
}

const SETTLE_NOTES = `Only for what a look found answering as something else. It is watched on, and where
the botnet's own service answers again, a new case begins. A notice that was wrong
from the beginning is taken back instead: dismantle retract.`;

interface SettleOptions extends ServerOptions, SignerOptions {
  readonly is: string;
}

function settleCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('settle')))
    .summary('say what a server is by now that answers as something else; closes its case')
    .description('Closes the case of a server that is cleaned, let anew, a sinkhole or parked by now. You sign it.')
    .argument('<server>', SERVER)
    .addOption(new Option('--is <what>', 'what it is by now').choices(SETTLEMENTS).makeOptionMandatory())
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        notes: SETTLE_NOTES,
        examples: [
          [
            "dismantle verdict settle 192.0.2.11 --is re-let --as Ada --reason 'a shop, by its host'",
            'Closes its case.',
          ],
        ],
      }),
    )
    .action(async (server: string, options: SettleOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const words = { person: options.as, reason: options.reason, as: settlementOf(options.is) };
        const host = await settle(world, signingOf(app, options), operation, server, words);
        if (options.json === true) printJson(face.terminal, { operation, host, settledAs: words.as });
        else {
          face.terminal.out(
            `${shownHost(host)} is ${words.as}, says ${safeText(options.as)}: its case is closed, and it is watched on.\n`,
          );
        }
      });
    });
}

function acceptCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('accept')))
    .summary("say that the other certificate or service is the botnet's own")
    .description(
      'Takes the service that is named for the botnet’s own, where it is what answered last: looks are held against that from ' +
        'now on, and the next one finds the server alive. With a port it is said of that endpoint alone.',
    )
    .argument('<server>', SERVER)
    .addOption(new Option('--service <sha256>', 'which one, as verdict show names it; without it you are told'))
    .addOption(new Option(OPERATION, WHICH))
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            "dismantle verdict accept 192.0.2.11 --as Ada --reason 'same panel'",
            'Says what answers, and accepts nothing.',
          ],
          [
            "dismantle verdict accept 192.0.2.11 --service SHA256 --as Ada --reason 'same panel'",
            'Accepts that certificate, as long as it is the one that answers.',
          ],
        ],
      }),
    )
    .action(async (server: string, options: ServerOptions & SpeakerOptions & { readonly service?: string }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const words = { person: options.as, reason: options.reason, service: options.service ?? null };
        const done = await accept(world, operation, server, words);
        if (options.json === true) printJson(face.terminal, { operation, ...done });
        else {
          face.terminal.out(
            `${shownHost(done.host)}, port ${done.ports.join(', ')}: what you named is the botnet's own.\n` +
              `Next: dismantle probe ${shownHost(done.host)} --operation ${operation}${suggestedOptions(options)}\n`,
          );
        }
      });
    });
}
