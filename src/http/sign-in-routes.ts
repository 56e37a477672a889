import { organisationIn, userHandle } from '../domain/access.ts';
import { isoInstant } from '../domain/instant.ts';
import { ROLES } from '../domain/person.ts';
import { isOpen } from '../domain/session.ts';
import type { InvitationRecord } from '../domain/session.ts';
import {
  acceptInvited,
  addPasskey,
  beginSession,
  endSession,
  invitationOf,
  invitationsOf,
  invite,
  holdsPasskey,
  passkeyText,
  passkeysOf,
  registerInvited,
  removePasskey,
  sessionsOf,
  setUp,
  signInWithPasskey,
  withdrawInvitation,
} from '../flow/sign-in.ts';
import { aReason, acts, reads, signs } from './api/build.ts';
import { HttpProblem } from './problem.ts';
import { MEMBERS, member, open, roles, route, z } from './route.ts';
import type { Route } from './route.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { noSessionCookie } from './session-cookie.ts';
import type { Services } from './services.ts';
import { linkOf } from './sign-in-link.ts';
import { signInPages } from './sign-in-pages.ts';
import { NO, welcome, worldOf } from './welcome.ts';

/*
 * Signing in with a browser, what people sign in with, and the links by which they register it.
 */

const tag = 'signing in';
const ADMIN = ['admin'] as const;
const MAX_TEXT = 8192;

const base64Url = (): z.ZodString =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(MAX_TEXT);
const ANSWER = z.strictObject({ signature: base64Url(), authenticatorData: base64Url(), clientDataJSON: base64Url() });
const CREDENTIAL = base64Url().max(1364);
const MADE = { credentialId: CREDENTIAL, spki: base64Url().max(200) };
const SIGNATURE = ANSWER.extend({ scheme: z.literal('webauthn'), publicKey: z.string().min(1).max(1000) });
const LINK = z.string().min(1).max(200);
const PASSKEY = 'sign-in';

export function signInRoutes(): readonly Route[] {
  return [
    ...signInPages(),
    ...signingIn(),
    ...oidcRoutes(),
    ...enrolling(),
    ...passkeys(),
    ...sessions(),
    ...invitations(),
  ];
}

function signingIn(): readonly Route[] {
  return [
    route(
      {
        method: 'post',
        path: '/api/v1/sign-in/challenge',
        access: open('nobody is signed in before it'),
        summary: 'What a passkey is to answer',
        tag,
        isSignIn: true,
        body: z.strictObject({}),
        responses: {
          200: {
            description: 'Good for five minutes, once',
            schema: z.object({ challenge: z.string(), rpId: z.string() }),
          },
        },
      },
      (context, { services }) => context.json({ challenge: services.challenges.make(PASSKEY), rpId: siteOf(services) }),
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/sign-in',
        access: open('nobody is signed in before it'),
        summary: 'Sign in with a passkey',
        tag,
        isSignIn: true,
        body: z.strictObject({ credentialId: CREDENTIAL, userHandle: base64Url().max(100).nullable(), answer: ANSWER }),
        responses: {
          200: { description: 'You are in; the cookie is the session', schema: z.object({ name: z.string() }) },
        },
      },
      async (context, { body: { credentialId, userHandle: handle, answer }, services }) => {
        const { challenges } = services;
        const challenge = challenges.asked(PASSKEY, answer.clientDataJSON);
        if (challenge === null) throw new HttpProblem(401, NO);
        const organisationId = organisationOf(handle) ?? services.first;
        const agent = context.req.header('user-agent') ?? '';
        const signedIn = await signInWithPasskey(
          worldOf(services, organisationId),
          organisationId,
          {
            challenge,
            origin: services.origin(),
            credentialId,
            agent,
            isFirst: () => challenges.answer(PASSKEY, challenge),
          },
          answer,
        );
        if (signedIn === null) throw new HttpProblem(401, NO);
        await welcome(context, services, signedIn);
        return context.json({ name: signedIn.name });
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/sign-out',
        access: roles(MEMBERS, 'read'),
        summary: 'End the session that this is asked with',
        tag,
        body: z.strictObject({}),
        responses: { 200: { description: 'It has ended', schema: z.object({ ended: z.boolean() }) } },
      },
      async (context, sent) => {
        const principal = member(sent);
        const { services } = sent;
        if (principal.credential.kind !== 'session') throw new HttpProblem(409, 'a token is revoked, not signed out');
        await endSession(services.world(principal), principal.credential.id, principal.person);
        context.header('set-cookie', noSessionCookie(services.origin()));
        return context.json({ ended: true });
      },
    ),
  ];
}

