import { Command, Option } from 'commander';
import type { App } from '../../app.ts';
import { isoInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import { originOf, signCheckpoint } from '../../ledger/checkpoint.ts';
import type { World } from '../../ports/world.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { assertContinues } from './ledger-shared.ts';
import { addCommonOptions, addOfflineOption, shellWord, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface TimestampOptions extends CommonOptions {
  readonly tsa?: string;
}

export function timestampCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('timestamp')))
    .summary('have a time-stamping authority sign when the ledger stood as it stands')
    .description(
      'Asks a time-stamping authority (RFC 3161) for a token over the SHA-256 of a new signed checkpoint, checks it, ' +
        'and records it in the ledger. The authority learns that hash and nothing else. Traffic of the kind ' +
        '"timestamp" must be switched on. Whether the authority is to be trusted is for the reader to decide.',
    )
    .addOption(new Option('--tsa <url>', 'the authority, http or https').makeOptionMandatory())
    .addOption(new Option('--out <dir>', 'where the checkpoint and the token are written'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          [
            'dismantle ledger timestamp --tsa https://tsa.example/tsr --out stamped',
            'Writes stamped/checkpoint.txt and stamped/token.tsr.',
          ],
        ],
      }),
    )
    .action(async (options: TimestampOptions) => {
      const tsa = authorityIn(options.tsa ?? '');
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        // Before anything is signed or introduced: who has it switched off gets nothing but that answer.
        world.outgoing.assertAllowed('timestamp');
        await app.introduceLedgerKey(world);
        const { checkpoint, entries } = await newCheckpoint(app, world);
        const bytes = Buffer.from(checkpoint, 'utf8');
        const { genTime, token, response } = await app.requestTimestamp(world, tsa, bytes);
        const stamped = {
          checkpoint,
          tsa,
          genTime: isoInstant(genTime),
          token: Buffer.from(token).toString('base64'),
        };
        await world.store.write((transaction) =>
          transaction.append({
            actor: world.actor,
            recordedAt: world.clock.now(),
            kind: 'checkpoint.timestamped',
            subject: stamped.tsa,
            body: { schema: 1, ...stamped },
          }),
        );
        await app.keepCheckpoint(checkpoint);
        const put = (name: string, content: Uint8Array): Promise<string> =>
          options.out === undefined
            ? world.output.put('ledger-timestamps', `${entries}/${name}`, content)
            : world.output.put('', name, content);
        const files = { checkpoint: await put('checkpoint.txt', bytes), token: await put('token.tsr', response) };
        if (options.json === true) {
          printJson(face.terminal, { entries, ...stamped, files });
          return;
        }
        face.terminal.out(
          `${safeText(stamped.tsa)} knew the checkpoint of ${entries} entries at ${stamped.genTime}.\n` +
            `  ${safeText(files.checkpoint)}\n  ${safeText(files.token)}\n` +
            "Check it with the authority's root certificate, which you get from the authority:\n" +
            `  openssl ts -verify -in ${shellWord(files.token)} -data ${shellWord(files.checkpoint)} -CAfile tsa-root.pem\n`,
        );
      });
    });
}

/** As it goes into the ledger. What else is wrong with it, the adapter that connects to it says. */
function authorityIn(text: string): string {
  if (URL.canParse(text)) return new URL(text).href;
  throw problem('usage', `--tsa "${text}" is no address`, 'Give one such as https://tsa.example/tsr');
}

async function newCheckpoint(app: App, world: World): Promise<{ checkpoint: string; entries: number }> {
  return world.store.read(async (transaction) => {
    const { organisation, entries, root } = await transaction.ledgerReader().head();
    await assertContinues(app, entries);
    const signer = await app.openLedgerKey(transaction);
    return { checkpoint: signCheckpoint({ origin: originOf(organisation), size: entries, root }, signer), entries };
  });
}
