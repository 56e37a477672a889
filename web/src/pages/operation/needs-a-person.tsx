import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { Due, WaitingNotice } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Card, FailedReads, Loaded, Moment } from '../../ui/parts.tsx';

const T = texts.operation.needs;
const FIRST = 5;
/** What is due comes with time alone. */
const READ_ANEW_MS = 30_000;

/** What waits for a person: approvals first, then what is due and does not happen by itself. */
export function NeedsAPerson({ operation }: { readonly operation: string }): ReactNode {
  const api = `/operations/${part(operation)}`;
  const waiting = useRead<readonly WaitingNotice[]>(`${api}/waiting`);
  const due = useRead<Due>(`${api}/due`, READ_ANEW_MS);
  const base = `/${part(operation)}`;
  const [isWhole, setWhole] = useState(false);
  return (
    <Card title={T.title}>
      <FailedReads queries={[waiting]} />
      {(waiting.data?.length ?? 0) > 0 && (
        <p className="note warn row spread">
          {T.waiting(waiting.data?.length ?? 0)}
          <Link className="button" href={`${base}/review`}>{T.review}</Link>
        </p>
      )}
      <Loaded query={due} isEmpty={({ steps }) => steps.every(({ automatic }) => automatic) && waiting.data?.length === 0} empty={T.empty}>
        {({ at, steps }) => {
          const byHand = steps.filter(({ automatic }) => !automatic);
          const own = byHand.filter(({ dueAt }) => dueAt <= at);
          const later = byHand.length - own.length;
          return (
            <ul className="stack tight">
              {own.slice(0, isWhole ? undefined : FIRST).map((step) => (
                <li key={`${step.kind} ${step.about} ${step.dueAt}`} className="stack tight due-step">
                  <span className="row spread">
                    <strong>{step.provider ?? step.about}</strong>
                    <span className="quiet">{T.since} <Moment at={step.dueAt} /></span>
                  </span>
                  <span>
                    {step.why}{' '}
                    {step.reference !== null && <Link href={`${base}/review/${part(step.reference)}`}>{step.reference}</Link>}
                    {step.servers.length > 0 && <span className="quiet"> · {T.servers(step.servers.length)}</span>}
                  </span>
                </li>
              ))}
              {own.length === 0 && waiting.data?.length === 0 && <li className="quiet">{T.empty}</li>}
              {!isWhole && own.length > FIRST && <li><button type="button" className="bare" onClick={() => setWhole(true)}>{texts.shell.more(own.length - FIRST)}</button></li>}
              {later > 0 && <li className="quiet">{T.later(later)}</li>}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  ); // prettier-ignore
}
