import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { rawReply } from '../support/replies.ts';

// Told in order: each test goes on from the one before.

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const reply = rawReply({ text: 'We have suspended it.' });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const exported = z.object({
  entries: z.int(),
  messages: z.object({
    folder: z.string(),
    messages: z.int(),
    documents: z.int(),
    erased: z.int(),
    damaged: z.array(z.string()),
  }),
});
const notices = z.array(z.object({ reference: z.string() }));
const file = join(folder, 'ledger.jsonl');
let drafts = 0;

beforeAll(async () => {
  const feed = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill'];
  const providers = ['--providers', 'examples/first-look/providers.yaml'];
  await done([...feed, ...providers, '--attest', 'Your Name', '--reason', 'x']);
  drafts = (await json(notices, ['notices'])).length;
  await done(['mail', 'import', write('reply.eml', Buffer.from(reply).toString())]);
  const key = join(folder, 'ada');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
  const roles = ['--role', 'admin', '--role', 'counsel'];
  await done(['person', 'add', 'Ada', ...roles, '--key', `${key}.pub`, '--sign-with', key]);
  const order =
    '--kind court-order --court Example --docket 1:26-cv-1 --jurisdiction US --issued 2026-01-01 --expires 2099-01-01';
  const words = ['--as', 'Ada', '--reason', 'a test', '--key', key, '--standing'];
  const paper = ['--document', write('order.pdf', '%PDF-1.4 an order'), '--bond', 'none'];
  await done(['authority', 'add', ...order.split(' '), ...paper, ...words]);
});

test('an export writes every message that the ledger names, under a hash that sha256sum agrees with', async () => {
  const mail = join(folder, 'mail');
  const { messages } = await json(exported, ['ledger', 'export', file, '--messages', mail]);
  expect(drafts).toBeGreaterThan(0);
  expect(messages).toEqual({ folder: mail, messages: drafts + 1, documents: 1, erased: 0, damaged: [] });
  const names = readdirSync(mail);
  expect(names).toHaveLength(drafts + 3);
  expect(readFileSync(join(mail, `${sha256(reply)}.eml`))).toEqual(Buffer.from(reply));
  const order = Buffer.from('%PDF-1.4 an order');
  expect(readFileSync(join(mail, `${sha256(order)}.bin`))).toEqual(order);
  const checked = execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: mail, encoding: 'utf8' });
  expect(checked.match(/: OK$/gm)).toHaveLength(drafts + 2);
  const ledger = readFileSync(file, 'utf8');
  for (const name of names) {
    expect(statSync(join(mail, name)).mode & 0o077).toBe(0);
    if (name !== 'SHA256SUMS') expect(ledger).toContain(name.replace(/\.\w+$/, ''));
  }
});

test('to standard output the ledger goes alone, and what was written is told beside', async () => {
  const mail = join(folder, 'mail-2');
  const { code, stdout, stderr } = await run(['ledger', 'export', '-', '--messages', mail]);
  expect([code, stdout]).toEqual([0, readFileSync(file, 'utf8')]);
  expect(stderr).toContain(`${mail}: ${drafts + 1} messages, 1 copy of an order\n`);
  expect(existsSync(join(mail, 'SHA256SUMS'))).toBe(true);
});
