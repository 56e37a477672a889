import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditExport } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import { originOf } from './checkpoint.ts';
import { exportLedger } from './export.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createSigner, privateKeyFromSeed } from './note.ts';
import { ROLES, SIGNED_KINDS, readRecord, readStatement, statementText, verifyRecord } from './signed-act.ts';
import type { LedgerTip, SignatureRecord } from './signed-act.ts';
import { parseSshPublicKey } from './ssh-signature.ts';

// Each test forges one entry of a ledger that is whole otherwise, as somebody could who writes into the database and can
// sign checkpoints. All signatures are made by the real ssh-keygen.

const ORGANISATION = 'CERT Example';
const SIGNER = createSigner(originOf(ORGANISATION), privateKeyFromSeed(Buffer.alloc(32, 1)));

interface Key {
  readonly file: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

interface Act {
  readonly kind: string;
  readonly subject: string;
  readonly person: string;
  readonly terms: JsonObject;
  readonly key: Key;
  readonly after?: LedgerTip | null;
}

interface Entry {
  readonly kind: string;
  readonly subject: string;
  readonly body: JsonObject;
}

let folder: string;
let ada: Key;
let ben: Key;
let eve: Key;
/** Ada is admin and analyst, Ben approver; then Ben approves a notice, and takes it back. */
let whole: readonly Entry[];

function makeKey(name: string): Key {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const parsed = parseSshPublicKey(readFileSync(`${file}.pub`, 'utf8').trim());
  if (!parsed.ok) throw new Error(parsed.reason);
  return { file, publicKey: parsed.value.text, fingerprint: parsed.value.fingerprint };
}

function recordOf({ kind, subject, person, terms, key, after }: Act): SignatureRecord {
  const at = '2026-11-23T23:00:00.000Z';
  const parts = { act: kind, subject, person, at, nonce: randomUUID(), terms };
  const statement = statementText(after === undefined ? parts : { ...parts, after });
  const signature = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'dismantle', '-f', key.file], {
    input: statement,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return { scheme: 'ssh', statement, publicKey: key.publicKey, signature };
}

function signed(act: Act): Entry {
  const { kind, subject, person, terms } = act;
  return { kind, subject, body: { ...terms, schema: 1, person, signed: { ...recordOf(act) } } };
}

const personTerms = (name: string, roles: readonly string[], key: Key): JsonObject => ({
  name,
  roles,
  publicKey: key.publicKey,
  fingerprint: key.fingerprint,
});

const approval = (person: string, key: Key): Act => ({
  kind: 'notice.approved',
  subject: 'notice-1',
  person,
  terms: { hash: 'ab', operation: 'op' },
  key,
});

/** An entry, or what makes it of the entries before it. */
type Written = Entry | ((tips: readonly LedgerTip[]) => Entry);

async function faults(entries: readonly Written[]): Promise<readonly [number | null, string][]> {
  const ledger = new MemoryLedger(ORGANISATION);
  const tips: LedgerTip[] = [];
  for (const [index, written] of entries.entries()) {
    const { kind, subject, body } = typeof written === 'function' ? written(tips) : written;
    const { schema } = body;
    if (typeof schema !== 'number') throw new Error('a body has a schema');
    const draft = { recordedAt: '2026-11-23T23:30:00.000Z', actor: 'a test', kind, subject };
    const { entry } = ledger.append({ ...draft, body: { ...body, schema } }, Buffer.alloc(32, index));
    tips.push({ sequence: entry.sequence, hash: entry.hash });
  }
  const report = await auditExport(exportLedger(ledger, SIGNER));
  expect(report.findings.filter(({ kind }) => kind !== 'signed-act')).toEqual([]);
  return report.findings.map(({ sequence, message }) => [sequence, message]);
}

const replaced = (index: number, entry: Entry): readonly Entry[] =>
  whole.map((each, place) => (place === index ? entry : each));

const withBody = (entry: Entry | undefined, body: JsonObject): Entry => {
  if (entry === undefined) throw new Error('there is no such entry');
  return { ...entry, body: { ...entry.body, ...body } };
};

const signedOf = (entry: Entry | undefined): SignatureRecord => {
  const record = readRecord(entry?.body['signed']);
  if (record === null) throw new Error('the entry is not signed');
  return record;
};

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-acts-')));
  [ada, ben, eve] = [makeKey('ada'), makeKey('ben'), makeKey('eve')];
  whole = [
    { kind: 'server.attested', subject: 'server-0', body: { schema: 1, person: 'Somebody', reason: 'before' } },
    signed({
      kind: 'person.added',
      subject: 'ada',
      person: 'ada',
      terms: personTerms('Ada', ['admin', 'analyst'], ada),
      key: ada,
    }),
    signed({
      kind: 'person.added',
      subject: 'ben',
      person: 'ada',
      terms: personTerms('Ben', ['approver'], ben),
      key: ada,
    }),
    signed({ kind: 'server.attested', subject: 'server-1', person: 'ada', terms: { reason: 'seen' }, key: ada }),
    signed(approval('ben', ben)),
    signed({ ...approval('ben', ben), kind: 'notice.approval-withdrawn' }),
    signed({ kind: 'person.removed', subject: 'ben', person: 'ada', terms: { reason: 'gone' }, key: ada }),
  ];
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a ledger in which everybody has signed is whole', async () => {
  expect(await faults(whole)).toEqual([]);
});

