import type { Giving, LeftOutReason } from '../flow/giving.ts';

/** Why a server is left out of what is given. */
const LEFT_OUT_WORDS: Readonly<Record<LeftOutReason, string>> = {
  'not-theirs': 'not theirs',
  'never-told': 'never identified',
  held: 'held',
  retracted: 'taken back',
  contested: 'contested',
  'not-through-the-gates': 'identified, but not through the gates that sending has',
  'hands-off': 'somebody has asked to leave them alone',
  'not-deconflicted': 'nobody has been asked whether they are watched, or not all have answered',
  protected: 'on protected ground',
  'ground-unchecked': 'no warning lists have been held against them',
  'no-controller': 'a sinkhole or a Tor exit',
  device: 'devices, whose addresses only their ISP and country get',
  withdrawn: 'their sources have taken back what they said',
  marking: 'marked too strictly for this recipient',
  'shared-address': 'on ground that many share, and no name of theirs is known',
  'shared-name': 'a name that many share',
  over: 'no controller any more: confirmed dark, settled, or something else answers',
  'not-live': 'not found alive',
  'not-in-this-format': 'this format has no place for them',
};

export function givingText({ operation, drill, to, ceiling, given, revoked, leftOut }: Giving): string {
  const total = given - revoked;
  const taken = revoked === 0 ? '' : `, ${revoked} taken back`;
  const lines = [
    `${drill ? 'DRILL: ' : ''}${operation}, for ${to}, TLP:${ceiling.toUpperCase()} at most: ${servers(total)} given${taken}`,
    ...Object.entries(LEFT_OUT_WORDS).flatMap(([reason, words]) => {
      const count = isReason(reason) ? leftOut[reason] : undefined;
      return count === undefined ? [] : [`  left out: ${count}, ${words}`];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function servers(count: number): string {
  return `${count} server${count === 1 ? '' : 's'}`;
}

function isReason(text: string): text is LeftOutReason {
  return text in LEFT_OUT_WORDS;
}
