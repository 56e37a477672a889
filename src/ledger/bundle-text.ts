import type { Absent, BundleReport } from './audit-bundle.ts';
import { defanged, findingLines, plain, signedByLines, wrongCount } from './report-text.ts';
import type { ReportText } from './report-text.ts';

const SHOWN = 20;

/** What an audit of an evidence bundle says, in words. */
export function bundleText(report: BundleReport, isAnchored: boolean): ReportText {
  const { counts, entries, organisation, root, verifierKey } = report;
  if (!report.ok) return { lead: 'The evidence does NOT hold:', rest: wrongCount(report), lines: findingLines(report) };
  return {
    lead: 'The evidence holds:',
    rest: ` ${aboutText(report)}, from the ledger of ${plain(organisation ?? '?')}, whose checkpoint of ${entries ?? '?'} entries has the root ${root ?? '?'}`,
    lines: [
      `  ${counts.files} files are those that were signed for; none is missing, none was added`,
      `  ${counts.told} entries of the ledger are told, with ${counts.rows} rows: each leads to the checkpoint`,
      `  ${counts.signatures} acts are signed by the people who had to; by the entries told here, nothing left without leave or other than approved`,
      `  ${counts.named} messages, documents, certificates and answers are the very bytes that entries name`,
      ...absentLines('Kept back on request', report.withheld),
      ...absentLines('Erased, as a later entry says', report.erased),
      ...absentLines('Missing: named by an entry, and the organisation has it no more', report.missing),
      'Not shown by this: that nothing else in the ledger concerns it, a word that took a leave back among it. The whole ledger shows that (dismantle ledger export).',
      ...signedByLines(verifierKey, isAnchored),
    ],
  };
}

function aboutText({ about }: BundleReport): string {
  const { kind, name, host } = about ?? {};
  const operation = plain(typeof name === 'string' ? name : '?');
  if (kind === 'operation') return `operation ${operation}`;
  const shown = typeof host === 'string' ? defanged(plain(host)) : 'a server whose address is kept back';
  return `${shown} in operation ${operation}`;
}

function absentLines(title: string, absent: readonly Absent[]): readonly string[] {
  if (absent.length === 0) return [];
  const lines = absent.slice(0, SHOWN).map(({ what, why }) => `    ${plain(what)} (${plain(why)})`);
  const hidden = absent.length - lines.length;
  return [
    `  ${title}: ${absent.length}`,
    ...lines,
    ...(hidden > 0 ? [`    and ${hidden} more (--json lists them all)`] : []),
  ];
}