describe('an act is found', () => {
  test('that nobody has signed, of every kind that has to be', async () => {
    for (const kind of Object.keys(SIGNED_KINDS)) {
      const entry = { kind, subject: 'x', body: { schema: 1, person: 'ada', reason: 'forged' } };
      expect(await faults([...whole, entry])).toEqual([[8, `${kind}: nobody has signed the act`]]);
    }
  });

  test('that does not say whose it is', async () => {
    const { person: _, ...body } = whole[4]?.body ?? {};
    expect(await faults(replaced(4, { kind: 'notice.approved', subject: 'notice-1', body }))).toEqual([
      [5, 'notice.approved: the act does not say whose it is'],
      [6, 'notice.approval-withdrawn: an approval is taken back by whoever gave it'],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['of a kind that is not known here', { scheme: 'pgp' }],
    ['of another scheme', { scheme: 'webauthn' }],
    ['with a field that nobody has signed', { note: 'x' }],
    ['without a signature', { signature: null }],
  ])('whose record is none: %s', async (_name, change) => {
    const entry = withBody(whole[3], { signed: { ...signedOf(whole[3]), ...change } });
    expect(await faults(replaced(3, entry))).toEqual([
      [4, 'server.attested: what stands in place of a signature is none'],
    ]);
  });

  test('whose signature does not verify', async () => {
    const { signature } = recordOf(approval('ben', ben));
    const entry = withBody(whole[3], { signed: { ...signedOf(whole[3]), signature } });
    const [found] = await faults(replaced(3, entry));
    expect(found).toEqual([4, 'server.attested: the signature: it was made by another key']);
    const statement = signedOf(whole[3]).statement.replace('seen', 'sawn');
    const other = withBody(whole[3], { signed: { ...signedOf(whole[3]), statement }, reason: 'sawn' });
    expect(await faults(replaced(3, other))).toEqual([[4, 'server.attested: the signature: it does not verify']]);
  });

  test.each<[string, Partial<Entry>, string]>([
    ['another act', { kind: 'deconfliction.answered' }, 'what was signed is another act'],
    ['another subject', { subject: 'server-2' }, 'what was signed is about something else'],
  ])('whose entry is of %s than was signed', async (_name, change, message) => {
    const [, , , attested] = whole;
    if (attested === undefined) throw new Error('there is no such entry');
    const entry = { ...attested, ...change };
    expect(await faults(replaced(3, entry))).toEqual([[4, `${entry.kind}: ${message}`]]);
  });

  test('whose entry names another person than the one who signed', async () => {
    expect(await faults(replaced(3, withBody(whole[3], { person: 'ben' })))).toEqual([
      [4, 'server.attested: what was signed is the act of another person'],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['changed', { reason: 'better' }],
    ['more', { evidence: 'netflow' }],
  ])('whose terms are %s than was signed', async (_name, change) => {
    expect(await faults(replaced(3, withBody(whole[3], change)))).toEqual([
      [4, 'server.attested: what was signed has other terms'],
    ]);
  });

  test('whose statement is not of the one form', async () => {
    const statement = JSON.stringify({ hello: 'Ada' });
    const signature = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'dismantle', '-f', ada.file], {
      input: statement,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const record = { scheme: 'ssh', statement, publicKey: ada.publicKey, signature };
    expect(await faults(replaced(3, withBody(whole[3], { signed: record })))).toEqual([
      [4, 'server.attested: what was signed is no statement of an act'],
    ]);
  });

  test('whose statement was used before', async () => {
    const [, , , attested] = whole;
    if (attested === undefined) throw new Error('there is no such entry');
    expect(await faults([...whole, attested])).toEqual([
      [8, 'server.attested: its statement was used for an act before'],
    ]);
  });

  test('whose signer was never on record, or was not any more', async () => {
    const stranger = signed({ ...approval('eve', eve), subject: 'notice-2' });
    const late = signed({ ...approval('ben', ben), subject: 'notice-2' });
    const message = 'notice.approved: whoever signed it was not on record then';
    expect(await faults([...whole, stranger, late])).toEqual([
      [8, message],
      [9, message],
    ]);
  });

  test('whose key was not that person’s', async () => {
    expect(await faults(replaced(4, signed(approval('ben', eve))))).toEqual([
      [5, 'notice.approved: it was signed with another key than the one on record then'],
      [6, 'notice.approval-withdrawn: an approval is taken back by whoever gave it'],
    ]);
  });

  test('whose signer has not the role for it', async () => {
    expect(await faults([...whole, signed({ ...approval('ada', ada), subject: 'notice-2' })])).toEqual([
      [8, 'notice.approved: whoever signed it was analyst, admin, and it needs approver'],
    ]);
  });

  test('that takes back what somebody else has approved', async () => {
    const act = { ...approval('ada', ada), kind: 'notice.approval-withdrawn' };
    expect(await faults([...whole, signed(act)])).toEqual([
      [8, 'notice.approval-withdrawn: an approval is taken back by whoever gave it'],
    ]);
  });
});

describe('a person is found', () => {
  const added = (subject: string, person: string, terms: JsonObject, key: Key): Entry =>
    signed({ kind: 'person.added', subject, person, terms, key });

  test('who has added themselves once others are on record, and so is all that they sign', async () => {
    const forged = added('eve', 'eve', personTerms('Eve', ['admin'], eve), eve);
    const armed = signed({ kind: 'operation.armed', subject: 'op', person: 'eve', terms: {}, key: eve });
    expect(await faults([...whole, forged, armed])).toEqual([
      [8, 'person.added: whoever signed it was not on record then'],
      [9, 'operation.armed: whoever signed it was not on record then'],
    ]);
  });

  test('whom somebody who is no admin has added', async () => {
    const forged = added('eve', 'ben', personTerms('Eve', ['approver'], eve), ben);
    expect(await faults([...whole.slice(0, 6), forged])).toEqual([
      [7, 'person.added: whoever signed it was approver, and it needs admin'],
    ]);
  });

  test('who is the first and no admin, or signed for by another', async () => {
    const noAdmin = added('eve', 'eve', personTerms('Eve', ['approver'], eve), eve);
    expect(await faults([noAdmin])).toEqual([[1, 'person.added: whoever signed it was approver, and it needs admin']]);
    const other = added('eve', 'ada', personTerms('Eve', ['admin'], eve), eve);
    expect(await faults([other])).toEqual([[1, 'person.added: the first person on record signs for itself']]);
    const otherKey = added('eve', 'eve', personTerms('Eve', ['admin'], eve), ada);
    expect(await faults([otherKey])).toEqual([
      [1, 'person.added: it was signed with another key than the one on record then'],
    ]);
  });

  test('who is on record already, or has the key of another', async () => {
    const again = added('ada', 'ada', personTerms('Ada', ['admin', 'approver'], eve), ada);
    const shared = added('eve', 'ada', personTerms('Eve', ['approver'], ben), ada);
    expect(await faults([...whole, again, shared])).toEqual([
      [8, 'person.added: the person was on record already'],
      [9, 'person.added: the key was on record for another person'],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['an unknown role', { roles: ['approver', 'king'] }],
    ['no role', { roles: [] }],
    ['a key with a comment', { publicKey: 'ssh-ed25519 AAAA eve' }],
    ['another fingerprint', { fingerprint: 'SHA256:x' }],
  ])('with %s', async (_name, change) => {
    const forged = added('eve', 'ada', { ...personTerms('Eve', ['approver'], eve), ...change }, ada);
    expect(await faults([...whole, forged])).toEqual([[8, 'person.added: what it says of the person is malformed']]);
  });

  test('who was removed without being on record', async () => {
    const removed = signed({ kind: 'person.removed', subject: 'eve', person: 'ada', terms: {}, key: ada });
    expect(await faults([...whole, removed])).toEqual([[8, 'person.removed: the person was not on record']]);
  });

  test('not when they come back with their old key or a new one', async () => {
    const back = added('ben', 'ada', personTerms('Ben', ['counsel'], ben), ada);
    const gone = signed({ kind: 'person.removed', subject: 'ben', person: 'ada', terms: {}, key: ada });
    const anew = added('ben', 'ada', personTerms('Ben', ['approver'], eve), ada);
    expect(await faults([...whole, back, gone, anew, signed({ ...approval('ben', eve), subject: 'n' })])).toEqual([]);
  });
});

describe('a statement that says which ledger it is for', () => {
  const over =
    (which: (tips: readonly LedgerTip[]) => LedgerTip | null): Written =>
    (tips) =>
      signed({ ...approval('ben', ben), after: which(tips) });
  /** Ada and Ben are on record. */
  const begun = (): readonly Entry[] => whole.slice(0, 3);
  const newest = (tips: readonly LedgerTip[]): LedgerTip | null => tips.at(-1) ?? null;

  test('holds in that one, though others wrote while it was signed', async () => {
    expect(await faults([...begun(), over(newest)])).toEqual([]);
    expect(await faults([...begun(), over(([first]) => first ?? null)])).toEqual([]);
    expect(await faults([...begun(), over(() => null)])).toEqual([]);
  });

  test.each<[string, (tips: readonly LedgerTip[]) => LedgerTip | null]>([
    ['whose entry there was another', (tips) => ({ sequence: tips.length, hash: 'ab'.repeat(32) })],
    [
      'whose entries are interchanged',
      ([first, second]) => ({ sequence: first?.sequence ?? 0, hash: second?.hash ?? '' }),
    ],
    ['that had grown further', (tips) => ({ sequence: tips.length + 1, hash: 'ab'.repeat(32) })],
  ])('not in one %s', async (_, which) => {
    expect(await faults([...begun(), over(which)])).toEqual([
      [4, 'notice.approved: it was signed for another ledger than this one'],
    ]);
  });

  test('accuses nobody where the entry that it names cannot be read', async () => {
    const ledger = new MemoryLedger(ORGANISATION);
    const draft = { recordedAt: '2026-11-23T23:30:00.000Z', actor: 'a test' };
    const { entry } = ledger.append(
      { ...draft, kind: 'note.taken', subject: 'n', body: { schema: 1 } },
      Buffer.alloc(32),
    );
    const first = signed({
      kind: 'person.added',
      subject: 'ada',
      person: 'ada',
      terms: personTerms('Ada', ['admin'], ada),
      key: ada,
      after: { sequence: entry.sequence, hash: entry.hash },
    });
    ledger.append({ ...draft, ...first, body: { ...first.body, schema: 1 } }, Buffer.alloc(32, 1));
    let text = '';
    for await (const piece of exportLedger(ledger, SIGNER)) text += Buffer.from(piece).toString();
    const kinds = async (file: string): Promise<readonly string[]> =>
      (await auditExport(Readable.from([Buffer.from(file)]))).findings.map(({ kind }) => kind);
    expect(await kinds(text)).toEqual([]);
    const damaged = await kinds(text.replace('{"body":{"schema":1}', '{"body":"schema":1}'));
    expect(damaged).toContain('not-json');
    expect(damaged).not.toContain('signed-act');
  });

  test('is followed by no other that does not say it', async () => {
    const withdrawn = signed({ ...approval('ben', ben), kind: 'notice.approval-withdrawn' });
    expect(await faults([...begun(), over(newest), withdrawn])).toEqual([
      [5, 'notice.approval-withdrawn: what was signed does not say for which ledger'],
    ]);
  });

  test('is read only as it is written', () => {
    const { statement } = recordOf({ ...approval('ben', ben), after: { sequence: 7, hash: 'ab'.repeat(32) } });
    expect(readStatement(statement)?.after).toEqual({ sequence: 7, hash: 'ab'.repeat(32) });
    expect(readStatement(recordOf({ ...approval('ben', ben), after: null }).statement)?.after).toBeNull();
    const wrong = [':7}', ':0}', ':7.5}', ':"7"}', ':-1}'].map((written) => statement.replace(':7}', written));
    expect(wrong.map((text) => readStatement(text) !== null)).toEqual([true, false, false, false, false]);
    for (const other of [
      statement.replace('dismantle-2', 'dismantle-1'),
      statement.replace('abab', 'aba'),
      statement.replace('"hash"', '"b":1,"hash"'),
    ])
      expect(readStatement(other)).toBeNull();
  });
});

test('a statement is read only as it is written', () => {
  const [, person] = whole;
  const text = signedOf(person).statement;
  const parts = readStatement(text);
  if (parts === null) throw new Error('it is not read');
  expect(statementText(parts)).toBe(text);
  for (const other of [`${text} `, text.replace(',', ', '), text.replace('dismantle-1', 'dismantle-2'), '{}', 'x']) {
    expect(readStatement(other)).toBeNull();
  }
});

test('a record is verified on its own', () => {
  const record = recordOf(approval('ben', ben));
  expect(verifyRecord(record)).toEqual({ ok: true });
  expect(verifyRecord({ ...record, publicKey: `${record.publicKey} ben` }).ok).toBe(false);
  expect(verifyRecord({ ...record, publicKey: eve.publicKey }).ok).toBe(false);
});

test('every role that an act names is one', () => {
  for (const roles of Object.values(SIGNED_KINDS)) expect(ROLES).toEqual(expect.arrayContaining([...roles]));
});
