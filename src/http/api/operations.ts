import {
  assertOwnSource,
  beginOperation,
  explain,
  listsInForce,
  report,
  run,
  importOnly,
  parseImportOptions,
  attest,
  unattest,
  setKind,
} from '../../flow.ts';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { memoryFile } from '../../domain/memory-file.ts';
import { parseInstant } from '../../domain/instant.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import { overview } from '../../flow/overview.ts';
import { operationReport } from '../../flow/report.ts';
import { closeOperation, operationStates, reopenOperation } from '../../flow/watch.ts';
import type { World } from '../../ports/world.ts';
import { HttpProblem } from '../problem.ts';
import { ACTING, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import { aMoment, aReason, acts, operationOf, reads, signs } from './build.ts';
import { shownJson } from './shown-json.ts';
import { streamed } from './streamed.ts';

const OP = '/operations/{operation}';
const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

/** Operations, what goes into them, and what is in them. */
export function operationRoutes(): readonly Route[] {
  return [...overall(), ...lists(), ...intake(), ...words()];
}

function overall(): readonly Route[] {
  const tag = 'operations';
  return [
    reads({ path: '/operations', tag, summary: 'The operations of your organisation', as: 'operation list' }, async ({ world }) => {
      const known = await world.store.read((transaction) => transaction.operations());
      const states = new Map((await operationStates(world)).map((state) => [state.name, state]));
      return known.map((operation) => ({ ...operation, isProbingOn: states.get(operation.name)?.isProbingOn ?? false }));
    }),
    reads({ path: OP, tag, summary: 'How an operation stands', as: 'status' }, ({ world, operation }) => report(world, operation)),
    reads({ path: `${OP}/overview`, tag, summary: 'Its figures without single servers, and the running clocks', as: 'report' }, ({ world, operation, app }) =>
      overview(world, operation, app.settings.severance.staleDays)),
    reads(
      { path: `${OP}/report`, tag, summary: 'The figures of an operation, with their definitions', as: 'report', query: { asOf: aMoment().optional() } },
      ({ world, operation, app, query }) =>
        operationReport(world, operation, {
          asOf: query.asOf === undefined ? null : parseInstant(query.asOf),
          staleDays: app.settings.severance.staleDays,
        }),
    ),
    acts({ path: `${OP}/closure`, tag, summary: 'Close an operation: nothing of it is sent', as: 'operation close', body: { reason: aReason() } }, async (asked) => {
      await closeOperation(asked.world, asked.operation, { person: asked.person(), reason: asked.body.reason });
      return { operation: asked.operation, open: false };
    }),
    acts({ path: `${OP}/reopening`, tag, summary: 'Open a closed operation again', as: 'operation reopen', body: { reason: aReason() } }, async (asked) => {
      await reopenOperation(asked.world, asked.operation, { person: asked.person(), reason: asked.body.reason });
      return { operation: asked.operation, open: true };
    }),
  ]; // prettier-ignore
}

function lists(): readonly Route[] {
  const tag = 'lists';
  return [
    reads({ path: `${OP}/servers`, tag, summary: 'The C2 servers, by host', as: 'servers' }, (asked) =>
      streamed(asked, (transaction, id) => transaction.servers(id))),
    reads({ path: `${OP}/cases`, tag, summary: 'The cases, by host', as: 'cases' }, (asked) =>
      streamed(asked, (transaction, id) => transaction.cases(id))),
    reads({ path: `${OP}/providers`, tag, summary: 'Who can switch the servers off', as: 'providers' }, ({ world, operation }) =>
      listOf(world, operation, (transaction, id) => transaction.providers(id))),
    reads({ path: `${OP}/notices`, tag, summary: 'The notices', as: 'notices' }, ({ world, operation }) =>
      listOf(world, operation, (transaction, id) => transaction.notices(id))),
    reads({ path: `${OP}/imports`, tag, summary: 'What was imported', as: 'imports' }, ({ world, operation }) =>
      listOf(world, operation, (transaction, id) => transaction.imports(id))),
    reads({ path: `${OP}/configurations`, tag, summary: 'The configurations that were collected', as: 'configurations' }, ({ world, operation }) =>
      listOf(world, operation, (transaction, id) => transaction.configurations(id))),
    reads({ path: `${OP}/servers/{server}`, tag, summary: 'Why a server stands where it stands', as: 'explain SERVER' }, async ({ world, operation, params, sources }) =>
      explain(world, await sources(), operation, params['server'] ?? '')),
    reads({ path: '/ground/lists', tag, summary: 'The lists of protected ground in force', as: 'ground lists' }, async ({ app, services }) =>
      listsInForce(await app.openWarningLists(), services.clock.now())),
  ]; // prettier-ignore
}

type Listing = World;

async function listOf<Row>(
  world: Listing,
  operation: string,
  read: (transaction: Parameters<Parameters<Listing['store']['read']>[0]>[0], operationId: string) => Promise<Row>,
): Promise<Row> {
  return world.store.read(async (transaction) => {
    const found = await transaction.findOperation(operation);
    if (found === null) throw new HttpProblem(404, 'the operation is gone');
    return read(transaction, found.id);
  });
}

/** What `--option` says on the command line, a parameter here. */
const IMPORT_OPTIONS = {
  file: z.string().min(1).max(300).openapi({ description: 'What it is called; goes into the ledger' }),
  format: z.string().max(40).optional(),
  map: z.string().max(1000).optional(),
  dates: z.string().max(40).optional(),
  source: z.string().max(100).optional(),
  group: z.string().max(100).optional(),
  reliability: z.string().max(1).optional(),
  tlp: z.string().max(20).optional(),
  evidence: z.string().max(40).optional(),
  seen: z.string().max(40).optional(),
  snapshot: z.enum(['true', 'false']).optional(),
};

function intake(): readonly Route[] {
  const tag = 'intake';
  const NEW = {
    name: z.string().min(1).max(200),
    drill: z.boolean(),
    malware: z.string().max(200).nullable(),
    aliases: z.array(z.string().max(200)).max(50),
  };
  return [
    route(
      {
        method: 'post',
        path: `/api/v1${OP}/imports`,
        access: roles(ACTING, 'write'),
        summary: 'Read a feed into an operation',
        description: 'As `dismantle import FILE`: the body is the file, not packed',
        tag,
        params: z.object({ operation: z.string().min(1).max(200) }),
        query: z.strictObject(IMPORT_OPTIONS),
        body: z.instanceof(Uint8Array).openapi({ type: 'string', format: 'binary' }),
        bodyType: 'application/octet-stream',
        maxBodyBytes: MAX_UPLOAD_BYTES,
        responses: { 200: { description: 'What was accepted and what was not', schema: z.unknown() } },
      },
      async (context, sent) => {
        const world = sent.services.world(member(sent));
        const operation = await operationOf(world, sent.params.operation);
        const { file, snapshot, ...options } = sent.query;
        assertOwnSource(options.source);
        // A snapshot takes everything else back that its source has said: a person's word, not a program's.
        if (snapshot === 'true' && member(sent).person === null) throw new HttpProblem(403, 'a snapshot is imported by a person')
        const summary = await importOnly(world, {
          operation: { name: operation.name, drill: operation.drill, malware: operation.malware, aliases: operation.aliases ?? [] },
          files: [memoryFile(file, sent.body)],
          options: parseImportOptions(given({ ...options, snapshot: snapshot === 'true' })),
        });
        return context.json(shownJson(withoutPath(summary)) ?? null);
      },
    ),
    acts({ path: '/operations', tag, summary: 'Begin an operation', as: 'run --operation', body: NEW }, async ({ world, body }) => {
      await beginOperation(world, body);
      return report(world, body.name);
    }),
    acts({ path: `${OP}/runs`, tag, summary: 'Go on with what is there, to drafted notices', as: 'run' }, async ({ world, operation, sources }) => {
      const known = (await world.store.read((transaction) => transaction.findOperation(operation)));
      const summary = await run(world, await sources(), {
        operation: { name: operation, drill: known?.drill ?? false, malware: known?.malware ?? null, aliases: known?.aliases ?? [] },
        files: [],
        options: parseImportOptions({}),
      });
      return withoutPath(summary);
    }),
  ]; // prettier-ignore
}

type Given<Words> = { [Key in keyof Words]?: Exclude<Words[Key], undefined> };

/** Only what was given. */
function given<Words extends Record<string, unknown>>(words: Words): Given<Words> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is undefined is not in it any more
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as Given<Words>;
}

