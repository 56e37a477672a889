import { expect, test } from 'vitest';
import { SIGNED_KINDS } from '../ledger/signed-act.ts';
import { SIGN_JS } from './sign-in-scripts.ts';

test('every act that a person signs has its words', () => {
  const words = [...SIGN_JS.matchAll(/^ {2}'([\w.-]+)': '[^']+',$/gm)].map(([, act]) => act);
  expect(new Set(words)).toEqual(new Set(Object.keys(SIGNED_KINDS)));
});
