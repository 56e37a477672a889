import type { LookOutcome } from '../../domain/look.ts';

/** What speaks for the harm that a server does to victims while it lives. */
export interface HarmFacts {
  /** Of the configurations that are the newest of their campaign tag, those that name the server. */
  readonly newestConfigurations: readonly string[];
  /** What its sources say of it; null where none says. */
  readonly reported: 'online' | 'offline' | null;
  /** Our own newest look; null where nobody has looked. */
  readonly look: LookOutcome | null;
  readonly sightings: number;
}

/**
 * What of harm counts, the weightiest first, so that two servers are compared as a person would: one that answers nobody
 * does none; one that the newest configurations name is asked by every fresh bot; then one that lives; then one that many have seen.
 */
export interface Harm {
  readonly answersAsC2: 0 | 1;
  readonly newestConfigurations: number;
  readonly alive: 0 | 1 | 2 | 3;
  readonly sightings: number;
  /** What it is made of, for a person. */
  readonly reasons: readonly string[];
}

export const NO_HARM: Harm = { answersAsC2: 0, newestConfigurations: 0, alive: 0, sightings: 0, reasons: [] };

export function harmOf({ newestConfigurations, reported, look, sightings }: HarmFacts): Harm {
  const isGone = look === 'dark' || look === 'answers-other';
  return {
    answersAsC2: isGone ? 0 : 1,
    newestConfigurations: newestConfigurations.length,
    alive: isGone
      ? 0
      : look === 'c2-live'
        ? 3
        : look === 'live' || reported === 'online'
          ? 2
          : reported === 'offline'
            ? 0
            : 1,
    sightings,
    reasons: [
      newestConfigurations.length === 0
        ? 'in none of the newest configurations'
        : `in ${newestConfigurations.length === 1 ? 'a newest configuration' : `${newestConfigurations.length} newest configurations`} (${newestConfigurations.slice(0, 3).join(', ')}${newestConfigurations.length > 3 ? ' …' : ''})`,
      look === null ? (reported === null ? 'nobody says whether it lives' : `reported ${reported}`) : LOOKS[look],
      sightings === 1 ? '1 sighting' : `${sightings} sightings`,
    ],
  };
}

const LOOKS: Readonly<Record<LookOutcome, string>> = {
  'c2-live': 'a look found it answering as a controller',
  live: 'a look found it answering',
  'answers-other': 'a look found something else answering',
  dark: 'a look found nothing answering',
  inconclusive: 'the newest look was inconclusive',
};

/** Negative where the first does more harm. */
export function compareHarm(one: Harm, other: Harm): number {
  return (
    other.answersAsC2 - one.answersAsC2 ||
    other.newestConfigurations - one.newestConfigurations ||
    other.alive - one.alive ||
    other.sightings - one.sightings
  );
}
