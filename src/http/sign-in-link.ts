/** The link by which somebody registers a passkey. */
export function linkOf(origin: string, secret: string): string {
  // Behind the hash sign: no server and no log on the way is told it.
  return `${origin}/set-up#${secret}`;
}
