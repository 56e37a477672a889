import type { App } from '../../app.ts';
import { REPLY_CLASSES } from '../../domain/reply.ts';
import { PROVIDER_TYPES, TRUSTS } from '../../domain/provider.ts';
import {
  correctProvider,
  findOperation,
  listMail,
  mergeProviders,
  preferProvider,
  sayOfMail,
  showMail,
  shownProvider,
  splitProvider,
  takeMail,
} from '../../flow.ts';
import { due, handover, retract } from '../../flow/clock.ts';
import type { ClockSources } from '../../flow/clock.ts';
import { providerFile } from '../../flow/provider-file.ts';
import { aimNotices, listOutgoing, retryFailed, speakerKey } from '../../flow/sending.ts';
import { ACTING, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import type { Sources } from '../../flow.ts';
import { aMoment, aReason, acts, reads, signs } from './build.ts';
import { momentOf } from './people.ts';
import { shownJson } from './shown-json.ts';

const OP = '/operations/{operation}';
const MAX_MAIL_BYTES = 25 * 1024 * 1024;
const MOST_MAILS = 10_000;
const tag = 'correspondence';

/** What leaves, what comes back, and what is due. */
export function correspondingRoutes(): readonly Route[] {
  return [...clock(), ...mail(), ...providers()];
}

async function clockSources(sources: () => Promise<Sources>, app: App): Promise<ClockSources> {
  const { methodTable, notices } = await sources();
  return { methodTable, notices, clock: app.settings.clock, verify: app.settings.verify };
}

function clock(): readonly Route[] {
  return [
    reads({ path: `${OP}/due`, tag, summary: 'What is due, the most harmful to victims first', as: 'due' }, async ({ world, operation, sources, app }) =>
      due(world, await clockSources(sources, app), operation)),
    reads({ path: `${OP}/handover`, tag, summary: 'What the next shift must know', as: 'handover' }, async ({ world, operation, sources, app }) =>
      handover(world, await clockSources(sources, app), operation)),
    signs({ path: `${OP}/retractions`, tag, summary: 'Take a case back everywhere', as: 'retract', roles: ['counsel', 'approver', 'duty'], body: { target: z.string().min(1).max(300), reason: aReason() } }, async ({ world, operation, body, person, sources, app }, signing) =>
      retract(world, signing, await clockSources(sources, app), operation, { name: person(), ...body })),
    reads({ path: `${OP}/outgoing`, tag, summary: 'What leaves or has left, and how far it came', as: 'outgoing' }, async ({ world, operation }) =>
      listOutgoing(world, await findOperation(world, operation))),
    acts({ path: `${OP}/outgoing/{notice}/retries`, tag, summary: 'Try anew what failed', as: 'outgoing --retry' }, async ({ world, operation, params, person }) => ({
      operation, queued: await retryFailed(world, await findOperation(world, operation), params['notice'] ?? '', await speakerKey(world, person())),
    })),
    acts({ path: `${OP}/aim`, method: 'put', tag, summary: 'When the notices are to leave; null takes it back', as: 'aim', body: { notBefore: aMoment().nullable(), notAfter: aMoment().nullable() } }, async ({ world, operation, body, person }) => {
      const aim = { notBefore: body.notBefore === null ? null : momentOf(body.notBefore), notAfter: body.notAfter === null ? null : momentOf(body.notAfter) };
      await aimNotices(world, await findOperation(world, operation), await speakerKey(world, person()), aim);
      return { operation, ...aim };
    }),
  ]; // prettier-ignore
}

function mail(): readonly Route[] {
  return [
    reads({ path: '/mail', tag, summary: 'What has come in, the newest first', as: 'mail list', query: { unplaced: z.enum(['true', 'false']).optional(), limit: z.coerce.number().int().min(1).max(MOST_MAILS).optional() } }, ({ world, query }) =>
      listMail(world, query.unplaced === 'true', query.limit ?? 200)),
    reads({ path: '/mail/{mail}', tag, summary: 'One message, its words made harmless', as: 'mail show' }, async ({ world, params, app }) => {
      const { reader } = await app.openMailSources();
      const shown = await showMail(world, reader, params['mail'] ?? '');
      return { ...shown.mail, message: shown.facts };
    }),
    route(
      {
        method: 'post',
        path: '/api/v1/mail',
        access: roles(ACTING, 'write'),
        summary: 'Take one message in',
        description: 'As `dismantle mail import FILE`: the body is the raw message',
        tag,
        body: z.instanceof(Uint8Array).openapi({ type: 'string', format: 'binary' }),
        bodyType: 'message/rfc822',
        maxBodyBytes: MAX_MAIL_BYTES,
        responses: { 200: { description: 'What it is taken for', schema: z.unknown() } },
      },
      async (context, sent) => {
        const principal = member(sent);
        const sources = await sent.services.app.openMailSources();
        const message = { bytes: sent.body, source: `over HTTP by ${principal.name}` };
        return context.json(shownJson(await takeMail(sent.services.world(principal), sources, message)) ?? null);
      },
    ),
    acts({ path: '/mail/{mail}/placement', method: 'put', tag, summary: 'Say what a message is and where it belongs', as: 'mail place', body: { class: z.enum(REPLY_CLASSES).nullable(), notice: z.string().max(100).nullable(), reason: aReason() } }, ({ world, params, body, person }) =>
      sayOfMail(world, params['mail'] ?? '', { ...body, by: person() })),
  ]; // prettier-ignore
}

function providers(): readonly Route[] {
  const ONE = '/providers/{provider}';
  return [
    reads({ path: `${OP}/providers/{provider}`, tag: 'providers', summary: 'All that an operation has to do with one provider', as: 'provider show' }, ({ world, operation, params }) =>
      providerFile(world, operation, params['provider'] ?? '')),
    reads({ path: ONE, tag: 'providers', summary: 'What is on record with a provider', as: 'provider show' }, ({ world, params }) => shownProvider(world, params['provider'] ?? '')),
    acts(
      {
        path: `${ONE}/corrections`, tag: 'providers', summary: 'Say what a provider is; null takes it back', as: 'provider set',
        body: {
          fields: z.strictObject({ trust: z.enum(TRUSTS).nullable(), type: z.enum(PROVIDER_TYPES).nullable(), country: z.string().regex(/^[A-Z]{2}$/).nullable(), name: z.string().min(1).max(200).nullable() }).partial(),
          reason: aReason(),
        },
      },
      async ({ world, params, body, person }) => {
        const fields = Object.fromEntries(Object.entries(body.fields).filter(([, value]) => value !== undefined));
        const { key } = await correctProvider(world, params['provider'] ?? '', fields, { person: person(), reason: body.reason });
        return { provider: key, fields };
      },
    ),
    acts({ path: `${ONE}/merge`, tag: 'providers', summary: 'Say that it is a part of another', as: 'provider merge', body: { into: z.string().min(1).max(300), reason: aReason() } }, async ({ world, params, body, person }) => {
      const [part, whole] = await mergeProviders(world, params['provider'] ?? '', body.into, { person: person(), reason: body.reason });
      return { provider: part.key, into: whole.key };
    }),
    acts({ path: `${ONE}/merge`, method: 'delete', tag: 'providers', summary: 'Take a merge back', as: 'provider split', body: { reason: aReason() } }, async ({ world, params, body, person }) => ({
      provider: (await splitProvider(world, params['provider'] ?? '', { person: person(), reason: body.reason })).key,
    })),
    acts({ path: `${ONE}/preference`, method: 'put', tag: 'providers', summary: 'Ask it before another', as: 'provider prefer', body: { over: z.string().min(1).max(300), reason: aReason() } }, async ({ world, params, body, person }) => {
      const [first, second] = await preferProvider(world, params['provider'] ?? '', body.over, { person: person(), reason: body.reason });
      return { provider: first.key, over: second.key };
    }),
  ]; // prettier-ignore
}
