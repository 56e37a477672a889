import type { ImportSummary, IntakeSummary, RunSummary } from '../flow.ts';
import { readableInstant } from '../domain/instant.ts';
import { duration } from './duration.ts';
import { shorten, shownText } from './shown.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { effectName, heldReason, listAge, missingReason, stateName } from './wording.ts';

const FILES_SHOWN = 20;
const REJECTS_SHOWN = 5;
const NOTICES_SHOWN = 12;
const RETRACTIONS_SHOWN = 8;
const VALUE_CHARACTERS = 48;

const number = (value: number): string => value.toLocaleString('en');

function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** What a run came to, for a person. `options` goes with every command that is suggested (`suggestedOptions`). */
export function runText(summary: RunSummary, style: Style, options: string): string {
  return [
    `${style.bold(`Operation ${summary.operation}`)}${summary.drill ? style.yellow('  drill: documentation and lab addresses only') : ''}\n`,
    intakeText(summary.intake, style),
    serversText(summary, style),
    methodsText(summary, style),
    noticesText(summary, style),
    ...(summary.retractions.servers === 0 ? [] : [retractionsText(summary, style)]),
    `${style.bold('Ledger')}    ${count(summary.ledger.entries, 'entry').replace('entrys', 'entries')}, root ${summary.ledger.root.slice(0, 16)}…\n`,
    nextText(summary, style, options),
  ].join('\n');
}

export function importText(summary: ImportSummary, style: Style, options: string): string {
  return [
    style.bold(`Operation ${summary.operation}`),
    '',
    intakeText(summary.intake, style),
    `Next: dismantle run FILE --operation ${summary.operation}${options} takes it on from here; the same file is not imported twice.\n`,
  ].join('\n');
}

function intakeText({ files, rejects, rejectsFile }: IntakeSummary, style: Style): string {
  if (files.length === 0) return '';
  const lines = [style.bold('Intake')];
  for (const file of files.slice(0, FILES_SHOWN)) {
    const name = safeText(file.file);
    if (file.duplicate) {
      lines.push(
        `  ${name}: the very same file was imported before, so no row was added; it counts ${groupName(file.group)}`,
      );
    }
    lines.push(
      `  ${name} (${file.format}): ${count(file.rows, 'row')}, ${number(file.accepted)} accepted, ${number(file.rejected)} rejected${furtherCounts(file)}`,
    );
    if (file.undated.first !== null) lines.push(style.yellow(`    ${undatedText(file.undated)}`));
  }
  if (files.length > FILES_SHOWN) {
    const sum = (pick: (file: IntakeSummary['files'][number]) => number): string =>
      number(files.reduce((total, file) => total + pick(file), 0));
    lines.push(
      `  … and ${number(files.length - FILES_SHOWN)} more files; in all ${sum(({ rows }) => rows)} rows, ` +
        `${sum(({ accepted }) => accepted)} accepted, ${sum((file) => file.rejected)} rejected`,
    );
  }
  for (const { file, line, value, reason } of rejects.slice(0, REJECTS_SHOWN)) {
    const where = files.length === 1 ? `line ${line}` : `${safeText(file)}, line ${line}`;
    lines.push(style.dim(`    ${where}: ${shorten(shownText(value), VALUE_CHARACTERS)}: ${safeText(reason)}`));
  }
  const rejected = files.reduce((sum, file) => sum + file.rejected, 0);
  if (rejected > REJECTS_SHOWN) lines.push(style.dim(`    … and ${number(rejected - REJECTS_SHOWN)} more`));
  if (rejectsFile !== null) lines.push(`  Every rejected row with its reason: ${rejectsFile}`);
  return `${lines.join('\n')}\n`;
}

/** What a file holds besides, where it does. */
function furtherCounts({ repeated, withdrawn, configurations }: IntakeSummary['files'][number]): string {
  return [
    repeated === 0 ? '' : `, ${number(repeated)} said before in it`,
    withdrawn === 0 ? '' : `, ${number(withdrawn)} withdrawn`,
    configurations === 0 ? '' : `, ${count(configurations, 'configuration')}`,
  ].join('');
}

