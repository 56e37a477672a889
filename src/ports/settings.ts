import type { ClockSettings } from '../domain/clock.ts';
import type { Effect } from '../domain/list-effect.ts';
import type { Capacity } from '../domain/method.ts';
import type { RetentionClass } from '../domain/retention.ts';
import type { SendingWindow } from '../domain/sending-window.ts';
import type { Quorum } from '../domain/verdict.ts';
import type { WatchSettings } from '../domain/watch.ts';
import type { TrafficKind } from './outgoing.ts';

export type ProtectedEffect = Effect;

/** What is in force, after the file, the environment and the defaults. Null: not set. */
export interface Settings {
  readonly organisation: {
    readonly name: string | null;
    readonly email: string | null;
    readonly contestEmail: string | null;
    readonly phone: string | null;
    /** "https://cert.example", with a path where it has one. */
    readonly website: string | null;
    readonly capacity: Capacity;
  };
  readonly database: { readonly url: string | null };
  readonly traffic: Readonly<Record<TrafficKind, boolean>>;
  /** A folder with IANA's bootstrap files for RDAP (RFC 9224). */
  readonly lookup: { readonly bootstrap: string | null };
  readonly providers: string | null;
  readonly warninglists: string | null;
  readonly csirts: string | null;
  /** Files with Tor exits. */
  readonly torExits: readonly string[];
  /** The organisation's own lists of what it wants protected. */
  readonly protect: readonly string[];
  readonly playbook: string | null;
  readonly out: string | null;
  readonly notices: {
    /** A folder whose texts go before ours, one by one. */
    readonly texts: string | null;
    /** In which languages providers of a country (ISO 3166-1) are written to; English follows in any case. */
    readonly languages: Readonly<Record<string, readonly string[]>>;
    /** Sources by the names of their groups; they are numbered otherwise. */
    readonly nameSources: boolean;
  };
  /** Days; null: as long as the ledger. */
  readonly retention: Readonly<Record<RetentionClass, number | null>>;
  /** How fresh evidence and looks have to be before anything is sent; never wider than the design's own bounds. */
  readonly gates: { readonly evidenceDays: number; readonly probeHours: number };
  /** After how many hours a party that has said nothing counts as silent; never fewer than the design's own. */
  readonly deconfliction: { readonly waitHours: number };
  /** When what follows a notice is due. */
  readonly clock: ClockSettings;
  /** How often tracked servers are looked at. */
  readonly watch: WatchSettings;
  /** What it takes to confirm a server dark; never less than the design's. */
  readonly verify: Quorum;
  readonly protectedGround: {
    readonly effects: Readonly<Record<string, ProtectedEffect>>;
    /** One number for all lists, or numbers by list or class. */
    readonly staleDays: number | Readonly<Record<string, number>>;
  };
  /** After how many days without a collected configuration nobody knows whether the botnet is severed. */
  readonly severance: { readonly staleDays: number };
  readonly mail: MailSettings;
  readonly probe: ProbeSettings;
  readonly fetch: FetchSettings;
  readonly http: {
    /** "https://notices.cert.example"; null: notices have no door. */
    readonly publicUrl: string | null;
    /** "https://dismantle.example"; null: this machine's own name and port. */
    readonly origin: string | null;
    /** Addresses and prefixes of proxies that say who comes. */
    readonly trustedProxy: readonly string[];
  };
  readonly door: { readonly days: number; readonly keyFile: string | null };
  readonly oidc: OidcSettings;
}

/** An OpenID provider that signs people in. */
export interface OidcSettings {
  /** "https://sso.example", as it writes itself; null: there is none. */
  readonly issuer: string | null;
  readonly clientId: string | null;
  readonly clientSecretFile: string | null;
  readonly name: string | null;
  /** What an ID token has to say besides. */
  readonly claims: Readonly<Record<string, string>>;
}

