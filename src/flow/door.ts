import type { DoorKey } from '../domain/door-key.ts';
import type { DoorAction } from '../domain/door.ts';
import type { DoorView } from '../domain/door-view.ts';
import { problem } from '../domain/problem.ts';
import { findOperation, importOnly, parseImportOptions, spoken } from '../flow.ts';
import type { ImportSummary } from '../flow.ts';
import type { DoorFind, DoorRecord, FoundDoor } from '../ports/door.ts';
import type { World } from '../ports/world.ts';
import { namedNotice } from '../steps/approve/gates-of.ts';
import { closeDoor as close, noDoor } from '../steps/door/close-door.ts';
import { doorView } from '../steps/notify/door-view.ts';
import { doorCsv, doorStix, xarfOfMessage } from '../steps/notify/door-files.ts';
import { findDoor, findDoorByCode } from '../steps/door/find-door.ts';
import { sayAtDoor } from '../steps/correspond/say-at-door.ts';
import type { SaidAtDoor } from '../steps/correspond/say-at-door.ts';
import { findFile, namedFind, settleFind } from '../steps/door/settle-find.ts';
import { englishOf } from '../steps/notify/notice-texts.ts';
import type { NoticeTexts } from '../steps/notify/notice-texts.ts';

/*
 *     link or code ─► the notice, as it was sent ─► a reply of its conversation ─► looked at again
 *
 * What whoever has the link of a notice can see and say, without an account; and what its own organisation sees of that.
 */

/** What doors are opened and told with. */
export interface Door {
  readonly publicUrl: string;
  readonly key: DoorKey;
  readonly texts: NoticeTexts;
}

/** The notice of a link, in a language that notices are written in, else in English; null where the link opens nothing. */
export async function showDoor(world: World, door: Door, token: string, language: string): Promise<DoorView | null> {
  const found = await findDoor(world.store, door.key, token, world.clock.now());
  return found === null ? null : viewOf(door, found, language);
}

function viewOf({ texts }: Door, found: FoundDoor, language: string): DoorView {
  const spokenIn = texts.has(language) ? language : 'en';
  return doorView(found, spokenIn, (texts.get(spokenIn) ?? englishOf(texts)).words);
}

/** The link's token of a typed code; null where it opens nothing. */
export async function tokenOfCode(world: World, { key }: Door, typed: string): Promise<string | null> {
  return (await findDoorByCode(world.store, key, typed, world.clock.now()))?.token ?? null;
}

/** A word for the forms of a page. */
export function pageWord(world: World, { key }: Door, token: string): string {
  return key.pageWord(token, world.random.bytes(12), world.clock.now());
}

/** What somebody says at a door. */
export interface DoorSaying {
  readonly action: DoorAction;
  readonly items: readonly string[] | null;
  readonly text: string;
  readonly ticket: string;
  /** Of the page's form, or null for a program, whose same words within ten minutes are said once. */
  readonly page: string | null;
}

export type DoorAnswer =
  | SaidAtDoor
  | { readonly outcome: 'no-door' }
  | { readonly outcome: 'stale-page' }
  | { readonly outcome: 'shut'; readonly state: FoundDoor['state'] };

const PROGRAM_WINDOW_MS = 600_000;

export async function speakAtDoor(world: World, { key }: Door, token: string, saying: DoorSaying): Promise<DoorAnswer> {
  const now = world.clock.now();
  const found = await findDoor(world.store, key, token, now);
  if (found === null) return { outcome: 'no-door' };
  if (found.state !== 'open') return { outcome: 'shut', state: found.state };
  const nonce =
    saying.page === null ? `api-${Math.floor(now / PROGRAM_WINDOW_MS)}` : key.readPageWord(token, saying.page, now);
  if (nonce === null) return { outcome: 'stale-page' };
  return sayAtDoor(world, found, { ...saying, nonce });
}

export const DOOR_DOWNLOADS = ['xarf', 'csv', 'stix'] as const;
export type DoorDownload = (typeof DOOR_DOWNLOADS)[number];

/** A file of the notice's own servers; null where the link opens nothing, or nothing is given out any more. */
export async function doorFile(
  world: World,
  { key, texts }: Door,
  token: string,
  format: DoorDownload,
): Promise<{ readonly name: string; readonly text: string } | null> {
  const found = await findDoor(world.store, key, token, world.clock.now());
  if (found?.state !== 'open') return null;
  const { notice } = found;
  const { reference } = notice.content;
  if (format === 'csv') return { name: `${reference}.csv`, text: doorCsv(notice.content, englishOf(texts).words) };
  if (format === 'stix') {
    const at = notice.sentAt ?? world.clock.now();
    return { name: `${reference}.stix.json`, text: doorStix(notice.content, notice.noticeId, at) };
  }
  const message = await world.store.readAtDoor(notice.noticeId, (reads) => reads.message());
  const text = message === null ? null : xarfOfMessage(message);
  return text === null ? null : { name: `${reference}.xarf.json`, text };
}

/** A notice's door as its own organisation sees it. */
export async function doorOf(world: World, notice: string, operation: string | null): Promise<DoorRecord> {
  return world.store.read(async (transaction) => {
    const { noticeId } = await namedNotice(transaction, notice, operation);
    const door = await transaction.door(noticeId);
    if (door === null) throw noDoor();
    return door;
  });
}

/** Ends a door before its time. Returns it as it stands then. */
export async function closeDoor(
  world: World,
  notice: string,
  operation: string | null,
  words: { readonly person: string; readonly reason: string },
): Promise<DoorRecord> {
  const said = spoken(words);
  const { noticeId } = await doorOf(world, notice, operation);
  await close(world, noticeId, said);
  return doorOf(world, noticeId, operation);
}

/** Further servers that were named at doors, the newest first. */
export async function doorFinds(world: World, operation: string | null, all: boolean): Promise<readonly DoorFind[]> {
  return world.store.read(async (transaction) => {
    const known = operation === null ? null : await transaction.findOperation(operation);
    if (operation !== null && known === null) throw problem('not-found', `there is no operation "${operation}" here`);
    return transaction.doorFinds(known?.id ?? null, !all);
  });
}

/**
 * Takes a find into intake as what it is: a list by a source that nobody knows, in no independence group. It corroborates nothing and
 * opens no case by itself.
 */
export async function takeFind(
  world: World,
  id: string,
  words: { readonly person: string; readonly reason: string },
): Promise<{ readonly find: DoorFind; readonly imported: ImportSummary }> {
  const said = spoken(words);
  const find = await world.store.read((transaction) => namedFind(transaction, id));
  if (find.settledAs !== null) throw problem('refused', `it is settled already: ${find.settledAs}`);
  const operation = await findOperation(world, find.operation);
  const file = findFile(find);
  const imported = await importOnly(world, {
    operation: { name: operation.name, drill: operation.drill, malware: null },
    files: [file],
    options: parseImportOptions({ format: 'list', source: `door of ${find.reference}`, reliability: 'F' }),
  });
  const known = await world.store.read((transaction) => transaction.findImport(operation.id, file.sha256, null));
  const settled = await settleFind(world, find.findId, { ...said, as: 'taken', importId: known?.importId ?? null });
  return { find: settled, imported };
}

export async function dismissFind(
  world: World,
  id: string,
  words: { readonly person: string; readonly reason: string },
): Promise<DoorFind> {
  return settleFind(world, id, { ...spoken(words), as: 'dismissed', importId: null });
}

export type { DoorFind, DoorRecord } from '../ports/door.ts';
