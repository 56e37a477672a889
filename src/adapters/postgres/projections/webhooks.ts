import type { Projections } from '../projected-entry.ts';

/** Whoever is told elsewhere is told by another webhook: a row is removed and never changed, so that a replay over it changes nothing. */
export const WEBHOOKS: Projections = {
  'webhook.set': (session, { subject, body, recordedAt }) =>
    session.run(
      `insert into webhook (organisation_id, webhook_id, provider_key, url, set_at, set_by)
       values (current_organisation(), $1, $2, $3, $4, $5) on conflict (organisation_id, webhook_id) do nothing`,
      [subject, body['provider'], body['url'], recordedAt, body['by']],
    ),
  'webhook.removed': (session, { subject, recordedAt }) =>
    session.run('update webhook set removed_at = $2 where webhook_id = $1 and removed_at is null', [
      subject,
      recordedAt,
    ]),
};
