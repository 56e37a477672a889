import { EVIDENCE_DAYS } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LookFact, SendItem } from '../../domain/send-facts.ts';
import { refusal, serverCount } from './refusal.ts';
import type { SendRefusal, SendRefusalCode } from './refusal.ts';

const HOUR_MS = 3_600_000;
/** How many hours old the newest look that found a server alive may be (rule 2). A setting may say less. */
export const PROBE_HOURS = 24;

/** The gates that the settings may narrow. */
export interface ItemLimits {
  readonly evidenceDays: number;
  readonly probeHours: number;
}

type ItemAnswer = readonly [code: SendRefusalCode, what: string];

const GOES_ON: ReadonlySet<string> = new Set(['approved', 'notified', 'acknowledged']);
const STOPPED: ReadonlySet<string> = new Set(['refused', 'contested', 'retracted']);

/** What speaks against each server of the notice, one refusal a code with all servers that it concerns. */
export function itemGates(items: readonly SendItem[], now: Instant, limits: ItemLimits): readonly SendRefusal[] {
  if (items.length === 0) return [refusal('no-servers', 'no server stands in it')];
  const found = items.flatMap((item) => answersOn(item, now, limits).map(([code, what]) => ({ code, what, item })));
  return [...Map.groupBy(found, ({ code, what }) => `${code} ${what}`).values()].map((group) => {
    const concerned = group.map(({ item }) => item);
    const [{ code, what } = { code: 'no-servers' as const, what: '' }] = group;
    return refusal(code, `${serverCount(concerned.length)}: ${what}`, concerned);
  });
}

function answersOn(item: SendItem, now: Instant, limits: ItemLimits): readonly ItemAnswer[] {
  return [...caseAnswers(item, now), ...evidenceAnswers(item, now, limits), ...lookAnswers(item.looks, now, limits)];
}

function caseAnswers(item: SendItem, now: Instant): readonly ItemAnswer[] {
  const answers: ItemAnswer[] = [];
  if (item.state === 'held' || item.heldBy.length > 0)
    answers.push(['case-held', `held since, by ${item.heldBy.join(', ') || 'a judgement'}`]);
  else if (STOPPED.has(item.state)) answers.push(['case-stopped', `its case is ${item.state}`]);
  else if (!GOES_ON.has(item.state))
    answers.push(['case-not-approved', `its case is ${item.state}: judged anew since, or not approved yet`]);
  if (item.isNeverTouched) answers.push(['never-touched', 'a list says that it is never touched']);
  const kept = item.handsOff.filter(({ until }) => until === null || until > now);
  if (kept.length > 0) answers.push(['hands-off', `hands off, says ${kept.map(({ party }) => party).join(', ')}`]);
  const { round, unsettled } = item.deconfliction;
  if (round === null) answers.push(['not-deconflicted', 'nobody has been asked whether it is theirs or watched']);
  else if (unsettled.length > 0) answers.push(['not-deconflicted', `no answer yet for ${unsettled.join(', ')}`]);
  return answers;
}

function evidenceAnswers(item: SendItem, now: Instant, limits: ItemLimits): readonly ItemAnswer[] {
  const answers: ItemAnswer[] = [];
  if (!item.groundChecked) answers.push(['protected-ground-unchecked', 'no warning lists have been held against it']);
  if (item.basis === null || item.basis === 'none' || item.basis === 'attested-import')
    answers.push(['attested-import-only', 'nothing but a word on a whole import speaks for it']);
  const days = Math.min(limits.evidenceDays, EVIDENCE_DAYS);
  if (item.evidence === null || item.evidence.class === 'listing')
    answers.push(['no-evidence-of-c2', 'sources list it, and a listing is no evidence of C2']);
  else if (item.evidence.seen === null) answers.push(['evidence-undated', 'its evidence of C2 has no date']);
  else if (now - item.evidence.seen > days * 24 * HOUR_MS)
    answers.push(['evidence-too-old', `its evidence of C2 is older than ${days} days`]);
  return answers;
}

/**
 * Alive at some port lately, and nothing since that speaks against it: that port dark, the whole host dark, or somebody
 * else answering at any port, since a host that was let to another answers as another.
 */
function lookAnswers(looks: readonly LookFact[], now: Instant, limits: ItemLimits): readonly ItemAnswer[] {
  const alive = newest(looks.filter(isAlive));
  const since = (look: LookFact): boolean => alive === null || look.at >= alive.at;
  if (looks.some((look) => look.outcome === 'answers-other' && since(look)))
    return [['answers-other', 'somebody else answers there: a person has to look']];
  if (looks.some((look) => look.outcome === 'dark' && look.port === null && since(look)))
    return [['dark', 'found dark since']];
  if (alive === null)
    return looks.length === 0
      ? [['never-found-alive', 'no look has found it alive']]
      : [['dark', 'found dark at every port that was looked at']];
  const hours = Math.min(limits.probeHours, PROBE_HOURS);
  return now - alive.at > hours * HOUR_MS ? [['look-too-old', `not found alive within ${hours} hours`]] : [];
}

function isAlive({ outcome }: LookFact): boolean {
  return outcome === 'c2-live' || outcome === 'live';
}

function newest(looks: readonly LookFact[]): LookFact | null {
  return looks.reduce<LookFact | null>((best, look) => (best === null || look.at > best.at ? look : best), null);
}
