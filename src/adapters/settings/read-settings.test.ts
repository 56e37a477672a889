import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SettingsInForce } from '../../ports/settings.ts';
import { readSettings } from './read-settings.ts';
import { SETTING_KEYS, variableOf } from './setting-keys.ts';

let folder = '';
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dismantle-settings-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `settings-${++files}.yaml`);
  await writeFile(path, text);
  return path;
}

async function read(text: string, environment: Readonly<Record<string, string>> = {}): Promise<SettingsInForce> {
  return readSettings(await fileOf(text), folder, environment);
}

function origin(inForce: SettingsInForce, key: string): unknown {
  const { value, origin: from } = inForce.origins.find((entry) => entry.key === key) ?? {};
  return [value, from];
}

describe('what is in force', () => {
  test('takes one file or several, from the file’s own folder, and parted as PATH is from the environment', async () => {
    const one = await read('torExits: exits.txt\nprotect: [a.txt, /b.csv]\n');
    expect(one.settings.torExits).toEqual([expect.stringMatching(/^[/\\].*exits\.txt$/)]);
    expect(one.settings.protect).toEqual([expect.stringMatching(/^[/\\].*a\.txt$/), '/b.csv']);
    const both = await read('', { DISMANTLE_TOR_EXITS: ['x.txt', 'y.txt'].join(delimiter) });
    expect(both.settings.torExits).toEqual(['x.txt', 'y.txt']);
    expect((await read('')).settings).toMatchObject({ torExits: [], protect: [], protectedGround: { staleDays: {} } });
  });

  test('takes the age of lists as one number or by list and class', async () => {
    expect((await read('protectedGround: {staleDays: 30}\n')).settings.protectedGround.staleDays).toBe(30);
    const byClass = await read('', { DISMANTLE_PROTECTED_GROUND_STALE_DAYS: '{"tor-exit":1,"akamai":7}' });
    expect(byClass.settings.protectedGround.staleDays).toEqual({ 'tor-exit': 1, akamai: 7 });
    await expect(read('protectedGround: {staleDays: 0}\n')).rejects.toThrow(/line 1: protectedGround\.staleDays/);
  });

  test('is the defaults where nobody says anything: every kind of traffic off', async () => {
    const { settings, file } = await readSettings(null, join(folder, 'nowhere'), {});
    expect(file).toBeNull();
    expect(settings.traffic).toEqual({ lookup: false, fetch: false, timestamp: false, probe: false, send: false });
    expect(settings).toMatchObject({
      organisation: { name: null, email: null, contestEmail: null, phone: null, website: null, capacity: 'company' },
      database: { url: null },
      providers: null,
      protectedGround: { effects: {} },
    });
  });

  test('is the file before the defaults, and the environment before the file', async () => {
    const text = 'organisation:\n  name: Example CERT\n  capacity: csirt\ntraffic:\n  lookup: true\n  probe: true\n';
    const inForce = await read(text, { DISMANTLE_TRAFFIC_PROBE: 'false', DISMANTLE_ORGANISATION_NAME: 'Other CERT' });
    expect(inForce.settings).toMatchObject({
      organisation: { name: 'Other CERT', capacity: 'csirt' },
      traffic: { lookup: true, probe: false },
    });
    expect(origin(inForce, 'organisation.name')).toEqual(['Other CERT', 'DISMANTLE_ORGANISATION_NAME']);
    expect(origin(inForce, 'organisation.capacity')).toEqual(['csirt', expect.stringMatching(/: line 3$/)]);
    expect(origin(inForce, 'traffic.send')).toEqual(['false', 'default']);
  });

  test('is read from dismantle.yaml in the data directory where no file is named', async () => {
    const dataDirectory = await mkdtemp(join(folder, 'data-'));
    await writeFile(join(dataDirectory, 'dismantle.yaml'), 'organisation: {name: Example CERT}\n');
    const { settings, file } = await readSettings(null, dataDirectory, {});
    expect([settings.organisation.name, file]).toEqual(['Example CERT', join(dataDirectory, 'dismantle.yaml')]);
  });

  test.each(['', '# nothing\n', '---\n', 'organisation:\ntraffic:\n', 'organisation: {}\n', 'providers:\n'])(
    'is the defaults for a file that sets nothing (%j)',
    async (text) => {
      expect((await read(text)).origins.every((entry) => entry.origin === 'default')).toBe(true);
    },
  );

  test('takes a path in the file from the file’s folder, and one in the environment as it is', async () => {
    const { settings } = await read(
      'lookup: {bootstrap: iana}\nproviders: book.yaml\nplaybook: ../mine.dmn\nout: /srv/out\n',
      {
        DISMANTLE_WARNINGLISTS: 'lists',
      },
    );
    expect(settings).toMatchObject({
      lookup: { bootstrap: join(folder, 'iana') },
      providers: join(folder, 'book.yaml'),
      playbook: join(folder, '..', 'mine.dmn'),
      out: '/srv/out',
      warninglists: 'lists',
    });
  });

  test('takes a mapping from the environment as JSON', async () => {
    const { settings } = await read('protectedGround: {effects: {vpn-ipv4: hold}}\n', {
      DISMANTLE_PROTECTED_GROUND_EFFECTS: '{"vpn-ipv4":"note"}',
    });
    expect(settings.protectedGround.effects).toEqual({ 'vpn-ipv4': 'note' });
  });

  test('takes languages by country, one or several', async () => {
    const { settings } = await read('notices: {texts: mine, languages: {DE: de, CH: [de, fr]}}\n');
    expect(settings.notices).toEqual({
      texts: join(folder, 'mine'),
      languages: { DE: ['de'], CH: ['de', 'fr'] },
      nameSources: false,
    });
    expect((await read('')).settings.notices).toEqual({ texts: null, languages: {}, nameSources: false });
    await expect(read('notices: {languages: {Germany: de}}\n')).rejects.toThrow('line 1: notices.languages');
    await expect(read('notices: {languages: {DE: "../de"}}\n')).rejects.toThrow('line 1: notices.languages');
  });

  test('says what is set and has no effect, and where it was set', async () => {
    const { withoutEffect } = await read('protectedGround: {effects: {root-servers: note}}\n', {
      DISMANTLE_PROVIDER: 'book.yaml',
    });
    expect(withoutEffect).toEqual([
      expect.stringContaining('DISMANTLE_PROVIDER has no effect'),
      expect.stringMatching(/\.yaml: line 1: protectedGround\.effects: "root-servers"/),
    ]);
    expect((await read('providers: book.yaml\n')).withoutEffect).toEqual([]);
  });

  test('counts an empty variable for none', async () => {
    expect(
      (await read('organisation: {name: A}\n', { DISMANTLE_ORGANISATION_NAME: '' })).settings.organisation.name,
    ).toBe('A');
  });
});

