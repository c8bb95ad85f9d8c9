// Where one is in the wizard, and the way to any other step.
import { STEP_WORDS, STEPS, type Step } from "./draft";

interface Props {
  current: Step;
  /** Steps that need something, as far as somebody has tried to go on. */
  unfinished: Step[];
  onStep: (step: Step) => void;
}

export function StepList({ current, unfinished, onStep }: Props) {
  return (
    <nav aria-label="Steps">
      <ol className="flex flex-wrap gap-2">
        {STEPS.map((step, index) => (
          <li key={step}>
            <button
              type="button"
              aria-current={step === current ? "step" : undefined}
              onClick={() => onStep(step)}
              className={`flex min-h-9 items-center gap-2 rounded-full border px-3 text-sm font-semibold ${step === current ? "border-ink bg-ink text-ground" : "border-edge bg-surface hover:bg-sunken"}`}
            >
              <span className="tabular-nums">{index + 1}</span>
              {STEP_WORDS[step]}
              {step !== current && unfinished.includes(step) && (
                <>
                  <span aria-hidden className="text-danger">
                    !
                  </span>
                  <span className="sr-only">(not finished)</span>
                </>
              )}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
