// The one-time token that a mailed link carries. It leaves the address bar at once: whoever is
// shown the page, the history or a bookmark later must not find it there.
import { useLayoutEffect, useState } from "react";
import { useLocation } from "react-router";

type Address = Pick<Location, "pathname" | "search" | "hash">;

/** The token in a fragment (`#token=...`). A fragment is never sent: neither to a server nor in a Referer. Pure. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** The address without its token, or undefined when it has none. Pure. */
export function withoutToken({ pathname, search, hash }: Address): string | undefined {
  return tokenOf(hash) ? `${pathname}${search}` : undefined;
}

export function hideToken(history: Pick<History, "state" | "replaceState">, address: Address) {
  const rest = withoutToken(address);
  // The router keeps its place in `state`.
  if (rest !== undefined) history.replaceState(history.state, "", rest);
}

/** The token of the address that the page was opened with; empty when there was none. */
export function useLinkToken(): string {
  const { hash } = useLocation();
  const [token] = useState(() => tokenOf(hash));
  useLayoutEffect(() => hideToken(window.history, window.location), []);
  return token;
}
