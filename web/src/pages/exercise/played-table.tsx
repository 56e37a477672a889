import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import { count, minutes, oneDigit } from '../../ui/format.ts';
import { Card } from '../../ui/parts.tsx';
import type { Played } from './contract.ts';
import { Files, exposureOf } from './running.tsx';

const T = texts.exercise.page.played;

/** What was played here, beside each other. */
export function PlayedTable({ played }: { readonly played: readonly Played[] }): ReactNode {
  return (
    <Card title={T.title} aside={T.about}>
      {played.length === 0 ? <p className="empty">{T.empty}</p> : (
        <>
          <div className="scroll" tabIndex={0} role="group" aria-label={T.title}>
            <table>
              <thead>
                <tr>
                  <th className="number">#</th><th>{T.exercise}</th><th className="number">{T.disabled}</th><th className="number">{T.exposure}</th>
                  <th className="number">{T.victimHours}</th><th className="number">{T.toDark}</th><th className="number">{T.replacements}</th>
                  <th className="number">{T.alive}</th><th>{T.files}</th>
                </tr>
              </thead>
              <tbody>
                {played.map((each) => (
                  <tr key={each.run}>
                    <td className="number">{each.run}</td>
                    <td><strong>{each.scenario}</strong> <span className="nowrap">{T.which(each.seed, each.strategy)}</span> <span className="quiet nowrap" title={each.playbook.name}>{T.table(each.playbook.sha256.slice(0, 8))}</span></td>
                    <td className="number">{each.disabled}/{each.identified} ({oneDigit(each.percent)} %)</td>
                    <td className="number">{exposureOf(each)}</td>
                    <td className="number">{oneDigit(each.victimHours)}</td>
                    <td className="number">{minutes(each.identifyToDarkMinutes)}</td>
                    <td className="number">{count(each.replacements)}</td>
                    <td className="number">{count(each.aliveAtEnd)}</td>
                    <td className="nowrap"><Files run={each.run} files={each.files} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="quiet">{T.model}</p>
        </>
      )}
    </Card>
  ); // prettier-ignore
}
