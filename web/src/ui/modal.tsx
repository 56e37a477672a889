import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

/** A dialog over the page: Escape closes it, and what was in focus before is in focus again. */
export function Modal({
  label,
  close,
  className,
  children,
}: {
  readonly label: string;
  readonly close: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown !== null && !shown.open) shown.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={className} aria-label={label} onClose={close} onCancel={close}>
      {children}
    </dialog>
  );
}