/** Where this machine has written the rejected rows is nobody's business over HTTP; the rows themselves are told. */
function withoutPath(summary: { readonly intake: { readonly rejectsFile: string | null } }): unknown {
  const { rejectsFile: _path, ...intake } = summary.intake;
  return { ...summary, intake };
}

function words(): readonly Route[] {
  const tag = 'words on servers';
  const SERVER = `${OP}/servers/{server}`;
  return [
    signs(
      { path: `${SERVER}/attestations`, tag, summary: 'Vouch for a server', as: 'attest SERVER', body: { reason: aReason(), evidence: z.enum(EVIDENCE_CLASSES).optional(), seen: aMoment().optional() } },
      async ({ world, operation, params, body, person }, signing) => ({
        host: await attest(world, operation, params['server'] ?? '', {
          person: person(),
          reason: body.reason,
          evidence: body.evidence ?? null,
          seen: body.seen === undefined ? null : parseInstant(body.seen),
        }, signing),
      }),
    ),
    acts({ path: `${SERVER}/attestations`, method: 'delete', tag, summary: 'Take your word back', as: 'attest SERVER --withdraw', body: { reason: aReason() } }, async ({ world, operation, params, body, person }) => ({
      host: await unattest(world, operation, params['server'] ?? '', { person: person(), reason: body.reason }),
    })),
    acts({ path: `${SERVER}/kind`, method: 'put', tag, summary: 'Say what a server is', as: 'kind SERVER', body: { kind: z.enum(SERVER_KINDS).nullable(), reason: aReason() } }, async ({ world, operation, params, body, person }) => ({
      host: await setKind(world, operation, params['server'] ?? '', { person: person(), reason: body.reason, kind: body.kind }),
    })),
  ]; // prettier-ignore
}
