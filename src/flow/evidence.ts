import { defang, refang } from '../domain/defang.ts';
import { derivedId } from '../domain/derived-id.ts';
import { parseIndicator } from '../domain/indicator.ts';
import type { Operation } from '../domain/operation.ts';
import { problem } from '../domain/problem.ts';
import { originOf, signCheckpoint } from '../ledger/checkpoint.ts';
import { formatVerifierKey } from '../ledger/note.ts';
import type { Signer } from '../ledger/note.ts';
import type { AuditProgram, BundleWriter, EvidenceServer } from '../ports/evidence.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { Instant } from '../domain/instant.ts';
import { selectEntries } from '../steps/evidence/select-entries.ts';
import { prepareWithholding } from '../steps/evidence/withhold.ts';
import type { Withholdable } from '../steps/evidence/withhold.ts';
import { writeBundle } from '../steps/evidence/write-bundle.ts';
import type { WrittenBundle } from '../steps/evidence/write-bundle.ts';

export { WITHHOLDABLE } from '../steps/evidence/withhold.ts';
export type { Withholdable };
export type { WrittenBundle };

export interface EvidenceRequest {
  readonly operation: Operation;
  /** Null: the whole operation. */
  readonly server: EvidenceServer | null;
  readonly withhold: readonly Withholdable[];
  readonly now: Instant;
}

export interface EvidenceBundle extends WrittenBundle {
  readonly checkpoint: string;
  readonly verifierKey: string;
  readonly root: string;
  readonly ledgerEntries: number;
}

/** What somebody names: an operation, or a case or server in it (null: no operation of that name, so it must be one of these). */
export async function evidenceServer(
  transaction: ReadTransaction,
  operation: Operation,
  what: string,
): Promise<EvidenceServer> {
  const text = refang(what.trim());
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
  const parsed = isId ? null : parseIndicator(text);
  if (parsed?.ok === false) {
    throw problem(
      'not-found',
      `"${what}" is no operation here, and no case or server either: ${parsed.problem}`,
      `Give the name of an operation, the id of a case, or a host: dismantle cases --operation ${operation.name} lists them`,
    );
  }
  const id = parsed === null ? text : derivedId('server', operation.id, parsed.value.hostType, parsed.value.host);
  const server = await transaction.evidenceServer(operation.id, id);
  if (server !== null) return server;
  const shown = parsed === null ? text : defang(parsed.value.host);
  throw problem(
    'not-found',
    `there is no case and no server ${shown} in ${operation.name}`,
    `List them with: dismantle cases --operation ${operation.name}`,
  );
}

/** Writes the evidence about an operation or one of its servers, under a fresh checkpoint, all of one moment. */
export async function writeEvidence(
  transaction: ReadTransaction,
  signer: Signer,
  { operation, server, withhold, now }: EvidenceRequest,
  writer: BundleWriter,
  program: AuditProgram,
): Promise<EvidenceBundle> {
  const { organisation, entries: size, root } = await transaction.ledgerReader().head();
  const checkpoint = signCheckpoint({ origin: originOf(organisation), size, root }, signer);
  const verifierKey = formatVerifierKey(signer);
  const rotations = (await transaction.keyChain()).notesTo(signer);
  const scope = { operationId: operation.id, server };
  const selected = await selectEntries(transaction, scope);
  const withholding = await prepareWithholding(transaction, scope, withhold, now);
  // A device's address may not stand in the head either.
  const isSecret = server !== null && withholding.isTainted(server.serverId);
  const named = server === null || isSecret ? null : server;
  const about = {
    kind: server === null ? 'operation' : 'server',
    operation: operation.id,
    name: operation.name,
    drill: operation.drill,
    server: named?.serverId ?? null,
    host: named?.host ?? null,
    cases: named?.cases ?? [],
  };
  const written = await writeBundle(
    transaction,
    {
      head: { organisation, about, withhold, signed: { checkpoint, rotations, verifierKey } },
      size,
      signer,
      selected,
      withholding,
      story: {
        title:
          server === null
            ? `Evidence: operation ${operation.name}`
            : `Evidence: ${named === null ? 'a device' : defang(named.host)}, operation ${operation.name}`,
        lead: [
          `Everything that the ledger of ${organisation} holds about ${server === null ? 'this operation' : 'this server and its cases'}, up to entry ${size}${operation.drill ? '. This was a drill, on addresses for documentation and laboratories' : ''}.`,
          'Each step below links to its entry with the proof that leads to the signed checkpoint, and to the messages and documents that it names.',
        ],
        facts: [
          ['Organisation', organisation],
          ['Operation', operation.name],
          ...(named === null ? [] : named.cases.map((id, index) => [`Case, episode ${index + 1}`, id] as const)),
          ['Ledger', `${size} entries, root ${root}`],
          ['Signed by', verifierKey],
        ],
      },
      names: {
        hosts: new Map(named === null ? [] : [named.serverId, ...named.cases].map((id) => [id, named.host])),
        references: new Map(),
      },
    },
    writer,
    program,
  );
  return { ...written, checkpoint, verifierKey, root, ledgerEntries: size };
}
