import { z } from 'zod';
import { siteOf } from '../../ledger/webauthn-signature.ts';
import type { SettingKey } from './setting-key.ts';

const origin = z
  .string()
  .trim()
  .refine(
    (text) => siteOf(text) !== null,
    'must be such as https://dismantle.example, without a path, or http://localhost:8377',
  );

/** How people reach the service in a browser. */
export const SIGN_IN_KEYS: readonly SettingKey[] = [
  { key: 'http.origin', kind: 'text', schema: origin, fallback: null, meaning: 'the address that people open in a browser; passkeys are good for this one alone (http://localhost with the port of serve when not set)' },
]; // prettier-ignore
