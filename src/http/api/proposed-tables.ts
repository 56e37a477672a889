import { changedRows } from '../../flow.ts';
import {
  approvedTable,
  approveTable,
  hindrances,
  proposedSource,
  proposedTable,
  proposedTables,
  proposeTable,
  rejectTable,
  testedAgainst,
  withdrawTable,
} from '../../flow/proposed-tables.ts';
import { notHere } from '../problem.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aReason, reads, signs } from './build.ts';
import { assertOwn } from './ledger.ts';
import { assertProvable, MAX_TABLE_BYTES } from './playbook.ts';

const tag = 'method table';
const PROPOSALS = '/playbook/proposals';
const PROPOSAL = `${PROPOSALS}/{table}`;

/** What changes the method table in force: one person proposes it, and a second one, counsel, approves it. */
export function proposedTableRoutes(): readonly Route[] {
  return [
    reads({ path: PROPOSALS, tag, summary: 'Tables that were proposed, by number, with what became of them', as: 'playbook list' }, ({ world }) => proposedTables(world)),
    reads({ path: PROPOSAL, tag, summary: 'One of them by its SHA-256, what it changes of the table in force now, and why whoever asks may not say each word on it', as: 'playbook show HASH' }, async ({ world, app, services, principal, params }) => {
      assertOwn(services.first, principal.organisationId);
      const named = hashOf(params);
      const view = await proposedTable(world, named);
      const { table } = await app.readMethodTable('the proposed table', await proposedSource(world, named));
      const { table: inForce } = await app.openMethodTable(null, await approvedTable(world));
      return {
        ...view,
        differs: changedRows(inForce, table),
        ours: testedAgainst(table, app.readExamples('the test cases of the program', await app.openOwnExamples())),
        whyNot: principal.person === null ? null : await hindrances(world, named, principal.name),
      };
    }),
    reads({ path: `${PROPOSAL}/source`, tag, summary: 'Its DMN file, as it was proposed', as: 'playbook show HASH' }, async ({ world, params }) => {
      const bytes = await proposedSource(world, hashOf(params));
      // As text, and to be kept: nothing that a browser would draw.
      return new Response(Buffer.from(bytes), { headers: { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': 'attachment; filename="method-table.dmn"' } });
    }),
    signs(
      {
        path: PROPOSALS, tag, summary: 'Put a method table before counsel; refused where it does harm or fails a test case', as: 'playbook propose FILE',
        body: { table: z.string().min(1).max(MAX_TABLE_BYTES), examples: z.string().max(MAX_TABLE_BYTES).optional(), reason: aReason() },
        maxBodyBytes: 2 * MAX_TABLE_BYTES,
      },
      async ({ world, app, services, principal, body, person }, signing) => {
        assertOwn(services.first, principal.organisationId);
        const bytes = Buffer.from(body.table);
        assertProvable((await app.readMethodTable('the draft', bytes)).table);
        const table = await app.readSafeTable('the draft', bytes);
        const isOurs = body.examples === undefined;
        const text = body.examples ?? (await app.openOwnExamples());
        const list = app.readExamples('the test cases', text);
        const { table: inForce } = await app.openMethodTable(null, await approvedTable(world));
        return proposeTable(world, signing, { table, bytes, inForce, examples: { list, text, isOurs } }, { person: person(), reason: body.reason });
      },
    ),
    signs({ path: `${PROPOSAL}/approvals`, tag, summary: 'Put it in force; not by whoever proposed it', as: 'playbook approve HASH', roles: ['counsel'] }, ({ world, params, person }, signing) =>
      approveTable(world, signing, hashOf(params), { person: person() })),
    signs({ path: `${PROPOSAL}/rejections`, tag, summary: 'Say no to it', as: 'playbook reject HASH', roles: ['approver', 'counsel'], body: { reason: aReason() } }, ({ world, params, body, person }, signing) =>
      rejectTable(world, signing, hashOf(params), { person: person(), reason: body.reason })),
    signs({ path: `${PROPOSAL}/withdrawals`, tag, summary: 'Take it back: your own that waits; as counsel the one in force', as: 'playbook withdraw HASH', body: { reason: aReason() } }, ({ world, params, body, person }, signing) =>
      withdrawTable(world, signing, hashOf(params), { person: person(), reason: body.reason })),
  ]; // prettier-ignore
}

/** The whole of it: whoever approves says which one was looked at. */
function hashOf({ table = '' }: Readonly<Record<string, string>>): string {
  if (!/^[\da-f]{64}$/.test(table)) throw notHere();
  return table;
}
