/*
 * Columns of text in which no word of somebody else's stands, and those of which no page is given anything: with the reason, and held
 * against the schema by test/e2e/hostile-text.test.ts. Who adds a column puts a hostile text into it (hostile-history.ts), or says here
 * why there can be none.
 */

interface Reason {
  /** Of "table.column", the whole of it. */
  readonly columns: RegExp;
  readonly why: string;
}

export const NO_MARK: readonly Reason[] = [
  {
    columns: /\w+\.(?:person|by_person|actor|\w+_by|vouched_by|attested_by)|api_token\.holder|person\.name|invitation\.name/,
    why: 'a person on record: letters, digits and a few signs (parsePersonName); or a token, a program, a partner by its key',
  },
  {
    columns: /\w+\.(?:hash|sha256|\w+_hash|fingerprint|public_key|credential_id|stamp|salt)|ledger_head\.head|probe\.signed/,
    why: 'computed, or what a key is',
  },
  {
    columns: /\w+\.(?:message_id|reference|reference_ids|row_id|stix_id|base_id|in_reply_to|partner|playbook|parent)/,
    why: 'ours: made up by us, or of a form that nothing else passes',
  },
  {
    columns: /\w+\.(?:host_type|kind|method|outcome|finding|verdict|settled_as|class|proposed_class|state|role|channel|trust|type|format|scheme|country|evidence|stix_type|from_state|to_state|from_verdict|to_verdict|traffic|jurisdictions|status|tlp|reliability|stated_kind|missing|cannot|kinds|version|source_kind)/,
    why: 'one of a list that the code has',
  },
  { columns: /\w+\.(?:cases|notices|facts|entry|address|objects|recipients|matches|endpoints)/, why: 'ids, addresses and words of lists' },
  { columns: /assignment\.host|candidate\.(?:host|value)|authority\.scope/, why: 'hosts, prefixes and hashes: sighting.host has one that is hostile' },
  { columns: /(?:assignment|collection)\.operation|operation\.name|work\.subject/, why: 'the name of an operation: letters, digits, dots, dashes, underscores' },
  { columns: /organisation\.name/, why: 'a name that the installation has' },
  { columns: /import\.format|location\.source|server\.location_source|provider\.source|location_source/, why: 'what we call a source of data' },
  { columns: /registration\.(?:asked|url|final_url)|registry_answer\.(?:asked|url)/, why: 'what we asked, in a form of ours' },
  { columns: /rejection\.reason|contribution\.refusals/, why: 'our own sentence' },
  { columns: /probe\.network/, why: '"AS" and a number' },
  { columns: /server_look\.vantage/, why: 'of the newest look: probe.vantage has one that is hostile' },
  { columns: /received_mail\.(?:auth|source|ticket)|dispatch\.ticket|notice\.ticket/, why: 'what the check of senders found; our own words; a ticket has a form (ticketIn)' },
  { columns: /briefing\.(?:text|response)|dispatch\.text/, why: 'written from our own templates; dispatch.response has what a mail server answers' },
  { columns: /briefing_attempt\.\w+/, why: 'as dispatch_attempt: no desk is told ahead here by mail' },
  { columns: /dispatch_attempt\.host/, why: 'our own mail server, of the settings' },
  { columns: /notice\.(?:conversation|copy|informed|next_contact)/, why: 'mailboxes and moments' },
  { columns: /door_find\.note/, why: 'what stands beside the lines: door_find.lines has it all' },
  { columns: /configuration\.earlier_retirements/, why: 'as configuration.retirement, of one that came back' },
  { columns: /service_baseline\.accepted_by/, why: 'a person on record' },
  { columns: /session\.agent/, why: 'printable ASCII of a browser (MAX_AGENT_LENGTH): the browsers here are real ones' },
  { columns: /source\.credential/, why: 'the name of a credential of the settings' },
  { columns: /source_state\.left_out/, why: 'as source_state.problem' },
  { columns: /webhook_message\.problem/, why: 'a status and our own words: what a desk answers is not read' },
  { columns: /work\.(?:problem|worker)|worker\.(?:busy|name|settings)/, why: 'of our own machines' },
  { columns: /method_table\.(?:changes|examples)/, why: 'ids of rows, of a form that nothing else passes; a hash and a count' },
  { columns: /duty\.\w+/, why: 'people on record' },
  { columns: /identity\.(?:subject|issuer)/, why: 'nobody has an account elsewhere here: test/e2e/oidc-browser.test.ts, and an issuer is of the settings' },
]; // prettier-ignore

/** Columns whose texts are kept and shown on no page. The command line shows them. */
export const NOT_GIVEN_TO_PAGES: readonly Reason[] = [
  { columns: /ledger_body\.\w+/, why: 'has everything: the page shows a hundred entries at a time' },
  { columns: /registration\.\w+|registry_answer\.\w+/, why: 'what a registry answered, word for word: pages have the provider made of it' },
  { columns: /collection_\w+\.\w+|collection\.title|contribution\.\w+/, why: 'what partners fetch and hand in over TAXII' },
  { columns: /withdrawal\.\w+|last_withdrawal\.\w+|rejection\.value/, why: 'what is not, or is not any more' },
  { columns: /source_state\.\w+|source\.\w+|source_event\.\w+|webhook\w*\.\w+/, why: 'GET /sources and /webhooks: no page asks them' },
  { columns: /api_token\.\w+|partner\.\w+|assignment\.\w+/, why: 'partners have no page' },
  { columns: /fingerprint\.\w+|candidate\.\w+/, why: 'candidates have no page' },
  { columns: /import\.\w+|configuration_record\.\w+/, why: 'imports have no page; the sightings made of them have' },
  { columns: /door\.\w+|door_find\.\w+/, why: 'lines for a person at the command line; what a desk says comes as mail' },
  { columns: /certificate\.\w+|service_baseline\.\w+/, why: 'bytes, and what they are compared with' },
]; // prettier-ignore

export function reasonFor(reasons: readonly Reason[], column: string): string | null {
  return reasons.find(({ columns }) => new RegExp(`^(?:${columns.source})$`).test(column))?.why ?? null;
}
