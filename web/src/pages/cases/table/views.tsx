import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { texts } from '../../../texts/en.ts';
import { Modal } from '../../../ui/modal.tsx';

const T = texts.cases.views;
const KEY = 'dismantle.cases.views';

export interface SavedView {
  readonly name: string;
  readonly filter: string;
  /** As it stands in the address; '' is the most pressing first. */
  readonly sort: string;
}

export const BUILT_IN: readonly SavedView[] = [
  { name: T.builtIn.all, filter: '', sort: '' },
  { name: T.builtIn.live, filter: 'verdict:live', sort: '' },
  { name: T.builtIn.overdue, filter: 'overdue:yes', sort: '' },
  { name: T.builtIn.decision, filter: 'state:identified,located,refused,contested', sort: '' },
  { name: T.builtIn.held, filter: 'held:yes', sort: '' },
  { name: T.builtIn.returned, filter: 'returned:yes open:yes', sort: '' },
];

/** What this browser has kept; what is no view of ours is left out. */
export function savedViews(text: string | null): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  return (
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' &&
    'filter' in value && typeof value.filter === 'string' && 'sort' in value && typeof value.sort === 'string'
  ); // prettier-ignore
}

/** One click each: those that everybody needs, and one's own. */
export function Views({
  filter,
  sort,
  open,
}: {
  readonly filter: string;
  readonly sort: string;
  readonly open: (view: SavedView) => void;
}): ReactNode {
  const [own, setOwn] = useState(() => savedViews(localStorage.getItem(KEY)));
  const [isSaving, setSaving] = useState(false);
  const keep = (next: readonly SavedView[]): void => {
    localStorage.setItem(KEY, JSON.stringify(next));
    setOwn(next);
  };
  const isHere = (view: SavedView): boolean => view.filter === filter && view.sort === sort;
  const isNew = ![...BUILT_IN, ...own].some(isHere);
  return (
    <div className="row views" role="group" aria-label={T.label}>
      {BUILT_IN.map((view) => <ViewButton key={view.name} view={view} isHere={isHere(view)} open={open} />)}
      {own.map((view) => (
        <span key={view.name} className="own-view">
          <ViewButton view={view} isHere={isHere(view)} open={open} />
          <button type="button" className="bare" aria-label={T.remove(view.name)} title={T.remove(view.name)} onClick={() => keep(own.filter(({ name }) => name !== view.name))}>×</button>
        </span>
      ))}
      {isNew && <button type="button" className="bare" onClick={() => setSaving(true)}>{T.save}</button>}
      {isSaving && (
        <SaveView
          close={() => setSaving(false)}
          save={(name) => {
            keep([...own.filter((each) => each.name !== name), { name, filter, sort }]);
            setSaving(false);
          }}
        />
      )}
    </div>
  ); // prettier-ignore
}

function ViewButton({
  view,
  isHere,
  open,
}: {
  readonly view: SavedView;
  readonly isHere: boolean;
  readonly open: (view: SavedView) => void;
}): ReactNode {
  return (
    <button type="button" className="chip" aria-pressed={isHere} title={view.filter} onClick={() => open(view)}>
      {view.name}
    </button>
  );
}

function SaveView({ close, save }: { readonly close: () => void; readonly save: (name: string) => void }): ReactNode {
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') save(name.trim());
  };
  return (
    <Modal label={T.saveTitle} close={close}>
      <form className="stack" onSubmit={submit}>
        <h2>{T.saveTitle}</h2>
        <label className="field">
          {T.name}
          <input autoFocus required maxLength={60} value={name} onChange={({ target }) => setName(target.value)} />
          <small>{T.kept}</small>
        </label>
        <p className="row">
          <button type="submit" className="primary">
            {T.saveIt}
          </button>
          <button type="button" onClick={close}>
            {T.cancel}
          </button>
        </p>
      </form>
    </Modal>
  );
}