/** With what sources are fetched, and things posted to others. */
export interface FetchSettings {
  /** Hosts, addresses and prefixes that may be asked though they are not public. */
  readonly allow: readonly string[];
  /** By name: a file of headers, and the hosts that may be sent them. */
  readonly credentials: Readonly<Record<string, { readonly file: string; readonly hosts: readonly string[] }>>;
  /** PEM; trusted besides the well-known authorities. */
  readonly caFile: string | null;
  readonly totalSeconds: number;
  readonly idleSeconds: number;
  /** MiB, as it comes and unpacked. */
  readonly megabytes: number;
  readonly unpackedMegabytes: number;
  /** What a snapshot may leave out unasked: no more than this share, or no more than so much. */
  readonly removalsPercent: number;
  readonly removalsCount: number;
}

export interface ProbeSettings {
  /** This machine as a vantage. */
  readonly here: {
    readonly enabled: boolean;
    readonly name: string;
    /** "AS64500"; null counts for no quorum. */
    readonly network: string | null;
    readonly country: string | null;
    readonly sourceAddress: string | null;
  };
  /** By name. */
  readonly vantages: Readonly<Record<string, VantageSettings>>;
  readonly connectTimeoutSeconds: number;
  readonly exchangeTimeoutSeconds: number;
  /** A name server of one's own; null: the system's. */
  readonly resolver: { readonly host: string; readonly port: number } | null;
  readonly rate: { readonly perSecond: number; readonly perProviderPerSecond: number };
  readonly concurrency: number;
}

export type VantageSettings = { readonly network: string | null; readonly country: string | null } & (
  | {
      readonly kind: 'socks5' | 'http-connect';
      readonly host: string;
      readonly port: number;
      readonly user: string | null;
      readonly passwordFile: string | null;
    }
  | {
      readonly kind: 'agent';
      /** A program and its arguments, run without a shell. */
      readonly command: readonly string[];
      /** Ed25519, raw, base64. */
      readonly publicKey: string;
    }
  | {
      /** An agent that listens: dismantle vantage --listen. */
      readonly kind: 'https';
      /** https://vantage.example:8443 */
      readonly url: string;
      readonly publicKey: string;
      /** PEM: the only authorities to trust, or the very certificate of the vantage. */
      readonly caFile: string | null;
      /** What it knows us by: a token, or a certificate of ours. */
      readonly tokenFile: string | null;
      readonly certificateFile: string | null;
      readonly keyFile: string | null;
    }
);

export interface MailServerSettings {
  readonly host: string | null;
  /** Null: the usual one for its security. */
  readonly port: number | null;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user: string | null;
  readonly password: string | null;
  /** Where the password came from, unless it came from the environment. */
  readonly passwordFile: string | null;
  /** PEM; the only authorities to trust. */
  readonly caFile: string | null;
}

export interface MailSettings {
  readonly smtp: MailServerSettings & {
    readonly connections: number;
    readonly timeoutSeconds: number;
    readonly dataTimeoutSeconds: number;
  };
  /** The envelope's sender; organisation.email where null. */
  readonly from: string | null;
  readonly dkim: { readonly domain: string | null; readonly selector: string | null; readonly keyFile: string | null };
  readonly smime: { readonly certificateFile: string | null; readonly keyFile: string | null };
  readonly rate: { readonly perProviderPerHour: number; readonly perDomainPerHour: number };
  /** By the provider's country (ISO 3166-1) or "default"; at any time where nothing is said. */
  readonly windows: Readonly<Record<string, SendingWindow>>;
  readonly imap: MailServerSettings & { readonly folder: string };
  /** Our own mail server's name in Authentication-Results; null: they are not believed. */
  readonly authservId: string | null;
  /** A file in place of src/texts/replies/replies.yaml. */
  readonly replyWordsFile: string | null;
}

/** One setting as `dismantle config show` prints it. A secret's value is never told. */
export interface SettingOrigin {
  readonly key: string;
  readonly variable: string;
  readonly value: string | null;
  /** "default", the variable's name, or the file with its line. */
  readonly origin: string;
  readonly meaning: string;
}

export interface SettingsInForce {
  readonly settings: Settings;
  readonly origins: readonly SettingOrigin[];
  /** The file that was read; null where there is none. */
  readonly file: string | null;
  /** What somebody has set and nothing heeds, a sentence each: to be told, for it is believed to be in force. */
  readonly withoutEffect: readonly string[];
}
