import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { texts } from '../texts/en.ts';

const T = texts.shell.notHere;

/** Says what is not there, and where to go on. */
export function NotHere({
  title,
  about,
  goals,
}: {
  readonly title: string;
  readonly about?: string;
  readonly goals: readonly { readonly label: string; readonly to: string }[];
}): ReactNode {
  useEffect(() => {
    document.title = `${title} — dismantle`;
  }, [title]);
  return (
    <section className="card stack not-here">
      <h1 className="wrap">{title}</h1>
      <p>{about ?? T.about}</p>
      {goals.length > 0 && (
        <ul className="row" aria-label={T.goals}>
          {goals.map(({ label, to }) => <li key={to}><Link className="button" href={to}>{label}</Link></li>)}
        </ul>
      )}
    </section>
  ); // prettier-ignore
}
