// What changed about the cart since it was looked at last, and what can be done about it. Must never
// let a buyer go on without having seen it.
import { Button, ButtonLink } from "../../components/button";
import { Notice } from "../../components/notice";
import type { Cart, EventSummary } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { fullSeatWords, type SeatPlaces } from "../../lib/purchase/seat-places";
import { type CartProblem, lostWords, orphanWords } from "./cart-problem";

interface Props {
  event: EventSummary;
  cart: Cart;
  problem: CartProblem | undefined;
  places: SeatPlaces;
  onGoOn: () => void;
}

export function CartNotice({ event, cart, problem, places, onGoOn }: Props) {
  const named = (seats: string[]) => seats.map((seat) => fullSeatWords(seat, places.get(seat)));
  const orphans = problem?.kind === "orphans" ? problem.seats : cart.orphans;
  return (
    <div className="space-y-5 empty:hidden">
      {event.status !== "on_sale" && (
        <Notice tone="warning">
          <p data-testid="checkout-closed">
            The sale of this event has ended. These seats can not be ordered any more, and nothing
            was charged.
          </p>
        </Notice>
      )}
      {problem && problem.kind !== "orphans" && (
        <Notice tone={problem.kind === "words" ? "danger" : "warning"}>
          <div role="alert" data-testid="checkout-problem" data-kind={problem.kind}>
            <Words problem={problem} named={named} />
          </div>
          {problem.kind === "lost" && (
            <div className="mt-3 flex flex-wrap gap-3">
              <Button onClick={onGoOn} data-testid="checkout-go-on">
                {cart.seats.length === 1
                  ? "Go on with the other seat"
                  : `Go on with the other ${cart.seats.length}`}
              </Button>
              <ButtonLink look="plain" to={`/events/${event.id}`}>
                Back to the seat map
              </ButtonLink>
            </div>
          )}
        </Notice>
      )}
      {orphans.length > 0 && (
        <Orphans
          seats={named(orphans)}
          strict={event.orphan_rule === "strict"}
          eventId={event.id}
        />
      )}
    </div>
  );
}

interface WordsProps {
  problem: CartProblem;
  named: (seats: string[]) => string[];
}

function Words({ problem, named }: WordsProps) {
  switch (problem.kind) {
    case "price":
      return (
        <p>
          The price has changed since you looked: it was{" "}
          <s className="tabular-nums">{formatMoney(problem.before)}</s> and is now{" "}
          <strong className="tabular-nums">{formatMoney(problem.now)}</strong>. Nothing was ordered.
          If you agree, please place the order once more.
        </p>
      );
    case "lost":
      return (
        <p className="wrap-anywhere">{lostWords(named(problem.seats))} Nothing was ordered.</p>
      );
    case "words":
      return <p className="wrap-anywhere">{problem.text}</p>;
    case "orphans":
      return null;
  }
}

function Orphans(props: { seats: string[]; strict: boolean; eventId: string }) {
  const { seats, strict, eventId } = props;
  return (
    <Notice tone="warning">
      <div role="status" data-testid="checkout-orphans" data-strict={strict}>
        <p className="wrap-anywhere">
          {orphanWords(seats)}{" "}
          {strict
            ? "This event does not allow it: please choose seats without a gap."
            : "You can go on, but please consider moving by one seat."}
        </p>
      </div>
      <ButtonLink to={`/events/${eventId}`} className="mt-3">
        Choose other seats
      </ButtonLink>
    </Notice>
  );
}
