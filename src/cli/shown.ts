import { parseAddress } from '../domain/address.ts';
import { defang, defangSentence } from '../domain/defang.ts';
import { safeText } from './terminal.ts';

/** A host as it may be shown: defanged, never a link. */
export function shownHost(host: string, port: number | null = null): string {
  return defang(safeText(host), port);
}

const MAYBE_IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?![\w:])/gi;

/** Text of somebody else's as it may be shown: whatever looks like a host in it is defanged. */
export function shownText(text: string): string {
  return defangSentence(safeText(text)).replaceAll(MAYBE_IPV6, (found) =>
    parseAddress(found).ok ? defang(found) : found,
  );
}

/** At most `max` characters, the last of them an ellipsis where something is missing. */
export function shorten(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
