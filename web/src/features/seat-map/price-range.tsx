// The lowest and the highest price to show, as two numbers: they can be typed, read out and undone.
import { useId, useState } from "react";
import { formatMoney } from "../../lib/format/format";
import { type Filters, readAmount } from "./filters";
import type { Hall } from "./hall";

interface Props {
  hall: Hall;
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function PriceRange({ hall, filters, onChange }: Props) {
  const prices = hall.categories.map(({ price }) => price).filter((price) => price !== undefined);
  const [lowest, highest] = [prices[0], prices.at(-1)];
  // With one price there is nothing to choose from.
  if (!lowest || !highest || lowest.amount === highest.amount) return null;
  const digits = digitsOf(hall.event.currency);
  return (
    <fieldset className="mt-2 grid grid-cols-2 gap-x-4 border-t border-line pt-2.5">
      <legend className="sr-only">Price</legend>
      <PriceField
        label="From"
        testId="filter-price-from"
        digits={digits}
        placeholder={formatMoney(lowest)}
        amount={filters.fromAmount}
        onChange={(fromAmount) => onChange({ ...filters, fromAmount })}
      />
      <PriceField
        label="Up to"
        testId="filter-price-to"
        digits={digits}
        placeholder={formatMoney(highest)}
        amount={filters.toAmount}
        onChange={(toAmount) => onChange({ ...filters, toAmount })}
      />
    </fieldset>
  );
}

interface FieldProps {
  label: string;
  testId: string;
  digits: number;
  placeholder: string;
  amount: number | undefined;
  onChange: (amount: number | undefined) => void;
}

function PriceField({ label, testId, digits, placeholder, amount, onChange }: FieldProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  // The filter was reset elsewhere: what was typed is gone with it.
  const value = amount === undefined && readAmount(typed, digits) !== undefined ? "" : typed;
  return (
    <div className="flex min-w-0 items-center gap-2">
      <label htmlFor={id} className="shrink-0 text-sm text-muted">
        {label}
      </label>
      <input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        data-testid={testId}
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => {
          setTyped(target.value);
          onChange(readAmount(target.value, digits));
        }}
        className="h-9 w-full min-w-0 rounded-lg border border-edge bg-surface px-2.5 text-sm tabular-nums placeholder:text-muted"
      />
    </div>
  );
}

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
