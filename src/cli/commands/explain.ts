import { Command, Option } from 'commander';
import { explain } from '../../flow.ts';
import type { Explanation } from '../../flow.ts';
import { helpText } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost, shownText } from '../shown.ts';
import { safeText } from '../terminal.ts';
import type { Style } from '../terminal.ts';
import { effectName, heldReason, missingReason, stateName } from '../wording.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export function explainCommand(face: Face): Command {
  return addCommonOptions(new Command('explain'))
    .summary('why one server stands where it stands, and what is still missing')
    .description(
      'Names what counted for and against a server, who can switch it off and how that is known, the row of the method ' +
        'table that decided and why each row before it did not apply, and what is still missing before a notice may ' +
        'go. SERVER is a host, host:port or URL, defanged or not, or a server id.',
    )
    .argument('<server>', 'which server')
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(new Option('--playbook <file>', 'the method table, DMN (default: playbooks/default.dmn)'))
    .addHelpText(
      'after',
      helpText({
        examples: [
          ['dismantle explain 192.0.2.11', 'Explains one server of the only operation.'],
          ["dismantle explain '192.0.2[.]11:443' --operation first-look", 'Takes it defanged and with a port as well.'],
          ['dismantle explain c2.example --json | jq .decision.row.citation', 'Picks the citation out for a script.'],
        ],
        exits: ['1    There is no such server or operation, or it failed.'],
      }),
    )
    .action(async (server: string, options: CommonOptions & { readonly operation?: string }) => {
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await chosenOperation(world, options.operation);
        const explanation = await explain(world, await app.openSources(), operation, server);
        if (options.json === true) printJson(face.terminal, explanation);
        else face.terminal.out(explanationText(explanation, face.terminal.style));
      });
    });
}

function explanationText(explanation: Explanation, style: Style): string {
  return `${[
    ...identityLines(explanation, style),
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
  lines.push(
    `  named by   ${independentGroups} of the 2 independent groups needed: ${[...named, ...unnamed].map(safeText).join(', ')}`,
  );
  lines.push(
    caseView.attestedBy.length === 0
      ? '  attested   by nobody'
      : `  attested   ${caseView.attestedBy.map(safeText).join(', ')} vouched for a whole import: enough to draft, never to send`,
  );
  for (const reason of caseView.heldBy) lines.push(`  ${style.yellow('held')}       ${heldReason(reason)}`);
  return lines;
}

function groundLines({ case: caseView }: Explanation, style: Style): string[] {
  if (caseView === null) return [];
  const lines = ['', style.bold('Protected ground')];
  if (!caseView.groundChecked) lines.push('  not checked: no warning lists have been given (--warninglists)');
  else if (caseView.listHits.length === 0) lines.push('  no warning list names it');
  for (const { list, version, effect, entry } of caseView.listHits) {
    lines.push(`  ${list} (version ${safeText(version)}): ${effectName(effect)}; its entry ${shownText(entry)}`);
  }
  return lines;
}

function locationLines({ server }: Explanation, style: Style): string[] {
  return [
    '',
    style.bold('Provider'),
    `  provider   ${server.provider === null ? 'not known' : safeText(server.provider)}`,
    `  origin AS  ${server.asn === null ? 'not known' : `AS${server.asn}, ${safeText(server.holder ?? 'holder not known')}`}`,
    `  country    ${server.country ?? 'not known'}`,
    `  source     ${server.locationSource === null ? 'none' : `${safeText(server.locationSource)}${server.locationDate === null ? '' : `, data of ${server.locationDate}`}`}`,
  ];
}

function methodLines({ decision }: Explanation, style: Style): string[] {
  if (decision === null) return ['', style.bold('Method'), '  none: the case is not identified'];
  const { row, explanation, rows, facts, playbookChanged } = decision;
  if (row === null) return ['', style.bold('Method'), '  the method table has no row for it'];
  const lines = [
    '',
    style.bold(`Method: ${row.method}`),
    `  row        ${row.id}: ${explanation}`,
    `  asks       ${row.asks.join(', ')} of the ${row.addressee}`,
    `  law        ${row.law} (${row.binding})`,
    `  citation   ${row.citation}`,
    `  evidence   ${row.evidence}`,
    `  approvals  ${row.approvals}${row.approvals > 1 ? ' different people' : ''}; deadline ${row.deadlineHours === null ? 'none' : `${row.deadlineHours} h`}`,
    `  then       ${row.escalation}`,
    `  counsel    ${row.reviewedByCounsel ? 'reviewed' : 'not reviewed by counsel; decision support, never legal advice'}`,
    style.dim(
      `  facts      ${Object.entries(facts)
        .map(([key, value]) => `${key} = ${value ?? 'not known'}`)
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
    const why = failed.map(({ column, cell, value }) => `${column} is ${value ?? 'not known'}, not ${cell}`).join('; ');
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
