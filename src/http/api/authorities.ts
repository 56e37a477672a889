import {
  addAuthority,
  authorityDocument,
  coverage,
  endAuthority,
  listAuthorities,
  requestAuthority,
  serveAuthority,
  showAuthority,
  unsealAuthority,
  MAX_DOCUMENT_BYTES,
} from '../../flow/authorities.ts';
import type { AuthorityPapers } from '../../flow/authorities.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aMoment, aReason, reads, signs } from './build.ts';
import type { Asked } from './build.ts';
import { momentOf } from './people.ts';

const OP = '/operations/{operation}';
const ONE = `${OP}/authorities/{reference}`;
const tag = 'authorities';
const COUNSEL = ['counsel'] as const;
const LIST = z.array(z.string().max(300)).max(10_000);
const WORD = z.string().max(300);
const PAPERS = ['docx', 'pdf', 'csv'] as const;
const FOR = {
  for: WORD.min(1).optional().openapi({ description: 'The order to be supplemented: servers in its countries alone' }),
};

const WORDS = z.strictObject({
  reference: WORD.nullable(), kind: WORD, court: WORD.nullable(), docket: WORD.nullable(), jurisdictions: LIST, issued: WORD,
  expires: WORD.nullable(), bond: WORD.nullable(), sealed: z.boolean(), unseal: WORD.nullable(), providers: LIST, addresses: LIST,
  prefixes: LIST, domains: LIST, standing: z.boolean(), parent: WORD.nullable(),
}).partial().required({ kind: true, jurisdictions: true, issued: true }); // prettier-ignore

/** The instruments behind the methods. Counsel signs all that becomes of them. */
export function authorityRoutes(): readonly Route[] {
  return [
    reads({ path: `${OP}/authorities`, tag, summary: 'The instruments, with how they stand', as: 'authority list' }, ({ world, operation }) => listAuthorities(world, operation)),
    reads({ path: ONE, tag, summary: 'One of them', as: 'authority show' }, ({ world, operation, params }) => showAuthority(world, operation, params['reference'] ?? '')),
    reads({ path: `${ONE}/document`, tag, summary: 'Its document', as: 'authority document' }, async ({ world, operation, params }) => {
      const bytes = await authorityDocument(world, await showAuthority(world, operation, params['reference'] ?? ''));
      // Whatever it is, a browser saves it and never runs it.
      return new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="document"' } });
    }),
    reads({ path: `${OP}/coverage`, tag, summary: 'Which server is under which instrument', as: 'coverage' }, ({ world, operation }) => coverage(world, operation)),
    reads({ path: `${OP}/authority-request`, tag, summary: 'How many servers no instrument covers, for an order that is asked for', as: 'authority request', query: FOR }, async (asked) => {
      const { docx: _docx, pdf: _pdf, csv: _csv, ...counts } = await papersFor(asked, asked.query.for);
      return { operation: asked.operation, ...counts };
    }),
    reads({ path: `${OP}/authority-request/document`, tag, summary: 'What counsel needs to ask for it, with exact addresses', as: 'authority request --out DIR', query: { ...FOR, format: z.enum(PAPERS) } }, async (asked) => {
      const { format } = asked.query;
      const bytes = (await papersFor(asked, asked.query.for))[format];
      return new Response(Buffer.from(bytes), {
        headers: { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="appendix.${format}"` },
      });
    }),
    signs(
      {
        path: `${OP}/authorities`, tag, summary: 'Put an instrument on record', as: 'authority add', roles: COUNSEL, maxBodyBytes: 2 * MAX_DOCUMENT_BYTES,
        body: { words: WORDS, document: z.strictObject({ name: z.string().min(1).max(200), base64: z.base64() }), reason: aReason() },
      },
      ({ world, operation, body, person }, signing) => {
        const document = { name: body.document.name, bytes: Buffer.from(body.document.base64, 'base64') };
        return addAuthority(world, signing, operation, withoutMissing(body.words), document, { person: person(), reason: body.reason });
      },
    ),
    signs({ path: `${ONE}/services`, tag, summary: 'It was handed over', as: 'authority served', roles: COUNSEL, body: { provider: WORD.nullable(), method: z.string().min(1).max(200), proof: z.string().min(1).max(500), servedAt: aMoment(), reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      serveAuthority(world, signing, operation, params['reference'] ?? '', { ...body, servedAt: momentOf(body.servedAt), person: person() })),
    signs({ path: `${ONE}/unsealing`, tag, summary: 'It is sealed no more', as: 'authority unseal', roles: COUNSEL, body: { at: aMoment().optional(), reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      unsealAuthority(world, signing, operation, params['reference'] ?? '', { person: person(), reason: body.reason, at: body.at === undefined ? null : momentOf(body.at) })),
    signs({ path: `${ONE}/ending`, tag, summary: 'It has ended', as: 'authority end', roles: COUNSEL, body: { at: aMoment().optional(), reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      endAuthority(world, signing, operation, params['reference'] ?? '', { person: person(), reason: body.reason, at: body.at === undefined ? null : momentOf(body.at) })),
  ]; // prettier-ignore
}

function papersFor(
  { world, operation, app }: Pick<Asked<unknown, unknown>, 'world' | 'operation' | 'app'>,
  order: string | undefined,
): Promise<AuthorityPapers> {
  const organisation = app.settings.organisation.name ?? '(organisation not set)';
  return app
    .openDocumentWriters()
    .then((writers) => requestAuthority(world, writers, operation, { order: order ?? null, organisation }));
}

type Present<Words> = { [Key in keyof Words]: Exclude<Words[Key], undefined> };

function withoutMissing<Words extends object>(words: Words): Present<Words> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is undefined is not in it any more
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as Present<Words>;
}
