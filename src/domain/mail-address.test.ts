import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerTextFault, mailboxFault, messageIdFault, recipientFault } from './mail-address.ts';
import { isPlainMailbox } from './notice.ts';

describe('a mailbox that is a trick is refused, and says which', () => {
  test.each([
    ['', 'empty'],
    ['a@one.example\r\nBcc: b@two.example', 'line end'],
    ['a@one.example\n', 'line end'],
    ['a@one.example\rRCPT TO:<b@two.example>', 'line end'],
    ['a@one.example\u0000', 'control character'],
    ['a\u001b[2Jb@one.example', 'control character'],
    ['a@one.example\u2028Bcc: b@two.example', 'outside ASCII'],
    ['abuse\uff20one.example', 'outside ASCII'],
    ['abuse@\u043ene.example', 'outside ASCII'],
    ['abuse@one\u3002example', 'outside ASCII'],
    ['abuse@one.ex\u00adample', 'outside ASCII'],
    ['abuse@one.\u202eelpmaxe', 'outside ASCII'],
    ['\u200babuse@one.example', 'outside ASCII'],
    ['ab\ud800use@one.example', 'outside ASCII'],
    [' abuse@one.example', 'blank'],
    ['abuse@one.example ', 'blank'],
    ['"a@evil x"@one.example', 'quoted'],
    ['"a\\"@evil.example, b"@one.example', 'quoted'],
    ['"abuse"@one.example', 'quoted'],
    ['a\\@evil.example@one.example', 'quoted'],
    ['abuse(at evil.example)@one.example', 'comment'],
    ['abuse@one.example(evil.example)', 'comment'],
    ['a@one.example,b@two.example', 'a list'],
    ['a@one.example;b@two.example', 'a list'],
    ['all:a@one.example', 'a list'],
    ['Desk <abuse@one.example>', 'angle brackets'],
    ['<abuse@one.example>', 'angle brackets'],
    ['a@one.example> SIZE=1', 'angle brackets'],
    ['abuse desk@one.example', 'blank'],
    ['a@b@one.example', 'more than one @'],
    ['@relay.example:a@one.example', 'more than one @'],
    ['one.example', 'no @'],
    ['@one.example', 'missing'],
    ['abuse@', 'missing'],
    ['abuse@[192.0.2.1]', 'brackets'],
    ['abuse@[IPv6:2001:db8::1]', 'brackets'],
    ['abuse@192.0.2.1', 'IP address'],
    ['=?utf-8?q?a=40evil.example=3e=00?=b@one.example', 'encoded word'],
    ['abuse%evil.example@one.example', 'route'],
    ['evil.example!abuse@one.example', 'route'],
    ['-oQ/tmp/x@one.example', 'an option'],
    ['|cat@one.example', 'a pipe'],
    ['/dev/null@one.example', 'a path'],
    ['abuse@one.example.', 'ends in a dot'],
    ['abuse@one..example', 'a dot stands'],
    ['.abuse@one.example', 'a dot stands'],
    ['abuse.@one.example', 'a dot stands'],
    ['abuse@.example', 'a dot stands'],
    ['abuse@localhost', 'single word'],
    ['abuse@-one.example', 'its domain is none'],
    ['abuse@one_two.example', 'its domain is none'],
    ['abuse@one.e', 'its domain is none'],
    [`${'a'.repeat(65)}@one.example`, '64 characters'],
    [`a@${'b'.repeat(64)}.example`, 'its domain is none'],
    [`a@${'bb.'.repeat(90)}example`, 'longer than the 254'],
  ])('%j', (text, says) => {
    expect(mailboxFault(text)).toContain(says);
    expect(isPlainMailbox(text)).toBe(false);
  });

  test.each([
    'abuse@one.example',
    'Abuse-Desk+c2@mail.one.example',
    "o'neil@one.example",
    'a@xn--bcher-kva.example',
    'report.c2@a.b.c.d.example',
    'noc=case-7@one.example',
  ])('and %s passes', (text) => {
    expect(mailboxFault(text)).toBeNull();
  });
});

const pieces = fc.constantFrom(
  'a', 'abuse', '@', '.', '..', '"', '\\', '(', ')', '<', '>', ',', ';', ':', ' ', '\t', '\r', '\n', '\r\n', '\u0000', '%', '!', '-', '|',
  '/', '[', ']', '\uff20', '\u3002', '\u202e', '\u2028', '\u0430', 'one.example', 'evil.example', '192.0.2.1', '=?utf-8?B?QA==?=', 'xn--',
); // prettier-ignore
const hostile = fc.oneof(
  fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join('')),
  fc
    .tuple(fc.array(pieces, { maxLength: 3 }), fc.array(pieces, { maxLength: 3 }))
    .map(([local, domain]) => `${local.join('')}a@one${domain.join('')}.example`),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.emailAddress(),
);

test('whatever comes: a mailbox passes only as printable ASCII with one @, no blank and nothing that parts lists, names or routes', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const fault = mailboxFault(text);
      expect(fault === null).toBe(isPlainMailbox(text));
      if (fault !== null) {
        expect(fault).toMatch(/^(its?|a) /);
        return;
      }
      expect(text).toMatch(/^[^@]+@[^@]+\.[a-z0-9-]+$/i);
      expect(text).toMatch(/^[\x21-\x7e]{3,254}$/);
      expect(text).not.toMatch(/[\s"\\()<>,;:[\]%!]/);
    }),
    { numRuns: 5000 },
  );
});

test('whatever comes: a header text that passes stays on its line and is whole Unicode', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 1200 })), (text) => {
      if (headerTextFault(text) !== null) return;
      expect(text).not.toMatch(/[\x00-\x1f\x7f\u0085\u2028\u2029\u202e]/);
      expect(text.isWellFormed()).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(headerTextFault('[DSM-7K3Q9F] Botnet controller in your network: Läbbot, 東京')).toBeNull();
  for (const text of ['a\r\nBcc: b@two.example', 'a\u2028b', 'a\u0000b', 'exe.\u202egpj', '\ud800', 'x'.repeat(901)]) {
    expect(headerTextFault(text)).toMatch(/^it/);
  }
});

test('a msg-id is plain, or refused', () => {
  expect(messageIdFault('dsm.7f2.c2@cert.example')).toBeNull();
  for (const text of [
    '',
    'a',
    'a@b> <c@d',
    '<a@b>',
    'a@b\r\n',
    'a b@c',
    '"a"@b',
    'a@[192.0.2.1]',
    'a@b.',
    '.a@b',
    `${'a'.repeat(250)}@b`,
  ]) {
    expect(messageIdFault(text)).not.toBeNull();
  }
});

test('a drill mails inside the lab alone, every other operation outside alone', () => {
  for (const to of ['abuse@one.example', 'a@B.TEST', 'a@b.invalid', 'a@mail.localhost']) {
    expect(recipientFault(to, true)).toBeNull();
    expect(recipientFault(to, false)).toContain('only a drill mails there');
  }
  for (const to of ['abuse@provider.net', 'abuse@example.com', 'abuse@one.example.org']) {
    expect(recipientFault(to, true)).toContain('a drill mails to names under');
  }
  expect(recipientFault('abuse@provider.net', false)).toBeNull();
  for (const to of ['abuse@example.com', 'abuse@printer.local', 'abuse@x.onion.arpa']) {
    expect(recipientFault(to, false)).not.toBeNull();
  }
});
