/**
 * Batches on their way, and the promise that none is lost.
 *
 * ```text
 * put ─▶ memory and storage ─▶ send, one at a time ─▶ answer ─▶ gone from both
 *                │                    │ failed: back-off, then again
 *                └─ the page died ─▶ the next page sweeps it up, one tab at a time
 * ```
 *
 * A page sends its own batches from memory, so blocked, full or cleared storage costs nothing while it lives, and it
 * waits for no other tab. What the storage holds of others is left over: pages that died, or tabs in trouble. Whoever
 * sends a batch whose answer got lost sends it twice; its events keep their ids, and the warehouse keeps the first.
 */
import type { Stats } from "./api.ts";
import { type Batch, halves, readBatch } from "./batch.ts";
import { canOutlive, retryAfter, send } from "./send.ts";
import { forget, keep, keptKeys, load, PREFIX } from "./storage.ts";
import { uuidv7 } from "./uuid.ts";

const KEYS = `${PREFIX}batch.`;
const LOCK = `${PREFIX}outbox`;
/** Until when the endpoint asked to wait, for the pages after this one. */
const UNTIL = `${PREFIX}until`;
/** More waiting batches are not kept: the oldest go. */
const MAX_BATCHES = 40;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export interface Outbox {
  /** Keeps a batch; the next `run` sends it. */
  put(batch: Batch): void;
  /** Sends this page's batches that are due; resolves when this try is over. */
  run(): Promise<void>;
  /** Sends what is there without waiting for the back-off, also what other pages left over. */
  wake(): Promise<unknown>;
  /** The page may go away: sends what can outlive it. */
  close(): void;
  /** Forgets the batches of every page, and sends nothing before the next `wake`. */
  clear(): void;
  /** Events of this page that are not acknowledged. */
  waiting(): number;
}

export function createOutbox(
  endpoint: string,
  counts: Omit<Stats, "waiting">,
  log: (...words: unknown[]) => void,
): Outbox {
  /** This page's batches by their keys, oldest first. */
  const own = new Map<string, Batch>();
  const sending = new Set<string>();
  let isOpen = false;
  let leftOver = true;
  let running: Promise<void> | undefined;
  let isSweeping = false;
  let unlock = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** When the endpoint, and when the back-off, lets us try again; on the clock that never jumps. */
  let askedToWait = 0;
  let notBefore = 0;

  const mayTry = () => isOpen && performance.now() >= notBefore;
  const find = (key: string) => own.get(key) ?? readBatch(load(key));
  const remove = (key: string) => {
    own.delete(key);
    forget(key);
  };
  const drop = (key: string, why: unknown) => {
    const events = find(key)?.events ?? 0;
    counts.dropped += events;
    log("dropped", events, why);
    remove(key);
  };

  function put(batch: Batch): void {
    const key = KEYS + uuidv7();
    own.set(key, batch);
    keep(key, batch.json);
    const all = [...new Set([...own.keys(), ...keptKeys(KEYS)])].sort();
    for (const old of all.slice(0, -MAX_BATCHES)) {
      if (!sending.has(old)) drop(old, "too many");
    }
  }

  /** Sends a batch; whether that is settled, for good or bad. */
  async function transmit(key: string): Promise<boolean> {
    const batch = find(key);
    if (!batch) {
      remove(key);
      return true;
    }
    sending.add(key);
    const { status, rejected = 0, wait = 0 } = await send(endpoint, batch);
    sending.delete(key);
    if (!isOpen) return false;
    log(status, batch, rejected);
    if (!status || status >= 500 || status === 408 || status === 429) {
      backOff(wait);
      return false;
    }
    failures = 0;
    const parts = status === 413 ? halves(batch) : [];
    if (status === 200) {
      counts.sent += batch.events - rejected;
      counts.rejected += rejected;
    } else if (!parts.length) drop(key, status);
    remove(key);
    parts.forEach(put);
    return true;
  }

  function backOff(wait: number): void {
    const now = performance.now();
    const pause = Math.min(FIRST_PAUSE * 2 ** failures++, LONGEST_PAUSE);
    askedToWait = Math.max(askedToWait, now + wait);
    if (wait) keep(UNTIL, new Date(Date.now() + wait).toJSON());
    // Half of it at random, so that the pages of an outage don't come back as one.
    notBefore = Math.max(askedToWait, now + pause * (1 - Math.random() / 2));
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A timer may fire a moment before its time.
      notBefore = 0;
      run();
      sweep();
    }, notBefore - now);
  }

  function run(): Promise<void> {
    running ??= drain();
    return running;
  }

  async function drain(): Promise<void> {
    // `running` is set before this goes on, and cleared in the moment it ends.
    await null;
    const next = () => (mayTry() ? [...own.keys()].find((key) => !sending.has(key)) : undefined);
    for (let key = next(); key && (await transmit(key)); ) key = next();
    running = undefined;
  }

  /** Sends what pages before this one left, unless another tab is at it. */
  async function sweep(): Promise<void> {
    if (!leftOver || isSweeping || !mayTry()) return;
    isSweeping = true;
    const work = async () => {
      for (const key of keptKeys(KEYS)) {
        if (document.hidden || !mayTry()) return;
        if (!own.has(key) && !sending.has(key) && !(await transmit(key))) return;
      }
      leftOver = false;
    };
    // Let go of when the page is hidden: the back/forward cache throws out a page that holds what another asks for.
    const hidden = new Promise<void>((resolve) => {
      unlock = resolve;
    });
    const locked = (lock: unknown) => lock && Promise.race([work(), hidden]);
    try {
      // Without locks (no secure context) two tabs may send the same.
      await (navigator.locks?.request(LOCK, { ifAvailable: true }, locked) ?? work());
    } catch {}
    isSweeping = false;
  }

  // Another tab sent one of ours, when it swept up.
  addEventListener("storage", ({ key, newValue }) => {
    const batch = key && own.get(key);
    if (!batch || newValue !== null || sending.has(key)) return;
    counts.sent += batch.events;
    own.delete(key);
  });

  const left = retryAfter(load(UNTIL));
  if (left > 0) backOff(left);

  return {
    put,
    run,
    wake() {
      isOpen = leftOver = true;
      notBefore = askedToWait;
      return Promise.all([run(), sweep()]);
    },
    close() {
      unlock();
      notBefore = askedToWait;
      if (!mayTry()) return;
      for (const [key, batch] of own) {
        if (!sending.has(key) && canOutlive(batch)) transmit(key);
      }
      run();
    },
    clear() {
      isOpen = false;
      clearTimeout(timer);
      own.clear();
      keptKeys(PREFIX).forEach(forget);
    },
    waiting() {
      let sum = 0;
      for (const { events } of own.values()) sum += events;
      return sum;
    },
  };
}
