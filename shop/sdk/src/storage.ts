/** Everything the SDK keeps is under keys that start so. */
export const PREFIX = "clickstream.";

/** What a function returns, or nothing when it throws. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {}
}

// localStorage without its exceptions: blocked or full, it keeps nothing and holds nothing.

export const load = (key: string): string => attempt(() => localStorage.getItem(key)) ?? "";

export const keep = (key: string, value: string): void => attempt(() => localStorage.setItem(key, value));

export const forget = (key: string): void => attempt(() => localStorage.removeItem(key));

/** The keys with a prefix, ascending. */
export const keptKeys = (prefix: string): string[] =>
  attempt(() =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .sort(),
  ) ?? [];
