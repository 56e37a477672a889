import { MAX_DOCUMENT_BYTES, ORDER_KINDS } from '../../domain/authority.ts';
import type { AuthorityTerms } from '../../domain/authority.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import type { AuthorityRecord } from '../../ports/authorities.ts';
import type { SignedAct } from '../../ports/signing.ts';

/** The document of an instrument, as it lies on somebody's disk. */
export interface AuthorityDocument {
  /** The file's own name, without folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of the bytes, lower-case hex. */
  readonly sha256: string;
}

export interface AuthorityRequest {
  readonly name: string;
  readonly operation: Operation;
  readonly terms: AuthorityTerms;
  readonly document: AuthorityDocument;
  readonly reason: string;
}

/** Puts an instrument on record, with a copy of its document; counsel signs for it. */
export function authorityAct({ name, operation, terms, document, reason }: AuthorityRequest): SignedAct {
  assertDocument(document);
  return {
    name,
    act: 'authority.added',
    lock: operation.id,
    async prepare(transaction) {
      const known = await transaction.authorities().list(operation.id);
      const reference = terms.reference ?? nextReference(terms, known);
      const taken = known.find((each) => each.reference.toLowerCase() === reference.toLowerCase());
      if (taken !== undefined)
        throw problem(
          'refused',
          `${taken.reference} is on record already`,
          'Give this one another --reference; what is on record is ended, never changed',
        );
      assertParent(terms, known);
      return {
        subject: derivedId('authority', operation.id, reference),
        terms: { operation: operation.id, ...bodyOf(terms, reference, document), reason },
      };
    },
    also: (transaction) => transaction.keepMessage(document.sha256, document.bytes),
  };
}

function assertDocument({ name, bytes }: AuthorityDocument): void {
  if (bytes.length === 0)
    throw problem('input', `${name} is empty`, 'Give the document itself: the order as the court has it');
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw problem(
      'input',
      `${name} has ${bytes.length} bytes; at most ${MAX_DOCUMENT_BYTES} are taken`,
      'Leave out exhibits: the order itself is what counts',
    );
}

/** "court-order-2": told by its kind, where nobody has a better name. */
function nextReference({ kind }: AuthorityTerms, known: readonly AuthorityRecord[]): string {
  const taken = new Set(known.map(({ reference }) => reference.toLowerCase()));
  for (let number = 1; ; number++) if (!taken.has(`${kind}-${number}`)) return `${kind}-${number}`;
}

function assertParent({ kind, parent }: AuthorityTerms, known: readonly AuthorityRecord[]): void {
  if (parent === null) return;
  const found = known.find(({ reference }) => reference === parent);
  if (found === undefined)
    throw problem(
      'not-found',
      `there is no authority ${parent} that it could stand on`,
      known.length === 0
        ? 'Put the order on record first'
        : `Known ones: ${known.map(({ reference }) => reference).join(', ')}`,
    );
  if (kind === 'monitor-instruction' && !ORDER_KINDS.includes(found.kind))
    throw problem('refused', `${parent} is a ${found.kind}: a court monitor's instruction stands on an order`);
}

function bodyOf(
  terms: AuthorityTerms,
  reference: string,
  document: AuthorityDocument,
): Readonly<Record<string, JsonValue>> {
  const { kind, court, docket, jurisdictions, bond, sealed, providers, scope, parent } = terms;
  const moment = (at: Instant | null): string | null => (at === null ? null : isoInstant(at));
  return {
    reference,
    kind,
    court,
    docket,
    jurisdictions,
    issuedAt: isoInstant(terms.issuedAt),
    expiresAt: moment(terms.expiresAt),
    bond,
    sealed,
    unsealAt: moment(terms.unsealAt),
    providers,
    scope: { addresses: scope.addresses, prefixes: scope.prefixes, domains: scope.domains, standing: scope.standing },
    parent,
    documentSha256: document.sha256,
    documentName: plainText(document.name, 200),
  };
}
