import type { Command } from 'commander';
import { Option } from 'commander';
import { readBytes } from '../../app.ts';
import type { App } from '../../app.ts';
import { MAX_DOCUMENT_BYTES } from '../../flow/authorities.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';
import { printJson } from '../json.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

/* What the subcommands of authority have in common. */

export interface OperationOptions extends CommonOptions {
  readonly operation?: string;
}

export function addOperation(command: Command): Command {
  return addCommonOptions(command).addOption(
    new Option('--operation <name>', 'which operation (needed where there are several)'),
  );
}

export async function inOperation(
  face: Face,
  options: OperationOptions,
  work: (app: App, world: World, operation: string) => Promise<{ readonly result: unknown; readonly text: string }>,
): Promise<void> {
  await withApp(face, options, async (app) => {
    const world = await app.openWorld();
    const { result, text } = await work(app, world, await chosenOperation(world, options.operation));
    if (options.json === true) printJson(face.terminal, result);
    else face.terminal.out(text);
  });
}

/** A whole file, as long as it is a document and not a disk. */
export async function wholeFile(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readBytes(path)) {
    length += chunk.length;
    if (length > MAX_DOCUMENT_BYTES)
      throw problem('input', `${path} has more than ${MAX_DOCUMENT_BYTES} bytes`, 'Give the order itself, no exhibits');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** An option that may be given several times. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((word: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    word,
  ]);
}
