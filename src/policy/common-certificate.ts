/*
 * Certificates that say nothing of who runs a server: those that a platform puts in front of everybody's sites, and those
 * that software and devices come with. Whoever carries one has only the same platform or the same box.
 */

/** Names of platforms, as they stand in certificates for all of their customers. */
const PLATFORM_DOMAINS = [
  'akamai.net', 'akamaiedge.net', 'akamaihd.net', 'akamaized.net', 'edgekey.net', 'edgesuite.net', 'amazonaws.com',
  'cloudfront.net', 'awsglobalaccelerator.com', 'elasticbeanstalk.com', 'azure.com', 'azureedge.net', 'azurefd.net',
  'azurewebsites.net', 'cloudapp.net', 'trafficmanager.net', 'windows.net', 'cloudflare.com', 'cloudflaressl.com',
  'cloudflare-dns.com', 'workers.dev', 'pages.dev', 'fastly.net', 'fastlylb.net', 'global.ssl.fastly.net', 'google.com',
  'googleapis.com', 'googleusercontent.com', 'appspot.com', 'firebaseapp.com', 'web.app', 'run.app', 'incapsula.com',
  'imperva.com', 'sucuri.net', 'stackpathdns.com', 'stackpathcdn.com', 'cdn77.org', 'cdn77.com', 'b-cdn.net', 'bunnycdn.com',
  'keycdn.com', 'kxcdn.com', 'gcdn.co', 'ddos-guard.net', 'qrator.net', 'vercel.app', 'vercel.com', 'now.sh', 'netlify.app',
  'netlify.com', 'github.io', 'github.com', 'gitlab.io', 'herokuapp.com', 'heroku.com', 'shopify.com', 'myshopify.com',
  'squarespace.com', 'wix.com', 'wixsite.com', 'weebly.com', 'wordpress.com', 'wpengine.com', 'pantheonsite.io', 'kinsta.cloud',
  'ngrok.io', 'ngrok-free.app', 'trycloudflare.com', 'bluehost.com', 'hostgator.com', 'dreamhost.com', 'godaddy.com',
  'secureserver.net', 'namecheap.com', 'web-hosting.com', 'siteground.com', 'sgvps.net', 'ovh.net', 'hosting.ovh.net',
  'one.com', 'ionos.com', 'kundenserver.de', 'ispgateway.de', 'your-server.de', 'strato.de', 'rzone.de', 'hostinger.com',
  'hstgr.io', 'a2hosting.com', 'inmotionhosting.com', 'unified-layer.com', 'lh.pl', 'home.pl', 'beget.com', 'timeweb.ru',
  'reg.ru', 'sweb.ru', 'jino.ru', 'cprapid.com', 'plesk.page', 'letsencrypt.org', 'digicert.com', 'sectigo.com',
  'globalsign.com', 'synology.me', 'myqnapcloud.com', 'plex.direct', 'tplinkdns.com', 'asuscomm.com', 'mynetname.net',
  'ui.com', 'id.ui.direct',
] as const; // prettier-ignore

/** What stands in the subject or issuer of certificates that software or devices bring along. */
const DEFAULT_WORDS = [
  'acme co', 'apache friends', 'asus', 'cpanel', 'directadmin', 'draytek', 'fake certificate', 'fortigate', 'fortinet', 'hikvision',
  'internet widgits', 'ispconfig', 'kubernetes ingress', 'localhost', 'localdomain', 'mikrotik', 'parallels panel', 'plesk',
  'proxmox', 'pfsense', 'opnsense', 'qnap', 'snakeoil', 'snake oil', 'some-company', 'somecompany', 'somecity', 'somestate', 'sonicwall',
  'synology', 'traefik default', 'ubiquiti', 'ubuntu', 'debian', 'unifi', 'virtualmin', 'webmin', 'vmware', 'webuzo', 'zyxel', 'example.com',
] as const; // prettier-ignore

/**
 * Why a certificate tells nothing of who runs the server that carries it; null where no name in it says so.
 *
 * @param names its subject, issuer and names, as they stand in it
 */
export function commonCertificateReason(names: readonly string[]): string | null {
  for (const name of names) {
    const text = name.toLowerCase();
    const word = DEFAULT_WORDS.find((known) => text.includes(known));
    if (word !== undefined) return `it names "${word}": software or devices bring it along`;
    for (const [host] of text.matchAll(/[a-z0-9_*-]+(?:\.[a-z0-9_-]+)+/g)) {
      const platform = PLATFORM_DOMAINS.find((domain) => host === domain || host.endsWith(`.${domain}`));
      if (platform !== undefined) return `it names ${platform}: a platform shows it for all of its customers`;
    }
  }
  return null;
}
