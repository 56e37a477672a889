import { expect, test } from 'vitest';
import { namesAnotherBotnet } from './botnet-name.ts';

test.each([
  'Examplebot',
  'win.examplebot',
  'EXAMPLE-BOT v2',
  'Examplebot C2',
  'exampleb',
  'C2 server',
  'IPv4 indicator',
  'unknown',
  'botnet_cc',
  '2.0.1',
  'this address was seen to deliver commands to infected machines in a sandbox run of ours',
  '',
])('"%s" names no other botnet than Examplebot', (label) => {
  expect(namesAnotherBotnet(label, ['Examplebot'])).toBe(false);
});

test.each(['Otherbot', 'win.otherbot', 'Emotet', 'Heodo', 'Otherbot C2 server'])('"%s" names another', (label) => {
  expect(namesAnotherBotnet(label, ['Examplebot'])).toBe(true);
});

test('what others call ours is ours, and without a name of ours nothing is another’s', () => {
  expect(namesAnotherBotnet('Heodo', ['Emotet', 'Heodo'])).toBe(false);
  expect(namesAnotherBotnet('Heodo', [])).toBe(false);
  expect(namesAnotherBotnet(null, ['Emotet'])).toBe(false);
});
