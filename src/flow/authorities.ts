import { createHash } from 'node:crypto';
import type { AuthorityTerms } from '../domain/authority.ts';
import { parseAuthority } from '../domain/authority-words.ts';
import type { AuthorityWords } from '../domain/authority-words.ts';
import type { Instant } from '../domain/instant.ts';
import { problem } from '../domain/problem.ts';
import { findOperation, spoken } from '../flow.ts';
import type { DocumentWriters } from '../ports/documents.ts';
import type { Signing } from '../ports/signing.ts';
import type { World } from '../ports/world.ts';
import { authorityAct } from '../steps/authority/add-authority.ts';
import { endAct, serviceAct, unsealAct } from '../steps/authority/after-adding.ts';
import { appendixOf } from '../steps/authority/appendix.ts';
import type { Appendix } from '../steps/authority/appendix.ts';
import { authorityStandings, coverageOf } from '../steps/authority/coverage.ts';
import type { AuthorityStanding, ServerCoverage } from '../steps/authority/coverage.ts';
import { namedAuthority } from '../steps/authority/named-authority.ts';
import { readUncovered } from '../steps/authority/uncovered.ts';
import type { Uncovered } from '../steps/authority/uncovered.ts';
import { oneLine } from '../steps/intake/import-options.ts';
import { actSigned } from '../steps/people/act-signed.ts';

/*
 * The instruments behind the methods: orders, statutes, contracts. Counsel signs all that becomes of them; which server is
 * under which is judged anew at every decision.
 */

/** A person with a reason. */
interface SpokenWords {
  readonly person: string;
  readonly reason: string;
}

/** Puts an instrument on record; every run from then on decides by it. Returns it as it stands. */
export async function addAuthority(
  world: World,
  signing: Signing,
  name: string,
  words: AuthorityWords,
  document: { readonly name: string; readonly bytes: Uint8Array },
  speaker: SpokenWords,
): Promise<AuthorityStanding> {
  const operation = await findOperation(world, name);
  const { person, reason } = spoken(speaker);
  const terms = parsed(words, operation.drill);
  const sha256 = createHash('sha256').update(document.bytes).digest('hex');
  const act = authorityAct({ name: person, operation, terms, document: { ...document, sha256 }, reason });
  const { subject } = await actSigned(world, signing, act);
  return standingOf(world, name, subject);
}

function parsed(words: AuthorityWords, drill: boolean): AuthorityTerms {
  const read = parseAuthority(words, drill);
  if (read.ok) return read.value;
  throw problem('usage', read.problem.join('\n'), 'Nothing was recorded: dismantle authority add --help shows how');
}

/** Records that it was handed over to one provider, or with null to all that it concerns. */
export async function serveAuthority(
  world: World,
  signing: Signing,
  name: string,
  reference: string,
  words: SpokenWords & {
    readonly provider: string | null;
    readonly method: string;
    readonly proof: string;
    readonly servedAt: Instant;
  },
): Promise<AuthorityStanding> {
  const operation = await findOperation(world, name);
  const { person, reason, provider, servedAt } = spoken(words);
  const act = serviceAct(world, {
    name: person,
    operation,
    reference,
    reason,
    servedAt,
    provider: provider === null ? null : oneLine(provider, '--provider', 200),
    method: oneLine(words.method, '--method', 200),
    proof: oneLine(words.proof, '--proof', 500),
  });
  return standingOf(world, name, (await actSigned(world, signing, act)).subject);
}

export async function unsealAuthority(
  world: World,
  signing: Signing,
  name: string,
  reference: string,
  words: SpokenWords & { readonly at: Instant | null },
): Promise<AuthorityStanding> {
  const operation = await findOperation(world, name);
  const { person, reason, at } = spoken(words);
  const act = unsealAct({ name: person, operation, reference, reason, unsealAt: at ?? world.clock.now() });
  return standingOf(world, name, (await actSigned(world, signing, act)).subject);
}

export async function endAuthority(
  world: World,
  signing: Signing,
  name: string,
  reference: string,
  words: SpokenWords & { readonly at: Instant | null },
): Promise<AuthorityStanding> {
  const operation = await findOperation(world, name);
  const { person, reason, at } = spoken(words);
  const act = endAct({ name: person, operation, reference, reason, endsAt: at ?? world.clock.now() });
  return standingOf(world, name, (await actSigned(world, signing, act)).subject);
}

export async function listAuthorities(world: World, name: string): Promise<readonly AuthorityStanding[]> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  return world.store.read((transaction) => authorityStandings(transaction, operation, now));
}

/** One authority, by its reference or id. */
export async function showAuthority(world: World, name: string, reference: string): Promise<AuthorityStanding> {
  const operation = await findOperation(world, name);
  const found = await world.store.read((transaction) => namedAuthority(transaction, operation, reference));
  return standingOf(world, name, found.authorityId);
}

/** The copy of its document that is kept, held against what counsel signed. */
export async function authorityDocument(world: World, authority: AuthorityStanding): Promise<Uint8Array> {
  const bytes = await world.store.read((transaction) => transaction.noticeMessage(authority.documentSha256));
  const isTheirs = bytes !== null && createHash('sha256').update(bytes).digest('hex') === authority.documentSha256;
  if (bytes !== null && isTheirs) return bytes;
  throw problem(
    'database',
    `the copy of ${authority.documentName} is ${bytes === null ? 'missing' : 'not the one that was signed for'}: somebody changed the database`,
    'Find out who did; dismantle audit names everything concerned',
  );
}

async function standingOf(world: World, name: string, authorityId: string): Promise<AuthorityStanding> {
  const found = (await listAuthorities(world, name)).find((each) => each.authorityId === authorityId);
  if (found === undefined) throw new Error(`the authority ${authorityId} is not there`);
  return found;
}

/** Which server of an open case is under which authority, and why not under the others. */
export async function coverage(world: World, name: string): Promise<readonly ServerCoverage[]> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  return world.store.read(async (transaction) => {
    const servers: ServerCoverage[] = [];
    for await (const page of coverageOf(transaction, operation, now)) servers.push(...page);
    return servers;
  });
}

export interface AuthorityPapers extends Pick<Appendix, 'csv' | 'sha256' | 'servers'> {
  readonly docx: Uint8Array;
  readonly pdf: Uint8Array;
  readonly leftOut: Uncovered['leftOut'];
  readonly covered: number;
}

/** What counsel needs to ask for an order over servers that none covers; `order` names the one to be supplemented. */
export async function requestAuthority(
  world: World,
  writers: DocumentWriters,
  name: string,
  words: { readonly order: string | null; readonly organisation: string },
): Promise<AuthorityPapers> {
  const operation = await findOperation(world, name);
  const now = world.clock.now();
  const facts = await world.store.read((transaction) => readUncovered(transaction, operation, words.order, now));
  const { csv, sha256, paper, servers } = appendixOf(facts, words.organisation);
  const { leftOut, covered } = facts;
  const [docx, pdf] = [await writers.docx.write(paper), await writers.pdf.write(paper)];
  return { csv, sha256, servers, docx, pdf, leftOut, covered };
}

export type { AuthorityStanding, ServerCoverage } from '../steps/authority/coverage.ts';
export { MAX_DOCUMENT_BYTES } from '../domain/authority.ts';
