import type { NoticeContent } from './content.ts';
import { jsonObject } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const rule = (name: string, source: string): LintRule => ({
  rule: name,
  severity: 'error',
  todo: 'Draft the notice anew.',
  source,
});

const FORM = rule('feedback-form', 'RFC 5965 §2(d)');
const REQUIRED = rule('feedback-required', 'RFC 5965 §3.1');
const ONCE = rule('feedback-once', 'RFC 5965 §3.2');
const AGREES = rule('feedback-agrees', 'RFC 5965 §3.2, RFC 6692 §3');

const AT_MOST_ONCE = [
  'arrival-date',
  'incidents',
  'original-envelope-id',
  'original-mail-from',
  'reporting-mta',
  'source-ip',
  'source-port',
];

/** The fields of the message/feedback-report part, and that they say what the reports say. */
export function lintFeedback({ feedbackReport, xarf }: NoticeContent, { demand, say }: Findings): void {
  const where = 'feedback report';
  const values = new Map<string, string[]>();
  for (const line of feedbackReport.trimEnd().split('\n')) {
    const [, name, value] = /^([A-Za-z-]+): ([\x20-\x7e]{1,900})$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      say(FORM, where, `"${line.slice(0, 60)}" is not a field`);
      continue;
    }
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  }
  for (const name of ['feedback-type', 'user-agent', 'version']) {
    const count = values.get(name)?.length ?? 0;
    demand(count === 1, REQUIRED, where, `${name} stands ${count} times, not once`);
  }
  demand(values.get('version')?.[0] === '1', REQUIRED, where, 'Version is not 1');
  demand(values.get('feedback-type')?.[0] === 'xarf', AGREES, where, 'Feedback-Type is not xarf');
  for (const name of AT_MOST_ONCE) demand((values.get(name)?.length ?? 0) < 2, ONCE, where, `${name} stands twice`);
  const incidents = values.get('incidents')?.[0];
  demand(
    incidents === undefined || incidents === String(xarf.length),
    AGREES,
    where,
    `it counts ${incidents ?? '?'} incidents, and there are ${xarf.length} reports`,
  );
  const address = values.get('source-ip')?.[0];
  if (address === undefined) return;
  const hosts = xarf.map(({ report }) => jsonObject(report)?.['source_identifier']);
  demand(hosts.length === 1 && hosts[0] === address, AGREES, where, 'Source-IP is not the one server reported');
}
