import type { Ask } from '../../../domain/method.ts';
import type { AskGroup, NoticeDraft } from '../../../domain/notice.ts';
import { readableInstant } from '../../../domain/instant.ts';
import type { ServerKind } from '../../../domain/server.ts';
import { deadlineAt, deadlineFrom } from '../deadline.ts';
import { inertWords } from '../inert-words.ts';
import { lawWords } from '../wording.ts';
import { squeezed } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const rule = (name: string, source: string): LintRule => ({
  rule: name,
  severity: 'error',
  todo: 'Correct the asks in the method table.',
  source,
});

const HARM = rule('ask-harm', 'DESIGN.md rule 4: first do no harm');
const ORDER = rule('ask-order', 'DESIGN.md rule 4: the least intrusive ask first');
const DEADLINE = rule('ask-deadline', 'DESIGN.md, The mail: to be acted on in two minutes');
const BASIS = rule('ask-basis', 'DESIGN.md, Methods: which law is infringed or relied on');
const COVERS = rule('ask-covers', 'DESIGN.md, Words: ask');

/** What may be asked for a victim's machine, and on ground that others share: nothing beyond these. */
const ALLOWED: Readonly<Record<AskGroup['group'], readonly Ask[] | null>> = {
  controllers: null,
  shared: ['preserve', 'clean', 'block-hostname', 'name-other-servers', 'suspend-domain', 'none'],
  victims: ['preserve', 'clean', 'block-hostname', 'isolate', 'none'],
  devices: ['preserve', 'clean', 'block-hostname', 'isolate', 'none'],
};

const GROUPS: Readonly<Record<AskGroup['group'], readonly ServerKind[]>> = {
  controllers: ['dedicated', 'tor-exit', 'sinkhole', 'unknown'],
  // What a list says of the ground makes any host one of these: nothing but a name is then asked for.
  shared: ['shared-hosting', 'cdn-fronted', 'dedicated', 'tor-exit', 'sinkhole', 'unknown'],
  victims: ['compromised-host'],
  devices: ['iot-device'],
};

const MILDNESS: readonly Ask[] = [
  'preserve', 'clean', 'block-hostname', 'isolate', 'null-route', 'suspend', 'refuse-re-lease', 'name-other-servers',
  'suspend-domain', 'none',
]; // prettier-ignore

/** Whether the asks fit the kinds of servers, the mildest stand first, and every server is asked about. */
export function lintAsks({ asks, items, text, date, aim, method }: NoticeDraft, { demand }: Findings): void {
  const kinds = new Map(items.map(({ host, kind }) => [host, kind]));
  const said = squeezed(text);
  for (const { group, asks: asked, hosts, deadlineHours, law } of asks) {
    const moment = deadlineAt(deadlineFrom({ draftedAt: date, aim }), deadlineHours);
    const isTimed = moment !== null && method !== 'law-enforcement-referral' && asked.some((ask) => ask !== 'none');
    const isSaid = !isTimed || said.includes(squeezed(readableInstant(moment)));
    demand(isSaid, DEADLINE, 'text', `it does not say by when it asks for ${asked.join(', ')}`);
    demand(said.includes(squeezed(inertWords(lawWords(law)))), BASIS, 'text', `it does not name the basis: ${law}`);
    const allowed = ALLOWED[group];
    const harmful = allowed === null ? [] : asked.filter((ask) => !allowed.includes(ask));
    demand(harmful.length === 0, HARM, 'asks', `${harmful.join(', ')} is asked for ${group}`);
    const stray = hosts.find((host) => {
      const kind = kinds.get(host);
      return (
        kind !== undefined && !GROUPS[group].includes(kind) && items.filter((item) => item.host === host).length === 1
      );
    });
    demand(stray === undefined, HARM, 'asks', `a ${kinds.get(stray ?? '') ?? ''} is treated as one of the ${group}`);
    const places = asked.map((ask) => MILDNESS.indexOf(ask));
    demand(
      places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1)),
      ORDER,
      'asks',
      'the mildest ask does not stand first',
    );
  }
  const covered = new Set(asks.flatMap(({ hosts }) => hosts));
  const uncovered = items.filter(({ host }) => !covered.has(host)).length;
  demand(uncovered === 0, COVERS, 'asks', `nothing is asked about ${uncovered} servers`);
}
