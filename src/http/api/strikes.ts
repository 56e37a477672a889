import { STRATEGIES } from '../../domain/strike.ts';
import {
  approveBriefings,
  approveHold,
  planStrike,
  releaseStrike,
  strikeHands,
  strikeNamed,
  strikes,
  writeStrikeBriefings,
} from '../../flow/strike.ts';
import { circulate, matrixOf, severance, showConfiguration } from '../../flow/severance.ts';
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aMoment, aReason, acts, reads, signs } from './build.ts';
import { momentOf } from './people.ts';

const OP = '/operations/{operation}';
const STRIKE = `${OP}/strikes/{strike}`;
const tag = 'strikes and severance';
const NEWEST = 10;
const UP_TO = 10;

/** Whom to notify when, and what takes the botnet apart. */
export function strikeRoutes(): readonly Route[] {
  return [
    reads({ path: `${OP}/strikes`, tag, summary: 'Plans, the newest last, with what holds', as: 'strike list' }, ({ world, operation }) => strikes(world, operation)),
    acts(
      { path: `${OP}/strikes`, tag, summary: 'Plan whom to notify when; changes nothing', as: 'strike plan', body: { strategy: z.enum(STRATEGIES).optional(), aim: aMoment().optional(), seed: z.int().min(0).optional() } },
      async ({ world, operation, body, person, sources, app }) =>
        planStrike(world, { methodTable: (await sources()).methodTable, windows: app.settings.mail.windows }, operation, {
          ...(body.strategy === undefined ? {} : { strategy: body.strategy }),
          aim: body.aim === undefined ? null : momentOf(body.aim), seed: body.seed ?? null, as: person(),
        }),
    ),
    reads({ path: STRIKE, tag, summary: 'One of them', as: 'strike show' }, ({ world, operation, params }) => strikeNamed(world, operation, params['strike'] ?? '')),
    reads({ path: `${STRIKE}/hands`, tag, summary: 'Who has given one of two words on its hold and its briefings, and who may', as: 'strike show' }, ({ world, operation, params }) =>
      strikeHands(world, operation, params['strike'] ?? '')),
    signs({ path: `${STRIKE}/holds`, tag, summary: 'One of two words that hold its notices', as: 'strike hold', roles: ['approver', 'counsel'], body: { until: aMoment().optional(), reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      approveHold(world, signing, operation, { strike: params['strike'] ?? '', person: person(), reason: body.reason, until: body.until === undefined ? null : momentOf(body.until) })),
    signs({ path: `${STRIKE}/releases`, tag, summary: 'Let everything go that it holds, at once', as: 'strike release', roles: ['approver', 'counsel'], body: { isHarm: z.boolean(), reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      releaseStrike(world, signing, operation, { strike: params['strike'] ?? '', person: person(), ...body })),
    acts({ path: `${STRIKE}/briefings`, tag, summary: 'Write what trusted desks are told ahead', as: 'strike brief' }, async ({ world, operation, params, person, sources }) =>
      writeStrikeBriefings(world, (await sources()).notices, operation, { strike: params['strike'] ?? '', as: person() })),
    signs({ path: `${STRIKE}/briefing-approvals`, tag, summary: 'One of two words that let it leave', as: 'strike brief --approve', roles: ['approver', 'counsel'], body: { reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      approveBriefings(world, signing, operation, { strike: params['strike'] ?? '', person: person(), reason: body.reason })),
    reads({ path: `${OP}/severance`, tag, summary: 'Does any configuration still reach a live server?', as: 'severance', query: { newest: z.coerce.number().int().min(1).max(10_000).optional(), upTo: z.coerce.number().int().min(1).max(1000).optional() } }, ({ world, operation, query, app }) =>
      severance(world, operation, { staleDays: app.settings.severance.staleDays, newest: query.newest ?? NEWEST, upTo: query.upTo ?? UP_TO, liveness: null })),
    reads({ path: `${OP}/severance/matrix`, tag, summary: 'Configurations against servers', as: 'severance matrix' }, ({ world, operation }) => matrixOf(world, operation, null)),
    reads({ path: `${OP}/configurations/{configuration}`, tag, summary: 'One configuration with its servers', as: 'configurations show' }, ({ world, operation, params }) =>
      showConfiguration(world, operation, params['configuration'] ?? '')),
    acts({ path: `${OP}/configurations/{configuration}/circulation`, method: 'put', tag, summary: 'Retire it, or say that it is in circulation again', as: 'configurations retire', body: { to: z.enum(['retired', 'in-circulation']), reason: aReason() } }, ({ world, operation, params, body, person }) =>
      circulate(world, operation, params['configuration'] ?? '', { ...body, as: person() })),
  ]; // prettier-ignore
}
