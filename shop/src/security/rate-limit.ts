/** How often one visitor may do something: `burst` at once, and `perMinute` over time. */
export interface Limit {
  perMinute: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A visitor may not fill the memory by pretending to be many. */
const MOST_KEYS = 20_000;

/** Token buckets by key, in the memory of this process: with more processes, each counts its own. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: Limit,
    private readonly now: () => number = Date.now,
  ) {}

  /** Seconds until the next try is allowed; 0: this one is. */
  take(key: string): number {
    const { perMinute, burst } = this.limit;
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute);
    // Deleted first, so that the map's order is that of use.
    this.buckets.delete(key);
    const allowed = tokens >= 1;
    this.buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
    const oldest = this.buckets.keys().next();
    if (this.buckets.size > MOST_KEYS && !oldest.done) this.buckets.delete(oldest.value);
    return allowed ? 0 : Math.ceil(((1 - tokens) / perMinute) * 60);
  }
}

/** The visitor's address: the one that the first trusted proxy saw. What stands before it anybody can claim. */
export function addressOf(forwardedFor: string | null, trustedProxies: number): string {
  const addresses = (forwardedFor ?? "").split(",").map((address) => address.trim());
  return addresses.at(-Math.max(1, trustedProxies)) || "unknown";
}
