import { problem, ProblemError } from '../../domain/problem.ts';
import type { SettingOrigin } from '../../ports/settings.ts';

/** A secret that may stand in a file of its own. */
interface SecretFile {
  readonly key: string;
  readonly fileKey: string;
  readonly shape: RegExp;
  readonly what: string;
  readonly hint: string;
}

const PASSWORD = { shape: /^[^\u0000-\u001f\u007f]{1,500}$/, what: 'one password', hint: 'It is to be its only line' };

const SECRET_FILES: readonly SecretFile[] = [
  {
    key: 'database.url',
    fileKey: 'database.urlFile',
    shape: /^[\x21-\x7e]{1,500}$/,
    what: 'one URL',
    hint: 'Its only line is to be like postgres://user:password@host/database',
  },
  { key: 'mail.smtp.password', fileKey: 'mail.smtp.passwordFile', ...PASSWORD },
  { key: 'mail.imap.password', fileKey: 'mail.imap.passwordFile', ...PASSWORD },
];

/**
 * Takes secrets from the files that are named for them, where the environment has none. No message repeats what stands there.
 *
 * @param read the text of a file; null where it is larger than any settings file
 */
export async function takeSecretsFromFiles(
  values: Map<string, unknown>,
  origins: SettingOrigin[],
  read: (file: string) => Promise<string | null>,
): Promise<void> {
  for (const secret of SECRET_FILES) {
    const file = values.get(secret.fileKey);
    if (typeof file !== 'string' || values.get(secret.key) !== null) continue;
    values.set(secret.key, await secretIn(file, secret, read));
    const index = origins.findIndex((entry) => entry.key === secret.key);
    const entry = origins[index];
    if (entry !== undefined) origins[index] = { ...entry, value: '(set)', origin: file };
  }
}

async function secretIn(
  file: string,
  { fileKey, shape, what, hint }: SecretFile,
  read: (file: string) => Promise<string | null>,
): Promise<string> {
  try {
    const text = (await read(file))?.replace(/\r?\n$/, '') ?? '';
    const secret = fileKey === 'database.urlFile' ? text.trim() : text;
    if (!shape.test(secret)) throw problem('settings', `${fileKey}: ${file} does not hold ${what}`, hint);
    return secret;
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problem('settings', `${fileKey}: ${file} cannot be read`, 'Check the path and that you may read it', cause);
  }
}
