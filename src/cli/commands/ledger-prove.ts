import { Command, Option } from 'commander';
import { readBytes, writeWholeFile } from '../../app.ts';
import type { App } from '../../app.ts';
import { defang, refang } from '../../domain/defang.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { parseIndicator } from '../../domain/indicator.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem } from '../../domain/problem.ts';
import { findOperation } from '../../flow.ts';
import { buildProof } from '../../ledger/build-proof.ts';
import type { RowPlace } from '../../ledger/build-proof.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import { originOf, signCheckpoint, verifyCheckpoint } from '../../ledger/checkpoint.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import { formatProof, MAX_PROOF_BYTES, MAX_PROVED_ROWS } from '../../ledger/proof.ts';
import type { SignedHead } from '../../ledger/proof.ts';
import { proofText } from '../../ledger/report-text.ts';
import { verifyProof } from '../../ledger/verify-proof.ts';
import type { ProofReport } from '../../ledger/verify-proof.ts';
import type { ProofQueries, ReadTransaction } from '../../ports/store.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { safeText } from '../terminal.ts';
import { assertContinues, textOf } from './ledger-shared.ts';
import { addCommonOptions, chosenOperation, shellWord, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ProveOptions extends CommonOptions {
  readonly operation?: string;
  readonly checkpoint?: string;
}

export function proveCommand(face: Face): Command {
  return addCommonOptions(new Command('prove'))
    .summary('prove single rows of an import, without handing over the rest')
    .description(
      'Writes a proof that the ledger commits to one row: the row, the entry of its import, and the hashes that lead ' +
        'from both to a signed checkpoint. No other row is in it. WHAT is FILE:LINE of an imported file, or a server: ' +
        'then every row that names it is proved. Anybody can check it with dismantle audit, or by hand.',
    )
    .argument('<what>', 'FILE:LINE, or a host, host:port or URL, defanged or not')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--out <file>', 'where to, or - for standard output').default('-'))
    .addOption(new Option('--checkpoint <file>', 'prove under this checkpoint of the ledger, not under a new one'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle ledger prove feed.csv:17 --out line17.json', 'Proves what line 17 of an import says.'],
          ["dismantle ledger prove '192.0.2[.]7:443' --out proof.json", 'Proves every row that names the server.'],
          ['dismantle audit line17.json', 'Checks a proof and says in words what it proves.'],
        ],
        exits: ['1    There is no such row, or the ledger does not bear it out.'],
      }),
    )
    .action(async (what: string, { out = '-', ...options }: ProveOptions) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await findOperation(world, await chosenOperation(world, options.operation));
        const kept = options.checkpoint === undefined ? null : await textOf(readBytes(options.checkpoint));
        await app.introduceLedgerKey(world);
        const { text, report, checkpoint } = await world.store.read(async (transaction) => {
          const places = await placesOf(transaction.proofs(), operation, what);
          return prove(app, transaction, places, kept);
        });
        if (kept === null) await app.keepCheckpoint(checkpoint);
        if (out === '-') {
          await face.terminal.outBytes(Buffer.from(text, 'utf8'));
          return;
        }
        await writeWholeFile(out, oneChunk(text));
        const { entries, root, verifierKey, facts } = report;
        if (options.json === true) {
          printJson(face.terminal, { file: out, rows: facts.length, entries, root, verifierKey, checkpoint });
          return;
        }
        const { lines } = proofText(report, true);
        face.terminal.out(
          `${safeText(out)} proves:\n${lines.join('\n')}\n  key  ${verifierKey ?? '?'}\n` +
            `Check it with: dismantle audit ${shellWord(out)}\n`,
        );
      });
    });
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from(text, 'utf8');
}

/** Builds the proof and reads it back: what does not hold is never handed out. */
async function prove(
  app: App,
  transaction: ReadTransaction,
  places: readonly RowPlace[],
  kept: string | null,
): Promise<{ text: string; report: ProofReport; checkpoint: string }> {
  const { organisation, entries, root } = await transaction.ledgerReader().head();
  await assertContinues(app, entries);
  const { signed, size } =
    kept === null
      ? await newHead(app, transaction, { organisation, entries, root })
      : await keptHead(transaction, kept, entries);
  const built = await buildProof(transaction.proofs(), places, organisation, signed, size);
  if (!built.ok) throw problem('not-found', `that cannot be proved: ${built.reason}`, 'Look with: dismantle audit');
  const text = formatProof(built.value);
  const report = verifyProof(text, { knownCheckpoint: signed.checkpoint });
  const [found] = report.findings;
  if (found !== undefined) {
    throw problem(
      'database',
      `the ledger does not bear that row out: ${found.message}${found.sequence === null ? '' : ` (entry ${found.sequence})`}`,
      'See what is wrong with: dismantle audit',
    );
  }
  if (Buffer.byteLength(text) > MAX_PROOF_BYTES) {
    throw problem(
      'refused',
      'the proof would be too large to be checked',
      'Name one row with FILE:LINE, or export all',
    );
  }
  return { text, report, checkpoint: signed.checkpoint };
}

