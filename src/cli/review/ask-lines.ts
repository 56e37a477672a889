import { readableInstant } from '../../domain/instant.ts';
import type { Review } from '../../flow/approvals.ts';
import { shownHost, shownText } from '../shown.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { column, some } from './column.ts';

const TOLD = { yes: 'is told', 'may-be': 'may be told', no: 'is not told' } as const;
const SHOWN = { yes: 'sees our name', 'may-be': 'may see our name', no: 'does not see our name' } as const;
const GROUPS = {
  controllers: ['server', 'servers'],
  shared: ['server on shared ground', 'servers on shared ground'],
  victims: ["victim's machine", "victims' machines"],
  devices: ["customer's device", "customers' devices"],
} as const;

/** What is asked, of whom, who else is told, when. */
export function askLines(review: Review, style: Style): readonly string[] {
  const { draft, row, facts, notice } = review;
  const asks =
    draft === null
      ? [column('asks', `${(row?.asks ?? ['not known']).join(', ')} (by the method table; the text may say otherwise)`)]
      : draft.asks.map(({ group, asks: asked, hosts, deadlineHours }) =>
          column(
            'asks',
            `${asked.join(', ')}: ${hosts.length} ${GROUPS[group][hosts.length === 1 ? 0 : 1]}, ${deadlineHours === null ? 'no deadline' : `within ${deadlineHours} h`}`,
          ),
        );
  const { notBefore, notAfter } = facts.notice;
  return [
    style.bold('What is asked, and of whom'),
    ...asks,
    ...recipientLines(review),
    column(
      'CSIRT told',
      notice.informed.length === 0
        ? 'nobody'
        : notice.informed
            .map(({ name, contact }) => `${safeText(name)} <${safeText(contact ?? 'no mailbox')}>`)
            .join(', '),
    ),
    column('customer', row === null ? 'not known' : `${TOLD[row.customerTold]}, ${SHOWN[row.nameShown]}`),
    column(
      'then',
      `${draft === null ? '' : `${draft.reminders.length} reminders; `}${safeText(row?.escalation ?? 'not known')}`,
    ),
    ...(notBefore === null && notAfter === null
      ? []
      : [
          column(
            'aim',
            `from ${notBefore === null ? 'now' : readableInstant(notBefore)} until ${notAfter === null ? 'any time' : readableInstant(notAfter)}`,
          ),
        ]),
  ];
}

function recipientLines({ notice, facts }: Review): readonly string[] {
  const { addressee } = notice;
  if (notice.contacts.length === 0) {
    const way =
      addressee.contact === null ? 'no contact known' : `by ${addressee.channel}: ${shownText(addressee.contact)}`;
    return [column('to', `${safeText(addressee.name)} (${addressee.type}, trust ${addressee.trust}), ${way}`)];
  }
  return notice.contacts.slice(0, 4).map((mailbox, index) => {
    const known = addressee.contacts?.find((contact) => contact.mailbox.toLowerCase() === mailbox.toLowerCase());
    const why =
      known === undefined
        ? 'not on record'
        : `${known.source}, score ${known.score}${known.changedLately ? ', CHANGED LATELY' : ''}`;
    const cleared = facts.contacts.find((contact) => contact.mailbox === mailbox)?.clearedAt ?? null;
    const whom = index === 0 ? `; trust ${addressee.trust}` : '';
    return column(
      index === 0 ? 'to' : 'next',
      `${safeText(mailbox)} (${why}${cleared === null ? '' : `, cleared ${readableInstant(cleared)}`}${whom})`,
    );
  });
}

/** On what ground: law, and the order behind it with what it does not cover. */
export function groundLines({ row, facts }: Review, style: Style): readonly string[] {
  const { authority, items } = facts;
  const law =
    row === null ? `not known: the method table has no such row any more` : `${safeText(row.law)} (${row.binding})`;
  const counsel =
    row === null
      ? []
      : [column('counsel', row.reviewedByCounsel ? 'has reviewed this row' : 'has not reviewed this row')];
  return ['', style.bold('On what ground'), column('law', law), ...counsel, ...orderLines()];

  function orderLines(): readonly string[] {
    if (authority === null)
      return [
        column(
          'order',
          `none: no server of it stands under an order${row?.binding === 'binding' ? '' : ', and nobody is bound to act'}`,
        ),
      ];
    const expiry = authority.expiresAt === null ? 'without an end' : `until ${readableInstant(authority.expiresAt)}`;
    const where = [authority.court, authority.docket]
      .filter((word) => word !== null)
      .map(safeText)
      .join(', ');
    const beyond = items.filter(({ isCovered }) => isCovered === false).map(({ host }) => shownHost(host));
    return [
      column(
        'order',
        `${authority.kind} ${safeText(authority.reference)}${where === '' ? '' : ` (${where})`}, ${expiry}`,
      ),
      column('not covered', beyond.length === 0 ? 'nothing: it reaches every server of this notice' : some(beyond, 10)),
    ];
  }
}
