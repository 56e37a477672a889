import { plainText } from '../../domain/plain-text.ts';
import type { RawRow } from './format.ts';

export const MAX_FIELD_CHARACTERS = 100;

/** A configuration that is being read. */
export interface Configuration {
  readonly line: number;
  /** Whether it began with `<mcconf>`, and so has an end of its own. */
  readonly isEnclosed: boolean;
  version: string | null;
  tag: string | null;
  date: string | null;
  hasList: boolean;
  /** What it says of itself stands behind its servers; that is believed only of one that is closed. */
  hasLateField: boolean;
  /** Why none of its servers can be taken. */
  fault: string | null;
  readonly rows: RawRow[];
  heldCharacters: number;
}

export type Field = 'version' | 'tag' | 'date';

export function newConfiguration(line: number, isEnclosed: boolean): Configuration {
  return {
    line,
    isEnclosed,
    version: null,
    tag: null,
    date: null,
    hasList: false,
    hasLateField: false,
    fault: null,
    rows: [],
    heldCharacters: 0,
  };
}

export function hasServers(configuration: Configuration): boolean {
  return configuration.hasList || configuration.rows.length > 0;
}

/** Why none of its servers can be taken, null where all can. */
export function faultOf({ line, fault, isEnclosed, hasLateField }: Configuration, isClosed: boolean): string | null {
  if (fault !== null) return fault;
  // Another one's version may have come in where the end of this one was lost.
  return isEnclosed && hasLateField && !isClosed ? `the configuration of line ${line} is not closed` : null;
}

/** Takes what a configuration says of itself; the reason where it cannot. An empty element says nothing. */
export function setField(configuration: Configuration, field: Field, value: string): string | null {
  if (value === '') return null;
  if (plainText(value, MAX_FIELD_CHARACTERS) !== value) return `the ${field} is too long or holds unfit characters`;
  const before = configuration[field];
  if (before !== null && before !== value) {
    if (field !== 'date') return `there are two: ${field} ${before} and ${field} ${value}`;
    // A list without a date is still a list; this is no date that can be read, and is told as such.
    configuration.date = plainText(`${before}, ${value}`, MAX_FIELD_CHARACTERS);
    return null;
  }
  if (hasServers(configuration)) configuration.hasLateField = true;
  configuration[field] = value;
  return null;
}
