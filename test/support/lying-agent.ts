import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { canonicalJson } from '../../src/ledger/canonical.ts';

/*
 * An agent as it must not be: node lying-agent.ts HOW KEYFILE. It answers each job well-formed and signed, but for one lie.
 */

const [, , how = '', keyFile = ''] = process.argv;
const jobs = z.object({
  job: z.string(),
  target: z.object({ host: z.string(), hostType: z.string(), port: z.number() }),
});
const key = createPrivateKey(readFileSync(keyFile));
let first: string | null = null;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { job, target } = jobs.parse(JSON.parse(line));
  if (how === 'dies') process.exit(3);
  if (how === 'hangs') return;
  if (how === 'oversized') {
    say(`{"x":"${'y'.repeat(2_000_000)}"}`);
    return;
  }
  if (how === 'garbage') {
    for (let index = 0; index < 12; index++) say('what?');
    return;
  }
  const seen = {
    tcp: { outcome: 'refused', ms: 1, error: how === 'unclean' ? 'bad\u0000text' : 'ECONNREFUSED' },
    tls: null,
    http: null,
    resolved: null,
    ...(how === 'extra' ? { more: 1 } : {}),
  };
  const statement = {
    statement: 'dismantle-look-1',
    job,
    name: how === 'other-name' ? 'else' : 'far',
    at: new Date(Date.now() - (how === 'old' ? 86_400_000 : 0)).toISOString(),
    host: how === 'other-host' ? '127.66.77.77' : target.host,
    hostType: target.hostType,
    port: how === 'other-port' ? 1 : target.port,
    address: how === 'other-address' ? '127.66.77.77' : how === 'forbidden-address' ? '127.0.0.1' : target.host,
    result: { seen },
  };
  const signature = sign(null, Buffer.from(canonicalJson(statement)), key).toString('base64');
  const changed = how === 'changed' ? { ...statement, result: { failure: 'no-address' } } : statement;
  const answer = JSON.stringify({
    statement: changed,
    signature,
    message: null,
    certificates: how === 'foreign-certificate' ? ['AAAA'] : [],
  });
  first ??= answer;
  // What is not taken is said so often that the coordinator has had enough: no test has to wait for its patience.
  const times = ['unclean', 'extra', 'replays'].includes(how) ? 12 : 1;
  for (let time = 0; time < times; time++) say(how === 'replays' ? first : answer);
});
