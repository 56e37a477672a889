import type { NoticeLint } from '../flow.ts';
import { shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { missingReason } from './wording.ts';

/**
 * What lint found, for a person: errors and warnings by notice, then what is missing, each statement once with the
 * notices that lack it, and a line of counts.
 */
export function lintText(lints: readonly NoticeLint[], style: Style): string {
  const lines: string[] = [];
  const missing = new Map<string, string[]>();
  let errors = 0;
  let warnings = 0;
  for (const { reference, provider, file, findings } of lints) {
    const name = reference ?? file;
    const wrong = findings.filter(({ severity }) => severity !== 'missing');
    if (wrong.length > 0) {
      const about = reference === null ? '' : `  ${safeText(provider ?? '')}  ${safeText(file)}`;
      lines.push(`${style.bold(safeText(name))}${about}`);
    }
    for (const { severity, rule, where, what, todo, source } of wrong) {
      if (severity === 'error') errors += 1;
      else warnings += 1;
      const word = severity === 'error' ? style.red('error') : style.yellow('warning');
      lines.push(`  ${word}  ${safeText(where)}: ${shownText(what)}  [${rule}]`, `    ${todo} (${source})`);
    }
    for (const { severity, what } of findings) {
      if (severity === 'missing') missing.set(what, [...(missing.get(what) ?? []), name]);
    }
  }
  if (lines.length > 0 && missing.size > 0) lines.push('');
  if (missing.size > 0) lines.push('Still missing');
  for (const [what, names] of missing) {
    const who = names.length === 1 ? safeText(names[0] ?? '') : `${names.length} of ${lints.length} notices`;
    lines.push(`  ${shownText(missingReason(what))}: ${who}`);
  }
  const counted = [
    plural(errors, 'error'),
    plural(warnings, 'warning'),
    `${plural(missing.size, 'statement')} missing`,
  ];
  lines.push(`${lines.length > 0 ? '\n' : ''}${plural(lints.length, 'notice')}: ${counted.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
