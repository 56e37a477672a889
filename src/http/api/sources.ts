import { FEED_KINDS, LEAST_MINUTES, MOST_MINUTES } from '../../domain/feed-source.ts';
import type { FeedWords } from '../../domain/feed-source.ts';
import { addSource, pauseSource, pollSource, removeSource, resumeSource, sourcesOf } from '../../flow/sources.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aReason, acts, reads, signs } from './build.ts';

const SOURCE = '/sources/{source}';
const tag = 'sources';
const CHANGING = ['analyst', 'admin', 'duty'] as const;

const WORDS = {
  format: z.string().max(40).optional(),
  map: z.string().max(1000).optional(),
  dates: z.string().max(40).optional(),
  group: z.string().max(100).optional(),
  reliability: z.string().max(1).optional(),
  tlp: z.string().max(20).optional(),
  evidence: z.string().max(40).optional(),
  snapshot: z.boolean().optional(),
};

/** Places that feeds are fetched from. */
export function sourceRoutes(): readonly Route[] {
  return [
    reads({ path: '/sources', tag, summary: 'Places that feeds are fetched from, and how they go', as: 'source list' }, ({ world }) =>
      sourcesOf(world)),
    signs(
      {
        path: '/operations/{operation}/sources', tag, summary: 'Put a source on record', as: 'source add', roles: ['analyst', 'admin'],
        body: {
          name: z.string().min(1).max(100), kind: z.enum(FEED_KINDS), url: z.string().min(1).max(2000),
          collection: z.string().min(1).max(200).nullable(),
          credential: z.string().min(1).max(40).nullable().openapi({ description: 'The name of a credential of the settings' }),
          everyMinutes: z.int().min(LEAST_MINUTES).max(MOST_MINUTES), words: z.strictObject(WORDS), reason: aReason(),
        },
      },
      ({ world, operation, body, person }, signing) =>
        addSource(world, signing, operation, { ...body, words: given(body.words), by: person() }),
    ),
    acts({ path: `${SOURCE}/polls`, tag, summary: 'Fetch from a source now', as: 'source poll', roles: CHANGING }, async ({ world, params, app, person }) => {
      person();
      return pollSource(world, await app.openFetching(), params['source'] ?? '');
    }),
    acts(
      { path: `${SOURCE}/removals`, tag, summary: 'Accept what its newest list leaves out', as: 'source poll --accept-removals', roles: CHANGING, body: { reason: aReason() } },
      async ({ world, params, app, body, person }) =>
        pollSource(world, await app.openFetching(), params['source'] ?? '', { person: person(), reason: body.reason }),
    ),
    acts({ path: `${SOURCE}/pause`, tag, summary: 'Have a source rest', as: 'source pause', roles: CHANGING, body: { reason: aReason() } }, ({ world, params, body, person }) =>
      pauseSource(world, params['source'] ?? '', { person: person(), reason: body.reason })),
    acts({ path: `${SOURCE}/pause`, method: 'delete', tag, summary: 'Fetch from a source again that rested', as: 'source resume', roles: ['analyst', 'admin'], body: { reason: aReason() } }, ({ world, params, body, person }) =>
      resumeSource(world, params['source'] ?? '', { person: person(), reason: body.reason })),
    acts({ path: SOURCE, method: 'delete', tag, summary: 'Take a source off the record', as: 'source remove', roles: CHANGING, body: { reason: aReason() } }, ({ world, params, body, person }) =>
      removeSource(world, params['source'] ?? '', { person: person(), reason: body.reason })),
  ]; // prettier-ignore
}

/** Only what was given. */
function given(words: { readonly [Key in keyof FeedWords]: FeedWords[Key] | undefined }): FeedWords {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
