import type { MethodRow } from '../../domain/method.ts';
import type { Trust } from '../../domain/provider.ts';

/** Whether whoever gets a notice may tell its customer, who may be the operator, and why we think so. */
export function forwarding(
  trust: Trust,
  rows: readonly (Pick<MethodRow, 'customerTold'> | undefined)[],
): { readonly mayForward: boolean; readonly why: string } {
  if (trust === 'bulletproof') return { mayForward: true, why: 'it is known to warn its customers' };
  if (rows.length === 0 || rows.includes(undefined)) {
    return { mayForward: true, why: 'the method table has its row no more, so that it may tell its customer' };
  }
  const told = rows.map((row) => row?.customerTold);
  if (told.includes('yes')) return { mayForward: true, why: 'by the method table its customer will be told' };
  if (!told.includes('may-be')) return { mayForward: false, why: 'by the method table its customer is not told' };
  // The law leaves it to the desk: then it is what the desk is known for that says.
  return trust === 'cooperative'
    ? { mayForward: false, why: 'the method table leaves it to the desk, and the desk is cooperative' }
    : { mayForward: true, why: `the method table leaves it to the desk, and its trust is ${trust}` };
}
