import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { TEST_ORIGIN, makePasskey } from '../../test/support/passkeys.ts';
import type { TestPasskey } from '../../test/support/passkeys.ts';
import { seededKey } from '../exercise/seeded-key.ts';
import { auditExport } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import { originOf } from './checkpoint.ts';
import { exportLedger } from './export.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createSigner, privateKeyFromSeed } from './note.ts';
import { readRecord, readSigningKey, statementText } from './signed-act.ts';
import { challengeOf, passkeyPublicKey } from './webauthn-signature.ts';

// What people sign with passkeys, and what of it a forger may not change.

const ORGANISATION = 'CERT Example';
const SIGNER = createSigner(originOf(ORGANISATION), privateKeyFromSeed(Buffer.alloc(32, 1)));
const AT = '2026-11-23T23:00:00.000Z';
const LATER = '2026-11-23T23:30:00.000Z';

interface Entry {
  readonly kind: string;
  readonly subject: string;
  readonly body: JsonObject;
}

type Signs = TestPasskey | ReturnType<typeof seededKey>;

async function signed(kind: string, subject: string, person: string, terms: JsonObject, by: Signs): Promise<Entry> {
  const statement = statementText({ act: kind, subject, person, at: AT, nonce: randomUUID(), terms });
  const record = { ...(await by.signing.sign(statement, [])), statement };
  return { kind, subject, body: { ...terms, schema: 1, person, signed: record } };
}

const termsOf = ({ personKey }: TestPasskey): JsonObject => ({ ...personKey });

const person = (name: string, roles: readonly string[], passkey: TestPasskey): JsonObject => ({
  name,
  roles,
  ...termsOf(passkey),
});

async function faults(entries: readonly Entry[]): Promise<readonly [number | null, string][]> {
  const ledger = new MemoryLedger(ORGANISATION);
  for (const [index, { kind, subject, body }] of entries.entries()) {
    ledger.append(
      { recordedAt: LATER, actor: 'a test', kind, subject, body: { ...body, schema: 1 } },
      Buffer.alloc(32, index),
    );
  }
  const report = await auditExport(exportLedger(ledger, SIGNER));
  // Of strikes there are no plans here, which is another finding.
  const own = report.findings.filter(({ kind }) => kind !== 'sending');
  expect(own.filter(({ kind }) => kind !== 'signed-act')).toEqual([]);
  return own.map(({ sequence, message }) => [sequence, message]);
}

let ada: TestPasskey;
let ben: TestPasskey;
let cleo: TestPasskey;
let second: TestPasskey;
let whole: readonly Entry[];

const APPROVAL = { hash: 'ab', expiresAt: '2026-11-26T00:00:00.000Z' };
const approval = (name: string, key: TestPasskey, terms: JsonObject = APPROVAL): Promise<Entry> =>
  signed('notice.approved', 'notice-1', name, terms, key);

beforeEach(async () => {
  [ada, ben, cleo, second] = [makePasskey(), makePasskey({ algorithm: 'ed25519' }), makePasskey(), makePasskey()];
  whole = [
    await signed('person.added', 'ada', 'ada', person('Ada', ['admin', 'approver'], ada), ada),
    await signed('person.added', 'ben', 'ada', person('Ben', ['approver'], ben), ada),
    await signed('person.added', 'cleo', 'ada', person('Cleo', ['approver', 'admin'], cleo), ada),
    await signed('passkey.added', 'ben', 'ben', { name: 'blue', ...termsOf(second) }, ben),
    await approval('ben', second),
    await approval('cleo', cleo),
    await signed('passkey.removed', 'ben', 'ben', { publicKey: ben.personKey.publicKey, reason: 'lost' }, second),
  ];
});

const withSigned = (index: number, change: JsonObject): readonly Entry[] =>
  whole.map((entry, place) => {
    if (place !== index) return entry;
    const record = readRecord(entry.body['signed']);
    if (record === null) throw new Error('it is not signed');
    return { ...entry, body: { ...entry.body, signed: { ...record, ...change } } };
  });

test('a ledger that people have signed with passkeys is whole', async () => {
  expect(await faults(whole)).toEqual([]);
});

test('an SSH key and passkeys of one person sign alike', async () => {
  const key = seededKey('Dora');
  const parsed = readSigningKey(key.publicLine);
  const terms = {
    name: 'Dora',
    roles: ['analyst'],
    publicKey: key.publicLine,
    fingerprint: parsed.ok ? parsed.value.fingerprint : '',
  };
  const passkey = makePasskey();
  const attested = (by: Signs): Promise<Entry> => signed('server.attested', 's', 'dora', { reason: 'seen' }, by);
  expect(
    await faults([
      ...whole,
      await signed('person.added', 'dora', 'ada', terms, ada),
      await attested(key),
      await signed('passkey.added', 'dora', 'dora', { name: 'mine', ...termsOf(passkey) }, key),
      await attested(passkey),
      await attested(key),
    ]),
  ).toEqual([]);
});

