import type { SeveredFigure } from '../../domain/report.ts';
import type { SeveranceFacts, SeveranceServer, SeveranceSetup } from '../../domain/severance.ts';

/**
 * Whether any configuration in circulation still reaches a live server (DESIGN.md, "What the figures mean"): `no` where one
 * does; `unknown` where nobody can tell; else `none-observed-live`, and never "yes".
 */
export function severed(_facts: SeveranceFacts, _setup: SeveranceSetup): SeveredFigure {
  throw new Error('not written yet');
}

/** Live servers that stand in none of the `newest` configurations, in the order of the facts. */
export function liveNotInLatest(_facts: SeveranceFacts, _newest: number): readonly SeveranceServer[] {
  throw new Error('not written yet');
}
