import { Command, Option } from 'commander';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { problem } from '../../domain/problem.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import type { ServerKind } from '../../domain/server.ts';
import { attest, evidenceOf, momentOf, setKind, unattest } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addSpeaker, chosenOperation, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face, SpeakerOptions } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface AttestOptions extends CommonOptions, SignerOptions {
  readonly operation?: string;
  readonly evidence?: string;
  readonly seen?: string;
  readonly withdraw?: boolean;
}

export function attestCommand(face: Face): Command {
  return addSigner(addCommonOptions(new Command('attest')))
    .summary('vouch for one server by name, or take that back')
    .description(
      'Records that a person of the organisation vouches for one server: that it is a C2 server of this botnet, and how ' +
        'that is known. It then passes without a second group of sources, for 30 days. With --evidence and --seen it ' +
        'counts as evidence of C2 of that day as well. Whoever vouches can never approve the notice. Once people are on ' +
        'record (dismantle person), it is one of them who vouches, and signs.',
    )
    .argument('<server>', 'a host, host:port, URL or server id; defanged or not')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--evidence <class>', 'what was seen').choices(EVIDENCE_CLASSES))
    .addOption(new Option('--seen <moment>', 'when, year first: 2026-11-20 or 2026-11-20T07:30Z'))
    .addOption(new Option('--withdraw', 'take the word of this person on this server back'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            "dismantle attest '192.0.2[.]11' --as 'Ada Example' --reason 'config of sample 4f2a'",
            'Vouches for one server.',
          ],
          [
            'dismantle attest 192.0.2.11 --as Ada --reason run93 --evidence netflow --seen 2026-11-24',
            'Adds evidence of C2 with its day.',
          ],
          ["dismantle attest 192.0.2.11 --as 'Ada Example' --reason 'wrong sample' --withdraw", 'Takes it back.'],
        ],
        exits: ['1    There is no such server or operation, or it failed.'],
      }),
    )
    .action(async (server: string, options: AttestOptions) => {
      const { person, reason } = { person: options.as, reason: options.reason };
      if ((options.evidence === undefined) !== (options.seen === undefined)) {
        throw problem(
          'usage',
          '--evidence and --seen go together',
          'Example: --evidence sandbox-run --seen 2026-11-24',
        );
      }
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const words = {
          person,
          reason,
          evidence: options.evidence === undefined ? null : evidenceOf(options.evidence),
          seen: options.seen === undefined ? null : momentOf(options.seen),
        };
        const isWithdrawn = options.withdraw === true;
        const host = isWithdrawn
          ? await unattest(world, operation, server, { person, reason })
          : await attest(world, operation, server, words, signingOf(app, options));
        if (options.json === true) {
          printJson(face.terminal, { operation, host, person, withdrawn: isWithdrawn });
          return;
        }
        const said = isWithdrawn ? 'no longer vouches for' : 'vouches for';
        face.terminal.out(
          `${safeText(person)} ${said} ${shownHost(host)}.\nNext: dismantle run --operation ${operation}${suggestedOptions(options)}\n`,
        );
      });
    });
}

interface KindOptions extends CommonOptions, SpeakerOptions {
  readonly operation?: string;
}

const BY_EVIDENCE = 'by-evidence';

export function kindCommand(face: Face): Command {
  return addSpeaker(addCommonOptions(new Command('kind')))
    .summary('say what a server is, where evidence does not or is wrong')
    .description(
      'Records what a person says that a server is. That goes before all evidence, until it is taken back with ' +
        `"${BY_EVIDENCE}". The kind decides what may be asked: devices and hacked hosts are cleaned, never suspended.`,
    )
    .argument('<server>', 'a host, host:port, URL or server id; defanged or not')
    .argument('<kind>', [...SERVER_KINDS, BY_EVIDENCE].join(', '))
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle kind 192.0.2.11 iot-device --as 'Ada Example' --reason 'the ISP says so'", 'Says what it is.'],
          [`dismantle kind 192.0.2.11 ${BY_EVIDENCE} --as 'Ada Example' --reason 'mixed up'`, 'Takes that back.'],
        ],
        exits: ['1    There is no such server or operation, or it failed.'],
      }),
    )
    .action(async (server: string, word: string, options: KindOptions) => {
      const kind = kindOf(word);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const host = await setKind(world, operation, server, { kind, person: options.as, reason: options.reason });
        if (options.json === true) {
          printJson(face.terminal, { operation, host, kind });
          return;
        }
        const said = kind === null ? 'is judged by evidence again' : `is ${kind}, says ${safeText(options.as)}`;
        face.terminal.out(
          `${shownHost(host)} ${said}.\nNext: dismantle run --operation ${operation}${suggestedOptions(options)}\n`,
        );
      });
    });
}

function kindOf(word: string): ServerKind | null {
  if (word === BY_EVIDENCE) return null;
  const kind = SERVER_KINDS.find((each) => each === word);
  if (kind !== undefined) return kind;
  throw problem('usage', `"${word}" is none of ${[...SERVER_KINDS, BY_EVIDENCE].join(', ')}`);
}
