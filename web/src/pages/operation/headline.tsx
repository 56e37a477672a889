import type { ReactNode } from 'react';
import type { Overview } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, minutes, oneDigit, utc } from '../../ui/format.ts';
import { Defined } from '../../ui/parts.tsx';

const T = texts.operation.headline;
/** What is neither disabled nor live: without it the figures would not add up. */
const OTHERS = ['provisionallyDark', 'inconclusive', 'notLookedAt', 'held'] as const;

/** "120 of 128 disabled · 93.8 %": every figure tells what it means. */
export function Headline({ figures }: { readonly figures: Overview }): ReactNode {
  const { total, severed, definitions, victimHours, victimHoursInterval, initial, added, identifyToDark, notifyToDark, wrongNotices } = figures; // prettier-ignore
  const circulating = Math.min(severed.coverage.live, total.live);
  return (
    <header className="stack tight" data-headline>
      <div className="headline">
        <h1 className="big">
          <Defined definition={definitions['disabled']}>{T.disabled(total.disabled, total.identified)}</Defined>{' '}
          {total.percent !== null && (
            <small>
              · <Defined definition={definitions['percent']}>{oneDigit(total.percent)} %</Defined>
            </small>
          )}
        </h1>
        <p>
          <Defined definition={definitions['severed']}>{T.severed}</Defined>:{' '}
          <strong className={severed.state === 'none-observed-live' ? 'good' : severed.state === 'no' ? 'bad' : 'warn'} title={severed.reasons.join('. ')}>
            {T[severed.state]}
          </strong>
          {' · '}
          <Defined definition={definitions['live']}>
            <span className={total.live > 0 ? 'bad' : total.notLookedAt + total.inconclusive + total.provisionallyDark === 0 ? 'good' : ''}>{T.live(total.live)}</span>
          </Defined>
          {total.live > 0 && (
            <>
              , <Defined definition={definitions['coverage.live']}>{T.circulating(circulating)}</Defined>
            </>
          )}
          {OTHERS.map((each) => total[each] > 0 && (
            <span key={each}>{' · '}<Defined definition={definitions[each]}>{T.others[each](total[each])}</Defined></span>
          ))}
          {' · '}
          <Defined definition={definitions['victimHours']}>
            {oneDigit(victimHours)} {T.victimHours}
          </Defined>{' '}
          <span className="quiet">({T.between(oneDigit(victimHoursInterval.low), oneDigit(victimHoursInterval.high))})</span>
        </p>
      </div>
      <p className="quiet row">
        <span><Defined definition={definitions['initial']}>{T.initial}</Defined> {count(initial.disabled)}/{count(initial.identified)}</span>
        <span><Defined definition={definitions['added']}>{T.added}</Defined> {count(added.disabled)}/{count(added.identified)}</span>
        <span><Defined definition={definitions['identifyToDark']}>{T.identifyToDark}</Defined> {minutes(identifyToDark.medianMinutes)}</span>
        <span><Defined definition={definitions['notifyToDark']}>{T.notifyToDark}</Defined> {minutes(notifyToDark.fastestMinutes)}</span>
        <span className={wrongNotices > 0 ? 'bad' : ''}><Defined definition={definitions['wrongNotices']}>{wrongNotices === 0 ? T.noneWrong : T.wrong(wrongNotices)}</Defined></span>
        <span>{utc(figures.asOf)}</span>
      </p>
    </header>
  ); // prettier-ignore
}
