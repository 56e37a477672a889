import { z } from 'zod';
import { WAIT_HOURS } from '../../domain/deconfliction.ts';
import { CLOCK_DEFAULTS } from '../../domain/clock.ts';
import { EFFECTS } from '../../domain/list-effect.ts';
import { CAPACITIES } from '../../domain/method.ts';
import { RETENTION_CLASSES } from '../../domain/retention.ts';
import type { RetentionClass } from '../../domain/retention.ts';
import { EVIDENCE_DAYS, PROBE_HOURS } from '../../domain/gates.ts';
import { QUORUM } from '../../domain/verdict.ts';
import { STALE_DAYS } from '../../domain/severance.ts';
import { WATCH_DEFAULTS } from '../../domain/watch.ts';
import { TRAFFIC_KINDS } from '../../ports/outgoing.ts';
import { DOOR_KEYS } from './door-keys.ts';
import { FETCH_KEYS } from './fetch-keys.ts';
import { MAIL_KEYS } from './mail-keys.ts';
import { OIDC_KEYS } from './oidc-keys.ts';
import { PROBE_KEYS } from './probe-keys.ts';
import { SIGN_IN_KEYS } from './sign-in-keys.ts';
import type { SettingKey } from './setting-key.ts';

const text = z.string().trim().min(1).max(500);
/** An address without display name; RFC 5321 allows more, desks and X-ARF's schema do not. */
const mailbox = z.email().max(254);
const noControl = text.regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');
const path = noControl;

const paths = z.union([path, z.array(path).max(100)]).transform((value) => (Array.isArray(value) ? value : [value]));
const listName = z.string().regex(/^[\w.-]{1,100}$/);
const days = z.int().min(1).max(36_500);
/** A page that anybody can open; it stands in a line of a mail, whole. */
const website = z
  .string()
  .trim()
  .max(60)
  .regex(
    /^https:\/\/[a-z0-9.-]+\.[a-z0-9-]+(?:\/[\w./-]*)?$/i,
    'must be like https://cert.example, of at most 60 characters',
  );

/** Tags of RFC 5646 in small letters, as the folders of texts are named; one may stand without a list. */
const LANGUAGE = z.string().regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/, 'must be a language such as de');
const LANGUAGES = z
  .union([LANGUAGE, z.array(LANGUAGE).min(1).max(5)])
  .transform((languages) => (typeof languages === 'string' ? [languages] : languages));

const RETENTION_MEANINGS: Readonly<Record<RetentionClass, string>> = {
  sightings: 'imports, whose rows may name devices and so their owners,',
  messages: 'drafted messages, which may name customers,',
  lookups: 'registries’ answers, which may name people as contacts,',
};

