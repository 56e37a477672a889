import { Command, Option } from 'commander';
import { isoInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { Answered } from '../../http/serve.ts';
import { faultText } from '../fault-text.ts';
import { helpText } from '../help-text.ts';
import { safeText } from '../terminal.ts';
import { addCommonOptions, addOfflineOption, withApp } from './shared.ts';
import type { CommonOptions, Face } from './shared.ts';

export const DEFAULT_PORT = 8377;

interface ServeOptions extends CommonOptions {
  readonly port?: string;
  readonly host: string;
  readonly quiet?: boolean;
}

const NOTES = `It listens on this machine alone unless --host says otherwise, and speaks plain HTTP: put
it behind a proxy that speaks TLS. Nobody sees anything of yours who has neither signed in
nor sent a token. While nobody is on record it prints a link for the first admin. Ctrl-C
ends it; what is being answered is answered.`;

export function serveCommand(face: Face): Command {
  return addOfflineOption(addCommonOptions(new Command('serve')))
    .summary('offer all of this over HTTP, to people and programs with a token')
    .description('Runs the service until Ctrl-C. What it takes stands at /docs, for programs at /openapi.json.')
    .addOption(new Option('--port <n>', `the port; 0 takes any that is free (default: ${DEFAULT_PORT})`))
    .addOption(new Option('--host <address>', 'the address to listen on').default('127.0.0.1'))
    .addOption(new Option('--quiet', 'no line for each request'))
    .addHelpText(
      'after',
      helpText({
        notes: `${NOTES}
With --json each request is one line of JSON on standard output.`,
        examples: [
          ['dismantle serve', `Listens on 127.0.0.1 port ${DEFAULT_PORT}.`],
          ['dismantle serve --port 8080 --json >> access.log', 'Keeps a log that programs read.'],
        ],
        exits: ['0    It was ended by Ctrl-C or SIGTERM.'],
      }),
    )
    .action(async (options: ServeOptions) => {
      const port = portOf(options.port);
      // Loaded where it is needed: no other command listens.
      const { serve } = await import('../../http/serve.ts');
      await withApp(face, options, (app) =>
        serve(app, {
          host: options.host,
          port,
          signal: face.signal,
          listening: (url, setUp) => {
            if (options.json === true) line(face, { listening: url, ...(setUp === null ? {} : { setUp }) });
            else {
              face.terminal.out(`dismantle ${app.version} listens at ${url} — Ctrl-C ends it.\n`);
              if (setUp !== null) face.terminal.out(setUpText(setUp));
            }
          },
          answered: (request) => {
            tellFault(face, request);
            if (options.json === true) line(face, logged(app.clock.now(), request));
            else if (options.quiet !== true) face.terminal.err(requestText(request));
          },
          fault: (cause) => face.terminal.err(faultText('the live view', cause)),
        }),
      );
    });
}

function setUpText(link: string): string {
  return `Nobody is on record here yet. Whoever opens this link, once and within an hour, becomes the first admin:\n  ${link}\n`;
}

const MOST_PORT = 65_535;

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= MOST_PORT) return port;
  throw problem('usage', `--port "${text}" is no port`, 'A number from 0 to 65535');
}

function line({ terminal }: Face, value: unknown): void {
  terminal.out(`${safeText(JSON.stringify(value))}\n`);
}

function logged(at: number, { fault: _fault, tookMs, ...request }: Answered): unknown {
  return { at: isoInstant(at), ...request, tookMs: Math.round(tookMs) };
}

function requestText({ method, path, status, tookMs, who }: Answered): string {
  return safeText(`${method} ${path} ${status} ${Math.round(tookMs)} ms${who === null ? '' : ` ${who}`}`) + '\n';
}

function tellFault({ terminal }: Face, { fault, requestId, method, path }: Answered): void {
  if (fault === undefined || fault === null) return;
  terminal.err(faultText(`request ${requestId} (${method} ${safeText(path)})`, fault));
}
