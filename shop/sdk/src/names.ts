import type { Clickstream } from "./api.ts";

type Track = Clickstream["track"];

/** The functions of the events that every shop has, each a call of `track`. */
export const namedEvents = (track: Track): NamedEvents => ({
  pageView: (fields) => track("page_view", fields),
  homeView: (fields) => track("home_view", fields),
  categoryView: (category, fields) => track("category_view", { product: { category }, ...fields }),
  productView: (product, fields) => track("product_view", { product, ...fields }),
  addToCart: (product, quantity = 1, fields) => track("add_to_cart_click", { product, quantity, ...fields }),
  removeFromCart: (product, quantity = 1, fields) =>
    track("remove_from_cart_click", { product, quantity, ...fields }),
  wishlistToggle: (product, fields) => track("wishlist_toggle", { product, ...fields }),
  share: (product, fields) => track("share_click", { product, ...fields }),
  loginOpen: (fields) => track("login_open", fields),
  loginSuccess: (fields) => track("login_success", fields),
  logout: (fields) => track("logout", fields),
  checkoutStart: (cart, fields) => track("checkout_start", { cart, ...fields }),
  checkoutComplete: (order, fields) => track("checkout_complete", { eventId: order.id, order, ...fields }),
  search: (search, fields) => track("search", { search, ...fields }),
});

type NamedEvents = Omit<
  Clickstream,
  "start" | "track" | "identify" | "consent" | "flush" | "reset" | "stats"
>;
