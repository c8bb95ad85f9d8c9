// One price for every category of the plan. Controlled from outside; must never send anything.
import { TextField } from "../../components/text-field";
import { formatCount } from "../../lib/format/format";
import { formatAmount } from "../../lib/format/money-input";
import type { PricesForm, Problems } from "./event-form";

export interface PricedCategory {
  id: string;
  name: string;
  color?: string | null | undefined;
  total: number;
}

interface Props {
  categories: PricedCategory[];
  currency: string;
  form: PricesForm;
  problems: Problems;
  onChange: (changes: PricesForm) => void;
}

export function PriceFields({ categories, currency, form, problems, onChange }: Props) {
  return (
    <ul className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
      {categories.map(({ id, name, color, total }) => (
        <li key={id} className="flex gap-3">
          <span
            aria-hidden
            className="mt-1 size-4 shrink-0 rounded-full border border-edge"
            style={{ backgroundColor: color ?? "transparent" }}
          />
          <TextField
            className="min-w-0 flex-1"
            label={`${name} (${currency})`}
            hint={`${formatCount(total)} ${total === 1 ? "seat" : "seats"}`}
            name={`price-${id}`}
            inputMode="decimal"
            autoComplete="off"
            placeholder={formatAmount(0, currency)}
            value={form[id] ?? ""}
            error={problems[id]}
            onChange={({ target }) => onChange({ ...form, [id]: target.value })}
          />
        </li>
      ))}
    </ul>
  );
}
