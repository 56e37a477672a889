import { Readable } from 'node:stream';

const CHUNK_BYTES = 16 * 1024;

/**
 * A message as it is given to the connection, which tells how far it got. The connection begins to read only when the server has
 * said 354, and writes the final dot only after `finished`: a message that is not finished cannot have arrived.
 */
export class MessageSource extends Readable {
  private readonly message: Uint8Array;
  private readonly onBegin: () => void;
  private at = 0;
  begun = false;
  finished = false;

  constructor(message: Uint8Array, onBegin: () => void) {
    super({ highWaterMark: CHUNK_BYTES });
    this.message = message;
    this.onBegin = onBegin;
    this.once('end', () => (this.finished = true));
  }

  override _read(): void {
    if (!this.begun) {
      this.begun = true;
      this.onBegin();
    }
    if (this.at >= this.message.length) {
      this.push(null);
      return;
    }
    const chunk = this.message.subarray(this.at, this.at + CHUNK_BYTES);
    this.at += chunk.length;
    this.push(chunk);
  }
}
