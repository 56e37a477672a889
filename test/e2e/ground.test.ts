import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
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
    const before = await json(z.object({ ledger: z.unknown() }), ['status', '--operation', 'stays-real']);
    const toDrill = await run(['run', file, '--operation', 'stays-real', '--drill']);
    expect(toDrill).toMatchObject({ code: 1, stdout: '' });
    expect(toDrill.stderr).toContain('is a real operation and cannot become a drill');
    const toReal = await run(['run', file, '--operation', 'stays-drill']);
    expect(toReal).toMatchObject({ code: 1, stdout: '' });
    expect(toReal.stderr).toContain('is a drill, and a drill stays one');
    expect(await json(z.object({ ledger: z.unknown() }), ['status', '--operation', 'stays-real'])).toEqual(before);
  });
});

const cases = z.array(
  z.looseObject({
    host: z.string(),
    hostType: z.string(),
    state: z.string(),
    heldBy: z.array(z.string()),
    rowId: z.string().nullable(),
    listHits: z.array(z.looseObject({ list: z.string(), effect: z.string(), entry: z.string() })),
  }),
);
const listRows = z.array(
  z.looseObject({
    list: z.string(),
    effect: z.string(),
    effectFrom: z.string(),
    date: z.string().nullable(),
    dateFrom: z.string().nullable(),
    stale: z.boolean(),
    entries: z.int(),
    unusable: z.int(),
    expired: z.int(),
  }),
);

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
    expect(object['protectedGround']).toMatchObject({
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
    expect(await done(['status', '--operation', 'ground'])).toContain('the warning list "partners-own" names them');
    const held = await done(['explain', '192.0.2.40', '--operation', 'ground']);
    expect(held).toContain('state      held');
    expect(held).toContain('our-hospitals (version 7): never touched, nobody can override it');
    expect(held).toContain('its entry 192.0.2[.]40/32');
    const narrowed = await done(['explain', '192.0.2.20', '--operation', 'ground']);
    expect(narrowed).toContain('only a host name may be asked for');
  });
});

