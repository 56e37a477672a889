import { z } from 'zod';
import type { SettingKey } from './setting-key.ts';

const line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');

/** As the provider writes it: it is compared letter by letter. */
const issuer = line.refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, search, hash, username, password } = new URL(text);
    return /^https?:$/.test(protocol) && search === '' && hash === '' && username === '' && password === '';
  },
  { error: 'must be such as https://sso.example, as the provider writes it' },
);

export const OIDC_PATH_KEYS: readonly string[] = ['oidc.clientSecretFile'];

export const OIDC_KEYS: readonly SettingKey[] = [
  { key: 'oidc.issuer', kind: 'text', schema: issuer, fallback: null, meaning: 'an OpenID provider whose word signs people in who have linked their account there, as it writes its own name; asked where traffic.fetch is on, within fetch.allow' },
  { key: 'oidc.clientId', kind: 'text', schema: line, fallback: null, meaning: 'as what we are registered there' },
  { key: 'oidc.clientSecretFile', kind: 'text', schema: line, fallback: null, meaning: 'a file with the secret that we have there, which nobody else may read; without one we are a public client, with PKCE alone' },
  { key: 'oidc.name', kind: 'text', schema: line.max(60), fallback: null, meaning: 'what the button calls it; the host of oidc.issuer when not set' },
  { key: 'oidc.claims', kind: 'mapping', schema: z.record(line.max(100), line), fallback: {}, example: '{"acr":"phr"}', meaning: 'what an ID token has to say besides: a claim, and the text that it is, or has in its list' },
]; // prettier-ignore
