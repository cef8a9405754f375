"use client";

import { clickstream } from "@sbw/clickstream";
import { useEffect } from "react";

const TOLD = "shop.login";

/** Tells of a login once a tab. Other tabs tell of it under the same id, so it counts once. */
export function LoginSuccess({ loginId }: { loginId: string }): null {
  useEffect(() => {
    try {
      if (sessionStorage.getItem(TOLD) === loginId) return;
      sessionStorage.setItem(TOLD, loginId);
    } catch {
      // Storage is blocked: told again on the next page, under the same id.
    }
    clickstream.loginSuccess({ eventId: loginId });
  }, [loginId]);
  return null;
}
