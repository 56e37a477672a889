import type { DeconflictionReads } from '../../ports/deconfliction.ts';
import type { Session } from './connect.ts';

export function deconflictionReads(_session: Session): DeconflictionReads {
  return {};
}
