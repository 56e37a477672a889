import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parsePrefix } from '../../domain/address.ts';
import type { SettingKey } from './setting-key.ts';

/*
 * The keys of `fetch`: what sources are fetched with, and what is posted to others.
 */

const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

const host = z.string().trim().toLowerCase().max(253);
const allowed = host.refine((text) => parsePrefix(text).ok || (HOST.test(text) && !/^[\d.]+$/.test(text)), {
  error: 'must be a host name, an address, or a prefix such as 192.0.2.0/24',
});
const hostWithPort = host.regex(
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\])(:\d{1,5})?$/,
  'must be a host, with its port where that is not the usual one',
);
const credential = z.strictObject({
  file: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .refine((path) => isAbsolute(path) && !/[\u0000-\u001f\u007f]/.test(path), {
      error: 'must be a path from the root on',
    }),
  hosts: z.array(hostWithPort).min(1).max(50),
});
const credentialName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,39}$/, 'must be a name of up to 40 letters, digits, "." "_" "-"'); // prettier-ignore

export const FETCH_PATH_KEYS: readonly string[] = ['fetch.caFile'];

export const FETCH_KEYS: readonly SettingKey[] = [
  { key: 'fetch.allow', kind: 'mapping', schema: z.array(allowed).max(100), fallback: [], example: '["misp.lab.example","192.0.2.0/24"]', meaning: 'hosts, addresses and prefixes that are fetched from and posted to though they are not public, such as a MISP of your own; plain http goes to hosts that stand here and to no others' },
  { key: 'fetch.credentials', kind: 'mapping', schema: z.record(credentialName, credential), fallback: {}, example: '{"misp":{"file":"/etc/dismantle/misp.headers","hosts":["misp.example"]}}', meaning: 'by name: a file of headers to send ("Authorization: …", one a line), which nobody else may read, and the hosts that may be sent them' },
  { key: 'fetch.caFile', kind: 'text', schema: z.string().trim().min(1).max(500), fallback: null, meaning: 'certificates (PEM) of authorities to trust besides the well-known ones' },
  { key: 'fetch.totalSeconds', kind: 'number', schema: z.int().min(1).max(3600), fallback: 120, meaning: 'how long a request with its whole answer may take' },
  { key: 'fetch.idleSeconds', kind: 'number', schema: z.int().min(1).max(600), fallback: 30, meaning: 'for how long nothing may come' },
  { key: 'fetch.megabytes', kind: 'number', schema: z.int().min(1).max(4096), fallback: 64, meaning: 'how many MiB an answer may have as it comes' },
  { key: 'fetch.removalsPercent', kind: 'number', schema: z.int().min(0).max(100), fallback: 20, meaning: 'a snapshot that leaves out more than this share of what its source lists, and more than fetch.removalsCount, has to be accepted by a person' },
  { key: 'fetch.removalsCount', kind: 'number', schema: z.int().min(0).max(1_000_000), fallback: 10, meaning: 'so much, at most, a snapshot leaves out unasked whatever its share is' },
  { key: 'fetch.unpackedMegabytes', kind: 'number', schema: z.int().min(1).max(16_384), fallback: 512, meaning: 'how many MiB it may have once unpacked' },
]; // prettier-ignore
