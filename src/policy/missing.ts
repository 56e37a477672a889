import type { Assessment } from '../domain/assessment.ts';
import { EVIDENCE_DAYS, PROBE_HOURS } from '../domain/gates.ts';
import type { Gates } from '../domain/gates.ts';
import { parseInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { isAlive } from '../domain/look.ts';
import type { LastLook } from '../domain/look.ts';
import type { AuthorityInForce } from '../domain/method.ts';
import type { Provider } from '../domain/provider.ts';

/**
 * What keeps a decided case from being notified, in the order in which a person would see to it. The texts catalogue
 * says each in a sentence.
 */
export const MISSING_CODES = [
  'no-provider',
  'no-contact',
  'no-csirt',
  'whom-to-ask-first',
  'contact-changed-lately',
  'bulletproof-without-order',
  'sender-not-set',
  'not-to-be-told',
  'no-hostname',
  'registered-name-unproven',
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
] as const;
/** What leaves nothing to draft: a notice about such a server would tell what must not be told, ask for nothing, or ask what somebody else asks. */
export const NOTHING_TO_DRAFT = [
  'not-to-be-told',
  'no-hostname',
  'with-partner',
] as const satisfies readonly (typeof MISSING_CODES)[number][];
export type MissingCode = (typeof MISSING_CODES)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface ReadinessFacts {
  /** Whom the method addresses: the provider, or the CSIRT that a referral goes to. */
  readonly addressee: Pick<Provider, 'contact' | 'contacts' | 'trust'> | null;
  /** Origin AS and registrant differ, and nobody has said whom to ask first. */
  readonly isFirstAskedOpen: boolean;
  /** The method refers to a CSIRT, and nobody knows which. */
  readonly isCsirtUnknown: boolean;
  readonly authority: AuthorityInForce;
  /** False for methods that mail nobody. */
  readonly needsNotice: boolean;
  readonly groundChecked: boolean;
  /** Only a host name may be asked for here, and nobody knows one. */
  readonly isHostNameUnknown: boolean;
  /** The whole registered name would be suspended, and only a name below it was reported, or it has several below it. */
  readonly isRegisteredNameUnproven: boolean;
  /** False where every source has marked it as for us alone. */
  readonly mayBeTold: boolean;
  readonly assessment: Assessment | null;
  /** The newest look at it that told anything; null where nobody has looked. */
  readonly look: LastLook | null;
  /** Others who may be at work on it have been asked. */
  readonly isDeconflicted: boolean;
  /** One of them has said that it is theirs or being watched, and that still holds. */
  readonly isHandsOff: boolean;
  /** A partner sees to it. */
  readonly isWithPartner: boolean;
}

/** Rules 2 to 4 and 6 of DESIGN.md. Approvals are of a notice's text, not of a case: they stand on the notice. */
export function missingForNotice(facts: ReadinessFacts, now: Instant, gates: Gates): readonly MissingCode[] {
  if (!facts.needsNotice) return [];
  return [
    ...contactGates(facts),
    ...(facts.mayBeTold ? [] : (['not-to-be-told'] as const)),
    ...(facts.isRegisteredNameUnproven ? (['registered-name-unproven'] as const) : []),
    ...(facts.isHostNameUnknown ? (['no-hostname'] as const) : []),
    ...(facts.groundChecked ? [] : (['protected-ground-unchecked'] as const)),
    ...evidenceGates(facts.assessment, now, gates),
    ...lookGates(facts.look, now, gates),
    ...(facts.isHandsOff ? (['hands-off'] as const) : []),
    ...(facts.isWithPartner ? (['with-partner'] as const) : []),
    ...(facts.isDeconflicted ? [] : (['no-deconfliction'] as const)),
  ];
}

function contactGates({ addressee, isFirstAskedOpen, isCsirtUnknown, authority }: ReadinessFacts): MissingCode[] {
  if (isCsirtUnknown) return ['no-csirt'];
  if (addressee === null) return ['no-provider'];
  const missing: MissingCode[] = [];
  if (addressee.contact === null) missing.push('no-contact');
  if (isFirstAskedOpen) missing.push('whom-to-ask-first');
  if (addressee.contacts?.find(({ mailbox }) => mailbox === addressee.contact)?.changedLately === true) {
    missing.push('contact-changed-lately');
  }
  const isOrdered = authority === 'court-order' || authority === 'standing-order';
  if (addressee.trust === 'bulletproof' && !isOrdered) missing.push('bulletproof-without-order');
  return missing;
}

function evidenceGates(assessment: Assessment | null, now: Instant, gates: Gates): MissingCode[] {
  const missing: MissingCode[] = [];
  if (assessment === null || assessment.basis === 'attested-import' || assessment.basis === 'none') {
    missing.push('attested-import-only');
  }
  const evidence = assessment?.evidence ?? null;
  if (evidence === null) return [...missing, 'no-evidence-of-c2'];
  const seen = evidence.seen === null ? null : parseInstant(evidence.seen);
  if (seen === null) return [...missing, 'evidence-undated'];
  const days = Math.min(gates.evidenceDays, EVIDENCE_DAYS);
  return now - seen > days * DAY_MS ? [...missing, 'evidence-too-old'] : missing;
}

/** What was dark or answered otherwise when somebody looked last is asked about by nobody, however lately it was alive. */
function lookGates(look: LastLook | null, now: Instant, gates: Gates): MissingCode[] {
  if (look === null || look.outcome === 'inconclusive') return ['no-fresh-probe'];
  if (!isAlive(look.outcome)) return ['not-seen-alive'];
  const hours = Math.min(gates.probeHours, PROBE_HOURS);
  return now - look.at > hours * HOUR_MS ? ['no-fresh-probe'] : [];
}
