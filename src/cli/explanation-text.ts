import type { Explanation } from '../flow.ts';
import { lookLines, othersLines } from './deconfliction-text.ts';
import { factsWords, otherRowLines, plainFact, rowLines } from './method-text.ts';
import type { FactWords } from './method-text.ts';
import { shownHost, shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';
import { weighingLines } from './weighing-text.ts';
import { effectName, findingName, heldReason, missingReason, stateName } from './wording.ts';

/** What `dismantle explain` tells a person; `allRows` gives every row of the method table a line of its own. */
export function explanationText(
  explanation: Explanation,
  style: Style,
  { allRows = false }: { readonly allRows?: boolean } = {},
): string {
  return `${[
    ...identityLines(explanation, style),
    ...weighingLines(explanation, style),
    ...sightingLines(explanation, style),
    ...lookLines(explanation, style),
    ...groundLines(explanation, style),
    ...othersLines(explanation, style),
    ...locationLines(explanation, style),
    ...methodLines(explanation, style, allRows),
    ...missingLines(explanation, style),
  ].join('\n')}\n`;
}

function identityLines({ server, case: caseView, operation }: Explanation, style: Style): string[] {
  const ports = [...new Set(server.endpoints.map(({ port }) => port))].filter((port) => port !== null);
  const lines = [
    `${style.bold(shownHost(server.host))}${ports.length === 0 ? '' : `  port ${ports.join(', ')}`}  in operation ${operation}`,
    `  state      ${caseView === null ? 'not judged yet: run dismantle run' : stateName(caseView.state)}`,
    ...verdictLines(server, caseView),
    `  kind       ${server.kind}${server.kindReasons.length === 0 ? '' : `: ${server.kindReasons.map(shownText).join('; ')}`}`,
    `  seen       ${server.firstSeen === null ? 'no source gives a date' : `${server.firstSeen} to ${server.lastSeen ?? '?'}`}`,
  ];
  if (caseView === null) return lines;
  const { retraction = null } = caseView;
  if (retraction !== null) {
    lines.push(
      style.red(`  taken back ${retraction.at.slice(0, 16).replace('T', ' ')} UTC: ${shownText(retraction.reason)}`),
    );
  }
  if (server.kindToCome !== null)
    lines.push(style.yellow(`  to come    kind ${server.kindToCome}, as a person has said: the next run acts on it`));
  for (const reason of caseView.heldBy) lines.push(`  ${style.yellow('held')}       ${heldReason(reason)}`);
  return lines;
}

/** What looks of our own have come to, and what a person has said of it. */
function verdictLines(server: Explanation['server'], caseView: Explanation['case']): string[] {
  const lines: string[] = [];
  const { verdict, finding, darkAt, confirmedAt } = server;
  if (verdict !== null) {
    const why = finding === null ? '' : `: ${findingName(finding)}`;
    const dark =
      darkAt === null
        ? ''
        : `; dark since ${minuteOf(darkAt)}, ${confirmedAt === null ? 'provisionally' : `confirmed ${minuteOf(confirmedAt)}`}`;
    lines.push(`  verdict    ${verdict}${why}${dark}`);
  }
  if (caseView === null) return lines;
  const { settlement, previousCaseId, episode } = caseView;
  if (settlement !== null) lines.push(`  settled    ${settlement.as}: ${shownText(settlement.reason)}`);
  if (previousCaseId !== null) lines.push(`  came back  episode ${episode}, after the case ${previousCaseId}`);
  return lines;
}

function minuteOf(moment: string): string {
  return `${moment.slice(0, 16).replace('T', ' ')} UTC`;
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

function locationLines({ server, decision, provider }: Explanation, style: Style): string[] {
  return [
    '',
    style.bold('Provider'),
    `  provider   ${server.provider === null ? 'not known' : safeText(server.provider)}`,
    `  origin AS  ${server.asn === null ? 'not known' : `AS${server.asn}, ${safeText(server.holder ?? 'holder not known')}`}`,
    ...networkLines(server, style),
    ...contactLine(provider, style),
    `  country    ${countryWords(server.country, decision)}`,
    `  source     ${server.locationSource === null ? 'none' : `${safeText(server.locationSource)}${server.locationDate === null ? '' : `, data of ${server.locationDate}`}`}`,
  ];
}

/** The registered network, and whom it is registered for where that is another than who announces it. */
function networkLines(
  { network, otherProvider, otherProviderKey, providerKey }: Explanation['server'],
  style: Style,
): string[] {
  if (network === null) return [];
  const { registry, handle, start, end, registrant, relation } = network;
  const lines = [
    `  network    ${shownText(`${start} – ${end}`)} (${safeText(handle)} at ${registry}), registered for ${safeText(registrant ?? 'nobody named')}`,
    `  relation   ${safeText(relation)}`,
  ];
  if (otherProviderKey === null) return lines;
  return [
    ...lines,
    style.yellow(
      `  choose     ${safeText(otherProvider ?? otherProviderKey)} could be asked first: dismantle provider prefer ${safeText(otherProviderKey)} --over ${safeText(providerKey ?? '')}`,
    ),
  ];
}

function contactLine(provider: Explanation['provider'], style: Style): string[] {
  if (provider === null) return [];
  const { contact, contacts = [], key } = provider;
  const best = contacts.find(({ mailbox }) => mailbox === contact);
  if (contact === null)
    return [
      `  contact    none known${contacts.length === 0 ? '' : `; ${contacts.length} that are not for abuse: dismantle provider show ${safeText(key)}`}`,
    ];
  if (best === undefined) return [`  contact    ${safeText(contact)}`];
  const flag = best.changedLately ? style.yellow('; changed lately, look before sending') : '';
  return [`  contact    ${safeText(contact)}: ${best.score} of 100, ${best.reasons.map(safeText).join('; ')}${flag}`];
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

function methodLines(explanation: Explanation, style: Style, allRows: boolean): string[] {
  const { decision, case: caseView } = explanation;
  if (decision === null) return ['', style.bold('Method'), '  none: the case is not identified'];
  const { row, rows, facts, playbookChanged } = decision;
  // The table knows ground as open or narrowed only. Where no list was ever asked, nobody knows that it is open.
  const shown: FactWords = (fact, value) =>
    value === 'open' && fact === 'ground' && caseView?.groundChecked !== true
      ? 'not checked (taken for open)'
      : plainFact(fact, value);
  const whose: FactWords = (fact, value) =>
    `${shown(fact, value)}${fact === 'country' && decision.countryOf !== null ? ` (the ${decision.countryOf}'s)` : ''}`;
  if (row === null) return ['', style.bold('Method'), '  the method table has no row for it'];
  return [
    '',
    style.bold(`Method: ${row.method}`),
    ...rowLines(row, decision.explanation),
    style.dim(`  facts      ${factsWords(facts, whose)}`),
    ...(playbookChanged
      ? [
          style.yellow(
            '  The table or the facts are not those that the case was decided by; what stands above is how the next run would decide it.',
          ),
        ]
      : []),
    ...otherRowLines(rows, shown, style, { allRows }),
  ];
}

function missingLines({ case: caseView }: Explanation, style: Style): string[] {
  if (caseView === null || caseView.missing.length === 0) return [];
  return [
    '',
    style.bold('Still missing before a notice may go'),
    ...caseView.missing.map((code) => `  ${missingReason(code)}`),
  ];
}