function undatedText({ rows, first }: IntakeSummary['files'][number]['undated']): string {
  return (
    `${count(rows, 'row')} without a date, because it cannot be read without guessing or cannot be true; the first in ` +
    `line ${first?.line} ("${safeText(first?.value ?? '')}"). Where it can be read in several ways, --dates says which`
  );
}

function serversText({ servers, providers, cases, protectedGround, lookups }: RunSummary, style: Style): string {
  const lines = [
    `${style.bold('Servers')}   ${number(servers.total)}, of them ${number(servers.located)} located at ${count(providers, 'provider')}`,
  ];
  lines.push(...lookupLines(lookups, style));
  for (const [state, cased] of Object.entries(cases.byState))
    lines.push(`  ${number(cased).padStart(6)}  ${stateName(state)}`);
  for (const [reason, held] of Object.entries(servers.heldBy)) {
    lines.push(`  ${style.yellow(`${number(held).padStart(6)}  held`)}: ${heldReason(reason)}`);
  }
  for (const { list, effect, servers: named } of protectedGround.hits) {
    if (effect === 'note' || effect === 'hostname-only') {
      lines.push(style.dim(`  ${number(named).padStart(6)}  on the list "${list}": ${effectName(effect)}`));
    }
  }
  if (!protectedGround.checked && servers.total > 0) {
    lines.push(style.yellow('  Protected ground was not checked: no --warninglists were given.'));
  }
  lines.push(...listFaults(protectedGround.lists).map((line) => style.yellow(`  ${line}`)));
  return `${lines.join('\n')}\n`;
}

const FAULTS_SHOWN = 5;

/** Why the lists of this run protect less than somebody may believe. */
function listFaults(lists: RunSummary['protectedGround']['lists']): readonly string[] {
  const faults = [
    ...lists
      .filter(({ unusable }) => unusable > 0)
      .map(
        ({ list, unusable }) =>
          `The list "${safeText(list)}": entries that cannot be read, so they protect nothing: ${number(unusable)}.`,
      ),
    ...lists
      .filter(({ expired }) => expired > 0)
      .map(
        ({ list, expired }) =>
          `The list "${safeText(list)}": entries that have expired, so they protect nothing: ${number(expired)}.`,
      ),
    ...lists.filter(({ stale }) => stale).map((list) => `The list "${safeText(list.list)}" is ${listAge(list)}.`),
  ];
  if (faults.length <= FAULTS_SHOWN) return faults;
  return [
    ...faults.slice(0, FAULTS_SHOWN),
    `… and ${number(faults.length - FAULTS_SHOWN)} more: dismantle ground lists`,
  ];
}

/** What registries were asked, and why some gave no answer. */
function lookupLines(
  { asked, answered, notFound, refused, failed, reasons }: RunSummary['lookups'],
  style: Style,
): string[] {
  if (asked === 0) return [];
  const without = refused + failed;
  return [
    `  ${count(asked, 'question')} to the registries: ${number(answered)} answered, ${number(notFound)} not known there, ${number(without)} without an answer`,
    ...(without === 0 ? [] : reasons.map((reason) => style.dim(`    ${shownText(reason)}`))),
  ];
}

