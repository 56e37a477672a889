import { KeyNotHere } from '../../domain/key-not-here.ts';
import { problem } from '../../domain/problem.ts';
import { entriesAbout } from '../../flow/record-of-server.ts';
import { exportLedger } from '../../ledger/export.ts';
import type { KeptEntry } from '../../ledger/export.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import type { Signer } from '../../ledger/note.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { HttpProblem } from '../problem.ts';
import { MEMBERS, member, open, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { WAITING_SIGNATURE, reads } from './build.ts';
import { shownJson } from './shown-json.ts';

const tag = 'ledger';
const MOST_ENTRIES = 1000;

/** The record of everything, to be read and checked by whoever may, and the keys that it is checked with by anybody. */
export function ledgerRoutes(): readonly Route[] {
  return [
    reads({ path: '/ledger', tag, summary: 'How long it is, and its root', as: 'ledger export' }, ({ world }) =>
      world.store.read((transaction) => transaction.ledgerHead()),
    ),
    reads(
      {
        path: '/ledger/entries',
        tag,
        summary: 'Entries with their bodies and salts, by sequence',
        as: 'ledger export',
        query: {
          after: z.coerce.number().int().min(0).optional(),
          limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).optional(),
        },
      },
      async ({ world, query }) => {
        const found = await world.store.read((transaction) =>
          transaction.entriesAfter(query.after ?? 0, query.limit ?? MOST_ENTRIES),
        );
        return found.map(withSalt);
      },
    ),
    reads(
      {
        path: '/operations/{operation}/servers/{server}/entries',
        tag,
        summary: 'The entries about a server, with their bodies and salts',
        as: 'evidence export SERVER',
      },
      async ({ world, operation, params }) =>
        (await entriesAbout(world, operation, params['server'] ?? '')).map(withSalt),
    ),
    route(
      {
        method: 'get',
        path: '/api/v1/ledger/export',
        access: roles(MEMBERS, 'read'),
        summary: 'The whole of it, for an audit',
        description: 'As `dismantle ledger export -`: check it with `dismantle audit FILE`, or `dismantle-audit`',
        tag,
        responses: { 200: { description: 'One JSON object a line', type: 'application/jsonl' } },
      },
      async (_context, sent) => {
        const { app } = sent.services;
        const principal = member(sent);
        assertOwn(sent.services.first, principal.organisationId);
        const world = sent.services.world(principal);
        // Before the first byte: a body that breaks off tells nobody why.
        await world.store.read((transaction) => signerFor(app, transaction));
        const body = sent.services.streams.body(principal.credential.id, (write) =>
          world.store.read(async (transaction) => {
            const signer = await signerFor(app, transaction);
            for await (const chunk of exportLedger(transaction.ledgerReader(), signer)) await write(chunk);
          }),
        );
        return new Response(body, {
          headers: {
            'content-type': 'application/jsonl',
            'content-disposition': 'attachment; filename="ledger.jsonl"',
          },
        });
      },
    ),
    route(
      {
        method: 'get',
        path: '/keys',
        access: open('whoever checks a ledger compares the key with it'),
        summary: 'The key that signs the ledger, as a verifier key (C2SP signed note)',
        tag,
        responses: { 200: { description: 'One line', type: 'text/plain' } },
      },
      async (context, { services }) => {
        const signer = await services
          .storeOf(services.first)
          .read((transaction) => signerNamed(services.app, transaction));
        if (signer === null) throw new HttpProblem(404, 'the ledger is not signed yet');
        return context.text(`${formatVerifierKey(signer)}\n`);
      },
    ),
  ];
}

/**
 * The key that the ledger names; null where it names none yet. Asking makes none: whoever asks may be anybody, and the service need not
 * run where the key is kept.
 */
async function signerNamed(app: Services['app'], transaction: ReadTransaction): Promise<Signer | null> {
  const { current } = await transaction.keyChain();
  return current === null ? null : app.openLedgerKey(transaction);
}

/** The same for a member, who is told what is the matter with it, and not where the service keeps its files. */
async function signerFor(app: Services['app'], transaction: ReadTransaction): Promise<Signer> {
  const signer = await signerNamed(app, transaction).catch((cause: unknown) => {
    if (!(cause instanceof KeyNotHere)) throw cause;
    throw problem(
      'refused',
      'the key that the ledger names is not here: it is lost, cannot be read, or another one lies in its place',
      'Whoever runs the service restores keys/ledger-ed25519.seed from a backup; only if that key is gone for good: ' +
        'dismantle ledger rotate-key --lost --reason TEXT',
      cause,
    );
  });
  if (signer !== null) return signer;
  throw problem('refused', 'the ledger is not signed yet', 'The first "dismantle ledger export" signs it');
}

/** With the salt, without which nobody could check a body against what the entry says of it. */
function withSalt({ entry, content }: KeptEntry): unknown {
  const shown = content === 'erased' ? null : { body: content.body, salt: Buffer.from(content.salt).toString('hex') };
  return { entry, content: shown };
}

/** Keys and settings are of the organisation whose installation this is. */
export function assertOwn(first: string, organisationId: string): void {
  if (organisationId === first) return;
  throw new HttpProblem(409, "this installation has another organisation's keys and settings; ask your own");
}

const BASE64URL = z.string().regex(/^[\w-]{1,8192}$/);

/** An SSH signature, or what a passkey answered. */
const SIGNATURE = z.union([
  z.strictObject({
    scheme: z.literal('webauthn'),
    publicKey: z.string().min(1).max(2000),
    signature: BASE64URL,
    authenticatorData: BASE64URL,
    clientDataJSON: BASE64URL,
  }),
  z.strictObject({
    scheme: z.literal('ssh').optional(),
    publicKey: z.string().min(1).max(2000).optional(),
    signature: z.string().min(1).max(8192),
  }),
]);

/** What waits for a signature, and the signature. */
export function signatureRoutes(): readonly Route[] {
  const one = z.object({ signature: z.uuid() });
  const access = roles(['analyst', 'counsel', 'approver', 'admin', 'duty'], 'write');
  return [
    route(
      {
        method: 'get',
        path: '/api/v1/signatures',
        access: roles(['analyst', 'counsel', 'approver', 'admin', 'duty'], 'read'),
        summary: 'What waits for your signature',
        tag: 'signatures',
        responses: { 200: { description: 'Statements', schema: z.array(WAITING_SIGNATURE) } },
      },
      (context, sent) => context.json(sent.services.desk.waiting(member(sent))),
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/signatures/{signature}',
        access,
        summary: 'Sign a statement: the act is carried out',
        description:
          'The armoured SSH signature, namespace "dismantle", over exactly the bytes of the statement: ssh-keygen -Y sign -n dismantle. Or a ' +
          "passkey's answer to the statement's SHA-256 as its challenge",
        tag: 'signatures',
        params: one,
        body: SIGNATURE,
        responses: { 200: { description: 'What came of the act', schema: z.unknown() } },
      },
      async (context, sent) => {
        const value = await sent.services.desk.finish(member(sent), sent.params.signature, sent.body);
        return context.body(JSON.stringify(shownJson(value) ?? null), 200, { 'content-type': 'application/json' });
      },
    ),
    route(
      {
        method: 'delete',
        path: '/api/v1/signatures/{signature}',
        access,
        summary: 'Do not sign it after all',
        tag: 'signatures',
        params: one,
        responses: { 204: { description: 'It waits no more' } },
      },
      (context, sent) => {
        sent.services.desk.cancel(member(sent), sent.params.signature);
        return context.body(null, 204);
      },
    ),
  ];
}
