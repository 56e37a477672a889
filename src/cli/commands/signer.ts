import type { Command } from 'commander';
import { Option } from 'commander';
import type { App } from '../../app.ts';
import type { Signing } from '../../ports/signing.ts';
import { addSpeaker } from './shared.ts';
import type { SpeakerOptions } from './shared.ts';

/** Who signs something, why, and with which key. */
export interface SignerOptions extends SpeakerOptions {
  readonly key?: string;
}

/** The options of a command whose act a person signs: --as, --reason and --key. */
export function addSigner(command: Command): Command {
  return addSpeaker(command).addOption(keyOption());
}

export function keyOption(): Option {
  return new Option(
    '--key <file>',
    'your private key, or its .pub while an agent holds it (default: agent, then ~/.ssh)',
  );
}

/** What asks for the signature of the person who gives the command. */
export function signingOf(app: App, { key }: Pick<SignerOptions, 'key'>): Signing {
  return app.openSigning(key ?? null);
}