describe('of what was signed, a change is found', () => {
  test.each(['signature', 'authenticatorData', 'clientDataJSON', 'publicKey', 'statement'] as const)(
    'in its %s, whichever character it is',
    async (field) => {
      const value = readRecord(whole[5]?.body['signed']);
      const text = value?.scheme === 'webauthn' ? value[field] : '';
      expect(text.length).toBeGreaterThan(40);
      for (let at = 0; at < text.length; at += 7) {
        const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
        const found = await faults(withSigned(5, { [field]: changed }));
        expect(
          found.map(([sequence]) => sequence),
          `${field} at ${at}`,
        ).toEqual([6]);
      }
    },
  );

  test.each<[string, JsonObject]>([
    ['a field more', { note: 'x' }],
    ['a field less', { clientDataJSON: null }],
    ['another scheme', { scheme: 'ssh' }],
    ['no scheme', { scheme: null }],
    ['an empty signature', { signature: '' }],
  ])('as %s', async (_name, change) => {
    expect((await faults(withSigned(5, change))).map(([sequence]) => sequence)).toEqual([6]);
  });

  test('where the person was not asked, or was elsewhere', async () => {
    const statement = String(readRecord(whole[5]?.body['signed'])?.statement);
    const challenge = challengeOf(statement);
    for (const change of [
      { flags: 0x01 },
      { flags: 0x04 },
      { rpId: 'evil.example' },
      { clientData: { origin: 'https://evil.example' } },
      { clientData: { type: 'webauthn.create' } },
      { clientData: { crossOrigin: true } },
    ]) {
      expect((await faults(withSigned(5, { ...cleo.answer(challenge, change) }))).map(([at]) => at)).toEqual([6]);
    }
    expect(await faults(withSigned(5, { ...cleo.answer(challenge) }))).toEqual([]);
  });

  test('where the same key was used at another site than the one on record', async () => {
    const elsewhere = passkeyPublicKey(cleo.spki, 'https://evil.example');
    const publicKey = elsewhere.ok ? elsewhere.value.text : '';
    const statement = String(readRecord(whole[5]?.body['signed'])?.statement);
    const answer = cleo.answer(challengeOf(statement), {
      rpId: 'evil.example',
      clientData: { origin: 'https://evil.example' },
    });
    expect(await faults(withSigned(5, { publicKey, ...answer }))).toEqual([
      [6, 'notice.approved: it was signed with another key than the one on record then'],
    ]);
    expect(TEST_ORIGIN).not.toContain('evil');
  });
});

