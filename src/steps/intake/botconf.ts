import { parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { faultOf, hasServers, MAX_FIELD_CHARACTERS, newConfiguration, setField } from './botconf-configuration.ts';
import type { Configuration, Field } from './botconf-configuration.ts';
import type { RawRow } from './format.ts';
import { resolveReferences, XmlTokenizer } from './xml-tokens.ts';
import type { XmlToken } from './xml-tokens.ts';

/** A text longer than this is not kept, so that no file can fill the memory. */
const MAX_TEXT_CHARACTERS = 64 * 1024;
/** One configuration is held until it ends, since its version may stand last. Real ones list a few dozen servers. */
const MAX_SERVERS = 10_000;
const MAX_HELD_CHARACTERS = 4 * 1024 * 1024;
const MAX_DEPTH = 64;

/**
 * The controllers in TrickBot's configurations, as analysts extract them:
 * `<mcconf><ver>1000002</ver><gtag>tmt2</gtag><servs><srv>198.51.100.7:443</srv></servs></mcconf>`, one or many in a
 * file, with an outer element or without. Nothing is guessed where a piece is broken: its rows are rejected, each with
 * its line, and the rest is read.
 *
 * @param readDate what a `<date>` element or a `date` attribute says; without it, ISO 8601 only
 */
export async function* readBotconfXmlRows(
  text: AsyncIterable<string>,
  readDate: (text: string) => Instant | null = parseInstant,
): AsyncGenerator<RawRow> {
  const tokenizer = new XmlTokenizer();
  const reader = new ConfigurationReader(readDate);
  for await (const piece of text) {
    for (const token of tokenizer.tokens(piece)) reader.add(token);
    for (const row of reader.takeRows()) yield row;
  }
  for (const token of tokenizer.end()) reader.add(token);
  reader.end();
  for (const row of reader.takeRows()) yield row;
}

/** An element that holds text that counts. */
interface Leaf {
  readonly name: string;
  readonly line: number;
  /** As written, references unresolved. */
  text: string;
  isTooLong: boolean;
}

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['ver', 'version'],
  ['gtag', 'tag'],
  ['date', 'date'],
  ['collected_at', 'date'],
  ['collected', 'date'],
]);

const CONFIGURATION = 'mcconf';
const LIST = 'servs';
const SERVER = 'srv';
/** Later versions add addresses in an encoding of their own under this name; read as they stand they name strangers. */
const ENCODED_SERVER = 'srva';

class ConfigurationReader {
  readonly #readDate: (text: string) => Instant | null;
  #rows: RawRow[] = [];
  #configuration: Configuration | null = null;
  #leaf: Leaf | null = null;
  /** What is open around, from the outside in, and whether text in it is none of our business. */
  readonly #open: { readonly name: string; readonly isForeign: boolean }[] = [];
  #stray: { readonly line: number; text: string } | null = null;

  constructor(readDate: (text: string) => Instant | null) {
    this.#readDate = readDate;
  }

