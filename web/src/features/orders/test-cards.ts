// The cards of the mock payment provider. None of them is a card: each names a way in which a
// payment can go, so that a demonstration can show them all.

export interface TestCard {
  /** What the API calls it. */
  method: string;
  name: string;
  /** The last digits on the picture. */
  digits: string;
  does: string;
}

export const MAIN_CARDS: TestCard[] = [
  { method: "card_ok", name: "Works", digits: "4242", does: "Paid at once." },
  { method: "card_declined", name: "Declined", digits: "0002", does: "Not enough money on it." },
  { method: "card_slow", name: "Slow", digits: "3000", does: "Paid after three seconds." },
  {
    method: "card_lost_reply",
    name: "Lost reply",
    digits: "0408",
    does: "Paid, but the answer gets lost on its way.",
  },
];

export const MORE_CARDS: TestCard[] = [
  {
    method: "card_webhook_first",
    name: "Notice first",
    digits: "1001",
    does: "The provider's notice comes before its answer.",
  },
  {
    method: "card_duplicated",
    name: "Five notices",
    digits: "5005",
    does: "The same notice comes five times.",
  },
  {
    method: "card_reordered",
    name: "Out of order",
    digits: "2001",
    does: "An older notice comes last.",
  },
  {
    method: "card_late",
    name: "Very late",
    digits: "1200",
    does: "Paid after twelve seconds, even if you cancel.",
  },
  {
    method: "card_hangs",
    name: "Hangs",
    digits: "1010",
    does: "Paid, but the answer takes ten seconds.",
  },
];
