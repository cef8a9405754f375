import { attempt } from "./storage.ts";

/** Most events of a request, and most bytes of them: less than a keepalive request may carry. */
export const MAX_EVENTS = 50;
export const MAX_BYTES: number = 48 * 1024;
/** What a request holds besides its events, at most. */
const ENVELOPE_BYTES = 64;

/** Events as they wait and are sent: a JSON array. */
export interface Batch {
  json: string;
  events: number;
}

const encoder = new TextEncoder();

/** How long a text is when sent. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

export const batchOf = (events: readonly string[]): Batch => ({ json: `[${events}]`, events: events.length });

/** A batch that was kept in storage, where another script may have written anything. */
export const readBatch = (json: string): Batch | undefined => {
  const events = attempt(() => JSON.parse(json));
  return Array.isArray(events) ? { json, events: events.length } : undefined;
};

/** The two halves of a batch that is too large for the endpoint; none of a single event. */
export function halves({ json, events }: Batch): Batch[] {
  const all: unknown[] = JSON.parse(json);
  const half = events >> 1;
  const parts = half ? [all.splice(0, half), all] : [];
  return parts.map((part) => ({ json: JSON.stringify(part), events: part.length }));
}

/** Events in batches of what a request may hold, in their order. One that is larger alone is sent alone. */
export function batches(events: readonly string[]): Batch[] {
  const made: string[][] = [];
  let open: string[] = [];
  let size = MAX_BYTES;
  for (const event of events) {
    const bytes = bytesOf(event) + 1;
    if (open.length === MAX_EVENTS || size + bytes > MAX_BYTES) {
      open = [];
      made.push(open);
      size = ENVELOPE_BYTES;
    }
    open.push(event);
    size += bytes;
  }
  return made.map(batchOf);
}
