import type { PeopleReads } from '../../ports/people.ts';
import type { Session } from './connect.ts';

export function peopleReads(_session: Session): PeopleReads {
  return {};
}
