import type { Command } from 'commander';
import { Option } from 'commander';
import type { App } from '../../app.ts';
import { PARTY_KINDS } from '../../domain/deconfliction.ts';
import type { World } from '../../ports/world.ts';
import { printJson } from '../json.ts';
import { addCommonOptions, chosenOperation, shellWord, suggestedOptions, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

/* What the subcommands of deconflict have in common. */

export interface RoundOptions extends CommonOptions {
  readonly operation?: string;
}

export const NOTES = `Before the first notice, and for each batch of replacements, law enforcement, the
national CSIRT and known sinkhole operators are asked whether a server is theirs or
being watched. A round is complete when of each kind somebody was asked and nobody
is waited for; two different people may say why a kind is not asked.`;

export function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'what kind of party').choices(PARTY_KINDS);
}

export async function inOperation(
  face: Face,
  options: RoundOptions,
  work: (app: App, world: World, operation: string) => Promise<{ readonly result: unknown; readonly text: string }>,
): Promise<void> {
  await withApp(face, options, async (app) => {
    const world = await app.openWorld();
    const { result, text } = await work(app, world, await chosenOperation(world, options.operation));
    if (options.json === true) printJson(face.terminal, result);
    else face.terminal.out(text);
  });
}

export function nextOptions(operation: string, options: CommonOptions): string {
  return ` --operation ${shellWord(operation)}${suggestedOptions(options)}`;
}
