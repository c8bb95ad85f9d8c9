// The steps to a new event and the way between them. Must never send anything before the last step.
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "../../../components/button";
import { FocusedHeading } from "../../../components/focused-heading";
import { useSession } from "../../../lib/services";
import { isSound, readDraft, STEP_WORDS, STEPS, type Step } from "./draft";
import { RefusalList } from "./refusal-list";
import { StepContent } from "./step-content";
import { StepList } from "./step-list";
import { useCreate } from "./use-create";
import { useDraft } from "./use-draft";

export function Wizard() {
  const { draft, plan, change, setPlan, startOver } = useDraft(useSession().user?.id ?? "");
  const [params, setParams] = useSearchParams();
  const step = STEPS.find((name) => name === params.get("step")) ?? "details";
  const goTo = (next: Step) => setParams({ step: next });
  const [tried, setTried] = useState<ReadonlySet<Step>>(new Set());
  const [attempts, setAttempts] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const { problems } = readDraft(draft, plan);
  const { create, busy, refusals } = useCreate((id) => setParams({ created: id }));

  // To the first field that is wrong, but only when somebody asked to go on.
  useEffect(() => {
    if (attempts > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [attempts]);

  const isLast = step === "review";
  const unfinished = STEPS.filter((name) => !isSound(problems[name]));

  function next(event: FormEvent) {
    event.preventDefault();
    setTried(new Set(isLast ? STEPS : [...tried, step]));
    setAttempts(attempts + 1);
    // From the last step it goes on to what is missing, or to the server.
    const following = isLast ? unfinished[0] : STEPS[STEPS.indexOf(step) + 1];
    if (following && isSound(problems[step])) goTo(following);
    else if (isLast && plan) void create(draft, plan);
  }

  return (
    <>
      <StepList
        current={step}
        unfinished={unfinished.filter((name) => tried.has(name))}
        onStep={goTo}
      />
      <form ref={form} onSubmit={next} noValidate className="mt-6 space-y-6">
        <FocusedHeading key={step}>New event: {STEP_WORDS[step].toLowerCase()}</FocusedHeading>
        <RefusalList
          refusals={refusals.filter((refusal) => isLast || refusal.step === step)}
          current={step}
          onStep={goTo}
        />
        <StepContent
          step={step}
          draft={draft}
          plan={plan}
          problems={tried.has(step) ? problems[step] : {}}
          unfinished={unfinished}
          onChange={change}
          onPlan={setPlan}
          onStep={goTo}
        />
        <Ways
          step={step}
          busy={busy}
          onBack={goTo}
          onStartOver={() => {
            startOver();
            setTried(new Set());
          }}
        />
      </form>
    </>
  );
}

interface WaysProps {
  step: Step;
  busy: boolean;
  onBack: (to: Step) => void;
  onStartOver: () => void;
}

function Ways({ step, busy, onBack, onStartOver }: WaysProps) {
  const before = STEPS[STEPS.indexOf(step) - 1];
  const isLast = step === "review";
  return (
    <div className="flex flex-wrap justify-between gap-3 border-t border-line pt-5">
      {before ? (
        <Button data-testid="wizard-back" disabled={busy} onClick={() => onBack(before)}>
          Back
        </Button>
      ) : (
        <Button look="plain" onClick={onStartOver}>
          Start over
        </Button>
      )}
      <Button
        type="submit"
        look={isLast ? "accent" : "primary"}
        disabled={busy}
        data-testid={isLast ? "wizard-create" : "wizard-next"}
      >
        {isLast ? (busy ? "Sending the plan…" : "Create the event") : "Next"}
      </Button>
      <p role="status" className="sr-only">
        {busy ? "The event is being sent." : ""}
      </p>
    </div>
  );
}
