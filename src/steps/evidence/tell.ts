import { defang, defangSentence } from '../../domain/defang.ts';
import { isObject } from '../../ledger/batch.ts';
import type { JsonObject, JsonValue } from '../../ledger/canonical.ts';
import type { Entry } from '../../ledger/entry.ts';
import { plain } from '../../ledger/report-text.ts';

/** What the story needs to call things by their names: filled while it is told. */
export interface Names {
  /** Hosts by the ids of servers and cases. */
  readonly hosts: Map<string, string>;
  /** References by the ids of notices and authorities. */
  readonly references: Map<string, string>;
}

type Teller = (body: JsonObject, names: Names, entry: Entry) => string;

/** A sentence for each kind; a kind without one is told by its name and its fields. */
const TELLERS: Readonly<Record<string, Teller>> = {
  'operation.opened': (body) => `Operation ${text(body['name'])} was opened${body['drill'] === true ? ', as a drill' : ''}.`,
  'operation.described': (body) => `The operation is against the botnet ${text(body['malware'])}.`,
  'operation.armed': (body) => `${text(body['person'])} armed the operation until ${text(body['until'])}: ${text(body['reason'])}.`,
  'operation.disarmed': (body) => `${text(body['by'])} disarmed the operation: ${text(body['reason'])}.`,
  'operation.probing-started': (body) => `${text(body['person'])} switched probing on: ${text(body['reason'])}.`,
  'operation.probing-stopped': (body) => `${text(body['by'])} switched probing off: ${text(body['reason'])}.`,
  'operation.closed': (body) => `${text(body['by'])} closed the operation: ${text(body['reason'])}.`,
  'operation.reopened': (body) => `${text(body['by'])} opened the operation again: ${text(body['reason'])}.`,
  'person.added': (body, _names, { subject }) => `${text(subject)} was put on record (${list(body['roles'])}), signed for by ${text(body['person'])}.`,
  'person.removed': (body, _names, { subject }) => `${text(subject)} was taken off the record by ${text(body['person'])}: ${text(body['reason'])}.`,
  'partner.set': (body, _names, { subject }) => `${text(subject)} (${text(body['name'])}) was made a partner that has ${list(body['recipients'])} besides what the community has, signed for by ${text(body['person'])}.`,
  'partner.removed': (body, _names, { subject }) => `${text(subject)} is no partner any more: ${text(body['reason'])}.`,
  'source.added': (body) => `${text(body['person'])} had feeds fetched from ${text(body['name'])} (${plain(textOf(body['url']))}), every ${number(body['everyMinutes'] ?? 0, 'minute')}: ${text(body['reason'])}.`,
  'source.paused': (body) => `${text(body['by'])} had the source ${text(body['name'])} rest: ${text(body['reason'])}.`,
  'source.resumed': (body) => `${text(body['by'])} had the source ${text(body['name'])} fetched from again: ${text(body['reason'])}.`,
  'source.removed': (body) => `${text(body['by'])} took the source ${text(body['name'])} off the record: ${text(body['reason'])}.`,
  'source.removals-held': (body) => `A list of ${text(body['name'])} left out ${text(body['missing'])} of the ${text(body['listed'])} that it had listed, and they stayed said.`,
  'source.removals-accepted': (body) => `${text(body['by'])} accepted what the list of ${text(body['name'])} leaves out: ${text(body['reason'])}.`,
  'webhook.set': (body) => `${text(body['by'])} had the desk of ${text(body['provider'])} told at ${plain(textOf(body['url']))}: ${text(body['reason'])}.`,
  'webhook.removed': (body) => `${text(body['by'])} ended the webhook of ${text(body['provider'])}: ${text(body['reason'])}.`,
  'playbook.proposed': (body) => `${text(body['person'])} proposed the method table ${text(body['number'])}: ${text(body['reason'])}.`,
  'playbook.approved': (body) => `${text(body['person'])} put the method table ${text(body['number'])} in force.`,
  'playbook.rejected': (body) => `${text(body['person'])} rejected the method table ${text(body['number'])}: ${text(body['reason'])}.`,
  'playbook.withdrawn': (body) => `${text(body['person'])} took the method table ${text(body['number'])} back: ${text(body['reason'])}.`,
  'token.issued': (body) => `A token called ${text(body['name'])} was issued (${list(body['scopes'])}) until ${text(body['expiresAt'])}, signed for by ${text(body['person'])}.`,
  'token.revoked': (body) => `A token was revoked: ${text(body['reason'])}.`,
  'servers.assigned': (body) => `${text(body['by'])} handed servers over to the partner ${text(body['partner'])}: ${text(body['reason'])}.`,
  'assignment.answered': (body, names, { subject }) => `The partner ${text(body['partner'])} said of ${host(names, subject)}: ${text(body['state'])}.`,
  'assignment.ended': (body, names, { subject }) => `${text(body['by'])} took ${host(names, subject)} back from the partner ${text(body['partner'])}: ${text(body['reason'])}.`,
  'import.recorded': (body) => `${text(body['source'])} told of servers in ${plain(textOf(body['file']))} (SHA-256 ${text(body['sha256'])}).`,
  'import.attested': (body) => `${text(body['person'])} vouched for an import: ${text(body['reason'])}.`,
  'identify.recorded': () => 'Servers were judged: is it C2?',
  'lookup.recorded': () => 'Registries were asked who holds the address.',
  'locate.recorded': () => 'Servers were located: who can switch them off?',
  'decide.recorded': (body) => `The method table (SHA-256 ${text(body['playbook'])}) decided.`,
  'probe.recorded': (body) => `Servers were looked at by ${text(body['by'])}: is it dark?`,
  'server.attested': (body, names, { subject }) => `${text(body['person'])} vouched that ${host(names, subject)} is C2: ${text(body['reason'])}.`,
  'server.attestation-withdrawn': (body, names, { subject }) => `${text(body['person'])} took back the word on ${host(names, subject)}: ${text(body['reason'])}.`,
  'server.kind-corrected': (body, names, { subject }) => `${text(body['person'])} said what ${host(names, subject)} is: ${text(body['kind'] ?? 'as evidence has it')} (${text(body['reason'])}).`,
  'server.verdict-changed': (body, names, { subject }) => `The verdict on ${host(names, subject)} changed from ${text(body['from'] ?? 'none')} to ${text(body['to'])} (${text(body['finding'])}), by what was seen at ${text(body['at'])}.`,
  'server.confirmed-dark': (body, names, { subject }) => `${host(names, subject)} is confirmed dark since ${text(body['darkAt'])}, last seen alive at ${text(body['lastLiveAt'] ?? 'no time on record')}.`,
  'server.returned': (body, names, { subject }) => `${host(names, subject)} came back at ${text(body['at'])}; a new case was opened, episode ${text(body['episode'])}.`,
  'case.settled': (body, names, { subject }) => `${text(body['person'] ?? body['by'])} settled the case of ${host(names, subject)} as ${text(body['as'])}: ${text(body['reason'])}.`,
  'case.retracted': (body, names, { subject }) => `${text(body['person'])} took the case of ${host(names, subject)} back: ${text(body['reason'])}.`,
  'notice.drafted': (body) => `Notice ${text(body['reference'])} to ${text(body['to'] ?? 'no mailbox')} was drafted, by ${text(body['method'])}, about ${count(body['cases'], 'server')}; it needs ${number(body['approvals'] ?? 2, 'approval')}.`,
  'notice.withdrawn': (body, names, { subject }) => `Notice ${reference(names, subject)} was withdrawn: ${text(body['reason'])}.`,
  'notice.approved': (body) => `${text(body['person'])} approved notice ${text(body['reference'])}, with a signature good until ${text(body['expiresAt'])}.`,
  'notice.rejected': (body) => `${text(body['person'])} rejected notice ${text(body['reference'])}: ${text(body['reason'])}.`,
  'notice.approval-withdrawn': (body) => `${text(body['person'])} took back the approval of notice ${text(body['reference'])}: ${text(body['reason'])}.`,
  'notice.aimed': (body) => `${text(body['by'])} aimed the notices: not before ${text(body['notBefore'] ?? 'any time')}, not after ${text(body['notAfter'] ?? 'any time')}.`,
  'strike.planned': (body) => `Strike ${text(body['number'])} was planned by ${text(body['by'])}; a plan holds nothing back.`,
  'strike.hold-approved': (body) => `${text(body['person'])} approved as ${text(body['role'])}, one of two words, that strike ${text(body['number'])} holds its notices back until ${text(body['until'])} at the latest: ${text(body['reason'])}.`,
  'strike.released': (body) => `${text(body['person'])} let everything go that strike ${text(body['number'])} held back${body['harm'] === true ? ', for harm was imminent' : ''}: ${text(body['reason'])}.`,
  'briefing.composed': (body) => `What ${text(body['recipient'])} is to be told ahead of strike ${text(body['number'])} was written, under TLP:RED and without any server; it needs 2 approvals.`,
  'strike.briefings-approved': (body) => `${text(body['person'])} approved as ${text(body['role'])}, one of two words, that ${count(body['briefings'], 'desk')} is told ahead of strike ${text(body['number'])}: ${text(body['reason'])}.`,
  'briefing.attempted': (body) => `Attempt ${text(body['attempt'])} to hand a briefing to ${text(body['recipient'])} began.`,
  'briefing.delivered': (body) => `The mail server took the briefing for ${text(body['recipient'])}: ${text(body['code'])} ${text(body['response'])}.`,
  'briefing.failed': (body) => `The briefing for ${text(body['recipient'])} was not taken: ${text(body['code'] ?? '')} ${text(body['response'])}.`,
  'contact.cleared': (body) => `${text(body['person'])} cleared the mailbox ${text(body['mailbox'])} of ${text(body['provider'])}: ${text(body['reason'])}.`,
  'server.released': (body, names, { subject }) => `${text(body['person'])} released ${host(names, subject)} from protective lists, one of two words: ${text(body['reason'])}.`,
  'provider.corrected': (body) => `${text(body['person'])} corrected what is known of ${text(body['provider'])}: ${text(body['fields'])} (${text(body['reason'])}).`,
  'provider.merged': (body) => `${text(body['person'])} said that ${text(body['provider'])} is a part of ${text(body['into'])}: ${text(body['reason'])}.`,
  'provider.split': (body) => `${text(body['person'])} said that ${text(body['provider'])} stands for itself again: ${text(body['reason'])}.`,
  'provider.preferred': (body) => `${text(body['person'])} has ${text(body['provider'])} asked before ${text(body['over'])}: ${text(body['reason'])}.`,
  'deconfliction.skipped': (body) => `${text(body['person'])} signed that nobody of the kind ${text(body['partyKind'])} need be asked: ${text(body['reason'])}.`,
  'dispatch.retried': (body, names) => `${text(body['by'])} had the message of notice ${reference(names, body['notice'])} tried again.`,
  'dispatch.queued': (body, names) => `A message (${text(body['dispatchKind'])}) of notice ${reference(names, body['notice'])} was queued for ${list(body['contacts'])}.`,
  'dispatch.attempted': (body, names) => `Attempt ${text(body['attempt'])} to hand a message of notice ${reference(names, body['notice'])} to ${text(body['recipient'])} began.`,
  'dispatch.delivered': (body) => `The mail server took the message for ${text(body['recipient'])}: ${text(body['code'])} ${text(body['response'])}.`,
  'dispatch.failed': (body) => `The message for ${text(body['recipient'])} was not taken: ${text(body['code'] ?? '')} ${text(body['response'])}.`,
  'dispatch.bounced': (body) => `The message for ${text(body['recipient'])} came back: ${text(body['response'])}.`,
  'dispatch.submitted': (body) => `${text(body['by'])} submitted it through ${text(body['channel'])}, ticket ${text(body['ticket'] ?? 'none')}.`,
  'dispatch.cancelled': (body) => `The message was cancelled: ${text(body['reason'])}.`,
  'mail.received': (body, names) => body['placedBy'] === 'door' ? `Whoever had the link of notice ${reference(names, body['notice'])} said at its door, unchecked who it was: "${text(body['subject'])}", read as ${text(body['class'])}.` : `Mail came in from ${text(body['fromAddress'] ?? body['fromDomain'])}: "${text(body['subject'])}", read as ${text(body['class'])}.`,
  'door.closed': (body, names, { subject }) => `${text(body['by'])} closed the door of notice ${reference(names, subject)}: ${text(body['reason'])}.`,
  'door.check-requested': (_body, names, { subject }) => `At the door of notice ${reference(names, subject)} a look was asked for, since it is said to be done.`,
  'door.found': (body, names) => `Whoever had the link of notice ${reference(names, body['notice'])} named further servers there; no sighting follows from that.`,
  'door.find-settled': (body) => `${text(body['by'])} settled what was named at a door as ${text(body['as'])}: ${text(body['reason'])}.`,
  'passkey.added': (body, _names, { subject }) => `${text(subject)} put a passkey of their own on record (${text(body['fingerprint'])}).`,
  'passkey.removed': (body, _names, { subject }) => `${text(body['person'])} took a passkey of ${text(subject)} off the record: ${text(body['reason'])}.`,
  'identity.linked': (body, _names, { subject }) => `${text(subject)} said as whom ${text(body['issuer'])} knows them, to be signed in by its word.`,
  'identity.unlinked': (body, _names, { subject }) => `${text(body['person'])} took the account of ${text(subject)} at ${text(body['issuer'])} off the record: ${text(body['reason'])}.`,
  'collections.published': () => 'What partners can fetch was brought to what they may have.',
  'contribution.received': (body) => `The partner ${text(body['partner'])} handed in ${text(body['objects'])} objects (SHA-256 ${text(body['sha256'])}).`,
  'contribution.settled': (body) => `What the partner ${text(body['partner'])} had handed in was taken in, ${text(body['refused'])} of its objects refused.`,
  'mail.reclassified': (body) => `${text(body['by'])} read a reply as ${text(body['class'])}: ${text(body['reason'])}.`,
  'authority.added': (body) => `${text(body['person'])} put ${text(body['kind'])} ${text(body['reference'])} on record${body['court'] === null ? '' : `, ${text(body['court'])}`}${body['sealed'] === true ? ', under seal' : ''}.`,
  'authority.served': (body, names, { subject }) => `${text(body['person'])} served ${reference(names, subject)} at ${text(body['servedAt'])}, ${text(body['method'])}; proof: ${text(body['proof'])}.`,
  'authority.unsealed': (body, names, { subject }) => `${reference(names, subject)} was unsealed as of ${text(body['unsealAt'])}.`,
  'authority.ended': (body, names, { subject }) => `${reference(names, subject)} ended at ${text(body['endsAt'])}: ${text(body['reason'])}.`,
  'deconfliction.opened': (body) => `Round ${text(body['number'])} of asking others whether these servers are theirs was opened.`,
  'deconfliction.asked': (body) => `${text(body['party'])} (${text(body['partyKind'])}) was asked on ${text(body['askedAt'])}.`,
  'deconfliction.answered': (body) => `${text(body['party'])} answered: ${text(body['answer'])}.`,
  'hands-off.recorded': (body, names, { subject }) => `${text(body['party'])} wants ${host(names, subject)} left alone until ${text(body['until'])}.`,
  'hands-off.lifted': (body, names, { subject }) => `Hands off ${host(names, subject)} was lifted: ${text(body['reason'])}.`,
  'key.introduced': () => 'The ledger named the first key that signs it.',
  'key.rotated': (body) => `Another key signs the ledger from here on: ${text(body['reason'])}.`,
  'checkpoint.timestamped': (body) => `${text(body['tsa'])} stamped a checkpoint of the ledger with the time ${text(body['genTime'])}.`,
  erasure: (body) => `Bodies of earlier entries were erased: ${text(body['reason'])}.`,
}; // prettier-ignore

