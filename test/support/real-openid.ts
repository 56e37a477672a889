import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT } from './openid.ts';

/** An OpenID provider of other people's making (oidc-provider), with pages on which anybody says who they are. */
export interface RealProvider {
  readonly issuer: string;
  /** Begins to answer, for a client that comes back to this address of ours. */
  answerFor(redirectUri: string): Promise<void>;
  close(): Promise<void>;
}

/** What is used of it; it has no types of its own. */
interface Library {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => { callback(): (request: unknown, response: unknown) => void };
}

export async function openRealProvider(): Promise<RealProvider> {
  let answer: (request: unknown, response: unknown) => void = () => undefined;
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    async answerFor(redirectUri) {
      // As a variable: there are no types that the compiler could look for.
      const named = 'oidc-provider';
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Library
      const { default: Provider } = (await import(named)) as Library;
      const provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
        cookies: { keys: ['of the lab'] },
        pkce: { required: () => true },
      });
      answer = provider.callback();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
