import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { AUTHORITY_KINDS } from '../../domain/authority.ts';
import type { AuthorityWords } from '../../domain/authority-words.ts';
import { addAuthority } from '../../flow/authorities.ts';
import { authorityText } from '../authority-text.ts';
import { helpText } from '../help-text.ts';
import { addOperation, inOperation, repeated, wholeFile } from './authority-shared.ts';
import type { OperationOptions } from './authority-shared.ts';
import type { Face } from './shared.ts';
import { addSigner, signingOf } from './signer.ts';
import type { SignerOptions } from './signer.ts';

interface AddOptions extends OperationOptions, SignerOptions {
  readonly file?: string;
  readonly reference?: string;
  readonly kind?: string;
  readonly court?: string;
  readonly docket?: string;
  readonly jurisdiction?: readonly string[];
  readonly issued?: string;
  readonly expires?: string;
  readonly bond?: string;
  readonly sealed?: boolean;
  readonly unseal?: string;
  readonly provider?: readonly string[];
  readonly address?: readonly string[];
  readonly prefix?: readonly string[];
  readonly domain?: readonly string[];
  readonly standing?: boolean;
  readonly parent?: string;
  readonly document: string;
}

const NOTES = `A date without an hour is its first moment, in UTC: an order that lapses at the end of
4 December expires on 2026-12-05. A country is one in which the order may be relied
on; whether it binds there is the method table's to say.`;

export function addCommand(face: Face): Command {
  return addSigner(addOperation(new Command('add')))
    .summary('put an order or another instrument on record; counsel signs')
    .description(
      'Puts an instrument on record with a copy of its document. It is never changed afterwards, only served, unsealed ' +
        'and ended. The next run decides by it.',
    )
    .addOption(new Option('--file <file>', 'the instrument in YAML (docs/authorities.md); options go before it'))
    .addOption(new Option('--reference <name>', 'what to call it here (default: its kind and a number)'))
    .addOption(new Option('--kind <kind>', 'what it is').choices(AUTHORITY_KINDS))
    .addOption(new Option('--court <name>', 'the court'))
    .addOption(new Option('--docket <number>', 'the case number; for a statute its citation'))
    .addOption(repeated('--jurisdiction <code>', 'a country that it is for (US, DE …); may be given again'))
    .addOption(new Option('--issued <moment>', 'when it was issued, UTC, year first'))
    .addOption(new Option('--expires <moment>', 'when it runs out (default: when it is ended)'))
    .addOption(new Option('--bond <text>', 'the bond that was posted'))
    .addOption(new Option('--sealed', 'it is under seal: no notice names it'))
    .addOption(new Option('--unseal <moment>', 'when the seal falls'))
    .addOption(repeated('--provider <name>', 'a provider that it names (default: any); may be given again'))
    .addOption(repeated('--address <address>', 'an address in its scope; may be given again'))
    .addOption(repeated('--prefix <prefix>', 'a range in its scope; may be given again'))
    .addOption(repeated('--domain <name>', 'a domain in its scope, with all below it; may be given again'))
    .addOption(new Option('--standing', 'it covers every server of the operation, also later ones'))
    .addOption(new Option('--parent <reference>', 'the authority that it stands on'))
    .requiredOption('--document <file>', 'the document itself; a copy is kept')
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          [
            "dismantle authority add --kind court-order --court 'E.D. Example' --docket 1:26-cv-1 \\\n" +
              '    --jurisdiction US --issued 2026-11-20 --expires 2026-12-05 \\\n' +
              "    --prefix 192.0.2.0/24 --document order.pdf --as Bo --reason 'TRO'",
            'Puts an order over one network on record.',
          ],
          [
            "dismantle authority add --file order.yaml --document order.pdf --as Bo --reason 'TRO'",
            'Takes a long scope from a file.',
          ],
        ],
      }),
    )
    .action(async (options: AddOptions) => {
      await inOperation(face, options, async (app, world, operation) => {
        const file = options.file === undefined ? {} : await app.openAuthorityFile(options.file);
        const document = { name: basename(options.document), bytes: await wholeFile(options.document) };
        const { as: person, reason } = options;
        const words = { kind: '', issued: '', jurisdictions: [], ...file, ...wordsOf(options) };
        const signing = signingOf(app, options);
        const added = await addAuthority(world, signing, operation, words, document, { person, reason });
        const next = `Next: dismantle run --operation ${operation} decides anew.\n`;
        return { result: added, text: `${authorityText(added)}${next}` };
      });
    });
}

/** What was said on the command line, and nothing else. */
function wordsOf(options: AddOptions): Partial<AuthorityWords> {
  const { jurisdiction, provider, address, prefix, domain } = options;
  const { reference, kind, court, docket, issued, expires, bond, sealed, unseal, standing, parent } = options;
  const said = {
    reference,
    kind,
    court,
    docket,
    issued,
    expires,
    bond,
    sealed,
    unseal,
    standing,
    parent,
    jurisdictions: jurisdiction,
    providers: provider,
    addresses: address,
    prefixes: prefix,
    domains: domain,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
