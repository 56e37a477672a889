import { PARTY_KINDS } from '../../domain/deconfliction.ts';
import {
  answerDeconfliction, answerHandsOff, askForDeconfliction, deconflictionStatus, handsOff, liftHandsOff, listDeconfliction,
  listHandsOffs, openDeconfliction, skipDeconfliction, skipStandings,
} from '../../flow/deconflict.ts'; // prettier-ignore
import type { Route } from '../route.ts';
import { z } from '../route.ts';
import { aMoment, aReason, acts, reads, signs } from './build.ts';
import { momentOf } from './people.ts';

const OP = '/operations/{operation}';
const ROUND = `${OP}/deconfliction/{round}`;
const tag = 'deconfliction';
const PARTY = { party: z.string().min(1).max(120), at: aMoment().optional(), reason: aReason() };

/** Asking others who may be at work on the same servers, before anybody is written to. */
export function deconflictingRoutes(): readonly Route[] {
  return [
    reads({ path: `${OP}/deconfliction`, tag, summary: 'Rounds, with what each still waits for', as: 'deconflict status' }, ({ world, operation }) =>
      deconflictionStatus(world, operation, null)),
    acts({ path: `${OP}/deconfliction`, tag, summary: 'Open a round over what no earlier one speaks for', as: 'deconflict open' }, ({ world, operation, person }) =>
      openDeconfliction(world, operation, person())),
    reads({ path: ROUND, tag, summary: 'What a party of one kind may be handed about a round', as: 'deconflict list', query: { partyKind: z.enum(PARTY_KINDS).optional() } }, ({ world, operation, params, query }) =>
      listDeconfliction(world, operation, params['round'] ?? '', query.partyKind ?? null)),
    acts({ path: `${ROUND}/questions`, tag, summary: 'A party was asked', as: 'deconflict ask', body: { party: PARTY.party, partyKind: z.enum(PARTY_KINDS), channel: z.string().min(1).max(200), at: PARTY.at } }, async ({ world, operation, params, body, person }) => ({
      round: await askForDeconfliction(world, operation, { round: params['round'] ?? '', ...body, at: body.at === undefined ? null : momentOf(body.at), as: person() }),
    })),
    signs({ path: `${ROUND}/answers`, tag, summary: 'What a party answered for the whole round', as: 'deconflict answer', roles: ['analyst', 'counsel', 'duty'], body: { ...PARTY, answer: z.enum(['clear', 'no-answer']) } }, async ({ world, operation, params, body, person, app }, signing) => {
      const words = { round: params['round'] ?? '', party: body.party, at: body.at === undefined ? null : momentOf(body.at), as: person(), reason: body.reason };
      await answerDeconfliction(world, signing, operation, { ...words, answer: body.answer }, app.settings.deconfliction.waitHours);
      return deconflictionStatus(world, operation, words.round);
    }),
    acts({ path: `${ROUND}/hands-off`, tag, summary: 'A party wants single servers left alone', as: 'deconflict answer --hands-off', body: { ...PARTY, servers: z.array(z.string().min(1).max(300)).min(1).max(1000), until: aMoment() } }, async ({ world, operation, params, body, person }) => {
      const words = { round: params['round'] ?? '', party: body.party, at: body.at === undefined ? null : momentOf(body.at), as: person(), reason: body.reason };
      await answerHandsOff(world, null, operation, words, { servers: body.servers, until: momentOf(body.until) });
      return deconflictionStatus(world, operation, words.round);
    }),
    reads({ path: `${ROUND}/skips`, tag, summary: 'Of each kind of party, who has said that it is not asked, and who may', as: 'deconflict status' }, ({ world, operation, params }) =>
      skipStandings(world, operation, params['round'] ?? '')),
    signs({ path: `${ROUND}/skips`, tag, summary: 'One of two words that a kind of party is not asked', as: 'deconflict skip', roles: ['approver', 'counsel'], body: { partyKind: z.enum(PARTY_KINDS), reason: aReason() } }, async ({ world, operation, params, body, person }, signing) => {
      await skipDeconfliction(world, signing, operation, { round: params['round'] ?? '', ...body, as: person() });
      return deconflictionStatus(world, operation, params['round'] ?? '');
    }),
    reads({ path: `${OP}/hands-off`, tag, summary: 'What others want left alone', as: 'hands-off list' }, ({ world, operation }) => listHandsOffs(world, operation)),
    acts({ path: `${OP}/servers/{server}/hands-off`, tag, summary: 'A party wants this server left alone; it blocks at once', as: 'hands-off SERVER', body: { party: PARTY.party, until: aMoment(), reason: aReason() } }, async ({ world, operation, params, body, person }) => ({
      host: await handsOff(world, operation, params['server'] ?? '', { party: body.party, until: momentOf(body.until), reason: body.reason, as: person() }),
    })),
    signs({ path: `${OP}/servers/{server}/hands-off-lifts`, tag, summary: 'The party lets it go', as: 'hands-off lift SERVER', roles: ['analyst', 'counsel', 'duty'], body: { reason: aReason() } }, async ({ world, operation, params, body, person }, signing) => {
      await liftHandsOff(world, signing, operation, params['server'] ?? '', { as: person(), reason: body.reason });
      return { operation, server: params['server'], lifted: true };
    }),
  ]; // prettier-ignore
}
