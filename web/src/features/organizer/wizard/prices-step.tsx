// What the seats of a new event cost.
import { Button } from "../../../components/button";
import { EmptyState } from "../../../components/empty-state";
import { SelectField } from "../../../components/select-field";
import { CURRENCIES } from "../../../lib/format/money-input";
import type { Problems } from "../event-form";
import { PriceFields } from "../price-fields";
import { type ChosenPlan, type Draft, pricedCategories } from "./draft";

interface Props {
  draft: Draft;
  plan: ChosenPlan | undefined;
  problems: Problems;
  onChange: (changes: Partial<Draft>) => void;
  onSeats: () => void;
}

export function PricesStep({ draft, plan, problems, onChange, onSeats }: Props) {
  if (!plan) {
    return (
      <EmptyState title="First the seats" action={<Button onClick={onSeats}>To the seats</Button>}>
        Prices are set for every category of the seating plan. An uploaded plan has to be chosen
        again after a reload.
      </EmptyState>
    );
  }
  return (
    <>
      <SelectField
        label="Currency"
        name="currency"
        className="max-w-60"
        value={draft.currency}
        onChange={({ target }) => onChange({ currency: target.value })}
      >
        {CURRENCIES.map((currency) => (
          <option key={currency}>{currency}</option>
        ))}
      </SelectField>
      <PriceFields
        categories={pricedCategories(plan.preview.plan)}
        currency={draft.currency}
        form={draft.prices}
        problems={problems}
        onChange={(prices) => onChange({ prices })}
      />
    </>
  );
}
