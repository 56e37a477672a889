import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { createDoorKey } from '../../src/domain/door-key.ts';
import {
  closeDoor,
  dismissFind,
  doorFile,
  doorFinds,
  doorOf,
  showDoor,
  speakAtDoor,
  takeFind,
  tokenOfCode,
  pageWord,
} from '../../src/flow/door.ts';
import type { DoorSaying } from '../../src/flow/door.ts';
import { erase, findOperation, listMail, parseImportOptions, run } from '../../src/flow.ts';
import { auditOf } from '../support/ledger.ts';
import { door, doorSetup, sendWithDoor } from '../support/doors.ts';
import type { NoticeWithDoor } from '../support/doors.ts';
import { lookAt } from '../support/sending.ts';
import { VERDICT_TABLES } from '../support/sent-notice.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The provider's door, from the link in a notice to what its own organisation sees of it, on a real PostgreSQL.

let database: TestDatabase;
let world: TestWorld;
let sent: NoticeWithDoor;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  world = await openTestWorld(database);
  sent = await sendWithDoor(database, world);
  return async () => {
    await world.store.close();
  };
});

function words(more: Partial<DoorSaying> & Pick<DoorSaying, 'action'>): DoorSaying {
  return { items: null, text: '', ticket: '', page: pageWord(world, door, sent.token), ...more };
}

async function stateOfCases(): Promise<readonly string[]> {
  return world.store.read(async (transaction) => {
    const notices = await transaction.clockNotices(sent.operationId);
    return notices.flatMap(({ cases }) => cases.map(({ state }) => state));
  });
}

