import type { Round } from '../../domain/deconfliction.ts';
import { EVIDENCE_DAYS, PROBE_HOURS } from '../../domain/gates.ts';
import type { Gates } from '../../domain/gates.ts';
import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { LastLook } from '../../domain/look.ts';
import type { SendFacts, SendItem } from '../../domain/send-facts.ts';
import { INDEPENDENT_GROUPS_NEEDED, WEIGHT_NEEDED } from '../corroboration.ts';
import { handsOffInForce, serverDeconfliction } from '../deconfliction.ts';
import { refusal, serverCount } from './refusal.ts';
import type { SendRefusal, SendRefusalCode } from './refusal.ts';

const HOUR_MS = 3_600_000;
type ItemAnswer = readonly [code: SendRefusalCode, what: string];

const GOES_ON: ReadonlySet<string> = new Set(['approved', 'notified', 'acknowledged']);
/** Over: what comes back has a new case, and a notice of its own. */
const CLOSED: ReadonlySet<string> = new Set(['dark', 'settled']);
const STOPPED: ReadonlySet<string> = new Set(['refused', 'contested', 'retracted']);

/** What speaks against each server of the notice, one refusal a code with all servers that it concerns. */
export function itemGates(
  { items, rounds }: Pick<SendFacts, 'items' | 'rounds'>,
  now: Instant,
  limits: Gates,
): readonly SendRefusal[] {
  if (items.length === 0) return [refusal('no-servers', 'no server stands in it')];
  const byNumber = new Map(rounds.map((round) => [round.number, round]));
  const found = items.flatMap((item) => {
    const asked = item.rounds.flatMap((number) => byNumber.get(number) ?? []);
    return answersOn(item, asked, now, limits).map(([code, what]) => ({ code, what, item }));
  });
  return [...Map.groupBy(found, ({ code, what }) => `${code} ${what}`).values()].map((group) => {
    const concerned = group.map(({ item }) => item);
    const [{ code, what } = { code: 'no-servers' as const, what: '' }] = group;
    return refusal(code, `${serverCount(concerned.length)}: ${what}`, concerned);
  });
}

function answersOn(item: SendItem, asked: readonly Round[], now: Instant, limits: Gates): readonly ItemAnswer[] {
  return [
    ...caseAnswers(item),
    ...deconflictionAnswers(item, asked, now),
    ...evidenceAnswers(item, now, limits),
    ...lookAnswers(item.look, now, limits),
  ];
}

function caseAnswers(item: SendItem): readonly ItemAnswer[] {
  const answers: ItemAnswer[] = [];
  if (item.state === 'held' || item.heldBy.length > 0)
    answers.push(['case-held', `held since, by ${item.heldBy.join(', ') || 'a judgement'}`]);
  else if (CLOSED.has(item.state)) answers.push(['case-stopped', `its case is closed: ${item.state}`]);
  else if (STOPPED.has(item.state)) answers.push(['case-stopped', `its case is ${item.state}`]);
  else if (!GOES_ON.has(item.state))
    answers.push(['case-not-approved', `its case is ${item.state}: judged anew since, or not approved yet`]);
  if (item.isNeverTouched) answers.push(['never-touched', 'a list says that it is never touched']);
  return answers;
}

function deconflictionAnswers(item: SendItem, asked: readonly Round[], now: Instant): readonly ItemAnswer[] {
  const answers: ItemAnswer[] = [];
  const kept = handsOffInForce(item.handsOffs, now);
  if (kept !== null) answers.push(['hands-off', `hands off until ${readableInstant(kept.until)}, says ${kept.party}`]);
  if (item.partner !== null) answers.push(['with-partner', `the partner ${item.partner} sees to it`]);
  const standing = serverDeconfliction({ rounds: asked, handsOffs: item.handsOffs }, now);
  if (standing.state === 'never-asked')
    answers.push(['not-deconflicted', 'nobody has been asked whether it is theirs or watched']);
  if (standing.state === 'ask-again')
    answers.push(['not-deconflicted', `the hands-off of ${standing.party} has run out, and nobody has asked again`]);
  if (standing.state === 'waiting') {
    const open = standing.standing.kinds.filter(({ state }) => state === 'nobody-asked' || state === 'waiting');
    answers.push(['not-deconflicted', `no answer yet for ${open.map(({ kind }) => kind).join(', ')}`]);
  }
  return answers;
}

function evidenceAnswers(item: SendItem, now: Instant, limits: Gates): readonly ItemAnswer[] {
  const answers: ItemAnswer[] = [];
  if (!item.groundChecked) answers.push(['protected-ground-unchecked', 'no warning lists have been held against it']);
  if (item.basis === null || item.basis === 'none' || item.basis === 'attested-import')
    answers.push(['attested-import-only', 'nothing but a word on a whole import speaks for it']);
  else if (item.basis === 'attested-server' && !item.isAttested)
    answers.push(['attested-import-only', 'the word that spoke for it was taken back']);
  if (isTakenBack(item))
    answers.push([
      'evidence-taken-back',
      'too few of the sources that it was judged by still name it: run, and it is judged anew',
    ]);
  const days = Math.min(limits.evidenceDays, EVIDENCE_DAYS);
  if (item.evidence === null || item.evidence.class === 'listing')
    answers.push(['no-evidence-of-c2', 'sources list it, and a listing is no evidence of C2']);
  else if (item.evidence.seen === null) answers.push(['evidence-undated', 'its evidence of C2 has no date']);
  else if (now - item.evidence.seen > days * 24 * HOUR_MS)
    answers.push(['evidence-too-old', `its evidence of C2 is older than ${days} days`]);
  return answers;
}

/** What sources have taken back since it was judged must not have been what it passed by. */
function isTakenBack({ basis, standingWeights, evidence, evidenceStands }: SendItem): boolean {
  if (standingWeights === null || (basis !== 'independent-groups' && basis !== 'matching-probe')) return false;
  if (evidence !== null && evidence.class !== 'listing' && !evidenceStands && basis === 'independent-groups')
    return true;
  if (basis === 'matching-probe') return standingWeights.length === 0;
  const weight = standingWeights.reduce((sum, each) => sum + each, 0);
  return standingWeights.length < INDEPENDENT_GROUPS_NEEDED || weight < WEIGHT_NEEDED;
}

/** What was dark or answered otherwise when somebody looked last is asked about by nobody, however lately it was alive. */
function lookAnswers(look: LastLook | null, now: Instant, limits: Gates): readonly ItemAnswer[] {
  if (look === null || look.outcome === 'inconclusive') return [['never-found-alive', 'no look has found it alive']];
  if (look.outcome === 'answers-other') return [['answers-other', 'somebody else answers there: a person has to look']];
  if (!isAlive(look.outcome)) return [['dark', 'the last look found it dark']];
  const hours = Math.min(limits.probeHours, PROBE_HOURS);
  return now - look.at > hours * HOUR_MS ? [['look-too-old', `not found alive within ${hours} hours`]] : [];
}
