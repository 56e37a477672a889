/** Answers one request. What the server knows of the connection comes beside it. */
export type Answering = (
  request: Request,
  connection: Readonly<Record<string, unknown>>,
) => Response | Promise<Response>;

export interface Listening {
  /** "http://127.0.0.1:8377" */
  readonly url: string;
  /** Takes no more connections; what is being answered has so long to end, then it is cut. */
  stop(graceMs: number): Promise<void>;
}
