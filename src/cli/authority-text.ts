import { readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { AuthorityPapers, AuthorityStanding, ServerCoverage } from '../flow/authorities.ts';
import { shownHost, shownText } from './shown.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

export function authoritiesText(authorities: readonly AuthorityStanding[], style: Style): string {
  if (authorities.length === 0) {
    return 'No authority is on record.\nNext: dismantle authority add --help says what counsel has to give.\n';
  }
  return table(
    authorities,
    [
      { title: 'reference', value: ({ reference }) => reference },
      { title: 'kind', value: ({ kind }) => kind },
      { title: 'court', max: 32, value: ({ court }) => court },
      { title: 'docket', max: 24, value: ({ docket }) => docket },
      { title: 'for', max: 20, value: ({ jurisdictions }) => jurisdictions.join(' ') },
      { title: 'until', value: untilWords },
      { title: 'state', max: 40, value: stateWords },
      { title: 'servers', right: true, value: ({ servers }) => servers },
    ],
    style,
  );
}

function untilWords({ expiresAt, endsAt }: AuthorityStanding): string {
  const last = Math.min(expiresAt ?? Infinity, endsAt ?? Infinity);
  return last === Infinity ? 'it is ended' : readableInstant(last);
}

function stateWords({ inForce, notInForce, mayBeNamed }: AuthorityStanding): string {
  if (!inForce) return notInForce.join('; ');
  return mayBeNamed ? 'in force' : 'in force, under seal';
}

export function authorityText(authority: AuthorityStanding): string {
  const { scope, providers, services } = authority;
  const entries = scope.addresses.length + scope.prefixes.length + scope.domains.length;
  const lines: readonly (readonly [string, string | null])[] = [
    ['kind', authority.kind],
    ['court', authority.court],
    ['docket', authority.docket],
    ['stands on', authority.parent],
    ['relied on for', authority.jurisdictions.join(', ')],
    ['issued', moment(authority.issuedAt)],
    ['expires', moment(authority.expiresAt)],
    ['ended', authority.endsAt === null ? null : `${moment(authority.endsAt) ?? ''}: ${authority.endReason ?? ''}`],
    ['state', stateWords(authority)],
    ['seal', sealWords(authority)],
    ['bond', authority.bond],
    ['providers', providers.length === 0 ? 'not limited' : providers.join('; ')],
    [
      'scope',
      `${entries} ${entries === 1 ? 'entry' : 'entries'}${scope.standing ? ', and every server of the operation, also later ones' : ''}`,
    ],
    ['servers covered', String(authority.servers)],
    ['document', `${authority.documentName}, SHA-256 ${authority.documentSha256}`],
    ['on record', `${moment(authority.addedAt) ?? ''}, signed by ${authority.person}`],
  ];
  const shown = lines.filter(([, value]) => value !== null && value !== '');
  return [
    `${safeText(authority.reference)}\n`,
    ...shown.flatMap(([name, value]) => [
      `  ${name.padEnd(16)} ${safeText(value ?? '')}\n`,
      ...(name === 'scope' ? scopeLines(authority) : []),
    ]),
    services.length === 0
      ? '  served           no service is on record: notices that rest on it wait for that\n'
      : services
          .map(
            ({ provider, method, proof, servedAt }) =>
              `  served           ${readableInstant(servedAt)} on ${safeText(provider ?? 'all that it concerns')}, ${shownText(method)}; proof: ${shownText(proof)}\n`,
          )
          .join(''),
  ].join('');
}

const SHOWN_ENTRIES = 20;

function scopeLines({ scope }: AuthorityStanding): readonly string[] {
  const prefixes = scope.prefixes.map((prefix) => {
    const [address = '', bits = ''] = prefix.split('/');
    return `${shownHost(address)}/${bits}`;
  });
  const hosts = (names: readonly string[]): readonly string[] => names.map((name) => shownHost(name));
  const entries = [...hosts(scope.addresses), ...prefixes, ...hosts(scope.domains)];
  const rest = entries.length - SHOWN_ENTRIES;
  return [
    ...entries.slice(0, SHOWN_ENTRIES).map((entry) => `    ${entry}\n`),
    ...(rest > 0 ? [`    and ${rest} more: dismantle authority show --json lists them\n`] : []),
  ];
}

function sealWords({ sealed, unsealAt, mayBeNamed }: AuthorityStanding): string | null {
  if (!sealed) return null;
  if (mayBeNamed) return `was under seal until ${moment(unsealAt) ?? ''}`;
  return unsealAt === null
    ? 'under seal: no notice names it; dismantle authority unseal says from when on it may be told of'
    : `under seal until ${readableInstant(unsealAt)}: no notice that leaves before names it`;
}

function moment(at: Instant | null): string | null {
  return at === null ? null : readableInstant(at);
}

/** By provider, with the servers that nothing covers at the end, each with its reasons. */
export function coverageText(servers: readonly ServerCoverage[], style: Style): string {
  if (servers.length === 0) return 'No server has an open case.\n';
  const groups = [...Map.groupBy(servers, groupKey).values()].toSorted((left, right) => right.length - left.length);
  const covered = servers.filter(({ authority }) => authority !== null).length;
  const overview = table(
    groups,
    [
      { title: 'country', value: ([first]) => first?.server.country ?? null },
      { title: 'provider', max: 40, value: ([first]) => first?.server.provider?.name ?? null },
      { title: 'authority', value: ([first]) => first?.authority ?? 'none' },
      { title: 'servers', right: true, value: (group) => group.length },
      { title: 'alive', right: true, value: (group) => count(group, 'alive') },
      { title: 'gone', right: true, value: (group) => count(group, 'gone') },
      { title: 'unknown', right: true, value: (group) => count(group, 'unknown') },
    ],
    style,
  );
  const bare = servers.filter(({ authority }) => authority === null);
  return [
    `${covered} of ${servers.length} servers of open cases are under an authority in force.\n\n`,
    overview,
    ...reasonLines(bare),
  ].join('');
}

function groupKey({ server, authority }: ServerCoverage): string {
  return JSON.stringify([server.country, server.provider?.key ?? null, authority]);
}

function count(group: readonly ServerCoverage[], liveness: ServerCoverage['liveness']): number {
  return group.filter((each) => each.liveness === liveness).length;
}

const SHOWN_SERVERS = 20;

function reasonLines(bare: readonly ServerCoverage[]): readonly string[] {
  if (bare.length === 0) return [];
  const rest = bare.length - SHOWN_SERVERS;
  return [
    '\nUnder none:\n',
    ...bare
      .slice(0, SHOWN_SERVERS)
      .flatMap(({ server, others }) => [
        `  ${shownHost(server.host)}\n`,
        ...(others.length === 0 ? ['    no authority is on record\n'] : []),
        ...others.map(({ authority, reasons }) => `    ${safeText(authority)}: ${safeText(reasons.join('; '))}\n`),
      ]),
    ...(rest > 0 ? [`  and ${rest} more: dismantle coverage --json lists them\n`] : []),
    'Next: dismantle authority request --out DIR prepares what counsel needs to ask for an order.\n',
  ];
}

export function requestText({ servers, covered, leftOut, sha256 }: AuthorityPapers, files: readonly string[]): string {
  const { notToBeTold, devices, gone, otherCountries } = leftOut;
  const counts: readonly (readonly [number, string])[] = [
    [covered, 'covered by an authority in force'],
    [otherCountries, 'outside of the countries that the order is for'],
    [devices, 'devices, whose addresses are personal data: counted, not listed'],
    [gone, 'dark, or answering as something else, at the last look'],
    [notToBeTold, 'known only from sources that let nobody else be told'],
  ];
  return [
    `${servers} ${servers === 1 ? 'server is' : 'servers are'} listed that no authority covers.\n`,
    ...counts.filter(([number]) => number > 0).map(([number, what]) => `Not listed: ${number} ${what}.\n`),
    ...files.map((file) => `Written: ${safeText(file)}\n`),
    `SHA-256 of appendix.csv: ${sha256}\n`,
    'Hosts in these files are exact, not defanged. They are for counsel and the court.\n',
  ].join('');
}
