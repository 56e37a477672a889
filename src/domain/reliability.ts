/**
 * How reliable a source is by its record, from A (completely) to E (unreliable), F where that cannot be judged: the first
 * letter of the Admiralty code, which MISP and OpenCTI use as well. A person's judgement; nothing here computes it.
 */
export const RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Reliability = (typeof RELIABILITIES)[number];

export function isReliability(text: string): text is Reliability {
  return RELIABILITIES.some((letter) => letter === text);
}
