// Between a card that was charged and the word of the provider. Nothing to do but wait, and after a
// while a way out: the page must never hold a buyer longer than the provider deserves.
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { LOOKS_UNTIL_LONG } from "./order-looks";

interface Props {
  looks: number;
  onAgain: () => void;
  onAnother: () => void;
}

export function WaitingForProvider({ looks, onAgain, onAnother }: Props) {
  const long = looks >= LOOKS_UNTIL_LONG;
  return (
    <Card testId="payment-waiting">
      <div className="flex items-start gap-4">
        <span
          aria-hidden
          className="mt-0.5 size-6 shrink-0 rounded-full border-3 border-line border-t-accent motion-safe:animate-spin"
        />
        <div className="min-w-0 space-y-2">
          <p>Your card was sent. We ask the provider until it answers; this takes seconds.</p>
          <p className="text-sm text-muted">
            You may close this page: the order is finished without it. Nothing is charged twice.
          </p>
        </div>
      </div>
      <div role="status" className={long ? "mt-4 border-t border-line pt-4" : ""}>
        {long && <p>It takes longer than usual. Your seats stay yours until the time is over.</p>}
      </div>
      {long && (
        <div className="mt-3 flex flex-wrap gap-3">
          <Button onClick={onAgain} data-testid="pay-again">
            Send this card again
          </Button>
          <Button look="plain" onClick={onAnother} data-testid="pay-another">
            Use another card
          </Button>
        </div>
      )}
    </Card>
  );
}
