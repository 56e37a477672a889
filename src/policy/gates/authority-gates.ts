import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SendFacts } from '../../domain/send-facts.ts';
import { refusal, serverCount } from './refusal.ts';
import type { SendRefusal } from './refusal.ts';

/** The instrument behind the method is in force, names this provider, and reaches every server of the notice. */
export function authorityGates({ notice, authority, items }: SendFacts, now: Instant): readonly SendRefusal[] {
  if (authority === null) {
    return notice.method === 'court-order'
      ? [refusal('authority-missing', 'the method needs an order, and the notice names none')]
      : [];
  }
  const refusals: SendRefusal[] = [];
  const named = `${authority.kind} ${authority.reference}`;
  if (authority.issuedAt > now)
    refusals.push(refusal('authority-not-yet-issued', `${named} is issued on ${readableInstant(authority.issuedAt)}`));
  if (authority.endsAt !== null && authority.endsAt <= now)
    refusals.push(refusal('authority-ended', `${named} was ended on ${readableInstant(authority.endsAt)}`));
  if (authority.expiresAt !== null && authority.expiresAt <= now)
    refusals.push(refusal('authority-expired', `${named} expired on ${readableInstant(authority.expiresAt)}`));
  if (!authority.namesProvider)
    refusals.push(refusal('authority-names-others', `${named} names its providers, and this one is not among them`));
  const beyond = items.filter(({ isCovered }) => isCovered === false);
  if (beyond.length > 0)
    refusals.push(
      refusal('authority-does-not-cover', `${named} does not reach ${serverCount(beyond.length)} of it`, beyond),
    );
  return refusals;
}
