// Where the live connection of an event is: the same host as the page.

export function socketUrl(eventId: string): string {
  const url = new URL(`/ws/v1/events/${encodeURIComponent(eventId)}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