/** Remembers how an entry calls what others name by an id. */
export function learn(names: Names, { subject }: Entry, body: JsonObject): void {
  const { reference: called } = body;
  if (typeof called === 'string') names.references.set(subject, called);
}

export function learnRow(names: Names, row: JsonObject): void {
  const { serverId, caseId, host: named } = row;
  if (typeof serverId !== 'string') return;
  if (typeof named === 'string') names.hosts.set(serverId, named);
  const known = names.hosts.get(serverId);
  if (typeof caseId === 'string' && known !== undefined) names.hosts.set(caseId, known);
}

/** What an entry says, in a sentence that is safe to show: defanged, without control characters. */
export function tellEntry(entry: Entry, body: JsonObject, names: Names): string {
  const teller = TELLERS[entry.kind];
  if (teller !== undefined && Object.hasOwn(TELLERS, entry.kind)) return teller(body, names, entry);
  const { schema: _schema, signed: _signed, rows: _rows, operation: _operation, ...said } = body;
  const fields = Object.entries(said).map(([key, value]) => `${words(key)} ${text(value)}`);
  return `${words(entry.kind.replaceAll('.', ' '))}${fields.length === 0 ? '' : `: ${fields.join('; ')}`}.`;
}

/** What a row says, likewise. */
export function tellRow(row: JsonObject, names: Names): string {
  const { type, serverId } = row;
  const who = typeof serverId === 'string' ? host(names, serverId) : '';
  switch (textOf(type)) {
    case 'sighting':
      return `line ${text(row['line'])}: ${endpoint(row)} served the botnet${optional(', last seen ', row['lastSeen'])}${optional(', ', row['status'])}${optional(', as ', row['label'])}`;
    case 'withdrawal':
      return `the source no longer says it of ${endpoint(row)}`;
    case 'configuration':
      return `configuration ${text(row['version'])}${optional(' ', row['tag'])}, collected ${text(row['collectedAt'])}, lists ${text(row['entries'])} controllers`;
    case 'identification':
      return `${who}: ${text(row['outcome'])}${isEmpty(row['heldBy']) ? '' : ` by ${list(row['heldBy'])}`}, by groups ${list(row['groups'])}`;
    case 'registration':
      return `asked about ${text(row['asked'])}: ${text(row['outcome'])}${optional(', ', row['reason'])}${optional(', at ', row['finalUrl'] ?? row['url'])}`;
    case 'location':
      return `${who} stands at ${text(row['providerKey'] ?? 'no known provider')}${optional(', AS', row['asn'])}${optional(', ', row['country'])}`;
    case 'kind':
      return `${who} is of the kind ${text(row['kind'])}${isEmpty(row['reasons']) ? '' : `: ${list(row['reasons'])}`}`;
    case 'decision':
      return `${who === '' ? host(names, row['caseId']) : who}: ${text(row['method'])} by row ${text(row['rowId'])}${isEmpty(row['missing']) ? '' : `, still missing ${list(row['missing'])}`}`;
    case 'provider': {
      const { provider } = row;
      const { name = null, key = null, contact = null, trust = null } = isObject(provider) ? provider : {};
      return `${text(name)} (${text(key)}), contact ${text(contact ?? 'none')}, trust ${text(trust)}`;
    }
    case 'probe':
      return `${who}${row['port'] === null ? '' : `:${text(row['port'])}`} at ${text(row['at'])} from ${text(row['vantage'])}: ${text(row['outcome'])}${optional(' (', row['finding'], ')')}; ${text(row['how'])}`;
    default: {
      const { type: _type, ...said } = row;
      return `${text(type)}: ${text(said)}`;
    }
  }
}

