import { endSession, whoIsIn } from '../flow/sign-in.ts';
import type { SignedIn } from '../flow/sign-in.ts';
import type { World } from '../ports/world.ts';
import type { HttpContext } from './route.ts';
import type { Services } from './services.ts';
import { sessionCookie, sessionIn } from './session-cookie.ts';

/** Whatever was wrong: neither names nor passkeys, accounts or links can be tried out here. */
export const NO = 'that did not work';

/** A session anew, whatever the browser had before. */
export async function welcome(context: HttpContext, services: Services, { secret }: SignedIn): Promise<void> {
  const before = sessionIn(context, services.origin());
  const was = before === null ? null : await whoIsIn(services.storeOf, before, services.clock.now());
  if (was !== null) await endSession(services.world(was), was.credential.id, was.person);
  context.header('set-cookie', sessionCookie(services.origin(), secret), { append: true });
}

export const worldOf = (services: Services, organisationId: string): World =>
  services.world({ organisationId, name: 'sign-in' });
