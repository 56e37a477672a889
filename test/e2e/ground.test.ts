import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import { madeUpPublicAddress } from '../support/indicators.ts';
import { runObject } from '../support/run-contract.ts';

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

describe('what an operation lets in', () => {
  const lab = ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '127.66.0.1', '2001:db8::1', 'a.example', 'b.test', 'c.invalid']; // prettier-ignore

  test('is no documentation or lab address where it is a real one', async () => {
    const file = write('lab.txt', `${lab.join('\n')}\n`);
    const { intake, servers } = await json(runObject, ['run', file, '--operation', 'real']);
    expect(intake.files).toMatchObject([{ rows: lab.length, accepted: 0, rejected: lab.length }]);
    expect(intake.rejects.map(({ line, value }) => [line, value])).toEqual(lab.map((host, index) => [index + 1, host]));
    for (const { reason } of intake.rejects) expect(reason).toMatch(/documentation|benchmarking|loopback|drill/);
    expect(servers.total).toBe(0);
  });

  test('is nothing but those where it is a drill', async () => {
    const address = madeUpPublicAddress();
    const file = write('public.txt', `${address}:443\n10.0.0.1\n127.0.0.1:1\n192.0.2.1:443\n`);
    const { intake, servers } = await json(runObject, ['run', file, '--operation', 'drill', '--drill']);
    expect(intake.files).toMatchObject([{ accepted: 1, rejected: 3 }]);
    expect(intake.rejects.map(({ value }) => value)).toEqual([`${address}:443`, '10.0.0.1', '127.0.0.1:1']);
    for (const { reason } of intake.rejects) expect(reason).toContain('a drill takes documentation and lab addresses');
    expect(servers.total).toBe(1);
  });

  test('never changes: a real operation stays one, and a drill too', async () => {
    const file = write('one.txt', '192.0.2.1:443\n');
    await done(['import', file, '--operation', 'stays-real']);
    await done(['import', file, '--operation', 'stays-drill', '--drill']);
    const before = await json(z.object({ ledger: z.unknown() }), ['report', '--operation', 'stays-real']);
    const toDrill = await run(['run', file, '--operation', 'stays-real', '--drill']);
    expect(toDrill).toMatchObject({ code: 1, stdout: '' });
    expect(toDrill.stderr).toContain('is a real operation and cannot become a drill');
    const toReal = await run(['run', file, '--operation', 'stays-drill']);
    expect(toReal).toMatchObject({ code: 1, stdout: '' });
    expect(toReal.stderr).toContain('is a drill, and a drill stays one');
    expect(await json(z.object({ ledger: z.unknown() }), ['report', '--operation', 'stays-real'])).toEqual(before);
  });
});

describe('protected ground', () => {
  const lists = (name: string, list: readonly string[]): string =>
    write(
      `lists/${name}/list.json`,
      JSON.stringify({
        name: `The list ${name}`,
        version: 7,
        type: 'cidr',
        list,
        description: '',
        matching_attributes: [],
      }),
    );
  const feed = write('feed.txt', '192.0.2.10:443\n192.0.2.20:443\n192.0.2.30:443\n192.0.2.40:443\n192.0.2.50:443\n');
  const command = [
    'run', feed, '--operation', 'ground', '--drill', '--providers', 'examples/first-look/providers.yaml',
    '--attest', 'Your Name', '--reason', 'the lists',
  ]; // prettier-ignore
  const env = { DISMANTLE_PROTECTED_GROUND_EFFECTS: '{"our-hospitals":"never"}' };
  const cases = z.array(
    z.looseObject({
      host: z.string(),
      state: z.string(),
      heldBy: z.array(z.string()),
      rowId: z.string().nullable(),
      listHits: z.array(z.looseObject({ list: z.string(), effect: z.string(), entry: z.string() })),
    }),
  );

  beforeAll(() => {
    // A list that nothing is said of holds; cloudflare and vpn-ipv4 have an effect of their own without any setting.
    lists('partners-own', ['192.0.2.10']);
    lists('cloudflare', ['192.0.2.20/31']);
    lists('vpn-ipv4', ['192.0.2.30']);
    lists('our-hospitals', ['192.0.2.40/32']);
  });

  test('is held, narrowed or noted as each list and the settings say', async () => {
    const object = await json(runObject, [...command, '--warninglists', `${folder}/lists`], { env });
    expect(object.servers).toMatchObject({ total: 5, held: 2, heldBy: { 'partners-own': 1, 'our-hospitals': 1 } });
    expect(object['protectedGround']).toEqual({
      checked: true,
      hits: [
        { list: 'cloudflare', effect: 'hostname-only', servers: 1 },
        { list: 'our-hospitals', effect: 'never', servers: 1 },
        { list: 'partners-own', effect: 'hold', servers: 1 },
        { list: 'vpn-ipv4', effect: 'note', servers: 1 },
      ],
    });
    const found = new Map((await json(cases, ['cases', '--operation', 'ground'])).map((row) => [row.host, row]));
    expect(found.get('192.0.2.10')).toMatchObject({ state: 'held', heldBy: ['partners-own'] });
    expect(found.get('192.0.2.20')).toMatchObject({ heldBy: [], listHits: [{ effect: 'hostname-only' }] });
    expect(found.get('192.0.2.30')).toMatchObject({ state: 'drafted', listHits: [{ effect: 'note' }] });
    expect(found.get('192.0.2.40')).toMatchObject({ state: 'held', listHits: [{ effect: 'never' }] });
    expect(found.get('192.0.2.50')).toMatchObject({ state: 'drafted', listHits: [] });
    // The address that many share is asked for by another row than one that nobody shares.
    expect(found.get('192.0.2.20')?.rowId).not.toBe(found.get('192.0.2.50')?.rowId);
  });

  test('stays held by a run that is given no lists', async () => {
    const { servers } = await json(runObject, command);
    expect(servers).toMatchObject({ held: 2, heldBy: { 'partners-own': 1, 'our-hospitals': 1 } });
  });

  test('is explained to a person', async () => {
    expect(await done(['report', '--operation', 'ground'])).toContain('the warning list "partners-own" names them');
    const held = await done(['explain', '192.0.2.40', '--operation', 'ground']);
    expect(held).toContain('state      held');
    expect(held).toContain('our-hospitals (version 7): never touched, nobody can override it');
    expect(held).toContain('its entry 192.0.2[.]40/32');
    const narrowed = await done(['explain', '192.0.2.20', '--operation', 'ground']);
    expect(narrowed).toContain('only a host name may be asked for');
  });
});
