import type { ClockReads } from '../../ports/clock-facts.ts';
import type { Session } from './connect.ts';

export function clockReads(_session: Session): ClockReads {
  return {};
}
