// Everything about a new event on one page, and what is still missing.
import { Button } from "../../../components/button";
import { Notice } from "../../../components/notice";
import { formatCount, formatMoney, formatStart } from "../../../lib/format/format";
import { type ChosenPlan, type Draft, readDraft, STEP_WORDS, type Step } from "./draft";

interface Props {
  draft: Draft;
  plan: ChosenPlan | undefined;
  unfinished: Step[];
  onStep: (step: Step) => void;
}

type Line = [term: string, value: string];

export function ReviewStep({ draft, plan, unfinished, onStep }: Props) {
  const { details, seats, prices, sale } = linesOf(draft, plan);
  const parts: [Step, Line[]][] = [
    ["details", details],
    ["seats", seats],
    ["prices", prices],
    ["sale", sale],
  ];
  return (
    <>
      {unfinished.length > 0 && (
        <Notice tone="warning">
          <p>
            Something is missing or wrong in:{" "}
            {unfinished.map((step) => STEP_WORDS[step].toLowerCase()).join(", ")}.
          </p>
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {parts.map(([step, lines]) => (
          <section
            key={step}
            aria-labelledby={`review-${step}`}
            className="rounded-2xl border border-line bg-surface p-5"
          >
            <div className="flex items-center justify-between gap-3">
              <h2 id={`review-${step}`} className="font-semibold">
                {STEP_WORDS[step]}
              </h2>
              <Button
                size="small"
                aria-label={`Change ${STEP_WORDS[step].toLowerCase()}`}
                onClick={() => onStep(step)}
              >
                {unfinished.includes(step) ? "Finish" : "Change"}
              </Button>
            </div>
            <dl className="mt-3 space-y-2 text-sm">
              {lines.map(([term, value]) => (
                <div key={term}>
                  <dt className="text-muted">{term}</dt>
                  <dd className="break-words">{value || "–"}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </>
  );
}

function linesOf(draft: Draft, plan: ChosenPlan | undefined): Parts {
  const { body } = readDraft(draft, plan);
  const moment = (utc: string | undefined) => {
    if (!utc) return "";
    const { long, time } = formatStart(utc, body.timezone);
    return `${long}, ${time}`;
  };
  const money = (amount: number) => formatMoney({ amount, currency: body.currency });
  return {
    details: [
      ["Name", body.name],
      ["Venue", body.venue],
      ["Starts", moment(body.starts_at)],
      ["Ends", moment(body.ends_at)],
      ["Tickets can be given back until", moment(body.refundable_until)],
      ["Genre", body.genre ?? ""],
      ["Description", body.description],
    ],
    seats: [
      ["Plan", plan?.label ?? ""],
      ["Seats", plan ? formatCount(plan.preview.plan.seats.length) : ""],
      ["Sections", plan ? formatCount(plan.preview.plan.sections.length) : ""],
    ],
    prices: Object.entries(body.prices).map(([category, amount]) => [category, money(amount)]),
    sale: [
      ["A seat is held for", `${body.hold_ttl_s} s`],
      ["Time to pay an order", `${body.payment_window_s} s`],
      ["Seats for one buyer", `at most ${body.max_seats_per_user}`],
      ["Single seats", ORPHAN_LINES[body.orphan_rule]],
      ["On sale", body.on_sale ? "As soon as the seats are ready" : "Later, by hand"],
    ],
  };
}

type Parts = { details: Line[]; seats: Line[]; prices: Line[]; sale: Line[] };

const ORPHAN_LINES = {
  off: "May be left between others",
  warn: "Buyers are warned",
  strict: "Orders that leave one are refused",
};
