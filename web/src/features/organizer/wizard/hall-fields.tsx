// The few numbers a simple hall is drawn from.
import { useState } from "react";
import { Button } from "../../../components/button";
import { TextField } from "../../../components/text-field";
import { formatCount } from "../../../lib/format/format";
import { type ChosenPlan, type HallForm, isSound, planOfHall, readHall } from "./draft";
import { MAX_SEATS } from "./hall-plan";

interface Props {
  form: HallForm;
  /** What the plan is called. */
  name: string;
  onChange: (form: HallForm) => void;
  onDrawn: (plan: ChosenPlan) => void;
}

const FIELDS: { name: keyof HallForm; label: string; hint: string }[] = [
  { name: "sections", label: "Blocks side by side", hint: "1 to 50" },
  { name: "tiers", label: "Tiers, one behind the other", hint: "1 to 9" },
  { name: "rows", label: "Rows in a block", hint: "1 to 100" },
  { name: "seats", label: "Seats in a row", hint: "1 to 200" },
  {
    name: "arc",
    label: "Bend around the stage (degrees)",
    hint: "0 is straight, 180 a half circle",
  },
  { name: "categories", label: "Price categories", hint: "1 to 6, from front to back" },
];

export function HallFields({ form, name, onChange, onDrawn }: Props) {
  const [tried, setTried] = useState(false);
  const { seats, tooMany, problems } = readHall(form, name);
  const sound = isSound(problems);

  function draw() {
    setTried(true);
    const plan = planOfHall(form, name);
    if (plan) onDrawn(plan);
  }

  return (
    <div className="space-y-4">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {FIELDS.map(({ name: field, label, hint }) => (
          <TextField
            key={field}
            label={label}
            hint={hint}
            name={field}
            inputMode="numeric"
            autoComplete="off"
            value={form[field]}
            error={tried ? problems[field] : undefined}
            onChange={({ target }) => onChange({ ...form, [field]: target.value })}
          />
        ))}
      </div>
      <div className="flex flex-wrap items-center gap-4">
        <Button look="primary" data-testid="plan-generate" onClick={draw}>
          Draw the hall
        </Button>
        <p role="status" className={tooMany ? "font-medium text-danger" : "text-muted"}>
          {sound && `${formatCount(seats)} seats.`}
          {sound && tooMany && ` That is more than ${formatCount(MAX_SEATS)}.`}
        </p>
      </div>
    </div>
  );
}
