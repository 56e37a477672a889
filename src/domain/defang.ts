/**
 * Writes an indicator so that no mail program or terminal makes a link of it.
 *
 * - An IPv4 address gets its last dot bracketed: `203.0.113[.]7`. Nothing shorter than four numbers becomes a link.
 * - An IPv6 address gets one colon bracketed, so that it stays readable: `2001:db8[:]:7`, the first of "::" or else the
 *   last of all: neither side of the bracket is then an address of its own. A port is said in a word behind it,
 *   `2001:db8[:]:7 port 443`: in brackets of its own (RFC 3986 section 3.2.2) one bracket would stand within another.
 * - A name gets every dot bracketed, because a part of it may itself be a name: `a[.]test[.]example`.
 *
 * `refang` undoes all three, and every colon bracketed, as analysts' tools write it. `host` is canonical (Server.host); `port` is appended as it is.
 */
export function defang(host: string, port: number | null = null): string {
  if (host.includes(':')) {
    const address = defangColon(host);
    return port === null ? address : `${address} port ${port}`;
  }
  return `${defangDots(host)}${port === null ? '' : `:${port}`}`;
}

function defangColon(host: string): string {
  return host.includes('::') ? host.replace('::', '[:]:') : host.replace(/:(?=[^:]*$)/, '[:]');
}

function defangDots(host: string): string {
  return /^[0-9.]+$/.test(host) ? host.replace(/\.(?=[0-9]*$)/, '[.]') : host.replaceAll('.', '[.]');
}

/**
 * Writes the parts of a URL as `hxxp://host:port/path`: the scheme and the host are defanged, the path stays, for it
 * is what a desk searches its logs for. A scheme other than http and https keeps its name and loses its `://`.
 */
export function defangUrl(url: {
  readonly scheme: string;
  readonly host: string;
  readonly port: number | null;
  readonly path: string | null;
}): string {
  const isWeb = url.scheme === 'http' || url.scheme === 'https';
  const scheme = isWeb ? `${url.scheme.replace('http', 'hxxp')}://` : `${url.scheme}[://]`;
  return `${scheme}${defang(url.host, url.port)}${url.path ?? ''}`;
}

/** Defangs whatever looks like a web address, a name or an IPv4 address inside a sentence that somebody else wrote. */
export function defangSentence(sentence: string): string {
  return sentence
    .replaceAll(/\bhttp(?=s?:\/\/)/gi, 'hxxp')
    .replaceAll(/(\d{1,3}\.\d{1,3}\.\d{1,3})\.(?=\d)/g, '$1[.]')
    .replaceAll(/(?<=[\p{L}\p{N}-])\.(?=\p{L}{2}|xn--)/gu, '[.]');
}

/** One look tells whether anything is defanged at all: most rows of a feed are not. */
const ANY_MARK = /[[({](?:[.:/]|\s*dot|\s+[.:])|h(?:xx|tx|xt|\*\*)ps?(?::|\[)/i;
const DOT = /\[\s*(?:\.|dot)\s*\]|\(\s*(?:\.|dot)\s*\)|\{\s*(?:\.|dot)\s*\}/gi;
const SEPARATOR = /\[(:\/\/|:|\/\/|\/)\]|\((:\/\/|:|\/\/|\/)\)|\{(:\/\/|:|\/\/|\/)\}/g;
/** Our own way of writing an IPv6 address with its port, and one in a URL; both have exactly the brackets that `defang` writes. */
const PORT_IN_A_WORD = /(?<![\w:.[\]])([\da-f:]*\[:\][\da-f:]*) port (\d{1,5})(?!\w)/gi;
const IN_A_URL = /(?<=:\/\/)([\da-f:]*\[:\][\da-f:]*)(?![\w:.[\]]| port \d)/gi;
const SCHEME = /(?<![a-z0-9])h(?:xx|tx|xt|\*\*)p(?=s?:\/\/)/gi;

/**
 * Undoes what analysts write against accidental clicks: `[.]` `(.)` `{.}` `[dot]` `(dot)` `{dot}` for a dot, `[:]`
 * `[://]` `[/]` and the same in round and curly brackets for separators, `hxxp` `hXXp` `htxp` `hxtp` `h**p` for http.
 *
 * Only complete marks count. A half bracket, the bare word "dot", or a backslash is left alone: undoing those would be
 * guessing, and could make an indicator of something that is none. Text without a mark comes back as it is.
 */
export function refang(text: string): string {
  if (!ANY_MARK.test(text)) return text;
  return text
    .replaceAll(PORT_IN_A_WORD, '[$1]:$2')
    .replaceAll(IN_A_URL, '[$1]')
    .replaceAll(DOT, '.')
    .replaceAll(SEPARATOR, (_mark, square?: string, round?: string, curly?: string) => square ?? round ?? curly ?? '')
    .replaceAll(SCHEME, 'http');
}
