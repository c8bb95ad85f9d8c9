// The seats of a new event: a plan from a file, or a simple hall drawn from a few numbers, and the
// look of it either way.
import { Notice } from "../../../components/notice";
import type { ChosenPlan, Draft } from "./draft";
import { HallFields } from "./hall-fields";
import { PlanReport } from "./plan-report";
import { PlanUpload } from "./plan-upload";

interface Props {
  draft: Draft;
  plan: ChosenPlan | undefined;
  problem: string | undefined;
  onChange: (changes: Partial<Draft>) => void;
  onPlan: (plan: ChosenPlan | undefined) => void;
}

const SOURCES = [
  { value: "file", words: "Upload a seating plan" },
  { value: "hall", words: "Draw a simple hall" },
] as const;

export function SeatsStep({ draft, plan, problem, onChange, onPlan }: Props) {
  return (
    <>
      <fieldset className="flex flex-wrap gap-x-6 gap-y-2">
        <legend className="mb-1 text-sm font-medium">Where the seats come from</legend>
        {SOURCES.map(({ value, words }) => (
          <label key={value} className="flex min-h-9 items-center gap-2">
            <input
              type="radio"
              name="source"
              className="size-5 accent-(--color-accent)"
              checked={draft.source === value}
              onChange={() => onChange({ source: value })}
            />
            {words}
          </label>
        ))}
      </fieldset>
      {draft.source === "file" ? (
        <PlanUpload
          onPlan={(chosen) => {
            onChange({ drawn: undefined });
            onPlan(chosen);
          }}
        />
      ) : (
        <HallFields
          form={draft.hall}
          name={draft.details.venue}
          onChange={(hall) => onChange({ hall })}
          onDrawn={(chosen) => {
            onChange({ drawn: draft.hall });
            onPlan(chosen);
          }}
        />
      )}
      <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
      {plan && <PlanReport plan={plan} />}
    </>
  );
}