describe('a file that is wrong', () => {
  test.each([
    ['an unknown key', 'organisation:\n  nmae: x\n', 'line 2: there is no setting "organisation.nmae"'],
    ['an unknown section', '\ntrafic:\n  send: true\n', 'line 2: there is no setting "trafic"'],
    ['a key of another language', '__proto__: x\n', 'there is no setting "__proto__"'],
    ['a merge key', '<<: {providers: x}\n', 'there is no setting "<<"'],
    ['a list for a key', '? [a]\n: b\n', 'there is no setting'],
    ['a word for a switch', 'traffic:\n  send: "yes"\n', 'line 2: traffic.send'],
    ['YAML 1.1’s word for a switch', 'traffic:\n  send: on\n', 'line 2: traffic.send'],
    ['a number for a name', 'organisation:\n  name: 5\n', 'line 2: organisation.name'],
    ['a list for a name', 'organisation:\n  name: [a]\n', 'line 2: organisation.name'],
    ['a name with a line end', 'organisation:\n  name: "a\\nb"\n', 'line 2: organisation.name'],
    ['a name of blanks', 'organisation:\n  name: "  "\n', 'line 2: organisation.name'],
    ['a long name', `organisation:\n  name: ${'a'.repeat(121)}\n`, 'line 2: organisation.name'],
    ['no mailbox', 'organisation:\n  email: Desk <desk@cert.example>\n', 'line 2: organisation.email'],
    ['an unknown capacity', 'organisation:\n  capacity: king\n', 'line 2: organisation.capacity'],
    ['an unknown effect', 'protectedGround:\n  effects: {sinkholes: never-mind}\n', 'line 2: protectedGround.effects'],
    ['binary data', 'organisation:\n  name: !!binary aGVsbG8=\n', 'line 2: organisation.name'],
    ['a word for a section', 'providers: x\ntraffic: off\n', 'line 2: traffic must be a mapping'],
    ['a list for the file', '- a\n', 'line 1: the file must be a mapping'],
    ['a word for the file', 'hello\n', 'the file must be a mapping'],
    ['a key twice', 'providers: a\nproviders: b\n', 'line 2'],
    ['broken YAML', 'organisation: {name: x\ntraffic: [\n', 'line'],
    ['two documents', 'providers: a\n---\nproviders: b\n', 'line'],
    ['an alias', 'organisation:\n  name: &a x\n  phone: *a\n', 'line 3: aliases'],
    ['an alias of nothing', 'providers: *nowhere\n', 'alias'],
    ['an alias for a section', 'organisation: &a {name: x}\ntraffic: *a\n', 'line 2: traffic must be a mapping'],
  ])('%s is told with its place and what to do', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      problem: { code: 'settings', message: expect.stringContaining(message), hint: expect.any(String) },
    });
  });

  test('with aliases that stand for more than any memory holds is refused before any is followed', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) => `  a${level}: &b${level} [${`*b${level - 1},`.repeat(level === 0 ? 0 : 9)}x]`,
    );
    // Whoever followed them would not come to an end.
    await expect(
      read(`protectedGround:\n  effects:\n${levels.map((line) => `  ${line}`).join('\n')}\n`),
    ).rejects.toMatchObject({
      problem: { message: expect.stringContaining('aliases') },
    });
  });

  test('larger than 1 MiB is refused, and one without end is not read to it', async () => {
    await expect(read(`#${'a'.repeat(1024 * 1024)}`)).rejects.toMatchObject({
      problem: { message: expect.stringContaining('1 MiB') },
    });
    if (process.platform !== 'win32') {
      await expect(readSettings('/dev/zero', folder, {})).rejects.toMatchObject({ problem: { code: 'settings' } });
    }
  });

  test('that is named and not there, or is a folder, is a problem', async () => {
    for (const path of [join(folder, 'missing.yaml'), folder]) {
      await expect(readSettings(path, folder, {})).rejects.toMatchObject({
        problem: { code: 'settings', message: expect.stringContaining(path), hint: expect.any(String) },
      });
    }
  });
});

