const NUMBER = new Intl.NumberFormat('en');
const ONE_DIGIT = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function count(value: number): string {
  return NUMBER.format(value);
}

export function oneDigit(value: number): string {
  return ONE_DIGIT.format(value);
}

/** "2020-10-12 08:13 UTC" */
export function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** "08:13:05": when today, by UTC; `at` in milliseconds. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** "2 h 14 min", "3 d 4 h", "52 min"; a dash where there is none. */
export function minutes(value: number | null): string {
  if (value === null) return '—';
  const sign = value < 0 ? '−' : '';
  const whole = Math.round(Math.abs(value));
  if (whole < 60) return `${sign}${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours < 48) return `${sign}${hours} h ${whole % 60} min`;
  // Rounded as the report does it, so that both say the same.
  const rounded = Math.round(whole / 60);
  return `${sign}${Math.floor(rounded / 24)} d ${rounded % 24} h`;
}

/**
 * As people write an indicator that nobody is to click on, the same way as everywhere in dismantle: the last dot of an IPv4 address,
 * one colon of an IPv6 address, every dot of a name.
 */
export function defanged(host: string): string {
  if (host.includes('::')) return host.replace('::', '[:]:');
  if (host.includes(':')) return host.replace(/:(?=[^:]*$)/, '[:]');
  return /^[\d.]+$/.test(host) ? host.replace(/\.(?=\d*$)/, '[.]') : host.replaceAll('.', '[.]');
}

/** Milliseconds between two moments. */
export function between(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
