// What the moves of a visitor need of the page they are made on. Types only.
import type { ApiClient } from "../../lib/api/client";
import type { EventStatus } from "../../lib/api/types";
import type { SeatStore } from "../../lib/live/seat-store";
import type { CommandChannel } from "./command-channel";
import type { Hall } from "./hall";

/** The map, as far as a move may point at it. */
export interface MapHands {
  show(ordinals: readonly number[]): void;
  flash(ordinals: readonly number[]): void;
}

export interface Desk {
  api: ApiClient;
  hall: Hall;
  store: SeatStore;
  channel: Pick<CommandChannel, "send">;
  status: () => EventStatus;
  /** Does it now, or after the sign-in. */
  whenSignedIn: (wish: () => void) => void;
  /** For screen readers; everybody else sees the cart change. */
  announce: (text: string) => void;
  map: () => MapHands | undefined;
}
