import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { Exercise, OperationHead, Overview } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, minutes, oneDigit, utc } from '../../ui/format.ts';
import { Card } from '../../ui/parts.tsx';
import { STRATEGIES } from './contract.ts';
import type { Played, Strategy, Wish } from './contract.ts';

const T = texts.exercise.page;
const F = T.figures;

/** The one that is shown: what it is, where it is, and its figures so far. */
export function Running({
  now,
  result,
  again,
}: {
  readonly now: Exercise;
  /** What it came to, once it was played to its end. */
  readonly result: Played | null;
  readonly again: (wish: Wish) => void;
}): ReactNode {
  const { exercise, playbook, phase } = now;
  if (exercise === null) return <Card title={T.now.waiting}><p className="empty">{T.waiting}</p></Card>; // prettier-ignore
  const { scenario, title, about, seed, strategy, begins, ends } = exercise;
  return (
    <>
      <Card title={title} aside={T.now[phase]}>
        <div className="stack">
          <p>{about}</p>
          <dl className="facts">
            <dt>{T.scenario}</dt><dd><code>{scenario}</code></dd>
            <dt>{T.seed}</dt><dd>{seed}</dd>
            <dt>{T.strategy}</dt><dd>{strategy}</dd>
            <dt>{T.playbook}</dt><dd>{playbook.name} <code className="quiet">{playbook.sha256.slice(0, 12)}</code></dd>
            <dt>{T.clock}</dt><dd><strong className="mono">{utc(exercise.now)}</strong><br /><span className="quiet">{T.from(utc(begins), utc(ends))}</span></dd>
          </dl>
        </div>
      </Card>
      {result === null ? <SoFar operation={scenario} /> : <Result of={result} again={again} />}
    </>
  ); // prettier-ignore
}

function SoFar({ operation }: { readonly operation: string }): ReactNode {
  const operations = useRead<readonly OperationHead[]>('/operations', 3000);
  // Before its first feed there is no operation to read.
  const isThere = operations.data?.some(({ name }) => name === operation) === true;
  const { data } = useRead<Overview>(isThere ? `/operations/${part(operation)}/overview` : null, 3000);
  return (
    <Card title={F.title}>
      {data === undefined || data.total.identified === 0 ? <p className="empty">{F.soon}</p> : (
        <div className="stack tight">
          <dl className="facts">
            <dt>{F.disabled}</dt><dd><strong>{F.of(data.total.disabled, data.total.identified)}</strong></dd>
            <dt>{F.live}</dt><dd>{count(data.total.live)}</dd>
            <dt>{F.victimHours}</dt><dd>{oneDigit(data.victimHours)}</dd>
            <dt>{F.toDark}</dt><dd>{minutes(data.identifyToDark.medianMinutes)}</dd>
          </dl>
          <p><Link href={`/${part(operation)}`}>{F.whole}</Link></p>
        </div>
      )}
    </Card>
  ); // prettier-ignore
}

function Result({ of, again }: { readonly of: Played; readonly again: (wish: Wish) => void }): ReactNode {
  const { run, scenario, seed, strategy, files, playbook } = of;
  const others = STRATEGIES.filter((each) => each !== strategy);
  const wish = (changed: Partial<Wish>): void => {
    again({
      scenario,
      seed: String(seed),
      strategy: strategyOf(strategy),
      speed: '',
      playbook: playbook.sha256,
      ...changed,
    });
    document.querySelector<HTMLElement>('#start-exercise')?.focus();
  };
  return (
    <>
      <Card title={T.now.over}>
        <dl className="facts">
          <dt>{T.playbook}</dt><dd className="wrap">{playbook.name} <code className="quiet">{playbook.sha256.slice(0, 12)}</code></dd>
          <dt>{F.disabled}</dt><dd><strong>{F.of(of.disabled, of.identified)}</strong> ({oneDigit(of.percent)} %)</dd>
          <dt>{F.exposure}</dt><dd>{exposureOf(of)}</dd>
          <dt>{F.victimHours}</dt><dd>{oneDigit(of.victimHours)}</dd>
          <dt>{F.toDark}</dt><dd>{minutes(of.identifyToDarkMinutes)}</dd>
          <dt>{F.replacements}</dt><dd>{count(of.replacements)}</dd>
          <dt>{F.alive}</dt><dd>{count(of.aliveAtEnd)}</dd>
          <dt>{F.never}</dt><dd>{count(of.neverIdentified)}</dd>
          <dt>{F.innocents}</dt><dd className={of.innocentsHit > 0 ? 'bad' : ''}>{count(of.innocentsHit)}</dd>
          <dt>{F.lost}</dt><dd>{of.lostAt === null ? F.notLost : utc(of.lostAt)}</dd>
          {of.troubles > 0 && <><dt>{F.troubles}</dt><dd className="warn">{count(of.troubles)}</dd></>}
          <dt>{F.root}</dt><dd><code>{of.ledgerRoot.slice(0, 16)}</code></dd>
        </dl>
      </Card>
      {files.length > 0 && (
        <Card title={T.files.title}>
          <Files run={run} files={files} />
        </Card>
      )}
      <Card title={T.again}>
        <div className="row">
          <button type="button" onClick={() => wish({ seed: String((seed + 1) % 4_294_967_296) })}>{T.anotherSeed}</button>
          {others.map((each) => <button key={each} type="button" onClick={() => wish({ strategy: each })}>{T.with(each)}</button>)}
        </div>
      </Card>
    </>
  ); // prettier-ignore
}

export function Files({ run, files }: { readonly run: number; readonly files: readonly string[] }): ReactNode {
  return (
    <ul className="stack tight">
      {files.map((file) => (
        <li key={file}><a href={`/api/v1/exercise/runs/${run}/files/${part(file)}`} download={file}>{T.files[file] ?? file}</a></li>
      ))}
    </ul>
  ); // prettier-ignore
}

export function exposureOf({ exposureMinutes, isExposureOpen }: Played): string {
  if (exposureMinutes === null) return F.none;
  return isExposureOpen ? F.open(minutes(exposureMinutes)) : minutes(exposureMinutes);
}

function strategyOf(text: string): Strategy {
  return STRATEGIES.find((each) => each === text) ?? 'rolling';
}
