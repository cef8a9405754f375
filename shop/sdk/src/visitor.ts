import { forget, keep, load, PREFIX } from "./storage.ts";
import { uuidv7 } from "./uuid.ts";

const KEY = `${PREFIX}visitor`;
/** A session ends after half an hour without an event, and after a day. */
const IDLE = 30 * 60_000;
const LONGEST = 24 * 60 * 60_000;
/** How far the last event of the record may lag behind: not every event is worth a write. */
const LAG = 1_000;

/** Client, session, whether it is the client's first, when it started, when its last event was. */
const RECORD = /^([\da-f-]{36}) ([\da-f-]{36}) ([01]) (\d{13}) (\d{13})$/;

/** What every event says of its visitor. */
export interface Visitor {
  clientId: string;
  sessionId: string;
  isFirstVisit: boolean;
}

let memory = "";

/**
 * The visitor at the time of an event. Read anew each time, as other tabs renew the session too; where storage is
 * blocked or was cleared, the page itself remembers. Another script may have written anything there: what is no record
 * of ours is none.
 */
export function visit(now: number): Visitor {
  let [, clientId = "", sessionId = "", first, started = now, last = 0] =
    RECORD.exec(load(KEY) || memory) ?? [];
  // Absolute: a clock that was wrong may have written the future.
  const since = (time: string | number) => Math.abs(now - Number(time));
  if (since(last) > IDLE || since(started) > LONGEST) {
    first = clientId ? "0" : "1";
    clientId ||= uuidv7(now);
    sessionId = uuidv7(now);
    started = now;
  }
  if (since(last) > LAG) {
    memory = [clientId, sessionId, first, started, now].join(" ");
    keep(KEY, memory);
  }
  return { clientId, sessionId, isFirstVisit: first === "1" };
}

/** The next event is a new visitor's first. */
export function forgetVisitor(): void {
  memory = "";
  forget(KEY);
}
