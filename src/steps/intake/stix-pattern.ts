import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { shownWord } from './json-row.ts';
import { patternTokens } from './stix-pattern-tokens.ts';
import type { PatternToken } from './stix-pattern-tokens.ts';

/** A server that a pattern names. */
export interface PatternServer {
  readonly observable: string;
  /** "" where the pattern names none. */
  readonly port: string;
}

/** Parentheses within parentheses, as an analyst writes them at most. */
const MAX_DEPTH = 100;
/** A list of addresses and a list of ports multiply; more than this is no person's making and could fill the memory. */
const MAX_SERVERS = 10_000;
const TOO_MANY = `the pattern names more than ${MAX_SERVERS} servers with their ports`;

/**
 * The servers that a STIX pattern names (STIX 2.1 section 9), each of which matches the pattern on its own. A pattern
 * with any part that names none is refused whole with a sentence: what narrows it (a file beside the address, a
 * negation, a sequence) cannot be judged here, and half a pattern accuses a server that the whole may spare.
 */
export function serversOfPattern(pattern: string): Result<readonly PatternServer[], string> {
  const tokens = patternTokens(pattern);
  if (!tokens.ok) return tokens;
  const parser = new PatternParser(tokens.value);
  const meaning = parser.pattern();
  if (!meaning.ok) return meaning;
  if (meaning.value.says !== 'servers') return failure('the pattern names no server');
  const { servers } = meaning.value;
  return success([
    ...new Map(servers.map((server) => [JSON.stringify([server.observable, server.port]), server])).values(),
  ]);
}

/** What a part of a pattern says about servers. */
type Meaning =
  | { readonly says: 'servers'; readonly servers: readonly PatternServer[] }
  /** Ports, which need the server that stands beside them. */
  | { readonly says: 'ports'; readonly ports: readonly string[] }
  /** A description of the traffic to the server beside it, which makes it no other server. */
  | { readonly says: 'manner' };

/** Object paths whose value is the server itself. */
const SERVER_PATHS: ReadonlySet<string> = new Set([
  'ipv4-addr:value',
  'ipv6-addr:value',
  'domain-name:value',
  'url:value',
  'network-traffic:dst_ref.value',
]);
const PORT_PATH = 'network-traffic:dst_port';
const PROTOCOLS_PATH = 'network-traffic:protocols';
const TYPE_PATH = 'network-traffic:dst_ref.type';
const SERVER_TYPES: ReadonlySet<string> = new Set(['ipv4-addr', 'ipv6-addr', 'domain-name']);

/** A refusal anywhere ends the parsing: no later part can undo it. */
class PatternParser {
  private readonly tokens: readonly PatternToken[];
  private next = 0;
  private depth = 0;

  constructor(tokens: readonly PatternToken[]) {
    this.tokens = tokens;
  }

  pattern(): Result<Meaning, string> {
    const meaning = this.observations();
    if (!meaning.ok) return meaning;
    return this.next === this.tokens.length ? meaning : this.unexpected();
  }

  /** Observation expressions: FOLLOWEDBY binds least, then OR, then AND. */
  private observations(): Result<Meaning, string> {
    const first = this.joined('OR', () => this.observationAnd());
    if (first.ok && this.takes('FOLLOWEDBY')) {
      return failure('FOLLOWEDBY asks for a sequence of observations, none of which names a server on its own');
    }
    return first;
  }

  private observationAnd(): Result<Meaning, string> {
    const first = this.observation();
    if (first.ok && this.takes('AND')) {
      return failure('AND asks for several observations together, none of which names a server on its own');
    }
    return first;
  }

  private observation(): Result<Meaning, string> {
    const inner = this.takes('[')
      ? this.enclosed(']', () => this.comparisons())
      : this.takes('(')
        ? this.enclosed(')', () => this.observations())
        : this.unexpected();
    if (!inner.ok) return inner;
    if (inner.value.says !== 'servers') return failure('an observation of the pattern names no server');
    return this.qualified(inner);
  }

