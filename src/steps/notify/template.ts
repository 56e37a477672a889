import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { cleanValue } from './clean-value.ts';

/**
 * A logic-less template, after the manner of Mustache:
 *
 *   {{name}}                  a value
 *   {{#name}} … {{/name}}     shown when the flag is set or the value is not empty; for a list, once an entry
 *   {{^name}} … {{/name}}     shown when it is not, or the list is empty
 *   {{! words }}              a note to whoever edits the file
 *
 * A line with nothing but one section tag or note on it leaves no blank line. Values are cleaned and never read as a
 * template themselves.
 */
export interface Template {
  readonly nodes: readonly TemplateNode[];
}

type TemplateNode =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'section'; readonly name: string; readonly inverted: boolean; readonly nodes: TemplateNode[] };

/** What a template may speak of: every name with what it stands for. A list names what its entries hold. */
export interface TemplateShape {
  readonly [name: string]: 'value' | 'flag' | TemplateShape;
}

/** The facts that a template is filled with, as its shape says. */
export interface TemplateView {
  readonly [name: string]: string | boolean | readonly TemplateView[];
}

const TAG = /\{\{([#^/!]?)([^{}]*)\}\}/g;
const STANDALONE = /^[ \t]*(\{\{[#^/!][^{}]*\}\})[ \t]*\n/gm;

/** Parses a template and checks every name against the shape. The reason why not names the line. */
export function parseTemplate(source: string, shape: TemplateShape): Result<Template, string> {
  const text = source.replaceAll('\r\n', '\n');
  // Line numbers are those of the text as it is given, so standalone tags lose their line end only in the output.
  const standalone = new Set([...text.matchAll(STANDALONE)].map((match) => match.index + match[0].indexOf('{{')));
  const root: TemplateNode[] = [];
  const open: { name: string; nodes: TemplateNode[]; shape: TemplateShape; line: number }[] = [];
  let nodes = root;
  let scope = shape;
  let position = 0;
  const literal = (until: number): void => {
    const words = text.slice(position, until);
    if (words !== '') nodes.push({ kind: 'literal', text: words });
  };
  for (const match of text.matchAll(TAG)) {
    const [tag, sigil = '', inner = ''] = match;
    const name = inner.trim();
    const line = text.slice(0, match.index).split('\n').length;
    const isAlone = standalone.has(match.index);
    literal(isAlone ? text.lastIndexOf('\n', match.index) + 1 : match.index);
    position = isAlone ? text.indexOf('\n', match.index) + 1 : match.index + tag.length;
    if (sigil === '!') continue;
    if (sigil === '/') {
      const section = open.pop();
      if (section?.name !== name) return failure(`line ${line}: {{/${name}}} closes nothing that is open`);
      nodes = open.at(-1)?.nodes ?? root;
      scope = open.at(-1)?.shape ?? shape;
      continue;
    }
    const meaning = Object.hasOwn(scope, name) ? scope[name] : undefined;
    if (meaning === undefined) {
      return failure(`line ${line}: nothing is called {{${name}}}; known here: ${Object.keys(scope).join(', ')}`);
    }
    if (sigil === '') {
      if (meaning !== 'value') return failure(`line ${line}: {{${name}}} is no value; use {{#${name}}} … {{/${name}}}`);
      nodes.push({ kind: 'value', name });
      continue;
    }
    const section: TemplateNode = { kind: 'section', name, inverted: sigil === '^', nodes: [] };
    nodes.push(section);
    nodes = section.nodes;
    // Inside a list the entries' own names come before the ones outside.
    if (typeof meaning === 'object' && sigil === '#') scope = { ...scope, ...meaning };
    open.push({ name, nodes, shape: scope, line });
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return failure(`line ${unclosed.line}: {{#${unclosed.name}}} is never closed`);
  literal(text.length);
  const stray = root.length === 0 ? -1 : text.replaceAll(TAG, '').search(/\{\{|\}\}/);
  if (stray >= 0) return failure('a lone {{ or }}: a placeholder is written {{name}}');
  return success({ nodes: root });
}

/** Fills a template. A name that the view lacks is a bug, since parsing has checked it against the shape. */
export function renderTemplate(template: Template, view: TemplateView): string {
  return template.nodes.map((node) => renderNode(node, view, asValue)).join('');
}

const asValue = (value: string): string => cleanValue(value, 1000);

function renderNode(node: TemplateNode, view: TemplateView, write: (value: string) => string): string {
  if (node.kind === 'literal') return node.text;
  const value = view[node.name];
  if (value === undefined) throw new Error(`the view has no ${node.name}`);
  if (node.kind === 'value') return typeof value === 'string' ? write(value) : '';
  const entries = typeof value === 'object' ? value : value === false || value === '' ? [] : [{}];
  if (node.inverted) return entries.length === 0 ? renderNodes(node.nodes, view, write) : '';
  return entries.map((entry) => renderNodes(node.nodes, { ...view, ...entry }, write)).join('');
}

function renderNodes(nodes: readonly TemplateNode[], view: TemplateView, write: (value: string) => string): string {
  return nodes.map((node) => renderNode(node, view, write)).join('');
}

/** What an editor wrote and these facts let show: the rendered text with a NUL in place of each value. */
export function shownLiterals(template: Template, view: TemplateView): string {
  return template.nodes.map((node) => renderNode(node, view, () => '\u0000')).join('');
}

/** Every name that a template speaks of, the notes apart. */
export function namesIn(template: Template): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (nodes: readonly TemplateNode[]): void => {
    for (const node of nodes) {
      if (node.kind === 'literal') continue;
      names.add(node.name);
      if (node.kind === 'section') collect(node.nodes);
    }
  };
  collect(template.nodes);
  return names;
}
