import type { Cart, ClickstreamEvent, Order, Product, Search } from "./contract.generated.ts";

/** Whether the visitor agreed: to being counted, not yet, or not. */
export type Consent = "granted" | "pending" | "denied";

/** What `start` takes. What is not given is read from `data-clickstream-*` of the script tag or of `<html>`. */
export interface Options {
  /** Where events go, e.g. `https://api.example/clickstream`. Attribute: `data-clickstream`. */
  endpoint?: string;
  /** `granted` when not given anywhere. Attribute: `data-clickstream-consent`. */
  consent?: Consent;
  /** Logs what is sent, refused and dropped. Attribute: `data-clickstream-debug`. */
  debug?: boolean;
  /** Also counts crawlers and browsers that are driven by a program. Attribute: `data-clickstream-robots`. */
  robots?: boolean;
  /** `page_view` by itself, on every page and soft navigation. Default true. Attribute: `data-clickstream-auto-page-views`. */
  autoPageViews?: boolean;
  /** `click` by itself, on links, buttons and fields. Default true. Attribute: `data-clickstream-auto-clicks`. */
  autoClicks?: boolean;
  /**
   * Query parameters that URLs keep, besides `utm_*`, `q` and the click ids. Attribute: `data-clickstream-allow-query`,
   * separated by spaces.
   */
  allowQuery?: readonly string[];
}

/** Who is signed in. */
export interface User {
  userId: string;
  /** Default `logged_in`. */
  loginState?: ClickstreamEvent["userLoginState"];
  /** How it is known who they are, e.g. `cognito_email`. */
  identitySource?: string;
}

/** What an event may say besides its name; fields of a shop's own are kept in the raw file. */
export interface Fields {
  /** Minted when not given. The same id again is the same event: it counts once. */
  eventId?: string;
  product?: Product;
  quantity?: number;
  cart?: Cart;
  order?: Order;
  search?: Search;
  [own: string]: unknown;
}

/** What became of the events that this page sent or holds. */
export interface Stats {
  /** The endpoint has them. */
  sent: number;
  /** The endpoint refused them one by one. */
  rejected: number;
  /** Given up: the endpoint refuses them for good, too many were waiting, or it was not an event. */
  dropped: number;
  /** Not yet acknowledged, of this page. */
  waiting: number;
}

/** The one instance of a page. Nothing here throws, and on a server nothing happens. */
export interface Clickstream {
  /** Starts the instance once; later calls change nothing. Returns the page's instance. */
  start(options?: Options): Clickstream;
  /** Sends an event: 1 to 100 characters of `A-Z a-z 0-9 _ . : -`. */
  track(name: string, fields?: Fields): void;
  pageView(fields?: Fields): void;
  homeView(fields?: Fields): void;
  /** About a category only. */
  categoryView(category: string, fields?: Fields): void;
  productView(product: Product, fields?: Fields): void;
  addToCart(product: Product, quantity?: number, fields?: Fields): void;
  removeFromCart(product: Product, quantity?: number, fields?: Fields): void;
  wishlistToggle(product: Product, fields?: Fields): void;
  share(product?: Product, fields?: Fields): void;
  loginOpen(fields?: Fields): void;
  loginSuccess(fields?: Fields): void;
  logout(fields?: Fields): void;
  checkoutStart(cart: Cart, fields?: Fields): void;
  /** The order's id is the event's id: however often it is sent, it counts once. */
  checkoutComplete(order: Order, fields?: Fields): void;
  search(search: Search, fields?: Fields): void;
  /**
   * Says who is signed in, from now on; `null`: nobody. The first call of a page also speaks for the page's
   * events before it that are not in a batch yet.
   */
  identify(user: User | null): void;
  /** `granted` sends what waited; `denied` forgets everything and stores nothing. */
  consent(state: Consent): void;
  /** Sends what waits, though not sooner than the endpoint asked to; resolves when this try is over. */
  flush(): Promise<void>;
  /** Forgets client and session: the next event is a new visitor's first. What was tracked before is still sent. */
  reset(): void;
  stats(): Stats;
}