describe('lists of one’s own and of Tor exits', () => {
  const feed = write('own.txt', '192.0.2.60:443\n192.0.2.61:443\n192.0.2.62:443\nward.hospital.example\nc2.lab.example\n192.0.2.63:443\n'); // prettier-ignore
  const command = ['run', feed, '--operation', 'own', '--drill', '--attest', 'Your Name', '--reason', 'the lists'];
  const exits = write(
    'exits.txt',
    `ExitNode ${'A'.repeat(40)}\nPublished 2020-10-11 01:00:00\nLastStatus 2020-10-12 02:00:00\nExitAddress 192.0.2.60 2020-10-12 03:00:00\n`,
  );
  const own = write(
    'ours.csv',
    'entry,effect,reason,expires\n192.0.2.61,note,our test server,\nhospital.example,never,intensive care,\n192.0.2.62,hold,ended,2026-01-01\nlab.example,,,\n',
  );
  const given = ['--tor-exits', exits, '--protect', own];

  test('hold, note and never let go as they and their entries say; what is old or over is said', async () => {
    const object = await json(runObject, [...command, ...given]);
    const ground = z
      .looseObject({ checked: z.boolean(), hits: z.array(z.looseObject({ list: z.string() })), lists: listRows })
      .parse(object['protectedGround']);
    // They alone check no ground: nobody has said what else is protected.
    expect(ground.checked).toBe(false);
    expect(ground.hits).toMatchObject([
      { list: 'own-ours', effect: 'hold', servers: 1, stale: false },
      { list: 'own-ours', effect: 'never', servers: 1 },
      { list: 'own-ours', effect: 'note', servers: 1 },
      { list: 'tor-exits', effect: 'hold', servers: 1, date: '2020-10-12', stale: true },
    ]);
    const byName = new Map(ground.lists.map((list) => [list.list, list]));
    expect(byName.get('tor-exits')).toMatchObject({ date: '2020-10-12', dateFrom: 'content', stale: true, entries: 1 });
    expect(byName.get('own-ours')).toMatchObject({ dateFrom: 'modified', stale: false, entries: 3, expired: 1 });
    expect(byName.get('built-in-root-servers')).toMatchObject({ effect: 'never', effectFrom: 'never-list' });
    const found = new Map((await json(cases, ['cases', '--operation', 'own'])).map((row) => [row.host, row]));
    expect(found.get('192.0.2.60')).toMatchObject({ state: 'held', heldBy: ['tor-exits'] });
    expect(found.get('192.0.2.61')).toMatchObject({ heldBy: [], listHits: [{ list: 'own-ours', effect: 'note' }] });
    expect(found.get('192.0.2.62')).toMatchObject({ heldBy: [], listHits: [] });
    expect(found.get('ward.hospital.example')).toMatchObject({ state: 'held', listHits: [{ effect: 'never' }] });
    expect(found.get('c2.lab.example')).toMatchObject({ state: 'held', heldBy: ['own-ours'] });
    const said = await done([...command, ...given]);
    expect(said).toContain('The list "tor-exits" is of 2020-10-12, stale: older than 2 days.');
    expect(said).toContain('The list "own-ours": entries that have expired, so they protect nothing: 1.');
  });

  test('stay in force where they are left out, and are lifted where the list no longer says so', async () => {
    const without = await json(runObject, command);
    expect(without.servers.heldBy).toEqual({ 'own-ours': 2, 'tor-exits': 1 });
    const newer = write('newer.txt', '# 2026-11-24\n192.0.2.99\n');
    const { servers } = await json(runObject, [...command, '--tor-exits', newer]);
    expect(servers.heldBy).toEqual({ 'own-ours': 2 });
    await json(runObject, [...command, ...given]);
  });

  test('are explained with age and reason, and a name with what nobody has looked up', async () => {
    expect(await done(['explain', '192.0.2.60', '--operation', 'own'])).toContain(', of 2020-10-12, stale): held');
    const name = await done(['explain', 'ward.hospital.example', '--operation', 'own', ...given]);
    expect(name).toContain('its entry hospital[.]example (intensive care)');
    expect(name).toContain('not checked: the name was not resolved');
  });

  test('of one’s own with a line that nobody can read stop the run before anything is done', async () => {
    const bad = write('bad.txt', '192.0.2.61\n192.0.2.300\n');
    const { code, stdout, stderr } = await run([...command.with(3, 'never-begun'), '--protect', bad]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('bad.txt:2: "192.0.2.300" is not four plain decimal numbers');
    expect((await run(['status', '--operation', 'never-begun'])).stderr).toContain('there is no operation');
  });

  test('come from the settings as well, several of each', async () => {
    const second = write('second.txt', '192.0.2.63 # a school\n');
    const env = { DISMANTLE_PROTECT: `${own}${delimiter}${second}`, DISMANTLE_TOR_EXITS: exits };
    const lists = await json(listRows, ['ground', 'lists'], { env });
    expect(lists.map(({ list }) => list).filter((list) => !list.startsWith('built-in-'))).toEqual([
      'own-ours',
      'own-second',
      'tor-exits',
    ]);
    const config = write('settings.yaml', 'torExits: exits.txt\nprotect: [ours.csv, second.txt]\nprotectedGround: {staleDays: {tor-exits: 9999}}\n'); // prettier-ignore
    const fromFile = await json(listRows, ['ground', 'lists', '--config', config]);
    expect(fromFile.map(({ list }) => list)).toEqual(lists.map(({ list }) => list));
    expect(fromFile.find(({ list }) => list === 'tor-exits')).toMatchObject({ stale: false });
    const doctor = await done(['doctor'], { env });
    expect(doctor).toMatch(/note {2}protected ground {3}stale, so get newer ones: tor-exits \(of 2020-10-12/);
    expect(doctor).toMatch(/note {2}protected ground {3}no list of addresses that must never be touched/);
  });
});

describe('dismantle ground', () => {
  test('says without a database which lists name a host, in whatever spelling', async () => {
    const own = write('check.csv', 'entry,effect,reason\n192.0.2.70,never,a hospital\n');
    const said = await done([
      'ground',
      'check',
      'hxxp://192.0.2[.]70/',
      '0xc0000246',
      'ns1.dns.google',
      '--protect',
      own,
    ]);
    expect(said).toContain('192.0.2[.]70\n  only a drill takes it\n  own-check: never touched, nobody can override it');
    expect(said).toContain('its entry 192.0.2[.]70 (a hospital)');
    expect(said).toMatch(/0xc0000246\n {2}intake refuses it: .*hexadecimal.*\n {2}own-check: never touched/);
    expect(said).toContain('built-in-resolvers: never touched');
    const answers = await json(z.array(z.looseObject({ effect: z.string().nullable(), hits: z.array(z.unknown()) })), [
      'ground',
      'check',
      '192.0.2.70',
      '192.0.2.71',
      '--protect',
      own,
    ]);
    expect(answers).toMatchObject([
      { effect: 'never', intake: 'drill' },
      { effect: null, hits: [] },
    ]);
    expect(await done(['ground', 'check', '192.0.2.71', '--protect', own])).toContain(
      'but no --warninglists were given',
    );
  });
});

const DATA = join(REPOSITORY, '..', 'shared', 'data');
const hasData = existsSync(DATA);
if (!hasData) process.stderr.write('skipped: the real lists against a real feed, for ../shared/data is not there\n');

describe.skipIf(!hasData)('the real lists', () => {
  interface RawList {
    readonly name: string;
    readonly type: string;
    readonly list: readonly string[];
  }

  const rawList = z.looseObject({ type: z.string(), list: z.array(z.string()) });
  const TOR = join(DATA, 'tor', 'tor-exit-nodes_2020-10-12.lst');
  const number = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

  function rawLists(): readonly RawList[] {
    const folder = join(DATA, 'warninglists');
    return [
      ...readdirSync(folder).map((name): RawList => {
        const { type, list } = rawList.parse(JSON.parse(readFileSync(join(folder, name, 'list.json'), 'utf8')));
        return { name, type, list };
      }),
      { name: 'tor-exits', type: 'cidr', list: readFileSync(TOR, 'utf8').split('\n').filter(Boolean) },
    ];
  }

  /** What each list names among the hosts, by comparing every host with every entry: none of the product's code. */
  function namedBy({ type, list }: RawList, hosts: readonly string[]): ReadonlySet<string> {
    if (type === 'cidr') {
      const ranges = list
        .filter((entry) => !entry.includes(':'))
        .map((entry) => {
          const [base = '', bits = '32'] = entry.split('/');
          const size = 2 ** (32 - Number(bits));
          const first = Math.floor(number(base) / size) * size;
          return [first, first + size - 1] as const;
        });
      const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host);
      return new Set(
        hosts.filter((host) => {
          const at = isAddress(host) ? number(host) : -1;
          return at >= 0 && ranges.some(([first, last]) => first <= at && at <= last);
        }),
      );
    }
    const names = list.map((entry) => entry.toLowerCase().replace(/^\./, ''));
    const whole = new Set(names);
    return new Set(
      hosts.filter(
        (host) => whole.has(host) || (type === 'hostname' && names.some((name) => host.endsWith(`.${name}`))),
      ),
    );
  }

  const EFFECTS: Readonly<Record<string, string>> = {
    akamai: 'hostname-only',
    'amazon-aws': 'note',
    cloudflare: 'hostname-only',
    'cloudflare-top5k': 'hold',
    'dynamic-dns': 'hostname-only',
    'findip-host': 'hold',
    'google-gcp': 'note',
    'microsoft-azure': 'note',
    'oracle-oci': 'note',
    'ovh-cluster': 'hostname-only',
    'parking-domain': 'hold',
    'public-dns-v4': 'hold',
    sinkholes: 'hold',
    'tor-exits': 'hold',
    'vpn-ipv4': 'note',
  };

  test('name in a real feed exactly what a look at every entry finds, each with its name and effect', async () => {
    const feed = join(DATA, 'trickbot', 'maltrail-trickbot.txt');
    const object = await json(runObject, [
      'run', feed, '--operation', 'maltrail', '--warninglists', join(DATA, 'warninglists'), '--tor-exits', TOR,
      '--attest', 'An Analyst', '--reason', 'read against the sources',
    ]); // prettier-ignore
    const judged = await json(cases, ['cases', '--operation', 'maltrail']);
    const hosts = judged.map(({ host }) => host);
    const expected = rawLists().map(({ name, ...rest }) => ({ name, named: namedBy({ name, ...rest }, hosts) }));

    // Host by host: which lists, and what follows.
    for (const { host, state, heldBy, listHits } of judged) {
      const names = expected.filter(({ named }) => named.has(host)).map(({ name }) => name);
      expect(listHits.map(({ list }) => list).sort(), host).toEqual(names.sort());
      for (const { list, effect } of listHits) expect([list, effect], host).toEqual([list, EFFECTS[list]]);
      const holding = names.filter((name) => EFFECTS[name] === 'hold');
      expect([...heldBy].sort(), host).toEqual(holding);
      expect(state === 'held', host).toBe(holding.length > 0);
    }

    // And as the run sums it up.
    const ground = z
      .looseObject({
        checked: z.boolean(),
        hits: z.array(z.looseObject({ list: z.string(), effect: z.string(), servers: z.int(), stale: z.boolean() })),
        lists: listRows,
      })
      .parse(object['protectedGround']);
    expect(ground.checked).toBe(true);
    expect(ground.hits.map(({ list, effect, servers }) => [list, effect, servers])).toEqual(
      expected
        .filter(({ named }) => named.size > 0)
        .map(({ name, named }) => [name, EFFECTS[name], named.size])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    expect(ground.lists.filter(({ list }) => !list.startsWith('built-in-'))).toHaveLength(29);
    expect(ground.hits.find(({ list }) => list === 'tor-exits')).toMatchObject({ date: '2020-10-12', stale: true });

    // The 1,928 addresses with a port, as the issue counts them.
    const withPort = new Set(readFileSync(feed, 'utf8').match(/^\d+\.\d+\.\d+\.\d+(?=:\d)/gm));
    expect(withPort.size).toBe(1928);
    const counts = Object.fromEntries(
      expected.map(({ name, named }) => [name, [...named].filter((host) => withPort.has(host)).length]),
    );
    expect(counts).toMatchObject({
      'public-dns-v4': 10, akamai: 2, cloudflare: 1, 'amazon-aws': 3, 'google-gcp': 1, 'vpn-ipv4': 510, 'tor-exits': 1,
    }); // prettier-ignore
    process.stdout.write(`protected ground of the Maltrail file: ${ground.hits.map(({ list, effect, servers }) => `${list} (${effect}) ${servers}`).join(', ')}; held ${object.servers.held}\n`); // prettier-ignore
  });

  test('hold on when a run is given none of them', async () => {
    const before = await json(cases, ['cases', '--operation', 'maltrail']);
    const feed = join(DATA, 'trickbot', 'maltrail-trickbot.txt');
    await json(runObject, ['run', feed, '--operation', 'maltrail']);
    const essence = (rows: z.infer<typeof cases>): unknown => rows.map(({ host, state, heldBy, listHits }) => [host, state, heldBy, listHits]); // prettier-ignore
    expect(essence(await json(cases, ['cases', '--operation', 'maltrail']))).toEqual(essence(before));
  });
});
