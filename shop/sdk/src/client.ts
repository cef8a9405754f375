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
import { batches, bytesOf, MAX_BYTES, MAX_EVENTS } from "./batch.ts";
import { isRobot, type Settings, settings } from "./options.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { attempt } from "./storage.ts";
import { cleanUrl } from "./urls.ts";
import { uuidv7 } from "./uuid.ts";
import { page, watchViews } from "./views.ts";
import { forgetVisitor, type Visitor, visit } from "./visitor.ts";

/** The instance without the functions of named events. */
export type Core = Pick<Clickstream, "track" | "identify" | "consent" | "flush" | "reset" | "stats"> & {
  start(options?: Options): void;
};

/** What tells of itself what happens on a page, once that is shown. */
export type Watcher = (settings: Settings, track: Clickstream["track"]) => void;

const MAX_WAIT = 3_000;
/** What a visitor who has not chosen yet may pile up in memory. */
const MAX_HELD = 2_000;
const NAME = /^[\w.:-]{1,100}$/;

/** An event before it is in a batch. */
interface Entry {
  /** The event's JSON without user and visitor. */
  json: string;
  /** Not known before the page's first `identify`. */
  user?: object;
  /** Not known without consent. */
  visitor?: Visitor;
}

export function createCore(watch: Watcher): Core {
  const counts = { sent: 0, rejected: 0, dropped: 0 };
  /** Calls before `start`, and of a page that is only prerendered. */
  let early: Parameters<Clickstream["track"]>[] = [];
  let entries: Entry[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let user: object | undefined;
  let choice: Consent | undefined;
  let options: Settings | undefined;
  let outbox: Outbox | undefined;
  let isOff = typeof window === "undefined";

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
    const id = `${fields.eventId ?? ""}`.trim();
    const event = {
      eventName: name,
      eventTimestamp: new Date().toISOString(),
      pageUrl: cleanUrl(location.href, options?.allowQuery),
      referrer: cleanUrl(page.referrer, options?.allowQuery),
      ...fields,
      eventId: id || uuidv7(),
    };
    event.eventName = name;
    const json = NAME.test(name) && attempt(() => JSON.stringify(event));
    if (!json) {
      lose("no name, or not JSON", event);
      return;
    }
    const mayKeep = choice === "granted";
    entries.push({ json, user, visitor: mayKeep ? visit() : undefined });
    size += bytesOf(json);
    if (mayKeep) {
      // Sending is work: not in the caller's time.
      if (entries.length >= MAX_EVENTS || size >= MAX_BYTES) setTimeout(seal());
      else timer ??= setTimeout(() => seal()(), MAX_WAIT);
    } else if (entries.length > MAX_HELD) lose("too many wait for consent", entries.shift());
  }

  /** What waits becomes batches, which the outbox keeps; what is returned sends them. */
  function seal(): () => Promise<void> | undefined {
    clearTimeout(timer);
    timer = undefined;
    if (choice === "granted") {
      const events = entries.map(({ json, visitor, ...entry }) => {
        const known = { ...(entry.user ?? user ?? stateOf(null)), ...(visitor ?? visit()) };
        return `${JSON.stringify(known).slice(0, -1)},${json.slice(1)}`;
      });
      entries = [];
      size = 0;
      for (const batch of batches(events, (event) => lose("too large", event))) outbox?.put(batch);
    }
    return () => outbox?.run();
  }

  async function wake(): Promise<void> {
    if (choice !== "granted") return;
    seal();
    await outbox?.wake();
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
    wake();
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
    addEventListener("pageshow", wake);
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
        log("off: no endpoint, or a robot");
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
    flush: wake,
    reset() {
      seal();
      forgetVisitor();
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
