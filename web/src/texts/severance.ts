export const severanceTexts = {
  title: 'Severance',
  about:
    'A bot is cut off once every server in the configuration that it holds is dark. Severed means: no configuration in circulation reaches a live server.',
  states: { 'none-observed-live': 'No live server observed', no: 'Not severed', unknown: 'Not known' },
  since: 'since',
  matrix: {
    title: 'Configurations against servers',
    about:
      'A column is a configuration, the oldest on the left; a row is a server, live ones on top. Lit: listed there and live.',
    live: 'listed, live',
    dark: 'listed, dark',
    other: 'listed, not known',
    label: (configurations: number, servers: number) =>
      `${configurations} configurations against ${servers} servers. The lists beside it say the same in words.`,
    none: 'No configuration has been collected. Without them nobody knows what the bots still reach.',
    pointed: (version: string, host: string) => `${version} × ${host}`,
    listed: 'listed',
    notListed: 'not listed',
  },
  next: {
    title: 'What severs most next',
    about: 'Configurations that reach no live server any more, if these go dark',
    servers: 'Servers',
    silenced: 'Cut off',
    allExact: 'Each is the most that so many servers can cut off.',
    someBound: 'Where nothing else is said, it is the most that so many servers can cut off.',
    bound: (most: number) => `at most ${most}`,
    none: 'Nothing is left to sever.',
  },
  remaining: {
    title: 'Live servers that are listed',
    server: 'Server',
    provider: 'Provider',
    configurations: 'Listed in',
    only: 'The only live one of',
    none: 'None.',
  },
  reaching: {
    title: 'Configurations that still reach a live server',
    version: 'Version',
    tag: 'Tag',
    collected: 'Collected',
    live: 'Live / listed',
    none: 'None does.',
  },
} as const;
