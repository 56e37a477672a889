import { personKey } from '../../domain/person.ts';
import type { ApprovalFact, SendFacts } from '../../domain/send-facts.ts';
import type { Voucher } from '../../ports/approvals.ts';
import { WITH_PARTNER } from './step-facts.ts';
import type { Session } from './connect.ts';
import { instant, isoText, list } from './sql-values.ts';

/** Approvals of the text of the notice `n` as it stands. */
export const GIVEN = list(
  `json_build_object('person', a.person, 'expiresAt', ${isoText('a.expires_at')})`,
  `from notice_approval a
   where a.organisation_id = n.organisation_id and a.notice_id = n.notice_id and a.hash = n.hash and a.withdrawn_at is null`,
  'a.sequence',
);

type StoredApproval = Omit<ApprovalFact, 'vouched'>;

const ITEMS_OF = `from notice_item i
  join case_file c on c.organisation_id = i.organisation_id and c.case_id = i.case_id
  join server s on s.organisation_id = c.organisation_id and s.server_id = c.server_id
  where i.organisation_id = n.organisation_id and i.notice_id = n.notice_id`;

/** The last arming of the operation that nobody has ended. */
const ARMED = `(
  select json_build_object('until', ${instant('a.until')}, 'lab', a.lab, 'traffic', a.traffic)
  from arming a
  join person by on by.organisation_id = a.organisation_id and by.person = a.person and by.removed_at is null
  where a.organisation_id = n.organisation_id and a.operation_id = n.operation_id and a.disarmed_at is null
  order by a.sequence desc limit 1)`;

// Roles change only by adding a person anew: whoever was added before the approval and is still there had these roles then.
const APPROVALS = list(
  `json_build_object(
     'person', a.person, 'hash', a.hash, 'approvedAt', ${instant('a.approved_at')}, 'expiresAt', ${instant('a.expires_at')},
     'withdrawnAt', ${instant('a.withdrawn_at')},
     'wasApprover', p.person is not null and p.added_at <= a.approved_at and 'approver' = any(p.roles),
     'isApprover', p.person is not null and p.removed_at is null and 'approver' = any(p.roles))`,
  `from notice_approval a
   left join person p on p.organisation_id = a.organisation_id and p.person = a.person
   where a.organisation_id = n.organisation_id and a.notice_id = n.notice_id`,
  'a.sequence',
);

const REJECTIONS = list(
  `json_build_object('person', r.person, 'hash', r.hash, 'reason', r.reason, 'rejectedAt', ${instant('r.rejected_at')})`,
  'from notice_rejection r where r.organisation_id = n.organisation_id and r.notice_id = n.notice_id',
  'r.sequence',
);

const CONTACTS = list(
  `json_build_object(
     'mailbox', m.mailbox, 'isListed', k.entry is not null or lower(p.contact) = lower(m.mailbox),
     'source', k.entry->>'source', 'changedAt', ${instant(`(k.entry->>'changedAt')::timestamptz`)},
     'changedLately', coalesce((k.entry->>'changedLately')::boolean, false),
     'clearedAt', (select ${instant('max(l.cleared_at)')} from contact_clearance l
                   where l.organisation_id = n.organisation_id and l.provider_key = n.provider_key
                     and lower(l.mailbox) = lower(m.mailbox)))`,
  `from unnest(n.contacts) with ordinality as m (mailbox, place)
   left join lateral (
     select e.entry from jsonb_array_elements(p.contacts) as e (entry)
     where lower(e.entry->>'mailbox') = lower(m.mailbox) limit 1
   ) k on true`,
  'm.place',
);

/** What registries name for the networks and AS that the notice's servers stand in. */
const REGISTERED = `(
  select coalesce(json_agg(distinct lower(e.entry->>'email')), '[]')
  from registry_answer r
  cross join lateral jsonb_array_elements(coalesce(r.registration->'abuse', '[]') || coalesce(r.registration->'otherContacts', '[]')) as e (entry)
  where r.organisation_id = n.organisation_id and r.registration is not null and exists (
    select ${ITEMS_OF}
      and (r.asked = 'AS' || s.asn
           or (r.registration->>'handle' = s.network->>'handle' and r.registration->>'registry' = s.network->>'registry'))))`;

