import { z } from 'zod';
import { DOOR_DAYS } from '../../domain/door.ts';
import type { SettingKey } from './setting-key.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.(?:test|example|invalid|localhost))$/;

/** An origin and nothing behind it: what follows is ours to say. */
const publicUrl = z
  .string()
  .trim()
  .max(200)
  .refine(isOrigin, 'must be like https://notices.cert.example, without a path; http is for loopback and the lab')
  .transform((text) => new URL(text).origin);

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return isBare && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)));
}

export const DOOR_PATH_KEYS: readonly string[] = ['door.keyFile'];

export const DOOR_KEYS: readonly SettingKey[] = [
  { key: 'http.publicUrl', kind: 'text', schema: publicUrl, fallback: null, meaning: 'under which address providers reach this installation; where set, each notice carries a link to a page on which it can be answered' },
  { key: 'door.days', kind: 'number', schema: z.int().min(1).max(365), fallback: DOOR_DAYS, meaning: 'for how many days such a page stays open, counted from the drafting of its notice' },
  { key: 'door.keyFile', kind: 'text', schema: z.string().trim().min(1).max(500), fallback: null, meaning: 'a file with the secret that their links follow from (64 hexadecimal digits): the same on every machine that drafts or serves; keys/door.secret in the data directory when not set' },
]; // prettier-ignore
