// Why the last card did not pay, and what can be done. The region is always in the page: one that
// appears together with its text is not read out.
import { Button } from "../../components/button";
import type { PaymentProblem } from "./order-words";

interface Props {
  problem: PaymentProblem | undefined;
  sending: boolean;
  onAgain: () => void;
}

export function PaymentTrouble({ problem, sending, onAgain }: Props) {
  const look = "rounded-xl border border-danger bg-danger-soft px-4 py-3 text-sm";
  return (
    <div className={problem ? look : "hidden"}>
      <p role="alert" data-testid="payment-problem" data-kind={problem?.kind}>
        {problem?.text}
      </p>
      {problem?.kind === "unsure" && (
        <Button
          size="small"
          className="mt-3"
          disabled={sending}
          onClick={onAgain}
          data-testid="pay-again"
        >
          Try again with this card
        </Button>
      )}
    </div>
  );
}
