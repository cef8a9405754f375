/** How often one visitor may do something: `burst` at once, and `perMinute` over time. */
export interface Limit {
  perMinute: number;
  burst: number;
}

/** A visitor may not fill the memory by pretending to be many. */
const MOST_KEYS = 20_000;

/**
 * Limits rates by key, in the memory of this process: with more processes, each counts its own. Every try that is
 * allowed moves the key's time on by its share of a minute; a key may run ahead of the clock by a burst.
 */
export class RateLimiter {
  private readonly times = new Map<string, number>();

  constructor(
    private readonly limit: Limit,
    private readonly now: () => number = Date.now,
  ) {}

  /** Seconds until the next try is allowed; 0: this one is. */
  take(key: string): number {
    const share = 60_000 / this.limit.perMinute;
    const now = this.now();
    const next = Math.max(now, this.times.get(key) ?? 0) + share;
    const wait = next - now - this.limit.burst * share;
    if (wait > 0) return Math.ceil(wait / 1000);
    // Deleted first, so that the map's order is that of use.
    this.times.delete(key);
    this.times.set(key, next);
    const oldest = this.times.keys().next();
    if (this.times.size > MOST_KEYS && !oldest.done) this.times.delete(oldest.value);
    return 0;
  }
}

/** The visitor's address: the one that the first trusted proxy saw. What stands before it anybody can claim. */
export function addressOf(forwardedFor: string | null, trustedProxies: number): string {
  const addresses = (forwardedFor ?? "").split(",").map((address) => address.trim());
  return addresses.at(-Math.max(1, trustedProxies)) || "unknown";
}
