import { isNeverList } from '../domain/never-lists.ts';

/** What kind of ground a list names. What a list does and how soon it is stale follow from it. */
export const GROUND_CLASSES = [
  /** Never touched: root and TLD servers, big resolvers, CSIRTs, designated critical services. */
  'never',
  'tor-exit',
  'sinkhole',
  'public-dns',
  'cdn',
  'shared-hosting',
  'dynamic-dns',
  'cloud',
  'vpn',
  /** The organisation's own list. */
  'own',
  'research-scanner',
  'parking',
  /** Names that very many people use. */
  'popular',
  /** Services that others depend on: mail, updates, revocation lists, shorteners, security vendors. */
  'service',
  /** Private and documentation space. */
  'reserved',
  /** Hashes, telephone numbers and the like. */
  'no-host',
  'unknown',
] as const;
export type GroundClass = (typeof GROUND_CLASSES)[number];

/** By the names that the folders have in the MISP project's repository (misp-warninglists), and our own. */
const BY_CLASS: Readonly<Partial<Record<GroundClass, readonly string[]>>> = {
  'tor-exit': ['tor-exits', 'tor-exit-nodes'],
  sinkhole: ['sinkholes', 'umbrella-blockpage-hostname', 'umbrella-blockpage-v4', 'umbrella-blockpage-v6'],
  'public-dns': ['public-dns-v4', 'public-dns-v6', 'public-dns-hostname'],
  cdn: [
    'akamai', 'bunny-net', 'cachefly', 'cdn77', 'cloudflare', 'fastly', 'gcore', 'imperva', 'incapsula', 'stackpath',
    'sucuri',
  ],
  'shared-hosting': ['ovh-cluster', 'public-ipfs-gateways', 'github', 'lots-project'],
  'dynamic-dns': ['dynamic-dns'],
  cloud: [
    'alibaba-cloud', 'amazon-aws', 'coreweave', 'digitalocean', 'godaddy', 'google-gcp', 'hetzner', 'huawei-cloud',
    'ibm-cloud', 'leaseweb', 'linode', 'microsoft-azure', 'microsoft-azure-china', 'microsoft-azure-germany',
    'microsoft-azure-us-gov', 'oracle-oci', 'ovh', 'rackspace', 'scaleway', 'tencent', 'tencent-cloud', 'vultr',
  ],
  vpn: ['vpn-ipv4', 'vpn-ipv6', 'google-vpn', 'icloud-private-relay'],
  'research-scanner': ['shadowserver', 'check-host-net', 'driftnet', 'isc-sans-research', 'palo-alto-networks-cortex-xpanse'],
  parking: ['parking-domain', 'parking-domain-ns'],
  popular: [
    'alexa', 'bank-website', 'covid', 'covid-19-cyber-threat-coalition-whitelist', 'covid-19-krassi-whitelist', 'dax30',
    'digitalside', 'google-chrome-crux-1million', 'government-domains', 'majestic_million', 'moz-top500',
    'mozilla-top500', 'second-level-tlds', 'tlds', 'university_domains',
  ],
  service: [
    'apple', 'apple-domains', 'apple-ipv4', 'apple-ipv6', 'automated-malware-analysis', 'captive-portals', 'crl-hostname',
    'crl-ip', 'crl-ip-hostname', 'findip-host', 'google', 'google-gmail-sending-ips', 'googlebot', 'Link-in-Bio',
    'link-in-bio', 'microsoft', 'microsoft-attack-simulator', 'microsoft-mdca', 'microsoft-office365',
    'microsoft-office365-cn', 'microsoft-office365-ip', 'microsoft-win10-connection-endpoints',
    'microsoft-win11-connection-endpoints', 'openai-gptbot', 'salesforce', 'security-provider-blogpost',
    'smtp-receiving-ips', 'smtp-sending-ips', 'telegram-ips', 'tenable-cloud-ipv4', 'tenable-cloud-ipv6',
    'url-shortener', 'whats-my-ip', 'wikimedia', 'zscaler',
  ],
  reserved: ['rfc1918', 'rfc3849', 'rfc5735', 'rfc6598', 'rfc6761', 'multicast', 'ipv6-linklocal'],
  'no-host': [
    'common-contact-emails', 'common-ioc-false-positive', 'disposable-email', 'eicar.com', 'empty-hashes',
    'microsoft-azure-appid', 'mozilla-CA', 'mozilla-IntermediateCA', 'nioc-filehash', 'phone_numbers',
    'ti-falsepositives', 'windows-binary-hashes',
  ],
}; // prettier-ignore

/** Families whose members come and go. */
const BY_PATTERN: readonly (readonly [RegExp, GroundClass])[] = [
  [/^own-/, 'own'],
  [/[-_](?:nt-)?scann(?:ing|er)$/i, 'research-scanner'],
  [/^(?:cisco_top|cloudflare-top|tranco)/, 'popular'],
  [/^microsoft-azure/, 'cloud'],
];

const KNOWN: ReadonlyMap<string, GroundClass> = new Map(
  GROUND_CLASSES.flatMap((name) => (BY_CLASS[name] ?? []).map((folder) => [folder, name] as const)),
);

/** What kind of ground the list of this name is about. `tor-exit`, `sinkhole`, `cdn` and others tell a server's kind. */
export function groundClassOf(list: string): GroundClass {
  if (isNeverList(list)) return 'never';
  return KNOWN.get(list) ?? BY_PATTERN.find(([pattern]) => pattern.test(list))?.[1] ?? 'unknown';
}

/** Every list that is known by its very name. */
export const KNOWN_LISTS: readonly string[] = [...KNOWN.keys()];
