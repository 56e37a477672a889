import type { HttpContext } from './route.ts';

/*
 * The cookie that holds a browser's session. Over https its name has a prefix with which browsers take it from this very host
 * alone; over http, on the machine itself, no browser would take it under that name.
 */

const LONGEST_SECONDS = 7 * 86_400;

function nameFor(origin: string): string {
  return origin.startsWith('https:') ? '__Host-dismantle' : 'dismantle';
}

export function sessionCookie(origin: string, secret: string): string {
  return cookie(origin, secret, LONGEST_SECONDS);
}

/** Has the browser forget it. */
export function noSessionCookie(origin: string): string {
  return cookie(origin, '', 0);
}

function cookie(origin: string, value: string, seconds: number): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return `${nameFor(origin)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

/** The session that a browser sends; null where it sends none, or two, of which nobody knows whose each is. */
export function sessionIn({ req }: HttpContext, origin: string): string | null {
  const name = `${nameFor(origin)}=`;
  const found = (req.header('cookie') ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(name))
    .map((part) => part.slice(name.length));
  const [secret, ...more] = found;
  return secret === undefined || secret === '' || more.length > 0 ? null : secret;
}
