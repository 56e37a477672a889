import { plainText } from '../../domain/plain-text.ts';
import type { MailOutcome } from '../../ports/mail-transport.ts';

/** A failure of the SMTP library: with the server's reply where one came, and the command that it answered. */
export interface SmtpFailure {
  readonly message: string;
  readonly code?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

const MAX_RESPONSE = 300;

/** A server's words as one line without secrets. A server may repeat the command that it did not understand. */
export function oneLine(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((line, secret) => line.replaceAll(secret, '(secret)'), text);
  return plainText(hidden.replaceAll(/\r?\n/g, ' '), MAX_RESPONSE);
}

/** In every shape in which a login sends a password (RFC 4616, and the LOGIN mechanism). */
export function shapesOfSecret(user: string, password: string): readonly string[] {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  return [base64(`\u0000${user}\u0000${password}`), base64(password), password];
}

/** The code of a reply that says no; null for every other failure. */
export function refusalCode({ responseCode }: SmtpFailure): number | null {
  return typeof responseCode === 'number' && responseCode >= 400 && responseCode <= 599 ? responseCode : null;
}

/** What a failure means for a message whose content was or was not wholly given. */
export function judgeFailure(failure: SmtpFailure, finished: boolean, secrets: readonly string[]): MailOutcome {
  const code = refusalCode(failure);
  if (code !== null) {
    const said = typeof failure.response === 'string' ? failure.response : String(code);
    // Only the answer about the recipient or the message speaks of them; every other is about us.
    const isOfMessage = failure.command === 'RCPT TO' || failure.command === 'DATA';
    return { outcome: 'refused', code, response: oneLine(said, secrets), permanent: isOfMessage && code >= 500 };
  }
  const response = oneLine(failure.message, secrets);
  if (finished) return { outcome: 'unknown', response: `no answer after the message: ${response}` };
  // The library compares the size with what the server announced: no further try makes the message smaller.
  const isTooLarge = failure.code === 'EMESSAGE';
  return { outcome: 'refused', code: null, response, permanent: isTooLarge };
}
