import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { makeFolder, writeWholeFile } from '../../app.ts';
import { problem } from '../../domain/problem.ts';
import { GIVEN_TLP, give, GIVING_FORMATS, isFolderFormat, parseRecipient } from '../../flow/giving.ts';
import type { GivenTlp, Giving, GivingFormat } from '../../flow/giving.ts';
import { givingText } from '../give-text.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface GiveOptions extends CommonOptions {
  readonly operation?: string;
  readonly to: string;
  readonly format: GivingFormat;
  readonly tlp?: GivenTlp;
  readonly live?: boolean;
}

const NOTES = `Recipients:
  community      everybody who takes lists: TLP:GREEN at most, no devices
  country:XX     the national CSIRT: servers located there, TLP:AMBER at most
  provider:KEY   its own servers, TLP:AMBER at most; an ISP gets its devices as well;
                 its name does where no other has it
Formats:
  list      one host or host:port a line       csv       a table, all that is told
  rpz       a DNS response policy zone         suricata  datasets and rules (a folder)
  stix      a STIX 2.1 bundle                  misp      a MISP feed (a folder)
Never given: what is held, contested, protected, hands-off, not deconflicted, TLP:RED or
AMBER+STRICT. list, rpz and suricata hold no server that is confirmed dark. What was
taken back stands as revoked in stix and as deleted in misp, and nowhere else.
The same facts give the same bytes. Nothing is sent, and nothing is recorded.`;

export function giveCommand(face: Face): Command {
  return addCommonOptions(new Command('give'))
    .summary('write what is known of the servers in formats that others take')
    .description(
      'Writes what one recipient may have of the servers of an operation. Standard error says how many were given, and ' +
        'how many were left out and why.',
    )
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(
      new Option('--to <recipient>', 'whom it is for: community, country:XX or provider:KEY').makeOptionMandatory(),
    )
    .addOption(new Option('--format <format>', 'how it is written').choices(GIVING_FORMATS).makeOptionMandatory())
    .addOption(
      new Option('--tlp <label>', 'nothing marked more strictly (default: all the recipient may have)').choices(
        GIVEN_TLP,
      ),
    )
    .addOption(new Option('--live', 'only servers that our looks have found alive'))
    .addOption(
      new Option(
        '--out <path>',
        'the file, or for misp and suricata the folder, that it goes to; - for standard output',
      ),
    )
    .addHelpText(
      'after',
      helpText({
        notes: NOTES,
        examples: [
          ['dismantle give --to community --format list --out block.txt', 'Gives a list to block by.'],
          ['dismantle give --to country:DE --format stix --out de.json', 'Gives a CSIRT what stands in its country.'],
          ['dismantle give --to community --format misp --out feed', 'Writes a feed for a web server to offer.'],
          ['dismantle give --to community --format csv --live --tlp clear', 'Gives what is alive and public.'],
        ],
      }),
    )
    .action(async ({ out: path, ...options }: GiveOptions) => {
      const out = path === '-' ? undefined : path;
      const { format } = options;
      const to = parseRecipient(options.to);
      if (out === undefined && (isFolderFormat(format) || options.json === true)) {
        throw problem(
          'usage',
          isFolderFormat(format)
            ? `${format} is a folder of files`
            : 'with --json what is given needs a file of its own',
          'Say where it goes to: --out PATH',
        );
      }
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const giving = await give(world, await chosenOperation(world, options.operation), {
          to,
          format,
          ceiling: options.tlp ?? null,
          live: options.live === true,
          organisation: app.settings.organisation.name,
        });
        if (giving.drill && to.kind === 'community' && out === undefined) {
          throw problem(
            'refused',
            'it is a drill, and what the community takes is not to come out of a pipe',
            'Write it to a file of the lab: --out PATH',
          );
        }
        const written = await writeGiving(face, giving, format, out);
        if (options.json === true) printJson(face.terminal, { ...giving, format, files: written });
        face.terminal.err(givingText(giving));
        if (out !== undefined && options.json !== true) face.terminal.err(`Written: ${safeText(out)}\n`);
      });
    });
}

interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function writeGiving(
  { terminal }: Face,
  { files }: Giving,
  format: GivingFormat,
  out: string | undefined,
): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = [];
  if (out !== undefined && isFolderFormat(format)) await makeFolder(out);
  // What leads to the others comes last, so that who reads meanwhile finds what it leads to.
  for (const { name, pieces } of files.toSorted(
    (one, other) => Number(isLead(one.name)) - Number(isLead(other.name)),
  )) {
    const sum = createHash('sha256');
    let bytes = 0;
    const chunks = chunksOf(pieces(), (chunk) => {
      sum.update(chunk);
      bytes += chunk.length;
    });
    const file = out === undefined || !isFolderFormat(format) ? out : join(out, name);
    if (file === undefined) for await (const chunk of chunks) await terminal.outBytes(chunk);
    else await writeWholeFile(file, chunks);
    written.push({ file: file ?? '-', bytes, sha256: sum.digest('hex') });
  }
  return written;
}

function isLead(name: string): boolean {
  return name === 'manifest.json' || name.endsWith('.rules');
}

const CHUNK_CHARACTERS = 65_536;

async function* chunksOf(pieces: Iterable<string>, see: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  let waiting = '';
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < CHUNK_CHARACTERS) continue;
    const chunk = Buffer.from(waiting);
    see(chunk);
    yield chunk;
    waiting = '';
  }
  if (waiting === '') return;
  const chunk = Buffer.from(waiting);
  see(chunk);
  yield chunk;
}
