import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { parsePrefix } from '../../domain/address.ts';
import { parseInstant } from '../../domain/instant.ts';
import { isPlainMailbox } from '../../domain/notice.ts';
import type { Prefix } from '../../domain/address.ts';
import { CHANNELS, PROVIDER_TYPES, TRUSTS } from '../../domain/provider.ts';
import type { BookEntry } from '../../domain/provider-book.ts';

/** The keys of an entry, in the order in which a person would write them. */
export const ENTRY_KEYS = [
  'name', 'asns', 'prefixes', 'names', 'domains', 'contact', 'further', 'checked', 'country', 'channel', 'type', 'trust',
] as const; // prettier-ignore

const MAX_LIST = 20_000;

/** One line of printable text. Names go into mail headers and onto terminals. */
const oneLine = z
  .string({ error: 'text' })
  .trim()
  .min(1, { error: 'text that is not empty' })
  .max(200, { error: 'at most 200 characters' })
  .refine((text) => !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text), { error: 'one line without control characters' });

/** A single value may stand where a list is asked for. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]),
    z.array(item).max(MAX_LIST, { error: `at most ${MAX_LIST} values` }),
  );
}

const asn = z.union([z.string(), z.number()], { error: 'an AS number such as 64496' }).transform((value, context) => {
  const match = /^(?:AS)?([1-9][0-9]{0,9})$/i.exec(String(value).trim());
  const number = Number(match?.[1]);
  if (number >= 1 && number <= 0xffff_ffff) return number;
  context.addIssue({ code: 'custom', message: 'an AS number from 1 to 4294967295, such as 64496' });
  return z.NEVER;
});

const prefix = z.string({ error: 'a prefix such as 198.51.100.0/24' }).transform((value, context): Prefix => {
  const parsed = parsePrefix(value.trim());
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: 'custom', message: `a prefix such as 198.51.100.0/24 (${parsed.problem})` });
  return z.NEVER;
});

const domain = z.string({ error: 'a domain name such as shop.example' }).transform((value, context) => {
  const text = value.trim().replace(/^\./, '').replace(/\.$/, '');
  const name = /^[\x21-\x7e]+$/.test(text) ? text.toLowerCase() : domainToASCII(text);
  const labels = name.split('.');
  if (name.length <= 253 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return name;
  context.addIssue({ code: 'custom', message: 'a domain name such as shop.example' });
  return z.NEVER;
});

const country = z
  .string({ error: 'two letters of ISO 3166-1, such as DE (in YAML without quotes, too)' })
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, { error: 'two letters of ISO 3166-1, such as DE' })
  // The two codes that are most often taken for countries' own.
  .refine((code) => code !== 'UK', { error: 'GB, which is the United Kingdom in ISO 3166-1' })
  .refine((code) => code !== 'EU', { error: 'the country of establishment; EU is none' });

/** When somebody last made sure of the contact. YAML makes a moment of a bare date. */
const day = z.preprocess(
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : value),
  z
    .string({ error: 'a day such as 2026-11-20' })
    .refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseInstant(text) !== null, {
      error: 'a day such as 2026-11-20',
    }),
);

const mailbox = z
  .string({ error: 'a plain mailbox' })
  .trim()
  .refine(isPlainMailbox, { error: 'one plain mailbox such as abuse@provider.example, without name or list' });

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

function isHttpsAddress(text: string): boolean {
  if (text.length > 2000 || !/^https:\/\/[\x21-\x7e]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** What a contact has to be, by channel. */
const CONTACTS = {
  mail: { fits: isPlainMailbox, allowed: 'one plain mailbox such as abuse@provider.example, without name or list' },
  form: { fits: isHttpsAddress, allowed: 'an https address without user or password, for the channel form' },
  api: { fits: isHttpsAddress, allowed: 'an https address without user or password, for the channel api' },
  'designated-agent': {
    fits: (text: string) => isPlainMailbox(text) || isHttpsAddress(text),
    allowed: 'one plain mailbox or an https address, for the channel designated-agent',
  },
};

/**
 * One entry of a provider book. Each error message says what is allowed, as the end of the sentence
 * "key value: allowed is …".
 */
export const entrySchema = z
  .strictObject(
    {
      name: oneLine,
      asns: listOf(asn),
      prefixes: listOf(prefix),
      names: listOf(oneLine),
      domains: listOf(domain),
      contact: z.string({ error: 'a mailbox or an https address' }).trim().nullish(),
      further: listOf(mailbox),
      checked: day.nullish(),
      country: country.nullish(),
      channel: oneOf(CHANNELS).nullish(),
      type: oneOf(PROVIDER_TYPES).nullish(),
      trust: oneOf(TRUSTS).nullish(),
    },
    {
      error: (issue) => (issue.code === 'unrecognized_keys' ? `only ${ENTRY_KEYS.join(', ')}` : 'an entry with a name'),
    },
  )
  .transform((entry, context): BookEntry => {
    const channel = entry.channel ?? 'mail';
    const contact = entry.contact ?? null;
    if (contact !== null && !CONTACTS[channel].fits(contact)) {
      context.addIssue({ code: 'custom', path: ['contact'], message: CONTACTS[channel].allowed });
    }
    if (entry.further.length > 0 && (contact === null || !isPlainMailbox(contact))) {
      const message = 'further mailboxes only beside a contact that is one';
      context.addIssue({ code: 'custom', path: ['further'], message });
    }
    if (entry.asns.length + entry.prefixes.length + entry.names.length + entry.domains.length === 0) {
      const message =
        'an entry with at least one of asns, prefixes, names, domains: nothing would ever lead to this one';
      context.addIssue({ code: 'custom', path: [], message });
    }
    return {
      name: entry.name,
      asns: entry.asns,
      prefixes: entry.prefixes,
      names: entry.names,
      domains: entry.domains,
      contact,
      ...(entry.further.length === 0 ? {} : { further: entry.further }),
      checked: entry.checked ?? null,
      country: entry.country ?? null,
      channel,
      type: entry.type ?? 'unknown',
      trust: entry.trust ?? 'unknown',
    };
  });
