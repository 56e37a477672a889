import { Command, Option } from 'commander';
import { problem } from '../../domain/problem.ts';
import { findOperation } from '../../flow.ts';
import type {
  CaseView,
  ConfigurationView,
  ImportView,
  NoticeView,
  ProviderView,
  ServerView,
} from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';
import { parseFilters } from '../filter.ts';
import { helpText } from '../help-text.ts';
import type { HelpParts } from '../help-text.ts';
import { printJson } from '../json.ts';
import { shownHost } from '../shown.ts';
import { approvalState } from '../review/approval-lines.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { noticesLintCommand, noticesTextsCommand } from './notices.ts';
import { addCommonOptions, chosenOperation, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

interface ListOptions extends CommonOptions {
  readonly operation?: string;
  readonly filter: readonly string[];
  readonly limit?: string;
}

interface List<Row> {
  readonly name: string;
  readonly summary: string;
  readonly keys: readonly (keyof Row & string)[];
  readonly columns: readonly Column<Row>[];
  readonly examples: HelpParts['examples'];
  read(world: World, operationId: string): Promise<readonly Row[]>;
}

/** How many rows a person is shown without asking for more. */
const ROWS_SHOWN = 50;

const endpoints = ({ endpoints: list }: ServerView): string =>
  [...new Set(list.map(({ port }) => (port === null ? '–' : String(port))))].join(' ');

/** "live 11-25 07:30": what a person saw there last. */
const lastLook = ({ lastLook: outcome, lastLookAt: at }: Pick<ServerView, 'lastLook' | 'lastLookAt'>): string | null =>
  outcome === null || at === null ? null : `${outcome} ${at.slice(5, 16).replace('T', ' ')}`;

/** "dark 11-25 07:30 confirmed": how it stands by all looks. */
const verdictWords = ({
  verdict,
  darkAt,
  confirmedAt,
}: Pick<ServerView, 'verdict' | 'darkAt' | 'confirmedAt'>): string | null => {
  if (verdict === null || darkAt === null) return verdict;
  return `${verdict}${verdict === 'dark' ? '' : ', dark'} ${darkAt.slice(5, 16).replace('T', ' ')} ${confirmedAt === null ? 'provisional' : 'confirmed'}`;
};

const SERVERS: List<ServerView> = {
  name: 'servers',
  summary: 'the C2 servers of an operation',
  keys: ['serverId', 'hostType', 'host', 'kind', 'firstSeen', 'lastSeen', 'located', 'providerKey', 'provider', 'asn', 'holder', 'country', 'caseId', 'state', 'heldBy', 'lastLook', 'lastLookAt', 'lastLiveAt', 'verdict', 'finding', 'darkAt', 'confirmedAt', 'handsOffBy', 'handsOffUntil'],
  columns: [
    { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
    { title: 'ports', max: 20, value: endpoints },
    { title: 'kind', value: ({ kind }) => kind },
    { title: 'state', value: ({ state }) => state },
    { title: 'held by', max: 30, value: ({ heldBy }) => heldBy.join(', ') },
    { title: 'country', value: ({ country }) => country },
    { title: 'AS', right: true, value: ({ asn }) => asn },
    { title: 'provider', max: 36, value: ({ provider }) => provider },
    { title: 'last seen', value: ({ lastSeen }) => lastSeen?.slice(0, 10) ?? null },
    { title: 'last look', value: lastLook },
    { title: 'verdict', value: verdictWords },
    { title: 'hands off until', value: ({ handsOffUntil }) => handsOffUntil?.slice(0, 10) ?? null },
  ],
  examples: [
    ['dismantle servers --filter country=BR --filter state=drafted', 'Lists those in Brazil that a notice is drafted for.'],
    ['dismantle servers --filter heldBy=needs-corroboration', 'Lists those that one group of sources alone names.'],
    ['dismantle servers --filter lastLook=dark', 'Lists those that somebody found dark when looking last.'],
    ['dismantle servers --filter verdict=dark --filter confirmedAt=-', 'Lists those that are dark, and not confirmed yet.'],
    ['dismantle servers --json | jq -r ".[].host"', 'Gives every host exactly, for a script.'],
  ],
  read: (world, operationId) => world.store.read((transaction) => collect(transaction.servers(operationId))),
}; // prettier-ignore

const CASES: List<CaseView> = {
  name: 'cases',
  summary: 'the cases of an operation: how far each server has come, and what holds it',
  keys: ['caseId', 'serverId', 'hostType', 'host', 'kind', 'episode', 'state', 'stateSince', 'openedAt', 'heldBy', 'groups', 'attestedBy', 'country', 'providerKey', 'provider', 'method', 'rowId', 'missing', 'noticeId', 'lastLook', 'lastLookAt', 'verdict', 'finding', 'darkAt', 'confirmedAt', 'closedAt', 'settlement', 'previousCaseId', 'handsOffUntil'],
  columns: [
    { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
    { title: 'state', value: ({ state }) => state },
    { title: 'held by', max: 30, value: ({ heldBy }) => heldBy.join(', ') },
    { title: 'groups', max: 30, value: ({ groups }) => groups.map((group) => group || '(unnamed)').join(', ') },
    { title: 'attested by', max: 24, value: ({ attestedBy }) => attestedBy.join(', ') },
    { title: 'method', value: ({ method }) => method },
    { title: 'row', value: ({ rowId }) => rowId },
    { title: 'provider', max: 36, value: ({ provider }) => provider },
    { title: 'last look', value: lastLook },
    { title: 'verdict', value: verdictWords },
    { title: 'hands off until', value: ({ handsOffUntil }) => handsOffUntil?.slice(0, 10) ?? null },
  ],
  examples: [
    ['dismantle cases --filter state=held', 'Lists the cases that wait, and what holds each.'],
    ['dismantle cases --filter groups=partner --limit 500', 'Lists those that a source of the group "partner" names.'],
    ['dismantle cases --filter missing~probe --json', 'Gives those that a probe is missing for.'],
  ],
  read: (world, operationId) => world.store.read((transaction) => collect(transaction.cases(operationId))),
}; // prettier-ignore

const PROVIDERS: List<ProviderView> = {
  name: 'providers',
  summary: 'who can switch the servers of an operation off',
  keys: ['key', 'name', 'asn', 'country', 'type', 'trust', 'channel', 'contact', 'source', 'servers', 'notices'],
  columns: [
    { title: 'provider', max: 40, value: ({ name }) => name },
    { title: 'AS', right: true, value: ({ asn }) => asn },
    { title: 'country', value: ({ country }) => country },
    { title: 'type', value: ({ type }) => type },
    { title: 'trust', value: ({ trust }) => trust },
    { title: 'contact', max: 44, value: ({ contact }) => contact },
    { title: 'servers', right: true, value: ({ servers }) => servers },
    { title: 'notices', right: true, value: ({ notices }) => notices },
    { title: 'source', max: 40, value: ({ source }) => source },
  ],
  examples: [
    ['dismantle providers --filter contact=-', 'Lists the providers that nobody knows a contact of.'],
    ['dismantle providers --filter trust!=cooperative', 'Lists all but the cooperative ones.'],
  ],
  read: (world, operationId) => world.store.read((transaction) => transaction.providers(operationId)),
}; // prettier-ignore

const NOTICES: List<NoticeView & { readonly stands: string }> = {
  name: 'notices',
  summary: 'the notices of an operation',
  keys: ['noticeId', 'providerKey', 'provider', 'country', 'to', 'method', 'rowId', 'approvals', 'given', 'items', 'state', 'stands', 'missing', 'reference', 'messageId', 'draftedAt', 'hash', 'fileName'],
  columns: [
    { title: 'reference', value: ({ reference }) => reference },
    { title: 'provider', max: 36, value: ({ provider }) => provider },
    { title: 'to', max: 40, value: ({ to }) => to ?? '(none yet)' },
    { title: 'method', value: ({ method }) => method },
    { title: 'servers', right: true, value: ({ items }) => items },
    { title: 'state', value: ({ stands }) => stands },
    { title: 'drafted', value: ({ draftedAt }) => `${draftedAt.slice(0, 16).replace('T', ' ')} UTC` },
    { title: 'file', max: 80, value: ({ fileName }) => fileName },
  ],
  examples: [
    ['dismantle notices --filter to=-', 'Lists the drafts that have no mailbox to go to.'],
    ['dismantle notices --filter method=abuse-notice --filter provider~telecom', 'Lists those that both hold for.'],
  ],
  async read(world, operationId) {
    const notices = await world.store.read((transaction) => transaction.notices(operationId));
    const now = world.clock.now();
    return notices.map((notice) => ({ ...notice, stands: approvalState(notice, now) }));
  },
}; // prettier-ignore

const IMPORTS: List<ImportView> = {
  name: 'imports',
  summary: 'the files that an operation was told by, and who told it',
  keys: ['importId', 'sequence', 'file', 'format', 'sha256', 'source', 'group', 'reliability', 'tlp', 'snapshot', 'rows', 'accepted', 'rejected', 'repeated', 'attestedBy', 'importedAt'],
  columns: [
    { title: 'entry', right: true, value: ({ sequence }) => sequence },
    { title: 'imported', value: ({ importedAt }) => `${importedAt.slice(0, 16).replace('T', ' ')} UTC` },
    { title: 'file', max: 40, value: ({ file }) => file },
    { title: 'format', value: ({ format }) => format },
    { title: 'source', max: 30, value: ({ source }) => source },
    { title: 'group', max: 20, value: ({ group }) => group || '(unnamed)' },
    { title: 'reliability', value: ({ reliability }) => reliability },
    { title: 'TLP', value: ({ tlp }) => tlp },
    { title: 'rows', right: true, value: ({ rows }) => rows },
    { title: 'rejected', right: true, value: ({ rejected }) => rejected },
    { title: 'attested by', max: 24, value: ({ attestedBy }) => attestedBy.join(', ') },
  ],
  examples: [
    ['dismantle imports --filter source=abuse.ch', 'Lists what one source has told.'],
    ['dismantle imports --json | jq -r ".[].sha256"', 'Gives the SHA-256 of every file, for a script.'],
  ],
  read: (world, operationId) => world.store.read((transaction) => transaction.imports(operationId)),
}; // prettier-ignore

const CONFIGURATIONS: List<ConfigurationView> = {
  name: 'configurations',
  summary: 'the lists of controllers that were distributed to bots, by date',
  keys: ['configurationId', 'version', 'tag', 'collectedAt', 'entries', 'accepted', 'servers', 'sources'],
  columns: [
    { title: 'version', value: ({ version }) => version },
    { title: 'tag', value: ({ tag }) => tag },
    { title: 'collected', value: ({ collectedAt }) => (collectedAt === null ? null : `${collectedAt.slice(0, 16).replace('T', ' ')} UTC`) },
    { title: 'entries', right: true, value: ({ entries }) => entries },
    { title: 'accepted', right: true, value: ({ accepted }) => accepted },
    { title: 'servers', right: true, value: ({ servers }) => servers },
    { title: 'sources', max: 40, value: ({ sources }) => sources.join(', ') },
  ],
  examples: [
    ['dismantle configurations --filter tag=tmt2', 'Lists those of one campaign.'],
    ['dismantle configurations --json | jq ".[-1]"', 'Gives the newest one to a script.'],
  ],
  read: (world, operationId) => world.store.read((transaction) => transaction.configurations(operationId)),
}; // prettier-ignore

export function listCommands(face: Face): readonly Command[] {
  return [
    listCommand(face, SERVERS),
    listCommand(face, CASES),
    listCommand(face, PROVIDERS),
    listCommand(face, NOTICES).addCommand(noticesLintCommand(face)).addCommand(noticesTextsCommand(face)),
    listCommand(face, IMPORTS),
    listCommand(face, CONFIGURATIONS),
  ];
}

function listCommand<Row extends object>(face: Face, list: List<Row>): Command {
  return addCommonOptions(new Command(list.name))
    .summary(`list ${list.summary}`)
    .description(`Lists ${list.summary}. Hosts are shown defanged; --json gives them exactly, with more of each row.`)
    .addOption(new Option('--operation <name>', 'which operation (needed where there are several)'))
    .addOption(
      new Option('--filter <condition>', 'KEY=VALUE, KEY!=VALUE or KEY~TEXT; given several times, all must hold')
        .argParser((condition: string, before: readonly string[]) => [...before, condition])
        .default([], 'all'),
    )
    .addOption(
      new Option('--limit <n>', `how many rows to show (default: ${ROWS_SHOWN} on the terminal, all with --json)`),
    )
    .addHelpText('after', helpText({ notes: filterNotes(list.keys), examples: list.examples }))
    .action(async (options: ListOptions) => {
      const filter = parseFilters(options.filter, list.keys);
      const limit =
        options.limit === undefined ? (options.json === true ? Infinity : ROWS_SHOWN) : wholeNumber(options.limit);
      await withApp(face, options, async (app) => {
        const world = await app.openWorld();
        const operation = await findOperation(world, await chosenOperation(world, options.operation));
        const rows: Row[] = [];
        let matching = 0;
        for (const row of await list.read(world, operation.id)) {
          if (!filter(new Map(Object.entries(row)))) continue;
          matching += 1;
          if (rows.length < limit) rows.push(row);
        }
        if (options.json === true) {
          printJson(face.terminal, rows);
          return;
        }
        face.terminal.out(
          rows.length === 0
            ? `No ${list.name}${options.filter.length === 0 ? '' : ' that match'}.\n`
            : table(rows, list.columns, face.terminal.style),
        );
        if (matching > rows.length)
          face.terminal.err(`… and ${matching - rows.length} more: use --limit or --filter\n`);
      });
    });
}

function filterNotes(keys: readonly string[]): string {
  const lines: string[] = [];
  let line = ' ';
  for (const key of keys) {
    if (line.length + key.length + 2 > 80) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${key}${key === keys.at(-1) ? '' : ','}`;
  }
  return [
    'Filters: KEY=VALUE (is), KEY!=VALUE (is not), KEY~TEXT (contains). Capital letters',
    'count as small ones, a list matches when one of its members does, and the value',
    '"-" stands for what is not known. Keys:',
    ...lines,
    line,
  ].join('\n');
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw problem('usage', `--limit "${text}" is not a whole number from 1`, 'Example: --limit 20');
  }
  return Number(text);
}

async function collect<Row>(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}
