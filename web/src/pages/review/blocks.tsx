import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import type { Me } from '../../contract.ts';
import type { Review } from './contract.ts';
import { hasRole } from '../../ui/people.ts';

const T = texts.review.blocks;

/** What keeps everybody from approving it, a sentence each. */
export function forbidding({ errors, forbids }: Review): readonly string[] {
  return [...errors.map((error) => `${T.lint} ${error}`), ...forbids.map(({ sentence }) => sentence)];
}

/** What keeps this person from it; null where nothing does, or where whoever looks is no approver at all. */
export function forbiddingYou({ standing }: Review, me: Me | null): string | null {
  if (me === null || !hasRole(me, ['approver'])) return null;
  return standing.mayNot.find(({ name }) => name === me.name)?.why ?? null;
}

/** What blocks stands on top of everything else. */
export function Blocks({ review, me }: { readonly review: Review; readonly me: Me | null }): ReactNode {
  const all = forbidding(review);
  const own = forbiddingYou(review, me);
  // What has left is nothing to be approved.
  if (!['drafted', 'approved', 'rejected'].includes(review.notice.state)) return null;
  return (
    <>
      {all.length > 0 && (
        <section className="note bad" aria-labelledby="blocks">
          <h2 id="blocks">{T.title}</h2>
          <ul className="stack tight">{all.map((line) => <li key={line}>{line}</li>)}</ul>
        </section>
      )}
      {own !== null && <p className="note bad"><strong>{T.yours}:</strong> {own}</p>}
    </>
  ); // prettier-ignore
}
