import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Review } from '../../flow/approvals.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { column } from './column.ts';
import { age } from './server-lines.ts';

/** Who has approved, who may still, and who may not and why. */
export function approvalLines({ standing, facts }: Review, now: Instant, style: Style): readonly string[] {
  const { needed, given, void: voided, until, mayApprove, mayNot, vouchers } = standing;
  const names = (words: readonly string[]): string => (words.length === 0 ? 'nobody' : words.map(safeText).join(', '));
  const rejection = facts.rejections.find(({ hash }) => hash === facts.notice.hash);
  return [
    style.bold(`Approvals: ${given.length} of ${needed} different people`),
    ...given.map(({ name, approvedAt, expiresAt }) =>
      column('approved', `${safeText(name)}, ${age(now - approvedAt)} ago, until ${readableInstant(expiresAt)}`),
    ),
    ...voided.map(({ name, why }) => column('void', `that of ${safeText(name)} ${why}`)),
    ...(rejection === undefined
      ? []
      : [style.red(column('rejected', `by ${safeText(rejection.person)}: ${safeText(rejection.reason)}`))]),
    ...(until === null ? [] : [column('approved', `until ${readableInstant(until)}, if nothing changes`)]),
    column('open to', names(mayApprove)),
    ...mayNot.map(({ name, why }) => column('may not', `${safeText(name)}: ${why}`)),
    ...(vouchers.length === 0
      ? []
      : [column('vouched', vouchers.map(({ name, about }) => `${safeText(name)} (${about})`).join(', '))]),
  ];
}

/** "waits for approval (0 of 2)", "approved (2 of 2)": one line for lists. */
export function approvalState(
  notice: {
    readonly state: string;
    readonly approvals: number;
    readonly given: readonly { readonly person: string; readonly expiresAt: string }[];
  },
  now: Instant,
): string {
  const { state, approvals, given } = notice;
  if (state !== 'drafted' && state !== 'approved') return state;
  const people = new Set(given.filter(({ expiresAt }) => Date.parse(expiresAt) > now).map(({ person }) => person));
  const count = `${people.size} of ${approvals}`;
  if (people.size >= approvals) return `approved (${count})`;
  return state === 'approved' ? `approval expired (${count})` : `waits for approval (${count})`;
}
