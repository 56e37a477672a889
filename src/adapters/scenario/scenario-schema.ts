import { z } from 'zod';
import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { isDrillName } from '../../domain/host-name.ts';
import { parseInstant } from '../../domain/instant.ts';
import { PARTY_KINDS } from '../../domain/deconfliction.ts';
import { PROVIDER_TYPES, TRUSTS } from '../../domain/provider.ts';
import { ADDRESSES_OF_NETWORK, DECOY_KINDS, DESK_ACTIONS, domainOf, SAYS } from '../../domain/scenario.ts';
import { STRATEGIES } from '../../domain/strike.ts';
import { SERVER_KINDS } from '../../domain/server.ts';

const oneLine = z
  .string({ error: 'text' })
  .trim()
  .min(1, { error: 'text that is not empty' })
  .max(200, { error: 'at most 200 characters' })
  .refine((text) => !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text), { error: 'one line without control characters' });
const chance = z.number({ error: 'a chance from 0 to 1' }).min(0).max(1);
const count = (most: number) =>
  z
    .number({ error: `a whole number up to ${most}` })
    .int()
    .min(0)
    .max(most);
const spread = z
  .strictObject({ median: z.number().min(0).max(100_000), p90: z.number().min(0).max(1_000_000) })
  .refine(({ median, p90 }) => p90 >= median, { error: 'p90 is not below median' });
const country = z.string().regex(/^[A-Z]{2}$/, { error: 'two capital letters of ISO 3166-1, such as DE' });
const moment = z.string({ error: 'a moment such as 2020-10-12T00:00Z, in quotes' }).transform((text, context) => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.addIssue({ code: 'custom', message: 'a moment such as 2020-10-12T00:00Z' });
  return z.NEVER;
});
/** For documentation (RFC 5398) or private use (RFC 6996): nobody's real network may be named here. */
const asn = z
  .number({ error: 'an AS number' })
  .int()
  .refine((number) => isFree(number), {
    error:
      'an AS number for documentation or private use: 64496 to 64511, 64512 to 65534, 65536 to 65551 or from 4200000000',
  });

function isFree(number: number): boolean {
  return (
    (number >= 64_496 && number <= 65_534) ||
    (number >= 65_536 && number <= 65_551) ||
    (number >= 4_200_000_000 && number <= 4_294_967_294)
  );
}

const drillName = z
  .string()
  .max(200)
  .refine((name) => isDrillName(name) && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]+$/.test(name), {
    error: 'a name below .example, .test or .invalid (RFC 2606), in small letters',
  });

const habit = z.strictObject({
  name: oneLine,
  hours: z
    .union([
      z.literal('always').transform(() => null),
      z
        .strictObject({
          from: z.number().min(0).max(24),
          to: z.number().min(0).max(24),
          weekends: z.boolean().default(false),
        })
        .refine(({ from, to }) => to > from, { error: 'to is after from' }),
    ])
    .default(null),
  atAim: z.boolean().default(false),
  minutes: spread,
  acts: chance.default(1),
  actsOnReminder: chance.default(0),
  refuses: chance.default(0),
  claimsFalsely: chance.default(0),
  forwards: chance.default(0),
  bounces: chance.default(0),
  autoReply: z.boolean().default(false),
  ticket: z.boolean().default(false),
  answers: chance.default(0.5),
  action: z.enum(DESK_ACTIONS).default('null-route'),
});

const provider = z
  .strictObject({
    name: oneLine,
    country,
    asn,
    type: z.enum(PROVIDER_TYPES).default('hosting'),
    habit: oneLine,
    utcOffset: z.number().min(-12).max(14).default(0),
    inBook: z.boolean().default(false),
    trust: z.enum(TRUSTS).default('unknown'),
    networks: count(250).default(1),
    servers: count(5000).default(0),
    devices: count(5000).default(0),
    rented: z.number().min(0).max(1000).default(0),
    domains: z.array(drillName).max(50).default([]),
    unlistedDomains: count(50).default(0),
    names: count(5000).default(0),
    innocentNames: count(100_000_000).default(0),
    sharedAddresses: count(200).default(0),
    innocents: count(20_000).default(0),
  })
  .refine(({ names, domains }) => names === 0 || domains.length > 0, { error: 'names stand below domains: give one' })
  .refine(({ names, servers }) => names <= servers, { error: 'names are among servers: not more of them' })
  .refine(({ unlistedDomains, domains }) => unlistedDomains <= domains.length, {
    error: 'unlistedDomains are among domains: not more of them',
  })
  .refine(({ sharedAddresses, domains }) => sharedAddresses === 0 || domains.length > 0, {
    error: 'sharedAddresses answer for names below domains: give one',
  });

