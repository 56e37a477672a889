import type { Ask, MethodFacts, MethodRow } from '../../domain/method.ts';

/** What no row may do, whoever edits the table. */
export const HARD_RULES = [
  'sinkhole-mailed',
  'bulletproof-mailed',
  'order-without-authority',
  'copyright-without-right',
  'victim-cut-off',
  'hostname-only-exceeded',
  'shared-address-cut-off',
  'registrar-asked-about-machine',
  'ask-does-not-fit',
] as const;
export type HardRuleCode = (typeof HARD_RULES)[number];

/** Facts with these values; a column that is left out takes every value. */
export type FactsPattern = {
  readonly [Input in Exclude<keyof MethodFacts, 'country'>]?: readonly MethodFacts[Input][];
};

export interface HardRule {
  readonly code: HardRuleCode;
  /** The facts that it is about: those that fit one of these. */
  readonly about: readonly FactsPattern[];
  /** Whether a row that decides over such facts breaks the rule. */
  readonly breaks: (row: MethodRow) => boolean;
  /** What is wrong, one sentence about the row. */
  readonly sentence: string;
}

/** Asks that hit everybody behind an address or a line. */
const CUTS_OFF: readonly Ask[] = ['null-route', 'suspend', 'refuse-re-lease'];
/** All that may be asked where strangers share the ground. */
const NAME_ONLY: readonly Ask[] = ['preserve', 'clean', 'block-hostname', 'none'];

const asksAny = (row: MethodRow, asks: readonly Ask[]): boolean => row.asks.some((ask) => asks.includes(ask));

/** Whether the row has a message go to whoever runs the server's network or sold its name. */
export function mailsProvider({ addressee, template }: MethodRow): boolean {
  return (
    template !== 'none' &&
    (addressee === 'hosting' || addressee === 'conduit' || addressee === 'isp' || addressee === 'registrar')
  );
}

/** DESIGN.md, "What must always hold", 3 and 4, and its Methods, as far as a table could break them. */
export const hardRules: readonly HardRule[] = [
  {
    code: 'sinkhole-mailed',
    about: [{ kind: ['sinkhole'] }],
    breaks: (row) => row.template !== 'none' || row.addressee !== 'nobody',
    sentence: 'has somebody written to about a sinkhole, which defenders run',
  },
  {
    code: 'bulletproof-mailed',
    about: [{ trust: ['bulletproof'], authority: ['none', 'statute', 'contract'] }],
    breaks: mailsProvider,
    sentence: 'mails a known bulletproof provider, which would warn its customer, before there is an order',
  },
  {
    code: 'order-without-authority',
    about: [
      { authority: ['none', 'contract'] },
      { authority: ['statute'], capacity: ['company', 'csirt', 'rights-owner'] },
    ],
    breaks: (row) => row.method === 'court-order',
    sentence: 'serves an order where none is in force',
  },
  {
    code: 'copyright-without-right',
    about: [{ capacity: ['company', 'csirt', 'authority'] }],
    breaks: (row) => row.method === 'copyright-notice',
    sentence: 'claims copyright, which only the rights owner may, under penalty of perjury',
  },
  {
    code: 'victim-cut-off',
    about: [{ kind: ['iot-device', 'compromised-host'] }],
    breaks: (row) => asksAny(row, CUTS_OFF),
    sentence: 'cuts off a victim, who is to be cleaned or isolated',
  },
  {
    code: 'hostname-only-exceeded',
    about: [{ ground: ['hostname-only'] }],
    breaks: (row) => row.asks.some((ask) => !NAME_ONLY.includes(ask)),
    sentence: 'asks for more than a host name on ground where strangers would be hit',
  },
  {
    code: 'shared-address-cut-off',
    about: [{ kind: ['cdn-fronted', 'shared-hosting', 'tor-exit'], assetType: ['address'] }],
    breaks: (row) => asksAny(row, [...CUTS_OFF, 'isolate']),
    sentence: 'cuts off an address that strangers share',
  },
  {
    code: 'registrar-asked-about-machine',
    about: [{ assetType: ['domain'], providerType: ['registrar'] }],
    breaks: (row) => mailsProvider(row) && asksAny(row, ['clean', 'isolate', 'null-route', 'suspend']),
    sentence: 'asks a registrar, who has but the name, to clean, isolate or switch off a machine',
  },
  {
    code: 'ask-does-not-fit',
    about: [{ assetType: ['address', 'onion', 'blockchain-name'] }],
    breaks: (row) => row.asks.includes('suspend-domain'),
    sentence: 'asks for a domain to be suspended where there is none',
  },
  {
    code: 'ask-does-not-fit',
    about: [{ assetType: ['domain', 'onion', 'blockchain-name'] }],
    breaks: (row) => row.asks.includes('null-route'),
    sentence: 'asks for a null-route where there is no address',
  },
];
