import { parseTlp, strictestTlp, tlpOfMarking } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { isJsonObject, listField, portField, textField, textsField } from './json-row.ts';
import type { JsonObject } from './json-row.ts';

/** A cyber-observable object that may stand for a server, as far as that needs it. */
export interface StixObservable {
  readonly type: string;
  /** The address, name or URL; "" for network traffic. */
  readonly value: string;
  /** Of network traffic: the identifier of its destination, and the port there; "" where they are missing. */
  readonly destination: string;
  readonly port: string;
  readonly markings: readonly string[];
}

/** What an infrastructure consists of or uses. */
export interface StixRelation {
  readonly id: string;
  readonly target: string;
  readonly markings: readonly string[];
}

export const NAMED_TYPES: ReadonlySet<string> = new Set(['ipv4-addr', 'ipv6-addr', 'domain-name', 'url']);
export const TRAFFIC_TYPE = 'network-traffic';
const MAX_VERSIONS = 100;
const CHARACTERS_AN_OBJECT = 500;
const UNMARKED: readonly string[] = [];
const RELATIONS_TO_PARTS: ReadonlySet<string> = new Set(['consists-of', 'uses']);

/** The type that an identifier begins with: "ipv4-addr" of "ipv4-addr--28bb…" (STIX 2.1 section 2.9). */
export function typeOfId(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('--')));
}

/** The observable in an object of a bundle, or in one of those that STIX 2.0 keeps inside observed data. */
export function observableOf(object: JsonObject): StixObservable | null {
  const type = textField(object, 'type');
  const markings = markingsOf(object);
  if (NAMED_TYPES.has(type)) return { type, value: textField(object, 'value'), destination: '', port: '', markings };
  if (type !== TRAFFIC_TYPE) return null;
  return { type, value: '', destination: textField(object, 'dst_ref'), port: portField(object, 'dst_port'), markings };
}

/** The identifiers of an object's markings, those of single fields included. */
export function markingsOf(object: JsonObject): readonly string[] {
  const granular = listField(object, 'granular_markings').map((marking) =>
    isJsonObject(marking) ? textField(marking, 'marking_ref') : '',
  );
  const ids = [...textsField(object, 'object_marking_refs'), ...granular.filter((id) => id !== '')];
  // Most observables have none, and as many as are kept should share that.
  return ids.length === 0 ? UNMARKED : ids;
}

/**
 * What the objects of a bundle refer to: observables, relationships, markings, and what is revoked. An object may stand
 * before what it refers to, so all of it is collected before the first row is made; beyond `maxKept` nothing more is.
 */
export class StixReferences {
  readonly maxKept: number;
  private kept = 0;
  private hasDropped = false;
  private readonly observables = new Map<string, StixObservable>();
  private readonly relations = new Map<string, StixRelation[]>();
  private readonly markings = new Map<string, Tlp>();
  private readonly revoked = new Set<string>();
  private readonly versions = new Map<string, number>();
  /** What a list of markings stands for is asked for again with every row. */
  private readonly tlpOfLists = new WeakMap<readonly string[], { readonly tlp: Tlp | null }>();

  constructor(maxKept: number) {
    this.maxKept = maxKept;
  }

  /** True where the bundle has more than could be kept: what is not found may yet be in it. */
  get isIncomplete(): boolean {
    return this.hasDropped;
  }

  add(object: JsonObject): void {
    const id = textField(object, 'id');
    const type = textField(object, 'type');
    if (object['revoked'] === true) this.keep([id], () => this.revoked.add(id));
    else if (type === 'relationship') this.addRelation(object);
    else if (type === 'marking-definition') this.addMarking(id, object);
    else if (NAMED_TYPES.has(type) || type === TRAFFIC_TYPE) {
      const observable = observableOf(object);
      if (observable === null) return;
      const { value, destination, port, markings } = observable;
      this.keep([id, value, destination, port, ...markings], () => this.observables.set(id, observable));
    }
  }

  observable(id: string): StixObservable | undefined {
    return this.observables.get(id);
  }

  /**
   * The relations of one version of an infrastructure; null for a version beyond the hundredth, which no feed has: as
   * many versions as relations would multiply to more rows than anybody can read.
   */
  relationsOf(infrastructure: string): readonly StixRelation[] | null {
    const relations = this.relations.get(infrastructure);
    if (relations === undefined) return [];
    const version = (this.versions.get(infrastructure) ?? 0) + 1;
    this.versions.set(infrastructure, version);
    return version > MAX_VERSIONS ? null : relations.filter(({ id }) => !this.revoked.has(id));
  }

  /** Whether any version of an object is revoked: that cannot be undone (STIX 2.1 section 3.6). */
  isRevoked(id: string): boolean {
    return this.revoked.has(id);
  }

  /** The strictest of what markings stand for. */
  tlpOf(markings: readonly string[]): Tlp | null {
    const known = this.tlpOfLists.get(markings);
    if (known !== undefined) return known.tlp;
    const tlp = markings.map((id) => this.tlpOfId(id)).reduce(strictestTlp, null);
    this.tlpOfLists.set(markings, { tlp });
    return tlp;
  }

  private tlpOfId(id: string): Tlp | null {
    const known = tlpOfMarking(id) ?? this.markings.get(id);
    if (known !== undefined) return known;
    // A marking that was not kept may be any, so it is taken for the strictest.
    return this.hasDropped ? 'red' : null;
  }

  /** Puts one object by, where there is room. What has long texts takes the room of several. */
  private keep(texts: readonly string[], put: () => unknown): void {
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    this.kept += 1 + Math.floor(characters / CHARACTERS_AN_OBJECT);
    if (this.kept <= this.maxKept) put();
    else this.hasDropped = true;
  }

  private addRelation(object: JsonObject): void {
    const id = textField(object, 'id');
    const source = textField(object, 'source_ref');
    const target = textField(object, 'target_ref');
    const type = typeOfId(target);
    if (typeOfId(source) !== 'infrastructure' || !RELATIONS_TO_PARTS.has(textField(object, 'relationship_type')))
      return;
    if (!NAMED_TYPES.has(type) && type !== TRAFFIC_TYPE) return;
    const markings = markingsOf(object);
    this.keep([id, source, target, ...markings], () => {
      const relations = this.relations.get(source) ?? [];
      relations.push({ id, target, markings });
      this.relations.set(source, relations);
    });
  }

  private addMarking(id: string, object: JsonObject): void {
    const tlp = definedTlp(object);
    if (tlp !== null) this.keep([id], () => this.markings.set(id, tlp));
  }
}

/** TLP 1 as `definition`, TLP 2.0 as the extension that FIRST and OASIS have defined for it. */
function definedTlp(object: JsonObject): Tlp | null {
  const definition = object['definition'];
  const extensions = object['extensions'];
  const extended = isJsonObject(extensions) ? Object.values(extensions).filter(isJsonObject) : [];
  const texts = [
    isJsonObject(definition) ? textField(definition, 'tlp') : '',
    ...extended.map((extension) => textField(extension, 'tlp_2_0')),
  ];
  return texts.map(parseTlp).reduce(strictestTlp, null);
}
