import { parseAddress } from '../../../domain/address.ts';
import { isSenderSet } from '../../../domain/operation.ts';
import { jsonObject, squeezed } from './content.ts';
import type { Expected, NoticeContent } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const rule = (name: string, todo: string, source: string, severity: LintRule['severity'] = 'error'): LintRule => ({
  rule: name,
  severity,
  todo,
  source,
});

const TEXT = 'Put the element back into the notice text.';
const DSA = rule('law-dsa', TEXT, 'Regulation (EU) 2022/2065, Art. 16(2)');
const COPYRIGHT = rule('law-copyright', TEXT, '17 U.S.C. 512(c)(3)(A)');
const OWNER = rule(
  'law-rights-owner',
  'Nobody but the rights owner or its agent may send this.',
  '17 U.S.C. 512(c)(3)(A)(vi), (f)',
);
const ORDER = rule(
  'law-order',
  'Name court, case number and date, and attach the order.',
  'Fed. R. Civ. P. 65(d)(1); Regulation (EU) 2022/2065, Art. 9(2)',
);
const REGISTRAR = rule('law-registrar', 'Ask a registrar about names alone.', 'ICANN RAA §3.18.2');
const CSIRT = rule(
  'law-csirt',
  'Add the national CSIRT as the provider of this notice.',
  'DESIGN.md, Methods: referral',
);

/** The elements of Art. 16(2), as our texts cite them in English and German. */
const DSA_ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ['(a), the reasons', /16\(2\)\(a\)|16 Abs\. 2 Buchst\. a/],
  ['(b), the exact electronic location', /16\(2\)\(b\)|16 Abs\. 2 Buchst\. b/],
  ['(c), name and e-mail address', /16\(2\)\(c\)|16 Abs\. 2 Buchst\. c/],
  ['(d), the statement of good faith', /16\(2\)\(d\).{0,200}good faith|16 Abs\. 2 Buchst\. d.{0,200}gute[mn]? Glauben/],
];

const COPYRIGHT_ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ['(i), a signature', /\(i\) \S/],
  ['(ii), the work infringed', /\(ii\) \S/],
  ['(iii), the material and where it is', /\(iii\) \S/],
  ['(iv), how to reach the complaining party', /\(iv\) \S/],
  ['(v), the good faith belief', /\(v\) \S.{0,200}good faith/],
  ['(vi), accuracy, under penalty of perjury', /\(vi\) \S.{0,200}perjury/],
];

/** What the law behind the method demands of the words. A message that names no method is judged by what it cites. */
export function lintLaw(content: NoticeContent, expected: Expected, findings: Findings): void {
  const { demand, say } = findings;
  const { method, sender, row, providerKey } = expected;
  const text = content.text.replaceAll(/\s+/g, ' ');
  if (method === 'dsa-notice' || (method === null && /Article 16 of Regulation|Artikel 16 der Verordnung/.test(text))) {
    for (const [element, pattern] of DSA_ELEMENTS)
      demand(pattern.test(text), DSA, 'text', `Art. 16(2)${element}, does not stand in it`);
    if (sender !== null && isSenderSet(sender)) {
      const isNamed = [sender.organisation, sender.email].every((words) => squeezed(text).includes(squeezed(words)));
      demand(isNamed, DSA, 'text', 'it does not name who submits it, and the mailbox');
    }
  }
  if (method === 'copyright-notice' || (method === null && /512\(c\)\(3\)/.test(text))) {
    for (const [element, pattern] of COPYRIGHT_ELEMENTS)
      demand(pattern.test(text), COPYRIGHT, 'text', `element ${element}, does not stand in it`);
    if (sender !== null) demand(sender.capacity === 'rights-owner', OWNER, 'draft', `we act as ${sender.capacity}`);
  }
  if (method === 'court-order') {
    const names = /\[MISSING: court|\b(case|docket|cause|no\.|nr\.|az\.|aktenzeichen)\b/i.test(text);
    demand(names, ORDER, 'text', 'it names no order');
  }
  if (method === 'registrar-request') {
    const hosts = content.xarf.map(({ report }) => jsonObject(report)?.['source_identifier']);
    const address = hosts.find((host) => typeof host === 'string' && parseAddress(host).ok);
    demand(address === undefined, REGISTRAR, 'draft', 'a registrar can do nothing about an address');
  }
  if (row?.addressee === 'csirt' && providerKey !== null && !providerKey.startsWith('csirt:')) {
    say({ ...CSIRT, severity: 'missing' }, 'draft', 'it addresses a CSIRT, and none is named');
  }
  if (providerKey?.startsWith('csirt:') === true) {
    demand(row === null || row.addressee === 'csirt', CSIRT, 'draft', 'a CSIRT is asked as if it ran the network');
  }
}
