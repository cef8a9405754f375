"use client";

import { useEffect, useRef } from "react";
import type { Consent, Fields, User } from "./api.ts";
import { clickstream } from "./index.ts";

export interface ClickstreamProps {
  /** Who is signed in; null: nobody. Left out: not known here, and nothing is said. */
  user?: User | null;
  /** The visitor's choice; left out: what `start` was told. */
  consent?: Consent;
}

/** Tells the SDK who is signed in and what the visitor agreed to. Draws nothing. */
export function Clickstream({ user, consent }: ClickstreamProps): null {
  const told = JSON.stringify(user);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `told` is the user by value
  useEffect(() => {
    if (user !== undefined) clickstream.identify(user);
  }, [told]);
  useEffect(() => {
    if (consent) clickstream.consent(consent);
  }, [consent]);
  return null;
}

/**
 * Sends a view once each time it is shown: under StrictMode and re-rendering it stays one, with other fields, when
 * shown again, or when the page comes back from the back/forward cache it is another.
 */
export function useView(name: string, fields?: Fields): void {
  const view = JSON.stringify([name, fields]);
  const sent = useRef("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `view` is name and fields by value
  useEffect(() => {
    const send = () => clickstream.track(name, fields);
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) send();
    };
    if (sent.current !== view) send();
    sent.current = view;
    addEventListener("pageshow", onPageShow);
    return () => {
      removeEventListener("pageshow", onPageShow);
      // StrictMode runs the effect again at once; everything later is a new view.
      queueMicrotask(() => {
        sent.current = "";
      });
    };
  }, [view]);
}

export interface TrackViewProps extends Fields {
  /** The event's name, e.g. `product_view`. */
  event: string;
}

/** `useView` for server components: `<TrackView event="product_view" product={product} />`. Draws nothing. */
export function TrackView({ event, ...fields }: TrackViewProps): null {
  useView(event, fields);
  return null;
}
