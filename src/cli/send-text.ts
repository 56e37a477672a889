import type { SendSummary } from '../flow/sending.ts';
import { isoInstant } from '../domain/instant.ts';
import { safeText } from './terminal.ts';

/** What `dismantle send` did, and what keeps the rest, the most frequent reason first. */
export function sendText(summary: SendSummary, operation: string, options: string): string {
  const { queued, sent, briefed, retried, nextContact, failed, kept, nextAt, isArmed, ready } = summary;
  const lines = [`${sent} sent${queued === 0 ? '' : `, ${queued} newly queued`}.`];
  if (briefed > 0) lines.push(`${briefed === 1 ? '1 desk' : `${briefed} desks`} briefed ahead of a strike (TLP:RED).`);
  if (retried > 0) lines.push(`${retried} not taken for now; tried again later.`);
  if (nextContact > 0) lines.push(`${nextContact} refused for good; the next contact's turn.`);
  if (failed > 0)
    lines.push(
      `${failed} need a person, refused by everybody or in doubt: dismantle outgoing --operation ${operation}${options}`,
    );
  if (kept.length > 0) lines.push(`${kept.length} kept:`, ...reasonsOf(kept));
  if (!isArmed && kept.length > 0) {
    lines.push(
      `Nothing leaves while the operation is not armed: dismantle arm --operation ${operation}${options} --as ADMIN --reason TEXT`,
    );
  }
  if (ready !== null) lines.push(`As they would leave, they lie in ${safeText(ready)}.`);
  if (nextAt !== null) lines.push(`The next may go at ${isoInstant(nextAt)}.`);
  return `${lines.join('\n')}\n`;
}

function reasonsOf(kept: SendSummary['kept']): readonly string[] {
  const counts = new Map<string, number>();
  for (const { reasons } of kept) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.slice(0, 12).map(([reason, count]) => `  ${count} × ${safeText(reason)}`);
}