async function newHead(
  app: App,
  transaction: ReadTransaction,
  head: { readonly organisation: string; readonly entries: number; readonly root: string },
): Promise<{ signed: SignedHead; size: number }> {
  const signer = await app.openLedgerKey(transaction);
  const { organisation, entries: size, root } = head;
  const checkpoint = signCheckpoint({ origin: originOf(organisation), size, root }, signer);
  const rotations = (await transaction.keyChain()).notesTo(signer);
  return { signed: { checkpoint, rotations, verifierKey: formatVerifierKey(signer) }, size };
}

/** A checkpoint that was signed before, by a key that the ledger names. */
async function keptHead(
  transaction: ReadTransaction,
  checkpoint: string,
  entries: number,
): Promise<{ signed: SignedHead; size: number }> {
  const chain = await transaction.keyChain();
  for (const key of chain.keys) {
    const verified = verifyCheckpoint(checkpoint, [key]);
    if (!verified.ok) continue;
    const { size } = verified.value;
    if (size > entries) {
      throw problem(
        'input',
        `the checkpoint is of ${size} entries, and the ledger has ${entries}`,
        'Run: dismantle audit',
      );
    }
    return { signed: { checkpoint, rotations: chain.notesTo(key), verifierKey: formatVerifierKey(key) }, size };
  }
  throw problem('input', 'no key that the ledger names has signed that checkpoint', 'Leave --checkpoint out');
}

const FILE_AND_LINE = /^(.+):([1-9]\d{0,9})$/s;
const SERVER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An imported file goes before a host of the same name: who says "feed.csv:17" does not mean a port. */
async function placesOf(queries: ProofQueries, operation: Operation, what: string): Promise<readonly RowPlace[]> {
  const [, file = '', line = ''] = FILE_AND_LINE.exec(what) ?? [];
  if (file !== '') {
    const { files, places } = await queries.rowsOfLine(operation.id, file, Number(line));
    if (places.length > 0) return places;
    if (files > 0) {
      throw problem(
        'not-found',
        `no row of ${file} begins on line ${line}`,
        'A line that says the very same as an earlier one has no row of its own: name the earlier one, or the server',
      );
    }
  }
  return placesOfServer(queries, operation, what);
}

async function placesOfServer(queries: ProofQueries, operation: Operation, what: string): Promise<readonly RowPlace[]> {
  const text = refang(what.trim());
  const parsed = SERVER_ID.test(text) ? null : parseIndicator(text);
  if (parsed?.ok === false) {
    throw problem(
      'not-found',
      `no file of that name is imported in ${operation.name}, and "${what}" is no server either: ${parsed.problem}`,
      'Give FILE:LINE as imported, or a server as dismantle servers shows it',
    );
  }
  const wanted = parsed?.value ?? null;
  const serverId = wanted === null ? text : derivedId('server', operation.id, wanted.hostType, wanted.host);
  const places = await queries.rowsOfServer(serverId, MAX_PROVED_ROWS + 1);
  if (places.length > MAX_PROVED_ROWS) {
    throw problem(
      'refused',
      `more than ${MAX_PROVED_ROWS} rows name that server`,
      'Name the one row with FILE:LINE, or hand over an export',
    );
  }
  const port = wanted?.port ?? null;
  const chosen = port === null ? places : await placesWithPort(queries, places, port);
  if (chosen.length > 0) return chosen;
  const shown = wanted === null ? text : defang(wanted.host, port);
  throw problem(
    'not-found',
    `no row of an import in ${operation.name} names ${shown}`,
    places.length === 0
      ? `List what is named with: dismantle servers --operation ${operation.name}`
      : 'Rows name the same host with other ports: leave the port out',
  );
}

async function placesWithPort(queries: ProofQueries, places: readonly RowPlace[], port: number): Promise<RowPlace[]> {
  const chosen: RowPlace[] = [];
  for (const place of places) {
    for await (const page of queries.rows(place.sequence, { first: place.index, count: 1 })) {
      const isMeant = page.some((text) => {
        // Our own canonical text of a row, which is an object.
        const row: JsonObject = JSON.parse(text);
        return row['port'] === port;
      });
      if (isMeant) chosen.push(place);
    }
  }
  return chosen;
}
