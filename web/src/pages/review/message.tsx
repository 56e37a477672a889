import type { ReactNode } from 'react';
import { part } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import type { Me } from '../../contract.ts';
import type { Review } from './contract.ts';
import { ACTING, hasRole } from '../../ui/people.ts';

const T = texts.review.message;

/** The words themselves, closed until somebody wants them: as text, which nothing in them can leave. */
export function MessageText({
  review,
  operation,
  me,
}: {
  readonly review: Review;
  readonly operation: string;
  readonly me: Me | null;
}): ReactNode {
  const { notice, draft, text, row } = review;
  const { reminders, nextContact, copy } = notice.followUps;
  const follows = [
    ...reminders.map((reminder, at) => ({ title: T.reminder(at + 1, reminder.afterHours), ...reminder })),
    ...(nextContact === null ? [] : [{ title: T.nextContact, ...nextContact }]),
    ...(copy === null ? [] : [{ title: T.copy, ...copy }]),
  ];
  return (
    <>
      <details className="card">
        <summary>{T.title}</summary>
        {draft !== null && <p><span className="quiet">{T.subject}:</span> {draft.subject}</p>}
        {text === null ? <p className={hasRole(me, ACTING) ? 'bad' : 'quiet'}>{hasRole(me, ACTING) ? T.gone : T.auditor}</p> : (
          <>
            <pre tabIndex={0} aria-label={T.title}>{text}</pre>
            <p><a href={`/api/v1/operations/${part(operation)}/notices/${part(notice.reference)}/message`} download>{T.download}</a></p>
          </>
        )}
      </details>
      <details className="card">
        <summary>{T.followUps}</summary>
        {row !== null && <p>{T.afterwards} {row.escalation}</p>}
        {follows.length === 0 && <p className="quiet">{T.none}</p>}
        {follows.map(({ title, subject, body }) => (
          <section key={title}>
            <h3>{title}</h3>
            <pre tabIndex={0} aria-label={title}>{`${subject}\n\n${body}`}</pre>
          </section>
        ))}
      </details>
    </>
  ); // prettier-ignore
}
