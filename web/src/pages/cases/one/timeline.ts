import { texts } from '../../../texts/en.ts';
import type { Explained, Mail, NoticeShown, Outgoing } from './contract.ts';

const T = texts.oneCase.timeline;

export interface Happening {
  readonly at: string;
  readonly what: string;
  readonly tone: '' | 'good' | 'bad' | 'warn';
  /** The evidence for it. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Everything that is on record about a server, in the order in which it was. */
export function timelineOf(
  { server, sightings, case: ours }: Explained,
  notice: NoticeShown | null,
  outgoing: readonly Outgoing[],
  mails: readonly Mail[],
): readonly Happening[] {
  const all: Happening[] = [];
  const add = (at: string | null | undefined, what: string, facts: Record<string, string | number | null | undefined> = {}, tone: Happening['tone'] = ''): void => {
    if (at === null || at === undefined) return;
    const told = Object.entries(facts).flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [] : [[name, String(value)]]));
    all.push({ at, what, tone, facts: Object.fromEntries(told) });
  }; // prettier-ignore
  for (const each of sightings) {
    const { source, group, reliability, tlp, file, line, port, label, reference, configuration, importedAt, withdrawn } = each; // prettier-ignore
    const what = withdrawn ? `${T.seen(source)}, ${T.withdrawn}` : T.seen(source);
    add(each.firstSeen ?? each.lastSeen ?? importedAt, what, { file, line, group, reliability, tlp, port, label, reference, configuration, 'last seen': each.lastSeen, imported: importedAt }, withdrawn ? 'warn' : ''); // prettier-ignore
  }
  add(ours?.openedAt, T.identified, { case: ours?.caseId });
  if (notice !== null) {
    const { reference, provider, draftedAt, method } = notice.notice;
    add(draftedAt, T.drafted(reference), { provider, method });
    const { hash } = notice.notice;
    for (const each of notice.facts.approvals) {
      add(each.approvedAt, `${T.approved(each.person)}${each.hash === hash ? '' : `, ${T.earlierText}`}`);
      add(each.withdrawnAt, T.tookBack(each.person), {}, 'warn');
    }
    for (const each of notice.facts.rejections)
      add(each.rejectedAt, T.rejected(each.person), { reason: each.reason }, 'warn');
  }
  for (const { kind, to, channel, state, response, sentAt } of outgoing) {
    add(sentAt, T.left(kind, to ?? '—'), { channel, state, response });
  }
  for (const { fromAddress, subject, receivedAt, class: is, reasons } of mails) {
    add(receivedAt, T.mail(fromAddress), { subject, 'taken for': is, because: reasons.join(' ') });
  }
  add(server.darkAt, T.dark, { finding: server.finding }, 'good');
  add(server.confirmedAt, T.confirmed, {}, 'good');
  add(ours?.retraction?.at, T.retracted, { reason: ours?.retraction?.reason }, 'bad');
  if (ours?.closedAt !== server.confirmedAt) add(ours?.closedAt, T.closed, { state: ours?.state });
  return all.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
