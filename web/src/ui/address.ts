/**
 * What one part of the page's address says, /app/OPERATION/PAGE/SUBJECT; null where it is broken off in the middle of a letter. From the
 * address itself: the router takes escapes out once before, so that a percent sign in a name is another thing there.
 */
export function addressPart(at: 'operation' | 'subject', pathname = location.pathname): string | null {
  const part = pathname.split('/')[at === 'operation' ? 2 : 4] ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
