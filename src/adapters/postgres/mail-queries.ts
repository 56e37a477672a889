import type { MailReads } from '../../ports/correspondence.ts';
import type { Session } from './connect.ts';

export function mailReads(_session: Session): MailReads {
  return {};
}
