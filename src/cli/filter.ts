import { refang } from '../domain/defang.ts';
import { problem } from '../domain/problem.ts';

/** Decides whether a row of a list is shown. */
export type Filter = (row: ReadonlyMap<string, unknown>) => boolean;

const CONDITION = /^([A-Za-z]+)(!=|=|~)(.*)$/s;

/**
 * Parses `--filter KEY=VALUE` (equal), `KEY!=VALUE` (not equal) and `KEY~TEXT` (contains), all without regard to case.
 * Several must hold together. Lists match when one of their members does; "-" stands for what is not known.
 */
export function parseFilters(conditions: readonly string[], keys: readonly string[]): Filter {
  const tests = conditions.map((condition): Filter => {
    const [, key = '', operator = '', wanted = ''] = CONDITION.exec(condition) ?? [];
    if (!keys.includes(key)) {
      throw problem(
        'usage',
        `--filter "${condition}" is not KEY=VALUE, KEY!=VALUE or KEY~TEXT with a known key`,
        `Keys: ${keys.join(', ')}`,
      );
    }
    // Hosts are shown defanged, and people copy what they see.
    const text = refang(wanted).toLowerCase();
    const matches = operator === '~' ? (value: string) => value.includes(text) : (value: string) => value === text;
    const isWanted = operator !== '!=';
    return (row) => texts(row.get(key)).some(matches) === isWanted;
  });
  return (row) => tests.every((test) => test(row));
}

function texts(value: unknown): readonly string[] {
  if (value === null || value === undefined || value === '') return ['-'];
  if (Array.isArray(value)) return value.length === 0 ? ['-'] : value.flatMap(texts);
  return [(typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase()];
}
