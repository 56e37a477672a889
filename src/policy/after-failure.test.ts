import { array, assert, boolean, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { afterFailure } from './after-failure.ts';

test('what is refused for now is tried again, later each time', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((triesAtContact) => {
    const after = afterFailure({ isPermanent: false, triesAtContact, contactsLeft: 1 });
    return after.next === 'retry' ? after.waitMs / 60_000 : after.next;
  });
  expect(waits).toEqual([1, 5, 15, 30, 60, 120, 240, 480, 480]);
});

test('what is refused for good goes to the next contact at once, and to a person where there is none', () => {
  expect(afterFailure({ isPermanent: true, triesAtContact: 1, contactsLeft: 2 })).toEqual({ next: 'next-contact' });
  expect(afterFailure({ isPermanent: true, triesAtContact: 1, contactsLeft: 0 })).toEqual({ next: 'person' });
});

test('no contact is tried for ever, and nobody is left out', () => {
  assert(
    property(array(boolean(), { minLength: 100, maxLength: 100 }), nat(4), (answers, further) => {
      let [contact, tries] = [0, 0];
      for (const isPermanent of answers) {
        tries += 1;
        const after = afterFailure({ isPermanent, triesAtContact: tries, contactsLeft: further - contact });
        if (after.next === 'person') return contact === further;
        if (after.next === 'next-contact') [contact, tries] = [contact + 1, 0];
        if (contact > further) return false;
      }
      return true;
    }),
  );
});