describe('the link', () => {
  test('opens the notice that it stands in, with what that notice says and nothing of our own', async () => {
    const view = await showDoor(world, door, sent.token, 'en');
    expect(view).toMatchObject({
      state: 'open',
      content: { reference: sent.notice.reference, organisation: 'Example CERT', contestEmail: 'contest@cert.example' },
      items: [{ place: '198.18.0[.]1', asks: expect.arrayContaining([expect.any(String)]) }, { place: '198.18.0[.]2' }],
      isContested: false,
      said: [],
    });
    const told = JSON.stringify(view);
    for (const secret of ['lab', 'Anna', 'sandbox"', 'input-']) expect(told, secret).not.toContain(secret);
  });

  test('says the same in German, where notices have German words', async () => {
    const view = await showDoor(world, door, sent.token, 'de');
    expect(view?.language).toBe('de');
    expect(view?.items[0]?.asks.join(' ')).toContain('Sichern Sie');
    expect(view?.capacity).toContain('Unternehmen');
    expect((await showDoor(world, door, sent.token, 'xx'))?.language).toBe('en');
  });

  test('and the code in it lead to the same door, however the code is typed', async () => {
    expect(await tokenOfCode(world, door, ` ${sent.code.toLowerCase().replaceAll('-', ' ')}`)).toBe(sent.token);
  });

  test('stays the same when the notice is drafted again in the same words, and is another for other servers', async () => {
    const drafts = await openTestWorld(database);
    const locator = labLocator({ '198.18.': { asn: 64_500, holder: 'Lab Holder' } });
    const own = await openTestSources(database, { locator, book: null });
    const sources = { ...own, notices: { ...own.notices, door: doorSetup } };
    const options = parseImportOptions({ format: 'list', attest: 'Anna', reason: 'seen' });
    const draftedAs = async (text: string | null): Promise<readonly string[]> => {
      const files = text === null ? [] : [await openTestFile(database, text)];
      await run(drafts, sources, { ...drill(files), options });
      const { id } = await findOperation(drafts, 'lab');
      const notices = await drafts.store.read((transaction) => transaction.notices(id));
      return notices.map(({ hash }) => hash);
    };
    const first = await draftedAs('198.18.0.1:443\n');
    expect(first).toHaveLength(1);
    expect(await draftedAs(null)).toEqual(first);
    expect(await draftedAs('198.18.0.2:443\n')).not.toEqual(first);
    await drafts.store.close();
  });

  test('opens nothing while its notice has not left', async () => {
    const other = await openTestWorld(database);
    const left = await sendWithDoor(database, other);
    await inTransactionAs(database.superuser, null, (session) =>
      session.run('update notice set sent_at = null where notice_id = $1', [left.notice.noticeId]),
    );
    await inTransactionAs(database.superuser, null, (session) =>
      session.run('update dispatch set attempts = 0 where notice_id = $1', [left.notice.noticeId]),
    );
    expect(await showDoor(other, door, left.token, 'en')).toBeNull();
    expect(await tokenOfCode(other, door, left.code)).toBeNull();
    await other.store.close();
  });

  test('of another organisation, with another secret, cut, longer or of nobody is the same nothing', async () => {
    const theirs = await openTestWorld(database);
    const foreign = await sendWithDoor(database, theirs);
    const otherKey = { ...door, key: createDoorKey(Buffer.alloc(32, 9)) };
    const tries = [
      foreign.token,
      sent.token.slice(1),
      `${sent.token}A`,
      'A'.repeat(24),
      '',
      '../..',
      '\u0000'.repeat(24),
    ];
    for (const token of tries) expect(await showDoor(world, door, token, 'en'), token).toBeNull();
    expect(await showDoor(world, otherKey, sent.token, 'en')).toBeNull();
    expect(await tokenOfCode(world, door, foreign.code)).toBeNull();
    for (const typed of ['', 'AAAA', '3333-3333-3333', "' or true --"]) {
      expect(await tokenOfCode(world, door, typed), typed).toBeNull();
    }
    await theirs.store.close();
  });

  test('does not open any longer for whoever moves its end in the database', async () => {
    await inTransactionAs(database.superuser, null, (session) =>
      session.run(`update door set expires_at = expires_at + interval '1 year' where notice_id = $1`, [
        sent.notice.noticeId,
      ]),
    );
    expect(await showDoor(world, door, sent.token, 'en')).toBeNull();
  });

  test('and the code stand in no table but as the message that was sent, and in no entry', async () => {
    const rows = await inTransactionAs(database.access.app, world.organisationId, async (session) => {
      const found: string[] = [];
      for (const table of ['door', 'ledger_body', 'ledger_entry', 'notice', 'received_mail', 'dispatch']) {
        const all = await session.rows<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
        found.push(...all.map(({ row }) => row));
      }
      return found.join('\n');
    });
    expect(rows).not.toContain(sent.token);
    expect(rows).not.toContain(sent.code);
    expect(rows).toContain(door.key.tokenHash(sent.token));
  });

  test('says plainly that it has expired, and shows and takes nothing any more', async () => {
    world.setClock(Date.parse('2027-03-01T00:00:00Z'));
    expect(await showDoor(world, door, sent.token, 'en')).toMatchObject({ state: 'expired' });
    expect(await speakAtDoor(world, door, sent.token, words({ action: 'done' }))).toEqual({
      outcome: 'shut',
      state: 'expired',
    });
    expect(await doorFile(world, door, sent.token, 'csv')).toBeNull();
  });

  test('says plainly that it was closed', async () => {
    const closed = await closeDoor(world, sent.notice.reference, null, {
      person: 'Ada',
      reason: 'it stood in a forum',
    });
    expect(closed).toMatchObject({ closedBy: 'ada', closeReason: 'it stood in a forum' });
    expect(await showDoor(world, door, sent.token, 'en')).toMatchObject({ state: 'closed' });
    expect(await speakAtDoor(world, door, sent.token, words({ action: 'done' }))).toEqual({
      outcome: 'shut',
      state: 'closed',
    });
    await expect(closeDoor(world, sent.notice.reference, null, { person: 'Ada', reason: 'x' })).rejects.toThrow(
      'closed already',
    );
  });
});

