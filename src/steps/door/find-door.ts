import type { DoorKey } from '../../domain/door-key.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AtDoor, DoorState, FoundDoor } from '../../ports/door.ts';
import type { Store } from '../../ports/store.ts';

/** Opens no door: whoever stands there sees nothing but whether a hash opens one. */
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** The door of a link; null where it is of none, of a notice that has not left, or of another organisation's: all the same. */
export async function findDoor(store: Store, key: DoorKey, token: string, now: Instant): Promise<FoundDoor | null> {
  const hash = key.tokenHash(token);
  const notice = hash === null ? null : await noticeBehind(store, hash);
  if (notice === null) return null;
  // The end stands in the link as well: what somebody moved in the database opens nothing.
  return key.isToken(token, notice.noticeId, isoInstant(notice.expiresAt))
    ? { token, notice, state: stateOf(notice, now) }
    : null;
}

/** The same by the code that somebody typed. */
export async function findDoorByCode(
  store: Store,
  key: DoorKey,
  code: string,
  now: Instant,
): Promise<FoundDoor | null> {
  const hash = key.codeHash(code);
  const notice = hash === null ? null : await noticeBehind(store, hash);
  if (notice === null) return null;
  return { token: key.token(notice.noticeId, isoInstant(notice.expiresAt)), notice, state: stateOf(notice, now) };
}

async function noticeBehind(store: Store, hash: string): Promise<AtDoor | null> {
  const noticeId = await store.readAtDoor(NOWHERE, (reads) => reads.noticeOf(hash));
  const notice = noticeId === null ? null : await store.readAtDoor(noticeId, (reads) => reads.notice());
  return notice?.hasLeft === true ? notice : null;
}

function stateOf({ closedAt, expiresAt, servers }: AtDoor, now: Instant): DoorState {
  // What was taken back is told to the last, whatever else has ended.
  if (servers.length > 0 && servers.every(({ isRetracted }) => isRetracted)) return 'retracted';
  if (closedAt !== null) return 'closed';
  return expiresAt <= now ? 'expired' : 'open';
}
