import type { ReactNode } from 'react';
import { texts } from '../texts/en.ts';
import { Modal } from './modal.tsx';

const K = texts.shell.keys;

export function KeysHelp({ close }: { readonly close: () => void }): ReactNode {
  return (
    <Modal label={K.title} close={close}>
      <div className="stack">
        <h2>{K.title}</h2>
        <dl className="facts">
          <dt><kbd>Ctrl K</kbd></dt><dd>{K.palette}</dd>
          <dt><kbd>/</kbd></dt><dd>{K.filter}</dd>
          <dt><kbd>g</kbd></dt><dd>{K.goTo}</dd>
          <dt><kbd>?</kbd></dt><dd>{K.help}</dd>
        </dl>
        <p><button type="button" onClick={close}>{K.close}</button></p>
      </div>
    </Modal>
  ); // prettier-ignore
}