function methodsText({ methods, cases, idleCorrections }: RunSummary, style: Style): string {
  const lines = [style.bold('Methods')];
  for (const [method, cases] of Object.entries(methods)) lines.push(`  ${number(cases).padStart(6)}  ${method}`);
  if (lines.length === 1) lines.push('  none: no case is identified yet');
  for (const [code, cased] of Object.entries(cases.notDrafted)) {
    lines.push(style.yellow(`  ${number(cased).padStart(6)}  in no notice: ${missingReason(code)}`));
  }
  for (const { key, trust } of idleCorrections) {
    lines.push(
      style.yellow(
        `  What was said of ${safeText(key)}${trust === null ? '' : ` (${trust})`} has no effect: no server is located there any more`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function noticesText({ notices, noticesSent }: RunSummary, style: Style): string {
  const left = noticesSent === 0 ? '' : `${number(noticesSent)} sent`;
  if (notices.length === 0) return `${style.bold('Notices')}   ${left === '' ? 'none' : left}\n`;
  const shown = table(
    notices.slice(0, NOTICES_SHOWN),
    [
      { title: '  provider', max: 34, value: ({ provider }) => `  ${provider}` },
      { title: 'method', value: ({ method }) => method },
      { title: 'servers', right: true, value: ({ items }) => items },
      { title: 'to', max: 40, value: ({ to, form }) => to ?? form ?? '(none yet, see below)' },
      {
        title: 'approved',
        value: ({ approvals: { given, needed } }) => `${given} of ${needed}`,
      },
    ],
    style,
  );
  const more =
    notices.length > NOTICES_SHOWN ? style.dim(`  … and ${number(notices.length - NOTICES_SHOWN)} more\n`) : '';
  const without = notices.filter(({ to, form }) => to === null && form === null).length;
  const folder = notices[0]?.file.replace(/[/\\][^/\\]*$/, '') ?? '';
  return [
    `${style.bold('Notices')}   ${count(notices.length, 'draft')}, ${without === 0 ? 'each with a contact' : `${number(without)} without a known contact`}${left === '' ? '' : `; ${left}`}`,
    `${shown}${more}${heldText(notices, style)}  In ${folder} – open them in any mail program.\n`,
  ].join('\n');
}

/** What strikes hold back, a line for each strike. */
function heldText(notices: RunSummary['notices'], style: Style): string {
  const held = Map.groupBy(
    notices.flatMap((notice) => (notice.held === null ? [] : [notice.held])),
    ({ strike, until }) => `held by strike ${strike} until ${until.slice(0, 16).replace('T', ' ')} UTC`,
  );
  return [...held].map(([words, of]) => style.yellow(`  ${number(of.length)} ${words}\n`)).join('');
}

/** Wrong notices, and the time to retract them. */
function retractionsText({ retractions }: RunSummary, style: Style): string {
  const { servers, wrongNotices, list } = retractions;
  const lines = [
    `${style.bold('Retracted')} ${count(servers, 'server')}, told of in ${count(wrongNotices, 'notice')} that had left`,
    ...list.slice(0, RETRACTIONS_SHOWN).map(({ host, retractedAt, standingMs, corrections }) => {
      const stood = standingMs === null ? 'before anything had left' : `${duration(standingMs)} after its notice`;
      const { total, delivered, failed } = corrections;
      const told = total === 0 ? 'nobody had been told' : `${delivered} of ${total} corrections delivered`;
      const line = `  ${shownText(host)}: ${readableInstant(retractedAt)}, ${stood}; ${told}`;
      return failed === 0 ? line : style.red(`${line}, ${failed} FAILED`);
    }),
  ];
  if (list.length > RETRACTIONS_SHOWN) lines.push(`  … and ${number(list.length - RETRACTIONS_SHOWN)} more`);
  return `${lines.join('\n')}\n`;
}

/** What to do next, and what keeps the drafts from being sent: the most frequent reasons first. */
function nextText({ operation, notices, noticesSent, servers }: RunSummary, style: Style, options: string): string {
  const lines = [style.bold('Next')];
  if (servers.held > 0) lines.push(`  dismantle cases --operation ${operation} --filter state=held${options}`);
  if (servers.total > 0) lines.push(`  dismantle explain SERVER --operation ${operation}${options}`);
  if (notices.length > 0) lines.push(`  dismantle review --operation ${operation}${options}`);
  if (noticesSent > 0) lines.push(`  dismantle due --operation ${operation}${options}`);
  if (servers.total === 0) lines.push('  Nothing came in: look at the rejected rows above.');
  lines.push(`  dismantle ledger export ledger.jsonl${options}, then dismantle audit ledger.jsonl`);
  const reasons = Map.groupBy(
    notices.flatMap(({ missing }) => missing),
    (code) => code,
  );
  if (reasons.size > 0) {
    lines.push('', 'What the drafts still lack before anything leaves:');
    const sorted = [...reasons].sort(([, a], [, b]) => b.length - a.length);
    for (const [code, drafts] of sorted) lines.push(`  ${number(drafts.length).padStart(6)}  ${missingReason(code)}`);
  }
  return `${lines.join('\n')}\n`;
}

function groupName(group: string): string {
  return group === '' ? 'in the unnamed group' : `in the group "${safeText(group)}"`;
}
