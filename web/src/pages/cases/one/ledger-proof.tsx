import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { commitmentTo, entryHash } from '../../../ledger/verify.ts';
import { texts } from '../../../texts/en.ts';
import { Moment } from '../../../ui/parts.tsx';
import type { EntryAbout } from './contract.ts';

const T = texts.oneCase.proof;

/** Whether an entry has the hash that it should have, and its body is what it committed to. */
export async function isWhole({ entry, content }: EntryAbout): Promise<boolean> {
  if ((await entryHash(entry)) !== entry.hash) return false;
  return content === null || (await commitmentTo(content.body, content.salt)) === entry.commitment;
}

/** The entries about a case, each checked in the browser. */
export function LedgerProof({ entries }: { readonly entries: readonly EntryAbout[] }): ReactNode {
  const [found, setFound] = useState<{
    readonly of: readonly EntryAbout[];
    readonly map: ReadonlyMap<number, boolean>;
  } | null>(null);
  // What was found of other entries says nothing about these.
  const checked = found !== null && found.of === entries ? found.map : null;
  useEffect(() => {
    let isStale = false;
    const check = async (): Promise<void> => {
      const map = new Map<number, boolean>();
      for (const each of entries) map.set(each.entry.sequence, await isWhole(each).catch(() => false));
      if (!isStale) setFound({ of: entries, map });
    };
    void check();
    return () => {
      isStale = true;
    };
  }, [entries]);
  if (entries.length === 0) return <p className="empty">{T.empty}</p>;
  const broken = [...(checked ?? [])].flatMap(([sequence, isFine]) => (isFine ? [] : [sequence]));
  return (
    <div className="stack">
      <p role="status" className={checked === null ? 'quiet' : broken.length === 0 ? 'good' : 'bad'}>
        {checked === null ? T.checking : broken.length === 0 ? T.whole(entries.length) : T.broken(broken.join(', '))}
      </p>
      <ol className="stack tight entries">
        {entries.map(({ entry, content }) => (
          <li key={entry.sequence}>
            <details>
              <summary>
                <span className="mono">{entry.sequence}</span> <Moment at={entry.recordedAt} /> <strong>{entry.kind}</strong> <span className="quiet">{entry.actor}</span>{' '}
                {checked !== null && <span className={checked.get(entry.sequence) === true ? 'good' : 'bad'}>{checked.get(entry.sequence) === true ? T.ok : T.bad}</span>}
              </summary>
              <dl className="facts">
                <dt>{T.hash}</dt><dd className="mono">{entry.hash}</dd>
                <dt>{T.commitment}</dt><dd className="mono">{entry.commitment}</dd>
                <dt>{T.body}</dt><dd className="mono">{content === null ? T.erased : content.body}</dd>
              </dl>
            </details>
          </li>
        ))}
      </ol>
    </div>
  ); // prettier-ignore
}
