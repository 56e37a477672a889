import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { personKey } from '../../src/domain/person.ts';
import { approve } from '../../src/flow/approvals.ts';
import { arm } from '../../src/flow.ts';
import { DAY_MS, HOUR_MS, openApprovalLab } from '../support/approvals.ts';
import type { ApprovalLab } from '../support/approvals.ts';
import { sayHandsOff } from '../support/deconfliction.ts';

/*
 * CWE-862 and CWE-863: something leaves that nobody who may has let go, because one path forgot to ask. The rules of
 * approvals are tried past the program, as the role that works: whoever can run SQL as that role lets out no more than
 * the command line does.
 */

let database: TestDatabase;
let lab: ApprovalLab;
let noticeId: string;
let hash: string;
let mailbox: string;
let now: Instant;

beforeAll(async () => {
  database = await openTestDatabase();
  lab = await openApprovalLab(database);
  const { notice } = await lab.look();
  noticeId = notice.noticeId;
  hash = notice.hash;
  mailbox = notice.contacts[0] ?? '';
});

afterAll(async () => {
  await lab?.world.store.close();
  await database?.close();
});

/** Runs as the role that works, and undoes it. Returns what PostgreSQL said against it; null where nothing. */
async function tried(work: (session: Session) => Promise<void>): Promise<string | null> {
  const undo = new Error('undone');
  try {
    await inTransactionAs(database.access.app, lab.world.organisationId, async (session) => {
      await session.run(`select set_config('role', 'dismantle_app', true)`);
      await work(session);
      throw undo;
    });
    return null;
  } catch (error) {
    if (error === undo || (error instanceof Error && error.message === 'undone')) return null;
    return error instanceof Error ? error.message : String(error);
  }
}

const APPROVAL = `insert into notice_approval (organisation_id, sequence, notice_id, hash, person, approved_at, expires_at)
  values (current_organisation(), $1, $2, $3, $4, $5, $6)`;

function approval(
  session: Session,
  person: string,
  change: { hash?: string; sequence?: number; hours?: number } = {},
): Promise<void> {
  const at = lab.world.clock.now();
  return session.run(APPROVAL, [
    change.sequence ?? 900_001, noticeId, change.hash ?? hash, person, isoInstant(at), isoInstant(at + (change.hours ?? 24) * HOUR_MS),
  ]); // prettier-ignore
}

describe('an approval in SQL', () => {
  test('of an approver is taken: what follows fails for the reason that it names', async () => {
    expect(await tried((session) => approval(session, 'bo example'))).toBeNull();
  });

  test.each<[string, (session: Session) => Promise<void>, string]>([
    ['an analyst', (session) => approval(session, 'ada example'), 'is no approver'],
    ['counsel', (session) => approval(session, 'dee example'), 'is no approver'],
    ['nobody on record', (session) => approval(session, 'eve example'), 'is no approver'],
    ['another text', (session) => approval(session, 'bo example', { hash: 'b'.repeat(64) }), 'another text'],
    ['more than two weeks', (session) => approval(session, 'bo example', { hours: 15 * 24 }), 'check constraint'],
    ['time that is over', (session) => approval(session, 'bo example', { hours: -1 }), 'check constraint'],
    [
      'the same person twice',
      async (session) => {
        await approval(session, 'bo example');
        await approval(session, 'bo example', { sequence: 900_002 });
      },
      'notice_approval_once',
    ],
    [
      'somebody who was removed',
      async (session) => {
        await session.run(`update person set removed_at = added_at + interval '1 second' where person = 'bo example'`);
        await approval(session, 'bo example');
      },
      'is no approver',
    ],
    [
      'a notice that was withdrawn',
      async (session) => {
        await session.run(`update notice set state = 'withdrawn' where notice_id = $1`, [noticeId]);
        await approval(session, 'bo example');
      },
      'is withdrawn',
    ],
  ])('for %s is refused', async (_, work, said) => {
    expect(await tried(work)).toContain(said);
  });

  test.each(['Bo Example', '  BO   EXAMPLE ', 'Ｂｏ Example', 'bo\u00a0example'])(
    'of somebody who vouched for a server as "%s" is refused',
    async (name) => {
      const said = await tried(async (session) => {
        await session.run(
          `insert into attester (organisation_id, server_id, person)
           select current_organisation(), c.server_id, $2
           from notice_item i join case_file c on c.case_id = i.case_id where i.notice_id = $1 limit 1`,
          [noticeId, name],
        );
        await approval(session, 'bo example');
      });
      expect(said).toContain('has vouched for a server');
    },
  );

  test('folds names as the program does, beyond ASCII as well', async () => {
    const names = ['Ädam ÖRS', 'ΣΟΦΟΣ Οσ', 'İpek', 'Straße', 'ｆｕｌｌ  Width', 'ﬁne', 'Ångström', ' a\tb '];
    const folded = await inTransactionAs(database.superuser, lab.world.organisationId, (session) =>
      session.rows<{ key: string }>(
        'select folded_name(name) as key from unnest($1::text[]) with ordinality as n (name, place) order by place',
        [names],
      ),
    );
    expect(folded.map(({ key }) => key)).toEqual(names.map(personKey));
  });

  test.each(['hash', 'person', 'expires_at', 'approved_at', 'notice_id'])('keeps its %s for ever', async (column) => {
    expect(await tried((session) => session.run(`update notice_approval set ${column} = ${column}`))).toContain(
      'permission denied',
    );
  });

  test('is never taken out, and neither is a rejection', async () => {
    for (const table of [
      'notice_approval',
      'notice_rejection',
      'server_release',
      'contact_clearance',
      'dispatch_attempt',
    ])
      expect(await tried((session) => session.run(`delete from ${table}`))).toContain('permission denied');
  });
});

