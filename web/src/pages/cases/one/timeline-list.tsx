import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { texts } from '../../../texts/en.ts';
import { count } from '../../../ui/format.ts';
import { Moment } from '../../../ui/parts.tsx';
import type { Explained, LookRecord, Mail, NoticeShown, Outgoing } from './contract.ts';
import { runsOf, timelineOf } from './timeline.ts';
import type { Happening } from './timeline.ts';

const T = texts.oneCase.timeline;
/** So many of a run at a time. */
const STEP = 200;

/** Everything that is on record about a server. What happened over and over is one line, which opens. */
export function Timeline({
  explained,
  notice,
  outgoing,
  mails,
  looks,
}: {
  readonly explained: Explained;
  readonly notice: NoticeShown | null;
  readonly outgoing: readonly Outgoing[];
  readonly mails: readonly Mail[];
  readonly looks: readonly LookRecord[];
}): ReactNode {
  const runs = runsOf(timelineOf(explained, notice, outgoing, mails, looks));
  if (runs.length === 0) return <p className="empty">{T.empty}</p>;
  // What is open stays with its line when further lines come before it.
  const known = new Map<string, number>();
  return (
    <ol className="timeline">
      {runs.map((run) => {
        const [first] = run;
        if (first === undefined) return null;
        const name = `${first.at} ${first.like}`;
        const nth = (known.get(name) ?? 0) + 1;
        known.set(name, nth);
        return <li key={`${name} ${nth}`}>{run.length === 1 ? <One happening={first} /> : <Run first={first} run={run} />}</li>;
      })}
    </ol>
  ); // prettier-ignore
}

function One({ happening: { at, what, tone, badge, facts } }: { readonly happening: Happening }): ReactNode {
  const line = <><Moment at={at} /> {badge !== null && <><span className="badge">{badge}</span> </>}<span className={`wrap ${tone}`}>{what}</span></>; // prettier-ignore
  if (Object.keys(facts).length === 0) return <p className="bare-line">{line}</p>;
  return (
    <details>
      <summary>{line}</summary>
      <dl className="facts">{Object.entries(facts).map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value}</dd>])}</dl>
    </details>
  ); // prettier-ignore
}

/** Opened, it shows each with its evidence at once. */
function Run({ first, run }: { readonly first: Happening; readonly run: readonly Happening[] }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [most, setMost] = useState(STEP);
  const id = useId();
  const last = run.at(-1) ?? first;
  const tones = new Set(run.map(({ tone }) => tone));
  return (
    <>
      <button type="button" className="bare run" aria-expanded={isOpen} aria-controls={isOpen ? id : undefined} onClick={() => setOpen(!isOpen)}>
        <Moment at={first.at} /> {T.to} <Moment at={last.at} />{' '}
        <strong>{T.times(run.length)}</strong>{' '}
        {first.badge !== null && <><span className="badge">{first.badge}</span> </>}
        <span className={`wrap ${tones.size === 1 ? first.tone : ''}`}>{first.together}</span>
      </button>
      {isOpen && (
        <ol id={id} className="of-run" tabIndex={0} aria-label={first.together}>
          {run.slice(0, most).map(({ at, what, tone, facts }, index) => (
            <li key={index}>
              <Moment at={at} /> <span className={`wrap ${tone}`}>{what}</span>{' '}
              <span className="quiet wrap">{Object.entries(facts).map(([name, value]) => `${name}: ${value}`).join(' · ')}</span>
            </li>
          ))}
          {run.length > most && <li><button type="button" className="bare" onClick={() => setMost(most + STEP)}>{T.more(Math.min(STEP, run.length - most))}</button> <span className="quiet">{count(most)} / {count(run.length)}</span></li>}
        </ol>
      )}
    </>
  ); // prettier-ignore
}
