import { ACTIVE_TAG_DAYS } from './operators.ts';

/**
 * What every key of the report means, in one sentence each. A key that means the same wherever it stands goes by its own name; one
 * that does not goes by its path ("exposure.open"). A test holds that every key of a report has one.
 */
export const DEFINITIONS: Readonly<Record<string, string>> = {
  // The report itself
  operation: 'The operation that the report is about.',
  drill: 'Whether it is an exercise on documentation and laboratory addresses.',
  malware: 'The botnet that the operation is against, as it was stated.',
  asOf: 'The moment of which the report is: it says what the ledger held then, and nothing that was recorded later.',
  'outside.asOf': 'The latest date among the words of that source that count.',
  ledger: 'The ledger that the report follows from, up to its moment.',
  entries: 'How many entries the ledger held.',
  root: 'The Merkle root over those entries, which names them and no others.',
  openedAt: 'When the operation was opened.',
  baselineAt: 'When its first notice left or its first order was served, whichever came first.',
  definitions: 'These sentences.',
  noLongerKnown:
    'Imports recorded by then whose rows have been erased since: servers and words that only they told of are missing from every figure, and nothing is put in their place.',
  imports: 'How many.',
  sentence: 'The same in words.',

  // Who looked
  vantages: 'From where looks were taken, by people or by our own probes.',
  name: 'What it is called.',
  kind: 'Of a vantage: how it looks; of a server: what it is, by stated evidence; of a moment: what happened.',
  network: 'The autonomous system that the vantage looks from, as its owner says.',
  country: 'Of a vantage: where it stands, as its owner says; of a server: where its address is located.',
  looks: 'How many looks it took, each at one endpoint.',
  lastLookAt: 'When the last look was taken.',
  isSingleVantage:
    'Whether no two of our own vantages in different networks and countries have looked: then nothing is ever confirmed dark.',

  // How many
  initial:
    'Servers identified before the operation’s baseline time, its first service of a notice or order; all of them while there is none.',
  added: 'Servers first identified after the baseline time; one that came back is not added again.',
  total: 'Initial and added together: distinct servers, never cases; those cleared as wrong are left out.',
  identified:
    'Distinct servers with evidence of C2 that passed the rules of identification at some time, whatever became of them.',
  disabled:
    'Servers confirmed dark and not found alive since; confirmed means at least two vantages in different networks and countries, in at least three rounds over at least six hours, none alive.',
  devices:
    'Infected devices such as routers: they count in the totals, are shown apart, and are left out of the durations.',
  percent: 'Disabled servers out of the identified ones, to one decimal; 100 only where it is all of them.',
  provisionallyDark: 'Servers found dark and not confirmed by the quorum yet: not disabled.',
  darkUnprompted:
    'Disabled servers whose first dark look came before any notice about them had left: disabled, but never credited to the operation.',
  returned: 'Servers that were confirmed dark and found alive again later, whatever they are now.',
  clearedAsWrong: 'Servers of which every case was retracted: they are in no other count.',
  live: 'Servers that answered at the last round that told anything, as themselves or as nothing else.',
  answersOther:
    'Servers that answer as something else, such as another customer or a sinkhole, of which nobody has said yet what.',
  settledOtherwise: 'Servers that answer as something else, and a person has said what they are by now.',
  inconclusive: 'Servers that were looked at, and no look told anything.',
  notLookedAt: 'Servers that nobody has looked at.',
  held: 'Servers that have waited for better evidence or a person from the first day on: not identified, and in no other number.',
  heldSince: 'Identified servers that are held now, for a list or a person has named them since.',

  // How long
  identifyToNotify:
    'From the identification of a server to the first notice about it that left, by Kaplan-Meier; what has had none is censored at the moment of the report, or when it went dark or was settled without one.',
  notifyToDark:
    'From the first notice about a server to the first dark look of its confirmed dark run, by Kaplan-Meier; what is not disabled, or came back, is censored at the moment of the report, what was settled otherwise when that began.',
  identifyToDark:
    'From the identification of a server to the first dark look of its confirmed dark run, by Kaplan-Meier; what is not disabled, or came back, is censored at the moment of the report, what went dark unprompted or was settled otherwise when that happened.',
  devicesIdentifyToDark: 'The same as identifyToDark for infected devices alone, whose cleaning takes months.',
  medianMinutes:
    'The time by which half had ended, as far as the censored ones allow to say; null while the curve stays above one half.',
  p90Minutes: 'The time by which nine in ten had ended; null while the curve stays above one tenth.',
  fastestMinutes: 'The shortest that ended.',
  finished: 'How many ended.',
  censored: 'How many still lasted when they were last observed, and have their share in the curve until then.',
  medianMinutesAtLeast:
    'The median with every end put at the last look that found the server alive instead of the first that found it dark: unless servers were censored in between, the true one lies between the two.',
  medianMinutesBounds: 'The median’s interval of 95 per cent, by Greenwood’s variance; null: open on that side.',
  curves: 'The survival curves behind the durations; long ones are thinned for a chart.',
  minutes: 'The time of the step.',
  share: 'The share that lasts longer than this time.',
  shareLow: 'The lower bound of that share, 95 per cent.',
  shareHigh: 'The upper bound of that share, 95 per cent.',
  atRisk: 'How many were under observation right before this time.',
  ended: 'How many ended at this step.',
  exposure:
    'The time that the operators had between their first loss and their last: from the first dark target to the last, devices apart.',
  'exposure.minutes': 'Its length; up to the moment of the report while it is open.',
  'exposure.open': 'Whether any target still lives or has not been confirmed dark.',
  targets: 'Servers other than devices that a notice named while they were not dark yet.',
  firstDarkAt: 'The first dark look at any target that was confirmed dark later.',
  lastDarkAt: 'The first dark look at the last target to go dark; null while it is open.',
  victimHours:
    'The sum, over servers, of the hours alive after identification: to the first dark look of a confirmed run, and again from the look that found it alive.',
  victimHoursInterval: 'Between which numbers the victim-hours lie.',
  low: 'The lower end: of victim-hours, what looks prove, each span ended at the last look that found the server alive.',
  high: 'The upper end: of victim-hours, each span ended at the first dark look, and each return put right after the looks that had confirmed it dark.',

  // Severed
  severed:
    'Whether the botnet is cut off from its servers: no, if any configuration in circulation lists a live server or a live fallback that nobody can seize; never more than none observed live, since configurations may be pushed unseen.',
  state: 'Of severed: no, none-observed-live, or unknown.',
  since: 'Since when it has been so; null where that is not known.',
  reasons: 'Why.',
  coverage: 'What that rests on.',
  configurations: 'How many configurations were collected.',
  inCirculation: 'How many of them nobody has retired.',
  newestConfiguration: 'The one that was collected last.',
  version: 'The configuration’s version.',
  tag: 'The configuration’s campaign tag.',
  collectedAt: 'When it was collected, as its source says.',
  daysSinceNewest: 'Days since the newest configuration was collected.',
  sources: 'Who collected them.',
  unreadableEntries: 'Entries of configurations in circulation that nobody could read.',
  listedServers: 'Distinct servers that configurations in circulation list.',
  'coverage.live': 'Of those, servers found alive.',
  dark: 'Of those, or of a source’s servers, how many were found dark; over time, servers disabled by now from their first dark look on.',
  'coverage.provisionallyDark': 'Of those, servers found dark and not confirmed.',
  'coverage.answersOther': 'Of those, servers that answer as something else.',
  'coverage.inconclusive': 'Of those, servers of which no look told anything.',
  fallbacks: 'Fallbacks in circulation that nobody can seize (.onion, blockchain names).',
  gaps: 'What is missing from the collection.',
  liveNotInLatestConfiguration: 'Live servers that none of the newest configurations lists.',
  liveByCountry: 'Live servers by the country that their address is located in; "" where that is not known.',

  // The operators
  operators: 'What those behind the botnet did meanwhile.',
  replacementsPerDay: 'Added servers a day since the baseline time, of at least one day.',
  firstDarkToFirstReplacementMinutes:
    'From the first dark look of any confirmed run to the first server identified after it.',
  lifeOfReplacement:
    'From the identification of an added server to its first dark look, whoever ended it, by Kaplan-Meier.',
  configurationsPerDay: 'New configurations a day, by when they were collected: up to the baseline time, and since.',
  activeTags: `Campaign tags of configurations collected in the ${ACTIVE_TAG_DAYS} days up to the baseline time, and since.`,
  before: 'Up to the baseline time.',
  after: 'Since the baseline time.',
  sharedWithOtherBotnets: 'Servers that another operation has identified, too.',
  host: 'The server’s address or name.',
  operations: 'The other operations.',

  // Mistakes
  wrongNotices: 'Notices that left, or may have, and named a server that was wrong.',
  wrong: 'Mistakes, and how long they stood.',
  servers: 'Every identified server; of the mistakes: how many servers were wrong.',
  longestStandingMinutes: 'The longest time from a wrong notice to its retraction.',
  medianStandingMinutes: 'The median of those times; all of them have ended.',
  list: 'Each of them.',
  caseId: 'The case.',
  notices: 'References of the notices that named it.',
  sentAt: 'When the first of them left.',
  retractedAt: 'When it was retracted.',
  standingMinutes: 'From the one to the other; null where nothing had left for certain.',
  correctionsDelivered: 'How many corrections have been delivered.',
  corrections: 'How many corrections had to go out.',

  // The same by country, provider, method and kind
  byCountry: 'The counts by the country of the server.',
  byProvider: 'The counts by the provider that can switch the server off.',
  byMethod: 'The counts by the lawful method of the newest case.',
  byKind: 'The counts by what the server is.',
  key: 'Which group; "" where it is not known.',
  caseIds: 'The cases behind it.',

  // Over time, and what others count
  overTime:
    'The counts at each moment at which one of them changed, disabled as it was known then; long series are thinned for a chart.',
  at: 'The moment.',
  open: 'Identified servers that were not disabled.',
  moments: 'Notices that left, orders that were served, configurations that were collected, servers that returned.',
  text: 'What happened.',
  outside: 'What sources that say online or offline count, beside our own looks at the same servers.',
  source: 'Who says so.',
  online: 'Servers of which its newest word on any way in is online.',
  offline: 'Servers of which its newest word on every way in is offline.',
  ours: 'What our own looks say of the same servers.',
  other: 'Servers that answer as something else, of which no look told anything, or that nobody has looked at.',
  differences: 'Servers that it calls online and we did not find alive, or that it calls offline and we found alive.',
  theirs: 'What it says.',

  // One server
  serverId: 'The server’s id.',
  hostType: 'What it is named by.',
  isDevice: 'Whether it is an infected device.',
  providerKey: 'The key of its provider.',
  provider: 'The organisation that can switch it off.',
  method: 'The lawful way that its newest case goes.',
  group: 'Whether it is one of the initial servers or was added.',
  identifiedAt: 'When its first case was identified.',
  notifiedAt: 'When the first notice that names it left.',
  verdict: 'What the rounds of looks say of it; null where nobody has looked.',
  finding: 'What tells verdicts of one kind apart.',
  lastLiveAt: 'When a look last found it alive.',
  darkAt: 'The first dark look of its unbroken dark run.',
  confirmedAt: 'When the quorum of looks was reached.',
  isDisabled: 'Whether it counts as disabled.',
  isProvisionallyDark: 'Whether it counts as provisionally dark.',
  isDarkUnprompted: 'Whether it counts as dark unprompted.',
  hasReturned: 'Whether it counts as returned.',
  isWrong: 'Whether it was cleared as wrong: it is in no count.',
  settledAs: 'What a person says that it is by now.',
  aliveHours: 'Its share of the victim-hours.',
};
