import type { Instant } from '../domain/instant.ts';
import type { ApprovalFact, SendFacts } from '../domain/send-facts.ts';
import { MISSING_CODES } from './missing.ts';
import type { MissingCode } from './missing.ts';
import type { SendRefusal, SendRefusalCode } from './gates/refusal.ts';

/** Why a person may not approve a notice. */
export interface ApprovalObstacle {
  readonly code: 'not-open' | 'vouched' | 'approved-already' | 'missing' | SendRefusalCode;
  readonly sentence: string;
}

/**
 * Refusals of the gates before sending that forbid approving already: nobody can judge such a notice, or approving it would
 * approve what must not be. All others (age of evidence and looks, deconfliction, arming, aim) may come right by themselves
 * or by others' work, and are asked again right before anything leaves.
 */
const FORBID_APPROVING: ReadonlySet<SendRefusalCode> = new Set([
  'notice-rejected',
  'sender-not-set',
  'no-contact',
  'contact-no-longer-listed',
  'contact-changed-lately',
  'contact-differs-from-registry',
  'bulletproof-without-order',
  'authority-missing',
  'authority-expired',
  'authority-ended',
  'authority-names-others',
  'authority-does-not-cover',
  'no-servers',
  'case-held',
  'never-touched',
  'case-stopped',
  'protected-ground-unchecked',
  'attested-import-only',
  'no-evidence-of-c2',
  'evidence-undated',
] as const satisfies readonly SendRefusalCode[]);

/** What a draft lacks, and the gates judge by newer facts. */
const JUDGED_BY_GATES: ReadonlySet<string> = new Set([
  'no-contact',
  'contact-changed-lately',
  'bulletproof-without-order',
  'sender-not-set',
  'protected-ground-unchecked',
  'attested-import-only',
  'no-evidence-of-c2',
  'evidence-undated',
  'evidence-too-old',
  'no-fresh-probe',
  'not-seen-alive',
  'hands-off',
  'with-partner',
  'no-deconfliction',
] as const satisfies readonly MissingCode[]);

/** A copy to the CSIRT goes beside the notice; drafts of earlier versions say that an approval is missing. */
const NOT_FOR_APPROVERS: ReadonlySet<string> = new Set(['no-copy-to-csirt', 'no-approval']);

const KNOWN_CODES: ReadonlySet<string> = new Set(MISSING_CODES);

/** Everything that keeps this person from approving this notice; empty where nothing does. */
export function approvalObstacles(
  facts: SendFacts,
  refusals: readonly SendRefusal[],
  person: string,
  vouchedAs: readonly string[],
  now: Instant,
): readonly ApprovalObstacle[] {
  const { notice, approvals } = facts;
  const obstacles: ApprovalObstacle[] = [];
  if (notice.state !== 'drafted' && notice.state !== 'approved')
    obstacles.push({ code: 'not-open', sentence: `the notice is ${notice.state}` });
  if (vouchedAs.length > 0)
    obstacles.push({
      code: 'vouched',
      sentence: `${vouchedAs.join(', ')} vouched for ${whatFor(facts)}: whoever attested the evidence never approves`,
    });
  // One that has run out is given anew.
  const stands = ({ withdrawnAt, expiresAt }: ApprovalFact): boolean => withdrawnAt === null && expiresAt > now;
  if (approvals.some((each) => each.person === person && each.hash === notice.hash && stands(each)))
    obstacles.push({ code: 'approved-already', sentence: 'the same person has approved this very text already' });
  for (const { code, sentence } of refusals) {
    if (FORBID_APPROVING.has(code) && !(code === 'notice-rejected' && notice.state === 'rejected'))
      obstacles.push({ code, sentence });
  }
  for (const missing of missingForApproval(facts)) obstacles.push({ code: 'missing', sentence: missing });
  return obstacles;
}

/** What the draft lacks and only a person can supply: codes and sentences of the draft's own. */
export function missingForApproval({ notice, provider }: SendFacts): readonly string[] {
  const isForm = (provider.channel === 'form' || provider.channel === 'api') && provider.contact !== null;
  return notice.missing.filter((word) => {
    if (JUDGED_BY_GATES.has(word) || NOT_FOR_APPROVERS.has(word)) return false;
    // The draft says that no mailbox is known, and by whom such notices are taken: a person submits it there.
    return KNOWN_CODES.has(word) || !(isForm && word.startsWith('a mailbox:'));
  });
}

function whatFor({ items }: SendFacts): string {
  return items.length === 1 ? 'the server of this notice' : 'servers of this notice';
}
