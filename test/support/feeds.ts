const HEADER = 'first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware';

/** The n-th address of the lab's network, 198.18.0.0/15. */
export function labAddress(n: number): string {
  return `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`;
}

/**
 * A feed of lab addresses, from number `from` to before `to`. Every fortieth row stands there a second time, and every
 * hundredth names no address at all.
 */
export function labFeed(from: number, to: number): string {
  const lines = [HEADER];
  for (let n = from; n < to; n++) {
    const host = n % 100 === 7 ? `198.18.${n}` : labAddress(n);
    const line = `2026-11-20 07:30:${String(n % 60).padStart(2, '0')},${host},${443 + (n % 7)},online,2026-11-23,Examplebot`;
    lines.push(line);
    if (n % 40 === 0) lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
