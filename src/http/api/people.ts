import { SERVICE_ROLES, TOKEN_SCOPES } from '../../domain/access.ts';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import { ROLES } from '../../domain/person.ts';
import { addPerson, arm, armed, disarm, peopleOf, removePerson } from '../../flow.ts';
import { issueToken, partnersOf, removePartner, revokeToken, setPartner, tokensOf } from '../../flow/access.ts';
import { duties, setDuty } from '../../flow/clock.ts';
import { startProbing, probings, stopProbing } from '../../flow/watch.ts';
import { HttpProblem } from '../problem.ts';
import type { Route } from '../route.ts';
import { MEMBERS, z } from '../route.ts';
import { aMoment, aReason, acts, reads, signs } from './build.ts';

const OP = '/operations/{operation}';
const tag = 'people';
const ADMIN = ['admin'] as const;

/** Who is on record, who may come, and what is let out. */
export function peopleRoutes(): readonly Route[] {
  return [
    reads({ path: '/people', tag, summary: 'Everybody who is or was on record', as: 'person list --all' }, ({ world }) => peopleOf(world)),
    signs({ path: '/people', tag, summary: 'Put a person on record', as: 'person add', roles: ADMIN, body: { name: z.string().min(1).max(100), roles: z.array(z.enum(ROLES)).min(1), publicKey: z.string().min(1).max(4096) } }, ({ world, body, person }, signing) =>
      addPerson(world, signing, { ...body, by: person() })),
    signs({ path: '/people/{person}/removal', tag, summary: 'Take a person off the record', as: 'person remove', roles: ADMIN, body: { reason: aReason() } }, async ({ world, params, body, person }, signing) => ({
      person: await removePerson(world, signing, params['person'] ?? '', { person: person(), reason: body.reason }), removed: true,
    })),
    reads({ path: '/duties', tag, summary: 'Who is on duty now or later', as: 'duty list' }, ({ world }) => duties(world)),
    acts({ path: '/duties', tag, summary: 'Put a person on duty', as: 'duty set', body: { person: z.string().min(1).max(100), from: aMoment(), until: aMoment() } }, ({ world, body, person }) =>
      setDuty(world, { person: body.person, from: momentOf(body.from), until: momentOf(body.until), by: person() })),
    reads({ path: '/partners', tag, summary: 'Organisations that work with yours', as: 'partner list --all' }, ({ world }) => partnersOf(world)),
    signs(
      {
        path: '/partners/{partner}', tag, summary: 'Make an organisation a partner, or say anew what it may have', as: 'partner set', roles: ADMIN,
        body: {
          name: z.string().min(1).max(200), recipients: z.array(z.string().max(300)).max(1000), mayContribute: z.boolean(),
          reliability: z.enum(['A', 'B', 'C', 'D', 'E', 'F']).nullable(), group: z.string().max(100).nullable(), reason: aReason(),
        },
      },
      ({ world, params, body, person }, signing) => setPartner(world, signing, { ...body, partner: params['partner'] ?? '', by: person() }),
    ),
    acts({ path: '/partners/{partner}', method: 'delete', tag, summary: 'End a partnership at once', as: 'partner remove', body: { reason: aReason() } }, async ({ world, params, body, person }) => ({
      partner: await removePartner(world, params['partner'] ?? '', { person: person(), reason: body.reason }),
    })),
    reads({ path: '/tokens', tag, summary: 'Every token that was ever issued in your name; for an admin or an auditor, in anybody\'s', as: 'token list --all' }, async ({ world, principal, services }) => {
      const seesAll = principal.roles.some((role) => role === 'admin' || role === 'auditor');
      const now = isoInstant(services.clock.now());
      return (await tokensOf(world))
        .filter(({ holder }) => seesAll || (holder.kind === 'person' && holder.person === principal.person))
        .map((token) => ({ ...token, isGood: token.revokedAt === null && token.expiresAt > now }));
    }),
    signs(
      {
        path: '/tokens', tag, summary: 'Issue a token; its secret is told once', as: 'token issue', roles: ADMIN,
        body: {
          name: z.string().min(1).max(100),
          holder: z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('person'), person: z.string().min(1).max(100) }),
            z.strictObject({ kind: z.literal('partner'), partner: z.string().min(1).max(64) }),
            z.strictObject({ kind: z.literal('service'), roles: z.array(z.enum(SERVICE_ROLES)).min(1) }),
          ]),
          scopes: z.array(z.enum(TOKEN_SCOPES)).min(1), expiresAt: aMoment(), reason: aReason(),
        },
      },
      async ({ world, principal, body, person }, signing) => {
        const { token, secret } = await issueToken(world, principal.organisationId, signing, { ...body, expiresAt: momentOf(body.expiresAt), by: person() });
        return { ...token, secret };
      },
    ),
    acts({ path: '/tokens/{token}', method: 'delete', tag, summary: 'End a token at once; an auditor, one in their own name', as: 'token revoke', roles: MEMBERS, body: { reason: aReason() } }, async ({ world, params, body, person }) => {
      const { id, name } = await revokeToken(world, params['token'] ?? '', { person: person(), reason: body.reason });
      return { id, name };
    }),
    reads({ path: '/armings', tag, summary: 'What was armed, the newest first', as: 'armed' }, ({ world }) => armed(world, null)),
    signs({ path: `${OP}/arming`, tag, summary: 'Let mail of an operation leave, for a time', as: 'arm', roles: ADMIN, body: { until: aMoment(), reason: aReason() } }, ({ world, operation, body, person }, signing) =>
      arm(world, signing, operation, { person: person(), reason: body.reason, until: momentOf(body.until) })),
    acts({ path: `${OP}/arming`, method: 'delete', tag, summary: 'Let no more of it leave, at once', as: 'disarm', body: { reason: aReason() } }, async ({ world, operation, body, person }) => {
      await disarm(world, operation, { person: person(), reason: body.reason });
      return { operation, armed: false };
    }),
    reads({ path: '/probings', tag, summary: 'When probing was on, the newest first', as: 'probing list' }, ({ world }) => probings(world, null)),
    signs({ path: `${OP}/probing`, tag, summary: 'Let servers of an operation be looked at', as: 'probing start', roles: ADMIN, body: { reason: aReason() } }, ({ world, operation, body, person }, signing) =>
      startProbing(world, signing, operation, { person: person(), reason: body.reason })),
    acts({ path: `${OP}/probing`, method: 'delete', tag, summary: 'Let no more looks be taken', as: 'probing stop', body: { reason: aReason() } }, async ({ world, operation, body, person }) => {
      await stopProbing(world, operation, { person: person(), reason: body.reason });
      return { operation, probing: false };
    }),
  ]; // prettier-ignore
}

/** What a schema has taken for a moment. */
export function momentOf(text: string): number {
  const found = parseInstant(text);
  if (found === null) throw new HttpProblem(400, `"${text}" is no moment`);
  return found;
}
