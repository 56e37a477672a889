import { useEffect, useRef } from 'react';

export interface KeyWork {
  readonly palette: () => void;
  readonly help: () => void;
  /** After g. */
  readonly go: (letter: string) => void;
}

const GO_MS = 1200;

/** Whether somebody is typing, so that letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The keys that work on every page: Ctrl or Cmd K, ?, and g with a letter. */
export function useKeys(work: KeyWork): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    // Times count from when the page began: nothing has been pressed long ago.
    let wentAt = -Infinity;
    const onKey = (event: KeyboardEvent): void => {
      // What a dialog asks is answered or closed before anything else.
      if (document.querySelector('dialog[open]') !== null) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        latest.current.palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.timeStamp - wentAt < GO_MS) {
        wentAt = -Infinity;
        latest.current.go(event.key);
      } else if (event.key === 'g') wentAt = event.timeStamp;
      else if (event.key === '?') latest.current.help();
      else if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-filter]');
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
        }
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