  /** Qualifiers say when and how often, not where: WITHIN 5 SECONDS, REPEATS 5 TIMES, START t'…' STOP t'…'. */
  private qualified(meaning: Result<Meaning, string>): Result<Meaning, string> {
    for (;;) {
      const isComplete = this.takes('WITHIN')
        ? this.takesLiteral('number') && this.takes('SECONDS')
        : this.takes('REPEATS')
          ? this.takesLiteral('number') && this.takes('TIMES')
          : this.takes('START')
            ? this.takesTime() && this.takes('STOP') && this.takesTime()
            : null;
      if (isComplete === null) return meaning;
      if (!isComplete) return this.unexpected();
    }
  }

  /** STIX 2.0 writes the moments of START and STOP as plain strings, too. */
  private takesTime(): boolean {
    return this.takesLiteral('timestamp') || this.takesLiteral('string');
  }

  private comparisons(): Result<Meaning, string> {
    return this.joined('OR', () => this.joined('AND', () => this.comparison()));
  }

  private joined(operator: 'AND' | 'OR', operand: () => Result<Meaning, string>): Result<Meaning, string> {
    const meanings: Meaning[] = [];
    let count = 0;
    do {
      const meaning = operand();
      if (!meaning.ok) return meaning;
      meanings.push(meaning.value);
      count += meaning.value.says === 'servers' ? meaning.value.servers.length : 0;
      if (count > MAX_SERVERS) return failure(TOO_MANY);
    } while (this.takes(operator));
    const [only] = meanings;
    if (meanings.length === 1 && only !== undefined) return success(only);
    return operator === 'OR' ? anyOf(meanings) : allOf(meanings);
  }

  private enclosed(end: ']' | ')', content: () => Result<Meaning, string>): Result<Meaning, string> {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) return failure('the pattern is nested too deeply');
    const meaning = content();
    this.depth -= 1;
    if (!meaning.ok) return meaning;
    return this.takes(end) ? meaning : this.unexpected();
  }

  private comparison(): Result<Meaning, string> {
    if (this.takes('(')) return this.enclosed(')', () => this.comparisons());
    if (this.isWord('NOT') || this.isWord('EXISTS')) return namesNone(this.tokens[this.next]?.text ?? '');
    const path = this.objectPath();
    if (!path.ok) return path;
    const operator = this.tokens[this.next];
    if (operator === undefined || operator.kind === 'string') return this.unexpected();
    this.next += 1;
    if (operator.text === '=' || operator.text === '==') {
      const literal = this.literal();
      return literal.ok ? meaningOf(path.value, [literal.value]) : literal;
    }
    const word = operator.text.toUpperCase();
    if (word === 'IN') {
      const literals = this.set();
      return literals.ok ? meaningOf(path.value, literals.value) : literals;
    }
    if (OTHER_OPERATORS.has(word)) return namesNone(word);
    this.next -= 1;
    return this.unexpected();
  }

  /** An object path, with every index left out: `network-traffic:protocols[*]` is `network-traffic:protocols`. */
  private objectPath(): Result<string, string> {
    const type = this.tokens[this.next];
    if (type?.kind !== 'word' || KEYWORDS.has(type.text.toUpperCase())) return this.unexpected();
    this.next += 1;
    let path = type.text;
    for (let separator = ':'; this.takes(separator); separator = '.') {
      const step = this.tokens[this.next];
      if (step?.kind !== 'word' && step?.kind !== 'string') return this.unexpected();
      this.next += 1;
      // What is quoted may hold a dot of its own, and must not pass for two steps.
      path += separator + (/^\w+$/.test(step.text) ? step.text : `'${step.text}'`);
      while (this.takes('[')) {
        if (!this.takes('*') && !this.takesLiteral('number')) return this.unexpected();
        if (!this.takes(']')) return this.unexpected();
      }
    }
    return path.includes(':') ? success(path) : this.unexpected();
  }

  private set(): Result<readonly PatternToken[], string> {
    if (!this.takes('(')) return this.unexpected();
    const literals: PatternToken[] = [];
    do {
      if (literals.length === 0 && this.takes(')')) return failure('an empty list names no server');
      const literal = this.literal();
      if (!literal.ok) return literal;
      literals.push(literal.value);
    } while (this.takes(','));
    return this.takes(')') ? success(literals) : this.unexpected();
  }

  private literal(): Result<PatternToken, string> {
    const token = this.tokens[this.next];
    const isLiteral =
      token !== undefined && token.kind !== 'mark' && (token.kind !== 'word' || /^(true|false)$/i.test(token.text));
    if (!isLiteral) return this.unexpected();
    this.next += 1;
    return success(token);
  }

  private takes(markOrWord: string): boolean {
    const token = this.tokens[this.next];
    const isIt = token?.kind === 'mark' ? token.text === markOrWord : this.isWord(markOrWord);
    if (isIt) this.next += 1;
    return isIt;
  }

  /** The grammar takes its words in capitals and in small letters. */
  private isWord(word: string): boolean {
    const token = this.tokens[this.next];
    return token?.kind === 'word' && token.text.toUpperCase() === word;
  }

  private takesLiteral(kind: PatternToken['kind']): boolean {
    const isIt = this.tokens[this.next]?.kind === kind;
    if (isIt) this.next += 1;
    return isIt;
  }

  private unexpected(): { readonly ok: false; readonly problem: string } {
    const token = this.tokens[this.next];
    if (token === undefined) return failure('not a STIX pattern: it ends too early');
    return failure(`not a STIX pattern: ${shownWord(token.text)} is unexpected at character ${token.at + 1}`);
  }
}

