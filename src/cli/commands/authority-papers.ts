import { join } from 'node:path';
import { Command, Option } from 'commander';
import { makeFolder, writeWholeFile } from '../../app.ts';
import { authorityDocument, listAuthorities, requestAuthority, showAuthority } from '../../flow/authorities.ts';
import { authoritiesText, authorityText, requestText } from '../authority-text.ts';
import { helpText } from '../help-text.ts';
import { addOperation, inOperation, oneChunk } from './authority-shared.ts';
import type { OperationOptions } from './authority-shared.ts';
import type { Face } from './shared.ts';

export function listCommand(face: Face): Command {
  return addOperation(new Command('list'))
    .summary('list what is on record, in force or not')
    .description('Lists the authorities of the operation, with how many servers of open cases each covers.')
    .addHelpText('after', helpText({ examples: [['dismantle authority list --json', 'Gives it to a script.']] }))
    .action(async (options: OperationOptions) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const authorities = await listAuthorities(world, operation);
        return { result: authorities, text: authoritiesText(authorities, face.terminal.style) };
      });
    });
}

export function showCommand(face: Face): Command {
  return addOperation(new Command('show'))
    .summary('show one with its scope and service, or write its document')
    .description('Shows all that is on record of one authority.')
    .argument('<reference>', 'the authority')
    .addOption(new Option('--document <file>', 'write the copy of its document there'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle authority show court-order-1', 'Shows it.'],
          ['dismantle authority show court-order-1 --document order.pdf', 'Writes what counsel signed for.'],
        ],
      }),
    )
    .action(async (reference: string, options: OperationOptions & { readonly document?: string }) => {
      await inOperation(face, options, async (_app, world, operation) => {
        const authority = await showAuthority(world, operation, reference);
        if (options.document !== undefined)
          await writeWholeFile(options.document, oneChunk(await authorityDocument(world, authority)));
        return { result: authority, text: authorityText(authority) };
      });
    });
}

const NOTES = `The files list exact addresses, as a court needs them, and are not defanged. Sources are
counted and never named; what they keep for us, and devices of private people, are
counted and not listed. Every page names the SHA-256 of the CSV and the ledger's root.`;

export function requestCommand(face: Face): Command {
  return addOperation(new Command('request'))
    .summary('prepare what counsel needs for an order over further servers')
    .description(
      'Writes an appendix of all servers of open cases that no authority covers, by country and provider with the evidence ' +
        'for each: appendix.docx, appendix.pdf and appendix.csv.',
    )
    .requiredOption('--out <dir>', 'the folder that they go to')
    .addOption(new Option('--for <reference>', 'the order to be supplemented; lists servers in its countries alone'))
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle authority request --out supplement --for court-order-1', 'Prepares a supplemental order.'],
        ],
      }),
    )
    .action(async (options: OperationOptions & { readonly out: string; readonly for?: string }) => {
      await inOperation(face, options, async (app, world, operation) => {
        const organisation = app.settings.organisation.name ?? '(organisation not set)';
        const words = { order: options.for ?? null, organisation };
        const papers = await requestAuthority(world, await app.openDocumentWriters(), operation, words);
        await makeFolder(options.out);
        const files: string[] = [];
        for (const format of ['docx', 'pdf', 'csv'] as const) {
          const file = join(options.out, `appendix.${format}`);
          await writeWholeFile(file, oneChunk(papers[format]));
          files.push(file);
        }
        const { servers, covered, leftOut, sha256 } = papers;
        return { result: { operation, servers, covered, leftOut, sha256, files }, text: requestText(papers, files) };
      });
    });
}
