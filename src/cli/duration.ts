const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** "2 h 10 min", "3 d 4 h", "under a minute": the two largest units. */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / MINUTE_MS);
  if (minutes < 1) return 'under a minute';
  const days = Math.floor(minutes / DAY_MINUTES);
  const hours = Math.floor(minutes / HOUR_MINUTES) % 24;
  const rest = minutes % HOUR_MINUTES;
  const parts = days > 0 ? [`${days} d`, hours === 0 ? '' : `${hours} h`] : [hours === 0 ? '' : `${hours} h`, rest === 0 ? '' : `${rest} min`]; // prettier-ignore
  return parts.filter((part) => part !== '').join(' ');
}

/** "in 50 min", "2 h 10 min over". */
export function timeLeft(dueAt: number, now: number): string {
  return dueAt > now ? `in ${duration(dueAt - now)}` : `${duration(now - dueAt)} over`;
}
