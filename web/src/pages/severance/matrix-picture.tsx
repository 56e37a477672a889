import { useEffect, useMemo, useRef, useState } from 'react';
import type { PointerEvent, ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import type { Matrix } from './contract.ts';

const T = texts.severance.matrix;
const CELL = 6;
const MOST_PIXELS = 4000;

interface Pointed {
  readonly row: number;
  readonly column: number;
}

/** A cell for each server that a configuration lists, lit where it lives. A picture of pixels: it may have a hundred thousand cells. */
export function MatrixPicture({ matrix }: { readonly matrix: Matrix }): ReactNode {
  const { configurations } = matrix;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const servers = useMemo(
    () => matrix.servers.toSorted((one, other) => Number(other.verdict === 'live') - Number(one.verdict === 'live') || other.listedIn.length - one.listedIn.length),
    [matrix],
  ); // prettier-ignore
  const cell = Math.max(
    1,
    Math.min(CELL, Math.floor(MOST_PIXELS / Math.max(configurations.length, servers.length, 1))),
  );
  const width = configurations.length * cell;
  const height = servers.length * cell;

  useEffect(() => {
    const shown = canvas.current;
    if (shown === null) return undefined;
    const draw = (): void => drawCells(shown, servers, cell);
    draw();
    // Colours are the page's: drawn anew where those change.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const observer = new MutationObserver(draw);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', draw);
    };
  }, [servers, cell]);

  const onMove = ({ currentTarget, clientX, clientY }: PointerEvent<HTMLCanvasElement>): void => {
    const box = currentTarget.getBoundingClientRect();
    setPointed({
      column: Math.floor(((clientX - box.left) / box.width) * configurations.length),
      row: Math.floor(((clientY - box.top) / box.height) * servers.length),
    });
  };
  const configuration = pointed === null ? undefined : configurations[pointed.column];
  const server = pointed === null ? undefined : servers[pointed.row];
  return (
    <figure className="stack tight">
      <p className="quiet">{T.about}</p>
      <div className="matrix" tabIndex={0} role="region" aria-label={T.label(configurations.length, servers.length)}>
        <canvas ref={canvas} width={width} height={height} onPointerMove={onMove} onPointerLeave={() => setPointed(null)} role="img" aria-label={T.label(configurations.length, servers.length)} />
      </div>
      <figcaption className="row spread quiet">
        <span className="row">
          <span className="legend live">{T.live}</span><span className="legend dark">{T.dark}</span><span className="legend other">{T.other}</span>
        </span>
        <span>
          {configuration !== undefined && server !== undefined && pointed !== null && (
            <>
              {T.pointed(`${configuration.version} (${configuration.tag})`, defanged(server.host))}:{' '}
              {server.listedIn.includes(pointed.column) ? `${T.listed}, ${server.verdict ?? texts.shell.none}` : T.notListed}
            </>
          )}
        </span>
      </figcaption>
    </figure>
  ); // prettier-ignore
}

function drawCells(canvas: HTMLCanvasElement, servers: Matrix['servers'], cell: number): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colour = (name: string): string => resolved(canvas, name);
  const colours = { live: colour('--live'), dark: colour('--dark'), other: colour('--warn') };
  context.clearRect(0, 0, canvas.width, canvas.height);
  const gap = cell > 2 ? 1 : 0;
  for (const [row, { verdict, listedIn }] of servers.entries()) {
    context.fillStyle = verdict === 'live' ? colours.live : verdict === 'dark' ? colours.dark : colours.other;
    for (const column of listedIn) context.fillRect(column * cell, row * cell, cell - gap, cell - gap);
  }
}

/** A colour of the page as the canvas can use it: light-dark() is worked out by the element that has it. */
function resolved(canvas: HTMLCanvasElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  canvas.parentElement?.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
