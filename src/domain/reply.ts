/** What comes back (DESIGN.md, Words); `unrelated` is everything else. */
export const REPLY_CLASSES = [
  'bounce',
  'auto-acknowledgement',
  'acknowledgement',
  'action-claimed',
  'refusal',
  'question',
  'contest',
  'unrelated',
] as const;
export type ReplyClass = (typeof REPLY_CLASSES)[number];
