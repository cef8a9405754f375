// Made from contract/event.schema.json by scripts/contract.ts.

/** An event as the browser SDK sends it. A shop may add fields of its own. */
export interface ClickstreamEvent {
  /** 1 to 100 characters of `A-Z a-z 0-9 _ . : -`. */
  eventName: string;
  /** A UUIDv7; of `checkout_complete` the order's id. The same id again is the same event: the first one counts. Another text than a UUID is one of its client's. */
  eventId: string;
  /** When it happened: RFC 3339, or milliseconds since 1970. Missing, or more than 24 hours before or 5 minutes after receipt: the time of receipt. */
  eventTimestamp: string;
  /** A URL without secrets in its query. */
  pageUrl?: string;
  /** Where the visitor came from; after a soft navigation the URL before it. */
  referrer?: string;
  /** Who is signed in. */
  userId?: string;
  /** Missing: `logged_in` with a user id, else `anonymous`. */
  userLoginState: "logged_in" | "anonymous" | "guest";
  /** How it is known who they are, e.g. `cognito_email`. Missing, and not logged in: `anonymous`. */
  identitySource?: string;
  /** The browser. */
  clientId: string;
  /** The visit: it ends after 30 minutes without an event, and after a day. */
  sessionId: string;
  /** Whether it is the browser's first visit. */
  isFirstVisit: boolean;
  /** The product that an event is about; of `category_view` the category alone. */
  product?: Product;
  /** Of the product; text in `element.dataset.quantity` means the same. */
  quantity?: number;
  /** What is about to be bought. */
  cart?: Cart;
  /** What was bought. The same id again is the same order. The first 200 items are kept. */
  order?: Order;
  /** What was searched for, and how many products were found. */
  search?: Search;
  /** What was clicked. Of what people type into, no text. */
  element?: ClickedElement;
}

/** The product that an event is about; of `category_view` the category alone. */
export interface Product {
  /** An id. `undefined`, `null`, `NaN`, `[object Object]` and zeros are none. */
  id?: string;
  name?: string;
  category?: string;
  brand?: string;
  /** Whole VND, at most 100 billion. */
  price?: number;
  /** What it costs now, when that is less: a price, not a percentage. */
  discountPrice?: number;
  urlPath?: string;
}

/** So many pieces of a product in a cart or an order. */
export interface Item {
  /** An id. `undefined`, `null`, `NaN`, `[object Object]` and zeros are none. */
  productId: string;
  name?: string;
  category?: string;
  brand?: string;
  /** The list price of one piece. */
  price?: number;
  /** What one piece costs now, when that is less. */
  discountPrice?: number;
  /** How many pieces. */
  quantity: number;
}

/** What is about to be bought. */
export interface Cart {
  /** An id. `undefined`, `null`, `NaN`, `[object Object]` and zeros are none. */
  id?: string;
  /** Whole VND, at most 100 billion. */
  total?: number;
  items: Item[];
}

/** What was bought. The same id again is the same order. The first 200 items are kept. */
export interface Order {
  /** An id. `undefined`, `null`, `NaN`, `[object Object]` and zeros are none. */
  id: string;
  /** What the customer is told. */
  number?: string;
  /** Missing: the sum of the items. */
  total?: number;
  items: Item[];
}

/** What was searched for, and how many products were found. */
export interface Search {
  query: string;
  results?: number;
}

/** What was clicked. Of what people type into, no text. */
export interface ClickedElement {
  tag: string;
  id?: string;
  role?: string;
  /** Of a button or link, cut. */
  text?: string;
  /** Its `data-cs-*` attributes. The site of today sends `orderId`, `orderNumber`, `total`, `cartId` and `quantity` here, as text. */
  dataset: Record<string, string>;
}
