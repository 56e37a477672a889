import { createReadStream } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { LineCounter, isMap, isNode, isScalar, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { problem } from '../../domain/problem.ts';
import type { SettingOrigin, Settings, SettingsInForce } from '../../ports/settings.ts';
import { DOOR_PATH_KEYS } from './door-keys.ts';
import { FETCH_PATH_KEYS } from './fetch-keys.ts';
import { MAIL_PATH_KEYS } from './mail-keys.ts';
import { OIDC_PATH_KEYS } from './oidc-keys.ts';
import { takeSecretsFromFiles } from './secret-files.ts';
import { SETTING_KEYS, variableOf } from './setting-keys.ts';
import type { SettingKey } from './setting-key.ts';
import { unknownVariables, weakenedEffects } from './without-effect.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Found {
  readonly value: unknown;
  readonly origin: string;
}

const MAX_FILE_BYTES = 1024 * 1024;
const PATH_KEYS: ReadonlySet<string> = new Set([
  'lookup.bootstrap',
  'providers',
  'csirts',
  'warninglists',
  'torExits',
  'protect',
  'playbook',
  'out',
  'notices.texts',
  'database.urlFile',
  ...MAIL_PATH_KEYS,
  ...DOOR_PATH_KEYS,
  ...FETCH_PATH_KEYS,
  ...OIDC_PATH_KEYS,
]);

/**
 * Reads what is in force: the environment goes before the file, the file before the defaults. `named` is the file from
 * --config, which must exist; otherwise dismantle.yaml in the data directory is read where there is one.
 */
export async function readSettings(
  named: string | null,
  dataDirectory: string,
  environment: Environment,
): Promise<SettingsInForce> {
  const path = named ?? join(dataDirectory, 'dismantle.yaml');
  const text = await readText(path, named !== null);
  const fromFile = text === null ? new Map<string, Found>() : parseSettings(text, path);
  const values = new Map<string, unknown>();
  const origins: SettingOrigin[] = [];
  for (const key of SETTING_KEYS) {
    const found = fromEnvironment(key, environment) ??
      fromFile.get(key.key) ?? { value: key.fallback, origin: 'default' };
    values.set(key.key, found.value);
    origins.push({
      key: key.key,
      variable: variableOf(key.key),
      value: shown(key, found.value),
      origin: found.origin,
      meaning: key.meaning,
    });
  }
  await takeSecretsFromFiles(values, origins, readSmallFile);
  const settings = nest(values);
  return {
    settings,
    origins,
    file: text === null ? null : path,
    withoutEffect: [
      ...unknownVariables(environment),
      ...weakenedEffects(
        settings.protectedGround.effects,
        origins.find(({ key }) => key === 'protectedGround.effects')?.origin ?? 'default',
      ),
    ],
  };
}

async function readText(path: string, mustExist: boolean): Promise<string | null> {
  try {
    const text = await readSmallFile(path);
    if (text === null) {
      throw problem('settings', `${path}: larger than 1 MiB; this is no settings file`, 'Check the path');
    }
    return text;
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && !mustExist) return null;
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw problem(
      'settings',
      `${path}: ${missing ? 'there is no such file' : cause.message}`,
      'Check the path given with --config',
      cause,
    );
  }
}

/** The text of a file, or null where it is larger than MAX_FILE_BYTES; never reads much more than that. */
async function readSmallFile(path: string): Promise<string | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const stream: AsyncIterable<Buffer> = createReadStream(path);
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_FILE_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseSettings(text: string, path: string): Map<string, Found> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error !== undefined) {
    throw problem(
      'settings',
      `${path}: line ${lineOf(error.pos[0])}: ${error.message.split('\n')[0] ?? 'not YAML'}`,
      'The file is YAML: "key: value" lines, indented by blanks below their section',
    );
  }
  const found = new Map<string, Found>();
  collect(document.contents, '', { path, lineOf, document }, found);
  return found;
}

interface FileContext {
  readonly path: string;
  readonly lineOf: (offset: number) => number;
  readonly document: Document;
}