const AUTHORITY = `(
  select json_build_object(
    'id', a.authority_id, 'reference', a.reference, 'kind', a.kind, 'court', a.court, 'docket', a.docket,
    'issuedAt', ${instant('a.issued_at')}, 'expiresAt', ${instant('least(a.expires_at, order_of.expires_at)')},
    'endsAt', ${instant('least(a.ends_at, order_of.ends_at)')},
    'namesProvider', cardinality(a.providers) = 0 or exists (
      select from unnest(a.providers) as named where lower(named) in (lower(p.key), lower(p.name))))
  from authority a
  -- A monitor's instruction ends with the order that it stands on.
  left join authority order_of
    on order_of.organisation_id = a.organisation_id and order_of.operation_id = a.operation_id
    and order_of.reference = a.parent and a.kind = 'monitor-instruction'
  where a.organisation_id = n.organisation_id and a.authority_id = n.authority_id)`;

const ROUND = `
  join deconfliction_server d on d.organisation_id = r.organisation_id and d.round_id = r.round_id`;

const ROUNDS = list(
  `json_build_object(
     'number', r.number, 'openedAt', ${instant('r.opened_at')},
     'parties', ${list(
       `json_build_object('party', a.party, 'partyKind', a.party_kind, 'channel', a.channel, 'askedAt', ${instant('a.asked_at')},
                           'answer', a.answer, 'answeredAt', ${instant('a.answered_at')})`,
       'from deconfliction_party a where a.organisation_id = r.organisation_id and a.round_id = r.round_id',
       'a.asked_at, a.party',
     )},
     'skips', ${list(
       `json_build_object('partyKind', k.party_kind, 'person', k.person)`,
       'from deconfliction_skip k where k.organisation_id = r.organisation_id and k.round_id = r.round_id',
       'k.skipped_at, k.person',
     )})`,
  `from deconfliction_round r
   where r.organisation_id = n.organisation_id and r.operation_id = n.operation_id and exists (
     select from deconfliction_server d where d.organisation_id = r.organisation_id and d.round_id = r.round_id
       and d.server_id in (select s.server_id ${ITEMS_OF}))`,
  'r.number',
);

const ITEMS = list(
  `json_build_object(
     'caseId', c.case_id, 'serverId', s.server_id, 'host', s.host, 'state', c.state, 'heldBy', c.held_by,
     'basis', c.assessment->>'basis', 'groundChecked', c.ground_checked,
     'isAttested', exists (select from server_attestation a where a.organisation_id = s.organisation_id and a.server_id = s.server_id),
     'standingWeights', case when jsonb_array_length(coalesce(c.assessment->'groups', '[]')) > 0 then ${list(
       `g.said->'weight'`,
       `from jsonb_array_elements(c.assessment->'groups') with ordinality as g (said, place)
        where exists (select from standing_sighting x where x.organisation_id = s.organisation_id
                        and x.server_id = s.server_id and x.independence_group = g.said->>'group')`,
       // Summed in the order of the judgement, so that the same weights are as much as they were.
       'g.place',
     )} end,
     -- A source, or a person of ours.
     'evidenceStands', exists (select from standing_sighting x where x.organisation_id = s.organisation_id
                                 and x.server_id = s.server_id and x.source = c.assessment->'evidence'->>'source')
       or exists (select from server_attestation a where a.organisation_id = s.organisation_id
                    and a.server_id = s.server_id and a.person = c.assessment->'evidence'->>'source'),
     'partner', ${WITH_PARTNER},
     'isNeverTouched', c.list_hits @> '[{"effect": "never"}]',
     'handsOffs', ${list(
       `json_build_object('party', h.party, 'until', ${instant('h.until')}, 'recordedAt', ${instant('h.recorded_at')},
                           'liftedAt', ${instant('h.lifted_at')})`,
       'from hands_off h where h.organisation_id = s.organisation_id and h.server_id = s.server_id',
       'h.sequence',
     )},
     'rounds', ${list(
       'r.number',
       `from deconfliction_round r ${ROUND} where d.organisation_id = s.organisation_id and d.server_id = s.server_id
          and r.operation_id = n.operation_id`,
       'r.number',
     )},
     'evidence', case when jsonb_typeof(c.assessment->'evidence') = 'object' then json_build_object(
       'class', c.assessment->'evidence'->>'class', 'seen', ${instant(`(c.assessment->'evidence'->>'seen')::timestamptz`)}) end,
     'look', (select json_build_object('at', ${instant('l.at')}, 'outcome', l.outcome, 'vantage', l.vantage,
                                        'lastLiveAt', ${instant('l.last_live_at')})
              from server_look l where l.organisation_id = s.organisation_id and l.server_id = s.server_id),
     'isCovered', case when n.authority_id is not null then c.authority_id is not distinct from n.authority_id end)`,
  ITEMS_OF,
  's.host_type, s.host',
);

