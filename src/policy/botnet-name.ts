/** Words that say nothing of which botnet it is. */
const GENERIC: ReadonlySet<string> = new Set([
  'address', 'adresse', 'and', 'bot', 'botnet', 'botnetcc', 'c2', 'c2c', 'cc', 'cnc', 'command', 'control', 'controller', 'domain', 'elf',
  'generic', 'host', 'hostname', 'indicator', 'infrastructure', 'ioc', 'ip', 'ipv4', 'ipv6', 'js', 'loader', 'malicious', 'malware',
  'na', 'no', 'none', 'of', 'osx', 'payload', 'port', 'rat', 'server', 'stealer', 'suspicious', 'the', 'trojan', 'unknown', 'url', 'win',
  'windows',
]); // prettier-ignore

/** Free text longer than this is no name. */
const MAX_NAME_CHARACTERS = 60;

/**
 * Whether a source's word for the malware names another botnet than ours: then what it says is no word on this one. Only
 * against a server, never for it: a label raises nothing. What is no name (a sentence, an address, a word such as "C2") names no other.
 *
 * @param names what ours is called, by us and by others; none: nobody has said what the operation is against
 */
export function namesAnotherBotnet(label: string | null, names: readonly string[]): boolean {
  if (label === null || names.length === 0 || label.length > MAX_NAME_CHARACTERS) return false;
  const words = label.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const telling = words.filter((word) => word !== '' && !GENERIC.has(word) && !/^v?\d+[a-z]?$/.test(word));
  if (telling.length === 0) return false;
  const plain = plainName(label);
  return !names.some((name) => {
    const ours = plainName(name);
    return ours !== '' && (plain.includes(ours) || telling.some((word) => word.length >= 4 && ours.includes(word)));
  });
}

function plainName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}
