import type { Explanation } from '../flow.ts';
import { shownHost, shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { effectName, heldReason, missingReason, stateName } from './wording.ts';

/** What `dismantle explain` tells a person. */
export function explanationText(explanation: Explanation, style: Style): string {
  return `${[
    ...identityLines(explanation, style),
    ...sightingLines(explanation, style),
    ...groundLines(explanation, style),
    ...locationLines(explanation, style),
    ...methodLines(explanation, style),
    ...missingLines(explanation, style),
  ].join('\n')}\n`;
}

function identityLines({ server, case: caseView, operation, independentGroups }: Explanation, style: Style): string[] {
  const ports = [...new Set(server.endpoints.map(({ port }) => port))].filter((port) => port !== null);
  const lines = [
    `${style.bold(shownHost(server.host))}${ports.length === 0 ? '' : `  port ${ports.join(', ')}`}  in operation ${operation}`,
    `  state      ${caseView === null ? 'not judged yet: run dismantle run' : stateName(caseView.state)}`,
    `  kind       ${server.kind}`,
    `  seen       ${server.firstSeen === null ? 'no source gives a date' : `${server.firstSeen} to ${server.lastSeen ?? '?'}`}`,
  ];
  if (caseView === null) return lines;
  const named = caseView.groups.filter((group) => group !== '');
  const unnamed = caseView.groups.includes('') ? ['the unnamed group'] : [];
  if (caseView.groups.length > 0)
    lines.push(
      `  named by   ${independentGroups} of the 2 independent groups needed: ${[...named, ...unnamed].map(safeText).join(', ')}`,
    );
  if (caseView.groups.length === 0) lines.push('  named by   no source any more');
  lines.push(
    caseView.attestedBy.length === 0
      ? '  attested   by nobody'
      : `  attested   ${caseView.attestedBy.map(safeText).join(', ')} vouched for a whole import: enough to draft, never to send`,
  );
  for (const reason of caseView.heldBy) lines.push(`  ${style.yellow('held')}       ${heldReason(reason)}`);
  return lines;
}

const SIGHTINGS_SHOWN = 12;

/** What each source says, contradictions side by side, and what has been taken back since. */
function sightingLines({ sightings, malware }: Explanation, style: Style): string[] {
  const lines = ['', style.bold('What the sources say')];
  for (const sighting of sightings.slice(0, SIGHTINGS_SHOWN)) {
    const { source, group, reliability, tlp, file, line, port, firstSeen, lastSeen, status } = sighting;
    const seen = firstSeen ?? lastSeen;
    const words = [
      port === null ? 'no port' : `port ${port}`,
      seen === null
        ? 'no date'
        : `seen ${[...new Set([seen, lastSeen ?? seen])].map((at) => at.slice(0, 10)).join(' to ')}`,
      ...(status === null ? [] : [`called ${status}`]),
      ...(sighting.configuration === null ? [] : [`in configuration ${safeText(sighting.configuration)}`]),
      ...(sighting.label === null
        ? []
        : [`named ${shownText(sighting.label)}${otherMalware(sighting.label, malware)}`]),
    ];
    const from = [
      ...(group === '' ? [] : [`group ${safeText(group)}`]),
      ...(reliability === null ? [] : [`reliability ${reliability}`]),
      ...(tlp === null ? [] : [`TLP:${tlp.toUpperCase()}`]),
    ];
    const who = `${safeText(source)}${from.length === 0 ? '' : ` (${from.join(', ')})`}`;
    const text = `  ${who}: ${words.join(', ')}; ${safeText(file)}, line ${line}`;
    lines.push(sighting.withdrawn ? style.dim(`${text}; withdrawn since, counts no more`) : text);
  }
  if (sightings.length > SIGHTINGS_SHOWN) {
    lines.push(style.dim(`  … and ${sightings.length - SIGHTINGS_SHOWN} more, with references: --json`));
  }
  return lines;
}

/** A source's own word for the malware may be another botnet's: worth a look before anybody writes to a provider. */
function otherMalware(label: string, malware: string | null): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
  return malware === null || plain(label).includes(plain(malware)) ? '' : `, not ${safeText(malware)}`;
}

