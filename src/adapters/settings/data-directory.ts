import { homedir } from 'node:os';
import { join } from 'node:path';

/** The XDG base directory specification's place for an application's data; on Windows the local application data. */
export function defaultDataDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'dismantle');
  }
  const xdg = environment['XDG_DATA_HOME'];
  // The specification says that relative paths there are to be ignored.
  return join(xdg?.startsWith('/') === true ? xdg : join(homedir(), '.local', 'share'), 'dismantle');
}
