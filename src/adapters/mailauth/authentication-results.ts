import { NOT_CHECKED } from '../../domain/received-mail.ts';
import type { AuthVerdict, MailAuth } from '../../domain/received-mail.ts';
import { verdict } from './verdict.ts';

const MAX_HEAD_BYTES = 256 * 1024;

/**
 * What our own mail server found (RFC 8601): the topmost Authentication-Results, and only where it bears our server's
 * name. Any other may have been written by whoever sent the message, and a server removes those that bear its own name
 * (section 5), which is why the setting demands that it does. Null where the topmost is not ours.
 */
export function fromOurServer(bytes: Uint8Array, authservId: string): MailAuth | null {
  const head =
    Buffer.from(bytes.subarray(0, MAX_HEAD_BYTES)).toString('latin1').replaceAll('\r\n', '\n').split('\n\n', 1)[0] ??
    '';
  const field = head
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n')
    .find((line) => /^authentication-results[ \t]*:/i.test(line));
  if (field === undefined) return null;
  const value = withoutComments(field.slice(field.indexOf(':') + 1)).slice(0, 4000);
  const [id = '', ...results] = value.split(';').map((part) => part.trim());
  if (id.split(/\s+/)[0]?.toLowerCase() !== authservId.toLowerCase()) return null;
  return {
    by: 'our mail server',
    dkim: found(results, 'dkim', /header\.[di]=@?([^\s;]+)/i),
    spf: found(results, 'spf', /smtp\.(?:mailfrom|helo)=(?:[^\s;@]*@)?([^\s;]+)/i),
    dmarc: found(results, 'dmarc', /header\.from=([^\s;]+)/i),
  };
}

function found(results: readonly string[], method: string, domain: RegExp): AuthVerdict {
  const own = results.filter((result) => result.toLowerCase().startsWith(`${method}=`));
  const passing = own.find((result) => /=\s*pass\b/i.test(result)) ?? own[0];
  if (passing === undefined) return NOT_CHECKED;
  return verdict(/=\s*([a-z]+)/i.exec(passing)?.[1] ?? '', domain.exec(passing)?.[1]);
}

/** Comments in round brackets, which may hold anything; one level is what servers write. */
function withoutComments(text: string): string {
  return text.replaceAll(/\([^()]{0,500}\)/g, ' ');
}
