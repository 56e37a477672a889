import { z } from 'zod';
import { siteOf } from '../../ledger/webauthn-signature.ts';
import { parsePrefix } from '../../domain/address.ts';
import type { SettingKey } from './setting-key.ts';

const origin = z
  .string()
  .trim()
  .refine(
    (text) => siteOf(text) !== null,
    'must be such as https://dismantle.example, without a path, or http://localhost:8377',
  );

const proxy = z
  .string()
  .trim()
  .max(50)
  .refine(
    (text) => {
      const prefix = parsePrefix(text);
      // Who trusts everybody believes whatever anybody writes.
      return prefix.ok && prefix.value.bits > 0;
    },
    { error: 'must be an address, or a prefix such as 192.0.2.0/28' },
  );

/** How people reach the service in a browser. */
export const SIGN_IN_KEYS: readonly SettingKey[] = [
  { key: 'http.origin', kind: 'text', schema: origin, fallback: null, meaning: 'the address that people open in a browser; passkeys are good for this one alone (http://localhost with the port of serve when not set)' },
  { key: 'http.trustedProxy', kind: 'mapping', schema: z.array(proxy).max(50), fallback: [], example: '["127.0.0.1","192.0.2.0/28"]', meaning: 'addresses and prefixes of proxies of your own: from them alone the right-most address of X-Forwarded-For, or Forwarded, that is no such proxy counts as who comes' },
]; // prettier-ignore
