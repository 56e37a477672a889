import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Told } from '../../ledger/verify-worker.ts';
import { texts } from '../../texts/en.ts';
import { Card } from '../../ui/parts.tsx';

const T = texts.ledger.verify;

/** The whole ledger computed anew, in a worker, so that the page stays quick meanwhile. */
export function VerifyHere(): ReactNode {
  const [told, setTold] = useState<Told | null>(null);
  const worker = useRef<Worker | null>(null);
  useEffect(() => () => worker.current?.terminate(), []);
  const start = (): void => {
    worker.current?.terminate();
    const begun = new Worker(new URL('../../ledger/verify-worker.ts', import.meta.url), { type: 'module' });
    worker.current = begun;
    setTold({ kind: 'progress', entries: 0, of: 0 });
    begun.addEventListener('message', ({ data }: MessageEvent<Told>) => setTold(data));
    begun.addEventListener('error', () => setTold({ kind: 'failed', message: 'the worker ended' }));
  };
  const isRunning = told?.kind === 'progress';
  return (
    <Card title={T.title}>
      <div className="stack tight">
        <p className="quiet">{T.about}</p>
        <p className="row">
          <button type="button" className="primary" disabled={isRunning} onClick={start}>{told === null ? T.start : T.again}</button>
          <span role="status" className={toneOf(told)}>{told === null ? '' : wordsOf(told)}</span>
        </p>
        {told?.kind === 'whole' && told.erased > 0 && <p className="quiet">{T.erased(told.erased)}</p>}
      </div>
    </Card>
  ); // prettier-ignore
}

function toneOf(told: Told | null): string {
  if (told === null || told.kind === 'progress') return '';
  return told.kind === 'whole' && told.root === told.claimed ? 'good' : 'bad';
}

function wordsOf(told: Told): string {
  if (told.kind === 'progress') return T.running(told.entries, told.of);
  if (told.kind === 'fault') return T.fault(told.sequence, T.faults[told.fault]);
  if (told.kind === 'failed') return T.failed(told.message);
  return told.root === told.claimed ? T.whole(told.entries) : T.otherRoot;
}
