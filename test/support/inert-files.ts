import { execFileSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import PostalMime from 'postal-mime';

/*
 * What is wrong with a file of ours that quotes others, for whoever opens it with something else: a spreadsheet, a wiki, a name server,
 * a sensor, a mail program, a terminal. Empty where nothing is.
 */

type Wrong = readonly string[];

const MARKED = /zq-[a-z0-9-]+?-qz/g;

/** The fields whose texts stand in it. */
export function marksIn(text: string): ReadonlySet<string> {
  return new Set(text.match(MARKED));
}

/** RFC 4180; and no cell that a spreadsheet computes, also where it splits at semicolons or tabs. */
export function wrongInCsv(text: string): Wrong {
  const rows: readonly (readonly string[])[] = parse(text.replace(/^\ufeff/, ''), { record_delimiter: ['\r\n', '\n'] });
  const width = rows[0]?.length ?? 0;
  return rows.flatMap((row, line) => [
    ...(row.length === width ? [] : [`line ${line + 1} has ${row.length} cells`]),
    ...row.flatMap((cell) => cell.split(/[;\t\r\n]/)).filter((cell) => /^[\s"]*[=+@\uff1d\uff0b\uff0d\uff20-](?!\d+(?:\.\d+)?$)/.test(cell)).map((cell) => `line ${line + 1} computes ${cell.slice(0, 60)}`),
    ...row.filter((cell) => /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(cell)).map((cell) => `line ${line + 1} has a control character: ${JSON.stringify(cell.slice(0, 60))}`),
  ]);
} // prettier-ignore

/** CommonMark: no element but our anchors, no link but within, no picture. Code has no meaning here: none is written. */
export function wrongInMarkdown(text: string): Wrong {
  const bare = text.replaceAll(/\\[!-/:-@[-`{-~]/g, '·').replaceAll(/<a id="[\w-]*"><\/a>|<br>/g, '');
  return [
    ...(bare.match(/<\/?[a-z!?][^\n]{0,60}/gi) ?? []).map((found) => `an element: ${found}`),
    ...(bare.match(/\]\((?!#[\w-]*\))[^\n]{0,60}/g) ?? []).map((found) => `a way out: ${found}`),
    ...(bare.match(/!\[[^\n]{0,60}|^\[[^\n\]]+\]:[^\n]{0,60}/gm) ?? []).map((found) => `a picture or reference: ${found}`),
    ...(bare.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g) ?? []).map((found) => `a control character: ${JSON.stringify(found)}`),
  ];
} // prettier-ignore

/** Nothing that an address or an order for a program could be, in any value that a program follows. */
export function wrongInJson(text: string): Wrong {
  const wrong: string[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string' && /^(?:url|href|x_href|link|external_url)$/i.test(key) && !/^https?:\/\//.test(value)) wrong.push(`${key}: ${value.slice(0, 80)}`);
    else if (Array.isArray(value)) for (const each of value) walk(each, key);
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) walk(inner, name);
  };
  walk(JSON.parse(text), '');
  return wrong;
} // prettier-ignore

/** A DNS zone (RFC 1035 section 5): comments, and one record a line of names that are names. */
export function wrongInZone(text: string): Wrong {
  const allowed = /^(?:;.*|\$TTL \d+|@ IN (?:SOA|NS) [\w. -]+|(?:\*\.)?[a-z0-9_.-]+ IN CNAME \.|\s*)$/;
  return text.split('\n').filter((line) => !allowed.test(line));
}

/** Rules of Suricata, and the lists that they load. */
export function wrongInRules(text: string): Wrong {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !/^alert [^()]+\((?:[a-z_.]+(?::(?:"[^"\\;]*"|[^";]*))?; ?)+\)$/.test(line)); // prettier-ignore
}

/** One host a line. */
export function wrongInList(text: string): Wrong {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !/^(?:[a-z0-9_.-]+(?::\d+)?|\[?[\da-f:]+\]?(?::\d+)?)$/.test(line)); // prettier-ignore
}

/** A PDF that does nothing but show: no script, no address, no file, nothing on opening. */
export function wrongInPdf(bytes: Uint8Array): Wrong {
  const plain = Buffer.from(bytes).toString('latin1').replaceAll(/stream\r?\n[\s\S]*?endstream/g, ''); // prettier-ignore
  return plain.match(/\/(?:JavaScript|JS|OpenAction|AA|URI|Launch|EmbeddedFile|SubmitForm|GoToR|RichMedia|XFA)\b.{0,80}/g) ?? []; // prettier-ignore
}

/** The parts of a DOCX that say something, by name. */
export function partsOfDocx(file: string): ReadonlyMap<string, string> {
  const names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n');
  return new Map(names.filter((name) => /\.(?:xml|rels)$/.test(name)).map((name) => [name, execFileSync('unzip', ['-p', file, name.replaceAll(/[[\]]/g, '\\$&')], { encoding: 'utf8', maxBuffer: 2 ** 26 })])); // prettier-ignore
}

/** Nothing in it leads elsewhere, and no field computes. */
export function wrongInDocx(parts: ReadonlyMap<string, string>): Wrong {
  return [...parts].flatMap(([name, text]) => [
    ...(text.match(/TargetMode="External"[^>]*/g) ?? []).map((found) => `${name}: ${found}`),
    ...(text.match(/<w:instrText[^>]*>(?! *(?:PAGE|NUMPAGES|PAGEREF|TOC|REF)\b)[^<]*/g) ?? []).map((found) => `${name}: ${found}`), // prettier-ignore
    ...(text.match(/vbaProject|macroEnabled|altChunk|oleObject/g) ?? []).map((found) => `${name}: ${found}`),
  ]);
}

/** A mail of ours: each header once, one recipient, no word of others among the headers, no HTML. */
export async function wrongInMail(message: Uint8Array): Promise<Wrong> {
  const text = Buffer.from(message).toString('utf8');
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  const names = head.split('\r\n').filter((line) => !/^[ \t]/.test(line)).map((line) => line.slice(0, line.indexOf(':')).toLowerCase()); // prettier-ignore
  const mail = await PostalMime.parse(message);
  const types = [...text.matchAll(/^content-type: *([\w/+.-]+)/gim)].map(([, type = '']) => type.toLowerCase());
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} twice`),
    ...names.filter((name) => !/^[a-z0-9-]+$/.test(name) || ['bcc', 'cc'].includes(name)).map((name) => `a header ${name}`),
    ...(mail.to?.length === 1 ? [] : [`${mail.to?.length ?? 0} recipients`]),
    ...(head.match(/[^\r\n\t -~]/g) ?? []).map((found) => `in the head: ${JSON.stringify(found)}`),
    ...types.filter((type) => type.includes('html')).map((type) => `a part of ${type}`),
    ...(mail.html === undefined || mail.html === '' ? [] : ['HTML']),
    ...(wrongOnTerminal((mail.text ?? '').replaceAll('\r', ''))),
  ];
} // prettier-ignore

/** Nothing that moves the cursor, colours, renames the window or turns the direction of writing round. */
export function wrongOnTerminal(text: string): Wrong {
  return text.match(/.{0,20}[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g)?.map((found) => JSON.stringify(found)) ?? []; // prettier-ignore
}
