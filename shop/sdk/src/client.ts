/**
 * The page's instance: events come in by `track`, get their time, page and visitor, and go to the outbox in batches.
 *
 * | file | idea |
 * |---|---|
 * | `outbox.ts`, `send.ts`, `batch.ts`, `storage.ts` | nothing is lost |
 * | `visitor.ts`, `uuid.ts` | client, session, first visit |
 * | `views.ts`, `clicks.ts`, `urls.ts` | what is told without a call |
 * | `names.ts` | the events that every shop has |
 */
import type { Clickstream, Consent, Fields, Options, User } from "./api.ts";
import { batches, MAX_BYTES, MAX_EVENTS } from "./batch.ts";
import { isRobot, isServer, type Settings, settings } from "./options.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { attempt } from "./storage.ts";
import { cleanUrl } from "./urls.ts";
import { uuidv7 } from "./uuid.ts";
import { page, watchViews } from "./views.ts";
import { forgetVisitor, visit } from "./visitor.ts";

/** The instance without the functions of named events. */
export type Core = Pick<Clickstream, "track" | "identify" | "consent" | "flush" | "reset" | "stats"> & {
  start(options?: Options): void;
};

/** What tells of itself what happens on a page, once that is shown. */
export type Watcher = (settings: Settings, track: Clickstream["track"]) => void;

const MAX_WAIT = 3_000;
/** What may pile up in memory, while the visitor has not chosen yet. */
const MAX_HELD = 2_000;
const NAME = /^[\w.:-]{1,100}$/;

/** What a call of `track` notes; the rest of the event is worked out when its batch is made. */
interface Entry {
  name: string;
  time: number;
  url: string;
  referrer: string;
  /** The fields as JSON: the caller may change them later. */
  json: string;
  /** Not known before the page's first `identify`. */
  user?: object;
}

export function createCore(watch: Watcher): Core {
  const counts = { sent: 0, rejected: 0, dropped: 0 };
  /** Calls before `start`, and of a page that is only prerendered. */
  let early: Parameters<Clickstream["track"]>[] = [];
  let entries: Entry[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let planned = 0;
  let user: object | undefined;
  let choice: Consent | undefined;
  let options: Settings | undefined;
  let outbox: Outbox | undefined;
  let isOff = isServer;

  const log = (...words: unknown[]) => {
    if (options?.debug) console.debug("clickstream:", ...words);
  };
  const lose = (why: string, what: unknown) => {
    counts.dropped++;
    log("dropped", why, what);
  };

  function track(name: string, fields?: Fields): void {
    if (isOff || choice === "denied") return;
    if (outbox) record(name, fields);
    else early.push([name, fields]);
  }

  function record(name: string, fields: Fields = {}): void {
    const json = NAME.test(name) && attempt(() => JSON.stringify(fields));
    if (!json) {
      lose("not an event", name);
      return;
    }
    entries.push({ name, time: Date.now(), url: location.href, referrer: page.referrer, json, user });
    size += json.length;
    if (choice === "granted") schedule();
    else if (entries.length > MAX_HELD) lose("too many", entries.shift());
  }

  /** Plans the next batch. Making and sending it is work: never in the time of who calls `track`. */
  function schedule(): void {
    const wait = entries.length >= MAX_EVENTS || size >= MAX_BYTES ? 0 : MAX_WAIT;
    if (timer && wait >= planned) return;
    clearTimeout(timer);
    planned = wait;
    timer = setTimeout(() => {
      seal(MAX_EVENTS);
      outbox?.run();
      if (entries.length) schedule();
    }, wait);
  }

  /** Entries become batches, which the outbox keeps. */
  function seal(most: number = entries.length): void {
    clearTimeout(timer);
    timer = undefined;
    if (choice !== "granted") return;
    size = 0;
    for (const batch of batches(entries.splice(0, most).map(complete))) outbox?.put(batch);
  }

  function complete({ name, time, url, referrer, json, user: known }: Entry): string {
    // Whatever a caller without types gave: one bad call must not cost the batch.
    const fields: Fields = JSON.parse(json) ?? {};
    return JSON.stringify({
      eventTimestamp: new Date(time).toISOString(),
      pageUrl: cleanUrl(url, options?.allowQuery),
      referrer: cleanUrl(referrer, options?.allowQuery),
      ...fields,
      ...(known ?? user ?? stateOf(null)),
      ...visit(time),
      eventName: name,
      eventId: `${fields.eventId ?? ""}`.trim() || uuidv7(time),
    });
  }

  /** Something may have changed for the better. */
  async function wake(): Promise<void> {
    if (choice === "granted") await outbox?.wake();
  }

  function flush(): Promise<void> {
    seal();
    return wake();
  }

  function consent(state: Consent): void {
    // Global Privacy Control is an answer already.
    choice = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ? "denied" : state;
    if (choice === "denied") {
      early = [];
      entries = [];
      outbox?.clear();
      forgetVisitor();
    }
    flush();
    greet();
  }

  /** Writes down who the visitor is before another tab has to make one up. */
  function greet(): void {
    if (choice === "granted") visit(Date.now());
  }

  /** The page is shown: not prerendered, and not on a server. */
  function begin(settings: Settings): void {
    outbox = createOutbox(settings.endpoint ?? "", counts, log);
    consent(choice ?? settings.consent);
    const close = () => {
      seal();
      outbox?.close();
    };
    addEventListener("pagehide", close);
    addEventListener("online", wake);
    // Also when the back/forward cache brings the page back.
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : wake()));
    /** What nobody asked for is not told of the pages of signing in. */
    const automatic: Clickstream["track"] = (name, fields) => {
      if (cleanUrl(location.href)) track(name, fields);
    };
    watchViews(() => settings.autoPageViews && automatic("page_view"));
    watch(settings, automatic);
    for (const call of early.splice(0)) track(...call);
  }

  return {
    start(given = {}) {
      if (isOff || options) return;
      const found = settings(given);
      options = found;
      if (!found.endpoint || (!found.robots && isRobot())) {
        log("off");
        isOff = true;
        early = [];
      } else if ((document as { prerendering?: boolean }).prerendering) {
        document.addEventListener("prerenderingchange", () => begin(found), { once: true });
      } else begin(found);
    },
    track,
    identify(next) {
      user = stateOf(next);
      for (const entry of entries) entry.user ??= user;
    },
    consent(state) {
      if (!isOff) consent(state);
    },
    flush,
    reset() {
      seal();
      forgetVisitor();
      greet();
    },
    stats: () => ({ ...counts, waiting: entries.length + early.length + (outbox?.waiting() ?? 0) }),
  };
}

const stateOf = (user: User | null) =>
  user
    ? {
        userId: user.userId,
        userLoginState: user.loginState ?? "logged_in",
        identitySource: user.identitySource,
      }
    : { userLoginState: "anonymous", identitySource: "anonymous" };