describe('a secret', () => {
  const URL = 'postgres://user:secret@127.0.0.1/database';

  test('in the file is refused without being repeated', async () => {
    const refused = read(`database:\n  url: ${URL}\n`);
    await expect(refused).rejects.toMatchObject({
      problem: {
        message: expect.stringContaining('line 2: database.url is a secret'),
        hint: expect.stringContaining('database.urlFile'),
      },
    });
    await expect(refused).rejects.not.toThrow('secret@');
  });

  test.each(['DATABASE_URL', 'DISMANTLE_DATABASE_URL'])('from %s is in force and never shown', async (name) => {
    const inForce = await read('', { [name]: URL });
    expect(inForce.settings.database.url).toBe(URL);
    expect(origin(inForce, 'database.url')).toEqual(['(set)', name]);
    expect(JSON.stringify(inForce.origins)).not.toContain('secret@');
  });

  test('from a file of its own is in force, beside the settings file, and never shown', async () => {
    await writeFile(join(folder, 'url'), `${URL}\n`);
    const inForce = await read('database: {urlFile: url}\n');
    expect(inForce.settings.database.url).toBe(URL);
    expect(origin(inForce, 'database.url')).toEqual(['(set)', join(folder, 'url')]);
    expect(JSON.stringify(inForce.origins)).not.toContain('secret@');
  });

  test('from the environment goes before its file', async () => {
    const { settings } = await read('database: {urlFile: missing}\n', { DATABASE_URL: URL });
    expect(settings.database.url).toBe(URL);
  });

  test.each([
    ['an empty file', ''],
    ['two lines', `${URL}\n${URL}\n`],
    ['a text with blanks', 'not a url'],
    ['more than any URL', 'a'.repeat(501)],
  ])('from %s is a problem that does not repeat it', async (_, content) => {
    await writeFile(join(folder, 'odd-url'), content);
    const refused = read('database: {urlFile: odd-url}\n');
    await expect(refused).rejects.toMatchObject({
      problem: { code: 'settings', message: expect.stringContaining('odd-url does not hold one URL') },
    });
    await expect(refused).rejects.not.toThrow('secret@');
  });

  test('from a file that is not there is a problem, never our own database instead', async () => {
    await expect(read('database: {urlFile: missing}\n')).rejects.toMatchObject({
      problem: { message: expect.stringContaining('cannot be read') },
    });
  });
});

