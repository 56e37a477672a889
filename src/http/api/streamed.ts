import type { ReadTransaction } from '../../ports/store.ts';
import { notHere } from '../problem.ts';
import type { Asked } from './build.ts';
import { shownJson } from './shown-json.ts';

/**
 * A list of any length, one JSON array, page by page as it is read: nothing is left out, and no more than a page of it is in
 * memory. It is of one moment: the transaction stays open until it is told, or whoever asked goes away or reads no more.
 */
export async function streamed(
  {
    world,
    operation,
    principal,
    services,
  }: Pick<Asked<unknown, unknown>, 'world' | 'operation' | 'principal' | 'services'>,
  read: (transaction: ReadTransaction, operationId: string) => AsyncIterable<readonly unknown[]>,
): Promise<Response> {
  const found = await world.store.read((transaction) => transaction.findOperation(operation));
  if (found === null) throw notHere();
  const body = services.streams.body(principal.credential.id, (write) =>
    world.store.read(async (transaction) => {
      let isFirst = true;
      await write(Buffer.from('['));
      for await (const page of read(transaction, found.id)) {
        const rows = page.map((row) => JSON.stringify(shownJson(row))).join(',\n');
        await write(Buffer.from(`${isFirst ? '\n' : ',\n'}${rows}`));
        isFirst = false;
        world.signal.throwIfAborted();
      }
      await write(Buffer.from('\n]\n'));
    }),
  );
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
