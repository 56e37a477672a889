import { BUILT_IN_LISTS, NEVER_LISTS, weakenedLists } from '../../domain/never-lists.ts';
import { plainText } from '../../domain/plain-text.ts';
import { SETTING_KEYS, variableOf } from './setting-keys.ts';

const PREFIX = 'DISMANTLE_';
/** What a person may set: the setting's variables, and the one that says where the settings are. */
const VARIABLES: readonly string[] = ['DISMANTLE_DATA_DIR', ...SETTING_KEYS.map(({ key }) => variableOf(key))];
/** Set by the launcher for itself, and by whoever runs the long tests. */
const OWN: readonly string[] = ['DISMANTLE_REEXECUTED', 'DISMANTLE_FULL', 'DISMANTLE_KILLS'];
const MAX_NAME = 100;

/**
 * A sentence for each variable that begins as ours do and that nothing reads: most likely a typing error, and whoever
 * made it believes that the setting is in force. An empty variable counts for none.
 */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment)
    .filter(([name, value]) => value !== undefined && value !== '' && name.startsWith(PREFIX) && !isKnown(name))
    .map(([name]) => plainText(name, MAX_NAME))
    .map((name) => `${name} has no effect: there is no such variable; the nearest is ${nearest(name)}`);
}

function isKnown(name: string): boolean {
  // There case does not tell variables apart.
  const wanted = process.platform === 'win32' ? name.toUpperCase() : name;
  return VARIABLES.includes(wanted) || OWN.includes(wanted);
}

function nearest(name: string): string {
  const upper = name.toUpperCase();
  const [first] = VARIABLES.map((known) => ({ known, changes: editDistance(upper, known) })).toSorted(
    (one, other) => one.changes - other.changes,
  );
  return first?.known ?? '';
}

/** How many characters have to be put in, taken out or replaced to make one text of the other (Levenshtein 1965). */
function editDistance(one: string, other: string): number {
  // `row[at]` is the distance between what has been read of `one` and the first `at` characters of `other`.
  let row = Array.from({ length: other.length + 1 }, (_none, at) => at);
  for (const [read, character] of Array.from(one).entries()) {
    const next = [read + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (other[at - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The same for each effect that would weaken a list which nobody can weaken. `origin` is where it was set. */
export function weakenedEffects(effects: Readonly<Record<string, string>>, origin: string): readonly string[] {
  return weakenedLists(effects).map(
    (folder) =>
      `${origin}: protectedGround.effects: "${folder}": ${effects[folder] ?? ''} has no effect; what such a list names ` +
      `(${[...NEVER_LISTS, ...BUILT_IN_LISTS].join(', ')}) is never touched`,
  );
}
