import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { commitmentTo, entryHash } from '../../ledger/verify.ts';
import type { SealedEntry } from '../../ledger/verify.ts';
import { texts } from '../../texts/en.ts';

const T = texts.ledger;

/** What one entry says, with its hashes computed anew. */
export function EntryDetails({ sealed }: { readonly sealed: SealedEntry }): ReactNode {
  const { entry, content } = sealed;
  const [fits, setFits] = useState<boolean | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const check = async (): Promise<boolean> =>
      (await entryHash(entry)) === entry.hash &&
      (content === null || (await commitmentTo(content.body, content.salt)) === entry.commitment);
    void check()
      .catch(() => false)
      .then((result) => {
        if (isCurrent) setFits(result);
      });
    return () => {
      isCurrent = false;
    };
  }, [entry, content]);
  return (
    <div className="stack tight">
      {content === null ? <p className="quiet">{T.erased}</p> : <pre>{indented(content.body)}</pre>}
      <dl className="facts">
        <dt>{T.hash}</dt><dd><code>{entry.hash}</code></dd>
        <dt>{T.previous}</dt><dd><code>{entry.previousHash}</code></dd>
        <dt>{T.commitment}</dt><dd><code>{entry.commitment}</code></dd>
      </dl>
      {fits !== null && <p className={fits ? 'good' : 'bad'} role="status">{!fits ? T.doesNotCheck : content === null ? T.checksHash : T.checks}</p>}
    </div>
  ); // prettier-ignore
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