describe('the environment', () => {
  test.each([
    ['DISMANTLE_TRAFFIC_SEND', 'TRUE'],
    ['DISMANTLE_TRAFFIC_SEND', '1'],
    ['DISMANTLE_ORGANISATION_EMAIL', 'nobody'],
    ['DISMANTLE_ORGANISATION_NAME', ' '],
    ['DISMANTLE_PROTECTED_GROUND_EFFECTS', 'vpn-ipv4=note'],
    ['DISMANTLE_PROTECTED_GROUND_EFFECTS', '["note"]'],
    ['DISMANTLE_PROTECTED_GROUND_EFFECTS', '{"a/b":"note"}'],
  ])('%s=%s is a problem that names the variable', async (name, value) => {
    await expect(read('', { [name]: value })).rejects.toMatchObject({
      problem: { code: 'settings', message: expect.stringContaining(`${name}: `), hint: expect.any(String) },
    });
  });

  test('has a variable of its own for every key', () => {
    const names = SETTING_KEYS.map(({ key }) => variableOf(key));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^DISMANTLE_[A-Z_]+$/);
    expect(variableOf('organisation.contestEmail')).toBe('DISMANTLE_ORGANISATION_CONTEST_EMAIL');
  });
});

describe('the settings of mail', () => {
  test('are servers, keys, rates and windows, with their defaults', async () => {
    expect((await read('')).settings.mail).toMatchObject({
      smtp: {
        host: null, port: null, security: 'starttls', user: null, password: null, passwordFile: null, caFile: null,
        connections: 4, timeoutSeconds: 60, dataTimeoutSeconds: 600,
      },
      from: null,
      dkim: { domain: null, selector: null, keyFile: null },
      smime: { certificateFile: null, keyFile: null },
      rate: { perProviderPerHour: 4, perDomainPerHour: 10 },
      windows: {},
      imap: {
        host: null, port: null, security: 'tls', user: null, password: null, passwordFile: null, caFile: null,
        folder: 'INBOX',
      },
    }); // prettier-ignore
    const text =
      'mail:\n  smtp: {host: mx.cert.example, port: 2525, security: tls, user: desk, caFile: ca.pem}\n' +
      '  dkim: {domain: CERT.example, selector: dsm1, keyFile: dkim.pem}\n' +
      '  windows: {DE: "Mon-Fri 08:00-18:00 Europe/Berlin", default: "Mon-Sun 06:00-24:00 UTC"}\n';
    const inForce = await read(text);
    expect(inForce.settings.mail).toMatchObject({
      smtp: { host: 'mx.cert.example', port: 2525, security: 'tls', user: 'desk', caFile: join(folder, 'ca.pem') },
      dkim: { domain: 'cert.example', selector: 'dsm1', keyFile: join(folder, 'dkim.pem') },
      windows: { DE: { days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080, zone: 'Europe/Berlin' } },
    });
    expect(origin(inForce, 'mail.windows')).toEqual([
      '{"DE":"Mon,Tue,Wed,Thu,Fri 08:00-18:00 Europe/Berlin","default":"Mon,Tue,Wed,Thu,Fri,Sat,Sun 06:00-24:00 UTC"}',
      expect.stringMatching(/line 4$/),
    ]);
  });

  test.each([
    ['smtp: {host: "mx.cert.example:25"}', 'mail.smtp.host'],
    ['smtp: {host: "mx cert"}', 'mail.smtp.host'],
    ['smtp: {host: "127.1"}', 'mail.smtp.host'],
    ['smtp: {port: 0}', 'mail.smtp.port'],
    ['smtp: {security: plain}', 'mail.smtp.security'],
    ['smtp: {timeoutSeconds: 601}', 'mail.smtp.timeoutSeconds'],
    ['from: "Desk <desk@cert.example>"', 'mail.from'],
    ['dkim: {domain: cert}', 'mail.dkim.domain'],
    ['dkim: {selector: "a;b"}', 'mail.dkim.selector'],
    ['rate: {perDomainPerHour: 0}', 'mail.rate.perDomainPerHour'],
    ['windows: {Germany: "Mon-Fri 08:00-18:00 Europe/Berlin"}', 'mail.windows'],
    ['windows: {DE: "Mon-Fri 08:00-18:00 Berlin"}', 'mail.windows'],
    ['windows: {DE: always}', 'mail.windows'],
  ])('are refused with their line: %s', async (text, key) => {
    await expect(read(`mail:\n  ${text}\n`)).rejects.toMatchObject({
      problem: { code: 'settings', message: expect.stringContaining(`line 2: ${key}`) },
    });
  });

  test.each(['smtp', 'imap'])(
    'take the %s password from the environment or a file, never from this one, and never show it',
    async (name) => {
      const refused = read(`mail:\n  ${name}: {password: open sesame}\n`);
      await expect(refused).rejects.toMatchObject({
        problem: {
          message: expect.stringContaining('is a secret'),
          hint: expect.stringContaining(`mail.${name}.passwordFile`),
        },
      });
      await expect(refused).rejects.not.toThrow('open sesame');
      await writeFile(join(folder, 'password'), ' open sesame ä\n');
      for (const inForce of [
        await read(`mail: {${name}: {passwordFile: password}}\n`),
        await read('', { [`DISMANTLE_MAIL_${name.toUpperCase()}_PASSWORD`]: ' open sesame ä' }),
      ]) {
        expect(inForce.settings.mail).toMatchObject({ [name]: { password: ' open sesame ä' } });
        expect(origin(inForce, `mail.${name}.password`)).toEqual([
          '(set)',
          expect.stringMatching(/password$|PASSWORD$/),
        ]);
        expect(JSON.stringify(inForce.origins)).not.toContain('open sesame');
      }
      await writeFile(join(folder, 'password'), 'open sesame\nsecond line\n');
      const odd = read(`mail: {${name}: {passwordFile: password}}\n`);
      await expect(odd).rejects.toMatchObject({
        problem: { message: expect.stringContaining('does not hold one password') },
      });
      await expect(odd).rejects.not.toThrow('open sesame');
    },
  );
});
