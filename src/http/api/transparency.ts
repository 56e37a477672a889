import { parseInstant } from '../../domain/instant.ts';
import { transparency, transparencyCsv } from '../../flow/transparency.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aMoment, reads } from './build.ts';

const NAMED = z.enum(['true', 'false']).optional();

/** What the public may know of a year. */
export function transparencyRoutes(): readonly Route[] {
  return [
    reads(
      {
        path: '/transparency', tag: 'operations', summary: 'A year of notices for the public: counts, outcomes, mistakes', as: 'transparency --year YYYY',
        query: { year: z.string().regex(/^20\d\d$/), format: z.enum(['json', 'csv']).optional(), asOf: aMoment().optional(), nameOperations: NAMED, nameProviders: NAMED },
      },
      async ({ world, app, query }) => {
        const report = await transparency(world, {
          year: Number(query.year),
          asOf: query.asOf === undefined ? null : parseInstant(query.asOf),
          organisation: app.settings.organisation.name ?? '(organisation not set)',
          nameOperations: query.nameOperations === 'true',
          nameProviders: query.nameProviders === 'true',
        });
        if (query.format !== 'csv') return report;
        return new Response(transparencyCsv(report), {
          headers: {
            'content-type': 'text/csv; charset=utf-8; header=present',
            'content-disposition': `attachment; filename="transparency-${query.year}.csv"`,
          },
        });
      },
    ),
  ]; // prettier-ignore
}