describe('PostgreSQL', () => {
  test('shows an outsider the one notice that is set, and of everything else nothing, whatever is asked', async () => {
    const noticeId = sent.notice.noticeId;
    const asOutsider = (sql: string, notice: string | null): Promise<unknown> =>
      inTransactionAs(database.access.app, world.organisationId, async (session) => {
        await session.run('set local role dismantle_partner');
        if (notice !== null) await session.run(`select set_config('dismantle.notice', $1, true)`, [notice]);
        return session.rows(sql);
      });
    expect(await asOutsider(`select at_door()->>'noticeId' as id`, noticeId)).toEqual([{ id: noticeId }]);
    expect(await asOutsider('select at_door() as d, message_at_door() as m', null)).toEqual([{ d: null, m: null }]);
    const theirs = await openTestWorld(database);
    const foreign = await sendWithDoor(database, theirs);
    expect(await asOutsider('select at_door() as d, message_at_door() as m', foreign.notice.noticeId)).toEqual([
      { d: null, m: null },
    ]);
    const hash = door.key.tokenHash(foreign.token) ?? '';
    expect(await asOutsider(`select door_of('${hash}') as id`, null)).toEqual([{ id: null }]);
    await theirs.store.close();
    for (const table of [
      'door',
      'notice',
      'notice_item',
      'case_file',
      'server',
      'received_mail',
      'notice_message',
      'ledger_body',
      'operation',
      'door_find',
    ]) {
      await expect(asOutsider(`select * from ${table}`, noticeId), table).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      inTransactionAs(database.access.app, world.organisationId, (session) => session.rows('select at_door()')),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('what is said', () => {
  test.each([
    ['received', 'acknowledgement', 'acknowledged'],
    ['working', 'acknowledgement', 'acknowledged'],
    ['done', 'action-claimed', 'acknowledged'],
    ['need-more', 'question', 'acknowledged'],
    ['not-ours', 'question', 'acknowledged'],
    ['refuse', 'refusal', 'refused'],
    ['wrong', 'contest', 'contested'],
  ] as const)('%s is a reply of the class %s: its cases are %s', async (action, reply, state) => {
    const before = await verdictTables();
    const said = await speakAtDoor(
      world,
      door,
      sent.token,
      words({ action, text: 'we looked at it', ticket: 'ABUSE-20261' }),
    );
    expect(said).toMatchObject({ outcome: 'said', action });
    const [mail] = await listMail(world, false, 10);
    expect(mail).toMatchObject({
      class: reply,
      placedBy: 'door',
      source: 'door',
      fromAddress: null,
      isConfirmed: true,
      ticket: 'ABUSE-20261',
      auth: { by: 'nobody' },
    });
    expect(mail?.reasons.join(' ')).toContain('nobody has checked who that is');
    expect(new Set(await stateOfCases())).toEqual(new Set([state]));
    // A reply changes no verdict.
    expect(await verdictTables()).toEqual(before);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('wrong stops the clock at once, stays, and waits for a person', async () => {
    await speakAtDoor(world, door, sent.token, words({ action: 'wrong', text: 'this is our own scanner' }));
    await speakAtDoor(world, door, sent.token, words({ action: 'done' }));
    expect(new Set(await stateOfCases())).toEqual(new Set(['contested']));
    expect(await showDoor(world, door, sent.token, 'en')).toMatchObject({ isContested: true });
  });

  test('is said once, however often the same page is sent', async () => {
    const same = words({ action: 'done', text: 'suspended' });
    expect(await speakAtDoor(world, door, sent.token, same)).toMatchObject({ outcome: 'said' });
    expect(await speakAtDoor(world, door, sent.token, same)).toMatchObject({ outcome: 'repeated' });
    expect(await listMail(world, false, 10)).toHaveLength(1);
    const program = words({ action: 'received', page: null });
    await speakAtDoor(world, door, sent.token, program);
    expect(await speakAtDoor(world, door, sent.token, program)).toMatchObject({ outcome: 'repeated' });
  });

  test('needs a page of that very door, and not one of yesterday', async () => {
    const other = pageWord(world, door, 'B'.repeat(24));
    for (const page of ['', 'x', other, `${pageWord(world, door, sent.token)}A`]) {
      expect(await speakAtDoor(world, door, sent.token, words({ action: 'done', page }))).toEqual({
        outcome: 'stale-page',
      });
    }
    expect(await listMail(world, false, 10)).toEqual([]);
  });

  test('names no server of another notice', async () => {
    const theirs = await openTestWorld(database);
    const foreign = await sendWithDoor(database, theirs, '198.18.7.7:443\n');
    const [item] = (await showDoor(theirs, door, foreign.token, 'en'))?.items ?? [];
    await theirs.store.close();
    await expect(
      speakAtDoor(world, door, sent.token, words({ action: 'done', items: [item?.id ?? ''] })),
    ).rejects.toThrow('names no such server');
    expect(await listMail(world, false, 10)).toEqual([]);
  });

  test('is bounded: too long is refused, and so is too often, uniformly and without an entry', async () => {
    await expect(
      speakAtDoor(world, door, sent.token, words({ action: 'wrong', text: 'x'.repeat(4001) })),
    ).rejects.toThrow('more than 4000 characters');
    await expect(speakAtDoor(world, door, sent.token, words({ action: 'wrong', text: ' \n' }))).rejects.toThrow(
      'in a few words',
    );
    for (let index = 0; index < 20; index++) {
      expect(await speakAtDoor(world, door, sent.token, words({ action: 'received' }))).toMatchObject({
        outcome: 'said',
      });
    }
    const head = await world.store.read((transaction) => transaction.ledgerHead());
    expect(await speakAtDoor(world, door, sent.token, words({ action: 'working' }))).toEqual({ outcome: 'too-often' });
    expect((await world.store.read((transaction) => transaction.ledgerHead())).entries).toBe(head.entries);
    // Whoever has pressed everything else has not used up that it is wrong; there is an end to that as well.
    const wrong = (text: string): Promise<unknown> =>
      speakAtDoor(world, door, sent.token, words({ action: 'wrong', text }));
    for (let index = 0; index < 20; index++) expect(await wrong(`x ${index}`)).toMatchObject({ outcome: 'said' });
    expect(await wrong('x')).toEqual({ outcome: 'too-often' });
    world.setClock(world.clock.now() + 3_700_000);
    expect(await wrong('x')).toMatchObject({ outcome: 'said' });
  });

  test('stays text, whatever it pretends to be', async () => {
    const text =
      'Line\r\nBcc: x@y.example\r\n\r\n--b\r\nContent-Type: text/html\r\n\u202e<script>alert(1)</script>\u0000';
    await speakAtDoor(world, door, sent.token, words({ action: 'need-more', text, ticket: 'a\r\nX-Evil: 1' }));
    const [mail] = await listMail(world, false, 10);
    const bytes = await world.store.read((transaction) => transaction.noticeMessage(mail?.sha256 ?? ''));
    const raw = Buffer.from(bytes ?? []).toString('latin1');
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/bcc|x-evil|html/i);
    expect(mail?.ticket).toBeNull();
  });
});

async function verdictTables(): Promise<Record<string, readonly string[]>> {
  return inTransactionAs(database.access.app, world.organisationId, async (session) => {
    const contents: Record<string, readonly string[]> = {};
    for (const table of VERDICT_TABLES) {
      const rows = await session.rows<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t order by 1`);
      contents[table] = rows.map(({ row }) => row);
    }
    return contents;
  });
}

describe('done', () => {
  test('asks for a look, at most one in ten minutes, and is answered by what a later look finds', async () => {
    expect(await speakAtDoor(world, door, sent.token, words({ action: 'done' }))).toMatchObject({
      checkAskedAt: expect.any(Number),
    });
    const first = (await doorOf(world, sent.notice.reference, null)).checks;
    await speakAtDoor(world, door, sent.token, words({ action: 'done', text: 'really' }));
    expect((await doorOf(world, sent.notice.reference, null)).checks).toEqual(first);
    expect(await showDoor(world, door, sent.token, 'en')).toMatchObject({
      check: { isDone: false },
      items: [{ check: 'pending' }, { check: 'pending' }],
    });
    world.setClock(world.clock.now() + 601_000);
    await speakAtDoor(world, door, sent.token, words({ action: 'done', text: 'now it is' }));
    expect((await doorOf(world, sent.notice.reference, null)).checks).toHaveLength(2);
  });

  test('of another server leaves what was said of the first, and what a look has found since', async () => {
    const stands = async (): Promise<readonly unknown[]> =>
      (await showDoor(world, door, sent.token, 'en'))?.items.map(({ check }) => check) ?? [];
    const [first, second] = (await showDoor(world, door, sent.token, 'en'))?.items ?? [];
    const operations = await world.store.read((transaction) => transaction.operations());
    const operation = operations.find(({ id }) => id === sent.operationId);
    if (first === undefined || second === undefined || operation === undefined)
      throw new Error('a notice of two servers');
    await speakAtDoor(world, door, sent.token, words({ action: 'done', items: [first.id] }));
    world.setClock(world.clock.now() + 60_000);
    await lookAt(world, operation, ['198.18.0.1']);
    world.setClock(world.clock.now() + 60_000);
    await speakAtDoor(world, door, sent.token, words({ action: 'done', items: [second.id] }));
    expect(await stands()).toEqual(['answers', 'pending']);
    expect((await showDoor(world, door, sent.token, 'en'))?.check?.isDone).toBe(false);
    // Said again of the first alone within its ten minutes, the second still waits.
    await speakAtDoor(world, door, sent.token, words({ action: 'done', items: [first.id], text: 'really' }));
    expect(await stands()).toEqual(['answers', 'pending']);
  });

  test('makes the watch look at once at what is named, and at nothing else', async () => {
    const dueOf = async (): Promise<Record<string, number | null>> =>
      world.store.read(async (transaction) => {
        const found: Record<string, number | null> = {};
        for await (const page of transaction.watchedServers(sent.operationId, world.clock.now())) {
          for (const { host, askedAt = null } of page) found[host] = askedAt;
        }
        return found;
      });
    expect(await dueOf()).toEqual({ '198.18.0.1': null, '198.18.0.2': null });
    const [item] = (await showDoor(world, door, sent.token, 'en'))?.items ?? [];
    await speakAtDoor(world, door, sent.token, words({ action: 'done', items: [item?.id ?? ''] }));
    expect(await dueOf()).toEqual({ '198.18.0.1': expect.any(Number), '198.18.0.2': null });
    expect((await showDoor(world, door, sent.token, 'en'))?.items.map(({ check }) => check)).toEqual(['pending', null]);
  });
});

describe('found more', () => {
  test('waits in a queue, opens no case, and is taken into intake by a person as a source that nobody knows', async () => {
    await speakAtDoor(
      world,
      door,
      sent.token,
      words({ action: 'found-more', text: '198.18.0.9:8443\nnot an address\n' }),
    );
    const figures = await stateOfCases();
    const [find] = await doorFinds(world, null, false);
    expect(find).toMatchObject({
      lines: ['198.18.0.9:8443', 'not an address'],
      reference: sent.notice.reference,
      settledAs: null,
    });
    expect(figures).toHaveLength(2);
    expect(await listMail(world, false, 10)).toEqual([]);
    const taken = await takeFind(world, find?.findId ?? '', { person: 'Ada', reason: 'worth a look' });
    expect(taken.imported.intake.files).toMatchObject([
      { accepted: 1, rejected: 1, source: `door of ${sent.notice.reference}`, group: '' },
    ]);
    expect(taken.find).toMatchObject({ settledAs: 'taken', settledBy: 'ada' });
    expect(await doorFinds(world, null, false)).toEqual([]);
    await expect(dismissFind(world, find?.findId ?? '', { person: 'Ada', reason: 'x' })).rejects.toThrow('settled');
    expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  });

  test('is bounded in lines', async () => {
    const text = Array.from({ length: 201 }, (_, index) => `198.18.1.${index}`).join('\n');
    await expect(speakAtDoor(world, door, sent.token, words({ action: 'found-more', text }))).rejects.toThrow(
      '200 lines',
    );
  });
});

describe('what is taken back', () => {
  test('is told as that, server by server, and the door shuts with the last', async () => {
    await retractHost('198.18.0.1');
    const view = await showDoor(world, door, sent.token, 'en');
    expect(view?.items.map(({ standing }) => standing)).toEqual(['retracted', 'not-looked-at']);
    await speakAtDoor(world, door, sent.token, words({ action: 'done' }));
    expect((await doorOf(world, sent.notice.reference, null)).checks).toMatchObject([{ servers: 1 }]);
    await retractHost('198.18.0.2');
    expect(await showDoor(world, door, sent.token, 'en')).toMatchObject({ state: 'retracted' });
    expect(await speakAtDoor(world, door, sent.token, words({ action: 'done' }))).toEqual({
      outcome: 'shut',
      state: 'retracted',
    });
  });
});

async function retractHost(host: string): Promise<void> {
  await world.store.write(async (transaction) => {
    const [notice] = await transaction.clockNotices(sent.operationId);
    const found = notice?.cases.find((each) => each.host === host);
    await transaction.append({
      actor: 'a test',
      recordedAt: world.clock.now(),
      kind: 'case.retracted',
      subject: found?.caseId ?? '',
      body: {
        schema: 1,
        operation: sent.operationId,
        server: found?.serverId ?? '',
        notices: [sent.notice.noticeId],
        reason: 'our mistake',
      },
    });
  });
}

test('is erased with the draft that it is of, with all that it would show', async () => {
  const drafts = await openTestWorld(database);
  const locator = labLocator({ '198.18.': { asn: 64_500, holder: 'Lab Holder' } });
  const own = await openTestSources(database, { locator, book: null });
  const options = parseImportOptions({ format: 'list', attest: 'Anna', reason: 'seen' });
  const sources = { ...own, notices: { ...own.notices, door: doorSetup } };
  await run(drafts, sources, { ...drill([await openTestFile(database, '198.18.66.66:443\n')]), options });
  const holds = (): Promise<number> =>
    inTransactionAs(database.access.app, drafts.organisationId, async (session) => {
      const row = await session.row<{ n: number }>(
        `select count(*)::int as n from door where content::text like '%198.18.66.66%'`,
      );
      return row?.n ?? -1;
    });
  expect(await holds()).toBe(1);
  const [entry] = await inTransactionAs(database.access.app, drafts.organisationId, (session) =>
    session.rows<{ sequence: number }>(
      `select sequence::int as sequence from ledger_entry where kind = 'import.recorded'`,
    ),
  );
  await erase(drafts, { sequences: [entry?.sequence ?? 0] }, 'a customer asked');
  expect(await holds()).toBe(0);
  expect(await auditOf(drafts.store)).toMatchObject({ ok: true });
  expect(await drafts.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  await drafts.store.close();
});

describe('files', () => {
  test('hold the notice’s servers and no other, as they were sent', async () => {
    const xarf = await doorFile(world, door, sent.token, 'xarf');
    expect(JSON.parse(xarf?.text ?? '')).toMatchObject([
      { source_identifier: '198.18.0.1' },
      { source_identifier: '198.18.0.2' },
    ]);
    const csv = await doorFile(world, door, sent.token, 'csv');
    expect(csv?.text.split('\r\n')).toHaveLength(4);
    const stix = JSON.parse((await doorFile(world, door, sent.token, 'stix'))?.text ?? '');
    expect(stix.objects.map(({ type }: { type: string }) => type)).toContain('infrastructure');
    expect(await doorFile(world, door, 'A'.repeat(24), 'xarf')).toBeNull();
  });
});
