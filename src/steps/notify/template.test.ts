import { describe, expect, test } from 'vitest';
import { parseTemplate, renderTemplate } from './template.ts';
import type { TemplateView } from './template.ts';

const SHAPE = { name: 'value', empty: 'value', on: 'flag', off: 'flag', rows: { cell: 'value' } } as const;
const VIEW: TemplateView = { name: 'N', empty: '', on: true, off: false, rows: [{ cell: 'a' }, { cell: 'b' }] };

function render(source: string, view: TemplateView = VIEW): string {
  const template = parseTemplate(source, SHAPE);
  if (!template.ok) throw new Error(template.problem);
  return renderTemplate(template.value, view);
}

describe('a template', () => {
  test.each([
    ['{{name}} {{ name }}', 'N N'],
    ['{{#on}}yes{{/on}}{{#off}}no{{/off}}{{^off}}not off{{/off}}', 'yesnot off'],
    ['{{#name}}has{{/name}}{{#empty}}has{{/empty}}{{^empty}}none{{/empty}}', 'hasnone'],
    ['{{#rows}}{{cell}}{{name}};{{/rows}}', 'aN;bN;'],
    ['one\n{{#on}}\ntwo\n{{/on}}\n  {{! note }}\nthree\n', 'one\ntwo\nthree\n'],
  ])('renders %j', (source, expected) => {
    expect(render(source)).toBe(expected);
  });

  test.each([
    ['{{nmae}}', 'line 1: nothing is called {{nmae}}'],
    ['a\n\n{{#rows}}\n{{wrong}}{{/rows}}', 'line 4: nothing is called {{wrong}}'],
    ['{{cell}}', 'nothing is called {{cell}}'],
    ['{{on}}', '{{on}} is no value'],
    ['{{rows}}', '{{rows}} is no value'],
    ['{{#on}}', '{{#on}} is never closed'],
    ['{{#on}}{{/off}}', '{{/off}} closes nothing'],
    ['{{#on}}{{#off}}{{/on}}{{/off}}', '{{/on}} closes nothing'],
    ['{{/on}}', '{{/on}} closes nothing'],
    ['{{constructor}}', 'nothing is called {{constructor}}'],
    ['{{> part-x}}', 'nothing is called'],
    ['a {{ b', 'a lone {{'],
  ])('refuses %j when it is loaded', (source, reason) => {
    const parsed = parseTemplate(source, SHAPE);
    expect(parsed.ok ? '' : parsed.problem).toContain(reason);
  });

  test('never reads a value as a template', () => {
    expect(render('{{name}}', { ...VIEW, name: '{{empty}}{{#on}}x{{/on}}' })).toBe('{{empty}}{{#on}}x{{/on}}');
  });

  test('takes line ends and text direction out of values', () => {
    expect(render('[{{name}}]', { ...VIEW, name: 'a\r\nBcc: b\u202Ec\u0000d\u2028e' })).toBe('[a Bcc: bc d e]');
  });
});
