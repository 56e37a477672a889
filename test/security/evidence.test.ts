import { readFileSync, realpathSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleText } from '../../src/ledger/bundle-text.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from '../../src/ledger/note.ts';
import { auditOfBundle, listAnew, makeBundle, namesIn, put, runAudit, unpack } from '../support/bundles.ts';
import type { MadeBundle } from '../support/bundles.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// The reader is opposing counsel: whatever is changed, added or left out has to be found, from the bundle alone.

let database: TestDatabase;
let world: TestWorld;
/** Another ledger. */
let other: TestWorld;
let folder: string;
let made: MadeBundle;
let lab: MadeBundle;
let personal: MadeBundle;
let organisation: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-evidence-')));
  database = await openTestDatabase();
  world = await openTestWorld(database);
  await liveThrough(database, world);
  other = await openTestWorld(database);
  await liveThrough(database, other);
  made = await makeBundle(world, 'mail', null);
  lab = await makeBundle(world, 'lab', null);
  personal = await makeBundle(world, 'mail', null, ['personal']);
  organisation = (await world.store.read((transaction) => transaction.ledgerReader().head())).organisation;
});

afterAll(async () => {
  await world?.store.close();
  await other?.store.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

const named = (at: string, pattern: RegExp): string => {
  const found = namesIn(at).find((name) => pattern.test(name));
  if (found === undefined) throw new Error(`no ${pattern.source}`);
  return found;
};
/** The name of the last such entry before the first one of another kind. */
const lastBefore = (at: string, pattern: RegExp, end: RegExp): RegExp => {
  const names = namesIn(at)
    .filter((name) => name.startsWith('entries'))
    .toSorted();
  const until = names.findIndex((name) => end.test(name));
  const found = names.slice(0, until).findLast((name) => pattern.test(name));
  if (found === undefined) throw new Error(`no ${pattern.source}`);
  return new RegExp(found.replaceAll('.', '\\.'));
};
const replace = (at: string, name: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(join(at, name), 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${name} has no ${String(from)}`);
  writeFileSync(join(at, name), changed);
};
const remove = (at: string, name: string): void => unlinkSync(join(at, name));
/** What somebody with the organisation's own key could do: change, list anew, sign anew. */
const forge = (at: string): void => {
  listAnew(at, { signer: made.signer, organisation, size: made.told.ledgerEntries });
};

test('an honest bundle holds, unpacked and as it is, and the same ledger gives the same bytes', async () => {
  const at = unpack(made.zip, folder);
  expect(await auditOfBundle(at, { knownKey: made.told.verifierKey })).toMatchObject({
    ok: true,
    findings: [],
    withheld: [],
  });
  expect(await auditOfBundle(`${at}.zip`, { knownCheckpoint: made.told.checkpoint })).toMatchObject({
    ok: true,
    findings: [],
  });
  expect((await makeBundle(world, 'mail', null)).zip.equals(made.zip)).toBe(true);
});

test('it tells of each thing that happened and has its bytes', async () => {
  const at = unpack(made.zip, folder);
  const names = namesIn(at);
  for (const kind of [
    'import.recorded',
    'identify.recorded',
    'locate.recorded',
    'decide.recorded',
    'probe.recorded',
    'notice.drafted',
    'notice.approved',
    'person.added',
    'operation.armed',
    'dispatch.attempted',
    'dispatch.delivered',
    'dispatch.bounced',
    'mail.received',
    'case.retracted',
    'deconfliction.skipped',
  ]) {
    // prettier-ignore
    expect(names.some((name) => name.startsWith('entries/') && name.endsWith(`-${kind}.json`)), kind).toBe(true);
  }
  const story = readFileSync(join(at, 'index.html'), 'utf8');
  expect(story).toContain('approved notice');
  expect(story).not.toMatch(/<script|javascript:|https?:/i);
  for (const [, file = ''] of story.matchAll(/href="([^"]+)"/g)) expect(names).toContain(file);
  // Indicators are never links, and never whole.
  expect(story).toContain('198.18.1[.]0:443');
  expect(story).not.toContain('198.18.1.0');
});

describe('what is changed is found', () => {
  const changes: readonly (readonly [string, string, (at: string) => void])[] = [
    ['a byte of a message', 'file', (at) => replace(at, named(at, /^messages/), 'e', 'f')],
    ['a byte of the story', 'file', (at) => replace(at, 'index.html', 'approved notice', 'rejected notice')],
    ['a byte of the program', 'file', (at) => replace(at, 'audit/ledger/merkle.js', 'sha256', 'sha512')],
    ['a file that is gone', 'file', (at) => remove(at, named(at, /notice\.approved/))],
    ['a file more', 'file', (at) => put(at, 'messages/x.eml', 'x')],
    ['a link', 'file', (at) => symlinkSync('/etc/passwd', join(at, 'messages/link.eml'))],
    [
      'a list of files that was made anew',
      'manifest',
      (at) => (replace(at, 'index.txt', 'approved', 'rejected'), listAnew(at, null)),
    ],
    ['a list of files out of order', 'manifest', (at) => replace(at, 'SHA256SUMS', /^(.*\n)(.*\n)/, '$2$1')],
    ['no list at all', 'file', (at) => remove(at, 'SHA256SUMS')],
    ['no signature at all', 'file', (at) => remove(at, 'SIGNED.txt')],
    [
      'a signature that was touched',
      'signature',
      (at) => replace(at, 'SIGNED.txt', /[A-Za-z0-9+/]{4}=?=?\n$/, 'AAAA\n'),
    ],
    ['an export put in place of the head', 'manifest', (at) => put(at, 'bundle.json', '{}\n')],
  ];
  test.each(changes)('%s', async (_what, kind, change) => {
    const at = unpack(made.zip, folder);
    change(at);
    const { ok, findings } = await auditOfBundle(at);
    expect(ok).toBe(false);
    expect(findings.map((finding) => finding.kind)).toContain(kind);
  });

  test('messages that changed places', async () => {
    const at = unpack(made.zip, folder);
    const [first = '', second = ''] = namesIn(at).filter((name) => name.startsWith('messages/'));
    const bytes = readFileSync(join(at, first));
    put(at, first, readFileSync(join(at, second)));
    put(at, second, bytes);
    forge(at);
    const { findings } = await auditOfBundle(at);
    expect(findings.map(({ message }) => message).toSorted()).toEqual([
      `${first} is not what the entry names`,
      `${second} is not what the entry names`,
    ]);
  });
});

describe('what somebody with the key of the ledger would forge is found where the ledger says otherwise', () => {
  const forgeries: readonly (readonly [string, string, (at: string) => void])[] = [
    [
      'another body',
      'commitment',
      (at) => replace(at, named(at, /notice\.approved/), '"person":"erika"', '"person":"farid"'),
    ],
    [
      'another time',
      'hash',
      (at) => replace(at, named(at, /notice\.approved/), /"recordedAt":"2026/, '"recordedAt":"2025'),
    ],
    [
      'another row',
      'row-root',
      (at) => replace(at, named(at, /probe\.recorded/), '"outcome":"live"', '"outcome":"dark"'),
    ],
    ['a row less', 'shape', (at) => replace(at, named(at, /probe\.recorded/), /,\{"at"[^{}]*\}(?=\],"span")/, '')],
    ['a notice kept secret without saying so', 'named', (at) => remove(at, named(at, /^messages/))],
    [
      'an entry that is no longer listed',
      'manifest',
      (at) => replace(at, 'contents.jsonl', /^.*notice\.approved.*\n/m, ''),
    ],
    [
      'a withheld body passed off as never there',
      'named',
      (at) => {
        const name = named(at, /^messages/);
        remove(at, name);
        replace(at, 'contents.jsonl', new RegExp(`^.*${name.slice(9, 73)}.*\n`, 'm'), '');
      },
    ],
    ['an attempt that was left out', 'sending', (at) => leaveOut(at, /dispatch\.attempted/)],
    [
      'an approval that was left out',
      'sending',
      (at) => leaveOut(at, lastBefore(at, /notice\.approved/, /dispatch\.attempted/)),
    ],
    [
      'the entry that a signature names as the newest, left out',
      'signed-act',
      (at) => {
        const beside = /"files":\["([^"]+)"\][^\n]*"why":"beside"/.exec(
          readFileSync(join(at, 'contents.jsonl'), 'utf8'),
        )?.[1];
        if (beside === undefined) throw new Error('no entry stands beside');
        leaveOut(at, new RegExp(beside.replaceAll('.', '\\.')));
      },
    ],
    ['the arming that was left out', 'sending', (at) => leaveOut(at, /operation\.armed/)],
    [
      'a person who was never on record',
      'signed-act',
      (at) => leaveOut(at, lastBefore(at, /person\.added/, /dispatch\.attempted/)),
    ],
    ['a file that nothing names', 'named', (at) => put(at, `messages/${'ab'.repeat(32)}.eml`, 'x')],
    [
      'the proof of another entry',
      'manifest',
      (at) => put(at, named(at, /notice\.rejected/), readFileSync(join(at, named(at, /notice\.approved/)))),
    ],
    ['an erasure that nothing says', 'erasure', (at) => close(at, /notice\.withdrawn|notice\.drafted/, 'erased')],
  ];
  test.each(forgeries)('%s', async (_what, kind, change) => {
    const at = unpack(made.zip, folder);
    change(at);
    forge(at);
    const { ok, findings } = await auditOfBundle(at);
    expect(ok).toBe(false);
    expect(findings.map((finding) => finding.kind)).toContain(kind);
  });

  test('what is hidden as if a signature had named it is told as kept back', async () => {
    const at = unpack(made.zip, folder);
    const line =
      readFileSync(join(at, 'contents.jsonl'), 'utf8')
        .split('\n')
        .findLast((each) => each.includes('dispatch.delivered')) ?? '';
    const { files, sequence } = JSON.parse(line);
    const proof = JSON.parse(readFileSync(join(at, files[0]), 'utf8'));
    const [{ entry, path }] = proof.proofs;
    const hidden = { hash: entry.hash, path, sequence, state: 'hidden' };
    put(at, files[0], `${JSON.stringify({ ...proof, proofs: [hidden] })}\n`);
    const listed = { ...JSON.parse(line), kind: 'beside', state: 'hidden', why: 'beside' };
    replace(at, 'contents.jsonl', line, JSON.stringify(listed));
    forge(at);
    const { withheld } = await auditOfBundle(at);
    expect(withheld.map(({ what }) => what)).toEqual([
      `entry ${sequence} (said to be beside), known by its hash ${entry.hash}`,
    ]);
  });

  function leaveOut(at: string, pattern: RegExp): void {
    const name = named(at, pattern);
    remove(at, name);
    const text = readFileSync(join(at, 'contents.jsonl'), 'utf8');
    writeFileSync(
      join(at, 'contents.jsonl'),
      text
        .split('\n')
        .filter((line) => !line.includes(name))
        .join('\n'),
    );
  }

  function close(at: string, pattern: RegExp, state: string): void {
    const name = named(at, pattern);
    const proof = JSON.parse(readFileSync(join(at, name), 'utf8'));
    const [{ entry, path }] = proof.proofs;
    put(at, name, `${JSON.stringify({ ...proof, proofs: [{ entry, path, state }] })}\n`);
    const line = new RegExp(`^.*${name.replaceAll('.', '\\.')}.*$`, 'm');
    const before = JSON.parse(line.exec(readFileSync(join(at, 'contents.jsonl'), 'utf8'))?.[0] ?? '');
    replace(at, 'contents.jsonl', line, JSON.stringify({ ...before, state, why: state }));
  }
});

test('the key that signed is compared with one from elsewhere', async () => {
  const at = unpack(made.zip, folder);
  const foreign = formatVerifierKey(createSigner(made.signer.name, privateKeyFromSeed(Buffer.alloc(32, 9))));
  const { findings } = await auditOfBundle(at, { knownKey: foreign });
  expect(findings.map(({ kind }) => kind)).toEqual(['key']);
  expect(runAudit(at, ['.', '--key', foreign])).toMatchObject({ code: 1 });
  const report = await auditOfBundle(at);
  expect(bundleText(report, false).lines.at(-1)).toContain('compare that key with one you were given by another way');
});

test('another checkpoint, and a proof of another ledger, are found', async () => {
  const foreign = unpack((await makeBundle(other, 'mail', null)).zip, folder);
  const swapped = unpack(made.zip, folder);
  const name = named(swapped, /notice\.approved/);
  put(swapped, name, readFileSync(join(foreign, named(foreign, /notice\.approved/))));
  forge(swapped);
  const found = await auditOfBundle(swapped);
  expect(found.findings.map(({ message }) => message).join('\n')).toContain('leads to another checkpoint');

  const headed = unpack(made.zip, folder);
  put(headed, 'bundle.json', readFileSync(join(foreign, 'bundle.json')));
  forge(headed);
  expect((await auditOfBundle(headed)).ok).toBe(false);

  const { findings } = await auditOfBundle(unpack(made.zip, folder), {
    knownCheckpoint: (await makeBundle(world, 'lab', null)).told.checkpoint,
  });
  expect(findings).toEqual([]);
});

describe('a ZIP', () => {
  const zipped = (bytes: Buffer): string => {
    const path = join(folder, `${Math.floor(bytes.length)}-${bytes.subarray(0, 64).toString('hex').slice(-12)}.zip`);
    writeFileSync(path, bytes);
    return path;
  };

  test.each([1, 22, 1000, 50_000])('that lost its last %i bytes is found', async (lost) => {
    const report = await auditOfBundle(zipped(made.zip.subarray(0, made.zip.length - lost)));
    expect(report).toMatchObject({ ok: false, findings: [{ kind: 'file' }] });
  });

  test('with bytes before, behind or between is found', async () => {
    const first = made.zip.indexOf('PK\u0003\u0004', 4, 'latin1');
    const between = Buffer.concat([made.zip.subarray(0, first), Buffer.from('hidden'), made.zip.subarray(first)]);
    for (const bytes of [Buffer.concat([made.zip, Buffer.from('x')]), between]) {
      expect((await auditOfBundle(zipped(bytes))).ok).toBe(false);
    }
  });

  test('with any one byte changed is found', async () => {
    // Places all over the whole file; each byte of it is bound by checksum, SHA-256 or the two headers that must agree.
    let unseen = 0;
    for (let step = 0; step < 40; step++) {
      const at = Math.floor((made.zip.length / 40) * step) + 5;
      const bytes = Buffer.from(made.zip);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      const report = await auditOfBundle(zipped(bytes));
      if (report.ok) unseen += 1;
    }
    expect(unseen).toBe(0);
  });
});

describe('what is kept back', () => {
  test('is listed by commitment, nothing of it is told, and the rest holds', async () => {
    const at = unpack(personal.zip, folder);
    const report = await auditOfBundle(at);
    expect(report).toMatchObject({ ok: true, findings: [] });
    const replies = report.withheld.filter(({ what }) =>
      /mail\.received.*bound by the commitment [0-9a-f]{64}/.test(what),
    );
    // Three by mail, and what was said at two doors: each with its message.
    const received = await world.store.read((transaction) => transaction.receivedMails(false, 100));
    expect(received.map(({ placedBy }) => placedBy === 'door').filter(Boolean)).toHaveLength(2);
    expect(replies).toHaveLength(received.length);
    expect(report.withheld.filter(({ what }) => what.startsWith('messages/'))).toHaveLength(received.length);
    const all = namesIn(at)
      .map((name) => readFileSync(join(at, name), 'utf8'))
      .join('\n');
    expect(all).not.toContain('We have suspended');
    expect(runAudit(at).stdout).toContain('Kept back on request');
  });

  test('cannot be passed off as told or as never there', async () => {
    const at = unpack(personal.zip, folder);
    replace(at, 'contents.jsonl', /^.*mail\.received.*\n/m, '');
    expect((await auditOfBundle(at)).ok).toBe(false);
    forge(at);
    const { findings } = await auditOfBundle(at);
    expect(findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['manifest', 'named']));
  });

  test('of a device neither address nor ids are anywhere', async () => {
    const device = '198.18.9.3';
    const open = unpack((await makeBundle(world, 'lab', device)).zip, folder);
    const head: { about: { server: string; cases: string[] } } = JSON.parse(
      readFileSync(join(open, 'bundle.json'), 'utf8'),
    );
    for (const what of [device, null]) {
      const at = unpack((await makeBundle(world, 'lab', what, ['personal', 'sealed', 'others'])).zip, folder);
      expect(await auditOfBundle(at)).toMatchObject({ ok: true });
      for (const name of namesIn(at)) {
        const text = readFileSync(join(at, name), 'utf8');
        for (const secret of [head.about.server, ...head.about.cases, '198.18.9[.]3'])
          expect(text, name).not.toContain(secret);
      }
    }
  });

  test('of an order under seal neither terms nor copy', async () => {
    const at = unpack(lab.zip, folder);
    const order = named(at, /authority\.added/);
    expect(readFileSync(join(at, order), 'utf8')).toContain('docket');
    expect(namesIn(at).some((name) => name.startsWith('documents/'))).toBe(true);
  });
});

test('of one case nothing of other cases and operations is told', async () => {
  const at = unpack((await makeBundle(world, 'lab', '203.0.113.5')).zip, folder);
  expect(await auditOfBundle(at)).toMatchObject({ ok: true });
  const entries = namesIn(at)
    .filter((name) => name.startsWith('entries/'))
    .map((name) => readFileSync(join(at, name), 'utf8'));
  expect(entries.length).toBeGreaterThan(5);
  for (const text of entries) {
    for (const other of [
      '192.0.2.11',
      '198.18.9.1',
      '198.18.7.9',
      '2001:db8:1000::c2',
      '"name":"mail"',
      'host-1.example',
    ])
      expect(text).not.toContain(other);
  }
});

test('what is erased is told as erased, with the entry that says so', async () => {
  const sequence = await other.store.read(
    async (transaction) => (await transaction.erasable(['import.recorded'], null))[0]?.sequence ?? 0,
  );
  await other.store.write(async (transaction) => {
    await transaction.append({
      actor: 'a test',
      recordedAt: other.clock.now(),
      kind: 'erasure',
      subject: 'entries',
      body: { schema: 1, sequences: [sequence], reason: 'retention' },
    });
    await transaction.erase([sequence]);
  });
  const at = unpack((await makeBundle(other, 'lab', null)).zip, folder);
  const report = await auditOfBundle(at);
  expect(report).toMatchObject({
    ok: true,
    erased: [{ what: expect.stringContaining('import.recorded'), why: 'erased' }],
  });
  expect(readFileSync(join(at, 'index.txt'), 'utf8')).toContain('is erased, as a later entry says');
});
