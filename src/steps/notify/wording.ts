import type { Ask, Capacity } from '../../domain/method.ts';
import type { AskGroup } from '../../domain/notice.ts';
import type { ServerKind } from '../../domain/server.ts';

/** What each ask means, as a desk is to read it. */
const ASK_SENTENCES: Readonly<Record<Ask, string>> = {
  preserve:
    'Preserve disk, memory, connection logs and customer records, as far as your law allows, before anything is changed.',
  clean: 'Have the host cleaned: remove the program, close the hole it came in by, and change the credentials.',
  'block-hostname': 'Stop serving the host names listed, and nothing else on their addresses.',
  isolate: 'Isolate the host from the internet until it is clean; its owner keeps the contract and is told why.',
  'null-route': 'Null-route the address, so that no traffic reaches the server in either direction.',
  suspend: 'Suspend the server: switch it off, without deleting it.',
  'refuse-re-lease':
    'Give the same customer no other server or address in its place, and keep the address out of use while infected machines still call it.',
  'name-other-servers':
    "Look at the same customer's other servers, and tell us of those that serve the same purpose, as far as your law allows.",
  'suspend-domain':
    'Suspend the domain so that it no longer resolves (status clientHold or serverHold); do not delete it, for anyone could register it anew.',
  none: 'No action on the servers is asked with this message. Please tell us how you want to proceed.',
};

/** An ask as it is meant for these hosts: whom to tell when differs, and a name has no disk. */
export function askSentence(ask: Ask, group: AskGroup['group'], namesOnly: boolean): string {
  if (ask === 'preserve' && namesOnly) {
    return 'Preserve registration, payment and login records, as far as your law allows, before anything is changed.';
  }
  if (ask === 'isolate' && group === 'controllers') {
    return 'Isolate the host from the internet and leave it as it is; tell the customer when that is done, not before.';
  }
  return ASK_SENTENCES[ask];
}

/** The measure in a few words, for the opening sentence; null for what only accompanies a measure. */
export const ASK_WORDS: Readonly<Record<Ask, { readonly one: string; readonly many: string } | null>> = {
  preserve: null,
  clean: { one: 'have it cleaned', many: 'have them cleaned' },
  'block-hostname': { one: 'stop serving the name', many: 'stop serving the names' },
  isolate: { one: 'isolate it', many: 'isolate them' },
  'null-route': { one: 'null-route it', many: 'null-route them' },
  suspend: { one: 'suspend it', many: 'suspend them' },
  'refuse-re-lease': null,
  'name-other-servers': null,
  'suspend-domain': { one: 'suspend the domain', many: 'suspend the domains' },
  none: null,
};

export const GROUP_WORDS: Readonly<Record<AskGroup['group'], string>> = {
  controllers: 'For the servers that are controllers themselves',
  shared: 'For the names on shared ground, where only the name may be touched',
  victims: 'For the devices and hosts whose owners are victims themselves',
};

export const KIND_WORDS: Readonly<Record<ServerKind, string>> = {
  dedicated: 'dedicated server',
  'compromised-host': 'hacked host, its owner a victim',
  'iot-device': "customer's device (router, camera or the like), its owner a victim",
  'shared-hosting': 'name on shared hosting',
  'cdn-fronted': 'name behind a content delivery network',
  'tor-exit': 'server that is also a Tor exit',
  sinkhole: 'known sinkhole',
  unknown: 'kind of host not established',
};

export const CAPACITY_WORDS: Readonly<Record<Capacity, string>> = {
  company: 'a company that acts in its own name',
  csirt: 'a computer security incident response team (CSIRT)',
  'rights-owner': 'the owner of rights that the botnet infringes',
  authority: 'a public authority',
};

/** "a", "a or b", "a, b or c". */
export function either(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
