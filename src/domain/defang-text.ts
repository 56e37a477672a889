import { parseAddress } from './address.ts';
import { defang, defangSentence } from './defang.ts';

const MAYBE_IPV6 = /(?<![\w:[\]])(?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?![\w:[\]])/gi;

/**
 * A sentence that somebody else wrote, as it may be shown: whatever looks like a host in it is defanged, and nothing in it
 * becomes a link in any program that makes links of what looks like one (schemes other than http, names under www).
 */
export function defangText(text: string): string {
  return defangSentence(text)
    .replaceAll(MAYBE_IPV6, (found) => (parseAddress(found).ok ? defang(found) : found))
    .replaceAll(/(?<!hxxps?):\/\//gi, '[:]//')
    .replaceAll(/\bwww\.(?=\S)/gi, 'www[.]')
    .replaceAll(/(?<=\w)@(?=\w)/g, '[@]');
}
