// What the tabs of one browser tell each other about the login they share. Must never carry a
// token or a name: who is signed in is for the server to say.

/** `account_changed`: somebody signed in, or confirmed an address; ask the server who it is. */
export type TabNews = "signed_out" | "account_changed";

const NEWS: ReadonlySet<unknown> = new Set<TabNews>(["signed_out", "account_changed"]);

export interface TabChannel {
  /** Reaches the other tabs, never this one. */
  tell(news: TabNews): void;
  listen(listener: (news: TabNews) => void): void;
}

export const NO_OTHER_TABS: TabChannel = { tell: () => {}, listen: () => {} };

export function openTabChannel(name = "frontrow-session"): TabChannel {
  if (typeof BroadcastChannel === "undefined") return NO_OTHER_TABS;
  const channel = new BroadcastChannel(name);
  return {
    tell: (news) => channel.postMessage(news),
    listen: (listener) => {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        // A tab of another version may know other words.
        if (NEWS.has(data)) listener(data as TabNews);
      };
    },
  };
}
