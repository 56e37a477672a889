import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react';
import { part } from '../../../api.ts';
import { texts } from '../../../texts/en.ts';
import { defanged, minutes } from '../../../ui/format.ts';
import { Moment, State } from '../../../ui/parts.tsx';
import { COLUMNS } from './case-list.ts';
import type { Column, RowWindow, ShownRow, Sort } from './case-list.ts';
import { clockOf } from './row.ts';
import type { Now } from './row.ts';
import type { Cases } from './use-cases.ts';

const T = texts.cases;
const APP = '/app';
const ROW_HEIGHT = 33;
const OVERSCAN = 6;
/** Rows on either side of those in sight that are asked for with them. */
const BESIDE = 60;

export interface GridHandle {
  focus(): void;
}

/** The rows in sight, as the worker gives them; what was there stays until they come. */
function useWindow({ source, shown, reading }: Cases, first: number, last: number): RowWindow {
  const [window, setWindow] = useState<RowWindow>({ order: 0, from: 0, rows: [] });
  const wanted = useRef({ first, last });
  wanted.current = { first, last };
  const isAsking = useRef(false);
  const known = useRef({ order: 0, reading: 0, from: 0, to: 0 });
  const order = shown?.order ?? 0;
  const current = useRef({ order, reading });
  current.current = { order, reading };

  const ask = useCallback(async (): Promise<void> => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      for (;;) {
        const { first: from, last: to } = wanted.current;
        const now = current.current;
        const has = known.current;
        if (has.order === now.order && has.reading === now.reading && has.from <= from && to <= has.to) return;
        const asked = { from: Math.max(0, from - BESIDE), to: to + BESIDE };
        const next = await source.call('window', asked.from, asked.to);
        known.current = { ...asked, order: next.order, reading: now.reading };
        setWindow(next);
        // The worker is ahead: the page is told of that order next, and asks again.
        if (next.order !== now.order) return;
      }
    } finally {
      isAsking.current = false;
    }
  }, [source]);
  useEffect(() => void ask().catch(() => undefined), [ask, first, last, order, reading]);
  return window;
}

/** The table: only what is in sight stands in the page. */
export function CaseGrid({
  cases,
  selected,
  select,
  go,
  handle,
}: {
  readonly cases: Cases;
  readonly selected: ReadonlySet<number>;
  readonly select: (next: ReadonlySet<number>) => void;
  readonly go: (to: string) => void;
  readonly handle: Ref<GridHandle>;
}): ReactNode {
  const { source, shown, sort, sortBy, filter, putInOrder } = cases;
  const total = shown?.count ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const [kept] = useState(() => (source.place.filter === filter ? source.place : null));
  const [active, setActive] = useState(kept?.active ?? 0);
  const anchor = useRef<number | null>(null);
  const index = Math.min(active, Math.max(0, total - 1));

  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    initialOffset: kept?.offset ?? 0,
    scrollPaddingStart: ROW_HEIGHT,
  });
  const items = virtual.getVirtualItems();
  const rows = useWindow(cases, items[0]?.index ?? 0, (items.at(-1)?.index ?? 0) + 1);

  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus({ preventScroll: true }) }), []);
  useEffect(() => {
    if (document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
  }, []);
  // Another search begins at the top; another reading does not.
  const searched = useRef(`${filter}\n${sort.column}${sort.isDescending}`);
  useEffect(() => {
    const search = `${filter}\n${sort.column}${sort.isDescending}`;
    if (searched.current === search) return;
    searched.current = search;
    anchor.current = null;
    setActive(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [filter, sort]);
  const place = useRef({ filter, active: index, selected });
  place.current = { filter, active: index, selected };
  useEffect(
    () => () => {
      source.place = { ...place.current, offset: virtual.scrollOffset ?? 0 };
    },
    [source, virtual],
  );

  const rowAt = (at: number): ShownRow | undefined =>
    rows.order === shown?.order ? rows.rows[at - rows.from] : undefined;
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(total - 1, to));
    setActive(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };
  const toggle = async (at: number): Promise<void> => {
    const [id] = await source.call('ids', at, at + 1);
    if (id === undefined) return;
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    anchor.current = at;
    select(next);
  };
  /** Of a row that the page may not have been given yet. */
  const openAt = async (at: number): Promise<void> => {
    const row = rowAt(at) ?? (await source.call('window', at, at + 1)).rows[0];
    if (row !== undefined) open(row.host);
  };
  const selectRange = async (from: number, to: number): Promise<void> => {
    const ids = await source.call('ids', Math.min(from, to), Math.max(from, to) + 1);
    select(new Set([...selected, ...ids]));
  };
  const selectTo = (to: number): void => {
    anchor.current ??= index;
    const next = Math.max(0, Math.min(total - 1, to));
    void selectRange(anchor.current, next);
    move(next);
  };

  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1,
    PageDown: index + page, PageUp: index - page, Home: 0, End: total - 1,
  }; // prettier-ignore
  const onKey = (event: KeyboardEvent): void => {
    const { key, shiftKey } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'a') {
      event.preventDefault();
      void selectRange(0, total - 1);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = moves[key] ?? (shiftKey ? moves[key.toLowerCase()] : undefined);
    if (to !== undefined) {
      event.preventDefault();
      if (shiftKey) selectTo(to);
      else move(to);
    } else if (key === 'Enter') {
      // A link or a button in it that has the focus opens by itself.
      if (event.target !== scroller.current) return;
      void openAt(index);
    } else if (key === 'x' || (key === ' ' && event.target === scroller.current)) {
      event.preventDefault();
      void toggle(index);
    } else if (key === 'Escape') select(new Set());
    else if (key === 'r' && cases.beneath !== null) putInOrder();
  };
  const open = (host: string): void => go(`/${part(source.operation)}/cases/${part(host)}`);
  const onClick = (event: MouseEvent, at: number): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link !== null) {
      // Somebody who wants it in another tab gets it there.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go((link.getAttribute('href') ?? '').slice(APP.length));
      return;
    }
    scroller.current?.focus({ preventScroll: true });
    setActive(at);
    const isBox = event.target instanceof Element && event.target.closest('[data-select]') !== null;
    if (event.shiftKey) {
      anchor.current ??= index;
      void selectRange(anchor.current, at);
    } else if (isBox || event.ctrlKey || event.metaKey) void toggle(at);
    else anchor.current = at;
  };

  const activeRow = items.some((item) => item.index === index) ? `case-${index}` : undefined;
  const now = cases.now();
  return (
    <div
      ref={scroller}
      className="case-grid"
      role="grid"
      aria-label={T.table.label}
      aria-rowcount={total + 1}
      aria-colcount={COLUMNS.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={activeRow}
      tabIndex={0}
      onKeyDown={onKey}
    >
      <Head sort={sort} sortBy={sortBy} />
      <div role="rowgroup" className="case-rows" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows.rows[item.index - rows.from];
          return (
            <div
              key={row?.id ?? `at ${item.index}`}
              id={`case-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row !== undefined && selected.has(row.id)}
              className={`case-row ${item.index === index ? 'active' : ''} ${row?.isChanged === true ? 'changed' : ''} ${row?.isLeftOver === true ? 'left-over' : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={(event) => onClick(event, item.index)}
              onDoubleClick={() => row !== undefined && open(row.host)}
            >
              {row === undefined ? <div role="gridcell" className="quiet">…</div> : <Cells row={row} clock={clockText(row, now)} operation={source.operation} />}
            </div>
          );
        })}
      </div>
    </div>
  ); // prettier-ignore
}

