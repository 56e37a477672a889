import { field, line, list } from '../../domain/rdap/answer-values.ts';

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** What an error answer says of itself (RFC 9083 section 6): its title and the first line of its description. */
export function errorTitle(body: string): string | null {
  const answer = parsed(body);
  const title = line(field(answer, 'title'), 200);
  const description = line(list(field(answer, 'description'), 1)[0], 300);
  const said = [title, description === title ? null : description].filter((text) => text !== null);
  return said.length === 0 ? null : said.join(', ');
}

/** LACNIC has answered with the status 200 and nothing but a notice that the limit is reached. */
export function isRateLimitNotice(body: string): boolean {
  const answer = parsed(body);
  if (field(answer, 'startAddress') !== undefined || field(answer, 'startAutnum') !== undefined) return false;
  if (field(answer, 'handle') !== undefined) return false;
  return list(field(answer, 'notices'), 20).some((notice) =>
    /rate limit/i.test(line(field(notice, 'title'), 200) ?? ''),
  );
}