/** Walks the mapping down to known keys; an unknown key is a typing error that would otherwise be silently without effect. */
function collect(node: unknown, prefix: string, context: FileContext, found: Map<string, Found>): void {
  if (node === null || (isScalar(node) && node.value === null)) return;
  if (!isMap(node)) {
    const line = context.lineOf(isNode(node) ? (node.range?.[0] ?? 0) : 0);
    throw problem(
      'settings',
      `${context.path}: line ${line}: ${prefix === '' ? 'the file' : prefix} must be a mapping of keys to values`,
      'Example: "traffic:" on one line, "  lookup: true" on the next',
    );
  }
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '?';
    const full = prefix === '' ? name : `${prefix}.${name}`;
    const line = context.lineOf(isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
    const where = `${context.path}: line ${line}`;
    const setting = SETTING_KEYS.find((key) => key.key === full);
    if (setting !== undefined) {
      if (setting.secret === true) {
        throw problem(
          'settings',
          `${where}: ${full} is a secret and has no place in this file`,
          `Set ${variableOf(full)}, or name a file with ${full}File`,
        );
      }
      const value = plainValue(pair.value, where, context.document);
      if (value !== null) found.set(full, { value: checked(setting, value, where, context.path), origin: where });
    } else if (SETTING_KEYS.some((key) => key.key.startsWith(`${full}.`))) {
      collect(pair.value, full, context, found);
    } else {
      throw problem(
        'settings',
        `${where}: there is no setting "${full}"`,
        `Known settings: ${SETTING_KEYS.map((key) => key.key).join(', ')}`,
      );
    }
  }
}

/** What stands behind a key. Aliases are refused: a few of them can stand for more than any memory holds. */
function plainValue(node: unknown, where: string, document: Document): unknown {
  if (!isNode(node)) return null;
  let aliases = 0;
  visit(node, { Alias: () => void (aliases += 1) });
  if (aliases > 0) throw problem('settings', `${where}: aliases (*name) are not taken here`, 'Write the value out');
  return node.toJS(document);
}

function fromEnvironment(setting: SettingKey, environment: Environment): Found | null {
  const names = [variableOf(setting.key), ...(setting.key === 'database.url' ? ['DATABASE_URL'] : [])];
  for (const name of names) {
    const text = environment[name];
    if (text === undefined || text === '') continue;
    return { value: checked(setting, fromText(setting, text, name), name, null), origin: name };
  }
  return null;
}

function fromText(setting: SettingKey, text: string, name: string): unknown {
  if (setting.kind === 'text') return text;
  if (setting.kind === 'paths') return text.split(delimiter).filter((part) => part !== '');
  if (setting.kind === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  if (setting.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw problem('settings', `${name}: not JSON`, `Example: ${name}='${setting.example ?? '{}'}'`, cause);
  }
}

function checked(setting: SettingKey, value: unknown, where: string, file: string | null): unknown {
  const parsed = setting.schema.safeParse(value);
  if (!parsed.success) {
    throw problem(
      'settings',
      `${where}: ${setting.key}: ${z
        .prettifyError(parsed.error)
        .replaceAll(/\s*\n\s*/g, ' ')
        .replace(/^✖ /, '')}`,
      `It is: ${setting.meaning}`,
    );
  }
  // A path in the file is meant from the file's own folder, one in the environment from where the command runs.
  if (!PATH_KEYS.has(setting.key) || file === null) return parsed.data;
  const fromThere = (path: unknown): string =>
    isAbsolute(String(path)) ? String(path) : resolve(dirname(file), String(path));
  return Array.isArray(parsed.data) ? parsed.data.map(fromThere) : fromThere(parsed.data);
}

function shown(setting: SettingKey, value: unknown): string | null {
  if (value === null || (Array.isArray(value) && value.length === 0)) return null;
  if (setting.secret === true) return '(set)';
  if (setting.show !== undefined) return setting.show(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Dotted keys to nested objects. */
function nest(values: ReadonlyMap<string, unknown>): Settings {
  const branch = (prefix: string): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    for (const [key, value] of values) {
      if (!key.startsWith(prefix)) continue;
      const [name = '', below] = key.slice(prefix.length).split('.');
      result[name] = below === undefined ? value : branch(`${prefix}${name}.`);
    }
    return result;
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value has passed the schema of its key in SETTING_KEYS
  return branch('') as unknown as Settings;
}
