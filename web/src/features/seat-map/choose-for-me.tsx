// "Three together, please": the server chooses, this asks for how many and where, and says what came
// of it. Must never pretend that seats are side by side when they are not.
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "../../components/button";
import { SelectField } from "../../components/select-field";
import type { BestOutcome } from "./best-seats";
import type { LiveEvent } from "./live-event";
import { MapIcon } from "./map-icons";
import { useLive } from "./use-live-event";

export function ChooseForMe({ live, wide }: { live: LiveEvent; wide: boolean }) {
  const { hall } = live;
  const most = hall.event.max_seats_per_user;
  const [quantity, setQuantity] = useState(Math.min(2, most));
  const [category, setCategory] = useState("");
  const [section, setSection] = useState("");
  const busy = useLive(live, (state) => state.busy);
  const onSale = useLive(live, (state) => state.status === "on_sale");
  const wish = { quantity, category: category || undefined, section: section || undefined };
  return (
    <Panel wide={wide}>
      <div className="grid grid-cols-2 gap-3">
        <Stepper value={quantity} most={most} onChange={setQuantity} />
        <SelectField
          label="Category"
          value={category}
          onChange={({ target }) => setCategory(target.value)}
        >
          <option value="">Any</option>
          {hall.categories.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        {hall.plan.sections.length > 1 && (
          <SelectField
            label="Section"
            value={section}
            onChange={({ target }) => setSection(target.value)}
          >
            <option value="">Anywhere</option>
            {hall.plan.sections.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        <Button
          data-testid="best-hold"
          className="self-end"
          disabled={busy || !onSale}
          onClick={() => live.holdBest(wish)}
        >
          {quantity === 1 ? "Hold the best" : `Hold the best ${quantity}`}
        </Button>
      </div>
      <Outcome live={live} />
    </Panel>
  );
}

function Panel({ wide, children }: { wide: boolean; children: ReactNode }) {
  return (
    <section
      aria-label="Choose for me"
      className={`rounded-2xl border border-line bg-surface px-4 py-4 shadow-card ${wide ? "" : "order-first"}`}
    >
      <h2 className="mb-2 text-base font-semibold">Choose for me</h2>
      {children}
    </section>
  );
}

interface StepperProps {
  value: number;
  most: number;
  onChange: (value: number) => void;
}

function Stepper({ value, most, onChange }: StepperProps) {
  const id = useId();
  const set = (next: number) => onChange(Math.min(most, Math.max(1, Math.round(next) || 1)));
  const button = "grid w-10 shrink-0 place-items-center hover:bg-sunken disabled:opacity-40";
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        Seats together
      </label>
      <div className="flex h-11 items-stretch overflow-hidden rounded-xl border border-edge">
        <button
          type="button"
          aria-label="One fewer"
          disabled={value <= 1}
          onClick={() => set(value - 1)}
          className={`${button} focus-visible:-outline-offset-2`}
        >
          <MapIcon name="minus" />
        </button>
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={1}
          max={most}
          data-testid="best-quantity"
          value={value}
          onChange={({ target }) => set(target.valueAsNumber)}
          className="w-full min-w-0 [appearance:textfield] bg-surface text-center tabular-nums focus-visible:-outline-offset-2 [&::-webkit-inner-spin-button]:appearance-none"
        />
        <button
          type="button"
          aria-label="One more"
          disabled={value >= most}
          onClick={() => set(value + 1)}
          className={`${button} focus-visible:-outline-offset-2`}
        >
          <MapIcon name="plus" />
        </button>
      </div>
    </div>
  );
}

function Outcome({ live }: { live: LiveEvent }) {
  const best = useLive(live, (state) => state.best);
  const region = useRef<HTMLDivElement>(null);
  // The panel may have been scrolled: what came of it must be seen where it was asked.
  useEffect(() => {
    if (best) region.current?.scrollIntoView({ block: "nearest" });
  }, [best]);
  return (
    <div ref={region} role="status" data-testid="best-outcome" className="text-sm">
      {best && <Words live={live} best={best} />}
    </div>
  );
}

function Words({ live, best }: { live: LiveEvent; best: BestOutcome }) {
  return (
    <div className="mt-3 border-t border-line pt-3">
      <p>{best.text}</p>
      {best.kind === "too_few" && best.offers.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-2">
          {best.offers.map(({ label, wish }) => (
            <Button key={label} size="small" onClick={() => live.holdBest(wish)}>
              {label}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