function Head({ sort, sortBy }: { readonly sort: Sort; readonly sortBy: (sort: Sort) => void }): ReactNode {
  const ordered = (column: Column): 'ascending' | 'descending' | undefined => {
    if (sort.column !== column) return undefined;
    return sort.isDescending ? 'descending' : 'ascending';
  };
  return (
    <div role="rowgroup" className="case-head">
      <div role="row" aria-rowindex={1} className="case-row">
        <div role="columnheader" className="c-select"><span className="visually-hidden">{T.columns.select}</span></div>
        {COLUMNS.map((column) => (
          <div key={column} role="columnheader" className={`c-${column}`} aria-sort={ordered(column)}>
            <button type="button" className="bare" onClick={() => sortBy({ column, isDescending: sort.column === column && !sort.isDescending })}>
              {T.columns[column]}
              <span aria-hidden="true">{sort.column === column ? (sort.isDescending ? '↓' : '↑') : ''}</span>
            </button>
          </div>
        ))}
      </div>
    </div>
  ); // prettier-ignore
}

interface ClockText {
  readonly text: string;
  readonly tone: string;
}

function clockText(row: ShownRow, now: Now): ClockText {
  const clock = clockOf({ ...row, openedMs: Date.parse(row.openedAt), darkMs: row.darkAt === null ? null : Date.parse(row.darkAt) }, now); // prettier-ignore
  if (clock.is === 'none') return { text: texts.shell.none, tone: 'quiet' };
  if (clock.is === 'over') return { text: T.table.over(minutes(-clock.minutes)), tone: 'bad' };
  if (clock.is === 'left')
    return { text: T.table.left(minutes(clock.minutes)), tone: clock.minutes < 60 ? 'warn' : '' };
  return { text: T.table.taken(minutes(clock.minutes)), tone: 'quiet' };
}

const Cells = memo(function Cells({
  row,
  clock,
  operation,
}: {
  readonly row: ShownRow;
  readonly clock: ClockText;
  readonly operation: string;
}): ReactNode {
  // Plain links, which one handler opens: so many of the router's would each watch the address.
  const base = `${APP}/${part(operation)}`;
  const { host, state, verdict, kind, country, provider, method, openedAt, notice, lastLookAt, heldBy, isLeftOver } = row;
  return (
    <>
      <div role="gridcell" className="c-select" data-select=""><span className="box" aria-hidden="true" /></div>
      <div role="gridcell" className="c-host">
        <a href={`${base}/cases/${part(host)}`} tabIndex={-1} className="mono">{defanged(host)}</a>
        {isLeftOver && <span className="visually-hidden">{T.table.leftOver}</span>}
      </div>
      <div role="gridcell" className="c-state">
        <State of={state} />
        {heldBy.length > 0 && state !== 'held' && <span title={T.table.held(heldBy.join(', '))}> <State of="held" /></span>}
      </div>
      <div role="gridcell" className="c-verdict"><State of={verdict} /></div>
      <div role="gridcell" className="c-kind">{kind}</div>
      <div role="gridcell" className="c-country">{country ?? texts.shell.none}</div>
      <div role="gridcell" className="c-provider" title={provider ?? undefined}>{provider ?? texts.shell.none}</div>
      <div role="gridcell" className="c-method">{method ?? texts.shell.none}</div>
      <div role="gridcell" className="c-opened"><Moment at={openedAt} /></div>
      <div role="gridcell" className={`c-time ${clock.tone}`}>{clock.text}</div>
      <div role="gridcell" className="c-notice">{notice === null ? texts.shell.none : <a href={`${base}/review/${part(notice)}`} tabIndex={-1} className="mono">{notice}</a>}</div>
      <div role="gridcell" className="c-look"><Moment at={lastLookAt} /></div>
    </>
  ); // prettier-ignore
}, (one, other) => one.row === other.row && one.clock.text === other.clock.text && one.operation === other.operation); // prettier-ignore
