import type { MethodFacts } from '../../domain/method.ts';
import { NEUTRAL_FACTS } from '../../domain/method-example.ts';
import { METHOD_INPUT_VALUES, METHOD_OUTPUT_VALUES } from '../../domain/method-table.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import { changedRows, checkMethodTable, explainMethod, tryExamples } from '../../flow.ts';
import { approvedTable } from '../../flow/proposed-tables.ts';
import { decidedOtherwise } from '../../flow/method-tables.ts';
import { HttpProblem } from '../problem.ts';
import { MEMBERS, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import { assertOwn } from './ledger.ts';
import { operationOf, reads } from './build.ts';

const tag = 'method table';
export const MAX_TABLE_BYTES = 4 * 1024 * 1024;

const FACTS = z
  .strictObject({
    capacity: z.enum(METHOD_INPUT_VALUES.capacity),
    assetType: z.enum(METHOD_INPUT_VALUES.assetType),
    kind: z.enum(METHOD_INPUT_VALUES.kind),
    ground: z.enum(METHOD_INPUT_VALUES.ground),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .nullable(),
    providerType: z.enum(METHOD_INPUT_VALUES.providerType),
    trust: z.enum(METHOD_INPUT_VALUES.trust),
    authority: z.enum(METHOD_INPUT_VALUES.authority),
    contact: z.enum(METHOD_INPUT_VALUES.contact),
  })
  .partial();

/** Which lawful way each server goes: to be read, tried, and to try another one beside it. What changes it is proposed-tables.ts. */
export function playbookRoutes(): readonly Route[] {
  return [
    reads({ path: '/playbook', tag, summary: 'The method table in force, with what can be proved of it', as: 'playbook show' }, async ({ app, services, principal, world }) => {
      assertOwn(services.first, principal.organisationId);
      const approved = await approvedTable(world);
      const { table, templates, from } = await app.openMethodTable(null, approved);
      return {
        ...shownTable(table), from, number: from === 'approved' ? (approved?.number ?? null) : null, inputs: METHOD_INPUT_VALUES, outputs: METHOD_OUTPUT_VALUES, templates: [...templates, 'none'], usual: NEUTRAL_FACTS,
        check: checkMethodTable(table, templates),
      };
    }),
    reads({ path: '/playbook/source', tag, summary: 'The DMN file of the table in force, to be edited', as: 'playbook show' }, async ({ app, services, principal, world }) => {
      assertOwn(services.first, principal.organisationId);
      const bytes = await app.openMethodSource(await approvedTable(world));
      // As text, and to be kept: nothing that a browser would draw.
      return new Response(Buffer.from(bytes), { headers: { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': 'attachment; filename="method-table.dmn"' } });
    }),
    reads({ path: '/playbook/examples', tag, summary: 'The test cases that come with the program, YAML', as: 'playbook test examples/counsel/examples.yaml' }, async ({ app }) =>
      new Response(await app.openOwnExamples(), { headers: { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': 'attachment; filename="examples.yaml"' } })),
    route(
      {
        method: 'post',
        path: '/api/v1/playbook/trials',
        access: roles(MEMBERS, 'read'),
        summary: 'Try another method table: what differs, which test cases pass, which open cases it would decide otherwise; nothing of it is kept',
        description:
          'As `dismantle playbook check FILE` and `dismantle playbook test EXAMPLES --playbook FILE`. Without `examples` those that come with the program; `operation` names the one whose open cases are decided by both tables; `check` has it proved, which takes a second',
        tag,
        body: z.strictObject({
          table: z.string().min(1).max(MAX_TABLE_BYTES),
          examples: z.string().max(MAX_TABLE_BYTES).optional(),
          operation: z.string().min(1).max(200).optional(),
          check: z.boolean().optional(),
        }),
        maxBodyBytes: 2 * MAX_TABLE_BYTES,
        responses: { 200: { description: 'What it would do', schema: z.unknown() } },
      },
      async (context, sent) => {
        const { app, first } = sent.services;
        const principal = member(sent);
        assertOwn(first, principal.organisationId);
        const { table: source, examples, operation, check } = sent.body;
        const world = sent.services.world(principal);
        const { table: inForce } = await app.openMethodTable(null, await approvedTable(world));
        const { table, templates } = await app.readMethodTable('the draft', Buffer.from(source));
        if (check === true) assertProvable(table);
        const tests = app.readExamples('the test cases', examples ?? (await app.openOwnExamples()));
        const { capacity } = await sent.services.sources(principal.organisationId);
        return context.json({
          ...shownTable(table),
          changes: changedRows(inForce, table),
          examples: tryExamples(table, tests),
          check: check === true ? checkMethodTable(table, templates) : null,
          cases:
            operation === undefined
              ? null
              : await decidedOtherwise(world, (await operationOf(world, operation)).name, { before: inForce, after: table, capacity }),
        });
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/playbook/decisions',
        access: roles(MEMBERS, 'read'),
        summary: 'Which row decides over facts that you make up, and why no other',
        description: 'As `dismantle playbook decide`. Facts that are left out are those of an ordinary case',
        tag,
        body: FACTS,
        responses: { 200: { description: 'The row, and what ruled the others out', schema: z.unknown() } },
      },
      async (context, sent) => {
        const { app, first } = sent.services;
        const principal = member(sent);
        assertOwn(first, principal.organisationId);
        const { table } = await app.openMethodTable(null, await approvedTable(sent.services.world(principal)));
        const facts = factsOf(sent.body, app.settings.organisation.capacity);
        return context.json({ facts, sha256: table.sha256, ...explainMethod(table, facts) });
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/playbook/drafts',
        access: roles(MEMBERS, 'read'),
        summary: 'Check another method table, and compare it with the one in force; nothing of it is kept',
        description: 'As `dismantle playbook check FILE`: the body is the DMN file',
        tag,
        body: z.instanceof(Uint8Array).openapi({ type: 'string', format: 'binary' }),
        bodyType: 'application/xml',
        maxBodyBytes: MAX_TABLE_BYTES,
        responses: { 200: { description: 'Its rows, its findings, and what differs', schema: z.unknown() } },
      },
      async (context, sent) => {
        const { app, first } = sent.services;
        const principal = member(sent);
        assertOwn(first, principal.organisationId);
        const { table: inForce } = await app.openMethodTable(null, await approvedTable(sent.services.world(principal)));
        const { table, templates } = await app.readMethodTable('the draft', sent.body);
        assertProvable(table);
        return context.json({
          ...shownTable(table),
          check: checkMethodTable(table, templates),
          changes: changedRows(inForce, table),
        });
      },
    ),
  ]; // prettier-ignore
}

/** Facts other than the country have so many combinations; a proof walks all of them for each country that a row names. */
const COMBINATIONS = 81_920;
const MOST_STEPS = 300_000_000;

/** The proof keeps everybody else waiting: a table for which it would be long is checked on the command line. */
export function assertProvable({ columns, rows }: MethodTable): void {
  const place = columns.indexOf('country');
  const countries = new Set(rows.flatMap(({ cells }) => (cells[place] ?? '').match(/[A-Z]{2}/g) ?? []));
  if (COMBINATIONS * (countries.size + 2) * rows.length > MOST_STEPS)
    throw new HttpProblem(
      409,
      `${rows.length} rows over ${countries.size} countries are too many to be proved here: dismantle playbook check FILE`,
    );
}

function shownTable({ name, sha256, columns, rows }: MethodTable): object {
  return {
    name,
    sha256,
    columns,
    rows: rows.map(({ cells, result, explanation }) => ({
      ...result,
      explanation,
      where: columns.map((column, index) => ({ column, cell: cells[index] ?? '-' })),
    })),
  };
}

function factsOf(given: z.infer<typeof FACTS>, capacity: MethodFacts['capacity']): MethodFacts {
  const { country } = given;
  return {
    capacity: given.capacity ?? capacity,
    assetType: given.assetType ?? NEUTRAL_FACTS.assetType,
    kind: given.kind ?? NEUTRAL_FACTS.kind,
    ground: given.ground ?? NEUTRAL_FACTS.ground,
    country: country === undefined ? NEUTRAL_FACTS.country : country,
    providerType: given.providerType ?? NEUTRAL_FACTS.providerType,
    trust: given.trust ?? NEUTRAL_FACTS.trust,
    authority: given.authority ?? NEUTRAL_FACTS.authority,
    contact: given.contact ?? NEUTRAL_FACTS.contact,
  };
}
