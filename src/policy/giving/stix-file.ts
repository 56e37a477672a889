import { recipientText } from '../../domain/giving.ts';
import type { Given, GivenFile } from '../../domain/giving.ts';
import { stableId } from '../../domain/giving-ids.ts';
import { stixObjects } from './stix-objects.ts';

/** One bundle. It is a box and no object of its own, so its id says no more than what it holds: the operation and whom it is for. */
export function stixFile(given: Given): GivenFile {
  return { name: 'dismantle.stix.json', pieces: () => bundle(given) };
}

function* bundle(given: Given): Generator<string> {
  const id = `bundle--${stableId('bundle', given.operation.id, recipientText(given.to), given.ceiling, given.newestChange)}`;
  yield `{\n"type": "bundle",\n"id": "${id}",\n"objects": [`;
  let first = true;
  for (const object of stixObjects(given)) {
    yield `${first ? '' : ','}\n${JSON.stringify(object)}`;
    first = false;
  }
  yield '\n]\n}\n';
}
