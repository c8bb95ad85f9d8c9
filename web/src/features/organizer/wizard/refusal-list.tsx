// What the server did not take, with the way to the step where it can be put right.
import { Button } from "../../../components/button";
import { Notice } from "../../../components/notice";
import { STEP_WORDS, STEPS, type Step } from "./draft";
import type { Refusal } from "./refusal";

interface Props {
  refusals: Refusal[];
  current: Step;
  onStep: (step: Step) => void;
}

export function RefusalList({ refusals, current, onStep }: Props) {
  const steps = STEPS.filter((step) => refusals.some((refusal) => refusal.step === step));
  // The region is there before its text: one that comes with it is not read out.
  return (
    <div role="alert" className="space-y-3">
      {steps.map((step) => (
        <Notice key={step} tone="danger">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="font-semibold">
              {step === "review"
                ? "The event was not created"
                : `The server did not accept this (${STEP_WORDS[step].toLowerCase()})`}
            </p>
            {step !== current && (
              <Button size="small" onClick={() => onStep(step)}>
                Go to {STEP_WORDS[step].toLowerCase()}
              </Button>
            )}
          </div>
          <PlaceList entries={refusals.filter((refusal) => refusal.step === step)} />
        </Notice>
      ))}
    </div>
  );
}

interface Entry {
  place?: string;
  message: string;
}

/** Long lists scroll by themselves, also with the keyboard. */
export function PlaceList({ entries }: { entries: Entry[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="mt-2 max-h-60 overflow-y-auto" tabIndex={0} aria-label="Problems">
      <ul className="list-disc space-y-1 pl-5">
        {entries.map(({ place = "", message }) => (
          <li key={place + message} className="break-words">
            {place && <code className="mr-1.5 font-mono text-xs wrap-anywhere">{place}</code>}
            {message}
          </li>
        ))}
      </ul>
    </section>
  );
}
