import { Command, Option } from 'commander';
import { endAuthority, serveAuthority, unsealAuthority } from '../../flow/authorities.ts';
import type { AuthorityStanding } from '../../flow/authorities.ts';
import { instantOf } from '../../flow/deconflict.ts';
import { authorityText } from '../authority-text.ts';
import { helpText } from '../help-text.ts';
import { addOperation, inOperation } from './authority-shared.ts';
import type { OperationOptions } from './authority-shared.ts';
import type { Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface WhenOptions extends OperationOptions, SignerOptions {
  readonly at?: string;
}

interface ServeOptions extends WhenOptions {
  readonly provider?: string;
  readonly method: string;
  readonly proof: string;
  readonly at: string;
}

export function serveCommand(face: Face): Command {
  return addSigner(addOperation(new Command('serve')))
    .summary('record that it was served, how, and what proves it; counsel signs')
    .description(
      'Records service of an instrument. A notice that rests on an order says how its recipient got a copy, and waits until ' +
        'that is on record.',
    )
    .argument('<reference>', 'the authority')
    .addOption(new Option('--provider <name>', 'on whom: name or key (default: on all that it concerns)'))
    .requiredOption('--method <text>', 'how: by process server, by mail to counsel …; notices quote it')
    .requiredOption('--proof <text>', 'what proves it: a receipt, a return of service, where it is kept')
    .requiredOption('--at <moment>', 'when, UTC, year first')
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            "dismantle authority serve court-order-1 --provider 'Hosting Example' \\\n" +
              "    --method 'by process server' --proof 'return of service, file 12' \\\n" +
              "    --at 2026-11-21T10:00Z --as Bo --reason 'served'",
            'Records service on one provider.',
          ],
        ],
      }),
    )
    .action(async (reference: string, options: ServeOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const { provider = null, method, proof, as: person, reason } = options;
        const words = { provider, method, proof, person, reason, servedAt: instantOf(options.at, '--at') };
        return shown(await serveAuthority(world, signingOf(app, options), operation, reference, words));
      });
    });
}

export function unsealCommand(face: Face): Command {
  return addSigner(addOperation(new Command('unseal')))
    .summary('say from when on it may be told of; counsel signs')
    .description(
      'Says when the seal on an instrument falls. Notices that leave from then on name it; earlier ones wait.',
    )
    .argument('<reference>', 'the authority')
    .addOption(new Option('--at <moment>', 'from when on, UTC, year first (default: now)'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle authority unseal court-order-1 --as Bo --reason 'order of 24 November'", 'Unseals it at once.'],
        ],
      }),
    )
    .action(async (reference: string, options: WhenOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const signing = signingOf(app, options);
        return shown(await unsealAuthority(world, signing, operation, reference, whenOf(options)));
      });
    });
}

export function expireCommand(face: Face): Command {
  return addSigner(addOperation(new Command('expire')))
    .summary('end it before its time; counsel signs')
    .description(
      'Ends an instrument: vacated, withdrawn, superseded. What rests on it and has not been sent does not leave any more, ' +
        'and the next run decides anew.',
    )
    .argument('<reference>', 'the authority')
    .addOption(new Option('--at <moment>', 'from when on, UTC, year first (default: now)'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ["dismantle authority expire court-order-1 --as Bo --reason 'vacated on 25 November'", 'Ends it at once.'],
        ],
      }),
    )
    .action(async (reference: string, options: WhenOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const signing = signingOf(app, options);
        return shown(await endAuthority(world, signing, operation, reference, whenOf(options)));
      });
    });
}

function whenOf({ at, as: person, reason }: WhenOptions): { person: string; reason: string; at: number | null } {
  return { person, reason, at: at === undefined ? null : instantOf(at, '--at') };
}

function shown(authority: AuthorityStanding): { readonly result: unknown; readonly text: string } {
  return { result: authority, text: authorityText(authority) };
}
