import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { notHere } from '../problem.ts';
import { shownJson } from './shown-json.ts';

/**
 * A list of any length, one JSON array, page by page as it is read: nothing is left out, and no more than a page of it is in
 * memory. It is of one moment: the transaction stays open until it is told, or whoever asked goes away.
 */
export async function streamed(
  world: World,
  operation: string,
  read: (transaction: ReadTransaction, operationId: string) => AsyncIterable<readonly unknown[]>,
): Promise<Response> {
  const found = await world.store.read((transaction) => transaction.findOperation(operation));
  if (found === null) throw notHere();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const told = world.store.read(async (transaction) => {
    let isFirst = true;
    await writer.write(Buffer.from('['));
    for await (const page of read(transaction, found.id)) {
      const rows = page.map((row) => JSON.stringify(shownJson(row))).join(',\n');
      await writer.write(Buffer.from(`${isFirst ? '\n' : ',\n'}${rows}`));
      isFirst = false;
      world.signal.throwIfAborted();
    }
    await writer.write(Buffer.from('\n]\n'));
  });
  // A list that broke off is no JSON: whoever reads it must not take it for whole.
  told.then(
    () => writer.close().catch(() => undefined),
    (error: unknown) => writer.abort(error).catch(() => undefined),
  );
  return new Response(readable, { headers: { 'content-type': 'application/json' } });
}
