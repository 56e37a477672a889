import type { ReactNode } from 'react';
import { part, useRead } from '../../api.ts';
import type { Hands, Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { TwoHands } from '../../ui/hands.tsx';
import { FailedReads } from '../../ui/parts.tsx';

const T = texts.review.facts.others;

interface SkipStanding {
  readonly partyKind: string;
  readonly hands: Hands;
}

/** Kinds of party that a round still waits for: two people may say that one is not asked. */
export function Skips({
  operation,
  round,
  me,
}: {
  readonly operation: string;
  readonly round: number;
  readonly me: Me | null;
}): ReactNode {
  const path = `/operations/${part(operation)}/deconfliction/${round}/skips`;
  const standings = useRead<readonly SkipStanding[]>(path);
  const open = (standings.data ?? []).filter(({ hands }) => hands.refused === null);
  return (
    <>
      <FailedReads queries={[standings]} />
      {open.length > 0 && (
        <details>
          <summary>{T.open(round, open.map(({ partyKind }) => partyKind.replaceAll('-', ' ')).join(', '))}</summary>
          <div className="stack">
            {open.map(({ partyKind, hands }) => (
              <TwoHands key={partyKind} label={T.skip(partyKind.replaceAll('-', ' '))} path={path} body={{ partyKind }} hands={hands} me={me}>
                <p>{T.skipAbout(round)}</p>
              </TwoHands>
            ))}
          </div>
        </details>
      )}
    </>
  ); // prettier-ignore
}
