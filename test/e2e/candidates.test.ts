import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';

const installation = createInstallation();
const { run, done, json, write } = installation;
afterAll(() => installation.close());

const CERTIFICATE = 'a3f5c1d0e4b29786'.repeat(4);
const ADA = ['--as', 'Ada'];
const SCAN = ['--source', 'ScanX', '--group', 'scan-x', ...ADA];

const candidates = z.array(
  z.looseObject({ candidateId: z.string(), host: z.string(), settledAs: z.string().nullable() }),
);

beforeAll(async () => {
  const feed = write('feed.txt', '192.0.2.11:443\n');
  await done(['run', feed, '--operation', 'lab', '--drill', '--source', 'feed', '--group', 'feed']);
});

test('a fingerprint goes on file, is listed, and is refused where it is nobody’s or our own', async () => {
  const add = ['fingerprint', 'add', CERTIFICATE, '--kind', 'certificate', ...ADA];
  expect(await done([...add, '--source', 'Lab X', '--group', 'lab-x'])).toMatch(
    /^1 fingerprint put on file\n {2}\S{13} {2}certificate a3f5/,
  );
  expect(await done([...add, '--source', 'Lab X', '--group', 'lab-x'])).toContain('1 stood there already');
  const own = await run([...add, '--source', 'own probe']);
  expect(own.code).toBe(1);
  expect(own.stdout).toContain('is ourselves');
  expect((await run(['fingerprint', 'add', CERTIFICATE, ...ADA])).code).toBe(2);
  const file = write(
    'prints.csv',
    `kind,value,source,group,note\ncertificate,xyz,Lab X,lab-x,\nhttp-header,X-Panel: Q,Lab X,lab-x,=1+1\n`,
  );
  const added = await done(['fingerprint', 'add', '--file', file, ...ADA]);
  expect(added).toContain('1 fingerprint put on file');
  expect(added).toMatch(/prints\.csv, line 2: .*not a SHA-256/);
  expect(await done(['fingerprint', 'list'])).toMatch(/certificate +a3f5.* +Lab X +lab-x/);
});

test('a scan is searched, a candidate accepted, and it is held like any word of one group', async () => {
  const scan = write(
    'scan.csv',
    [
      'ip,port,certificate_sha256,timestamp,banner',
      `198.51.100.7,443,${CERTIFICATE},2026-11-20T10:00:00Z,"=HYPERLINK(""http://x.test"")\nsecond line"`,
      `198.51.100.8,443,${CERTIFICATE},2026-11-20T10:00:00Z,`,
      `10.1.1.1,443,${CERTIFICATE},2026-11-20T10:00:00Z,\u001b[31mred`,
    ].join('\n'),
  );
  const offered = await done(['candidates', 'import', scan, ...SCAN]);
  expect(offered).toContain('2 candidates offered');
  expect(offered).toContain('198.51.100[.]7:443');
  expect(offered).toMatch(/scan\.csv, line 5: 10\.1\.1\[\.\]1,.*documentation and lab addresses/);
  expect(offered).not.toContain('\u001b[31mred');
  expect(offered).toContain('Nothing follows from an offer. Next: dismantle candidates list --operation lab');
  expect(await done(['candidates', 'import', scan, ...SCAN])).toContain('0 candidates offered\n2 were offered before');
  const waiting = await json(candidates, ['candidates', 'list']);
  expect(await done(['candidates', 'list'])).toMatch(/198\.51\.100\[\.\]7.*ScanX.*fingerprint of Lab X.*waits/);
  const [one, two] = waiting.map(({ candidateId }) => candidateId);
  const because = [...ADA, '--reason', 'same operator'];
  const accepted = await done(['candidates', 'accept', one ?? '', ...because]);
  expect(accepted).toMatch(/is a sighting now\nNext: dismantle run --operation lab/);
  expect(await done(['candidates', 'dismiss', two ?? '', ...because])).toBe('1 dismissed.\n');
  expect(await done(['candidates', 'list'])).toBe('No candidate waits.\n');
  await done(['run', '--operation', 'lab']);
  const explained = await done(['explain', waiting[0]?.host ?? '']);
  expect(explained).toContain('evidence of C2: fingerprint, by ScanX');
  expect(explained).toContain('fewer than two independent groups count');
  expect((await run(['candidates', 'accept', 'ffffffff', ...because])).stderr).toContain('no candidate has the id');
});

test('a withdrawn fingerprint finds nothing any more', async () => {
  expect(await done(['fingerprint', 'withdraw', CERTIFICATE, ...ADA, '--reason', 'a default'])).toContain(
    'counts no longer',
  );
  const scan = write('later.csv', `ip,port,certificate_sha256\n198.51.100.9,443,${CERTIFICATE}\n`);
  expect(await done(['candidates', 'import', scan, ...SCAN])).toContain('0 candidates offered');
  const columns = await run(['candidates', 'import', write('odd.csv', 'a,b\n1,2\n'), ...SCAN]);
  expect(columns.stderr).toContain('no column is known to name the host');
  expect(columns.stderr).toContain('--map host=COLUMN');
});