function count(value: JsonValue | undefined, noun: string): string {
  return number(Array.isArray(value) ? value.length : 0, noun);
}

function number(value: JsonValue, noun: string): string {
  return `${text(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function host(names: Names, id: JsonValue | undefined): string {
  const known = typeof id === 'string' ? names.hosts.get(id) : undefined;
  return known === undefined ? `server ${text(id)}` : defang(plain(known));
}

function reference(names: Names, id: JsonValue | undefined): string {
  return text((typeof id === 'string' ? names.references.get(id) : undefined) ?? id);
}

function endpoint({ host: named, port, scheme, path }: JsonObject): string {
  const at = defang(plain(textOf(named)), typeof port === 'number' ? port : null);
  return `${optional('', scheme, '[://]').replace(/^http/, 'hxxp')}${at}${optional('', path)}`;
}

function optional(before: string, value: JsonValue | undefined, behind = ''): string {
  return value === null || value === undefined || value === '' ? '' : `${before}${text(value)}${behind}`;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return !Array.isArray(value) || value.length === 0;
}

function list(value: JsonValue | undefined): string {
  if (!Array.isArray(value)) return text(value);
  const shown = value.slice(0, 10).map((each: JsonValue) => (each === '' ? 'the unnamed one' : text(each)));
  return `${shown.join(', ')}${value.length > shown.length ? ` and ${value.length - shown.length} more` : ''}`;
}

/** "dispatchKind" is read as "dispatch kind". */
function words(key: string): string {
  return plain(key).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** As it is written, not defanged. */
function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function text(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'not known';
  return defangSentence(plain(textOf(value)));
}
