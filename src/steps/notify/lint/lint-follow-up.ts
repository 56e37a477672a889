import { defang } from '../../../domain/defang.ts';
import type { NoticeItem } from '../../../domain/notice.ts';
import { squeezed } from './content.ts';
import type { Expected, NoticeContent } from './content.ts';
import type { Findings, LintRule } from './finding.ts';
import {
  lintDefanging,
  lintForm,
  lintMarks,
  lintOpenStatements,
  lintReference,
  lintSecrets,
  lintSender,
} from './lint-text.ts';

const WHERE: LintRule = {
  rule: 'follow-up-where',
  severity: 'error',
  todo: 'Correct the text; dismantle notices texts says where it stands.',
  source: 'DESIGN.md, The mail: to be acted on in two minutes',
};
const WHEN: LintRule = { ...WHERE, rule: 'follow-up-deadline' };
const MAX_SERVERS_LOOKED_FOR = 25;

/** A text that follows a notice. */
export interface FollowedUp {
  /** As findings name it: "reminder-1". */
  readonly where: string;
  readonly subject: string;
  readonly body: string;
  /** Words that say by when; null where it asks for nothing. */
  readonly within: RegExp | null;
}

/** Whether what follows a notice says to which one it belongs, about which servers, by when, and how to contest it. */
export function lintFollowUp(
  followUp: FollowedUp,
  items: readonly Pick<NoticeItem, 'host'>[],
  expected: Expected,
  findings: Findings,
): void {
  const { subject, body: text, where, within } = followUp;
  const content: NoticeContent = {
    from: '',
    subject,
    text,
    feedbackReport: '',
    xarf: [],
    itemsCsv: null,
    languages: [],
    date: null,
  };
  // Everything that is said of such a text names it.
  const named: Findings = {
    list: findings.list,
    say: (rule, part, what) => findings.say(rule, `${where} ${part}`, what),
    demand: (holds, rule, part, what) => findings.demand(holds, rule, `${where} ${part}`, what),
  };
  lintForm(content, named);
  lintReference(content, expected, named);
  lintSender(content, expected, named);
  lintOpenStatements(content, { ...expected, missing: [] }, named);
  lintMarks(content, expected, named);
  lintSecrets(content, expected, named);
  const reports = items.map(({ host }) => ({ where: host, report: { source_identifier: host } }));
  lintDefanging({ ...content, xarf: reports }, named);
  const all = squeezed(text);
  for (const { host } of items.slice(0, MAX_SERVERS_LOOKED_FOR)) {
    named.demand(all.includes(squeezed(defang(host))), WHERE, 'text', `${defang(host)} does not stand in it`);
  }
  if (within !== null) {
    named.demand(within.test(text.replaceAll(/\s+/g, ' ')), WHEN, 'text', 'it does not say by when');
  }
}