function enrolling(): readonly Route[] {
  const access = open('whoever has a link is not on record yet');
  return [
    route(
      {
        method: 'post',
        path: '/api/v1/enrolments/look',
        access,
        summary: 'What a link is for',
        tag,
        isSignIn: true,
        body: z.strictObject({ secret: LINK }),
        responses: {
          200: {
            description: 'Whom it is for; nobody, where it is for the first admin',
            schema: z.object({
              name: z.string().nullable(),
              roles: z.array(z.string()),
              rpId: z.string(),
              userHandle: z.string(),
              challenge: z.string(),
            }),
          },
        },
      },
      async (context, { body: { secret }, services }) => {
        const { organisationId, invitation } = await linkGiven(services, secret);
        const { id, name, roles: own } = invitation;
        return context.json({
          name,
          roles: own,
          rpId: siteOf(services),
          userHandle: userHandle(organisationId, id),
          challenge: services.challenges.make(`enrol ${id}`),
        });
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/enrolments',
        access,
        summary: 'Register a passkey with a link',
        description: 'The first admin is answered with a statement to sign; everybody else waits for an admin to sign.',
        tag,
        isSignIn: true,
        body: z.strictObject({
          secret: LINK,
          ...MADE,
          answer: ANSWER.optional(),
          name: z.string().min(1).max(100).optional(),
          also: z.array(z.enum(ROLES)).max(ROLES.length).optional(),
        }),
        responses: {
          200: { description: 'It waits for an admin', schema: z.object({ fingerprint: z.string() }) },
          202: { description: 'What the first admin is to sign', schema: z.unknown() },
        },
      },
      async (context, { body, services }) => {
        const { organisationId, invitation } = await linkGiven(services, body.secret);
        const world = worldOf(services, organisationId);
        const passkey = { publicKey: keyOf(services, body.spki), credentialId: body.credentialId };
        if (invitation.name === null) {
          const words = { ...passkey, name: body.name ?? '', also: body.also ?? [] };
          const begun = await services.desk.begin(signerOf(organisationId, invitation), (signing) =>
            setUp(world, signing, invitation, words),
          );
          if (begun.done) throw new Error('the first admin signs');
          return context.json(begun.waiting, 202);
        }
        const { answer } = body;
        const purpose = `enrol ${invitation.id}`;
        const challenge = answer === undefined ? null : services.challenges.asked(purpose, answer.clientDataJSON);
        // Whoever registers a key has it.
        if (answer === undefined || challenge === null || !holdsPasskey(passkey.publicKey, challenge, answer))
          throw new HttpProblem(401, NO);
        if (!services.challenges.answer(purpose, challenge)) throw new HttpProblem(401, NO);
        return context.json(await registerInvited(world, invitation, passkey));
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/enrolments/signature',
        access,
        summary: 'The signature of the first admin',
        tag,
        isSignIn: true,
        body: z.strictObject({ secret: LINK, id: z.uuid(), signature: SIGNATURE }),
        responses: { 200: { description: 'You are on record, and in', schema: z.object({ name: z.string() }) } },
      },
      async (context, { body: { secret, id, signature }, services }) => {
        const { organisationId, invitation } = await linkGiven(services, secret);
        await services.desk.finish(signerOf(organisationId, invitation), id, signature);
        const world = worldOf(services, organisationId);
        const [admin] = await world.store.read((transaction) => transaction.people());
        if (admin === undefined) throw new Error('whoever was set up is not on record');
        const agent = context.req.header('user-agent') ?? '';
        const signedIn = await beginSession(world, organisationId, admin, { method: 'passkey', agent });
        await welcome(context, services, signedIn);
        return context.json({ name: signedIn.name });
      },
    ),
  ];
}

