import {
  approve,
  clear,
  reject,
  release,
  releaseOf,
  review,
  waiting,
  withdraw,
  MAX_APPROVAL_HOURS,
  RELEASES_NEEDED,
} from '../../flow/approvals.ts';
import { lintNotices } from '../../flow.ts';
import { notHere } from '../problem.ts';
import type { Route } from '../route.ts';
import { ACTING, z } from '../route.ts';
import { aReason, reads, signs } from './build.ts';

const OP = '/operations/{operation}';
const NOTICE = `${OP}/notices/{notice}`;
const tag = 'approving';

/** Between drafting and sending: what waits, all about one notice, and the words of people on it. */
export function approvingRoutes(): readonly Route[] {
  return [
    reads({ path: `${OP}/waiting`, tag, summary: 'What waits for approval, the most harmful first', as: 'review' }, ({ world, operation }) => waiting(world, operation)),
    reads({ path: NOTICE, tag, summary: 'A notice with everything that an approver needs', as: 'review NOTICE' }, async ({ world, operation, params, sources, app, principal }) => {
      const shown = await review(world, { ...(await sources()), gates: app.settings.gates }, params['notice'] ?? '', operation);
      const isActing = principal.person !== null && principal.roles.some((role) => ACTING.includes(role));
      return isActing ? shown : { ...shown, text: null };
    }),
    reads({ path: `${NOTICE}/message`, tag, summary: 'The message itself, as it would leave', as: 'review NOTICE --text', roles: ACTING }, async ({ world, operation, params, person }) => {
      // The link to the provider's door stands in it, and whoever has that speaks as the desk: it is for people who act.
      person();
      const named = (params['notice'] ?? '').toUpperCase();
      const bytes = await world.store.read(async (transaction) => {
        const found = await transaction.findOperation(operation);
        const records = found === null ? [] : await transaction.noticeRecords(found.id);
        const record = records.find(({ reference, noticeId }) => reference.toUpperCase() === named || noticeId.toUpperCase() === named);
        return record === undefined ? null : transaction.noticeMessage(record.messageSha256);
      });
      if (bytes === null) throw notHere();
      // Never shown by a browser: what stands in it came from outside.
      return new Response(Buffer.from(bytes), { headers: { 'content-type': 'message/rfc822', 'content-disposition': 'attachment; filename="notice.eml"' } });
    }),
    reads({ path: `${NOTICE}/lint`, tag, summary: 'What is wrong with the draft', as: 'notices lint NOTICE' }, async ({ world, operation, params, sources }) =>
      lintNotices(world, await sources(), operation, [params['notice'] ?? ''])),
    signs(
      {
        path: `${NOTICE}/approvals`, tag, summary: 'Say yes to the notice as it was looked at', as: 'approve NOTICE', roles: ['approver'],
        body: {
          hash: z.string().regex(/^[\da-f]{64}$/).openapi({ description: 'The hash of the notice that you looked at: another one is not approved' }),
          hours: z.int().min(1).max(MAX_APPROVAL_HOURS).optional(),
        },
      },
      async ({ world, operation, params, sources, app, body, person }, signing) => {
        const consulted = { ...(await sources()), gates: app.settings.gates };
        const shown = await review(world, consulted, params['notice'] ?? '', operation);
        // What is approved is what was looked at, not what stands there by now.
        return approve(world, signing, consulted, { ...shown, notice: { ...shown.notice, hash: body.hash } }, { person: person(), hours: body.hours ?? null });
      },
    ),
    signs({ path: `${NOTICE}/rejections`, tag, summary: 'Say no to it', as: 'reject NOTICE', roles: ['approver', 'counsel'], body: { reason: aReason() } }, async ({ world, operation, params, body, person }, signing) => ({
      ...(await reject(world, signing, params['notice'] ?? '', operation, { person: person(), reason: body.reason })), state: 'rejected',
    })),
    signs({ path: `${NOTICE}/approval-withdrawals`, tag, summary: 'Take your own yes back', as: 'withdraw NOTICE', body: { reason: aReason() } }, ({ world, operation, params, body, person }, signing) =>
      withdraw(world, signing, params['notice'] ?? '', operation, { person: person(), reason: body.reason })),
    reads({ path: `${OP}/servers/{server}/releases`, tag, summary: 'Which lists hold a server, who has let it go, and who may', as: 'explain SERVER' }, ({ world, operation, params }) =>
      releaseOf(world, operation, params['server'] ?? '')),
    signs({ path: `${OP}/servers/{server}/releases`, tag, summary: 'One of two words that let a held server go', as: 'release SERVER', roles: ['approver', 'counsel'], body: { reason: aReason() } }, async ({ world, operation, params, body, person }, signing) => {
      const { host, people } = await release(world, signing, operation, params['server'] ?? '', { person: person(), reason: body.reason });
      return { operation, host, people, needed: RELEASES_NEEDED };
    }),
    signs({ path: '/providers/{provider}/contact-clearances', tag, summary: "You have made sure that a mailbox is the provider's own", as: 'clear PROVIDER', roles: ['approver', 'counsel', 'analyst'], body: { mailbox: z.string().min(3).max(254), reason: aReason() } }, async ({ world, params, body, person }, signing) => ({
      provider: await clear(world, signing, params['provider'] ?? '', body.mailbox, { person: person(), reason: body.reason }), mailbox: body.mailbox,
    })),
  ]; // prettier-ignore
}
