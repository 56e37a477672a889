import type { Projections } from '../projected-entry.ts';

/** What is proposed is settled and never removed, so that a replay over it changes nothing. */
export const METHOD_TABLES: Projections = {
  'playbook.proposed': (session, { subject, body, recordedAt }) =>
    session.run(
      `insert into method_table (organisation_id, number, sha256, name, replaces, base, rows, changes, examples, reason, proposed_at,
                                 proposed_by)
       values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (organisation_id, number) do nothing`,
      [
        body['number'], subject, body['name'], body['replaces'], body['base'], body['rowCount'], JSON.stringify(body['changes']),
        JSON.stringify(body['examples']), body['reason'], recordedAt, body['person'],
      ], // prettier-ignore
    ),
  'playbook.approved': (session, { body, recordedAt, sequence }) =>
    session.run('update method_table set approved_at = $2, approved_by = $3, approved_in = $4 where number = $1', [
      body['number'],
      recordedAt,
      body['person'],
      sequence,
    ]),
  'playbook.rejected': (session, { body, recordedAt }) =>
    session.run('update method_table set rejected_at = $2, rejected_by = $3, settled_reason = $4 where number = $1', [
      body['number'],
      recordedAt,
      body['person'],
      body['reason'],
    ]),
  'playbook.withdrawn': (session, { body, recordedAt }) =>
    session.run('update method_table set withdrawn_at = $2, withdrawn_by = $3, settled_reason = $4 where number = $1', [
      body['number'],
      recordedAt,
      body['person'],
      body['reason'],
    ]),
};
