import type { HttpContext } from './route.ts';

/*
 * The cookie that holds a browser's session, and the one that it has on its way to an identity provider and back. Over https their names
 * have a prefix with which browsers take them from this very host alone; over http, on the machine itself, no browser would take
 * them under that name.
 */

const LONGEST_SECONDS = 7 * 86_400;

type Which = '' | '-oidc';

function nameFor(origin: string, which: Which): string {
  return `${origin.startsWith('https:') ? '__Host-dismantle' : 'dismantle'}${which}`;
}

export function sessionCookie(origin: string, secret: string): string {
  return cookie(origin, '', secret, LONGEST_SECONDS);
}

/** Has the browser forget it. */
export function noSessionCookie(origin: string): string {
  return cookie(origin, '', '', 0);
}

/** By which the browser that comes back from the provider is known to be the one that went there. */
export function journeyCookie(origin: string, challenge: string, seconds: number): string {
  return cookie(origin, '-oidc', challenge, seconds);
}

export function noJourneyCookie(origin: string): string {
  return cookie(origin, '-oidc', '', 0);
}

/** Lax: whoever comes from elsewhere by a link, as back from a provider, is still known. */
function cookie(origin: string, which: Which, value: string, seconds: number): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return `${nameFor(origin, which)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

/** The session that a browser sends; null where it sends none, or two, of which nobody knows whose each is. */
export function sessionIn(context: HttpContext, origin: string): string | null {
  return cookieIn(context, nameFor(origin, ''));
}

export function journeyIn(context: HttpContext, origin: string): string | null {
  return cookieIn(context, nameFor(origin, '-oidc'));
}

function cookieIn({ req }: HttpContext, named: string): string | null {
  const name = `${named}=`;
  const found = (req.header('cookie') ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(name))
    .map((part) => part.slice(name.length));
  const [secret, ...more] = found;
  return secret === undefined || secret === '' || more.length > 0 ? null : secret;
}