/** A web address below a drill name: nobody's real report may be cited. */
const reference = z
  .string()
  .max(300)
  .refine((text) => isDrillReference(text), {
    error: 'a web address below .example, .test or .invalid, such as https://lab.example/reports/7',
  });

function isDrillReference(text: string): boolean {
  if (!URL.canParse(text) || /[\s,"]/.test(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && isDrillName(hostname);
}

const feed = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, { error: 'small letters, digits and dashes' }),
  group: oneLine,
  reliability: z.enum(['A', 'B', 'C', 'D', 'E', 'F']).default('B'),
  evidence: z.enum(EVIDENCE_CLASSES).default('listing'),
  learnsFrom: z.enum(['sightings', 'configurations']).default('sightings'),
  everyMinutes: z.number().min(1).max(10_000).default(60),
  seesAtStart: chance.default(1),
  sees: chance.default(1),
  lagMinutes: spread.default({ median: 0, p90: 0 }),
  mirrors: z.string().nullable().default(null),
  reference: reference.nullable().default(null),
  says: z.enum(SAYS).default('name'),
  broken: chance.default(0),
  tellsKind: z.boolean().default(false),
  decoys: z
    .array(
      z.strictObject({
        kind: z.enum(DECOY_KINDS),
        count: count(100_000),
        daysOld: z.number().min(0).max(4000).default(1),
        alsoIn: z.array(z.string()).max(10).default([]),
        alsoDaysOld: z.number().min(0).max(4000).nullable().default(null),
      }),
    )
    .max(20)
    .default([]),
});

