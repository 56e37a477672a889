import { expect, test } from 'vitest';
import * as retention from '../../domain/retention.ts';
import * as ledger from '../../ledger/entry.ts';

test('what the settings may have erased is what an audit lets be erased', () => {
  expect([...retention.ERASABLE_KINDS].sort()).toEqual([...ledger.ERASABLE_KINDS].sort());
});
