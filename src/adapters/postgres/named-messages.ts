import type { NamedMessages } from '../../ports/store.ts';
import type { Session } from './connect.ts';

/** What entries name of the messages, documents and method tables that are kept beside the ledger; each once. */
export async function namedMessages(session: Session): Promise<NamedMessages> {
  const entries = `
    from ledger_entry e
    left join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
    where e.kind in ('notice.drafted', 'dispatch.attempted', 'briefing.attempted', 'mail.received', 'authority.added', 'playbook.proposed')`;
  const named = await session.rows<NamedMessages['named'][number]>(
    `select distinct case e.kind when 'mail.received' then e.subject when 'playbook.proposed' then e.subject when 'authority.added' then b.body::jsonb->>'documentSha256'
                     else b.body::jsonb->>'messageSha256' end as sha256,
            case e.kind when 'authority.added' then 'document' when 'playbook.proposed' then 'method-table' else 'message' end as type
     ${entries} and b.body is not null
     union
     -- The test cases that a table was held against.
     select b.body::jsonb->'examples'->>'sha256', 'test-cases' ${entries} and e.kind = 'playbook.proposed' and b.body is not null
     order by sha256, type`,
  );
  const gone = await session.row<{ erased: number }>(`select count(*)::int as erased ${entries} and b.body is null`);
  return { named, erased: gone?.erased ?? 0 };
}