/** Operators other than = and IN: what they match is no list of servers. */
const OTHER_OPERATORS: ReadonlySet<string> = new Set([
  'NOT', '!=', '<>', '<', '<=', '>', '>=', 'LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET',
]); // prettier-ignore
const KEYWORDS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN', 'FOLLOWEDBY', ...OTHER_OPERATORS]);

function namesNone(operator: string): { readonly ok: false; readonly problem: string } {
  return failure(`${operator.toUpperCase()} is not a server: only = and IN name one`);
}

function meaningOf(path: string, literals: readonly PatternToken[]): Result<Meaning, string> {
  if (path === PROTOCOLS_PATH) return success({ says: 'manner' });
  if (path === TYPE_PATH && literals.every(({ text }) => SERVER_TYPES.has(text))) return success({ says: 'manner' });
  if (path === PORT_PATH) {
    const isOther = literals.some(({ kind }) => kind !== 'number' && kind !== 'string');
    if (isOther) return failure('the pattern compares a port with something else than a number');
    return success({ says: 'ports', ports: literals.map(({ text }) => text) });
  }
  if (!SERVER_PATHS.has(path)) return failure(`${shownWord(path)} is not a server`);
  if (literals.some(({ kind }) => kind !== 'string')) {
    return failure(`the pattern compares ${path} with something else than text`);
  }
  return success({ says: 'servers', servers: literals.map(({ text }) => ({ observable: text, port: '' })) });
}

/** Alternatives, each of which must name servers of its own, unless all of them describe the same thing. */
function anyOf(meanings: readonly Meaning[]): Result<Meaning, string> {
  const servers = meanings.flatMap((meaning) => (meaning.says === 'servers' ? meaning.servers : []));
  const ports = meanings.flatMap((meaning) => (meaning.says === 'ports' ? meaning.ports : []));
  if (meanings.every(({ says }) => says === 'servers')) return success({ says: 'servers', servers });
  if (meanings.every(({ says }) => says === 'ports')) return success({ says: 'ports', ports });
  if (meanings.every(({ says }) => says === 'manner')) return success({ says: 'manner' });
  return failure('OR joins a server with something that names none');
}

/** A server with its ports and the manner of its traffic. Two servers that must both be seen are neither of them one. */
function allOf(meanings: readonly Meaning[]): Result<Meaning, string> {
  const servers = meanings.filter((meaning) => meaning.says === 'servers');
  const ports = meanings.filter((meaning) => meaning.says === 'ports');
  const [server, secondServer] = servers;
  const [port, secondPort] = ports;
  if (secondServer !== undefined) return failure('AND asks for several servers at once and names none on its own');
  if (secondPort !== undefined) return failure('AND asks for several ports at once');
  if (server === undefined) return success(port ?? { says: 'manner' });
  if (port === undefined) return success(server);
  if (server.servers.some((known) => known.port !== '')) return failure('AND asks for several ports at once');
  if (server.servers.length * port.ports.length > MAX_SERVERS) return failure(TOO_MANY);
  const pairs = server.servers.flatMap(({ observable }) => port.ports.map((each) => ({ observable, port: each })));
  return success({ says: 'servers', servers: pairs });
}
