/** What stands in every bundle, for whoever has to check it. */
export const READ_ME = `HOW TO CHECK THIS EVIDENCE

Begin with index.html (or index.txt): what happened, in order, each piece of evidence one click away.

1. With the program beside it. It needs Node (nodejs.org) 20.12 or newer and nothing else: no network, no database.
   In this folder:

       node audit/dismantle-audit.js . --key KEY

   KEY is the verifier key that the organisation has given you by another way: in a filing, on its website, by telephone. Without
   --key the program can only tell that everything agrees with the key that stands in the bundle itself.
   Whoever changed the evidence could have changed the program. If that is a question, take the program from the
   organisation's published sources (bin/dismantle-audit.js and src/ledger) instead, and give it this folder or the ZIP.

2. By hand, that no file was changed:

       sha256sum -c SHA256SUMS          (macOS: shasum -a 256 -c SHA256SUMS)

   SHA256SUMS lists every file but itself and SIGNED.txt. SIGNED.txt is a signed note (C2SP signed-note, Ed25519) by the key
   of the ledger; its third line is the SHA-256 of SHA256SUMS.

3. What the files are:

   entries/        one entry of the ledger each, with the hashes that lead from it to the signed checkpoint (Merkle proof,
                   RFC 6962); of batches the rows concerned, likewise
   messages/       mail as it was drafted, as it was offered to mail servers, or as it came in, under its SHA-256;
                   contents.jsonl and the story say which is which
   documents/      copies of orders
   certificates/   what servers showed, DER: openssl x509 -inform der -in FILE -text
   answers/        what registries answered, as it came
   bundle.json     what this is about, and the checkpoint that all proofs lead to
   contents.jsonl  every entry and every file that an entry names: given, kept back, erased or missing

What the check shows: that each entry, row, message and document here is the one that the ledger commits to, that nothing here
was changed, added or removed since the organisation signed, whose signatures the approvals bear, and what was kept back.
What it cannot show: that nothing else in the ledger concerns the matter. The organisation says so with its signature over the
list; the whole ledger (dismantle ledger export) shows it.

Indicators are written so that nobody opens them by accident: 203.0.113[.]7, hxxp.
`;
