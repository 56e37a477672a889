import { spawn } from 'node:child_process';

/** Has the desktop open a link; where there is none, whoever reads the terminal opens it. */
export function openLink(link: string): void {
  const { platform, env } = process;
  if (env['CI'] !== undefined || (platform === 'linux' && (env['DISPLAY'] ?? env['WAYLAND_DISPLAY']) === undefined))
    return;
  const [program, ...words] =
    platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler']
      : platform === 'darwin'
        ? ['open']
        : ['xdg-open'];
  if (program === undefined) return;
  const child = spawn(program, [...words, link], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
