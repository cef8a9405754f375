import type { Consent, Options } from "./api.ts";

export type Settings = Required<Omit<Options, "endpoint">> & Pick<Options, "endpoint">;

/** What was given, else the script tag's attributes, else those of `<html>`. */
export function settings(given: Options): Settings {
  const { documentElement, currentScript } = document;
  // The tag that is running, when there is one: a script tag that starts by itself.
  const said = { ...documentElement.dataset, ...(currentScript as HTMLElement | null)?.dataset };
  const option = (name: keyof Options, attribute: string = name[0]?.toUpperCase() + name.slice(1)) =>
    given[name] ?? said[`clickstream${attribute}`];
  const flag = (name: keyof Options, otherwise: boolean) => `${option(name) ?? otherwise}` !== "false";
  return {
    endpoint: option("endpoint", "") as string | undefined,
    consent: (option("consent") ?? "granted") as Consent,
    debug: flag("debug", false),
    robots: flag("robots", false),
    autoPageViews: flag("autoPageViews", true),
    autoClicks: flag("autoClicks", true),
    allowQuery: `${option("allowQuery") ?? ""}`.split(/[\s,]+/),
  };
}

/** On a server nothing happens. */
export const isServer: boolean = typeof window === "undefined";

/** Crawlers that say so, and browsers that a program drives. */
export const isRobot = (): boolean =>
  navigator.webdriver || /bot\b|crawl|spider|headless|lighthouse/i.test(navigator.userAgent);