/** Everything of one moment, in one statement. */
const SEND_FACTS = `
  select json_build_object(
    'operation', json_build_object('id', o.operation_id, 'name', o.name, 'drill', o.drill, 'armed', ${ARMED}),
    'notice', json_build_object(
      'noticeId', n.notice_id, 'reference', n.reference, 'state', n.state, 'hash', n.hash, 'method', n.method,
      'approvals', n.approvals, 'missing', n.missing, 'notBefore', ${instant('n.not_before')}, 'notAfter', ${instant('n.not_after')},
      'halfwayAt', ${instant("greatest(n.drafted_at, n.not_before) + n.deadline_hours * interval '30 minutes'")}),
    'provider', json_build_object('key', p.key, 'name', p.name, 'trust', p.trust, 'channel', p.channel, 'contact', p.contact),
    'rejections', ${REJECTIONS}, 'contacts', ${CONTACTS}, 'registered', ${REGISTERED}, 'authority', ${AUTHORITY},
    'rounds', ${ROUNDS}, 'items', ${ITEMS}) as facts, ${APPROVALS} as approvals
  from notice n
  join operation o on o.organisation_id = n.organisation_id and o.operation_id = n.operation_id
  join provider p on p.organisation_id = n.organisation_id and p.key = n.provider_key
  where n.notice_id = $1`;

export async function sendFacts(session: Session, noticeId: string): Promise<SendFacts | null> {
  const [row, vouching] = await Promise.all([
    session.row<{ facts: Omit<SendFacts, 'approvals'>; approvals: readonly StoredApproval[] }>(SEND_FACTS, [noticeId]),
    vouchers(session, noticeId),
  ]);
  if (row === null) return null;
  const vouched = new Set(vouching.map(({ person }) => person));
  const approvals = row.approvals.map((approval) => ({ ...approval, vouched: vouched.has(approval.person) }));
  return { ...row.facts, approvals };
}

/**
 * Names are folded here and not in SQL, where another way of folding would let somebody vouch under one spelling and
 * approve under another. Whoever vouched for an import counts from that moment on, whether anybody has judged since or not.
 */
export async function vouchers(session: Session, noticeId: string): Promise<readonly Voucher[]> {
  const said = await session.rows<{ name: string; about: Voucher['about'] }>(
    `with member as materialized (
       select s.server_id, c.attested_by
       from notice n cross join lateral (select s.server_id ${ITEMS_OF}) x
       join server s on s.server_id = x.server_id
       join case_file c on c.organisation_id = s.organisation_id and c.server_id = s.server_id
       where n.notice_id = $1)
     select a.person as name, 'server' as about
     from member m join attester a on a.server_id = m.server_id
     union
     select unnest(m.attested_by), 'import' from member m
     union
     select a.person, 'import' from attestation a
     where exists (select from member m join sighting g on g.server_id = m.server_id where g.batch_id = a.import_id)
     order by 2 desc, 1`,
    [noticeId],
  );
  // What nobody sees in a name makes no other person of it; names on record have no such characters.
  const seen = (name: string): string => name.replaceAll(/\p{Default_Ignorable_Code_Point}+/gu, '');
  return said.map(({ name, about }) => ({ person: personKey(seen(name)), name, about }));
}
