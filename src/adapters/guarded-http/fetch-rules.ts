import { parsePrefix } from '../../domain/address.ts';
import type { Prefix } from '../../domain/address.ts';
import { problem } from '../../domain/problem.ts';
import type { GuardExceptions } from './egress-guard.ts';

/** What `fetch.allow` names: addresses and prefixes, and host names. */
export function exceptionsOf(allow: readonly string[]): GuardExceptions {
  const networks: Prefix[] = [];
  const hosts = new Set<string>();
  for (const entry of allow) {
    const prefix = parsePrefix(entry);
    if (prefix.ok) networks.push(prefix.value);
    else hosts.add(entry.toLowerCase());
  }
  return { networks, hosts, plainHttp: true };
}

/** What a client must not say of itself: the connection's own words, and what would end the limits. */
const NOT_OURS =
  /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept-encoding|proxy-.*)$/i;
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Headers from a file of secrets: "Authorization: Basic …", one a line. No message repeats what stands there. */
export function headersIn(text: string, file: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    const value = line.slice(colon + 1).trim();
    if (!NAME.test(name) || NOT_OURS.test(name) || !/^[\x20-\x7e]{1,4000}$/.test(value)) {
      throw problem(
        'settings',
        `${file}: line ${index + 1} is no header that can be sent`,
        'A line is like "Authorization: Bearer …"',
      );
    }
    headers[name.toLowerCase()] = value;
  }
  if (Object.keys(headers).length === 0)
    throw problem('settings', `${file} holds no header`, 'A line is like "Authorization: Bearer …"');
  return headers;
}
