import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import { Moment } from '../../ui/parts.tsx';
import type { Review } from './contract.ts';

const T = texts.review.approvals;

/** Who has approved, who may still, and who may not and why. */
export function Approvals({ review }: { readonly review: Review }): ReactNode {
  const { standing, facts, notice } = review;
  if (notice.state !== 'drafted' && notice.state !== 'approved' && notice.state !== 'rejected')
    return <AsItLeft review={review} />;
  const rejection = facts.rejections.findLast(({ hash }) => hash === notice.hash);
  return (
    <div className="stack tight">
      {standing.given.length === 0 && <p className="quiet">{T.none}</p>}
      <ul className="stack tight">
        {standing.given.map(({ name, approvedAt, expiresAt }) => (
          <li key={name}>✓ <strong>{name}</strong>, <Moment at={approvedAt} />, <span className="quiet">{T.until} <Moment at={expiresAt} /></span></li>
        ))}
      </ul>
      {standing.void.map(({ name, why }) => <p key={name + why} className="warn">{T.void(name, why)}</p>)}
      {rejection !== undefined && <p className="note bad"><strong>{T.rejected(rejection.person)}</strong> {rejection.reason}</p>}
      {standing.until !== null && <p className="quiet">{T.together} <Moment at={standing.until} /></p>}
      <dl className="facts">
        {(notice.state === 'drafted' || notice.state === 'approved') && <Row name={T.openTo} value={standing.mayApprove.join(', ') || T.nobody} />}
        {standing.mayNot.map(({ name, why }) => <Row key={name} name={T.mayNot} value={`${name}: ${why}`} />)}
        {standing.vouchers.length > 0 && <Row name={T.vouched} value={standing.vouchers.map(({ name, about }) => `${name} (${about})`).join(', ')} />}
      </dl>
    </div>
  ); // prettier-ignore
}

/** Who had approved what left, whatever has become of the approvals since: they end by time, and said yes all the same. */
function AsItLeft({ review: { facts, notice } }: { readonly review: Review }): ReactNode {
  const own = facts.approvals.filter(({ hash, withdrawnAt }) => hash === notice.hash && withdrawnAt === null);
  if (own.length === 0) return <p className="quiet">{T.none}</p>;
  return (
    <ul className="stack tight">
      {own.map(({ person, approvedAt }) => <li key={person}>✓ <strong>{person}</strong>, <Moment at={approvedAt} /></li>)}
    </ul>
  ); // prettier-ignore
}

function Row({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return <><dt>{name}</dt><dd>{value}</dd></>; // prettier-ignore
}