/** One scenario as its writer wrote it down; docs/scenarios.md explains each field. */
export const scenarioSchema = z
  .strictObject({
    scenario: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, { error: 'small letters, digits and dashes' }),
    title: oneLine,
    about: z.string().trim().min(1).max(4000),
    malware: oneLine,
    seed: z.number().int().min(0).max(4_294_967_295),
    begins: moment,
    ends: moment,
    strategy: z.enum(STRATEGIES).default('simultaneous'),
    aimMinutes: z
      .number()
      .min(1)
      .max(24 * 60),
    port: z.number().int().min(1).max(65_535).default(443),
    kindAtStart: z.enum(SERVER_KINDS).default('unknown'),
    watch: z
      .strictObject({
        minutelyMinutes: z
          .number()
          .int()
          .min(0)
          .max(24 * 60)
          .default(15),
        fiveMinutelyHours: z.number().int().min(0).max(48).default(6),
      })
      .default({ minutelyMinutes: 15, fiveMinutelyHours: 6 }),
    habits: z.array(habit).min(1).max(200),
    providers: z.array(provider).min(1).max(250),
    feeds: z.array(feed).min(1).max(50),
    operators: z.strictObject({
      noticeMinutes: spread.nullable(),
      replacementsPerDay: z.number().min(0).max(1000).default(0),
      wearyDays: z.number().positive().nullable().default(null),
      setUpMinutes: spread.default({ median: 120, p90: 360 }),
      configurationEveryHours: z.number().min(0).max(1000).default(12),
      configurationServers: count(1000).default(20),
      movesWhenWarned: chance.default(0.5),
    }),
    parties: z
      .array(
        z.strictObject({
          name: oneLine,
          kind: z.enum(PARTY_KINDS),
          answerMinutes: spread,
          handsOff: count(1000).default(0),
        }),
      )
      .max(20),
    team: z.strictObject({
      importMinutes: spread,
      approveMinutes: spread,
      byHandMinutes: spread,
      lookEveryMinutes: z.number().min(1).max(60).default(5),
      capacity: z.enum(['company', 'csirt', 'rights-owner', 'authority']).default('csirt'),
    }),
    court: z
      .strictObject({ name: oneLine, country, grantHours: spread, validDays: z.number().min(1).max(3650).default(14) })
      .nullable()
      .default(null),
    vantages: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
          network: z.string().regex(/^AS\d{1,10}$/, { error: 'an AS number such as AS64500' }),
          country,
        }),
      )
      .min(1)
      .max(10),
  })
  .refine(({ begins, ends }) => ends > begins && ends - begins <= 60 * 86_400_000, {
    error: 'ends is after begins, by at most 60 days',
    path: ['ends'],
  })
  .refine(({ providers }) => providers.reduce((sum, { networks }) => sum + networks, 0) <= 250, {
    error: 'at most 250 networks altogether: they stand in 127.66.0.0/16',
    path: ['providers'],
  })
  .superRefine(({ habits, providers, feeds, operators, parties, vantages }, context) => {
    const complain = (message: string, path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path });
    for (const [key, named] of Object.entries({ habits, providers, feeds, parties, vantages })) {
      const names = named.map(({ name }) => name);
      for (const [index, name] of names.entries())
        if (names.indexOf(name) < index) complain(`another name: ${name} stands there already`, [key, index, 'name']);
    }
    const mailDomains = providers.map(({ name }) => domainOf(name));
    for (const [index, domain] of mailDomains.entries()) {
      const path = ['providers', index, 'name'];
      const other = providers[mailDomains.indexOf(domain)]?.name;
      if (!/^[a-z0-9-]{1,63}\.example$/.test(domain))
        complain('a name of which 1 to 63 letters a to z and digits are left for its mail domain', path);
      else if (other !== undefined && other !== providers[index]?.name)
        complain(`another name: its mail domain would be that of ${other}, ${domain}`, path);
    }
    let free = 0;
    for (const [index, each] of providers.entries()) {
      const { networks, servers, devices, names, innocents, sharedAddresses } = each;
      const own = servers - (sharedAddresses > 0 ? names : 0);
      const needed = own + devices + innocents + sharedAddresses + each.domains.length;
      const left = networks * ADDRESSES_OF_NETWORK - needed;
      if (left < 0)
        complain(`room for ${networks * ADDRESSES_OF_NETWORK} addresses, and ${needed} are needed: more networks`, [
          'providers',
          index,
          'networks',
        ]);
      free += Math.max(0, left);
    }
    const planted = feeds.flatMap(({ decoys }) => decoys).filter(({ kind }) => !kind.startsWith('shared-'));
    const wantedByDecoys = planted.reduce((sum, decoy) => sum + decoy.count, 0);
    if (wantedByDecoys > free)
      complain(`${wantedByDecoys} decoys need addresses, and ${free} are free: more networks, or fewer decoys`, [
        'feeds',
        feeds.findIndex(({ decoys }) => decoys.length > 0),
        'decoys',
      ]);
    const known = new Set(habits.map(({ name }) => name));
    for (const [index, { habit: wanted }] of providers.entries()) {
      if (!known.has(wanted)) complain(`one of the habits: ${[...known].join(', ')}`, ['providers', index, 'habit']);
    }
    if (operators.replacementsPerDay > 0 && !providers.some(({ rented }) => rented > 0))
      complain('0 where no provider has `rented`: there is nobody to rent from', ['operators', 'replacementsPerDay']);
    const asns = providers.map(({ asn: number }) => number);
    for (const [index, number] of asns.entries()) {
      if (asns.indexOf(number) < index) complain('an AS number of its own', ['providers', index, 'asn']);
    }
    const named = new Set(feeds.map(({ name }) => name));
    for (const [index, { mirrors, name }] of feeds.entries()) {
      if (mirrors !== null && (!named.has(mirrors) || mirrors === name))
        complain('the name of another feed', ['feeds', index, 'mirrors']);
    }
    const domains = providers.flatMap((each) => each.domains);
    const shared = providers.reduce((sum, { sharedAddresses }) => sum + sharedAddresses, 0);
    for (const [index, { name, decoys }] of feeds.entries()) {
      for (const [place, { kind, count: wanted, alsoIn }] of decoys.entries()) {
        const path = ['feeds', index, 'decoys', place];
        for (const [at, other] of alsoIn.entries())
          if (!named.has(other) || other === name) complain('the name of another feed', [...path, 'alsoIn', at]);
        if (kind === 'shared-domain' && wanted > domains.length)
          complain(`at most as many as there are domains: ${domains.length}`, [...path, 'count']);
        if (kind === 'shared-address' && wanted > shared)
          complain(`at most as many as there are shared addresses: ${shared}`, [...path, 'count']);
      }
    }
    for (const [index, domain] of domains.entries()) {
      if (domains.indexOf(domain) < index)
        complain(`a domain of one provider: ${domain} stands there twice`, ['providers']);
    }
    for (const kind of PARTY_KINDS) {
      if (!parties.some((party) => party.kind === kind))
        complain(`somebody of the kind ${kind}, who is asked first`, ['parties']);
    }
  });
