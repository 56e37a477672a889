export const ledgerTexts = {
  title: 'Ledger',
  about:
    'Everything that was done, in the order in which it was recorded; nothing is changed later. What is personal may be erased from it, and then it says so.',
  entries: 'entries',
  root: 'Root',
  rootAbout: 'Names these entries and no others. Note it somewhere else, and compare later.',
  download: 'Download it all',
  key: 'Key that signs it',
  auditWith: 'A download is checked, signatures included, with: dismantle audit ledger.jsonl',
  verify: {
    title: 'Verified here, by this browser',
    about:
      'Reads every entry, computes each hash and commitment and the Merkle root anew, and compares. People’s signatures are checked by dismantle audit.',
    start: 'Verify now',
    again: 'Verify again',
    running: (entries: number, of: number) =>
      `${entries.toLocaleString('en')} of ${of.toLocaleString('en')} entries computed …`,
    whole: (entries: number) =>
      `Whole: ${entries.toLocaleString('en')} entries computed, each follows from the one before, and the root is the one that the service tells. That none is missing at the end shows only a root that was noted elsewhere.`,
    otherRoot: 'The entries follow from each other, but the service tells another root than they have.',
    erased: (count: number) =>
      `${count.toLocaleString('en')} bodies were erased, each named by a later entry that says so; their entries stand.`,
    fault: (sequence: number, what: string) =>
      `Entry ${sequence.toLocaleString('en')} is wrong: ${what}. Stop, keep a download, and have it audited.`,
    failed: (message: string) => `It could not be read to the end: ${message}.`,
    faults: {
      sequence: 'an entry is missing before it',
      order: 'it is older than the one before it',
      previous: 'it does not follow from the one before it',
      hash: 'its hash is not that of what it says',
      commitment: 'its body is not the one that was recorded',
      withheld: 'its body was not given, and no later entry says that it was erased',
    },
  },
  filter: 'Filter this page by actor, kind or subject',
  sequence: 'No.',
  at: 'Recorded',
  actor: 'Actor',
  kind: 'What',
  subject: 'About',
  newer: 'Newer',
  older: 'Older',
  erased: 'No body was given. Whether it was rightly erased, “Verify now” tells.',
  body: 'What it says',
  hash: 'Hash',
  previous: 'Hash of the one before',
  commitment: 'Commitment to the body',
  checks: 'Hash and commitment computed here: they fit.',
  checksHash: 'Hash computed here: it fits. No body was given.',
  doesNotCheck: 'Computed here, hash or commitment do not fit.',
  none: 'No entry of this page is like that.',
} as const;
