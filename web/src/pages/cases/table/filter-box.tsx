import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { texts } from '../../../texts/en.ts';
import { Modal } from '../../../ui/modal.tsx';
import type { CaseSource } from './case-source.ts';
import type { Shown } from './case-list.ts';
import type { Offer } from './complete.ts';
import { FIELDS } from './filter.ts';

const T = texts.cases.filter;
/** Somebody types on. */
const PAUSE_MS = 150;

/** What the worker offers for a text with the caret there. */
interface Offered {
  readonly text: string;
  readonly caret: number | null;
  readonly offers: readonly Offer[];
}

const NOTHING: Offered = { text: '', caret: null, offers: [] };

/** Until there are offers for what was typed last, those of before that go on from it: an older one would undo what was typed. */
function standing({ offers, ...made }: Offered, text: string, caret: number | null): readonly Offer[] {
  if (caret === null) return [];
  if (made.text === text && made.caret === caret) return offers;
  const typed = text.slice(0, caret).toLowerCase();
  return offers.filter((offer) => offer.text.slice(0, caret).toLowerCase() === typed);
}

/** Where the filter is typed: it offers what can stand at the caret, and says what it does not understand. */
export function FilterBox({
  source,
  filter,
  shown,
  reading,
  search,
  leave,
}: {
  readonly source: CaseSource;
  readonly filter: string;
  readonly shown: Shown | null;
  readonly reading: number;
  readonly search: (filter: string) => void;
  readonly leave: () => void;
}): ReactNode {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter);
  const [caret, setCaret] = useState<number | null>(null);
  const [offered, setOffered] = useState<Offered>(NOTHING);
  const [picked, setPicked] = useState(-1);
  const [isHelpOpen, setHelp] = useState(false);
  const sent = useRef(filter);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (filter !== sent.current) setText(filter);
    sent.current = filter;
  }, [filter]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (next: string, at: number, isAtOnce = false): void => {
    setText(next);
    setCaret(at);
    setPicked(-1);
    clearTimeout(timer.current);
    const send = (): void => {
      sent.current = next.trim();
      search(next.trim());
    };
    if (isAtOnce) send();
    else timer.current = setTimeout(send, PAUSE_MS);
  };

  useEffect(() => {
    if (caret === null) {
      setOffered(NOTHING);
      return undefined;
    }
    let isStale = false;
    void source.call('offers', text, caret).then((next) => {
      // What stands there already is no offer.
      if (!isStale) setOffered({ text, caret, offers: next.filter((offer) => offer.text.trim() !== text.trim()) });
    });
    return () => {
      isStale = true;
    };
  }, [source, text, caret, reading]);

  const take = (offer: Offer): void => {
    // A value is whole: on to the next word. A field goes on to its value.
    const isWhole = offer.cases !== null || !/[:><]$/.test(offer.text.slice(0, offer.caret));
    const isAtEnd = offer.caret === offer.text.length;
    const next = isWhole && isAtEnd ? `${offer.text} ` : offer.text;
    const at = isWhole && isAtEnd ? next.length : offer.caret;
    // At once: whatever is typed next comes behind it.
    flushSync(() => change(next, at, true));
    input.current?.focus();
    input.current?.setSelectionRange(at, at);
  };
  const offers = standing(offered, text, caret);
  const isOpen = caret !== null && offers.length > 0;
  const onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    if (isOpen && (key === 'ArrowDown' || key === 'ArrowUp')) {
      event.preventDefault();
      setPicked((at) => (key === 'ArrowDown' ? (at + 1) % offers.length : (at <= 0 ? offers.length : at) - 1));
    } else if (isOpen && (key === 'Tab' || key === 'Enter') && (picked >= 0 || (key === 'Tab' && !event.shiftKey))) {
      const offer = offers[Math.max(0, picked)];
      if (offer === undefined) return;
      event.preventDefault();
      take(offer);
    } else if (key === 'Enter') {
      change(text, text.length, true);
      leave();
    } else if (key === 'Escape') {
      event.preventDefault();
      if (isOpen) setCaret(null);
      else leave();
    } else if (key === 'ArrowDown') {
      event.preventDefault();
      leave();
    }
  };

  const problems = shown?.problems ?? [];
  const hints = shown?.hints ?? [];
  const notes = shown?.notes ?? [];
  return (
    <div className="filter-box">
      <div className="row filter-line">
        <div className="filter-field">
          <input
            ref={input}
            data-filter=""
            role="combobox"
            aria-label={T.label}
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={`${id}-offers`}
            aria-activedescendant={isOpen && picked >= 0 ? `${id}-${picked}` : undefined}
            aria-invalid={problems.length > 0}
            aria-describedby={`${id}-said`}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder={T.placeholder}
            value={text}
            onChange={({ target }) => change(target.value, target.selectionStart ?? target.value.length)}
            onSelect={({ currentTarget }) => { if (document.activeElement === currentTarget && caret !== null) setCaret(currentTarget.selectionStart); }}
            onFocus={({ target }) => setCaret(target.selectionStart ?? target.value.length)}
            onClick={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
            onBlur={() => setCaret(null)}
            onKeyDown={onKey}
          />
          <ul id={`${id}-offers`} role="listbox" aria-label={T.offers} hidden={!isOpen} className="offers">
            {offers.map((offer, at) => (
              <li
                key={offer.label}
                id={`${id}-${at}`}
                role="option"
                aria-selected={at === picked}
                onMouseDown={(event) => { event.preventDefault(); take(offer); }}
              >
                <span className="mono">{offer.label}</span>
                <span className="quiet">{offer.about ?? (offer.cases === null ? '' : T.cases(offer.cases))}</span>
              </li>
            ))}
          </ul>
        </div>
        {text !== '' && <button type="button" onClick={() => change('', 0, true)}>{T.clear}</button>}
        <button type="button" className="bare" onClick={() => setHelp(true)}>{T.help}</button>
      </div>
      <div id={`${id}-said`} role="status">
        {problems.map(({ from, message }) => <p key={from} className="bad">{T.notApplied} {message}</p>)}
        {hints.map((hint) => <p key={hint} className="warn">{hint}</p>)}
        {notes.map((note) => <p key={note} className="quiet">{note}</p>)}
      </div>
      {isHelpOpen && (
        <Modal label={T.helpTitle} close={() => setHelp(false)}>
          <div className="stack">
            <h2>{T.helpTitle}</h2>
            <ul className="stack tight">{T.helpRules.map((rule) => <li key={rule}>{rule}</li>)}</ul>
            <dl className="facts">
              {Object.entries(FIELDS).map(([name, { about, known }]) => [
                <dt key={name} className="mono">{name}</dt>,
                <dd key={`${name} about`}>{about}{known !== undefined && <span className="quiet"> · {known.join(', ')}</span>}</dd>,
              ])}
            </dl>
            <p><button type="button" onClick={() => setHelp(false)}>{texts.shell.keys.close}</button></p>
          </div>
        </Modal>
      )}
    </div>
  ); // prettier-ignore
}
