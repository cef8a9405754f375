import type { Fields } from "./api.ts";
import { attempt } from "./storage.ts";

const CONTROLS =
  "a,button,input,select,textarea,summary,[role=button],[role=link],[role=menuitem],[role=tab],[data-cs-event]";
/** What people type into. Its text is theirs. */
const TYPED = /^(input|select|textarea)$/;
const MAX_TEXT = 160;

/** At most so much of a text, without what looks like an e-mail address, and not half a character at its end. */
const clip = (text: string) =>
  text
    .slice(0, 4 * MAX_TEXT)
    .replace(/\S+@\S+/g, "…")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MAX_TEXT)
    .replace(/[\ud800-\udbff]$/, "");

/** `data-cs-order-id="7"` as `{orderId: "7"}`; other data attributes are the shop's own. */
const allowed = (control: HTMLElement): Record<string, string> =>
  Object.fromEntries(
    Object.entries(control.dataset)
      .filter(([name]) => /^cs[A-Z]/.test(name))
      .map(([name, value = ""]) => [name.slice(2, 3).toLowerCase() + name.slice(3), clip(value)]),
  );

/**
 * Calls `track` for clicks of the visitor on controls: `click` when `auto`, and the event that `data-cs-event` names,
 * about the product of the nearest `data-cs-product` (JSON). Nothing is told of what is under `data-cs-ignore`.
 */
export function watchClicks(auto: boolean, track: (name: string, fields: Fields) => void): void {
  const onClick = (click: Event) => {
    const target = click.composedPath()[0];
    const control = target instanceof Element && target.closest<HTMLElement>(CONTROLS);
    if (!click.isTrusted || !control || control.closest("[data-cs-ignore]")) return;

    const { event, product: _, ...dataset } = allowed(control);
    const tag = control.localName;
    const element = {
      tag,
      id: control.id || undefined,
      role: control.role || undefined,
      text:
        TYPED.test(tag) || control.isContentEditable
          ? undefined
          : clip(control.ariaLabel || control.textContent || ""),
      dataset,
    };
    if (auto) track("click", { element });
    if (event) {
      const about = control.closest<HTMLElement>("[data-cs-product]")?.dataset.csProduct;
      const product = attempt(() => JSON.parse(about ?? ""));
      track(event, { element, product, quantity: Number(dataset.quantity) || undefined });
    }
  };
  // Capturing: a handler of the shop that stops the event does not hide it.
  document.addEventListener("click", onClick, true);
}