export const SETTING_KEYS: readonly SettingKey[] = [
  { key: 'organisation.name', kind: 'text', schema: noControl.max(120), fallback: null, meaning: 'who speaks in notices' },
  { key: 'organisation.email', kind: 'text', schema: mailbox, fallback: null, meaning: 'the mailbox that notices come from and answers go to; it must be read' },
  { key: 'organisation.contestEmail', kind: 'text', schema: mailbox, fallback: null, meaning: 'the mailbox for contesting a notice; organisation.email when not set' },
  { key: 'organisation.phone', kind: 'text', schema: noControl.max(40), fallback: null, meaning: 'a telephone number that a provider can call' },
  { key: 'organisation.website', kind: 'text', schema: website, fallback: null, meaning: 'the organisation’s website, by which whoever gets a notice can find out that it is ours' },
  { key: 'organisation.capacity', kind: 'text', schema: z.enum(CAPACITIES), fallback: 'company', meaning: `what the organisation is in law: ${CAPACITIES.join(', ')}` },
  { key: 'database.url', kind: 'text', schema: text, fallback: null, secret: true, meaning: 'an external PostgreSQL; without it one of our own runs in the data directory' },
  { key: 'database.urlFile', kind: 'text', schema: path, fallback: null, meaning: 'a file that holds database.url' },
  ...TRAFFIC_KINDS.map((kind): SettingKey => ({
    key: `traffic.${kind}`,
    kind: 'boolean',
    schema: z.boolean(),
    fallback: false,
    meaning: `lets ${kind} traffic leave this machine`,
  })),
  { key: 'lookup.bootstrap', kind: 'text', schema: path, fallback: null, meaning: 'a folder with ipv4.json, ipv6.json and asn.json of IANA, which say what registry to ask; fetched from IANA when not set' },
  { key: 'providers', kind: 'text', schema: path, fallback: null, meaning: 'the provider book (YAML or CSV), as --providers' },
  { key: 'warninglists', kind: 'text', schema: path, fallback: null, meaning: 'a folder of MISP warning lists, as --warninglists' },
  { key: 'torExits', kind: 'paths', schema: paths, fallback: [], meaning: 'files with Tor exits, as --tor-exits; one, or a list' },
  { key: 'protect', kind: 'paths', schema: paths, fallback: [], meaning: "files with what the organisation wants protected, as --protect; one, or a list" },
  { key: 'playbook', kind: 'text', schema: path, fallback: null, meaning: 'the method table (DMN), as --playbook' },
  { key: 'csirts', kind: 'text', schema: path, fallback: null, meaning: 'the national CSIRTs (CSV: country,csirt,url,email), as --csirts' },
  { key: 'gates.evidenceDays', kind: 'number', schema: z.int().min(1).max(EVIDENCE_DAYS), fallback: EVIDENCE_DAYS, meaning: `how many days old the newest evidence of C2 may be when a notice goes out; at most ${EVIDENCE_DAYS}` },
  { key: 'gates.probeHours', kind: 'number', schema: z.int().min(1).max(PROBE_HOURS), fallback: PROBE_HOURS, meaning: `how many hours old the look may be that found a server alive when a notice goes out; at most ${PROBE_HOURS}` },
  { key: 'deconfliction.waitHours', kind: 'number', schema: z.int().min(WAIT_HOURS).max(720), fallback: WAIT_HOURS, meaning: `after how many hours a party that was asked and has said nothing counts as silent; at least ${WAIT_HOURS}` },
  { key: 'clock.reminderHours', kind: 'number', schema: z.int().min(1).max(720), fallback: CLOCK_DEFAULTS.reminderHours, meaning: 'hours from a notice to its reminder, and between reminders; by when the notice asked where not set, else 24' },
  { key: 'clock.maxReminders', kind: 'number', schema: z.int().min(0).max(5), fallback: CLOCK_DEFAULTS.maxReminders, meaning: 'how many reminders are signed with a notice, and sent while nothing happens' },
  { key: 'clock.nextContactHours', kind: 'number', schema: z.int().min(1).max(720), fallback: CLOCK_DEFAULTS.nextContactHours, meaning: 'hours from the last reminder to the next contact' },
  { key: 'clock.upstreamHours', kind: 'number', schema: z.int().min(1).max(2160), fallback: CLOCK_DEFAULTS.upstreamHours, meaning: "hours from a notice to counsel's decision on the upstream; never by itself" },
  { key: 'clock.lawEnforcementHours', kind: 'number', schema: z.int().min(1).max(2160), fallback: CLOCK_DEFAULTS.lawEnforcementHours, meaning: 'hours from a notice to the decision on a referral to the police; never by itself' },
  { key: 'clock.targetHours', kind: 'number', schema: z.int().min(1).max(720), fallback: CLOCK_DEFAULTS.targetHours, meaning: "hours from a server's identification to its notice: what dismantle due holds every server against" },
  { key: 'watch.minutelyMinutes', kind: 'number', schema: z.int().min(1).max(240), fallback: WATCH_DEFAULTS.minutelyMinutes, meaning: 'for how many minutes after a notice its servers are looked at every minute' },
  { key: 'watch.fiveMinutelyHours', kind: 'number', schema: z.int().min(0).max(72), fallback: WATCH_DEFAULTS.fiveMinutelyHours, meaning: 'for how many hours after that they are looked at every five minutes; hourly from then on' },
  { key: 'watch.hourlyDays', kind: 'number', schema: z.int().min(1).max(365), fallback: WATCH_DEFAULTS.hourlyDays, meaning: 'for how many days a server that is dark, or whose case is closed, is looked at hourly; daily from then on' },
  { key: 'watch.days', kind: 'number', schema: z.int().min(7).max(3650), fallback: WATCH_DEFAULTS.days, meaning: 'after how many days such a server is looked at no more' },
  { key: 'verify.vantages', kind: 'number', schema: z.int().min(QUORUM.vantages).max(5), fallback: QUORUM.vantages, meaning: `how many vantages in different networks and countries have to find a server dark before it is confirmed; at least ${QUORUM.vantages}` },
  { key: 'verify.rounds', kind: 'number', schema: z.int().min(QUORUM.rounds).max(100), fallback: QUORUM.rounds, meaning: `in how many rounds of looks; at least ${QUORUM.rounds}` },
  { key: 'verify.hours', kind: 'number', schema: z.int().min(QUORUM.hours).max(720), fallback: QUORUM.hours, meaning: `over how many hours from the first of them to the last; at least ${QUORUM.hours}` },
  { key: 'severance.staleDays', kind: 'number', schema: z.int().min(1).max(90), fallback: STALE_DAYS, meaning: 'after how many days without a collected configuration nobody knows whether the botnet is severed' },
  { key: 'out', kind: 'text', schema: path, fallback: null, meaning: 'the folder for what a run writes; out/ in the data directory when not set, as --out' },
  { key: 'notices.texts', kind: 'text', schema: path, fallback: null, meaning: 'a folder of notice texts that go before ours one by one, as --texts' },
  { key: 'notices.nameSources', kind: 'boolean', schema: z.boolean(), fallback: false, meaning: 'whether notices name sources by their --group; without it they are told apart by number' },
  {
    key: 'notices.languages',
    kind: 'mapping',
    schema: z.record(z.string().regex(/^[A-Z]{2}$/, 'must be a country such as DE'), LANGUAGES),
    fallback: {},
    meaning: 'in which languages providers of a country are written to, with English below: {DE: de, CH: [de, fr]}; English alone where nothing is said',
    example: '{"DE":"de","CH":["de","fr"]}',
  },
  ...RETENTION_CLASSES.map((name): SettingKey => ({
    key: `retention.${name}`,
    kind: 'number',
    schema: z.int().min(1).max(36_500),
    fallback: null,
    meaning: `for how many days ${RETENTION_MEANINGS[name]} are kept before dismantle retention apply erases them; as long as the ledger when not set`,
  })),
  {
    key: 'protectedGround.effects',
    kind: 'mapping',
    schema: z.record(listName, z.enum(EFFECTS)),
    fallback: {},
    example: '{"vpn-ipv4":"note"}',
    meaning: `what a warning list does, by its folder's name: ${EFFECTS.join(', ')}`,
  },
  {
    key: 'protectedGround.staleDays',
    kind: 'mapping',
    schema: z.union([days, z.record(listName, days)]),
    fallback: {},
    meaning: 'after how many days a list is said to be stale: one number for all, or numbers by list or class (tor-exit, cdn, cloud …)',
  },
  ...MAIL_KEYS,
  ...PROBE_KEYS,
  ...FETCH_KEYS,
  ...DOOR_KEYS,
  ...SIGN_IN_KEYS,
  ...OIDC_KEYS,
]; // prettier-ignore

/** `organisation.contestEmail` is DISMANTLE_ORGANISATION_CONTEST_EMAIL. */
export function variableOf(key: string): string {
  return `DISMANTLE_${key
    .replaceAll('.', '_')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}
