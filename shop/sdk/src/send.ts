import { type Batch, bytesOf } from "./batch.ts";

/** What became of a request. */
export interface Answer {
  /** 200: stored, but for `rejected` of its events; 0: nobody knows. */
  status: number;
  rejected?: number;
  /** Milliseconds that the endpoint asks to wait before another try. */
  wait?: number;
}

const TIMEOUT = 30_000;
/** A browser gives all keepalive requests of a page 64 KiB; more fails at once. */
const KEEPALIVE_BYTES = 60 * 1024;
const LONGEST_WAIT = 10 * 60_000;

let inFlight = 0;

/** Whether a batch can be sent by a page that goes away. */
export const canOutlive = ({ json }: Batch): boolean => inFlight + bytesOf(json) <= KEEPALIVE_BYTES;

/** Sends a batch. As `text/plain` and without credentials, so that the browser sends no preflight before it. */
export async function send(endpoint: string, batch: Batch): Promise<Answer> {
  const body = `{"sentAt":${Date.now()},"events":${batch.json}}`;
  const bytes = bytesOf(body);
  const keepalive = canOutlive(batch);
  const signal = AbortSignal.timeout(TIMEOUT);
  inFlight += bytes;
  try {
    const answer = await fetch(endpoint, { method: "POST", body, keepalive, credentials: "omit", signal });
    const { status } = answer;
    if (!answer.ok) return { status, wait: retryAfter(answer.headers.get("Retry-After")) };
    // Something else than the endpoint may have answered: a proxy, a hotel's login page.
    const { success, rejected } = await answer.json();
    return { status: success ? 200 : 0, rejected: rejected?.length };
  } catch {
    return { status: 0 };
  } finally {
    inFlight -= bytes;
  }
}

/** Milliseconds to wait, of a number of seconds or a date; less than 0 when that is over. */
export function retryAfter(text: string | null): number {
  return Math.min(Number(text) * 1_000 || Date.parse(text ?? "") - Date.now() || 0, LONGEST_WAIT);
}
