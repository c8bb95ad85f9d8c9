// The provider's form: a picture of a card, the choice among the test cards, one button. It says
// plainly that no real card is charged, and must never ask for a number.
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import type { Money } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { CardPicture } from "./card-picture";
import type { PaymentProblem } from "./order-words";
import { PaymentTrouble } from "./payment-trouble";
import { MAIN_CARDS, MORE_CARDS, type TestCard } from "./test-cards";

interface Props {
  total: Money;
  holder: string;
  sending: boolean;
  problem: PaymentProblem | undefined;
  onPay: (method: string) => void;
  onAgain: () => void;
}

const ALL = [...MAIN_CARDS, ...MORE_CARDS];

export function PaymentForm({ total, holder, sending, problem, onPay, onAgain }: Props) {
  const [method, setMethod] = useState(ALL[0]?.method ?? "");
  const card = ALL.find((card) => card.method === method);

  function pay(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onPay(method);
  }

  return (
    <Card title="Pay by card" aside={<TestMode />}>
      <form onSubmit={pay} className="space-y-5" aria-busy={sending}>
        <p className="text-sm text-muted">
          Test mode: no real card is charged. Each test card shows one way in which a payment can
          go.
        </p>
        {card && <CardPicture card={card} holder={holder} />}
        <fieldset disabled={sending}>
          <legend className="mb-2 text-sm font-medium">Test card</legend>
          <Choice cards={MAIN_CARDS} chosen={method} onChoose={setMethod} />
          <details className="mt-3">
            <summary className="rounded-lg py-2 text-sm font-medium">More test cards</summary>
            <Choice cards={MORE_CARDS} chosen={method} onChoose={setMethod} />
          </details>
        </fieldset>
        <PaymentTrouble problem={problem} sending={sending} onAgain={onAgain} />
        <Button
          type="submit"
          look="accent"
          size="large"
          className="w-full"
          disabled={sending}
          data-testid="pay-submit"
        >
          {sending ? "Paying…" : `Pay ${formatMoney(total)}`}
        </Button>
      </form>
    </Card>
  );
}

function TestMode() {
  return (
    <span className="rounded-full border border-warning bg-warning-soft px-2.5 py-0.5 text-xs font-semibold text-warning">
      Test mode
    </span>
  );
}

interface ChoiceProps {
  cards: TestCard[];
  chosen: string;
  onChoose: (method: string) => void;
}

function Choice({ cards, chosen, onChoose }: ChoiceProps) {
  return (
    <div className="grid gap-2 sm:grid-cols-2">
      {cards.map(({ method, name, digits, does }) => (
        <label
          key={method}
          className={`flex cursor-pointer items-start gap-3 rounded-xl border p-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${chosen === method ? "border-accent bg-accent-soft" : "border-edge bg-surface hover:bg-sunken"}`}
        >
          <input
            type="radio"
            name="method"
            value={method}
            checked={chosen === method}
            onChange={() => onChoose(method)}
            className="mt-0.5 size-5 shrink-0 accent-(--color-accent) outline-none!"
            data-testid={`pay-card-${method}`}
          />
          <span className="min-w-0">
            <span className="block font-medium">
              {name} <span className="font-normal text-muted tabular-nums">·· {digits}</span>
            </span>
            <span className="block text-sm text-muted">{does}</span>
          </span>
        </label>
      ))}
    </div>
  );
}
