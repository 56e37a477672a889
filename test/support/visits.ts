import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '../../src/http/metrics.ts';
import { allRoutes } from '../../src/http/routes.ts';
import { REPOSITORY } from './cli.ts';

/*
 * Every page that there is, as the sources list them: whoever adds one, and says nowhere how it is visited, has a test that fails.
 */

export interface WarRoomPage {
  readonly name: string;
  /** Below /app/OPERATION. */
  readonly path: string;
  /** Whether there is a page for one of its things below it. */
  readonly hasOne: boolean;
}

/** What web/src/pages.tsx lists. As text: the pages are a program of their own, of which no test imports anything. */
export function warRoomPages(): readonly WarRoomPage[] {
  const text = readFileSync(join(REPOSITORY, 'web/src/pages.tsx'), 'utf8');
  const list = text.slice(text.indexOf('export const PAGES'));
  const entries = list.split(/(?=\bname: ')/).slice(1);
  return entries.map((entry) => ({
    name: /^name: '(\w+)'/.exec(entry)?.[1] ?? '',
    path: /\bpath: '([^']*)'/.exec(entry)?.[1] ?? '',
    hasOne: /\bone: /.test(entry),
  }));
}

/** Pages that the service writes itself, by their paths: what answers HTML to a browser, other than the war room's own. */
export function servicePages(): readonly string[] {
  return allRoutes(createMetrics('0'))
    .filter(
      ({ method, isPage, path }) => method === 'get' && isPage === true && !/^\/static\/|^\/app|\{format\}$/.test(path),
    )
    .map(({ path }) => path)
    .toSorted();
}