function passkeys(): readonly Route[] {
  return [
    reads({ path: '/passkeys', tag, summary: 'Every passkey that is or was on record', as: 'passkey list --all' }, ({ world }) => passkeysOf(world)),
    reads({ path: '/passkeys/handle', tag, summary: 'What a browser makes a passkey of yours with', as: 'passkey list' }, ({ principal, services, person }) =>
      Promise.resolve({ rpId: siteOf(services), userHandle: userHandle(principal.organisationId, person()) })),
    signs(
      { path: '/passkeys', tag, summary: 'Add a passkey of yours', as: 'passkey list', roles: MEMBERS, body: { name: z.string().min(1).max(60), ...MADE } },
      ({ world, services, body: { name, credentialId, spki }, person }, signing) =>
        addPasskey(world, signing, { person: person(), name, publicKey: keyOf(services, spki), credentialId }),
    ),
    signs(
      { path: '/passkeys/removal', tag, summary: 'Take a passkey off', as: 'passkey remove', roles: MEMBERS, body: { of: z.string().min(1).max(100), passkey: z.string().min(1).max(200), reason: aReason() } },
      async ({ world, body, person }, signing) => ({ person: await removePasskey(world, signing, { ...body, person: person() }), removed: true }),
    ),
  ]; // prettier-ignore
}

function sessions(): readonly Route[] {
  return [
    reads(
      { path: '/sessions', tag, summary: 'Who is signed in: you, or everybody for an admin', as: 'session list --all' },
      async ({ world, principal, services }) => {
        const own = principal.roles.includes('admin') ? null : (principal.person ?? '');
        const now = isoInstant(services.clock.now());
        return (await sessionsOf(world, own)).map((session) => ({
          ...session,
          isOpen: isOpen(session, now),
          isThis: session.id === principal.credential.id,
        }));
      },
    ),
    acts(
      { path: '/sessions/{session}', method: 'delete', tag, summary: 'End a session at once', as: 'session end', roles: MEMBERS },
      async ({ world, principal, params }) => {
        const { id, person } = await endSession(world, params['session'] ?? '', principal.roles.includes('admin') ? null : (principal.person ?? ''));
        return { id, person, ended: true };
      },
    ),
  ]; // prettier-ignore
}

function invitations(): readonly Route[] {
  return [
    reads({ path: '/invitations', tag, summary: 'Who was invited, and who has registered', as: 'person invitations', roles: ['admin', 'auditor'] }, ({ world }) => invitationsOf(world)),
    acts(
      { path: '/invitations', tag, summary: 'A link with which a person registers a passkey', as: 'person invite', roles: ADMIN, body: { name: z.string().min(1).max(100), roles: z.array(z.enum(ROLES)).min(1) } },
      async ({ world, principal, services, body, person }) => {
        const { invitation, secret } = await invite(world, principal.organisationId, { ...body, by: person() });
        return { ...invitation, link: linkOf(services.origin(), secret) };
      },
    ),
    signs({ path: '/invitations/{invitation}/acceptance', tag, summary: 'Put whoever has registered on record', as: 'person accept', roles: ADMIN }, ({ world, params, person }, signing) =>
      acceptInvited(world, signing, params['invitation'] ?? '', person())),
    acts({ path: '/invitations/{invitation}', method: 'delete', tag, summary: 'Take an invitation back', as: 'person uninvite', roles: ADMIN }, ({ world, params }) =>
      withdrawInvitation(world, params['invitation'] ?? '')),
  ]; // prettier-ignore
}

async function linkGiven(
  services: Services,
  secret: string,
): Promise<{ readonly organisationId: string; readonly invitation: InvitationRecord }> {
  const found = await invitationOf(services.storeOf, secret, services.clock.now());
  if (found === null) throw new HttpProblem(401, 'this link is not good: it was used, taken back, or is too old');
  return found;
}

/** The first admin is nobody yet: what waits for the signature waits for whoever has the link. */
const signerOf = (organisationId: string, { id }: InvitationRecord): { organisationId: string; person: string } => ({
  organisationId,
  person: `link ${id}`,
});

function siteOf({ origin }: Services): string {
  return new URL(origin()).hostname;
}

function keyOf(services: Services, spki: string): string {
  const key = passkeyText(spki, services.origin());
  if (key === null) throw new HttpProblem(422, 'this is no passkey that is taken here: P-256 (ES256) or Ed25519');
  return key;
}

/** Of which organisation a passkey says that it is. What it says is no proof; its signature is. */
function organisationOf(handle: string | null): string | null {
  const bytes = Buffer.from(handle ?? '', 'base64url');
  return bytes.length === 32 ? organisationIn(bytes) : null;
}
