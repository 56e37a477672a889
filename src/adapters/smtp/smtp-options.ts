import { problem } from '../../domain/problem.ts';
import type { MailSettings } from '../../ports/settings.ts';
import type { SmtpOptions } from './smtp-transport.ts';

/** The usual ports: submission (RFC 6409), submission over TLS (RFC 8314), and a server's own. */
const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

/** What the settings say of the mail server; null where none is set. */
export function smtpOptions(smtp: MailSettings['smtp'], ca: string | null): Omit<SmtpOptions, 'outgoing'> | null {
  const { host, port, security, user, password, connections, timeoutSeconds, dataTimeoutSeconds } = smtp;
  if (host === null) return null;
  if (user !== null && password === null) {
    throw problem(
      'settings',
      'mail.smtp.user is set and there is no password',
      'Set mail.smtp.passwordFile or DISMANTLE_MAIL_SMTP_PASSWORD',
    );
  }
  return {
    host,
    port: port ?? PORTS[security],
    security,
    login: user === null || password === null ? null : { user, password },
    ca,
    connections,
    limits: { phaseTimeoutMs: timeoutSeconds * 1000, dataTimeoutMs: dataTimeoutSeconds * 1000 },
  };
}
