import type { ReactNode } from 'react';
import { part, useRead } from '../../../api.ts';
import type { Hands, Me } from '../../../contract.ts';
import { texts } from '../../../texts/en.ts';
import { defanged } from '../../../ui/format.ts';
import { TwoHands } from '../../../ui/hands.tsx';
import { Card, Loaded } from '../../../ui/parts.tsx';

const T = texts.oneCase.release;

interface ReleaseStanding {
  readonly host: string;
  readonly holding: readonly { readonly list: string; readonly entry: string }[];
  readonly hands: Hands;
}

/** Lets a server go that lists hold. What lists do not hold is nothing to be let go. */
export function Release({
  operation,
  host,
  me,
}: {
  readonly operation: string;
  readonly host: string;
  readonly me: Me | null;
}): ReactNode {
  const path = `/operations/${part(operation)}/servers/${part(host)}/releases`;
  const standing = useRead<ReleaseStanding>(path);
  return (
    <Loaded query={standing}>
      {({ holding, hands }) => holding.length > 0 && (
        <Card title={T.title} aside={T.about}>
          <p className="wrap">{T.lists}: {holding.map(({ list, entry }) => `${list} (${entry})`).join(', ')}</p>
          {hands.refused === null ? (
            <TwoHands label={T.go} path={path} hands={hands} me={me}><p className="wrap">{defanged(host)}: {holding.map(({ list }) => list).join(', ')}</p></TwoHands>
          ) : <p className="quiet">{T.never}</p>}
        </Card>
      )}
    </Loaded>
  ); // prettier-ignore
}
