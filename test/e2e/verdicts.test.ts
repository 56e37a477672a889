import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { openLab } from '../support/lab-servers.ts';
import type { Lab, LabServer } from '../support/lab-servers.ts';
import { makeKey } from '../support/ssh-keys.ts';
import type { TestKey } from '../support/ssh-keys.ts';

/* What a user sees of verdicts, over real sockets. Told in order: each test goes on from the one before. */

let here: Installation;
let key: TestKey;
let lab: Lab;
let server: LabServer;

const ADA = ['--as', 'Ada', '--reason', 'in the lab'];
const on = { env: { DISMANTLE_TRAFFIC_PROBE: 'true', DISMANTLE_PROBE_EXCHANGE_TIMEOUT_SECONDS: '2' } };
const view = z.looseObject({
  standing: z.string().nullable(),
  verdict: z.looseObject({ verdict: z.string(), darkAt: z.string().nullable() }).nullable(),
  run: z.looseObject({ counted: z.number(), earliestAt: z.string().nullable(), lacks: z.string() }).nullable(),
});

beforeAll(async () => {
  here = createInstallation();
  key = makeKey(here.folder);
  lab = await openLab();
  server = await lab.server({ does: 'tls', identity: await lab.identity('panel.examplebot.example') });
  const list = here.write('list.txt', `${server.address}:${server.port}\n`);
  await here.done(['run', list, '--operation', 'lab', '--drill', '--attest', 'Cy', '--reason', 'in the lab']);
  const roles = ['--role', 'admin', '--role', 'analyst'];
  await here.done(['person', 'add', 'Ada', ...roles, '--key', `${key.file}.pub`, '--sign-with', key.file]);
  await here.done(['probing', 'start', ...ADA, '--key', key.file]);
});

afterAll(async () => {
  await lab?.close();
  await here?.close();
});

const show = () => here.json(view, ['verdict', 'show', server.address]);
const probe = () => here.done(['probe', server.address], on);

test('nobody has looked, and then it is alive', async () => {
  expect(await here.done(['verdict', 'show', server.address])).toContain('none: nobody has looked at it');
  await probe();
  expect(await show()).toMatchObject({ standing: 'live', verdict: { verdict: 'live', finding: 'answers' }, run: null });
});

test('dark is provisional, and says what it lacks wherever it is shown', async () => {
  await server.stop();
  await probe();
  const text = await here.done(['verdict', 'show', server.address]);
  expect(text).toMatch(/verdict {4}dark: the port is closed/);
  expect(text).toContain('provisionally: not confirmed');
  expect(text).toContain('no 2 vantages in different networks and countries have found it dark in one round');
  expect(await show()).toMatchObject({ run: { counted: 0, earliestAt: null } });
  expect(await here.done(['servers', '--filter', 'verdict=dark', '--filter', 'confirmedAt=-'])).toMatch(
    /dark \d\d-\d\d \d\d:\d\d provisional/,
  );
  expect(await here.done(['explain', server.address])).toMatch(/verdict {4}dark: the port is closed; dark since .*, provisionally/);
}); // prettier-ignore

test('another certificate waits for a person, who accepts it', async () => {
  server.become({ does: 'tls', identity: await lab.identity('other.example') });
  await server.start();
  await probe();
  const text = await here.done(['verdict', 'show', server.address]);
  expect(text).toMatch(/verdict {4}answers-other: another certificate/);
  expect(text).toContain('Next: dismantle verdict settle');
  const accept = ['verdict', 'accept', server.address, ...ADA];
  const told = await here.run(accept);
  const service = /--service ([0-9a-f]{64})/.exec(text)?.[1] ?? '';
  expect(told).toMatchObject({ code: 2, stderr: expect.stringContaining(service) });
  expect(await here.done([...accept, '--service', service])).toContain("is the botnet's own");
  await probe();
  expect(await show()).toMatchObject({ verdict: { verdict: 'live', finding: 'same-service' } });
});

test('what is let anew is settled, signed, and its case is closed', async () => {
  const settle = ['verdict', 'settle', server.address, '--is', 're-let', ...ADA, '--key', key.file];
  expect(await here.run(settle)).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer as something else: live') });
  server.become({ does: 'tls', identity: await lab.identity('shop.example') });
  await probe();
  expect(await here.done(settle)).toContain('is re-let, says Ada: its case is closed');
  expect(await here.done(['cases', '--filter', 'state=settled'])).toContain('answers-other');
  expect(await here.done(['explain', server.address])).toMatch(/settled {4}re-let: in the lab/);
  expect(await here.run(settle)).toMatchObject({ code: 1, stderr: expect.stringContaining('closed already: settled') });
}); // prettier-ignore

test('what nobody has, or cannot be, is told', async () => {
  expect(await here.run(['verdict', 'show', '192.0.2.99'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no server 192.0.2[.]99'),
  });
  const wrong = ['verdict', 'settle', server.address, '--is', 'gone', ...ADA];
  expect(await here.run(wrong)).toMatchObject({ code: 2, stderr: expect.stringContaining('cleaned, re-let') });
  expect(await here.done(['audit'])).toContain('whole');
});
