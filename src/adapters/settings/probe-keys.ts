import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parseAddress } from '../../domain/address.ts';
import type { SettingKey } from './setting-key.ts';

/*
 * The keys of `probe`: from where servers are looked at, and how.
 */

const line = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');
const vantageName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,39}$/, 'must be a name of up to 40 letters, digits, "." "_" "-"');
const network = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^AS[1-9]\d{0,9}$/, 'must be the AS that the vantage stands in, such as AS64500');
const country = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, 'must be a country such as DE');
const address = z
  .string()
  .trim()
  .refine((text) => parseAddress(text).ok, { error: 'must be an address' });
const host = line.max(253).regex(/^[A-Za-z0-9._:-]+$/, 'must be a host name or an address, without a port');
const resolver = z
  .string()
  .trim()
  .max(100)
  .transform((text, context) => {
    const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:]+))(?::(?<port>\d{1,5}))?$/.exec(text);
    const parsed = parseAddress(match?.groups?.['six'] ?? match?.groups?.['four'] ?? '');
    const port = Number(match?.groups?.['port'] ?? 53);
    if (parsed.ok && port >= 1 && port <= 65_535) return { host: parsed.value.text, port };
    context.addIssue({ code: 'custom', message: 'must be the address of a name server, such as 192.0.2.53 or [2001:db8::53]:5353', input: text });
    return z.NEVER;
  }); // prettier-ignore
const where = { network: network.nullable().default(null), country: country.nullable().default(null) };
/** RFC 1929 takes 255 bytes. */
const user = line.refine((text) => Buffer.byteLength(text) <= 255 && !text.includes(':'), {
  error: 'must be at most 255 bytes, without a colon',
});
const proxy = z
  .strictObject({
    kind: z.enum(['socks5', 'http-connect']),
    host,
    port: z.int().min(1).max(65_535),
    user: user.nullable().default(null),
    passwordFile: line.refine(isAbsolute, { error: 'must be a path from the root on' }).nullable().default(null),
    ...where,
  })
  .refine(({ user, passwordFile }) => (user === null) === (passwordFile === null), {
    error: 'must have both user and passwordFile, or neither',
  });
const publicKey = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be the key that "dismantle vantage --make-key" prints');
const agent = z.strictObject({
  kind: z.literal('agent'),
  command: z.array(line).min(1).max(50),
  publicKey,
  ...where,
});
const fileFromRoot = line.refine(isAbsolute, { error: 'must be a path from the root on' }).nullable().default(null);
const https = z
  .strictObject({
    kind: z.literal('https'),
    url: line.refine(isPlainHttps, { error: 'must be like https://vantage.example:8443, without a path or a login' }),
    publicKey,
    caFile: fileFromRoot,
    tokenFile: fileFromRoot,
    certificateFile: fileFromRoot,
    keyFile: fileFromRoot,
    ...where,
  })
  .refine(({ certificateFile, keyFile }) => (certificateFile === null) === (keyFile === null), {
    error: 'must have both certificateFile and keyFile, or neither',
  })
  .refine(({ tokenFile, certificateFile }) => tokenFile !== null || certificateFile !== null, {
    error: 'must have tokenFile, or certificateFile and keyFile: a vantage takes jobs from those it knows',
  });

function isPlainHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return protocol === 'https:' && pathname === '/' && `${search}${hash}${username}${password}` === '';
}

const vantages = z.record(vantageName, z.discriminatedUnion('kind', [proxy, agent, https])).refine(
  (named) => Object.keys(named).length <= 50,
  { error: 'must be at most 50' },
); // prettier-ignore

const seconds = (most: number): z.ZodType => z.int().min(1).max(most);

export const PROBE_KEYS: readonly SettingKey[] = [
  { key: 'probe.here.enabled', kind: 'boolean', schema: z.boolean(), fallback: true, meaning: 'whether servers are looked at from this machine itself' },
  { key: 'probe.here.name', kind: 'text', schema: vantageName, fallback: 'here', meaning: 'what this machine is called as a vantage' },
  { key: 'probe.here.network', kind: 'text', schema: network, fallback: null, meaning: 'the AS that this machine stands in, such as AS64500; without it no look from here counts for a quorum' },
  { key: 'probe.here.country', kind: 'text', schema: country, fallback: null, meaning: 'the country that it stands in, such as DE; without it no look from here counts for a quorum' },
  { key: 'probe.here.sourceAddress', kind: 'text', schema: address, fallback: null, meaning: 'the address of this machine that looks come from; the system chooses when not set' },
  { key: 'probe.vantages', kind: 'mapping', schema: vantages, fallback: {}, example: '{"far":{"kind":"socks5","host":"127.0.0.1","port":1080,"network":"AS64501","country":"NL"}}', meaning: 'further vantages by name: proxies of your own (socks5, http-connect) and agents (agent, https; docs/probing.md)' },
  { key: 'probe.connectTimeoutSeconds', kind: 'number', schema: seconds(60), fallback: 10, meaning: 'how long a connection may take' },
  { key: 'probe.exchangeTimeoutSeconds', kind: 'number', schema: seconds(60), fallback: 10, meaning: 'how long a TLS handshake may take, and again a request with its answer' },
  { key: 'probe.resolver', kind: 'text', schema: resolver, fallback: null, show: (value) => (value === null ? '' : showResolver(value)), meaning: 'the name server that servers’ names are asked of, such as 192.0.2.53:53; those of the system when not set' },
  { key: 'probe.rate.perSecond', kind: 'number', schema: z.int().min(1).max(10_000), fallback: 100, meaning: 'how many looks a second begin at most, from all vantages together' },
  { key: 'probe.rate.perProviderPerSecond', kind: 'number', schema: z.int().min(1).max(1000), fallback: 5, meaning: 'how many of them go into the network of one provider' },
  { key: 'probe.concurrency', kind: 'number', schema: z.int().min(1).max(1000), fallback: 64, meaning: 'how many looks are under way at once' },
]; // prettier-ignore

const place = z.object({ host: z.string(), port: z.number() });

function showResolver(value: unknown): string {
  const { host: text, port } = place.parse(value);
  return `${text.includes(':') ? `[${text}]` : text}:${port}`;
}
