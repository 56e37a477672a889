import type { BuiltInList } from './never-lists.ts';

/** What the program itself knows must never be touched: each name, and all names below it. */
export interface NeverNames {
  readonly list: BuiltInList;
  readonly title: string;
  readonly names: readonly string[];
}

/**
 * Names only, for names stay and addresses move: a list of addresses that ships with a program is wrong before the next
 * release, and whoever believes in it is not protected (docs/decisions/0011-protected-ground.md). Addresses come from lists that
 * carry their date. Only names whose whole zone belongs to the service stand here.
 */
export const NEVER_NAMES: readonly NeverNames[] = [
  {
    list: 'built-in-root-servers',
    title: 'Names of the root servers and of IANA',
    names: ['root-servers.net', 'root-servers.org', 'iana-servers.net', 'iana.org', 'icann.org', 'icann-servers.net'],
  },
  {
    list: 'built-in-tld-servers',
    title: 'Names of servers of top-level domains and of the number registries',
    names: [
      'gtld-servers.net', 'edu-servers.net', 'nstld.com', 'afilias-nst.org', 'afilias-nst.info',
      'nic.at', 'ns.at', 'nsset.be', 'dns.br', 'registro.br', 'ca-servers.ca', 'cira.ca', 'nic.ch', 'switch.ch',
      'dns.cn', 'cnnic.cn', 'nic.cz', 'nic.de', 'denic.de', 'nic.es', 'dns.eu', 'eurid.eu', 'nic.fr', 'afnic.fr',
      'registry.in', 'nic.it', 'dns.jp', 'jprs.jp', 'dns.nl', 'sidn.nl', 'nask.pl', 'ripn.net', 'ns.se', 'nic.uk',
      'cctld.us',
      'afrinic.net', 'apnic.net', 'arin.net', 'lacnic.net', 'ripe.net',
    ],
  },
  {
    list: 'built-in-resolvers',
    title: 'Names of the big public resolvers',
    names: [
      'one.one.one.one', 'cloudflare-dns.com', 'dns.google', 'dns.google.com', 'google-public-dns-a.google.com',
      'google-public-dns-b.google.com', 'quad9.net', 'opendns.com', 'dns.umbrella.com', 'adguard-dns.com',
      'dns.adguard.com', 'cleanbrowsing.org', 'dns.nextdns.io', 'joindns4.eu', 'alidns.com', 'dot.pub', 'doh.pub',
      'dns.yandex.net', 'dns.yandex.ru',
    ],
  },
  {
    list: 'built-in-csirts',
    title: 'Names of national CSIRTs, of their European and worldwide associations',
    names: [
      'cert.at', 'cyber.gov.au', 'cert.gov.au', 'ccb.belgium.be', 'cert.be', 'govcert.bg', 'cert.br', 'cyber.gc.ca',
      'ncsc.admin.ch', 'govcert.ch', 'govcert.admin.ch', 'csirt.gob.cl', 'cert.org.cn', 'nukib.gov.cz', 'govcert.cz',
      'csirt.cz', 'bsi.bund.de', 'cert-bund.de', 'cert.ee', 'ccn-cert.cni.es', 'incibe.es', 'incibe-cert.es',
      'cert.europa.eu', 'enisa.europa.eu', 'kyberturvallisuuskeskus.fi', 'ssi.gouv.fr', 'ncsc.gov.ie',
      'cert-in.org.in', 'cert.is', 'csirt.gov.it', 'acn.gov.it', 'jpcert.or.jp', 'krcert.or.kr', 'nksc.lt',
      'circl.lu', 'govcert.lu', 'cert.lv', 'mycert.org.my', 'ncsc.nl', 'cert.govt.nz', 'ncsc.govt.nz', 'cert.pl',
      'cncs.gov.pt', 'dnsc.ro', 'cert.ro', 'cert.se', 'csa.gov.sg', 'cert.si', 'sk-cert.sk', 'usom.gov.tr',
      'twcert.org.tw', 'cert.gov.ua', 'ncsc.gov.uk', 'cisa.gov', 'us-cert.gov', 'cert.org', 'cert.hr',
      'first.org', 'tf-csirt.org', 'trusted-introducer.org',
    ],
  },
]; // prettier-ignore
