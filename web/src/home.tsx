import type { ReactNode } from 'react';
import { Link, Redirect } from 'wouter';
import { part, useRead } from './api.ts';
import type { OperationHead, Overview } from './contract.ts';
import { texts } from './texts/en.ts';
import { oneDigit } from './ui/format.ts';
import { Loaded, Moment } from './ui/parts.tsx';

const T = texts.shell;
/** Figures of an operation are worked out for each: of the first ones that go on. */
const WITH_FIGURES = 12;

/** All operations, with how those stand that go on; with one alone, that one. */
export function Home({ isExercise }: { readonly isExercise: boolean }): ReactNode {
  const operations = useRead<readonly OperationHead[]>('/operations');
  const [only, ...more] = operations.data ?? [];
  // Nothing has been chosen to be played yet.
  if (isExercise && operations.data?.length === 0) return <Redirect to="/exercise" replace />;
  if (only !== undefined && more.length === 0) return <Redirect to={`/${part(only.name)}`} replace />;
  return (
    <main className="page home">
      <header className="page-head">
        <h1>{T.operations}</h1>
        <a href="/account" className="quiet">{T.account}</a>
      </header>
      <Loaded query={operations} isEmpty={(all) => all.length === 0} empty={<Begin />}>
        {(all) => {
          const open = all.filter(({ closedAt }) => closedAt === null).toSorted((one, other) => Number(one.drill) - Number(other.drill));
          const closed = all.filter(({ closedAt }) => closedAt !== null);
          return (
            <ul className="stack tight">
              {[...open, ...closed].map((each, at) => <li key={each.id}><One operation={each} isCounted={at < Math.min(open.length, WITH_FIGURES)} /></li>)}
            </ul>
          );
        }}
      </Loaded>
    </main>
  ); // prettier-ignore
}

function One({ operation, isCounted }: { readonly operation: OperationHead; readonly isCounted: boolean }): ReactNode {
  const { name, malware, drill, closedAt } = operation;
  const overview = useRead<Overview>(isCounted ? `/operations/${part(name)}/overview` : null);
  const total = overview.data?.total;
  return (
    <div className="card row spread">
      <span className="row">
        <Link href={`/${part(name)}`}><strong className="wrap">{name}</strong></Link>
        {malware !== null && malware !== name && <span className="quiet">{malware}</span>}
        {drill && <span className="drill">{T.drill}</span>}
        {closedAt !== null && <span className="badge">{T.closed} <Moment at={closedAt} /></span>}
      </span>
      <span className="row">
        {total !== undefined && (
          <>
            <strong>{texts.operation.headline.disabled(total.disabled, total.identified)}</strong>
            {total.percent !== null && <span className="quiet">{oneDigit(total.percent)} %</span>}
            <span className={total.live > 0 ? 'bad' : 'quiet'}>{texts.operation.headline.live(total.live)}</span>
          </>
        )}
        {overview.error !== null && total === undefined && <span className="bad" title={overview.error.message}>{T.failed}</span>}
      </span>
    </div>
  ); // prettier-ignore
}

/** What to do where there is nothing yet. */
function Begin(): ReactNode {
  return (
    <div className="card stack begin">
      <p><strong>{T.noOperations}</strong></p>
      <p>{T.begin.first}</p>
      <pre>{T.begin.command}</pre>
      <p>{T.begin.exercise}</p>
      <pre>{T.begin.exerciseCommand}</pre>
      <p className="quiet">{T.begin.comes}</p>
    </div>
  ); // prettier-ignore
}
