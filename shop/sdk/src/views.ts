/** Where the visitor came from to the page that is shown. */
export const page = { referrer: "" };

type History = (data: unknown, unused: string, url?: string | URL | null) => void;

/**
 * Calls `onView` for this page, for each soft navigation to another path, and when the back/forward cache brings the
 * page back. A change of the query or fragment is no view.
 */
export function watchViews(onView: () => void): void {
  let url = location.href;
  page.referrer = document.referrer;
  let path = location.pathname;

  const look = () => {
    const previous = url;
    url = location.href;
    if (path === location.pathname) return;
    path = location.pathname;
    page.referrer = previous;
    onView();
  };
  const navigation = (window as { navigation?: EventTarget }).navigation;
  if (navigation) {
    navigation.addEventListener("currententrychange", look);
  } else {
    for (const name of ["pushState", "replaceState"] as const) {
      const original: History = history[name];
      history[name] = function (this: typeof history, ...args: Parameters<History>) {
        original.apply(this, args);
        look();
      };
    }
    addEventListener("popstate", look);
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) onView();
  });
  onView();
}
