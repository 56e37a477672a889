import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { ServiceProblem } from '../api.ts';
import { texts } from '../texts/en.ts';
import { clockTime, defanged, utc } from './format.ts';

/** Made once: making one takes longer than a row of a table may. */
const LOCAL = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  timeZoneName: 'short',
});

/** A moment in UTC; the reader's own time on hover. */
export function Moment({ at }: { readonly at: string | null }): ReactNode {
  if (at === null) return <span className="quiet">{texts.shell.never}</span>;
  return (
    <time className="nowrap" dateTime={at} title={LOCAL.format(new Date(at))}>
      {utc(at)}
    </time>
  );
}

/** An indicator, defanged and no link of its own, with buttons that copy both forms. */
export function Indicator({ host, children }: { readonly host: string; readonly children?: ReactNode }): ReactNode {
  const shown = defanged(host);
  return (
    <span className="copy">
      {children ?? <code>{shown}</code>}
      <CopyButton text={shown} label={texts.shell.copy.defanged} />
      <CopyButton text={host} label={texts.shell.copy.whole} isWhole />
    </span>
  );
}

/** Copies a text, and says so. */
export function CopyButton({
  text,
  label,
  isWhole = false,
}: {
  readonly text: string;
  readonly label: string;
  readonly isWhole?: boolean;
}): ReactNode {
  const [isDone, setDone] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    });
  };
  return (
    <button type="button" className="bare" title={label} aria-label={`${label}: ${text}`} onClick={copy}>
      <CopyMark isDone={isDone} isWhole={isWhole} />
      <span role="status" className="visually-hidden">
        {isDone ? texts.shell.copy.done : ''}
      </span>
    </button>
  );
}

/** Two sheets; the whole form has a bar across, the form with dots that nobody can click on. */
function CopyMark({ isDone, isWhole }: { readonly isDone: boolean; readonly isWhole: boolean }): ReactNode {
  return (
    <svg
      width="12"
      height="12"
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.25"
      aria-hidden="true"
    >
      {isDone ? (
        <path d="M2 6.5 5 9.5 10 3" />
      ) : (
        <>
          <rect x="1" y="3.5" width="7" height="7.5" rx="1" />
          <path d="M4 1h6a1 1 0 0 1 1 1v6.5" />
          {isWhole && <path d="M3 7.25h3" />}
        </>
      )}
    </svg>
  );
}

/** Words or a figure with what they mean: by pointer, key or touch. */
export function Defined({
  children,
  definition,
}: {
  readonly children: ReactNode;
  readonly definition: string | undefined;
}): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  if (definition === undefined) return <>{children}</>;
  return (
    <>
      <button ref={button} type="button" className="defined" popoverTarget={id} title={definition}>
        {children}
      </button>
      <span id={id} popover="auto">
        {definition}
      </span>
    </>
  );
}

const TONES: Readonly<Record<string, string>> = {
  live: 'live', alive: 'live', returned: 'live', refused: 'live', contested: 'warn', held: 'warn', 'provisionally-dark': 'warn', 'needs-decision': 'warn',
  dark: 'dark', 'confirmed-dark': 'dark', settled: 'dark', retracted: 'warn', rejected: 'live', failed: 'live',
  notified: 'accent', approved: 'accent', sent: 'accent', drafted: 'accent', located: 'accent', identified: 'accent',
}; // prettier-ignore

/** A state, in a colour and in words. */
export function State({ of }: { readonly of: string | null }): ReactNode {
  if (of === null) return <span className="quiet">{texts.shell.none}</span>;
  return <span className={`badge ${TONES[of] ?? ''}`}>{of.replaceAll('-', ' ')}</span>;
}

/** What is being read: its shape while it comes, the problem where it did not, nothing to show, or the thing. */
export function Loaded<Value>({
  query,
  isEmpty,
  empty,
  gone,
  children,
}: {
  readonly query: UseQueryResult<Value>;
  readonly isEmpty?: (value: Value) => boolean;
  readonly empty?: ReactNode;
  /** Where it is not there, or nothing that one may know of. */
  readonly gone?: ReactNode;
  readonly children: (value: Value) => ReactNode;
}): ReactNode {
  if (query.data !== undefined) {
    const isNothing = isEmpty?.(query.data) === true;
    return (
      <>
        <Stale query={query} />
        {isNothing ? <div className="empty">{empty}</div> : children(query.data)}
      </>
    );
  }
  if (gone !== undefined && query.error instanceof ServiceProblem && query.error.status === 404) return <>{gone}</>;
  if (query.error !== null) return <Failed error={query.error} again={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={texts.shell.loading}>
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
    </div>
  );
}

/** What is shown is older than it looks: it could not be read anew. */
export function Stale({ query }: { readonly query: UseQueryResult }): ReactNode {
  if (query.error === null || query.data === undefined) return null;
  return (
    <p className="note warn row spread no-print" role="status" data-stale="">
      <span>{texts.shell.stale(clockTime(query.dataUpdatedAt))} <span className="quiet">{query.error.message}</span></span>
      <button type="button" disabled={query.isFetching} onClick={() => void query.refetch()}>{texts.shell.again}</button>
    </p>
  ); // prettier-ignore
}

/** Where a part of a page is read beside its main thing: what failed looks failed, and never like nothing. */
export function FailedReads({ queries }: { readonly queries: readonly UseQueryResult[] }): ReactNode {
  const failed = queries.find(({ error, data }) => error !== null && data === undefined);
  const again = (): void => {
    for (const query of queries) if (query.error !== null) void query.refetch();
  };
  if (failed?.error !== undefined && failed.error !== null) return <Failed error={failed.error} again={again} isPart />;
  const stale = queries.find(({ error }) => error !== null);
  return stale === undefined ? null : <Stale query={stale} />;
}

export function Failed({
  error,
  again,
  isPart = false,
}: {
  readonly error: Error;
  readonly again?: () => void;
  /** Not what the page is about, but something beside it. */
  readonly isPart?: boolean;
}): ReactNode {
  const isGone = !isPart && error instanceof ServiceProblem && error.status === 404;
  return (
    <div className="note bad" role="alert">
      <p>{isGone ? texts.shell.notFound : isPart ? `${texts.shell.failed} ${error.message}` : error.message}</p>
      {error instanceof ServiceProblem && error.hint !== null && <p className="quiet">{error.hint}</p>}
      {again !== undefined && !isGone && (
        <p>
          <button type="button" onClick={again}>
            {texts.shell.again}
          </button>
        </p>
      )}
    </div>
  );
}

export function Card({
  title,
  aside,
  className = '',
  children,
}: {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <h2>
        <span id={id}>{title}</span>
        {aside !== undefined && <small>{aside}</small>}
      </h2>
      {children}
    </section>
  );
}
