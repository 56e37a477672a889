import type { AuthorityReads } from '../../ports/authorities.ts';
import type { Session } from './connect.ts';

export function authorityReads(_session: Session): AuthorityReads {
  return {};
}