describe('a passkey is found', () => {
  const OTHERS = 'passkey.added: it is about the key of somebody else';

  test('that an admin has added to somebody else', async () => {
    const forged = await signed('passkey.added', 'ben', 'ada', { name: 'x', ...termsOf(makePasskey()) }, ada);
    expect(await faults([...whole, forged])).toEqual([[8, OTHERS]]);
  });

  test('that signs after it was taken off, or before it was added', async () => {
    const late = await signed('notice.rejected', 'notice-2', 'ben', { hash: 'ab', reason: 'x' }, ben);
    expect(await faults([...whole, late])).toEqual([
      [8, 'notice.rejected: it was signed with another key than the one on record then'],
    ]);
    const [one, two, three, added, approved] = whole;
    expect(await faults([one, two, three, approved, added].filter((entry) => entry !== undefined))).toEqual([
      [4, 'notice.approved: it was signed with another key than the one on record then'],
    ]);
  });

  test('that was taken off by neither its person nor an admin, or is the last, or none', async () => {
    const removal = (by: string, key: TestPasskey, of: string, which: TestPasskey): Promise<Entry> =>
      signed('passkey.removed', of, by, { publicKey: which.personKey.publicKey, reason: 'x' }, key);
    expect(await faults([...whole.slice(0, 4), await removal('ben', ben, 'cleo', cleo)])).toEqual([
      [5, 'passkey.removed: it is about the key of somebody else'],
    ]);
    expect(await faults([...whole.slice(0, 4), await removal('ada', ada, 'ben', ben)])).toEqual([]);
    expect(await faults([...whole, await removal('ben', second, 'ben', second)])).toEqual([
      [8, 'passkey.removed: a person keeps one key at least'],
    ]);
    expect(await faults([...whole, await removal('ben', second, 'ben', ben)])).toEqual([
      [8, 'passkey.removed: the key was not on record'],
    ]);
  });

  test('that is or was another person’s, at whatever site', async () => {
    const again = (key: JsonObject): Promise<Entry> =>
      signed('passkey.added', 'cleo', 'cleo', { name: 'x', ...key }, cleo);
    const message = 'passkey.added: the key was on record for another person';
    const elsewhere = passkeyPublicKey(ben.spki, 'https://other.example');
    expect(
      await faults([
        ...whole,
        await again(termsOf(ben)),
        await again(termsOf(second)),
        await again({ ...termsOf(ben), publicKey: elsewhere.ok ? elsewhere.value.text : '' }),
      ]),
    ).toEqual([
      [8, message],
      [9, message],
      [10, message],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['another fingerprint', { fingerprint: 'SHA256:x' }],
    ['no credential', { credentialId: '' }],
    ['a credential that is none', { credentialId: 'a b' }],
    ['no name', { name: '' }],
    ['an SSH key', { publicKey: seededKey('x').publicLine }],
    ['a key of no form', { publicKey: 'webauthn-es256 AAAA https://dismantle.example' }],
  ])('with %s', async (_name, change) => {
    const terms = { name: 'x', ...termsOf(makePasskey()), ...change };
    expect(await faults([...whole, await signed('passkey.added', 'cleo', 'cleo', terms, cleo)])).toEqual([
      [8, 'passkey.added: what it says of the key is malformed'],
    ]);
  });
});

describe('two words of one hand are found', () => {
  const message = 'the passkey of one of the two who say so comes from the other';

  test('of an admin and of whoever the admin has invited, whoever comes first', async () => {
    expect(await faults([...whole, await approval('ada', ada)])).toEqual([[8, `notice.approved: ${message}`]]);
    const other = { ...APPROVAL, hash: 'cd' };
    expect(await faults([...whole, await approval('ada', ada, other), await approval('cleo', cleo, other)])).toEqual([
      [9, `notice.approved: ${message}`],
    ]);
  });

  test('by whichever of their passkeys: the first can have added the others', async () => {
    const other = { ...APPROVAL, hash: 'cd' };
    expect(await faults([...whole, await approval('ada', ada, other), await approval('ben', second, other)])).toEqual([
      [9, `notice.approved: ${message}`],
    ]);
  });

  test.each<[string, JsonObject]>([
    ['strike.hold-approved', { role: 'approver' }],
    ['deconfliction.skipped', { partyKind: 'csirt' }],
    ['server.released', { lists: [{ list: 'sinkholes', entry: '192.0.2.0/24' }] }],
    ['strike.briefings-approved', { role: 'approver', briefings: [{ briefing: 'b', hash: 'ab' }] }],
  ])('in %s as well', async (kind, terms) => {
    const one = await signed(kind, 's', 'ada', terms, ada);
    const other = await signed(kind, 's', 'ben', terms, second);
    const found = (await faults([...whole, one, other])).filter(([, words]) => words.includes(message));
    expect(found).toEqual([[9, `${kind}: ${message}`]]);
  });

  test('not where the first is taken back, has run out, is of another text, or its person is gone', async () => {
    const withdrawn = await signed('notice.approval-withdrawn', 'notice-1', 'cleo', { hash: 'ab' }, cleo);
    const alone = [...whole.slice(0, 4), whole[5]].filter((entry) => entry !== undefined);
    expect(await faults([...alone, withdrawn, await approval('ada', ada)])).toEqual([]);
    expect(await faults([...alone, await approval('ada', ada, { ...APPROVAL, hash: 'cd' })])).toEqual([]);
    const short = { ...APPROVAL, expiresAt: LATER };
    expect(
      await faults([...whole.slice(0, 4), await approval('cleo', cleo, short), await approval('ada', ada)]),
    ).toEqual([]);
    const gone = await signed('person.removed', 'cleo', 'ada', { reason: 'x' }, ada);
    expect(await faults([...alone, gone, await approval('ada', ada)])).toEqual([]);
  });
});

describe('an account at an identity provider', () => {
  const account = { issuer: 'https://sso.example', account: 'ben-1190' };
  const linked = (name: string, key: TestPasskey, by = name): Promise<Entry> =>
    signed('identity.linked', name, by, account, key);
  const unlinked = (name: string, key: TestPasskey, by = name): Promise<Entry> =>
    signed('identity.unlinked', name, by, { ...account, reason: 'left' }, key);

  test('is linked by its person, unlinked by the person or an admin, and then free for another', async () => {
    const entries = [await linked('ben', second), await unlinked('ben', ada, 'ada'), await linked('cleo', cleo)];
    expect(await faults([...whole, ...entries])).toEqual([]);
    const gone = [await linked('cleo', cleo), await signed('person.removed', 'cleo', 'ada', { reason: 'left' }, ada)];
    expect(await faults([...whole, ...gone, await linked('ben', second)])).toEqual([]);
  });

  test('is linked for nobody else, to nobody else, and unlinked where it was linked', async () => {
    const others = 'it is about the account of somebody else';
    expect(await faults([...whole, await linked('ben', ada, 'ada')])).toEqual([[8, `identity.linked: ${others}`]]);
    expect(await faults([...whole, await linked('ben', second), await linked('cleo', cleo)])).toEqual([
      [9, 'identity.linked: the account was on record already'],
    ]);
    expect(await faults([...whole, await linked('cleo', cleo), await unlinked('cleo', second, 'ben')])).toEqual([
      [9, `identity.unlinked: ${others}`],
    ]);
    expect(await faults([...whole, await unlinked('ben', second)])).toEqual([
      [8, 'identity.unlinked: the account was not on record'],
    ]);
    const malformed = await signed('identity.linked', 'ben', 'ben', { issuer: '', account: 'x' }, second);
    expect(await faults([...whole, malformed])).toEqual([
      [8, 'identity.linked: what it says of the account is malformed'],
    ]);
  });
});
