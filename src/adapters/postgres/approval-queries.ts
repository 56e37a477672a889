import type {
  ApprovalReads,
  ContactClearance,
  ListRelease,
  NamedNotice,
  NoticeReview,
  WaitingNotice,
} from '../../ports/approvals.ts';
import type { Session } from './connect.ts';
import { GIVEN, sendFacts, vouchers } from './send-queries.ts';
import { instant, list } from './sql-values.ts';

/** What many were asked about at once is still shown whole; more than this nobody reads. */
const MAX_NAMES = 20;

const NAMED = `n.notice_id as "noticeId", n.reference, o.name as operation, n.operation_id as "operationId", p.name as provider, n.state`;

const FROM = `
  from notice n
  join operation o on o.organisation_id = n.organisation_id and o.operation_id = n.operation_id
  join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key`;

const SERVERS_OF = `
  from notice_item i
  join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id`;

const WAITING = `${NAMED}, n.method, n.hash, n.approvals, ${GIVEN} as given, n.contacts, ${instant('n.drafted_at')} as "draftedAt",
  (select count(*)::int ${SERVERS_OF}) as servers,
  (select count(distinct g.configuration_id)::int from sighting g
   where g.organisation_id = n.organisation_id and g.configuration_id is not null
     and g.server_id in (select s.server_id ${SERVERS_OF})) as configurations`;

const RELEASES = list(
  `json_build_object('list', l.list, 'entry', l.entry, 'persons', l.persons)`,
  `from (select list, entry, json_agg(person order by person) as persons from server_release r
         where r.organisation_id = s.organisation_id and r.server_id = s.server_id group by list, entry) l`,
  'l.list, l.entry',
);

const ITEMS = list(
  `json_build_object(
     'serverId', s.server_id, 'caseId', c.case_id, 'host', s.host, 'hostType', s.host_type, 'kind', s.kind, 'rowId', c.row_id,
     'endpoints', (select coalesce(json_agg(json_build_object('port', e.port, 'scheme', e.scheme, 'path', e.path)
                                             order by e.port nulls first, e.scheme nulls first, e.path nulls first), '[]')
                   from (select * from endpoint x where x.organisation_id = s.organisation_id and x.server_id = s.server_id
                         order by x.port nulls first, x.scheme nulls first, x.path nulls first limit 50) e),
     'groups', c.groups, 'assessment', c.assessment, 'groundChecked', c.ground_checked, 'listHits', c.list_hits,
     'releases', ${RELEASES}, 'network', s.network, 'country', s.country,
     'names', (select coalesce(json_agg(name order by name), '[]') from (
                 select distinct g.also_named as name from standing_sighting g
                 where g.organisation_id = s.organisation_id and g.server_id = s.server_id and g.also_named is not null
                   and g.reliability is distinct from 'D' and g.reliability is distinct from 'E'
                 order by 1 limit ${MAX_NAMES}) known),
     'configurations', (select count(distinct g.configuration_id) from sighting g
                        where g.organisation_id = s.organisation_id and g.server_id = s.server_id and g.configuration_id is not null),
     'elsewhere', (select coalesce(json_agg(distinct e.name), '[]') from server t
                   join operation e on e.organisation_id = t.organisation_id and e.operation_id = t.operation_id
                   where t.organisation_id = s.organisation_id and t.host = s.host and t.host_type = s.host_type
                     and t.operation_id <> s.operation_id))`,
  SERVERS_OF,
  's.host_type, s.host',
);

export function approvalReads(session: Session): ApprovalReads {
  return {
    sendFacts: (noticeId) => sendFacts(session, noticeId),
    vouchers: (noticeId) => vouchers(session, noticeId),
    // An id is hex and dashes, so that nothing in the text can be a pattern.
    noticesNamed: (text) =>
      session.rows<NamedNotice>(
        `select ${NAMED} ${FROM}
         where upper(n.reference) = upper($1)
            or ($1 ~* '^[0-9a-f][0-9a-f-]{3,35}$' and n.notice_id::text like lower($1) || '%')
         order by n.reference limit 20`,
        [text],
      ),
    waitingNotices: (operationId) =>
      session.rows<WaitingNotice>(
        `select ${WAITING} ${FROM}
         where n.operation_id = $1 and n.state in ('drafted', 'approved', 'rejected')
         order by servers desc, configurations desc, n.drafted_at, n.reference`,
        [operationId],
      ),
    noticeReview: (noticeId) =>
      session.row<NoticeReview>(
        `select ${WAITING}, n.row_id as "rowId", o.drill, o.malware, n.message_sha256 as "messageSha256",
                n.message_id as "messageId", n.missing, n.informed,
                json_build_object('reminders', n.reminders, 'nextContact', n.next_contact, 'copy', n.copy) as "followUps",
                json_build_object('key', p.key, 'name', p.name, 'asn', p.asn, 'country', p.country, 'type', p.type,
                  'trust', p.trust, 'channel', p.channel, 'contact', p.contact, 'source', p.source, 'contacts', p.contacts) as addressee,
                ${ITEMS} as items
         ${FROM} where n.notice_id = $1`,
        [noticeId],
      ),
    releases: async (serverId) =>
      (
        await session.row<{ releases: readonly ListRelease[] }>(
          `select ${RELEASES} as releases from server s where s.server_id = $1`,
          [serverId],
        )
      )?.releases ?? [],
    contactClearances: (providerKey) =>
      session.rows<ContactClearance>(
        `select l.mailbox, l.person, l.reason, ${instant('l.cleared_at')} as "clearedAt" from contact_clearance l
         where l.provider_key = $1 order by l.cleared_at desc, l.mailbox, l.person`,
        [providerKey],
      ),
  };
}
