import { useMemo, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useLocation } from 'wouter';
import { part, useRead } from '../api.ts';
import type { NoticeRow, ProviderRow } from '../contract.ts';
import { PAGES } from '../pages.tsx';
import { texts } from '../texts/en.ts';
import { defanged } from './format.ts';
import { Modal } from './modal.tsx';
import { pasted, refanged } from './pasted.ts';

const T = texts.shell;
const MOST = 12;

interface Goal {
  readonly label: string;
  readonly kind: string;
  readonly to: string;
}

/** Goes to whatever somebody types the name of. What looks like an address goes to that server. */
export function Palette({
  operation,
  isExercise,
  close,
}: {
  readonly operation: string;
  readonly isExercise: boolean;
  readonly close: () => void;
}): ReactNode {
  const [words, setWords] = useState('');
  const [picked, setPicked] = useState(0);
  const [, navigate] = useLocation();
  const base = `/${part(operation)}`;
  const api = `/operations/${part(operation)}`;
  const notices = useRead<readonly NoticeRow[]>(`${api}/notices`);
  const providers = useRead<readonly ProviderRow[]>(`${api}/providers`);
  // Not deferred: Enter goes to what was typed, however fast it came.
  const asked = words.trim().toLowerCase();

  const found = useMemo(() => {
    const indicator = pasted(asked);
    const host = indicator?.is === 'host' ? indicator.text : refanged(asked);
    const all: Goal[] = [
      ...(isExercise ? [{ label: T.pages.exercise, kind: T.palette.go, to: '/exercise' }] : []),
      ...PAGES.map(({ name, path }) => ({ label: T.pages[name], kind: T.palette.go, to: `${base}${path}` })),
      ...(/^[\da-z.:-]*[.:][\da-z.:-]*$/.test(host) ? [{ label: defanged(host), kind: T.pages.cases, to: `${base}/cases/${part(host)}` }] : []),
      ...(notices.data ?? []).map(({ reference, provider }) => ({ label: `${reference} ${provider}`, kind: T.pages.review, to: `${base}/review/${part(reference)}` })),
      ...(providers.data ?? []).map(({ key, name }) => ({ label: name, kind: T.pages.providers, to: `${base}/providers/${part(key)}` })),
    ]; // prettier-ignore
    return all.filter(({ label }) => label.toLowerCase().includes(asked) || label === defanged(host)).slice(0, MOST);
  }, [asked, base, isExercise, notices.data, providers.data]);
  const index = Math.min(picked, found.length - 1);

  const go = (goal: Goal | undefined): void => {
    if (goal === undefined) return;
    close();
    navigate(goal.to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const by = moves[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setPicked((index + by + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') go(found[index]);
  };

  return (
    <Modal label={T.palette.label} close={close} className="palette">
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-found"
        aria-activedescendant={found[index] === undefined ? undefined : `palette-${index}`}
        aria-label={T.palette.label}
        placeholder={T.palette.placeholder}
        value={words}
        onChange={({ target }) => {
          setWords(target.value);
          setPicked(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="palette-found" role="listbox" aria-label={T.palette.label}>
        {found.map((goal, at) => (
          <li key={goal.to} id={`palette-${at}`} role="option" aria-selected={at === index} onClick={() => go(goal)} onMouseMove={() => setPicked(at)}>
            <span>{goal.label}</span>
            <span className="quiet">{goal.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="empty">{T.palette.none}</p>}
    </Modal>
  ); // prettier-ignore
}
