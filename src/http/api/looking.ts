import { SETTLEMENTS } from '../../domain/case.ts';
import { memoryFile } from '../../domain/memory-file.ts';
import {
  acceptCandidates,
  addFingerprints,
  dismissCandidates,
  importCandidates,
  listCandidates,
  listFingerprints,
  takeFingerprintBack,
} from '../../flow/candidates.ts';
import { look } from '../../flow/look.ts';
import { looksAt } from '../../flow/record-of-server.ts';
import { accept, settle, verdictOf } from '../../flow/verify.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aMoment, aReason, acts, reads, signs } from './build.ts';

const OP = '/operations/{operation}';
const SERVER = `${OP}/servers/{server}`;
const tag = 'looking';
const IDS = z.array(z.string().min(1).max(100)).min(1).max(1000);
const MAX_SCAN_CHARACTERS = 16 * 1024 * 1024;

/** How servers stand by what was seen of them, and what else carries the botnet's marks. */
export function lookingRoutes(): readonly Route[] {
  return [
    reads({ path: `${SERVER}/verdict`, tag, summary: 'How a server stands, look by look', as: 'verdict show' }, ({ world, operation, params, app }) =>
      verdictOf(world, operation, params['server'] ?? '', app.settings.verify)),
    reads({ path: `${SERVER}/looks`, tag, summary: 'Every look at a server, the oldest first', as: 'verdict show' }, ({ world, operation, params }) =>
      looksAt(world, operation, params['server'] ?? '')),
    acts(
      {
        path: `${OP}/looks`, tag, summary: 'Record what a person saw of servers', as: 'look',
        body: { looks: z.array(z.strictObject({ server: z.string().min(1).max(300), port: z.string().max(5), at: aMoment(), vantage: z.string().min(1).max(100), outcome: z.string().max(40), how: z.string().max(500) })).min(1).max(1000) },
      },
      ({ world, operation, body, person, app }) => look(world, operation, body.looks, person(), app.settings.verify),
    ),
    signs({ path: `${SERVER}/settlements`, tag, summary: 'Close the case of a server that answers as something else', as: 'verdict settle', roles: ['analyst', 'counsel', 'duty'], body: { as: z.enum(SETTLEMENTS), reason: aReason() } }, async ({ world, operation, params, body, person }, signing) => ({
      operation, host: await settle(world, signing, operation, params['server'] ?? '', { ...body, person: person() }), settledAs: body.as,
    })),
    acts({ path: `${SERVER}/acceptances`, tag, summary: "Take the service that is named, and answers, for the botnet's own", as: 'verdict accept', body: { service: z.string().regex(/^[0-9a-f]{64}$/i), reason: aReason() } }, ({ world, operation, params, body, person }) =>
      accept(world, operation, params['server'] ?? '', { ...body, person: person() })),
    reads({ path: `${OP}/fingerprints`, tag, summary: 'Fingerprints on file', as: 'fingerprint list' }, ({ world, operation }) => listFingerprints(world, operation)),
    acts(
      {
        path: `${OP}/fingerprints`, tag, summary: 'Put a fingerprint on file', as: 'fingerprint add',
        body: { kind: z.string().max(40), value: z.string().min(1).max(2000), source: z.string().min(1).max(100), group: z.string().max(100), seen: z.string().max(40), note: z.string().max(1000) },
      },
      ({ world, operation, body, person, app }) =>
        addFingerprints(world, operation, body, person(), [app.settings.organisation.name].filter((name) => name !== null)),
    ),
    acts({ path: `${OP}/fingerprints/{fingerprint}`, method: 'delete', tag, summary: 'Take one back', as: 'fingerprint withdraw', body: { reason: aReason() } }, ({ world, operation, params, body, person }) =>
      takeFingerprintBack(world, operation, params['fingerprint'] ?? '', { as: person(), reason: body.reason })),
    reads({ path: `${OP}/candidates`, tag, summary: 'New addresses on which the same was seen', as: 'candidates list', query: { all: z.enum(['true', 'false']).optional() } }, ({ world, operation, query }) =>
      listCandidates(world, operation, query.all === 'true')),
    acts(
      {
        path: `${OP}/scans`, tag, summary: 'Search a scan for what is known', as: 'candidates import', maxBodyBytes: 2 * MAX_SCAN_CHARACTERS,
        body: { file: z.string().min(1).max(300), csv: z.string().min(1).max(MAX_SCAN_CHARACTERS), source: z.string().min(1).max(100), group: z.string().max(100).optional(), map: z.string().max(1000).optional(), maxHosts: z.int().min(1).max(100_000) },
      },
      ({ world, operation, body: { file, csv, source, group, map, maxHosts }, person }) =>
        importCandidates(world, operation, memoryFile(file, Buffer.from(csv)), {
          source, maxHosts, as: person(), ...(group === undefined ? {} : { group }), ...(map === undefined ? {} : { map }),
        }),
    ),
    acts({ path: `${OP}/candidates/acceptances`, tag, summary: 'Make sightings of candidates', as: 'candidates accept', body: { ids: IDS, reason: aReason() } }, ({ world, operation, body, person }) =>
      acceptCandidates(world, operation, body.ids, { as: person(), reason: body.reason })),
    acts({ path: `${OP}/candidates/dismissals`, tag, summary: 'Say that candidates are none', as: 'candidates dismiss', body: { ids: IDS, reason: aReason() } }, async ({ world, operation, body, person }) => ({
      operation, dismissed: await dismissCandidates(world, operation, body.ids, { as: person(), reason: body.reason }),
    })),
  ]; // prettier-ignore
}