  add(token: XmlToken): void {
    if (token.kind === 'text') {
      this.#addText(token);
      return;
    }
    this.#endStray();
    switch (token.kind) {
      case 'open':
        this.#begin(token);
        break;
      case 'close':
        this.#close(token.name.toLowerCase());
        break;
      case 'broken':
        // A tag that broke inside an element is that element's fault, and told once.
        if (this.#leaf === null) this.#addRow(rejected(token.line, token.text, token.reason));
        else this.#abandonLeaf(token.reason);
        break;
    }
  }

  /** The rows that are done with since this was last asked. */
  takeRows(): readonly RawRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  end(): void {
    this.#endStray();
    this.#abandonLeaf();
    this.#endConfiguration(false);
  }

  #begin(token: XmlToken & { readonly kind: 'open' }): void {
    this.#abandonLeaf();
    const name = token.name.toLowerCase();
    const { line, isEmpty } = token;
    const field = FIELDS.get(name);
    if (name === CONFIGURATION) {
      this.#endConfiguration(false);
      this.#configuration = newConfiguration(line, !isEmpty);
      this.#configuration.date = dateAttribute(token.attributes);
    } else if (name === LIST) {
      // Without an outer element, nothing but a second list shows that another configuration begins.
      if (this.#configuration?.isEnclosed === false && this.#configuration.hasList) this.#endConfiguration(false);
      this.#configuration ??= newConfiguration(line, false);
      this.#configuration.hasList = true;
    } else if (name === SERVER || name === ENCODED_SERVER || field !== undefined) {
      if (field !== undefined && this.#beginsAnother(field)) this.#endConfiguration(false);
      this.#configuration ??= newConfiguration(line, false);
      this.#leaf = { name, line, text: '', isTooLong: false };
      if (isEmpty) this.#endLeaf();
      return;
    }
    if (isEmpty || this.#open.length >= MAX_DEPTH) return;
    const isOurs = name === CONFIGURATION || name === LIST || this.#configuration === null;
    this.#open.push({ name, isForeign: !isOurs || this.#open.at(-1)?.isForeign === true });
  }

  /** Whether a field belongs to the next configuration, since this one has it, or has had its list. */
  #beginsAnother(field: Field): boolean {
    const configuration = this.#configuration;
    if (configuration === null || !hasServers(configuration)) return false;
    return !configuration.isEnclosed || (configuration[field] !== null && field !== 'date');
  }

  #close(name: string): void {
    if (this.#leaf?.name === name) {
      this.#endLeaf();
      return;
    }
    this.#abandonLeaf();
    const at = this.#open.findLastIndex((element) => element.name === name);
    const isOuter = at >= 0 && this.#open[at]?.isForeign === false && name !== LIST;
    if (at >= 0) this.#open.length = at;
    if (name === CONFIGURATION || isOuter) this.#endConfiguration(name === CONFIGURATION);
  }

  #addText({ line, text }: XmlToken & { readonly kind: 'text' }): void {
    if (this.#leaf !== null) {
      if (this.#leaf.text.length + text.length > MAX_TEXT_CHARACTERS) this.#leaf.isTooLong = true;
      else this.#leaf.text += text;
      return;
    }
    const begin = text.search(/\S/);
    if (begin < 0 || this.#open.at(-1)?.isForeign === true) return;
    this.#stray ??= { line: line + text.slice(0, begin).split('\n').length - 1, text: '' };
    if (this.#stray.text.length < MAX_FIELD_CHARACTERS) this.#stray.text += text.slice(0, MAX_TEXT_CHARACTERS);
  }

  /** Where a tag was lost, what it held would be lost without a word. */
  #endStray(): void {
    if (this.#stray === null) return;
    const { line, text } = this.#stray;
    this.#stray = null;
    this.#addRow(rejected(line, text, 'text that stands in no <srv>'));
  }

  #endLeaf(): void {
    const leaf = this.#leaf;
    const configuration = this.#configuration;
    this.#leaf = null;
    if (leaf === null || configuration === null) return;
    const field = FIELDS.get(leaf.name);
    const written = leaf.text.trim();
    if (field !== undefined) {
      const value = resolveReferences(written);
      const fault = leaf.isTooLong ? `the <${leaf.name}> is longer than 64 KiB` : setField(configuration, field, value);
      if (fault === null) return;
      configuration.fault ??= `the configuration of line ${configuration.line} is not known: ${fault}`;
      this.#addRow(rejected(leaf.line, written, fault));
    } else if (leaf.isTooLong) {
      this.#addRow(rejected(leaf.line, written, `the <${leaf.name}> is longer than 64 KiB`));
    } else if (leaf.name === ENCODED_SERVER) {
      this.#addRow(rejected(leaf.line, written, 'an address in the encoding of <srva>, which is not read'));
    } else if (written === '') {
      this.#addRow(rejected(leaf.line, '', 'an empty <srv>'));
    } else {
      this.#addRow({ line: leaf.line, value: written, observable: resolveReferences(written).trim() });
    }
  }

  #abandonLeaf(reason?: string): void {
    const leaf = this.#leaf;
    this.#leaf = null;
    if (leaf === null) return;
    const fault = reason ?? `the <${leaf.name}> of line ${leaf.line} is not closed`;
    if (FIELDS.has(leaf.name) && this.#configuration !== null) {
      this.#configuration.fault ??= `the configuration of line ${this.#configuration.line} is not known: ${fault}`;
    }
    this.#addRow(rejected(leaf.line, leaf.text.trim(), fault));
  }

  /** Holds a row until its configuration is known; one that belongs to none, or is too many, goes out at once. */
  #addRow(row: RawRow): void {
    const configuration = this.#configuration;
    if (configuration === null) {
      this.#rows.push(row);
      return;
    }
    if (configuration.rows.length >= MAX_SERVERS || configuration.heldCharacters >= MAX_HELD_CHARACTERS) {
      const reason = `the configuration of line ${configuration.line} lists too many servers`;
      this.#rows.push(row.observable === null ? row : rejected(row.line, row.value, reason));
      return;
    }
    configuration.rows.push(row);
    configuration.heldCharacters += row.value.length;
  }

  #endConfiguration(isClosed: boolean): void {
    const configuration = this.#configuration;
    this.#configuration = null;
    if (configuration === null) return;
    const { line, version, tag, date } = configuration;
    const fault = faultOf(configuration, isClosed);
    const collectedAt = date === null ? null : this.#readDate(date);
    const shared = { version: version ?? '', tag: tag ?? '', collectedAt };
    const dateNotRead = date === null || collectedAt !== null ? {} : { dateNotRead: date };
    const reason = fault ?? (version === null ? `the configuration of line ${line} names no version` : null);
    for (const row of configuration.rows) {
      if (row.observable === null) this.#rows.push(row);
      else if (reason !== null) this.#rows.push(rejected(row.line, row.value, reason));
      else this.#rows.push({ ...row, ...dateNotRead, configuration: shared });
    }
  }
}

function dateAttribute(attributes: string): string | null {
  const match = /(?:^|\s)(?:date|collected_at|collected)\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
  const written = resolveReferences(match?.[1] ?? match?.[2] ?? '').trim();
  return written === '' ? null : plainText(written, MAX_FIELD_CHARACTERS);
}

function rejected(line: number, value: string, reason: string): RawRow {
  return { line, value: plainText(value, 300), observable: null, reason };
}
