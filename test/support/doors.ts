import { createDoorKey } from '../../src/domain/door-key.ts';
import type { DoorSetup } from '../../src/steps/notify/draft-notices.ts';
import { textOfMessage } from '../../src/steps/notify/stored-draft.ts';
import type { Door } from '../../src/flow/door.ts';
import type { TestDatabase } from './database.ts';
import { ownNoticeTexts } from './notice-facts.ts';
import { sendTestNotice } from './sent-notice.ts';
import type { SentNotice } from './sent-notice.ts';
import type { TestWorld } from './world.ts';

/** 64 hexadecimal digits, as door.keyFile holds them. */
export const DOOR_SECRET = '5d'.repeat(32);
export const PUBLIC_URL = 'https://notices.cert.example';

export const doorSetup: DoorSetup = {
  publicUrl: PUBLIC_URL,
  days: 90,
  key: createDoorKey(Buffer.from(DOOR_SECRET, 'hex')),
};

export const door: Door = { publicUrl: PUBLIC_URL, key: doorSetup.key, texts: await ownNoticeTexts() };

/** A notice that has left, and what its recipient finds in it. */
export interface NoticeWithDoor extends SentNotice {
  readonly token: string;
  readonly code: string;
  readonly text: string;
}

export async function sendWithDoor(
  database: TestDatabase,
  world: TestWorld,
  lines?: string,
  setup: DoorSetup = doorSetup,
): Promise<NoticeWithDoor> {
  const sent = await sendTestNotice(database, world, lines, setup);
  const message = await world.store.read(async (transaction) => {
    const records = await transaction.noticeRecords(sent.operationId);
    const record = records.find(({ noticeId }) => noticeId === sent.notice.noticeId);
    return record === undefined ? null : transaction.noticeMessage(record.messageSha256);
  });
  const text = message === null ? null : textOfMessage(message);
  const [, token] = /\/door\/([\w-]{24})$/m.exec(text ?? '') ?? [];
  const [code] = /\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(text ?? '') ?? [];
  if (text === null || token === undefined || code === undefined) throw new Error('the notice names no door');
  return { ...sent, token, code, text };
}
