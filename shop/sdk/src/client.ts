import type { Clickstream, Fields, User } from "./api.ts";
import { namedEvents } from "./names.ts";

export function createClickstream(): Clickstream {
  let endpoint: string | undefined;
  let user: User | null = null;
  const queue: object[] = [];
  const stats = { sent: 0, rejected: 0, dropped: 0 };
  const track = (eventName: string, fields?: Fields) => {
    queue.push({
      eventName,
      eventId: crypto.randomUUID(),
      eventTimestamp: new Date().toISOString(),
      pageUrl: location.href,
      userId: user?.userId,
      ...fields,
    });
  };
  const client: Clickstream = {
    start(options) {
      if (typeof window !== "undefined") {
        endpoint ??= options?.endpoint ?? document.documentElement.dataset.clickstream;
        setInterval(client.flush, 3000);
      }
      return client;
    },
    track,
    ...namedEvents(track),
    identify(next) {
      user = next;
    },
    consent() {},
    async flush() {
      if (!endpoint || !queue.length) return;
      const events = queue.splice(0);
      await fetch(endpoint, { method: "POST", body: JSON.stringify({ events, sentAt: Date.now() }) });
      stats.sent += events.length;
    },
    reset() {},
    stats: () => ({ ...stats, waiting: queue.length }),
  };
  return client;
}