function groundLines({ case: caseView, server, listHits }: Explanation, style: Style): string[] {
  if (caseView === null) return [];
  const lines = ['', style.bold('Protected ground')];
  if (!caseView.groundChecked) lines.push('  not checked: no warning lists have been given (--warninglists)');
  else if (listHits.length === 0) lines.push('  no warning list names it');
  for (const { list, version, effect, entry, listDate, stale, reason } of listHits) {
    const age = listDate === null ? '' : `, of ${listDate}${stale ? `, ${style.yellow('stale')}` : ''}`;
    const because = reason === null ? '' : ` (${shownText(reason)})`;
    lines.push(
      `  ${safeText(list)} (version ${safeText(version)}${age}): ${effectName(effect)}; its entry ${shownText(entry)}${because}`,
    );
  }
  if (server.hostType !== 'address')
    lines.push('  not checked: the name was not resolved, so whether its addresses are protected is not known');
  return lines;
}

function locationLines({ server, decision }: Explanation, style: Style): string[] {
  return [
    '',
    style.bold('Provider'),
    `  provider   ${server.provider === null ? 'not known' : safeText(server.provider)}`,
    `  origin AS  ${server.asn === null ? 'not known' : `AS${server.asn}, ${safeText(server.holder ?? 'holder not known')}`}`,
    `  country    ${countryWords(server.country, decision)}`,
    `  source     ${server.locationSource === null ? 'none' : `${safeText(server.locationSource)}${server.locationDate === null ? '' : `, data of ${server.locationDate}`}`}`,
  ];
}

/** The server's country and its provider's may differ; the method table is asked with one of them. */
function countryWords(ofServer: string | null, decision: Explanation['decision']): string {
  if (decision === null) return ofServer === null ? 'not known' : `${ofServer}, where the server is`;
  const { countryOf, facts } = decision;
  if (countryOf === null || facts.country === null) return 'not known';
  if (countryOf === 'server') return `${facts.country}, the server's, which decides; the provider's is not known`;
  if (ofServer === facts.country) return `${facts.country}, of provider and server alike`;
  const elsewhere = ofServer === null ? 'where the server is, is not known' : `the server itself is in ${ofServer}`;
  return `${facts.country}, the provider's, which decides; ${elsewhere}`;
}

function methodLines(explanation: Explanation, style: Style): string[] {
  const { decision, case: caseView } = explanation;
  if (decision === null) return ['', style.bold('Method'), '  none: the case is not identified'];
  const { row, rows, facts, playbookChanged } = decision;
  // The table knows ground as open or narrowed only. Where no list was ever asked, nobody knows that it is open.
  const shown = (fact: string, value: string | null): string =>
    value === 'open' && fact === 'ground' && caseView?.groundChecked !== true
      ? 'not checked (taken for open)'
      : (value ?? 'not known');
  const whose = (fact: string): string =>
    fact === 'country' && decision.countryOf !== null ? ` (the ${decision.countryOf}'s)` : '';
  if (row === null) return ['', style.bold('Method'), '  the method table has no row for it'];
  const lines = [
    '',
    style.bold(`Method: ${row.method}`),
    `  row        ${row.id}: ${decision.explanation}`,
    `  asks       ${row.asks.join(', ')} of the ${row.addressee}`,
    `  law        ${row.law} (${row.binding})`,
    `  citation   ${row.citation}`,
    `  evidence   ${row.evidence}`,
    `  approvals  ${row.approvals}${row.approvals > 1 ? ' different people' : ''}; deadline ${row.deadlineHours === null ? 'none' : `${row.deadlineHours} h`}`,
    `  then       ${row.escalation}`,
    `  counsel    ${row.reviewedByCounsel ? 'reviewed' : 'not reviewed by counsel; decision support, never legal advice'}`,
    style.dim(
      `  facts      ${Object.entries(facts)
        .map(([key, value]) => `${key} = ${shown(key, value)}${whose(key)}`)
        .join(', ')}`,
    ),
  ];
  if (playbookChanged)
    lines.push(
      style.yellow(
        '  The table or the facts are not those that the case was decided by; what stands above is how the next run would decide it.',
      ),
    );
  const passed = rows.filter(({ matched }) => !matched);
  if (passed.length > 0) lines.push('  Rows before it that do not apply:');
  for (const { rowId, failed } of passed) {
    const why = failed.map(({ column, cell, value }) => `${column} is ${shown(column, value)}, not ${cell}`).join('; ');
    lines.push(style.dim(`    ${rowId}: ${why.length > 140 ? `${why.slice(0, 139)}…` : why}`));
  }
  return lines;
}

function missingLines({ case: caseView }: Explanation, style: Style): string[] {
  if (caseView === null || caseView.missing.length === 0) return [];
  return [
    '',
    style.bold('Still missing before a notice may go'),
    ...caseView.missing.map((code) => `  ${missingReason(code)}`),
  ];
}
