// The browser's signs that it is worth looking at the connection: the network came back, or
// somebody looks at the page again after its timers were slowed down. Must never be believed about
// being offline: a machine without a network still reaches a server on itself.

/** Returns the function that takes the listeners off again. */
export function onWake(listener: () => void): () => void {
  if (typeof document === "undefined") return () => {};
  const listeners = new AbortController();
  const { signal } = listeners;
  const ifVisible = () => !document.hidden && listener();
  window.addEventListener("online", listener, { signal });
  // The network went away: a connection that survives answers the probe.
  window.addEventListener("offline", listener, { signal });
  document.addEventListener("visibilitychange", ifVisible, { signal });
  return () => listeners.abort();
}