describe('an attempt to send in SQL', () => {
  beforeAll(async () => {
    await lab.clearTheWay();
    // Armed and approved for two weeks, so that age alone is what grows too old.
    const until = lab.world.clock.now() + 13 * DAY_MS;
    await arm(lab.world, lab.ada.key.signing, 'lab', { person: lab.ada.name, reason: 'the lab', until });
    for (const person of [lab.bo, lab.cy])
      await approve(lab.world, person.key.signing, lab.sources, await lab.look(), { person: person.name, hours: 336 });
    now = lab.world.clock.now();
  });

  interface Attempt {
    readonly before?: string;
    readonly recipient?: string;
    readonly host?: string;
    readonly at?: Instant;
    readonly hash?: string;
    readonly contacts?: readonly string[];
  }

  async function attempt(session: Session, words: Attempt): Promise<void> {
    if (words.before !== undefined) await session.run(words.before);
    const moment = isoInstant(words.at ?? now);
    const recipient = words.recipient ?? mailbox;
    await session.run(
      `insert into dispatch (organisation_id, dispatch_id, operation_id, notice_id, kind, channel, contacts, message_id, hash, state,
                             queued_at, next_at)
       select current_organisation(), '00000000-0000-8000-8000-00000000d15b', operation_id, notice_id, 'notice', 'mail', $2, 'x@cert.example',
              $3, 'queued', $4, $4 from notice where notice_id = $1`,
      [noticeId, words.contacts ?? [recipient], words.hash ?? hash, moment],
    );
    await session.run(
      `insert into dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
       values (current_organisation(), '00000000-0000-8000-8000-00000000d15b', 1, $1, $2, $3, 25, $4)`,
      [recipient, 'c'.repeat(64), words.host ?? '127.0.0.1', moment],
    );
  }

  const said = (words: Attempt): Promise<string | null> => tried((session) => attempt(session, words));

  test('with everything in place is taken: what follows fails for the reason that it names', async () => {
    expect(await said({})).toBeNull();
  });

  test('is refused while the operation is not armed', async () => {
    expect(await said({ before: `update arming set disarmed_at = armed_at` })).toContain('not armed');
  });

  test('is refused when the arming has run out', async () => {
    expect(await said({ at: now + 20 * DAY_MS })).toContain('not armed');
  });

  test('of a drill is refused outside of the lab, by mailbox and by server', async () => {
    const outside = 'abuse@hosting.tld';
    const before = `update notice set contacts = array['${outside}']`;
    expect(await said({ before, recipient: outside })).toContain('a drill writes to the lab only');
    for (const host of ['198.51.100.9', 'mail.hosting.example', '0.0.0.0', '10.0.0.1', '127.0.0.1.evil.example'])
      expect(await said({ host })).toContain('a drill writes to the lab only');
  });

  test('is refused where an approval is missing, was taken back, or is of another text', async () => {
    const of = (set: string): string => `update notice_approval set ${set} where person = 'bo example'`;
    expect(await said({ before: of('withdrawn_at = approved_at') })).toContain('is not approved');
    expect(await said({ before: `update person set roles = array['analyst'] where person = 'bo example'` })).toContain(
      'is not approved',
    );
    expect(await said({ hash: 'b'.repeat(64) })).toContain('has changed since it was approved');
    expect(await said({ before: `update notice set hash = repeat('b', 64)`, hash: 'b'.repeat(64) })).toContain(
      'is not approved',
    );
  });

  test('is refused when somebody who approved it vouches for a server of it afterwards', async () => {
    const before = `insert into attester (organisation_id, server_id, person)
      select organisation_id, server_id, 'Bo Example' from case_file`;
    expect(await said({ before })).toContain('is not approved');
  });

  test('is refused after a rejection, and of a notice that was withdrawn, retracted or contested', async () => {
    const rejection = `insert into notice_rejection select organisation_id, 900009, notice_id, hash, 'dee example', 'wrong', drafted_at from notice`;
    expect(await said({ before: rejection })).toContain('was rejected');
    for (const state of ['withdrawn', 'retracted'])
      expect(await said({ before: `update notice set state = '${state}'` })).toContain(`is ${state}`);
    expect(await said({ before: 'update notice set contested_at = drafted_at' })).toContain('is contested');
  });

  test('is refused to whom it was not approved for', async () => {
    expect(await said({ recipient: 'other@hosting.example' })).toContain('not among the contacts that were approved');
    expect(await said({ recipient: mailbox, contacts: ['other@hosting.example'] })).toContain(
      'is no contact of this dispatch',
    );
  });

  test('is refused before and after the aim', async () => {
    const aimed = (set: string) => tried(async (session) => {
      await session.run(
        `insert into dispatch (organisation_id, dispatch_id, operation_id, notice_id, kind, channel, contacts, message_id, hash, state,
                               queued_at, next_at, not_before, not_after)
         select current_organisation(), '00000000-0000-8000-8000-00000000d15c', operation_id, notice_id, 'notice', 'mail', contacts, 'y@cert.example',
                hash, 'queued', $2, $2, ${set} from notice where notice_id = $1`,
        [noticeId, isoInstant(now)],
      );
      await session.run(
        `insert into dispatch_attempt (organisation_id, dispatch_id, attempt, recipient, message_sha256, host, port, attempted_at)
         values (current_organisation(), '00000000-0000-8000-8000-00000000d15c', 1, $1, repeat('c', 64), '127.0.0.1', 25, $2)`,
        [mailbox, isoInstant(now)],
      );
    }); // prettier-ignore
    expect(await aimed(`'${isoInstant(now + HOUR_MS)}', null`)).toContain('may leave from');
    expect(await aimed(`null, '${isoInstant(now - HOUR_MS)}'`)).toContain('may leave from');
    expect(await aimed(`'${isoInstant(now - HOUR_MS)}', '${isoInstant(now + HOUR_MS)}'`)).toBeNull();
  });

  test('is refused on stale evidence, on a stale look and on one that found it dark', async () => {
    const looked = (at: Instant, outcome = 'live'): string =>
      `update server_look set at = '${isoInstant(at)}', last_live_at = '${isoInstant(at)}', outcome = '${outcome}'`;
    const later = now + 8 * DAY_MS;
    expect(await said({ before: looked(later), at: later })).toContain('evidence or look too old');
    const soon = now + 2 * DAY_MS;
    expect(await said({ before: looked(soon), at: soon })).toBeNull();
    expect(await said({ at: soon })).toContain('evidence or look too old');
    for (const outcome of ['dark', 'answers-other', 'inconclusive'])
      expect(await said({ before: looked(now, outcome) })).toContain('evidence or look too old');
  });

  test('is refused of what is held, unchecked, or vouched for as a whole import only', async () => {
    for (const set of [
      `state = 'held', held_by = array['some-list']`,
      `ground_checked = false`,
      `assessment = assessment || '{"basis": "attested-import"}'`,
      `assessment = assessment - 'evidence'`,
    ])
      expect(await said({ before: `update case_file set ${set}` })).toContain('does not let a notice go');
  });

  test('is refused where the method needs an order and none is in force', async () => {
    const order = (until: string): string =>
      `with a as (insert into authority (organisation_id, authority_id, operation_id, reference, kind, jurisdictions, issued_at, expires_at,
         sealed, providers, scope, document_sha256, document_name, person, added_at)
       select organisation_id, '00000000-0000-8000-8000-00000000a000', operation_id, 'TRO-1', 'court-order', array['US'],
         opened_at, ${until}, false, '{}', '{}', repeat('d', 64), 'tro.pdf', 'dee example', opened_at from operation returning authority_id)
       update notice set authority_id = a.authority_id from a`;
    expect(await said({ before: order(`opened_at + interval '1 second'`) })).toContain('no authority is in force');
    expect(await said({ before: order(`'${isoInstant(now + HOUR_MS)}'`) })).toBeNull();
    expect(await said({ before: order(`'${isoInstant(now + HOUR_MS)}'`), at: now + 2 * HOUR_MS })).toContain(
      'no authority is in force',
    );
    expect(await said({ before: `${order('null')}; update authority set ends_at = issued_at` })).toContain(
      'no authority is in force',
    );
  });

  test('is refused while somebody has said hands off', async () => {
    await sayHandsOff(lab.world, lab.ada, '192.0.2.11', lab.world.clock.now() + DAY_MS);
    now = lab.world.clock.now();
    expect(await said({})).toContain('hands off');
  });
});
