import { safeText } from './terminal.ts';

import type { ProblemCode } from '../domain/problem.ts';
import type { Unwatched } from '../domain/watch.ts';
import type { Finding } from '../domain/verdict.ts';

/*
 * The catalogue of what the terminal says. Codes come from below; the sentences for people stand here, in one place.
 */

const NEXT_STEPS: Readonly<Record<ProblemCode, string>> = {
  usage: 'Run the command again with --help to see what it takes',
  settings: 'Correct it, then look with: dismantle config show',
  input: 'Correct the file, or leave it out',
  'not-found': 'Look at what is there with: dismantle status',
  refused: 'Run the command again with --help to see what it may do',
  database: 'Look at what is in force with: dismantle doctor',
  outdated: 'Use the version of dismantle that migrated the database',
  'switched-off': 'Look at the switches with: dismantle config show',
  interrupted: 'Run the same command again to go on',
};

/** What to do next where a problem does not say so itself. */
export function nextStep(code: ProblemCode): string {
  return NEXT_STEPS[code];
}

/** Why a case is held, and what a person can do about it. */
export function heldReason(reason: string): string {
  if (reason === 'needs-corroboration') {
    return 'fewer than two independent groups count: import another --group, or vouch: dismantle attest SERVER';
  }
  return `the ${reason.startsWith('built-in-') ? 'built-in ' : 'warning '}list "${safeText(reason)}" names them`;
}

/** Why a server is not looked at. */
export const UNWATCHED_WORDS: Readonly<Record<Unwatched, string>> = {
  protected: 'a list says that it must never be touched',
  'hands-off': 'somebody has asked to leave it alone',
  retracted: 'its case was taken back',
  'not-judged': 'nobody has judged it yet: dismantle run',
  'nothing-to-look-at': 'no port is known, or no DNS knows its name',
  'watch-over': 'the watch over it has ended (watch.days)',
};

const MISSING: Readonly<Record<string, string>> = {
  'no-provider': 'nobody knows who could switch it off: add an entry to the provider book',
  'no-contact': 'the provider has no known contact: add one to the provider book',
  'sender-not-set': 'the settings do not say who we are: set organisation.name and organisation.email',
  'not-to-be-told':
    'every source has marked it TLP:RED or TLP:AMBER+STRICT: ask one for leave, or vouch for it yourself',
  'registered-name-unproven':
    'the whole registered name would be suspended, and only a name below it is reported, or several are, as where anybody may have one: dismantle kind NAME dedicated, if it was registered for the botnet',
  'no-hostname': 'it stands on ground that many share, and no source knows it by a host name to ask for',
  'protected-ground-unchecked': 'no warning lists have been held against it: give --warninglists',
  'attested-import-only':
    'only a person who vouched for the whole import speaks for it; that is enough to draft, never to send',
  'no-csirt': 'nobody knows the mailbox of the national CSIRT: give --csirts, or add it there',
  'whom-to-ask-first':
    'origin AS and registrant differ: say whom to ask first with dismantle provider prefer KEY --over KEY',
  'contact-changed-lately':
    'the contact changed within the last 30 days: make sure that it is theirs, then say so with dismantle contact clear',
  'bulletproof-without-order': 'the provider is known as bulletproof: never mailed before an order',
  'no-evidence-of-c2': 'sources list it, and a listing is no evidence of C2',
  'evidence-undated': 'the evidence of C2 has no date, so that nobody can say that it is fresh',
  'evidence-too-old': 'the newest evidence of C2 is older than it may be when a notice goes out',
  'no-copy-to-csirt': 'it says that the national CSIRT is informed in parallel, and no copy for it has been made yet',
  'no-fresh-probe':
    'nobody has found it alive within the last 24 hours (gates.probeHours): dismantle probe SERVER, or record a look with dismantle look SERVER; then dismantle run',
  'not-seen-alive':
    'whoever looked last found it dark, or found something else there: look again before anybody is asked',
  'hands-off':
    'a party has said that it is theirs or being watched: see who, and until when, with dismantle hands-off list',
  'with-partner': 'a partner sees to it: dismantle assignment list',
  'no-deconfliction':
    'not everybody has been asked whether it is theirs or being watched: see dismantle deconflict status',
};

/** What keeps a notice from being sent; a sentence that a draft wrote itself stands as it is. */
export function missingReason(code: string): string {
  return MISSING[code] ?? code;
}

const STATES: Readonly<Record<string, string>> = {
  held: 'held',
  identified: 'identified, no provider known',
  located: 'located, waits for a method',
  decided: 'decided, no notice to draft',
  drafted: 'notice drafted',
  dark: 'closed: confirmed dark',
  settled: 'closed: answers as something else, and a person has said as what',
};

export function stateName(state: string): string {
  return STATES[state] ?? state;
}

const FINDINGS: Readonly<Record<Finding, string>> = {
  'matches-fingerprint': 'bears a fingerprint on file',
  'same-service': 'the same service as before',
  answers: 'answers',
  'accepts-only': 'takes connections, and says nothing',
  moved: 'the name leads to another address',
  'other-certificate': 'another certificate',
  'other-service': 'another service',
  sinkholed: 'bears the mark of a sinkhole',
  parked: 'bears the mark of a parked name',
  cleaned: 'the page is gone, the rest is there',
  closed: 'the port is closed',
  silent: 'nothing answers',
  unreachable: 'the network says that nobody is there',
  'no-address': 'the name has no address',
  'changed-behaviour': 'takes connections, and does not serve what it did',
  'vantage-failed': 'the vantage failed',
  'vantage-deaf': 'the vantage heard nothing from anybody',
  'not-allowed': 'not looked at: out of bounds',
  'not-resolved': 'the name servers did not answer',
  'nothing-to-look-at': 'nothing that can be looked at',
};

/** What tells a verdict from others of its kind. */
export function findingName(finding: Finding): string {
  return FINDINGS[finding];
}

const EFFECTS: Readonly<Record<string, string>> = {
  never: 'never touched, nobody can override it',
  hold: 'held',
  'hostname-only': 'only a host name may be asked for',
  note: 'noted',
};

export function effectName(effect: string): string {
  return EFFECTS[effect] ?? effect;
}

const EFFECTS_FROM: Readonly<Record<string, string>> = {
  'never-list': 'never, whatever the settings say',
  setting: 'the settings say so',
  default: 'the default for such a list',
  'unknown-list': 'nobody knows a list of this name',
};

export function effectFromName(from: string): string {
  return EFFECTS_FROM[from] ?? from;
}

/** How old a list is, and how that is known. */
export function listAge(list: {
  readonly origin: string;
  readonly date: string | null;
  readonly dateFrom: string | null;
  readonly stale: boolean;
  readonly staleAfterDays: number | null;
}): string {
  if (list.origin === 'built-in') return 'built in';
  if (list.date === null) return 'without a date';
  const age = list.dateFrom === 'modified' ? `in a file written on ${list.date}` : `of ${list.date}`;
  return list.stale ? `${age}, stale: older than ${list.staleAfterDays ?? 0} days` : age;
}
