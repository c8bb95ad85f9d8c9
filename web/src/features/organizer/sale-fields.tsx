// The rules of a sale. Controlled from outside; must never send anything.
import { SelectField } from "../../components/select-field";
import { TextField } from "../../components/text-field";
import type { OrphanRule } from "../../lib/api/types";
import { type Problems, SALE_LIMITS, type SaleForm } from "./event-form";

interface Props {
  form: SaleForm;
  problems: Problems;
  onChange: (changes: Partial<SaleForm>) => void;
}

const ORPHAN_WORDS: Record<OrphanRule, string> = {
  off: "Allow it",
  warn: "Warn the buyer",
  strict: "Refuse the order",
};

export function SaleFields({ form, problems, onChange }: Props) {
  const seconds = (name: "hold_ttl_s" | "payment_window_s") => {
    const [least, most] = SALE_LIMITS[name];
    return { hint: `${inWords(form[name])}From ${least} to ${most} seconds.` };
  };
  const field = (name: keyof typeof SALE_LIMITS) => ({
    name,
    inputMode: "numeric" as const,
    autoComplete: "off",
    value: form[name],
    error: problems[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ [name]: target.value }),
  });
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <TextField
        label="A seat is held for (seconds)"
        {...seconds("hold_ttl_s")}
        {...field("hold_ttl_s")}
      />
      <TextField
        label="Time to pay an order (seconds)"
        {...seconds("payment_window_s")}
        {...field("payment_window_s")}
      />
      <TextField
        label="Seats for one buyer, at most"
        hint="Held and bought together. From 1 to 50."
        {...field("max_seats_per_user")}
      />
      <SelectField
        label="When a single seat would be left between others"
        name="orphan_rule"
        value={form.orphan_rule}
        onChange={({ target }) => onChange({ orphan_rule: target.value as OrphanRule })}
      >
        {Object.entries(ORPHAN_WORDS).map(([rule, words]) => (
          <option key={rule} value={rule}>
            {words}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

/** `600` is easier to read as ten minutes. */
function inWords(seconds: string): string {
  const value = Number(seconds);
  if (!/^\d+$/.test(seconds) || value < 60) return "";
  const rest = value % 60;
  return `${Math.floor(value / 60)} min${rest ? ` ${rest} s` : ""}. `;
}
