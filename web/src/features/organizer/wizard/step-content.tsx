// The fields of one step of the wizard. Which step it is and where it leads is the wizard's.
import { DetailsFields } from "../details-fields";
import type { Problems } from "../event-form";
import type { ChosenPlan, Draft, Step } from "./draft";
import { PricesStep } from "./prices-step";
import { ReviewStep } from "./review-step";
import { SaleStep } from "./sale-step";
import { SeatsStep } from "./seats-step";

interface Props {
  step: Step;
  draft: Draft;
  plan: ChosenPlan | undefined;
  /** Of this step, once somebody has tried to go on. */
  problems: Problems;
  unfinished: Step[];
  onChange: (changes: Partial<Draft>) => void;
  onPlan: (plan: ChosenPlan | undefined) => void;
  onStep: (step: Step) => void;
}

export function StepContent({ step, unfinished, onPlan, onStep, ...rest }: Props) {
  const { draft, plan, problems, onChange } = rest;
  switch (step) {
    case "details":
      return (
        <DetailsFields
          form={draft.details}
          problems={problems}
          onChange={(changes) => onChange({ details: { ...draft.details, ...changes } })}
        />
      );
    case "seats":
      return <SeatsStep {...rest} problem={problems.plan} onPlan={onPlan} />;
    case "prices":
      return <PricesStep {...rest} onSeats={() => onStep("seats")} />;
    case "sale":
      return <SaleStep {...rest} />;
    case "review":
      return <ReviewStep draft={draft} plan={plan} unfinished={unfinished} onStep={onStep} />;
  }
}
