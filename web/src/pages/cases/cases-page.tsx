import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Failed } from '../../ui/parts.tsx';
import { BulkBar } from './table/bulk-bar.tsx';
import { CaseGrid } from './table/case-grid.tsx';
import type { GridHandle } from './table/case-grid.tsx';
import { FilterBox } from './table/filter-box.tsx';
import { sortOf, sortWords, useCases } from './table/use-cases.ts';
import { Views } from './table/views.tsx';
import './cases.css';

const T = texts.cases;

/** Every case of an operation, to find some and to do something with them. */
export function CasesPage({ operation, me }: PageProps): ReactNode {
  const cases = useCases(operation);
  const { query, shown, beneath, source, filter, sort } = cases;
  const [selected, setSelected] = useState<ReadonlySet<number>>(() => source.place.filter === filter ? source.place.selected : new Set()); // prettier-ignore
  const [, navigate] = useLocation();
  const grid = useRef<GridHandle>(null);
  const toGrid = useCallback(() => grid.current?.focus(), []);
  // What was selected in one list is not what is seen in another.
  const searched = useRef(filter);
  useEffect(() => {
    if (searched.current !== filter) setSelected(new Set());
    searched.current = filter;
  }, [filter]);

  const isRead = query.data !== undefined && shown !== null;
  return (
    <div className="cases-page">
      <div className="page-head">
        <h1>{T.title}</h1>
        <p className="quiet" role="status">
          {isRead ? (shown.count === shown.total ? T.all(shown.total) : T.some(shown.count, shown.total)) : query.error === null && T.reading(cases.read)}
        </p>
      </div>
      <Views filter={filter} sort={sortWords(sort)} open={(view) => { cases.open(view.filter, sortOf(view.sort)); toGrid(); }} />
      <FilterBox source={source} filter={filter} shown={shown} reading={cases.reading} search={cases.search} leave={toGrid} />
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {beneath !== null && (
        <p className="note row spread" role="status">
          {beneath.come + beneath.gone > 0 ? T.beneath.told(beneath.come, beneath.gone) : T.beneath.moved}
          <button type="button" onClick={cases.putInOrder}>{T.beneath.put} <kbd>r</kbd></button>
        </p>
      )}
      {isRead && shown.total === 0 && <p className="empty">{T.table.empty}</p>}
      {isRead && shown.total > 0 && shown.count === 0 && <p className="empty">{T.table.none}</p>}
      {isRead && shown.count > 0 && (
        <CaseGrid cases={cases} selected={selected} select={setSelected} go={navigate} handle={grid} />
      )}
      {isRead && shown.count > 0 && <BulkBar cases={cases} me={me} selected={selected} select={setSelected} />}
    </div>
  ); // prettier-ignore
}
