// Where an event's status can go from where it is, and what that does to buyers. Pure; the server's
// table (`may_become`) decides.
import type { EventStatus } from "../../../lib/api/types";

export interface StatusStep {
  to: EventStatus;
  words: string;
  look: "accent" | "quiet" | "danger";
  consequences: string[];
  /** Said when it is done. */
  said: string;
  /** It cannot be undone: the event's name has to be typed. */
  askName?: boolean;
}

const ON_SALE: StatusStep = {
  to: "on_sale",
  words: "Put on sale",
  look: "accent",
  consequences: ["Everybody can see the event and buy tickets at once."],
  said: "The event is on sale.",
};

const CLOSE: StatusStep = {
  to: "closed",
  words: "Close the sale",
  look: "quiet",
  consequences: [
    "Nobody can hold or buy seats any more.",
    "Orders that wait for their payment end within seconds.",
    "Tickets that were bought stay valid. You can reopen the sale.",
  ],
  said: "The sale is closed.",
};

const CANCEL: StatusStep = {
  to: "cancelled",
  words: "Cancel the event",
  look: "danger",
  consequences: [
    "Every paid order is refunded in full, everybody's, within seconds.",
    "Orders that wait for their payment end.",
    "No ticket opens a door any more.",
    "This cannot be undone.",
  ],
  said: "The event is cancelled. Refunds are on their way.",
  askName: true,
};

export function stepsFrom(status: EventStatus): StatusStep[] {
  switch (status) {
    case "draft":
      return [ON_SALE, CLOSE, CANCEL];
    case "on_sale":
      return [CLOSE, CANCEL];
    case "closed":
      return [{ ...ON_SALE, words: "Reopen the sale", said: "The sale is open again." }, CANCEL];
    default:
      return [];
  }
}
