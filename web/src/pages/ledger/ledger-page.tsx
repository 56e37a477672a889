import { useDeferredValue, useState } from 'react';
import type { ReactNode } from 'react';
import { useRead } from '../../api.ts';
import type { SealedEntry } from '../../ledger/verify.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { Card, CopyButton, Loaded, Moment } from '../../ui/parts.tsx';
import { EntryDetails } from './entry-details.tsx';
import { VerifyHere } from './verify-here.tsx';
import './ledger.css';

const T = texts.ledger;
const PAGE = 100;

export interface LedgerHead {
  readonly entries: number;
  readonly root: string;
}

/** Browse it, verify it, take it away. */
export function LedgerPage(): ReactNode {
  const head = useRead<LedgerHead>('/ledger');
  const [page, setPage] = useState(0);
  return (
    <>
      <header className="page-head">
        <h1>{T.title}</h1>
        <span className="row no-print">
          <a className="button" href="/api/v1/ledger/export" download="ledger.jsonl">{T.download}</a>
          <a className="button" href="/keys">{T.key}</a>
        </span>
      </header>
      <p className="quiet">{T.about} {T.auditWith}</p>
      <Loaded query={head}>
        {({ entries, root }) => (
          <>
            <Card title={`${count(entries)} ${T.entries}`} aside={T.rootAbout}>
              <p className="row"><span className="quiet">{T.root}</span> <code>{root}</code> <CopyButton text={root} label={texts.shell.copy.whole} /></p>
            </Card>
            <VerifyHere />
            <Entries entries={entries} page={page} setPage={setPage} />
          </>
        )}
      </Loaded>
    </>
  ); // prettier-ignore
}

function Entries({
  entries,
  page,
  setPage,
}: {
  readonly entries: number;
  readonly page: number;
  readonly setPage: (page: number) => void;
}): ReactNode {
  const [words, setWords] = useState('');
  const [opened, setOpened] = useState<number | null>(null);
  const asked = useDeferredValue(words.trim().toLowerCase());
  const after = Math.max(0, entries - (page + 1) * PAGE);
  const limit = Math.min(PAGE, entries - page * PAGE);
  const query = useRead<readonly SealedEntry[]>(limit <= 0 ? null : `/ledger/entries?after=${after}&limit=${limit}`);
  const last = Math.max(0, Math.ceil(entries / PAGE) - 1);
  return (
    <Card title={T.body} aside={
      <span className="row">
        <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>{T.newer}</button>
        {count(after + 1)}–{count(after + Math.max(0, limit))}
        <button type="button" disabled={page >= last} onClick={() => setPage(page + 1)}>{T.older}</button>
      </span>
    }>
      <input className="wide" type="search" data-filter aria-label={T.filter} placeholder={T.filter} value={words} onChange={({ target }) => setWords(target.value)} />
      <Loaded query={query}>
        {(found) => {
          const shown = found.toReversed().filter(({ entry }) => `${entry.actor} ${entry.kind} ${entry.subject}`.toLowerCase().includes(asked));
          if (shown.length === 0) return <p className="empty">{T.none}</p>;
          return (
            <div className="scroll">
              <table className="entries">
                <thead><tr><th scope="col" className="number">{T.sequence}</th><th scope="col">{T.at}</th><th scope="col">{T.kind}</th><th scope="col">{T.subject}</th><th scope="col">{T.actor}</th></tr></thead>
                <tbody>
                  {shown.map((sealed) => {
                    const { sequence, recordedAt, kind, subject, actor } = sealed.entry;
                    const isOpen = opened === sequence;
                    return [
                      <tr key={sequence}>
                        <td className="number">{count(sequence)}</td>
                        <td><Moment at={recordedAt} /></td>
                        <td><button type="button" className="bare as-text" aria-expanded={isOpen} onClick={() => setOpened(isOpen ? null : sequence)}>{kind}</button></td>
                        <td className="subject"><code>{subject}</code></td>
                        <td>{actor}</td>
                      </tr>,
                      isOpen && <tr key={`${sequence} open`}><td colSpan={5}><EntryDetails sealed={sealed} /></td></tr>,
                    ];
                  })}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </Card>
  ); // prettier-ignore
}
