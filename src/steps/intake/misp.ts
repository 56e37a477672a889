import { strictestTlp } from '../../domain/tlp.ts';
import type { OpenText, RawRow } from './format.ts';
import { readJsonElements } from '../../domain/json-elements.ts';
import type { JsonElement, Selector } from '../../domain/json-elements.ts';
import { objectOf, oneLine, parseJson, rejectedRow } from './json-row.ts';
import { attributeRows, isTrue } from './misp-attribute.ts';
import type { MispContext } from './misp-attribute.ts';
import { objectRows } from './misp-object.ts';
import { malwareOfTags, tagNames, tlpOfTags } from './misp-tags.ts';

/** Where events stand: alone, in what a search for events answers, and in a list. */
const EVENTS: readonly Selector[] = [['Event'], ['response', '*', 'Event'], ['*', 'Event']];
const ABOUT_EVENTS: readonly Selector[] = EVENTS.flatMap((event) => [
  [...event, 'Tag'],
  [...event, 'uuid'],
  [...event, 'deleted'],
]);
/** A search for attributes answers with these alone, each with the tags of its event. */
const ATTRIBUTES: readonly Selector[] = [
  ...EVENTS.flatMap((event) => [
    [...event, 'Attribute', '*'],
    [...event, 'Object', '*'],
  ]),
  ['response', 'Attribute', '*'],
];

const MAX_EVENTS = 100_000;
const MAX_UUID_CHARACTERS = 100;

/**
 * MISP's core format: events, alone or listed, and the answer of a search for attributes. Attributes that name a host
 * become rows, those of objects too. All others are no rows, since an event is a mixture.
 */
export async function* readMispRows(open: OpenText, maxEvents: number = MAX_EVENTS): AsyncGenerator<RawRow> {
  // An event's tags stand behind its attributes, so all events are looked through before the first row is made.
  const events = new MispEvents(maxEvents);
  for await (const element of readJsonElements(open(), ABOUT_EVENTS)) events.add(element);
  for await (const element of readJsonElements(open(), ATTRIBUTES)) yield* rowsOf(element, events);
}

function* rowsOf(element: JsonElement, events: MispEvents): Generator<RawRow> {
  const parsed = objectOf(element);
  if (!parsed.ok) {
    yield parsed.problem;
    return;
  }
  const value = (): string => oneLine(element.text ?? '');
  const context = events.contextOf(element.path.slice(0, -2));
  if (context === null) {
    yield rejectedRow(
      element.line,
      value(),
      `the file has more than ${events.maxEvents} events; this one was not kept`,
    );
  } else if (element.path.at(-2) === 'Object') {
    yield* objectRows(parsed.value, context, element.line);
  } else {
    yield* attributeRows(parsed.value, context, { line: element.line, value });
  }
}

const NOTHING_SAID: MispContext = {
  tlp: null,
  malware: null,
  isDeleted: false,
  firstSeen: '',
  lastSeen: '',
  uuid: '',
};

/** What the events of a file say of all their attributes. */
class MispEvents {
  readonly maxEvents: number;
  private readonly contexts = new Map<string, MispContext>();
  private hasDropped = false;

  constructor(maxEvents: number) {
    this.maxEvents = maxEvents;
  }

  add(element: JsonElement): void {
    const field = element.path.at(-1);
    const event = JSON.stringify(element.path.slice(0, -1));
    const known = this.contexts.get(event);
    if (known === undefined && this.contexts.size >= this.maxEvents) {
      this.hasDropped = true;
      return;
    }
    const value = element.text === null ? undefined : parseJson(element.text);
    this.contexts.set(event, withField(known ?? NOTHING_SAID, field, value));
  }

  /** Null where the event's own words may be among those not kept. */
  contextOf(event: readonly (string | number)[]): MispContext | null {
    return this.contexts.get(JSON.stringify(event)) ?? (this.hasDropped ? null : NOTHING_SAID);
  }
}

function withField(context: MispContext, field: string | number | undefined, value: unknown): MispContext {
  if (field === 'uuid') {
    return typeof value === 'string' && value.length <= MAX_UUID_CHARACTERS ? { ...context, uuid: value } : context;
  }
  if (field === 'deleted') return { ...context, isDeleted: context.isDeleted || isTrue(value) };
  if (field !== 'Tag') return context;
  // Tags that cannot be read may hold any restriction, so they are taken for the strictest.
  if (value === undefined) return { ...context, tlp: 'red' };
  const names = tagNames(value);
  return {
    ...context,
    tlp: strictestTlp(tlpOfTags(names), context.tlp),
    malware: malwareOfTags(names) ?? context.malware,
  };
}
